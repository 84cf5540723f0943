package farmsim

import (
	"fmt"
)

// update makes the handler of a PUT: 204, only the given fields change.
func (f *Farm) update(k *kind, b *body) func(*call) *answer {
	return func(c *call) *answer {
		o, in, a := c.changeBy()
		if a != nil {
			return a
		}
		flat, nested := f.shapesOf(b.shapes, false)
		t := &target{v: &valuer{f: f, w: f.staged, site: o.site}, l: k.layout, o: o, flat: flat, nested: nested}
		renamed := false
		err := t.write(b, in, func(name string, v any) (bool, error) {
			if b.at != "" || name != f.renameName(k) {
				return false, nil
			}
			if v == nil || v == o.name() {
				return true, nil
			}
			if o.builtin() && len(k.Builtin) > 0 {
				return true, fmt.Errorf("%s is built in and cannot be renamed", o.name())
			}
			renamed = true
			return true, f.setName(o, v)
		})
		if err != nil {
			return refuse("%v", err)
		}
		if err := f.entriesThere(f.staged, k.layout, o.site, func(holder string) any { return o.root(holder) }); err != nil {
			return refuse("%v", err)
		}
		if renamed {
			if a := f.nameFree(c, o, o.parent()); a != nil {
				return a
			}
		}
		if a := f.lastStanding(o, true); a != nil {
			return a
		}
		f.derive(o)
		f.touch(o)
		f.staged.put(o)
		f.switchOff(o)
		f.replicate(o)
		return done()
	}
}

// renameName is the name under which a new name is sent; "" if the kind
// cannot be renamed.
func (f *Farm) renameName(k *kind) string {
	names := k.Identity.Rename
	if len(names) == 0 {
		return ""
	}
	return names[min(f.sw.WriteAlternative, len(names)-1)]
}
