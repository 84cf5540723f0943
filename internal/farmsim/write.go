package farmsim

import (
	"fmt"
	"slices"
	"strings"

	"rassync/internal/model"
)

// target is where the values of a body go.
type target struct {
	v       *valuer
	l       *layout
	o       *object        // the object, or the one that holds the entry
	entry   map[string]any // set for entries
	prefix  string         // of the keys of secrets
	create  bool
	flat    bool
	nested  bool
	created map[*field]bool
}

func (t *target) root(holder string) map[string]any {
	if t.entry != nil {
		return t.entry
	}
	m, _ := t.o.root(holder).(map[string]any)
	return m
}

// shapesOf tells which shapes a body takes (two-sided reading 14): flat names
// or the nested object; a create always takes flat names.
func (f *Farm) shapesOf(shapes []model.BodyShape, create bool) (flat, nested bool) {
	hasFlat, hasNested := slices.Contains(shapes, "flat"), slices.Contains(shapes, "nested")
	flat = hasFlat && (!hasNested || !f.sw.NestedPut) || create || !hasNested
	nested = hasNested && (!hasFlat || f.sw.NestedPut)
	return flat, nested
}

// write lays the values of a body over the target. special takes the names
// that are no properties (the object's name, its site, its place).
func (t *target) write(b *body, in map[string]any, special func(name string, v any) (bool, error)) error {
	for _, name := range b.inOrder(in) {
		v := in[name]
		if bad := t.v.f.refusedIn(name, v); bad != "" {
			return fmt.Errorf("unknown property %s", bad)
		}
		if special != nil {
			taken, err := special(name, v)
			if err != nil {
				return err
			}
			if taken {
				continue
			}
		}
		if f := t.byWriteName(b, name); f != nil && (t.flat || f.prop.Anywhere) {
			if f.prop.Shared && !f.meant(t.root) {
				if elems, isList := v.([]any); isList && len(elems) == 0 || v == nil {
					continue
				}
				return fmt.Errorf("%s: the values beside it say that there is none", name)
			}
			if err := t.set(f, v); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			continue
		}
		if t.flat {
			taken, err := t.writePlaced(b, name, v)
			if err != nil {
				return err
			}
			if taken {
				continue
			}
		}
		if t.nested {
			taken, err := t.writeNested(b, name, v)
			if err != nil {
				return err
			}
			if taken {
				continue
			}
		}
		taken, err := t.writeOpen(b, []string{name}, v)
		if err != nil {
			return err
		}
		if taken {
			continue
		}
		if t.v.f.sw.UnknownProperties && t.entry != nil && name == futureEntry && t.l.entry.prop.List != nil {
			n, ok := asInt(v)
			if v != nil && !ok {
				return fmt.Errorf("%s: must be a number", name)
			}
			if v != nil {
				t.entry[name] = n
			}
			continue
		}
		if t.v.f.sw.UnknownProperties && t.entry == nil {
			if _, ok := t.root("")[name]; ok && t.stranger(name) {
				if v != nil {
					t.root("")[name] = clone(v)
				}
				continue
			}
		}
		return fmt.Errorf("unknown property %s", name)
	}
	return nil
}

// stranger tells whether an answer holds a name that no schema knows.
func (t *target) stranger(name string) bool {
	return name == futureName || (t.l.known[""].subs[name] == nil && !t.o.kind.ownName(name))
}

// allowed tells whether this body takes the field at all.
func (t *target) allowed(f *field) bool {
	p := f.prop
	if p.NoWrite || p.Query != "" || p.Membership != nil || p.File != nil || p.Call != "" || p.Cells != nil {
		return false
	}
	if t.create {
		if p.UpdateOnly || t.entry == nil && p == t.l.kind.Chooser() {
			return false
		}
		k := t.l.kind
		if p.OneTime {
			return true
		}
		if t.entry == nil && k.Create != nil && k.Create.Fields != nil {
			top, _, _ := strings.Cut(f.yaml, ".")
			return k.Create.Fields[top] || k.Create.Fields[f.yaml]
		}
		return true
	}
	return !p.CreateOnly && !p.OneTime && !(p.IfRefused && t.v.f.opts.Disagree != nil && t.v.f.opts.Disagree.ShortUpdates)
}

func (t *target) byWriteName(b *body, name string) *field {
	var shared *field
	for _, f := range b.fields {
		if t.writeName(f.prop) != name || !t.allowed(f) {
			continue
		}
		if !f.prop.Shared || f.meant(t.root) {
			return f
		}
		shared = f
	}
	return shared
}

// writePlaced takes what the contract has in nested objects of a body that is
// flat otherwise.
func (t *target) writePlaced(b *body, at string, v any) (bool, error) {
	if f := t.byWriteName(b, at); f != nil {
		if err := t.set(f, v); err != nil {
			return true, fmt.Errorf("%s: %w", at, err)
		}
		return true, nil
	}
	m, isMap := v.(map[string]any)
	inside := slices.ContainsFunc(b.fields, func(f *field) bool { return t.allowed(f) && strings.HasPrefix(t.writeName(f.prop), at+".") })
	if !isMap || !inside {
		return false, nil
	}
	for _, name := range sortedKeys(m) {
		taken, err := t.writePlaced(b, at+"."+name, m[name])
		if err != nil {
			return true, err
		}
		if !taken {
			return true, fmt.Errorf("unknown property %s.%s", at, name)
		}
	}
	return true, nil
}

