package plan

import (
	"encoding/json"
	"fmt"
	"strings"

	"rassync/internal/model"
)

// Unwritable is a difference that is declared and that the API has no known
// call for. The rest of the plan goes on without it.
type Unwritable struct {
	Address string `json:"address"`
	Path    string `json:"path"`
	Before  any    `json:"before"`
	After   any    `json:"after"`
	Why     string `json:"why"`
}

// String says what cannot be written, and why.
func (u Unwritable) String() string {
	values := ""
	if before, after := brief(u.Before), brief(u.After); before != "" && after != "" {
		values = " (" + before + " -> " + after + ")"
	}
	return fmt.Sprintf("%s %s%s cannot be written: %s", u.Address, u.Path, values, u.Why)
}

// brief writes a short value; "" if it is too long for a line.
func brief(v any) string {
	data, err := json.Marshal(v)
	if err != nil || len(data) > 60 {
		return ""
	}
	return string(data)
}

// NoKnownCall marks a difference that cannot be written.
const NoKnownCall = "cannot be written"

// inConsole is what is left to do where the API has no call.
const inConsole = "do it in the console"

func (d *differ) cannot(path string, before, after any, why string) {
	d.stuck = append(d.stuck, Unwritable{Address: d.address.String(), Path: path, Before: show(before), After: show(after), Why: why})
}

// noCall says why a value that differs cannot be written; "" if it can.
func noCall(p *model.Property, w any) string {
	switch {
	case p.Call != "" && w == "":
		return "the API has no known call that takes it out: " + inConsole
	case p.File != nil && !p.CreateOnly:
		if put := p.File.Put; put == nil {
			return "the API has no call to set it: " + inConsole
		} else if len(put.Fields) == 0 {
			return fmt.Sprintf("the body of %s %s is not known: %s", put.Method, put.Path, inConsole)
		}
	case p.NoWrite && p.Call == "":
		return "the API has no known call to change it: " + inConsole
	}
	return ""
}

// pairLeft pairs what match left over in a list whose entries come by
// themselves: a fresh object's in their order, and otherwise the only one that
// is left on both sides. They are the same under another name.
func pairLeft(p *model.Property, pairs []int, have int, fresh bool) {
	if !p.List.NoAdd || p.List.Rename == "" {
		return
	}
	taken := make([]bool, have)
	var want []int
	for i, j := range pairs {
		if j >= 0 {
			taken[j] = true
		} else {
			want = append(want, i)
		}
	}
	var left []int
	for j := range taken {
		if !taken[j] {
			left = append(left, j)
		}
	}
	if len(want) != len(left) || (len(want) > 1 && !fresh) {
		return
	}
	for n, i := range want {
		pairs[i] = left[n]
	}
}

// makeable leaves out the entries that the farm does not have and nobody can
// make through the API.
func (d *differ) makeable(p *model.Property, w []any, pairs []int, at string) ([]any, []int) {
	if !p.List.NoAdd {
		return w, pairs
	}
	var kept []any
	var keptPairs []int
	for i, j := range pairs {
		if j < 0 {
			d.cannot(at+"["+model.EntryLabel(p, w[i])+"]", nil, w[i], "entries of this list come by themselves, the API has no call to make one: make it in the console first")
			continue
		}
		kept, keptPairs = append(kept, w[i]), append(keptPairs, j)
	}
	return kept, keptPairs
}

// staying reports entries that are not declared and that nobody can remove
// through the API.
func (d *differ) staying(p *model.Property, h []any, kept []bool, at string) {
	for j := range h {
		if !kept[j] {
			d.cannot(at+"["+model.EntryLabel(p, h[j])+"]", h[j], nil, "the API has no call to remove such an entry: "+inConsole)
		}
	}
}

// possible leaves out of a list of plain values what the API has no call for.
func (d *differ) possible(p *model.Property, w, h []any, pairs []int, at string) ([]any, []int) {
	w, pairs = d.makeable(p, w, pairs, at)
	if p.List.NoRemove {
		kept := make([]bool, len(h))
		for _, j := range pairs {
			if j >= 0 {
				kept[j] = true
			}
		}
		d.staying(p, h, kept, at)
	}
	return w, pairs
}

