package farmsim

import (
	"net/http"
)

// pick finds the object that the path names.
func (c *call) pick() (*object, *answer) {
	k := c.kind
	if k.single() {
		var site int64
		if k.siteScoped() {
			id, a := c.site(k.SiteQuery)
			if a != nil {
				return nil, a
			}
			site = id
			if c.r.Method == http.MethodGet && k.SiteUnsure && c.f.opts.Disagree != nil && c.f.opts.Disagree.OneSiteRead {
				site = c.f.licensingSite(c.f.staged)
			}
		}
		o := c.f.staged.get(k, site)
		if o == nil {
			o = c.f.singleton(c.f.staged, k, site)
			c.f.staged.set(k, site, o)
		}
		return o, nil
	}
	o := c.f.staged.get(k, c.id(0))
	if o == nil {
		name := ""
		if len(c.params) > 0 {
			name = c.params[0]
		}
		return nil, problem(http.StatusNotFound, c.path, "no %s has the id %s", k.Name, name)
	}
	return o, nil
}

// change finds the object and refuses if it is locked.
func (c *call) change() (*object, *answer) {
	o, a := c.pick()
	if a != nil {
		return nil, a
	}
	if a := c.f.locked(o); a != nil {
		return nil, a
	}
	return o.copy(), nil
}

// changeBy is change for a call whose body is an object.
func (c *call) changeBy() (*object, map[string]any, *answer) {
	o, a := c.change()
	if a != nil {
		return nil, nil, a
	}
	in, a := c.object()
	return o, in, a
}
