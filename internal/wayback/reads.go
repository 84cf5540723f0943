package wayback

import (
	"slices"

	"rassync/internal/export"
	"rassync/internal/model"
)

// Reads are the Objects without the parts with reads of their own that the run sent
// nothing of: what must be read to find the way back. What others changed in those
// parts is none of the run's business.
func (w *Way) Reads() []*model.Object {
	by := map[*model.Object][]*touched{}
	for _, t := range w.sent.list {
		if o := w.before(t); o != nil {
			by[o] = append(by[o], t)
		}
	}
	var out []*model.Object
	for _, o := range w.Objects() {
		list := by[o]
		k := w.cat.Kind(o.Address.Kind)
		if len(list) == 0 || k == nil || k.Shape == model.OrderShape {
			out = append(out, o)
			continue
		}
		unread := export.UnreadParts(k, o, func(_ *model.Object, p *model.Property) bool {
			for _, t := range list {
				if t.created || t.touches(k, p.Path()) {
					return true
				}
			}
			return false
		})
		read := *o
		read.Spec = export.Without(o.Spec, unread)
		out = append(out, &read)
	}
	return out
}

// touches tells whether the run sent something of a property, or had the farm copy
// it.
func (t *touched) touches(k *model.Kind, path string) bool {
	return t.covers(path) || slices.ContainsFunc(t.copies, func(c copied) bool { return c.mayWrite(k, path) })
}
