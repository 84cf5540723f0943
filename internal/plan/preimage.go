package plan

import (
	"maps"
	"strings"

	"rassync/internal/export"
	"rassync/internal/model"
)

// PreImage is the hash that binds a change to the object it was computed
// from. It is taken over the values that were read, references by id: a
// renamed neighbour is no change. Left out is what another object decides:
// the status that folders pass down, and what has a read of its own that nobody
// wants for the change: it may have been read for something else.
func PreImage(cat *model.Catalog, names *export.Names, o *model.Object, want func(*model.Object, *model.Property) bool) string {
	if o == nil {
		return ""
	}
	return preImage(cat, names, o, cat.Kind(o.Address.Kind).Unsure(o.Absent), want)
}

// SamePreImage tells whether an object is what a pre-image was taken of. What
// the farm did not show then does not count: another read may show it.
func SamePreImage(cat *model.Catalog, names *export.Names, o *model.Object, pre string, want func(*model.Object, *model.Property) bool) bool {
	_, list, _ := strings.Cut(pre, "|")
	var absent []string
	if list != "" {
		absent = strings.Split(list, ",")
	}
	return preImage(cat, names, o, absent, want) == pre
}

func preImage(cat *model.Catalog, names *export.Names, o *model.Object, absent []string, want func(*model.Object, *model.Property) bool) string {
	k, spec := cat.Kind(o.Address.Kind), o.Spec
	for _, path := range absent {
		spec = withoutPath(spec, strings.Split(path, "."))
	}
	h := hasher{names: names, site: o.Address.Site, unwanted: unwanted(k, o, want)}
	hash := model.Hash(h.byID(k.Spec, spec))
	if len(absent) > 0 {
		hash += "|" + strings.Join(absent, ",")
	}
	return hash
}

// withoutPath is spec without the value at a path; spec itself stays as it is.
func withoutPath(spec map[string]any, path []string) map[string]any {
	v, ok := spec[path[0]]
	if !ok {
		return spec
	}
	out := maps.Clone(spec)
	if sub, isMap := v.(map[string]any); isMap && len(path) > 1 {
		out[path[0]] = withoutPath(sub, path[1:])
		return out
	}
	if len(path) == 1 {
		delete(out, path[0])
	}
	return out
}

// Wanted says which parts of its object are read for a change.
func (c *Change) Wanted() func(*model.Object, *model.Property) bool {
	if c.Action == Delete {
		return WantOf(nil)
	}
	return WantOf(c.Desired)
}

// unwanted are the properties with reads of their own that are not wanted. One
// read may serve several.
func unwanted(k *model.Kind, o *model.Object, want func(*model.Object, *model.Property) bool) map[*model.Property]bool {
	read := map[string]bool{}
	for _, p := range k.Remote() {
		read[export.PartAt(p)] = read[export.PartAt(p)] || want(o, p)
	}
	out := map[*model.Property]bool{}
	for _, p := range k.Remote() {
		out[p] = !read[export.PartAt(p)]
	}
	k.Spec.Walk(func(p *model.Property) {
		if p.File != nil && p.File.Costly {
			out[p] = !want(o, p)
		}
	})
	return out
}

type hasher struct {
	names    *export.Names
	site     string
	unwanted map[*model.Property]bool
}

func (h hasher) byID(p *model.Property, v any) any {
	names, site := h.names, h.site
	switch v := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for name, e := range v {
			if name == model.EntryAbsent {
				continue // what is not shown is no value
			}
			c := p.Prop(name)
			if c != nil && (c.InheritsDown != nil || h.unwanted[c]) {
				continue
			}
			if c != nil && c.EntryOf != nil {
				m[name] = entryID(names, c, e, v, site)
				continue
			}
			m[name] = h.byID(c, e)
		}
		return m
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			if s, ok := e.(string); ok && p != nil {
				kinds := p.Ref
				if p.Items != nil && len(p.Items.Ref) > 0 {
					kinds = p.Items.Ref
				}
				if p.Items != nil && p.Items.EntryOf != nil {
					out[i] = entryID(names, p.Items, s, nil, site)
					continue
				}
				out[i] = idOf(names, kinds, s, site)
				continue
			}
			var it *model.Property
			if p != nil {
				it = p.Items
			}
			out[i] = h.byID(it, e)
		}
		return out
	case string:
		if p != nil {
			return idOf(names, p.Ref, v, site)
		}
	}
	return v
}

func idOf(names *export.Names, kinds []string, s, site string) any {
	if len(kinds) > 0 && s != "" {
		if id, err := names.IDOf(kinds, s, site); err == nil {
			return id
		}
	}
	return s
}

// entryID is the id of the entry that a value names; a renamed entry is no
// change.
func entryID(names *export.Names, p *model.Property, v any, siblings map[string]any, site string) any {
	if ref, ok := model.RefOf(p, v, siblings); ok {
		if id, err := names.EntryID(ref, site); err == nil {
			return id
		}
	}
	return v
}
