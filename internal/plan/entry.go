package plan

import (
	"fmt"
	"strings"

	"rassync/internal/model"
)

// entryState tells whether an entry that is named will be there when it is
// needed. A problem is one of the documents; a reason that of the API.
func (b *builder) entryState(ref model.EntryRef, site string) (problem, hint, reason string) {
	kinds, path := ref.Prop.EntryKinds(), ref.Prop.EntryOf.List
	if ref.Prop.EntryOf.Kind != "" {
		problem, hint = b.settingsEntry(ref, site)
		return problem, hint, ""
	}
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
			i := named(ref.Prop, p, want, ref.Name)
			if i < 0 {
				return missing(labelsOf(ref.Prop, p, want))
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
	names, known := b.entriesOf(ref.Prop, live)
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
			if list, _ := v.([]any); named(ref.Prop, b.Catalog.Kind(t.Address.Kind).Spec.Find(path), list, ref.Name) >= 0 {
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

// entriesOf lists the entries of a live object's list as ref names them, as far as
// it was read.
func (b *builder) entriesOf(ref *model.Property, live *model.Object) ([]string, bool) {
	path := ref.EntryOf.List
	if v, ok := model.Lookup(live.Spec, path); ok {
		list, _ := v.([]any)
		return labelsOf(ref, b.Catalog.Kind(live.Address.Kind).Spec.Find(path), list), true
	}
	return b.Live.Names.Entries(live, path)
}

func labelsOf(ref, p *model.Property, list []any) []string {
	out := make([]string, 0, len(list))
	for _, e := range list {
		if name := ref.EntryName(p, e); name != "" {
			out = append(out, name)
		}
	}
	return out
}

func named(ref, p *model.Property, list []any, name string) int {
	for i, e := range list {
		if model.SameName(ref.EntryName(p, e), name) {
			return i
		}
	}
	return -1
}

// settingsEntry tells what is wrong with the name of an entry of a site's settings:
// no entry has it, or several do.
func (b *builder) settingsEntry(ref model.EntryRef, site string) (problem, hint string) {
	entries, known := b.settingsEntries(ref.Prop, site)
	if !known {
		return "", ""
	}
	var names []string
	found := 0
	for _, e := range entries {
		switch {
		case e.name == "":
		case model.SameName(e.name, ref.Name):
			found++
		default:
			names = append(names, e.name)
		}
	}
	switch of := ref.Prop.EntryOf; {
	case found > 1:
		return fmt.Sprintf("%d entries of %s of %s are called %q", found, of.List, of.Kind, ref.Name), "write the number of the one that is meant"
	case found == 0:
		if hint = model.DidYouMean(ref.Name, names); hint == "" {
			hint = "correct the name, or write its number"
		}
		return fmt.Sprintf("%s has no entry %q in %s", of.Kind, ref.Name, of.List), hint
	}
	return "", ""
}

// settingsEntry is an entry of a site's settings, with the name it has once the plan
// is carried out.
type settingsEntry struct {
	name string
	id   any // nil: not on the farm
}

// settingsEntries lists the entries of the settings that p refers to; false if
// nobody knows them.
func (b *builder) settingsEntries(p *model.Property, site string) ([]settingsEntry, bool) {
	live := b.Live.Names.EntryHolder(p, "", site)
	t := b.target(p.EntryKinds(), "", site)
	path := p.EntryOf.List
	lp := b.Catalog.Kind(p.EntryOf.Kind).Spec.Find(path)
	v, read := model.Lookup(live.Spec, path)
	haves, _ := v.([]any)
	if !read || t == nil || b.liveOf[t] == nil || !b.selected(t.Address) {
		if !read {
			return b.listedEntries(p, live)
		}
		out := make([]settingsEntry, len(haves))
		for i, h := range haves {
			out[i] = settingsEntry{p.EntryName(lp, h), entryMark(h)}
		}
		return out, true
	}
	w, _ := model.Lookup(t.Spec, path)
	wants, _ := w.([]any)
	pairs := model.Match(lp, wants, haves)
	pairLeft(lp, pairs, len(haves), false)
	var out []settingsEntry
	paired := map[int]bool{}
	for i, j := range pairs {
		e := settingsEntry{name: p.EntryName(lp, wants[i])}
		if j >= 0 {
			paired[j] = true
			e.id = entryMark(haves[j])
			if m, _ := wants[i].(map[string]any); m[p.EntryOf.By] == nil { // it keeps its name
				e.name = p.EntryName(lp, haves[j])
			}
		}
		out = append(out, e)
	}
	for j, h := range haves {
		if !paired[j] && lp.List.NoRemove {
			out = append(out, settingsEntry{p.EntryName(lp, h), entryMark(h)})
		}
	}
	return out, true
}

// listedEntries lists the entries of settings of which only these were read.
func (b *builder) listedEntries(p *model.Property, live *model.Object) ([]settingsEntry, bool) {
	names, known := b.Live.Names.Entries(live, p.EntryOf.List)
	var out []settingsEntry
	for _, n := range names {
		id, err := b.Live.Names.EntryID(model.EntryRef{Prop: p, Name: n}, live.Address.Site)
		if err == nil {
			out = append(out, settingsEntry{n, id})
		}
	}
	return out, known
}

func entryMark(e any) any {
	m, _ := e.(map[string]any)
	id, _ := model.AsInt(m[model.EntryID])
	return id
}

// elementID is the entry that an element of an array means, by its id: as it is
// called once the plan is carried out (wanted), or now.
func (b *builder) elementID(p *model.Property, v any, site string, wanted bool) any {
	name, isName := v.(string)
	if !isName {
		return v
	}
	if wanted {
		if entries, known := b.settingsEntries(p, site); known {
			for _, e := range entries {
				if e.id != nil && e.name != "" && model.SameName(e.name, name) {
					return e.id
				}
			}
			return v
		}
	}
	if id, err := b.Live.Names.EntryID(model.EntryRef{Prop: p, Name: name}, site); err == nil {
		return id
	}
	return v
}

// sameEntry tells whether two names mean the same entry: this plan may give it
// another name.
func (b *builder) sameEntry(p *model.Property, object, want, have, site string) bool {
	t := b.target(p.EntryKinds(), object, site)
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
	i := named(p, lp, wants, want)
	return i >= 0 && pairs[i] >= 0 && model.SameName(model.EntryKey(lp, haves[pairs[i]]), have)
}

// namesEntries lists the entries of other objects that a document names; without
// the object where neither the document nor the farm says which one.
func (b *builder) namesEntries(k *model.Kind, d *model.Object, visit func(ref model.EntryRef, path string)) {
	if !k.NamesEntries() {
		return
	}
	model.WalkEntries(k.Spec, d.Spec, "", func(e model.EntryValue) {
		name, ok := e.Value().(string)
		if !ok || name == "" {
			return
		}
		p := e.Prop
		ref := model.EntryRef{Prop: p, Name: name}
		if ref.Object, ok = e.Object(); !ok {
			if live := b.liveOf[d]; live != nil {
				if p.Parent != k.Spec {
					return // which live entry it belongs to is not known yet
				}
				ref.Object, _ = live.Spec[p.EntryOf.Object].(string)
			}
		}
		visit(ref, e.Path)
	})
}

// withoutMissing is the document without the names of entries that must be
// made in the console first.
func (b *builder) withoutMissing(k *model.Kind, d *model.Object) *model.Object {
	found := map[string]string{}
	b.namesEntries(k, d, func(ref model.EntryRef, path string) {
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
	model.WalkEntries(k.Spec, c.Spec, "", func(e model.EntryValue) {
		if why, stuck := found[e.Path]; stuck {
			b.unwritable = append(b.unwritable, Unwritable{Address: d.Address.String(), Path: e.Path, After: e.Value(), Why: why})
			e.Drop()
		}
	})
	return &c
}

// entryNeeds lets a change wait for the one that makes or names the entries it
// refers to.
func (b *builder) entryNeeds(k *model.Kind, d *model.Object, need func(first *change, why string)) {
	b.namesEntries(k, d, func(ref model.EntryRef, path string) {
		t := b.target(ref.Prop.EntryKinds(), ref.Object, d.Address.Site)
		if ref.Object == "" && ref.Prop.EntryOf.Kind == "" || t == nil {
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
