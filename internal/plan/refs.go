package plan

import (
	"fmt"
	"slices"
	"strings"

	"rassync/internal/export"
	"rassync/internal/model"
)

// walkRefs visits every reference of a spec.
func walkRefs(p *model.Property, v any, path string, visit func(p *model.Property, kinds []string, ref, path string)) {
	switch v := v.(type) {
	case map[string]any:
		for _, c := range p.Props {
			if w, ok := v[c.Name]; ok {
				walkRefs(c, w, joinPath(path, c.Name), visit)
			}
		}
	case []any:
		if p.Items == nil {
			return
		}
		for i, e := range v {
			if s, ok := e.(string); ok {
				kinds := p.Items.Ref
				if len(kinds) == 0 {
					kinds = p.Ref
				}
				if len(kinds) > 0 && s != "" {
					visit(p, kinds, s, fmt.Sprintf("%s[%d]", path, i))
				}
				continue
			}
			walkRefs(p.Items, e, fmt.Sprintf("%s[%d]", path, i), visit)
		}
	case string:
		if len(p.Ref) > 0 && v != "" {
			visit(p, p.Ref, v, path)
		}
	}
}

// block finds the declared objects that refer to what could not be read, or
// to what cannot be made because of that: what they refer to on the farm is
// not known, so that comparing them would show changes that are none.
func (b *builder) block() {
	if len(b.Live.NotRead) == 0 && len(b.incomplete) == 0 {
		return
	}
	for again := true; again; {
		again = false
		for _, d := range b.Desired {
			k := b.Catalog.Kind(d.Address.Kind)
			if b.blocked[d] != "" || b.incomplete[d] != "" || k.Shape == model.OrderShape || b.Live.NotReadErr(k.Name, d.Address.Site) != nil {
				continue
			}
			if kind := b.hidden(k, d); kind != "" {
				b.blocked[d], again = kind, true
			}
		}
	}
}

// hidden gives the kind that could not be read and that the object depends
// on, "" if there is none.
func (b *builder) hidden(k *model.Kind, d *model.Object) string {
	found := ""
	behind := func(t *model.Object) string {
		switch {
		case b.liveOf[t] != nil:
			return ""
		case b.Live.NotReadErr(t.Address.Kind, t.Address.Site) != nil, b.incomplete[t] != "":
			return t.Address.Kind
		}
		return b.blocked[t]
	}
	walkRefs(k.Spec, d.Spec, "", func(_ *model.Property, kinds []string, ref, _ string) {
		if found != "" || b.Live.Names.Resolve(kinds, ref, d.Address.Site) != nil {
			return
		}
		if t := b.target(kinds, ref, d.Address.Site); t != nil {
			found = behind(t)
			return
		}
		for _, a := range export.RefAddresses(b.Catalog, kinds, ref, d.Address.Site) {
			if b.Live.NotReadErr(a.Kind, a.Site) != nil {
				found = a.Kind
				return
			}
		}
	})
	if found != "" || k.Tree == nil || b.liveOf[d] != nil {
		return found
	}
	folder, _ := model.ParentPath(d.Address.Name)
	if folder == "" {
		return ""
	}
	for _, t := range b.Desired {
		if t.Address.Kind == k.Tree.Folder && model.SameName(t.Address.Name, folder) {
			return behind(t)
		}
	}
	return ""
}

// release takes references out of what stays in a site until the site itself
// goes: the settings and the built-in objects that came with it would keep
// the objects of the site from being deleted before it.
func (b *builder) release() {
	for _, c := range b.changes {
		if c.Kind != model.SiteKind || c.Action != Delete {
			continue
		}
		for _, k := range b.Catalog.Kinds() {
			if k.Shape == model.OrderShape {
				continue
			}
			for _, o := range b.Live.Objects[k.Name] {
				if !model.SameName(o.Address.Site, c.live.Address.Name) || b.changeOf(o) != nil || b.wantOf[o] != nil || o.Spec == nil {
					continue
				}
				if spec := b.without(k.Spec, o.Spec, o.Address.Site); len(spec) > 0 {
					d := &model.Object{Address: o.Address, Spec: spec}
					b.liveOf[d], b.wantOf[o] = o, d
					b.compare(d)
				}
			}
		}
	}
}

