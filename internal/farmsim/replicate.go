package farmsim

import "rassync/internal/model"

// replicate copies to the other sites what the flags of a site's settings say:
// while one is true, each write of the settings copies its group.
func (f *Farm) replicate(o *object) {
	d := f.opts.Disagree
	if d != nil && d.NoReplicate {
		return
	}
	for _, flag := range o.kind.Copying() {
		if on, _ := f.valueOf(o, flag); on != true {
			continue
		}
		group := o.kind.Group(flag)
		if d != nil && d.Replicate {
			group = append(group, flag)
		}
		for _, other := range f.staged.all(o.kind) {
			if other.site != o.site {
				f.copyGroup(o, other, group)
			}
		}
	}
}

func (f *Farm) copyGroup(from, to *object, group []*model.Property) {
	c := to.copy()
	changed := false
	for _, p := range group {
		v, ok := f.valueOf(from, p)
		was, _ := f.valueOf(to, p)
		if !ok || sameValue(v, was) {
			continue
		}
		if fl := f.fieldOf(from.kind, p); fl != nil {
			setAt(c.raw, fl.path, clone(v))
			changed = true
		}
	}
	if !changed {
		return
	}
	c.seq = max(c.seq, from.seq)
	f.touch(c)
	f.staged.put(c)
}

// fieldOf is where the answer of an object holds a property.
func (f *Farm) fieldOf(k *kind, p *model.Property) *field {
	for _, fl := range k.layout.fields {
		if fl.prop == p && fl.holder == "" {
			return fl
		}
	}
	for _, ls := range k.layout.lists {
		if ls.prop == p && ls.holder == "" {
			return &field{prop: p, path: ls.path}
		}
	}
	return nil
}

func (f *Farm) valueOf(o *object, p *model.Property) (any, bool) {
	fl := f.fieldOf(o.kind, p)
	if fl == nil {
		return nil, false
	}
	return valueAt(o.raw, fl.path)
}
