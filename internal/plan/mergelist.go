package plan

import (
	"slices"
	"strings"

	"rassync/internal/model"
)

// Lists are merged entry by entry: that the range and the farm have both changed a
// list is a conflict only where they have changed the same entry otherwise.

// mergeLists gives the declared object with the lists that both sides have changed
// as they are to become: what the farm changed of other entries stays. It gives the
// paths of these lists, and notes the differences in them.
func mergeLists(k *model.Kind, base, want, live *model.Object, mine, theirs []Field, names Resolver, out *Division) (*model.Object, []string) {
	merged := *want
	var paths []string
	for _, f := range mine {
		path := propertyPath(f.Path)
		if slices.Contains(paths, path) || !touches(pathsOf(theirs), path) {
			continue
		}
		p := k.Spec.Find(path)
		if p == nil || p.Type != model.TypeArray || p.Cells != nil {
			continue
		}
		b, okB := listAt(base.Spec, path)
		w, okW := listAt(want.Spec, path)
		l, okL := listAt(live.Spec, path)
		if !okB || !okW || !okL {
			continue
		}
		m := &listMerge{differ: compared(want, live, names, unchanged{}, false), p: p, path: path, base: b, want: w, live: l, out: out}
		m.differ.edits = nil
		if len(paths) == 0 {
			merged.Spec, _ = model.Clone(want.Spec).(map[string]any)
		}
		paths = append(paths, path)
		setPath(merged.Spec, path, m.merge())
	}
	return &merged, paths
}

func pathsOf(fields []Field) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = propertyPath(f.Path)
	}
	return out
}

func listAt(spec map[string]any, path string) ([]any, bool) {
	v, ok := model.Lookup(spec, path)
	if !ok {
		return nil, false
	}
	list, ok := v.([]any)
	return list, ok
}

// listMerge merges one list of three sides.
type listMerge struct {
	differ           *differ
	p                *model.Property
	path             string
	base, want, live []any
	out              *Division
}

// structured tells whether the entries have properties and something to know them by.
func (m *listMerge) structured() bool { return m.p.Items.Structured() && m.p.List != nil }

// pairs gives for each entry of a the place of the same entry in b, or -1.
func (m *listMerge) pairs(a, b []any) []int {
	if m.structured() {
		out := m.differ.match(m.p, a, b)
		pairLeft(m.p, out, len(b), false)
		return out
	}
	return m.differ.matchValues(m.p, a, b)
}

// merge gives the list as it is to become.
func (m *listMerge) merge() []any {
	wantIn, liveIn := m.pairs(m.want, m.base), m.pairs(m.live, m.base)
	wantLive := m.pairs(m.want, m.live)
	ofBase := make([]int, len(m.base)) // the live entry of each of the base
	for i := range ofBase {
		ofBase[i] = slices.Index(liveIn, i)
	}
	becomes := map[int]any{} // by place in live
	gone := map[int]bool{}   // places of live that the range removes
	added := map[int]any{}   // by place in want: not on the farm
	taken := make([]bool, len(m.base))
	places := make([]int, len(m.want)) // on the farm
	for i, w := range m.want {
		b, l := wantIn[i], wantLive[i]
		if b >= 0 {
			taken[b] = true
			l = ofBase[b]
		}
		places[i] = l
		switch {
		case b < 0 && l < 0:
			added[i] = w
		case b < 0: // both have added it
			becomes[l] = m.entry(nil, w, m.live[l])
		case l >= 0:
			becomes[l] = m.entry(m.base[b], w, m.live[l])
		case m.differs(w, m.base[b]):
			m.note(&m.out.Conflicts, m.base[b], w, nil, "the range changes the entry, and the farm has removed it")
			added[i] = w
		default:
			m.note(&m.out.Drift, m.base[b], w, nil, "")
		}
	}
	for b, e := range m.base {
		l := ofBase[b]
		switch {
		case taken[b]:
		case l < 0:
			m.note(&m.out.Already, e, nil, nil, "")
		case m.differs(e, m.live[l]):
			m.note(&m.out.Conflicts, e, nil, m.live[l], "the range removes the entry, and the farm has changed it")
			gone[l] = true
		default:
			gone[l] = true
		}
	}
	for l, e := range m.live {
		if _, known := becomes[l]; !known && !gone[l] && liveIn[l] < 0 {
			m.note(&m.out.Drift, nil, nil, e, "")
		}
	}
	m.anew(added)
	return m.order(becomes, gone, added, places)
}

// anew finds entries of lists without keys that both sides have replaced: nobody can
// say whether two became of one.
func (m *listMerge) anew(added map[int]any) {
	if m.structured() && len(m.p.List.Key) > 0 || !m.p.Items.Structured() || len(added) == 0 {
		return
	}
	wantIn, liveIn := m.pairs(m.want, m.base), m.pairs(m.live, m.base)
	for b, e := range m.base {
		if !slices.Contains(wantIn, b) && !slices.Contains(liveIn, b) && slices.Contains(liveIn, -1) {
			m.note(&m.out.Conflicts, e, m.want, m.live, "both have replaced the entry")
		}
	}
}