// without gives the properties that refer to what this plan deletes, without
// those references.
func (b *builder) without(p *model.Property, have map[string]any, site string) map[string]any {
	out := map[string]any{}
	goes := func(kinds []string, ref string) bool {
		t := b.Live.Names.Resolve(kinds, ref, site)
		if t == nil {
			return false
		}
		c := b.changeOf(t)
		return c != nil && c.Action == Delete
	}
	for _, c := range p.Props {
		switch v := have[c.Name].(type) {
		case map[string]any:
			if sub := b.without(c, v, site); len(sub) > 0 {
				out[c.Name] = sub
			}
		case []any:
			if c.Items.Structured() {
				if rest, changed := b.entriesWithout(c, v, site); changed {
					out[c.Name] = rest
				}
				continue
			}
			kinds := c.Ref
			if c.Items != nil && len(c.Items.Ref) > 0 {
				kinds = c.Items.Ref
			}
			rest := []any{}
			for _, e := range v {
				if s, ok := e.(string); !ok || len(kinds) == 0 || !goes(kinds, s) {
					rest = append(rest, e)
				}
			}
			if len(rest) < len(v) {
				out[c.Name] = rest
			}
		case string:
			if len(c.Ref) > 0 && v != "" && goes(c.Ref, v) {
				out[c.Name] = ""
			}
		}
	}
	return out
}

// entriesWithout gives the entries of a list without references to what this
// plan deletes; an entry whose key is such a reference goes.
func (b *builder) entriesWithout(p *model.Property, have []any, site string) ([]any, bool) {
	rest, changed := []any{}, false
	for _, e := range have {
		m, _ := e.(map[string]any)
		sub := b.without(p.Items, m, site)
		if len(sub) == 0 {
			rest = append(rest, e)
			continue
		}
		changed = true
		if p.List != nil && slices.ContainsFunc(p.List.Key, func(name string) bool { _, is := sub[name]; return is }) {
			continue
		}
		rest = append(rest, over(p.Items, sub, m))
	}
	return rest, changed
}

// checkReferences finds references to nothing: neither declared nor on the
// farm, or gone once the plan is carried out.
func (b *builder) checkReferences() {
	for _, d := range b.Desired {
		k := b.Catalog.Kind(d.Address.Kind)
		if !b.selected(d.Address) || b.blocked[d] != "" || b.incomplete[d] != "" {
			continue
		}
		b.checkPlace(k, d)
		walkRefs(k.Spec, d.Spec, "", func(p *model.Property, kinds []string, ref, path string) {
			if t := b.target(kinds, ref, d.Address.Site); t != nil {
				if b.liveOf[t] == nil && b.byAddr[t.Address.Key()] == nil && b.Live.NotReadErr(t.Address.Kind, t.Address.Site) == nil && b.Catalog.Kind(t.Address.Kind).Shape == model.Collection {
					b.fail(d, path, fmt.Sprintf("refers to %s, which is declared but neither on the farm nor selected", t.Address), b.NotSelected)
				}
				return
			}
			if live := b.Live.Names.Resolve(kinds, ref, d.Address.Site); live != nil {
				if c := b.changeOf(live); c != nil && c.Action == Delete {
					b.fail(d, path, fmt.Sprintf("refers to %s, which this plan deletes", live.Address), "declare it, or change the reference")
				}
				return
			}
			for _, kind := range kinds {
				if b.Live.NotReadErr(kind, d.Address.Site) != nil {
					return // nobody can tell
				}
			}
			for _, a := range export.RefAddresses(b.Catalog, kinds, ref, d.Address.Site) {
				if b.comesWithSite(b.Catalog.Kind(a.Kind), a) {
					return
				}
			}
			hint := model.DidYouMean(ref, b.Live.Names.Named(kinds, d.Address.Site))
			if hint == "" {
				hint = "declare it, or correct the name"
			}
			b.fail(d, path, fmt.Sprintf("there is no %s %q", strings.Join(kinds, " or "), ref), hint)
		})
		b.namesEntries(k, d, func(ref model.EntryRef, path string) {
			if problem, hint, _ := b.entryState(ref, d.Address.Site); problem != "" {
				b.fail(d, path, problem, hint)
			}
		})
	}
}

// checkPlace finds new objects whose site or folder is neither on the farm nor
// made by this plan.
func (b *builder) checkPlace(k *model.Kind, d *model.Object) {
	site := model.Address{Kind: model.SiteKind, Name: d.Address.Site}
	if d.Address.Site != "" && b.Live.Find(site) == nil && b.byAddr[site.Key()] == nil {
		hint := "correct the name"
		if b.declared[site.Key()] != nil {
			hint = b.NotSelected
		}
		b.fail(d, "site", fmt.Sprintf("belongs to %s, which is not on the farm", site), hint)
		return
	}
	if k.Tree == nil || k.Shape != model.Collection || b.liveOf[d] != nil || b.byAddr[d.Address.Key()] == nil {
		return
	}
	folder, _ := model.ParentPath(d.Address.Name)
	if folder == "" || b.Live.NotReadErr(k.Tree.Folder, d.Address.Site) != nil || b.folderChange(k, folder) != nil {
		return
	}
	path := b.farmFolder(folder)
	for _, o := range b.Live.Objects[k.Tree.Folder] {
		if model.SameName(o.Address.Name, path) {
			return
		}
	}
	a := model.Address{Site: d.Address.Site, Kind: k.Tree.Folder, Name: folder}
	hint := "declare it, or correct the path"
	if b.declared[a.Key()] != nil {
		hint = b.NotSelected
	}
	b.fail(d, "name", fmt.Sprintf("lies in %s, which is not on the farm", a), hint)
}

