package farmsim

import "rassync/internal/model"

// replicateFlags are the names of flags that stand for all settings of the
// object which holds them. Those for a part of the settings are stored and have
// no effect here: which settings belong to them is not written down.
var replicateFlags = []string{"replicate", "replicateSettings"}

// replicate copies the settings of a site to the other sites, if they say so.
func (f *Farm) replicate(o *object) {
	d := f.opts.Disagree
	if d == nil || !d.Replicate || !o.kind.single() || !o.kind.siteScoped() || !replicates(o) {
		return
	}
	for _, other := range f.staged.all(o.kind) {
		if other.site == o.site {
			continue
		}
		c := other.copy()
		for name, v := range o.raw {
			if p := o.kind.Spec.Prop(name); p != nil && !holdsReference(p) {
				c.raw[name] = clone(v)
			}
		}
		f.touch(c)
		f.staged.put(c)
	}
}

func replicates(o *object) bool {
	for _, name := range replicateFlags {
		if o.raw[name] == true {
			return true
		}
	}
	return false
}

// holdsReference tells whether a setting names an object, which another site
// does not have.
func holdsReference(p *model.Property) bool {
	found := false
	p.Walk(func(c *model.Property) { found = found || len(c.Ref) > 0 })
	return found
}
