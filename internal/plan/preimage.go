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
// the status that folders pass down.
func PreImage(cat *model.Catalog, names *export.Names, o *model.Object) string {
	if o == nil {
		return ""
	}
	return preImage(cat, names, o, cat.Kind(o.Address.Kind).Unsure(o.Absent))
}

// SamePreImage tells whether an object is what a pre-image was taken of. What
// the farm did not show then does not count: another read may show it.
func SamePreImage(cat *model.Catalog, names *export.Names, o *model.Object, pre string) bool {
	_, list, _ := strings.Cut(pre, "|")
	var absent []string
	if list != "" {
		absent = strings.Split(list, ",")
	}
	return preImage(cat, names, o, absent) == pre
}

func preImage(cat *model.Catalog, names *export.Names, o *model.Object, absent []string) string {
	k, spec := cat.Kind(o.Address.Kind), o.Spec
	for _, path := range absent {
		spec = withoutPath(spec, strings.Split(path, "."))
	}
	hash := model.Hash(byID(names, k.Spec, spec, o.Address.Site))
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

func byID(names *export.Names, p *model.Property, v any, site string) any {
	switch v := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for name, e := range v {
			if name == model.EntryAbsent {
				continue // what is not shown is no value
			}
			c := p.Prop(name)
			if c != nil && c.InheritsDown != nil {
				continue
			}
			if c != nil && c.EntryOf != nil {
				m[name] = entryID(names, c, e, v, site)
				continue
			}
			m[name] = byID(names, c, e, site)
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
				out[i] = idOf(names, kinds, s, site)
				continue
			}
			var it *model.Property
			if p != nil {
				it = p.Items
			}
			out[i] = byID(names, it, e, site)
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