// referrers lists, for each live object, the live objects that refer to it.
func (b *builder) referrers() map[*model.Object][]*model.Object {
	out := map[*model.Object][]*model.Object{}
	for _, k := range b.Catalog.Kinds() {
		for _, o := range b.Live.Objects[k.Name] {
			if o.Spec == nil || k.Shape == model.OrderShape {
				continue
			}
			walkRefs(k.Spec, o.Spec, "", func(p *model.Property, kinds []string, ref, _ string) {
				if p.InCells() {
					return // rights on an object go with it
				}
				if t := b.Live.Names.Resolve(kinds, ref, o.Address.Site); t != nil && t != o {
					if list := out[t]; len(list) == 0 || list[len(list)-1] != o {
						out[t] = append(list, o)
					}
				}
			})
		}
	}
	return out
}

// stillRefers tells whether the object will refer to t after its change.
func (b *builder) stillRefers(o, t *model.Object) bool {
	k := b.Catalog.Kind(o.Address.Kind)
	spec := o.Spec
	if d := b.wantOf[o]; d != nil && b.selected(d.Address) && b.blocked[d] == "" {
		// What a closing inherit flag hides refers to nothing any more.
		spec, _ = model.Clone(over(k.Spec, d.Spec, o.Spec)).(map[string]any)
		k.Prune(spec)
	}
	found := false
	walkRefs(k.Spec, spec, "", func(p *model.Property, kinds []string, ref, _ string) {
		if p.InCells() {
			return
		}
		if d := b.target(kinds, ref, o.Address.Site); d != nil {
			found = found || b.liveOf[d] == t
			return
		}
		found = found || b.Live.Names.Resolve(kinds, ref, o.Address.Site) == t
	})
	return found
}

// over lays what is declared over what the farm has.
func over(p *model.Property, want, have map[string]any) map[string]any {
	out := make(map[string]any, len(have))
	for n, v := range have {
		out[n] = v
	}
	for n, w := range want {
		c := p.Prop(n)
		wm, isMap := w.(map[string]any)
		hm, _ := have[n].(map[string]any)
		if isMap && c.Structured() {
			out[n] = over(c, wm, hm)
			continue
		}
		out[n] = w
	}
	return out
}

// replaces finds the objects whose references must be moved to the new object
// of a replace, and deletes that others stand in the way of.
func (b *builder) replaces() {
	needed := false
	for _, c := range b.changes {
		needed = needed || c.Action == Replace || c.Action == Delete
	}
	if !needed {
		return
	}
	refs := b.referrers()
	for _, c := range b.changes {
		switch c.Action {
		case Replace:
			for _, o := range refs[c.live] {
				rc := b.changeOf(o)
				switch deleteFirst := b.Catalog.Kind(c.Kind).Replace == "deleteFirst"; {
				case rc != nil && rc.Action == Delete:
				case b.stillRefers(o, c.live) && deleteFirst:
					// There is no new one yet that the reference could be moved to.
					b.fail(c.Desired, c.fixed, fmt.Sprintf("can only be changed by deleting and making the object again, and %s refers to it: the farm does not delete what is in use", o.Address),
						"take the reference out in a run of its own, or put the value back")
				case b.stillRefers(o, c.live):
					c.Relinks = append(c.Relinks, o.Address.String())
				case rc != nil && deleteFirst:
					c.needs[rc] = "refers to it until then"
				}
			}
		case Delete:
			for _, o := range refs[c.live] {
				rc := b.changeOf(o)
				if rc == nil || (rc.Action != Delete && b.stillRefers(o, c.live)) {
					src := model.Source{}
					if d := b.wantOf[o]; d != nil {
						src = d.Source
					}
					b.diags = append(b.diags, model.Diagnostic{Severity: model.Error, Source: src, Address: c.Address,
						Summary: fmt.Sprintf("cannot be deleted: %s still refers to it", o.Address), Hint: "change or delete that first, or keep this object"})
					continue
				}
				c.needs[rc] = "refers to it until then"
			}
		case Create, Update, Reorder: // keep their id
		}
	}
}