// inOrder sorts the names of a body; what a value beside it gives its meaning
// comes last.
func (b *body) inOrder(in map[string]any) []string {
	names := sortedKeys(in)
	last := map[string]bool{}
	for _, f := range b.fields {
		for _, w := range f.prop.Write {
			last[w] = last[w] || f.prop.Shared
		}
	}
	slices.SortStableFunc(names, func(x, y string) int {
		switch {
		case last[x] == last[y]:
			return 0
		case last[x]:
			return 1
		}
		return -1
	})
	return names
}

// meant tells whether, of the fields that share a place, f is the one that the
// values beside it speak of.
func (f *field) meant(root func(holder string) map[string]any) bool {
	for _, c := range f.conds {
		v, ok := valueAt(root(c.on.holder), c.on.path)
		if !ok || !slices.ContainsFunc(c.fits, func(want any) bool { return sameValue(want, v) }) {
			return false
		}
	}
	return true
}

// writeNested takes a group of values in the shape of the answer.
func (t *target) writeNested(b *body, name string, v any) (bool, error) {
	var walk func(path []string, v any) (bool, error)
	walk = func(path []string, v any) (bool, error) {
		below := false
		for _, f := range b.fields {
			at := f.path[min(f.base, len(f.path)):]
			if !f.shown {
				at = []string{t.writeName(f.prop)}
			}
			if len(at) == 0 || !t.allowed(f) {
				continue
			}
			own := slices.Equal(at, path) ||
				(len(at) == len(path) && slices.Equal(at[:len(at)-1], path[:len(path)-1]) && t.writeName(f.prop) == path[len(path)-1]) ||
				// where it belongs was not read: it is taken beside the groups
				(f.prop.Anywhere && len(path) == 1 && t.writeName(f.prop) == name)
			if own {
				if err := t.set(f, v); err != nil {
					return true, fmt.Errorf("%s: %w", strings.Join(path, "."), err)
				}
				return true, nil
			}
			below = below || (len(at) > len(path) && slices.Equal(at[:len(path)], path))
		}
		m, isMap := v.(map[string]any)
		if !below || !isMap {
			return false, nil
		}
		for _, sub := range sortedKeys(m) {
			next := append(slices.Clone(path), sub)
			taken, err := walk(next, m[sub])
			if err != nil {
				return true, err
			}
			if !taken {
				if taken, err = t.writeOpen(b, next, m[sub]); err != nil {
					return true, err
				}
			}
			if !taken {
				return true, fmt.Errorf("unknown property %s", strings.Join(next, "."))
			}
		}
		return true, nil
	}
	return walk([]string{name}, v)
}

// set stores one value; null leaves it alone.
func (t *target) set(f *field, v any) error {
	if v == nil {
		return nil
	}
	if t.created != nil {
		t.created[f] = true
	}
	w, err := t.v.value(f.prop, v)
	if err != nil {
		return err
	}
	if elems, ok := w.([]any); ok && f.prop.Items != nil {
		if w, err = t.elements(f, elems); err != nil {
			return err
		}
	}
	if f.prop.WriteOnly {
		t.o.secrets[t.prefix+t.v.f.sw.canonicalName(f.prop)] = w
		return nil
	}
	if f.prop.Lookup != nil || !f.shown {
		return nil
	}
	root := t.root(f.holder)
	if root == nil {
		root = map[string]any{}
		t.o.parts[f.holder] = root
	}
	setAt(root, f.path, w)
	return nil
}

// canonicalName keys a secret by the first of its write names, whichever
// alternative the farm takes.
func (s Switches) canonicalName(p *model.Property) string {
	if len(p.Write) == 0 {
		return p.Name
	}
	return p.Write[0]
}

// elements gives the elements of an array that is written whole their read
// shape.
func (t *target) elements(f *field, elems []any) (any, error) {
	sub := t.l.itemsOf(f)
	out := make([]any, len(elems))
	for i, e := range elems {
		m, isMap := e.(map[string]any)
		if sub == nil || !isMap {
			out[i] = wrap(e, f.prop.Items.Read)
			continue
		}
		entry := map[string]any{}
		sub.fillEntry(entry)
		st := &target{v: t.v, l: sub, o: t.o, entry: entry, prefix: fmt.Sprintf("%s[%d].", f.yaml, i), create: true, flat: true}
		if err := st.write(sub.bodies[""], m, nil); err != nil {
			return nil, fmt.Errorf("element %d: %w", i, err)
		}
		if err := t.v.f.resolve(t.v.w, sub, entry); err != nil {
			return nil, fmt.Errorf("element %d: %w", i, err)
		}
		out[i] = entry
	}
	return out, nil
}

// missing names the first required property that a create leaves out.
func (t *target) missing(fields []*field) error {
	for _, f := range fields {
		if !f.prop.RequiredOnCreate || t.created[f] || f.prop.Query != "" || f.prop.File != nil || f.prop.Membership != nil || !t.allowed(f) {
			continue
		}
		if f.body != "" {
			continue
		}
		return fmt.Errorf("%s is required", t.writeName(f.prop))
	}
	return nil
}
