package model

import "fmt"

// EntryRef is what an entryOf value becomes on its way to the farm: which
// entry of which object's list is meant. It is looked up when it is sent, since
// the entry may be made or renamed by the same run.
type EntryRef struct {
	Prop   *Property // the property that holds the value
	Object string    // the object that the sibling property names; "" for settings
	Name   string    // name of the entry
}

// EntryNames finds the ids of entries of other objects' lists.
type EntryNames interface {
	EntryID(ref EntryRef, site string) (int64, error)
}

// Beside is the sibling property that names the object whose list is meant;
// nil where the list is that of settings.
func (p *Property) Beside() *Property {
	if p.EntryOf.Object == "" {
		return nil
	}
	return p.Parent.Prop(p.EntryOf.Object)
}

// EntryKinds are the kinds of the object whose list is meant.
func (p *Property) EntryKinds() []string {
	if p.EntryOf.Kind != "" {
		return []string{p.EntryOf.Kind}
	}
	return p.Beside().Ref
}

// Holder is how people call the object whose list is meant.
func (ref EntryRef) Holder() string {
	if ref.Prop.EntryOf.Kind != "" {
		return ref.Prop.EntryOf.Kind
	}
	return ref.Object
}

// EntryName is how p names this entry of the list that it refers to; "" for an
// entry without a name.
func (p *Property) EntryName(list *Property, entry any) string {
	if p.EntryOf.By == "" {
		return EntryKey(list, entry)
	}
	m, _ := entry.(map[string]any)
	name, _ := m[p.EntryOf.By].(string)
	return name
}

// entryRef puts a value together with the object that the property beside it
// names; ids that nobody could name stay as they are.
func entryRef(p *Property, v any, siblings map[string]any) any {
	if list, many := v.([]any); many && p.Items != nil && p.Items.EntryOf != nil {
		out := make([]any, len(list))
		for i, e := range list {
			out[i] = entryRef(p.Items, e, nil)
		}
		return out
	}
	name, ok := v.(string)
	if !ok || name == "" || p.EntryOf == nil {
		return v
	}
	object, _ := siblings[p.EntryOf.Object].(string)
	return EntryRef{Prop: p, Object: object, Name: name}
}

// In finds the entry in the list of an object at hand, by its id.
func (ref EntryRef) In(k *Kind, o *Object) (int64, bool) {
	list := k.Spec.Find(ref.Prop.EntryOf.List)
	v, _ := Lookup(o.Spec, ref.Prop.EntryOf.List)
	entries, _ := v.([]any)
	for _, e := range entries {
		if !SameName(ref.Prop.EntryName(list, e), ref.Name) {
			continue
		}
		m, _ := e.(map[string]any)
		if id, ok := AsInt(m[EntryID]); ok {
			return id, true
		}
		for _, c := range list.Items.Props { // a document has the id where it is the key
			if len(c.Read) == 1 && c.Read[0] == list.List.ID {
				return AsInt(m[c.Name])
			}
		}
	}
	return 0, false
}

// EntryRefs is a value of p as it is sent: of an array whose elements name entries,
// the references.
func EntryRefs(p *Property, v any) any {
	if p == nil || p.Items == nil || p.Items.EntryOf == nil {
		return v
	}
	return entryRef(p, v, nil)
}

// EntryValue is a value of a spec that names an entry of another object's list:
// a property, or an element of an array.
type EntryValue struct {
	Prop     *Property
	Path     string
	siblings map[string]any
	list     []any
	at       int
}

// Value is the entry's name, or its id where nobody knows the name.
func (e EntryValue) Value() any {
	if e.list != nil {
		return e.list[e.at]
	}
	return e.siblings[e.Prop.Name]
}

// Set puts another value in its place.
func (e EntryValue) Set(v any) {
	if e.list != nil {
		e.list[e.at] = v
		return
	}
	e.siblings[e.Prop.Name] = v
}

// Shown is the property that an answer shows or does not show: of an element its
// array.
func (e EntryValue) Shown() *Property {
	if e.list != nil {
		return e.Prop.Parent
	}
	return e.Prop
}

// Drop takes the value out; of an element the whole array, which would say
// otherwise that there is no such element.
func (e EntryValue) Drop() { delete(e.siblings, e.Shown().Name) }

// Object is the object whose list is meant, as the property beside names it;
// false if that says nothing.
func (e EntryValue) Object() (string, bool) {
	if e.Prop.EntryOf.Kind != "" {
		return "", true
	}
	name, told := e.siblings[e.Prop.EntryOf.Object].(string)
	return name, told
}

// Ref is the reference; false if the value names no entry, or if the object is
// not said.
func (e EntryValue) Ref() (EntryRef, bool) {
	return RefOf(e.Prop, e.Value(), e.siblings)
}

// RefOf is the reference of an entryOf value that stands among these siblings;
// false if it names no entry, or if the object is not said.
func RefOf(p *Property, v any, siblings map[string]any) (EntryRef, bool) {
	ref, ok := entryRef(p, v, siblings).(EntryRef)
	return ref, ok && (ref.Object != "" || p.EntryOf.Kind != "")
}

// WalkEntries visits every entryOf value of a spec.
func WalkEntries(p *Property, v any, path string, visit func(EntryValue)) {
	switch v := v.(type) {
	case map[string]any:
		for _, c := range p.Props {
			w, ok := v[c.Name]
			if !ok {
				continue
			}
			at := join(path, c.Name)
			switch {
			case c.EntryOf != nil:
				visit(EntryValue{Prop: c, Path: at, siblings: v})
			case c.Items != nil && c.Items.EntryOf != nil:
				list, _ := w.([]any)
				for i := range list {
					visit(EntryValue{Prop: c.Items, Path: fmt.Sprintf("%s[%d]", at, i), siblings: v, list: list, at: i})
				}
			default:
				WalkEntries(c, w, at, visit)
			}
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
