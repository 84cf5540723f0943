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
	c, changed := f.copied(from, to, group)
	if !changed {
		return
	}
	c.seq = max(c.seq, from.seq)
	f.touch(c)
	f.staged.put(c)
}

// copied is an object with the values of another one in a group of properties.
func (f *Farm) copied(from, to *object, group []*model.Property) (c *object, changed bool) {
	c = to.copy()
	for _, p := range group {
		v, ok := f.valueOf(from, p)
		was, _ := f.valueOf(to, p)
		if !ok || sameValue(v, was) {
			continue
		}
		changed = f.setValue(c, p, clone(v)) || changed
	}
	return c, changed
}

// placeOf is where an object holds a property: in its own answer, or in a part of
// it that has a path of its own.
func (f *Farm) placeOf(k *kind, p *model.Property) (holder string, path []string, ok bool) {
	for _, fl := range k.layout.fields {
		if fl.prop == p {
			return fl.holder, fl.path, true
		}
	}
	for _, ls := range k.layout.lists {
		if ls.prop == p {
			return ls.holder, ls.path, true
		}
	}
	return "", nil, false
}

func (f *Farm) valueOf(o *object, p *model.Property) (any, bool) {
	holder, path, ok := f.placeOf(o.kind, p)
	if !ok {
		return nil, false
	}
	return valueAt(o.root(holder), path)
}

// setValue tells whether the object has a place for the property.
func (f *Farm) setValue(o *object, p *model.Property, v any) bool {
	holder, path, ok := f.placeOf(o.kind, p)
	switch root, isMap := o.root(holder).(map[string]any); {
	case !ok:
		return false
	case len(path) == 0:
		o.parts[holder] = v
		return true
	case isMap:
		setAt(root, path, v)
		return true
	}
	return false
}
