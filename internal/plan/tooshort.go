package plan

import (
	"maps"
	"slices"

	"rassync/internal/model"
)

// An answer may show an empty text where a write takes none: what was never set
// can be set, and not be emptied again.

// takeable is a value without the empty texts that the farm is known to refuse:
// a new object, or a new entry of a list, has none there by itself. It tells
// whether there were any; v itself stays as it is.
func takeable(p *model.Property, v any) (any, bool) {
	changed := false
	switch v := v.(type) {
	case map[string]any:
		out := v
		for _, c := range p.Props {
			w, ok := v[c.Name]
			if !ok {
				continue
			}
			gone := w == "" && c.TooShort(w) && !c.RequiredOnCreate
			t, less := takeable(c, w)
			if !gone && !less {
				continue
			}
			if !changed {
				out, changed = maps.Clone(v), true
			}
			if gone {
				delete(out, c.Name)
			} else {
				out[c.Name] = t
			}
		}
		return out, changed
	case []any:
		if !p.Items.Structured() {
			return v, false
		}
		out := v
		for i, e := range v {
			t, less := takeable(p.Items, e)
			if !less {
				continue
			}
			if !changed {
				out, changed = slices.Clone(v), true
			}
			out[i] = t
		}
		return out, changed
	}
	return v, false
}

// takeable is a document without the empty texts that a create cannot send.
func (b *builder) takeable(k *model.Kind, d *model.Object) *model.Object {
	spec, changed := takeable(k.Spec, d.Spec)
	if !changed {
		return d
	}
	c := *d
	c.Spec = spec.(map[string]any)
	if live := b.liveOf[d]; live != nil {
		b.liveOf[&c] = live
	}
	return &c
}
