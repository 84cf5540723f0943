package plan

import (
	"fmt"
	"strings"

	"rassync/internal/model"
)

// entryState tells whether an entry that is named will be there when it is
// needed. A problem is one of the documents; a reason that of the API.
func (b *builder) entryState(ref model.EntryRef, site string) (problem, hint, reason string) {
	kinds, path := ref.Prop.Beside().Ref, ref.Prop.EntryOf.List
	if ref.Object == "" {
		return fmt.Sprintf("%q is an entry of nothing: %s names no object", ref.Name, ref.Prop.EntryOf.Object),
			fmt.Sprintf("declare %s beside it, or leave %s out", ref.Prop.EntryOf.Object, ref.Prop.Name), ""
	}
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
	}
	if t != nil && b.decides(t, path) {
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
		if model.SameName(n, ref.Name) {
			return "", "", ""
		}
	}
	if !known {
		return "", "", ""
	}
	problem, hint, reason = missing(names)
	if t != nil && !b.selected(t.Address) {
		if v, declared := model.Lookup(t.Spec, path); declared {
			if list, _ := v.([]any); named(b.Catalog.Kind(t.Address.Kind).Spec.Find(path), list, ref.Name) >= 0 {
				hint = b.NotSelected
			}
		}
	}
	return problem, hint, reason
}

// decides tells whether the entries of a declared object's list will be as its
// document has them: it is made by this plan, or compared with the farm. Of an
// object that is only referred to, the farm's entries count.
func (b *builder) decides(t *model.Object, path string) bool {
	live := b.liveOf[t]
	if live == nil {
		return true
	}
	_, read := model.Lookup(live.Spec, path)
	return read && b.selected(t.Address)
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
		if model.SameName(model.EntryKey(p, e), name) {
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
	return i >= 0 && pairs[i] >= 0 && model.SameName(model.EntryKey(lp, haves[pairs[i]]), have)
}

// namesEntries lists the entries of other objects that a document names; without
// the object where neither the document nor the farm says which one.
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
			if live := b.liveOf[d]; live != nil {
				if p.Parent != k.Spec {
					return // which live entry it belongs to is not known yet
				}
				ref.Object, _ = live.Spec[p.EntryOf.Object].(string)
			}
		}
		visit(ref, siblings, path)
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
		if ref.Object == "" || t == nil {
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
