package farmsim

import (
	"sort"
	"strings"

	"rassync/internal/model"
)

// show is the answer for one object, as it stands in a list or alone.
func (f *Farm) show(o *object, inList bool) []byte {
	if inList && f.sw.HostListMajorOnly && o.kind.shortInList() {
		return appendJSON(nil, f.finishAnswer(f.visible(o, true)))
	}
	if o.json != nil && (!f.crossing() || o.jsonStamp == f.staged.stamp) {
		return o.json
	}
	o.json = appendJSON(nil, f.finishAnswer(f.visible(o, false)))
	o.jsonStamp = f.staged.stamp
	return o.json
}

// shortInList tells whether the list of a kind may leave things out: there is
// a read by id, and the schema knows what must be there.
func (k *kind) shortInList() bool {
	if k.List == nil || k.Get == "" {
		return false
	}
	for _, p := range k.OpenPlaces() {
		if p.OwnPartGet() == nil {
			return false
		}
	}
	return true
}

// crossing tells whether answers depend on other objects.
func (f *Farm) crossing() bool { return f.sw.FolderStatusInherited || f.sw.InheritedValuesShown }

// showPart is the answer of a part or list that is read on its own.
func (f *Farm) showPart(o *object, at string) []byte {
	v := o.parts[at]
	if !f.plainAnswers() || len(o.hidden) > 0 {
		v = clone(v)
		f.dress(o, at, v)
		v = f.hide(o, at, v)
	}
	return appendJSON(nil, f.finishAnswer(v))
}

// plainAnswers tells whether what is stored can be answered as it is.
func (f *Farm) plainAnswers() bool {
	return !f.crossing() && !f.sw.EmptyAsNull && !f.sw.NewerNames
}

// visible is an object's answer with everything the switches change, except
// what finishAnswer does.
func (f *Farm) visible(o *object, short bool) any {
	if short {
		return f.major(o)
	}
	if f.plainAnswers() && len(o.hidden) == 0 {
		return o.raw
	}
	m := clone(o.raw).(map[string]any)
	if f.sw.FolderStatusInherited {
		f.inheritDown(o, m)
	}
	f.dress(o, "", m)
	return f.hide(o, "", f.renamed(o.kind, m))
}

// renamed gives settings the names that newer farms have for them (two-sided
// reading 21). What is stored keeps the older ones.
func (f *Farm) renamed(k *kind, m map[string]any) map[string]any {
	if !f.sw.NewerNames {
		return m
	}
	for _, fl := range k.layout.fields {
		if len(fl.prop.Spellings) == 0 || fl.holder != "" || len(fl.path) != 1 {
			continue
		}
		if v, ok := m[fl.path[0]]; ok {
			delete(m, fl.path[0])
			m[fl.prop.Spellings[0]] = v
		}
	}
	return m
}

// finishAnswer applies two-sided reading 9.
func (f *Farm) finishAnswer(v any) any {
	if !f.sw.EmptyAsNull {
		return v
	}
	v = clone(v)
	var walk func(v any) any
	walk = func(v any) any {
		switch v := v.(type) {
		case string:
			if v == "" {
				return nil
			}
		case map[string]any:
			for k, e := range v {
				v[k] = walk(e)
			}
		case []any:
			for i := range v {
				v[i] = walk(v[i])
			}
		}
		return v
	}
	return walk(v)
}

// major is what a list of hosts shows under two-sided reading 5.
func (f *Farm) major(o *object) map[string]any {
	m := map[string]any{}
	k := o.kind
	for name, v := range o.raw {
		keep := name == k.Identity.Read || name == "enabled" || name == "enabledMode" || name == "description" || k.ownName(name) || strings.HasSuffix(name, "Id")
		if keep || k.Sites != "" && name == k.Spec.Prop(k.Sites).Read[0] {
			m[name] = v
		}
	}
	return m
}

