package workspace

import (
	"fmt"
	"sort"
	"strings"

	"rassync/internal/model"
)

// renameSites gives the sites of the documents the names that they have on the
// farm of an overlay. It comes last: documents, base and overlay alike, are
// written and checked under the names of the base.
func (ws *Workspace) renameSites(names map[string]string) model.Diagnostics {
	var ds model.Diagnostics
	for _, from := range RenameSites(ws.cat, ws.Objects, names) {
		ds = append(ds, model.Diagnostic{
			Severity: model.Warning, Source: model.Source{File: ConfigFile, Line: 1, Col: 1},
			Summary: fmt.Sprintf("overlays.%s: sites: nothing is declared of site %q", ws.Overlay, from),
		})
	}
	return ds
}

// RenameSites gives the sites of objects other names: in addresses, in references
// and in orders. It returns the names that no object had.
func RenameSites(cat *model.Catalog, objects []*model.Object, names map[string]string) (unused []string) {
	if len(names) == 0 {
		return nil
	}
	to := make(map[string]string, len(names))
	for from, name := range names {
		to[model.Fold(from)] = name
	}
	used := map[string]bool{}
	rename := func(site string) string {
		if name, ok := to[model.Fold(site)]; ok {
			used[model.Fold(site)] = true
			return name
		}
		return site
	}
	for _, o := range objects {
		k := cat.Kind(o.Address.Kind)
		o.Address.Site = rename(o.Address.Site)
		if o.Address.Kind == model.SiteKind {
			o.Address.Name = rename(o.Address.Name)
			if o.RenamedFrom != "" {
				o.RenamedFrom = rename(o.RenamedFrom)
			}
		}
		for i, site := range o.InSites {
			o.InSites[i] = rename(site)
		}
		if k != nil && o.Spec != nil {
			o.Spec, _ = renameIn(k.Spec, o.Spec, rename).(map[string]any)
			if k.Shape == model.OrderShape {
				renameItems(o.Spec, rename)
			}
		}
	}
	for from := range names {
		if !used[model.Fold(from)] {
			unused = append(unused, from)
		}
	}
	sort.Strings(unused)
	return unused
}

// renameIn renames sites in a value: references to sites, and references that
// name the site of their object as //Site/Name.
func renameIn(p *model.Property, v any, rename func(string) string) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, e := range v {
			if c := p.Prop(name); c != nil {
				e = renameIn(c, e, rename)
			}
			out[name] = e
		}
		return out
	case []any:
		items := p.Items
		if items == nil {
			items = p
		}
		out := make([]any, len(v))
		for i, e := range v {
			if len(p.Ref) > 0 && len(items.Ref) == 0 {
				items = p
			}
			out[i] = renameIn(items, e, rename)
		}
		return out
	case string:
		if len(p.Ref) == 0 {
			return v
		}
		if rest, ok := strings.CutPrefix(v, "//"); ok {
			site, name, _ := strings.Cut(rest, "/")
			return "//" + model.EscapeSegment(rename(model.UnescapeSegment(site))) + "/" + name
		}
		for _, kind := range p.Ref {
			if kind == model.SiteKind {
				return rename(v)
			}
		}
		return v
	}
	return v
}

// renameItems renames the sites that an order names beside its items.
func renameItems(spec map[string]any, rename func(string) string) {
	items, _ := spec["items"].([]any)
	for _, e := range items {
		if m, ok := e.(map[string]any); ok {
			if site, ok := m["site"].(string); ok {
				m["site"] = rename(site)
			}
		}
	}
}
