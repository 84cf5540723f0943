package export

import (
	"strings"

	"rassync/internal/model"
)

// templateBelow is Below for templates.
func templateBelow(self, at string) string {
	if strings.HasPrefix(at, "/") {
		return at
	}
	return self + "/" + at
}

// ownReads are the templates of the reads that may show a property which the
// answer of its object lacks.
func ownReads(cat *model.Catalog, k *model.Kind, p *model.Property) []string {
	var out []string
	own := ""
	for at := p; at != nil; at = at.Parent {
		if at.Name != "[]" {
			continue
		}
		if at.Parent.List == nil || at.Parent.List.At == "" {
			return nil
		}
		own = at.Parent.List.At + "/{entry}/" + own
	}
	for _, at := range (model.Missing{Prop: p, Own: own}).Reads() {
		if path := templateBelow(k.Self, at); cat.Answers(path) {
			out = append(out, path)
		}
	}
	return out
}

// Reads lists the path templates that reading the kinds may GET: what a
// session's Reader is allowed to ask for, and nothing else.
func Reads(cat *model.Catalog) []string {
	seen := map[string]bool{}
	var out []string
	add := func(path string) {
		if path != "" && !seen[path] {
			seen[path] = true
			out = append(out, path)
		}
	}
	add("/api/Session") // who is logged on
	for _, k := range cat.Kinds() {
		if k.List != nil {
			add(k.List.Path)
		}
		if k.Tree != nil {
			add(k.Tree.All)
		}
		if k.Shape == model.Singleton && !k.NoRead {
			add(k.Self)
		}
		add(k.Get)
		k.Spec.Walk(func(p *model.Property) {
			if p.Part != nil && p.Part.Get {
				add(k.Self + "/" + p.Part.At)
			}
			if p.List != nil && p.List.Get != "" {
				add(templateBelow(k.Self, p.List.Get))
			}
			if p.File != nil {
				add(strings.ReplaceAll(p.File.Get, "{self}", k.Self))
			}
			for _, path := range ownReads(cat, k, p) {
				add(path)
			}
			if p.Lookup != nil {
				add(p.Lookup.Path)
			}
			if p.Membership != nil {
				add(cat.Kind(p.Membership.Of).Self + "/" + p.Membership.At)
			}
		})
	}
	add("/api/WebService/version")
	return out
}
