package farmsim

import (
	"sort"
	"strings"

	"rassync/internal/model"
)

// object is one object of the farm. It is never changed in place: a change
// makes a copy, so that the staged and the applied world can share it.
type object struct {
	kind    *kind
	id      int64
	site    int64          // 0 for farm-wide objects
	raw     map[string]any // the answer in read shape
	parts   map[string]any // answers of parts and lists with a read of their own
	secrets map[string]any // what went in and is never answered, by write name
	member  map[string]int64
	file    []byte
	files   map[string][]byte // files beside the values, by yaml path; never changed in place
	seq     int64             // last id given to an entry
	hidden  map[string]bool   // entries that are listed only after an apply

	json      []byte // the answer as it was last sent
	jsonStamp int64  // world stamp for which it holds
}

func newObject(k *kind) *object {
	o := &object{kind: k, raw: map[string]any{}, parts: map[string]any{}, secrets: map[string]any{}, member: map[string]int64{}, hidden: map[string]bool{}}
	k.layout.complete(o)
	return o
}

func (o *object) copy() *object {
	c := *o
	c.json = nil
	c.raw = clone(o.raw).(map[string]any)
	c.parts = clone(o.parts).(map[string]any)
	c.secrets = clone(o.secrets).(map[string]any)
	c.member = make(map[string]int64, len(o.member))
	for k, v := range o.member {
		c.member[k] = v
	}
	c.hidden = make(map[string]bool, len(o.hidden))
	for k := range o.hidden {
		c.hidden[k] = true
	}
	return &c
}

// root is the map a holder's paths start from.
func (o *object) root(holder string) any {
	if holder == "" {
		return o.raw
	}
	return o.parts[holder]
}

func (o *object) name() string {
	s, _ := o.raw[o.kind.Identity.Read].(string)
	return s
}

// complete fills what is missing with defaults.
func (l *layout) complete(o *object) {
	for _, at := range l.holders {
		if _, ok := o.parts[at]; !ok {
			if ls := l.bare[at]; ls != nil {
				o.parts[at] = zero(ls.prop)
			} else {
				o.parts[at] = map[string]any{}
			}
		}
	}
	l.fill(func(holder string) any { return o.root(holder) })
}

// fill puts defaults where a map of an object or an entry lacks a value.
func (l *layout) fill(root func(string) any) {
	put := func(holder string, path []string, v func() any) {
		m, ok := root(holder).(map[string]any)
		if !ok || len(path) == 0 {
			return
		}
		if at, ok := valueAt(m, path); !ok || at == nil {
			setAt(m, path, v())
		}
	}
	for _, f := range l.fields {
		if f.shown {
			put(f.holder, f.path, func() any { return zero(f.prop) })
		}
		if sub := l.itemsOf(f); f.shown && sub != nil {
			for _, e := range listAt(root(f.holder), f.path) {
				if m, ok := e.(map[string]any); ok {
					sub.fillEntry(m)
				}
			}
		}
	}
	for _, ls := range l.lists {
		put(ls.holder, ls.path, func() any { return zero(ls.prop) })
		if ls.items == nil {
			continue
		}
		for _, e := range listAt(root(ls.holder), ls.path) {
			if m, ok := e.(map[string]any); ok {
				ls.items.fillEntry(m)
			}
		}
	}
	l.fillOpen(root)
	if l.entry == nil && l.kind.Identity.Read != "" {
		put("", []string{l.kind.Identity.Read}, func() any { return "" })
	}
}

func (l *layout) fillEntry(m map[string]any) { l.fill(func(string) any { return m }) }

// entriesOf gives the array of a list; for bare holders the answer itself.
func (ls *list) entriesOf(root any) []any { return listAt(root, ls.path) }

// setEntries puts the array of a list back.
func (ls *list) setEntries(o *object, root any, entries []any) {
	if len(ls.path) == 0 {
		o.parts[ls.holder] = entries
		return
	}
	if m, ok := root.(map[string]any); ok {
		setAt(m, ls.path, entries)
	}
}

// open tells whether nothing switches a value off.
func (o *object) open(conds []cond, entry map[string]any) bool {
	for _, c := range conds {
		var root any = o.root(c.on.holder)
		if c.entry {
			root = entry
		}
		v, ok := valueAt(root, c.on.path)
		if !ok {
			continue
		}
		if c.gate {
			if v == true {
				return false
			}
			continue
		}
		fits := false
		for _, want := range c.fits {
			fits = fits || sameValue(want, v)
		}
		if !fits {
			return false
		}
	}
	return true
}