// entry merges one entry that both sides have; base is nil if both have added it.
func (m *listMerge) entry(base, want, live any) any {
	w, isMap := want.(map[string]any)
	l, _ := live.(map[string]any)
	if !isMap || !m.structured() {
		return want // plain entries are the same
	}
	b, _ := base.(map[string]any)
	if b == nil {
		b = map[string]any{}
	}
	own, farm := m.fields(w, b), m.fields(b, l)
	if base == nil {
		farm = own
	}
	result, _ := model.Clone(w).(map[string]any)
	for _, f := range m.fields(w, l) {
		label := m.path + "[" + model.EntryLabel(m.p, want) + "]." + f.Path
		c := Compared{Path: label, Base: f.Before, Declared: f.After, Farm: f.Before}
		theirs, was := find(farm, f.Path)
		isOwn, _ := find(own, f.Path)
		if theirs {
			c.Base = was
		}
		switch {
		case isOwn && theirs:
			if base == nil {
				c.Base = nil
			}
			m.out.Conflicts = append(m.out.Conflicts, c)
		case !isOwn:
			c.Base = f.After
			m.out.Drift = append(m.out.Drift, c)
			take(result, l, propertyPath(f.Path))
		}
	}
	return result
}

// take copies a value, or its absence.
func take(to, from map[string]any, path string) {
	if v, ok := model.Lookup(from, path); ok {
		setPath(to, path, model.Clone(v))
		return
	}
	removePath(to, path)
}

// fields are the differences of two entries, as far as the first one says.
func (m *listMerge) fields(want, have map[string]any) []Field {
	d := *m.differ
	d.fields, d.touched = nil, nil
	if m.p.List != nil && len(m.p.List.MatchAny) > 0 {
		want = without(want, m.p.List.MatchAny)
	}
	d.object(m.p.Items, want, have, "")
	return d.fields
}

// differs tells whether an entry was changed.
func (m *listMerge) differs(a, b any) bool {
	am, ok := a.(map[string]any)
	bm, ok2 := b.(map[string]any)
	if !ok || !ok2 || !m.structured() {
		return false // plain entries are paired because they are equal
	}
	return len(m.fields(am, bm)) > 0
}

func (m *listMerge) note(list *[]Compared, base, declared, farm any, why string) {
	var of any
	for _, e := range []any{declared, farm, base} {
		if e != nil {
			of = e
			break
		}
	}
	*list = append(*list, Compared{Path: m.path + "[" + model.EntryLabel(m.p, of) + "]", Base: show(base), Declared: show(declared), Farm: show(farm), Why: why})
}

// order puts the entries into a list: in the farm's order, unless the range has
// reordered them, with those that the range adds behind their predecessors.
func (m *listMerge) order(becomes map[int]any, gone map[int]bool, added map[int]any, places []int) []any {
	type item struct {
		value any
		live  int // place on the farm; of an added entry -1 less its place in want
	}
	var list []item
	for l, e := range m.live {
		if gone[l] {
			continue
		}
		if v, ok := becomes[l]; ok {
			e = v
		}
		list = append(list, item{stripped(e), l})
	}
	if m.ordered() && !increasing(m.pairs(m.want, m.base)) {
		// The order of the range counts; what the farm alone has keeps its predecessor.
		if !increasing(m.pairs(m.live, m.base)) && !increasing(places) {
			m.out.Conflicts = append(m.out.Conflicts, Compared{Path: m.path, Base: m.base, Declared: m.want, Farm: m.live, Why: "the order was changed both here and on the farm"})
		}
		place := map[int]int{}
		for i, l := range places {
			if l >= 0 {
				place[l] = i
			}
		}
		last := -1
		rank := map[int]int{}
		for _, it := range list {
			if i, ok := place[it.live]; ok {
				last = i
			}
			rank[it.live] = last
		}
		slices.SortStableFunc(list, func(a, b item) int { return rank[a.live] - rank[b.live] })
	}
	for i := range m.want {
		v, fresh := added[i]
		if !fresh {
			continue
		}
		// Behind the nearest entry before it that is in the list.
		at := 0
		for before := i - 1; before >= 0 && at == 0; before-- {
			at = 1 + slices.IndexFunc(list, func(it item) bool {
				return it.live == -before-1 || places[before] >= 0 && it.live == places[before]
			})
		}
		list = slices.Insert(list, at, item{v, -i - 1})
	}
	out := make([]any, len(list))
	for i, it := range list {
		out[i] = it.value
	}
	return out
}

// ordered tells whether the order of entries means something.
func (m *listMerge) ordered() bool {
	return m.p.List != nil && m.p.List.Mode == "ordered" || m.p.List == nil && !m.p.Unique
}

// increasing tells whether the places that are known stand in their order.
func increasing(places []int) bool {
	last := -1
	for _, p := range places {
		if p >= 0 && p < last {
			return false
		}
		last = max(last, p)
	}
	return true
}

// stripped is an entry without what only the farm knows of it.
func stripped(e any) any {
	m, ok := e.(map[string]any)
	if !ok {
		return e
	}
	out := make(map[string]any, len(m))
	for name, v := range m {
		if !strings.HasPrefix(name, "$") {
			out[name] = v
		}
	}
	return out
}
