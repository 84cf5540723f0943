package farmsim

import (
	"fmt"
	"slices"
	"strings"

	"rassync/internal/model"
)

// Entries of other objects' lists that values name by id: versions of a
// template, tags of a site's settings.

// entryProp is the property that says whose entries the field's value, or the
// elements of its array, name; nil if they name none.
func (fl *field) entryProp() *model.Property {
	if fl.prop.EntryOf == nil && fl.prop.Items != nil && fl.prop.Items.EntryOf != nil {
		return fl.prop.Items
	}
	if fl.prop.EntryOf != nil {
		return fl.prop
	}
	return nil
}

// beside is the field of the layout that names the object.
func (l *layout) beside(f *field) *field {
	for _, other := range l.fields {
		if f.prop.EntryOf != nil && other.prop == f.prop.Beside() {
			return other
		}
	}
	return nil
}

// entryIDs lists the ids that a value may hold, given where its siblings
// stand and the site of its object.
func (f *Farm) entryIDs(w *world, l *layout, fl *field, site int64, root func(string) any) []int64 {
	if of := fl.entryProp().EntryOf; of.Kind != "" {
		k := f.kinds[of.Kind]
		if k == nil {
			return nil
		}
		if k.Scope == model.ScopeFarm {
			site = 0
		}
		return entriesIn(w.get(k, site), of.List)
	}
	beside := l.beside(fl)
	if beside == nil {
		return nil
	}
	v, _ := valueAt(root(beside.holder), beside.path)
	id, ok := asInt(v)
	if !ok || isNone(beside.prop, id) {
		return nil
	}
	for _, name := range beside.prop.Ref {
		k := f.kinds[name]
		if k == nil {
			continue
		}
		if t := w.get(k, id); t != nil {
			return entriesIn(t, fl.prop.EntryOf.List)
		}
	}
	return nil
}

// entriesIn lists the ids of the entries of an object's list.
func entriesIn(t *object, list string) []int64 {
	if t == nil {
		return nil
	}
	var out []int64
	for _, ls := range t.kind.layout.lists {
		if ls.yaml != list {
			continue
		}
		for _, e := range ls.entriesOf(t.root(ls.holder)) {
			m, _ := e.(map[string]any)
			if id, ok := asInt(m[ls.prop.List.ID]); ok && !t.hidden[entryKey(ls, e)] {
				out = append(out, id)
			}
		}
	}
	return out
}

// entriesThere refuses ids of entries that the named object does not have.
func (f *Farm) entriesThere(w *world, l *layout, site int64, root func(string) any) error {
	for _, fl := range l.fields {
		p := fl.entryProp()
		if p == nil || !fl.shown {
			continue
		}
		v, _ := valueAt(root(fl.holder), fl.path)
		values, many := v.([]any)
		if !many {
			values = []any{v}
		}
		for _, v := range values {
			id, ok := asInt(v)
			if !ok || !many && isNone(p, id) {
				continue
			}
			if !slices.Contains(f.entryIDs(w, l, fl, site, root), id) {
				return fmt.Errorf("%s: the %s has no entry %d in %s", fl.path[len(fl.path)-1], p.EntryOf.Object+p.EntryOf.Kind, id, p.EntryOf.List)
			}
		}
	}
	return nil
}

// broughtName is what an entry is called that comes with its object.
const broughtName = "Version 1"

// brought gives a fresh object the entry that comes by itself. Under two-sided
// reading 7 it is listed only after an apply.
func (f *Farm) brought(o *object) {
	for _, ls := range o.kind.layout.lists {
		if !ls.prop.List.First || !ls.prop.List.NoAdd || ls.items == nil {
			continue
		}
		entry := map[string]any{}
		ls.items.fillEntry(entry)
		for _, key := range ls.keyFields() {
			setAt(entry, key.path, broughtName)
		}
		f.mark(entry, futureMark)
		f.newEntry(o, ls, entry, true)
		f.switchOnEntry(ls, entry, nil)
		ls.setEntries(o, o.root(ls.holder), []any{entry})
		f.number(ls, []any{entry})
	}
}

// nameEntries gives values of a random farm entries that exist.
func (g *generator) nameEntries(o *object) {
	g.pickEntries(o.kind.layout, o.site, func(holder string) any { return o.root(holder) })
}

func (g *generator) pickEntries(l *layout, site int64, root func(string) any) {
	for _, fl := range l.fields {
		if fl.entryProp() == nil || !fl.shown {
			continue
		}
		m, ok := root(fl.holder).(map[string]any)
		if !ok {
			continue
		}
		ids := g.f.entryIDs(g.w, l, fl, site, root)
		if fl.prop.EntryOf == nil {
			some := []any{}
			for _, id := range ids {
				if g.chance(50) {
					some = append(some, id)
				}
			}
			setAt(m, fl.path, some)
			continue
		}
		v := int64(0)
		if len(ids) > 0 && g.chance(80) {
			v = pick(g, ids)
		}
		setAt(m, fl.path, v)
	}
	for _, ls := range l.lists {
		if ls.items == nil {
			continue
		}
		for _, e := range ls.entriesOf(root(ls.holder)) {
			if m, ok := e.(map[string]any); ok {
				g.pickEntries(ls.items, site, func(string) any { return m })
			}
		}
	}
}

// setByCall is the PUT that sets a reference: the path names the object, there
// is no body.
func (f *Farm) setByCall(fl *field) func(*call) *answer {
	return func(c *call) *answer {
		o, a := c.change()
		if a != nil {
			return a
		}
		if len(c.data) > 0 {
			return refuse("the body must be empty")
		}
		id := c.id(len(c.params) - 1)
		for _, name := range fl.prop.Ref {
			k := f.kinds[name]
			if k == nil {
				continue
			}
			t := f.staged.get(k, id)
			if t == nil {
				continue
			}
			if k == o.kind && t.id == o.id {
				return refuse("%s cannot be moved into itself", o.name())
			}
			v := any(id)
			if fl.prop.RefBy == "name" {
				v = t.name()
			}
			root, _ := o.root(fl.holder).(map[string]any)
			setAt(root, fl.path, v)
			f.touch(o)
			f.staged.put(o)
			return done()
		}
		return problem(404, c.path, "no %s has the id %s", strings.Join(fl.prop.Ref, " or "), c.params[len(c.params)-1])
	}
}

// namedBy tells whether an object shows another one by its name.
func (f *Farm) namedBy(holder, o *object) bool {
	for _, fl := range holder.kind.layout.fields {
		if fl.prop.RefBy != "name" || !contains(fl.prop.Ref, o.kind.Name) {
			continue
		}
		v, _ := valueAt(holder.root(fl.holder), fl.path)
		if s, _ := v.(string); s != "" && strings.EqualFold(bareAccount(s), bareAccount(o.name())) {
			return true
		}
	}
	return false
}

// groupOf picks an object to be shown by name. Only older ones: a group never
// stands in one of its members.
func (g *generator) groupOf(o *object, p *model.Property) any {
	var names []any
	for _, id := range g.candidates(o, p.Ref) {
		for _, kind := range p.Ref {
			if t := g.w.get(g.f.kinds[kind], id); t != nil && id < o.id {
				names = append(names, bareAccount(t.name()))
			}
		}
	}
	if len(names) == 0 || g.chance(20) {
		return ""
	}
	return pick(g, names)
}