// gated tells whether an inherit flag is on.
func (o *object) gated(conds []cond, entry map[string]any) bool {
	for _, c := range conds {
		if c.gate && !o.open([]cond{c}, entry) {
			return true
		}
	}
	return false
}

// matches tests read names against wire values, as filter, skip and
// builtinWhere give them.
func (o *object) matches(where map[string][]any) bool {
	for name, values := range where {
		v, ok := valueAt(o.raw, strings.Split(name, "."))
		if !ok {
			return false
		}
		fits := false
		for _, want := range values {
			fits = fits || sameValue(want, v)
		}
		if !fits {
			return false
		}
	}
	return true
}

// builtin tells whether the object always exists.
func (o *object) builtin() bool {
	k := o.kind
	for _, b := range k.Builtin {
		if strings.EqualFold(b, o.name()) {
			return true
		}
	}
	return len(k.BuiltinWhere) > 0 && o.matches(k.BuiltinWhere)
}

// visitRefs calls visit for every id the object holds. visit may answer a
// replacement: keep false takes the id out.
func (o *object) visitRefs(visit func(kinds []string, id int64, asleep bool) (replace, keep bool)) {
	o.kind.layout.visit(o, nil, visit)
	for yaml, id := range o.member {
		f := o.kind.members[yaml]
		if f == nil {
			continue
		}
		if replace, keep := visit([]string{f.prop.Membership.Of}, id, false); replace && !keep {
			delete(o.member, yaml)
		}
	}
}

func (l *layout) visit(o *object, entry map[string]any, visit func([]string, int64, bool) (bool, bool)) {
	root := func(holder string) any {
		if entry != nil {
			return entry
		}
		return o.root(holder)
	}
	strip := func(kinds []string, elems []any, read []string, asleep bool) ([]any, bool) {
		kept, changed := make([]any, 0, len(elems)), false
		for _, e := range elems {
			v, _ := valueAt(e, read)
			id, ok := asInt(v)
			if !ok {
				kept = append(kept, e)
				continue
			}
			if replace, keep := visit(kinds, id, asleep); replace && !keep {
				changed = true
				continue
			}
			kept = append(kept, e)
		}
		return kept, changed
	}
	for _, r := range l.refs {
		if r.list != nil {
			asleep := !o.open(r.list.conds, entry)
			if kept, changed := strip(r.kinds, r.list.entriesOf(root(r.list.holder)), r.list.prop.Items.Read, asleep); changed {
				r.list.setEntries(o, root(r.list.holder), kept)
			}
			continue
		}
		f := r.field
		if !f.shown || f.prop.Shared && !f.meant(func(holder string) map[string]any { m, _ := root(holder).(map[string]any); return m }) {
			continue
		}
		v, ok := valueAt(root(f.holder), f.path)
		if !ok {
			continue
		}
		asleep := !o.open(f.conds, entry)
		if elems, isList := v.([]any); isList {
			var read []string
			if f.prop.Items != nil {
				read = f.prop.Items.Read
			}
			if kept, changed := strip(r.kinds, elems, read, asleep); changed {
				setAt(root(f.holder).(map[string]any), f.path, kept)
			}
			continue
		}
		id, ok := asInt(v)
		if !ok || isNone(f.prop, id) {
			continue
		}
		if replace, keep := visit(r.kinds, id, asleep); replace && !keep {
			setAt(root(f.holder).(map[string]any), f.path, plain(f.prop.RefNone))
		}
	}
	for _, ls := range l.lists {
		if ls.items == nil || !ls.items.anyRefs() {
			continue
		}
		for _, e := range ls.entriesOf(root(ls.holder)) {
			if m, ok := e.(map[string]any); ok {
				ls.items.visit(o, m, visit)
			}
		}
	}
}

// isNone tells whether an id stands for "no object". Beside the value that
// the schema names, a server takes 0 and -1 (protocol notes: unsigned -1).
func isNone(p *model.Property, id int64) bool {
	none, _ := asInt(plain(p.RefNone))
	return id == none || id == 0 || id == -1
}

// sortedKeys gives the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