// edges adds what must come first to every change.
func (b *builder) edges() {
	leaving := map[listName]*change{}
	inside := map[int64][]*change{}
	for _, c := range b.changes {
		if c.live == nil {
			continue
		}
		if c.Action == Delete || c.RenamedFrom != "" {
			leaving[b.listName(c.live)] = c
		}
		if b.Catalog.Kind(c.Kind).Tree != nil && (c.Action == Delete || c.RenamedFrom != "") {
			inside[c.live.ParentID] = append(inside[c.live.ParentID], c)
		}
	}
	for _, c := range b.changes {
		if c.Action == Delete {
			b.deleteEdges(c, inside)
			continue
		}
		d := c.Desired
		k := b.Catalog.Kind(d.Address.Kind)
		need := func(first *change, why string) {
			if first != nil && first != c && first.Action != Delete {
				if was, ok := c.needs[first]; !ok || was == inFront {
					c.needs[first] = why
				}
			}
		}
		if d.Address.Site != "" {
			need(b.made(b.byAddr[model.Address{Kind: model.SiteKind, Name: d.Address.Site}.Key()]), "is the site it belongs to")
		}
		walkRefs(k.Spec, d.Spec, "", func(p *model.Property, kinds []string, ref, path string) {
			if t := b.target(kinds, ref, d.Address.Site); t != nil {
				need(b.made(b.byAddr[t.Address.Key()]), path+" refers to it")
				return
			}
			for _, a := range export.RefAddresses(b.Catalog, kinds, ref, d.Address.Site) {
				if b.comesWithSite(b.Catalog.Kind(a.Kind), a) {
					need(b.byAddr[(model.Address{Kind: model.SiteKind, Name: a.Site}).Key()], path+" refers to what comes with it")
				}
			}
		})
		b.liveRefs(k, c, need)
		b.entryNeeds(k, d, need)
		if k.Tree != nil {
			if folder, _ := model.ParentPath(d.Address.Name); folder != "" {
				need(b.made(b.folderChange(k, folder)), "is the folder it lies in")
			}
		}
		// Another object of the same list may have to give up the name.
		if c.Action == Create || c.RenamedFrom != "" {
			if other := leaving[b.listName(d)]; other != nil && other != c {
				c.needs[other] = "still has the name"
			}
		}
	}
}

// listName is what must be unique among the objects of one list.
type listName struct{ list, site, name string }

func (b *builder) listName(o *model.Object) listName {
	n := listName{site: model.Fold(o.Address.Site), name: model.Fold(o.Address.Name)}
	if k := b.Catalog.Kind(o.Address.Kind); k.List != nil {
		n.list = k.List.Path
	}
	return n
}

// made keeps only changes after which an object has a new id or name, or must
// be in force first.
func (b *builder) made(c *change) *change {
	if c != nil && b.activates(c) {
		return c
	}
	if c == nil || c.Action == Delete || (c.Action == Update && c.RenamedFrom == "" && c.Before != nil) || c.Action == Reorder {
		return nil
	}
	return c
}

func (b *builder) folderChange(k *model.Kind, folder string) *change {
	for _, s := range b.Live.Sites {
		if c := b.byAddr[(model.Address{Site: s.Address.Name, Kind: k.Tree.Folder, Name: folder}).Key()]; c != nil {
			return c
		}
	}
	for _, d := range b.Desired { // folders of sites that do not exist yet
		if d.Address.Kind == k.Tree.Folder && model.SameName(d.Address.Name, folder) {
			return b.byAddr[d.Address.Key()]
		}
	}
	return nil
}

func (b *builder) deleteEdges(c *change, inside map[int64][]*change) {
	k := b.Catalog.Kind(c.Kind)
	if c.Kind == model.SiteKind {
		for _, other := range b.changes {
			if other != c && (other.Action == Delete || other.Action == Update) && model.SameName(other.Site, c.live.Address.Name) {
				c.needs[other] = "belongs to the site"
			}
		}
	}
	if k.Tree == nil || c.Kind != k.Tree.Folder {
		return
	}
	id, _ := model.AsInt(c.live.ID)
	for _, other := range inside[id] {
		if other != c {
			c.needs[other] = "lies in it"
		}
	}
	for _, kind := range b.Catalog.Kinds() {
		if kind.Tree == nil {
			continue
		}
		for _, o := range b.Live.Objects[kind.Name] {
			if o.ParentID != id {
				continue
			}
			if oc := b.changeOf(o); oc == nil || (oc.Action != Delete && oc.RenamedFrom == "") {
				b.diags = append(b.diags, model.Diagnostic{Severity: model.Error, Address: c.Address,
					Summary: fmt.Sprintf("cannot be deleted: %s still lies in it", o.Address), Hint: "delete or move that first, or keep the folder"})
			}
		}
	}
}