// inheritDown shows the status of the folders above (two-sided reading 4).
func (f *Farm) inheritDown(o *object, m map[string]any) {
	if o.kind.Tree == nil {
		return
	}
	for _, fl := range o.kind.layout.fields {
		if fl.prop.InheritsDown == nil || fl.holder != "" {
			continue
		}
		normal := wireOf(fl.prop, fl.prop.InheritsDown)
		var up []*object
		for at := f.item(f.staged, o.kind, o.parent()); at != nil && len(up) < 100; at = f.item(f.staged, o.kind, at.parent()) {
			up = append(up, at)
		}
		for i := len(up) - 1; i >= 0; i-- {
			if v, ok := valueAt(up[i].raw, fl.path); ok && !sameValue(v, normal) {
				setAt(m, fl.path, v)
				break
			}
		}
	}
}

// dress changes one answer of an object: inherited values (two-sided reading
// 12).
func (f *Farm) dress(o *object, holder string, v any) {
	l := o.kind.layout
	if f.sw.InheritedValuesShown {
		for _, fl := range l.fields {
			if fl.holder != holder || !fl.shown || !o.gated(fl.conds, nil) {
				continue
			}
			if m, ok := v.(map[string]any); ok {
				setAt(m, fl.path, f.inherited(o, fl))
			}
		}
		for _, ls := range l.lists {
			if m, ok := v.(map[string]any); ok && ls.holder == holder && len(ls.path) > 0 && o.gated(ls.conds, nil) {
				setAt(m, ls.path, zero(ls.prop))
			}
		}
	}
}

// inherited is the value that a gated property takes from the site: that of
// the singleton whose name says it holds the defaults.
func (f *Farm) inherited(o *object, fl *field) any {
	var best *field
	var from *object
	for _, s := range f.inheritsFrom(o.kind, fl) {
		if from = f.staged.get(s.kind, o.site); from != nil {
			best = s.field
			break
		}
	}
	if best == nil {
		return zero(fl.prop)
	}
	v, ok := valueAt(from.root(best.holder), best.path)
	if !ok {
		return zero(fl.prop)
	}
	return clone(v)
}

// source is a field of a singleton from which others take their value.
type source struct {
	kind  *kind
	field *field
}

// inheritsFrom lists where a gated property may take its value from, the
// singleton whose name is most like the object's kind first.
func (f *Farm) inheritsFrom(k *kind, fl *field) []source {
	f.inheritMu.Lock()
	defer f.inheritMu.Unlock()
	if list, known := f.inherits[fl]; known {
		return list
	}
	var list []source
	for _, name := range sortedKeys(f.kinds) {
		from := f.kinds[name]
		if !from.single() || !strings.Contains(name, "Default") || commonPrefix(name, k.Name) < 2 {
			continue
		}
		for _, other := range from.layout.fields {
			if other.shown && other.prop.Type == fl.prop.Type && other.path[len(other.path)-1] == fl.path[len(fl.path)-1] {
				list = append(list, source{from, other})
				break
			}
		}
	}
	sort.SliceStable(list, func(i, j int) bool {
		return commonPrefix(list[i].kind.Name, k.Name) > commonPrefix(list[j].kind.Name, k.Name)
	})
	f.inherits[fl] = list
	return list
}

func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// hide takes out the entries that are listed only after an apply (two-sided
// reading 7).
func (f *Farm) hide(o *object, holder string, v any) any {
	if len(o.hidden) == 0 {
		return v
	}
	for _, ls := range o.kind.layout.lists {
		if ls.holder != holder {
			continue
		}
		entries := ls.entriesOf(v)
		kept := entries[:0:0]
		for _, e := range entries {
			if !o.hidden[entryKey(ls, e)] {
				kept = append(kept, e)
			}
		}
		if len(kept) == len(entries) {
			continue
		}
		if len(ls.path) == 0 {
			return kept
		}
		if m, ok := v.(map[string]any); ok {
			setAt(m, ls.path, kept)
		}
	}
	return v
}

// pathOf is where a part stands in the answer of its object.
func pathOf(p *model.Property) []string {
	if p == nil || p.Parent == nil || p.Absolute {
		if p == nil {
			return nil
		}
		return p.Read
	}
	if p.Parent.Name == "[]" {
		return p.Read
	}
	return append(append([]string(nil), pathOf(p.Parent)...), p.Read...)
}
