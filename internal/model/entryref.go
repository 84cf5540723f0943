package model

// EntryRef is what an entryOf value becomes on its way to the farm: which
// entry of which object's list is meant. It is looked up when it is sent, since
// the entry may be made or renamed by the same run.
type EntryRef struct {
	Prop   *Property // the property that holds the value
	Object string    // the object that the sibling property names
	Name   string    // key of the entry
}

// EntryNames finds the ids of entries of other objects' lists.
type EntryNames interface {
	EntryID(ref EntryRef, site string) (int64, error)
}

// Beside is the sibling property that names the object whose list is meant.
func (p *Property) Beside() *Property { return p.Parent.Prop(p.EntryOf.Object) }

// entryRef puts a value together with the object that the property beside it
// names; ids that nobody could name stay as they are.
func entryRef(p *Property, v any, siblings map[string]any) any {
	name, ok := v.(string)
	if !ok || name == "" {
		return v
	}
	object, _ := siblings[p.EntryOf.Object].(string)
	return EntryRef{Prop: p, Object: object, Name: name}
}

// RefOf is the reference of an entryOf value that stands among these siblings;
// false if it names no entry, or if the object is not said.
func RefOf(p *Property, v any, siblings map[string]any) (EntryRef, bool) {
	ref, ok := entryRef(p, v, siblings).(EntryRef)
	return ref, ok && ref.Object != ""
}

// WalkEntries visits every entryOf value of a spec, with the object that
// encloses it.
func WalkEntries(p *Property, v any, path string, visit func(p *Property, siblings map[string]any, path string)) {
	switch v := v.(type) {
	case map[string]any:
		for _, c := range p.Props {
			w, ok := v[c.Name]
			if !ok {
				continue
			}
			at := join(path, c.Name)
			if c.EntryOf != nil {
				visit(c, v, at)
				continue
			}
			WalkEntries(c, w, at, visit)
		}
	case []any:
		if p.Items == nil {
			return
		}
		for _, e := range v {
			WalkEntries(p.Items, e, path+"["+EntryLabel(p, e)+"]", visit)
		}
	}
}

// NamesEntries tells whether objects of the kind name entries of other
// objects' lists, or show names instead of ids: values that are found out once
// everything is read.
func (k *Kind) NamesEntries() bool { return k.namesEntries }
