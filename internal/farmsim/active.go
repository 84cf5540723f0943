package farmsim

import (
	"maps"
	"net/http"
)

// inactive refuses a write of an object that depends on another which is
// staged only, where the schema of that one says that it must be activated
// first.
func (f *Farm) inactive(c *call) *answer {
	if !f.activates || c.method == http.MethodDelete {
		return nil
	}
	for _, u := range f.staged.undo {
		o := f.staged.get(u.kind, u.id)
		if o == nil || !c.about(u, o) {
			continue
		}
		if on := f.waitsFor(o); on != nil {
			return refuse("%s %s cannot be used before the settings are applied.", on.kind.Name, on.name())
		}
	}
	return nil
}

// about tells whether the request itself changes the object: a neighbour may
// change along with it.
func (c *call) about(u undo, o *object) bool {
	return u.before == nil || u.kind == c.kind && (u.kind.single() || u.id == c.id(0)) || !maps.Equal(u.before.member, o.member)
}

// waiting tells whether a change of the object is staged that must be
// activated before others may build on it.
func (f *Farm) waiting(o *object) bool {
	if o == nil || o.kind.Activate == nil {
		return false
	}
	before := f.applied.get(o.kind, o.id)
	switch {
	case before == o:
		return false
	case before == nil:
		return o.kind.Activates("create")
	}
	return o.kind.Activates("update")
}

// waitsFor finds what the object depends on and is not active: what it
// refers to, its folder, its site, and kinds that come before its own.
func (f *Farm) waitsFor(o *object) *object {
	var found *object
	look := func(k *kind, id int64) {
		if k == nil || found != nil || k == o.kind && id == o.id {
			return
		}
		if other := f.staged.get(k, id); f.waiting(other) {
			found = other
		}
	}
	o.visitRefs(func(kinds []string, id int64, asleep bool) (bool, bool) {
		for _, name := range kinds {
			if !asleep {
				look(f.kinds[name], id)
			}
		}
		return false, true
	})
	if o.kind.Tree != nil {
		look(f.kinds[o.kind.Tree.Folder], o.parent())
	}
	look(f.siteKind(), o.site)
	for _, name := range o.kind.After {
		k := f.kinds[name]
		if k == nil || k.Activate == nil {
			continue
		}
		for _, other := range f.staged.all(k) {
			if o.site == 0 || other.site == 0 || other.site == o.site {
				look(k, other.id)
			}
		}
	}
	return found
}

// activating tells whether any kind has changes that must be activated.
func activating(kinds map[string]*kind) bool {
	for _, k := range kinds {
		if k.Activate != nil {
			return true
		}
	}
	return false
}