// changes tells whether anything comes or goes.
func changes(pairs []int, have int, stay bool) bool {
	kept := 0
	for _, j := range pairs {
		if j < 0 {
			return true
		}
		kept++
	}
	return !stay && kept < have || !ascending(pairs)
}

// onCreate collects what a new object declares and cannot be given.
func (d *differ) onCreate(p *model.Property, want map[string]any, path string) {
	for _, c := range p.Props {
		w, declared := want[c.Name]
		if !declared || d.closed(c, want, nil) || !d.holds(c, want, nil) {
			continue
		}
		at := joinPath(path, c.Name)
		list, _ := w.([]any)
		switch {
		case c.Cells != nil:
			d.cells(c, list, nil)
		case c.List != nil && c.List.NoAdd:
			pairs := make([]int, len(list))
			for i := range pairs {
				pairs[i] = -1
			}
			if c.List.First && c.List.Rename != "" && len(pairs) > 0 {
				pairs[0] = 0 // the one that a new object brings along
			}
			d.makeable(c, list, pairs, at)
		case c.File != nil:
			// What the farm gives a new object by itself may well be the same.
			if why := noCall(c, w); why != "" {
				d.warn = append(d.warn, fmt.Sprintf("%s %s may differ on the new object: %s", d.address, at, why))
			}
		case c.NoWrite:
			if why := noCall(c, w); why != "" && !nothing(w) {
				d.cannot(at, nil, w, why)
			}
		default:
			if m, ok := w.(map[string]any); ok && len(c.Props) > 0 {
				d.onCreate(c, m, at)
			}
		}
	}
}

func nothing(v any) bool {
	m, isMap := v.(map[string]any)
	return v == "" || model.Nothing(v) || isMap && len(m) == 0
}

// entryState tells whether an entry that is named will be there when it is
// needed. A problem is one of the documents; a reason that of the API.
func (b *builder) entryState(ref model.EntryRef, site string) (problem, hint, reason string) {
	kinds, path := ref.Prop.Beside().Ref, ref.Prop.EntryOf.List
	missing := func(among []string) (string, string, string) {
		hint := model.DidYouMean(ref.Name, among)
		if hint == "" {
			hint = "correct the name"
		}
		return fmt.Sprintf("%s has no entry %q in %s", ref.Object, ref.Name, path), hint, ""
	}
	t := b.target(kinds, ref.Object, site)
	live := b.Live.Names.Resolve(kinds, ref.Object, site)
	if t != nil {
		live = b.liveOf[t]
		p := b.Catalog.Kind(t.Address.Kind).Spec.Find(path)
		if v, declared := model.Lookup(t.Spec, path); declared {
			want, _ := v.([]any)
			i := named(p, want, ref.Name)
			if i < 0 {
				return missing(labelsOf(p, want))
			}
			if !p.List.NoAdd || b.comes(p, path, live, want, i) {
				return "", "", ""
			}
			return "", "", fmt.Sprintf("%s[%s] of %s does not exist: make it in the console first", path, ref.Name, t.Address)
		}
	}
	if live == nil {
		return "", "", "" // its entries are known once it is made
	}
	names, known := b.entriesOf(live, path)
	for _, n := range names {
		if strings.EqualFold(n, ref.Name) {
			return "", "", ""
		}
	}
	if !known {
		return "", "", ""
	}
	return missing(names)
}

// comes tells whether entry i of a list whose entries come by themselves is
// there, by this name or by another.
func (b *builder) comes(p *model.Property, path string, live *model.Object, want []any, i int) bool {
	if live == nil {
		return i == 0 && p.List.First && p.List.Rename != ""
	}
	v, _ := model.Lookup(live.Spec, path)
	have, _ := v.([]any)
	pairs := model.Match(p, want, have)
	pairLeft(p, pairs, len(have), false)
	return pairs[i] >= 0
}

