package plan

import (
	"slices"
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
		spec = export.WithoutPath(spec, path)
	}
	h := hasher{names: names, site: o.Address.Site, unwanted: unwanted(k, o, want)}
	hash := model.Hash(h.byID(k.Spec, spec))
	if len(absent) > 0 {
		hash += "|" + strings.Join(absent, ",")
	}
	return hash
}

// Wanted says which parts of its object are read for a change: of an update those
// that it writes, of an object that is made those that are declared.
func (c *Change) Wanted() func(*model.Object, *model.Property) bool {
	declared := c.Declared()
	if c.Action != Update {
		return declared
	}
	return func(o *model.Object, p *model.Property) bool { return declared(o, p) && (!ownRead(p) || c.Writes(p)) }
}

// Declared says which parts of the object of a change are declared.
func (c *Change) Declared() func(*model.Object, *model.Property) bool {
	if c.Action == Delete {
		return WantOf(nil)
	}
	return WantOf(c.Desired)
}

// ownRead tells whether a property is read by a request of its own.
func ownRead(p *model.Property) bool { return p.File != nil && p.File.Costly || p.OwnPartGet() != nil }

// Writes tells whether the change writes something of what is read together with
// a property.
func (c *Change) Writes(p *model.Property) bool {
	path := p.Path()
	if own := p.OwnPartGet(); own != nil {
		path = own.Path()
	}
	path, _ = splitLabels(strings.ReplaceAll(path, "[]", ""))
	for _, f := range c.Fields {
		plain, _ := splitLabels(f.Path)
		plain = strings.ReplaceAll(plain, "[]", "")
		if plain == path || strings.HasPrefix(plain, path+".") || strings.HasPrefix(path, plain+".") {
			return true
		}
	}
	return false
}

// Reads is what is declared of the object of a change without the parts that the
// change does not write: what must be read to carry it out.
func (c *Change) Reads(k *model.Kind) *model.Object {
	if c.Action != Update || c.Desired == nil {
		return c.Desired
	}
	d := *c.Desired
	d.Spec = export.Without(d.Spec, export.UnreadParts(k, c.Desired, c.Wanted()))
	return &d
}

// Unread is the spec of the declared parts that the change does not write: its plan
// says that the farm has them as they are declared.
func (c *Change) Unread(k *model.Kind) map[string]any {
	if c.Action != Update || c.Desired == nil {
		return nil
	}
	out := &model.Object{Spec: map[string]any{}}
	wanted := c.Wanted()
	export.Carry(k, c.Desired, out, wanted)
	return out.Spec
}

// Switches tells whether the change writes what may switch a property on or off.
func (c *Change) Switches(p *model.Property) bool {
	for at := p; at.Parent != nil; at = at.Parent {
		names := []string{at.Gate}
		for name := range at.When {
			names = append(names, name)
		}
		for _, name := range names {
			if rest, beside := strings.CutPrefix(name, "./"); beside {
				name = joinPath(at.Parent.Path(), rest)
			}
			if name != "" && slices.ContainsFunc(c.Fields, func(f Field) bool { return f.Path == name || strings.HasPrefix(name, f.Path+".") }) {
				return true
			}
		}
	}
	return false
}

// unwanted are the properties with reads of their own that are not wanted.
func unwanted(k *model.Kind, o *model.Object, want func(*model.Object, *model.Property) bool) map[*model.Property]bool {
	out := map[*model.Property]bool{}
	for _, p := range export.UnreadParts(k, o, want) {
		out[p] = true
	}
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
