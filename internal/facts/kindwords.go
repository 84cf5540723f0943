package facts

import (
	"maps"
	"slices"
	"strings"

	"rassync/internal/model"
)

// identity compares the names by which objects of the kind are known and put
// in their place.
func (v *view) identity() {
	k := v.kind
	v.name(identityPath, k.Identity.Read, SideRead)
	v.name(identityPath, k.Identity.Also, SideRead)
	if k.Create != nil {
		v.name(identityPath, k.Identity.Write, SideWrite)
	}
	for _, name := range k.Identity.Rename {
		v.name(identityPath, name, SideWrite)
	}
	if t := k.Tree; t != nil {
		v.name(treePath, t.Parent, SideRead)
		v.name(treePath, t.Previous, SideRead)
		v.markWritten(t.Parent)
		v.markWritten(t.Previous)
	}
	for name, values := range k.Filter {
		v.name("(filter)", name, SideRead)
		v.filter(name, values)
	}
	if k.List != nil && k.List.Site != "" && !slices.Contains(v.queries("GET"), k.List.Site) {
		v.note("(list)", WhatQuery, k.List.Site, nil)
	}
	if k.SiteQuery != "" && !slices.Contains(append(v.queries("GET"), v.queries("PUT")...), k.SiteQuery) {
		v.note("(self)", WhatQuery, k.SiteQuery, nil)
	}
	if k.Create != nil {
		asked := v.queries("POST")
		for name := range k.Create.Query {
			if !slices.Contains(asked, name) {
				v.note("(create)", WhatQuery, name, nil)
			}
		}
		if s := k.Create.Site; s == "query" || s == "both" {
			if !slices.Contains(asked, k.Create.SiteName) && s == "query" {
				v.note("(create)", WhatQuery, k.Create.SiteName, nil)
			}
		}
		if s := k.Create.Site; s == "body" {
			v.name("(create)", k.Create.SiteName, SideWrite)
		}
		v.markWritten(k.Create.SiteName)
	}
}

// name notes a name of the object itself that no fact has.
func (v *view) name(path, name, side string) {
	if name == "" {
		return
	}
	found := false
	for _, r := range v.c.at[v.kind.Name] {
		if r.base.Parent != nil {
			continue
		}
		for _, f := range r.Facts {
			if side == SideRead && f.reads() == name || side == SideWrite && f.Name == name && (f.Side == SideWrite || f.Side == SideBoth) {
				found = true
				v.used[use{f, r.base, side}] = true
				v.sources[path] = append(v.sources[path], f.Resource+"."+f.Name)
			}
		}
	}
	if !found {
		what := WhatRead
		if side == SideWrite {
			what = WhatWrite
		}
		v.note(path, what, name, nil)
	}
}

// filter notes numbers by which a shared list is filtered that no fact has.
func (v *view) filter(name string, values []any) {
	for _, r := range v.c.at[v.kind.Name] {
		for _, f := range r.Facts {
			if r.base.Parent != nil || f.reads() != name || len(f.Values) == 0 {
				continue
			}
			for _, val := range values {
				if n, ok := model.AsInt(val); ok {
					if _, known := f.Values[n]; known {
						continue
					}
				}
				v.note("(filter)", WhatNumber, name, []*Fact{f})
			}
		}
	}
}

// markWritten counts the facts of a name of the object as written.
func (v *view) markWritten(name string) {
	for _, r := range v.c.at[v.kind.Name] {
		for _, f := range r.Facts {
			if r.base.Parent == nil && f.Name == name {
				v.used[use{f, r.base, SideWrite}] = true
			}
		}
	}
}

// unused notes facts that the kind neither reads nor writes.
func (v *view) unused() {
	for _, r := range v.c.at[v.kind.Name] {
		skipped := v.skipped(r.base)
		for _, f := range r.Facts {
			read := f.Side == SideRead || f.Side == SideBoth
			if read && !v.used[use{f, r.base, SideRead}] && !v.holds(f, r, SideRead) && !skips(skipped, r.via+f.Name) {
				v.note(f.Resource+"."+f.Name, WhatUnread, f.Type, []*Fact{f})
			}
			write := f.Side == SideWrite || f.Side == SideBoth && v.used[use{f, r.base, SideRead}]
			if write && !v.used[use{f, r.base, SideWrite}] && !v.holds(f, r, SideWrite) && !skips(skipped, r.via+f.Name) {
				v.note(f.Resource+"."+f.Name, WhatUnwritten, f.Type, []*Fact{f})
			}
		}
	}
}

// holds tells whether something below the fact is used: it is an object or an
// array whose values stand elsewhere in the schema.
func (v *view) holds(f *Fact, r placed, side string) bool {
	for _, other := range r.Facts {
		if other != f && (strings.HasPrefix(other.Name, f.Name+".") || strings.HasPrefix(other.Name, f.Name+"[]")) && v.used[use{other, r.base, side}] {
			return true
		}
	}
	return false
}

func skips(names []string, name string) bool {
	return slices.ContainsFunc(names, func(s string) bool {
		return name == s || strings.HasPrefix(name, s+".") || strings.HasPrefix(name, s+"[]")
	})
}

// skipped are the read names that are no configuration, as seen from base.
func (v *view) skipped(base *model.Property) []string {
	k := v.kind
	out := []string{"id", "siteId"}
	if base.Parent == nil {
		for name := range k.ReadOnly {
			out = append(out, name)
		}
		for _, s := range k.Skip {
			out = slices.AppendSeq(out, maps.Keys(s.Where))
		}
	}
	base.Walk(func(p *model.Property) {
		at := ReadAt(p, base)
		if p.Codec != "" && p.Type == model.TypeArray {
			out = append(out, at) // a form of its own
		}
		for name := range p.ReadOnly {
			out = append(out, strings.TrimPrefix(at+"."+name, "."))
		}
		if p.List != nil {
			entry := strings.TrimPrefix(at+"[].", ".")
			for _, name := range []string{p.List.ID, p.List.Priority} {
				if name != "" {
					out = append(out, entry+name)
				}
			}
		}
	})
	if l := base.Parent; base.Name == "[]" && l != nil && l.List != nil {
		if l.Codec != "" {
			out = append(out, "ip", "ipType", "iPv4s", "iPv6s") // the forms of a range
		}
		out = append(out, l.List.ID, l.List.Priority)
		for _, s := range l.List.Skip {
			out = slices.AppendSeq(out, maps.Keys(s.Where))
		}
	}
	return out
}