// entriesOf lists the entries of a live object's list, as far as it was read.
func (b *builder) entriesOf(live *model.Object, path string) ([]string, bool) {
	if v, ok := model.Lookup(live.Spec, path); ok {
		list, _ := v.([]any)
		return labelsOf(b.Catalog.Kind(live.Address.Kind).Spec.Find(path), list), true
	}
	return b.Live.Names.Entries(live, path)
}

func labelsOf(p *model.Property, list []any) []string {
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = model.EntryKey(p, e)
	}
	return out
}

func named(p *model.Property, list []any, name string) int {
	for i, e := range list {
		if strings.EqualFold(model.EntryKey(p, e), name) {
			return i
		}
	}
	return -1
}

// sameEntry tells whether two names mean the same entry: this plan may give it
// another name.
func (b *builder) sameEntry(p *model.Property, object, want, have, site string) bool {
	t := b.target(p.Beside().Ref, object, site)
	if t == nil || b.liveOf[t] == nil {
		return false
	}
	path := p.EntryOf.List
	lp := b.Catalog.Kind(t.Address.Kind).Spec.Find(path)
	w, _ := model.Lookup(t.Spec, path)
	h, _ := model.Lookup(b.liveOf[t].Spec, path)
	wants, _ := w.([]any)
	haves, _ := h.([]any)
	pairs := model.Match(lp, wants, haves)
	pairLeft(lp, pairs, len(haves), false)
	i := named(lp, wants, want)
	return i >= 0 && pairs[i] >= 0 && strings.EqualFold(model.EntryKey(lp, haves[pairs[i]]), have)
}

// namesEntries lists the entries of other objects that a document names.
func (b *builder) namesEntries(k *model.Kind, d *model.Object, visit func(ref model.EntryRef, siblings map[string]any, path string)) {
	if !k.NamesEntries() {
		return
	}
	model.WalkEntries(k.Spec, d.Spec, "", func(p *model.Property, siblings map[string]any, path string) {
		name, ok := siblings[p.Name].(string)
		if !ok || name == "" {
			return
		}
		ref := model.EntryRef{Prop: p, Name: name}
		if ref.Object, ok = siblings[p.EntryOf.Object].(string); !ok {
			if live := b.liveOf[d]; live != nil && p.Parent == k.Spec {
				ref.Object, _ = live.Spec[p.EntryOf.Object].(string)
			}
		}
		if ref.Object != "" {
			visit(ref, siblings, path)
		}
	})
}

// withoutMissing is the document without the names of entries that must be
// made in the console first.
func (b *builder) withoutMissing(k *model.Kind, d *model.Object) *model.Object {
	found := map[string]string{}
	b.namesEntries(k, d, func(ref model.EntryRef, _ map[string]any, path string) {
		if _, _, reason := b.entryState(ref, d.Address.Site); reason != "" {
			found[path] = reason
		}
	})
	if len(found) == 0 {
		return d
	}
	c := *d
	b.liveOf[&c] = b.liveOf[d]
	c.Spec = model.Clone(d.Spec).(map[string]any)
	model.WalkEntries(k.Spec, c.Spec, "", func(p *model.Property, siblings map[string]any, path string) {
		if why, stuck := found[path]; stuck {
			b.unwritable = append(b.unwritable, Unwritable{Address: d.Address.String(), Path: path, After: siblings[p.Name], Why: why})
			delete(siblings, p.Name)
		}
	})
	return &c
}

// entryNeeds lets a change wait for the one that makes or names the entries it
// refers to.
func (b *builder) entryNeeds(k *model.Kind, d *model.Object, need func(first *change, why string)) {
	b.namesEntries(k, d, func(ref model.EntryRef, _ map[string]any, path string) {
		t := b.target(ref.Prop.Beside().Ref, ref.Object, d.Address.Site)
		if t == nil {
			return
		}
		first := b.byAddr[t.Address.Key()]
		if first == nil {
			return
		}
		for _, f := range first.Fields {
			if first.Action == Create || first.Action == Replace || strings.HasPrefix(f.Path, ref.Prop.EntryOf.List) {
				need(first, path+" names an entry of it")
				return
			}
		}
	})
}
