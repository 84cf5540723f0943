package farmsim

import "fmt"

// newSite gives a fresh site what every site has: its primary broker, the
// built-in objects and the singletons.
func (f *Farm) newSite(o *object, in map[string]any) *answer {
	if o.kind.Name != "Site" {
		return nil
	}
	server, _ := in["server"].(string)
	if server == "" {
		return refuse("server is required")
	}
	f.furnish(f.staged, o.id, server)
	return nil
}

// furnish puts the content of a fresh site into a world.
func (f *Farm) furnish(w *world, site int64, server string) {
	if k := f.kinds["Broker"]; k != nil {
		b := f.fresh(k)
		b.id, b.site = w.fresh(k), site
		b.raw[k.Identity.Read] = server
		f.switchOn(b)
		f.finish(w, b)
		w.put(b)
	}
	for _, name := range sortedKeys(f.kinds) {
		k := f.kinds[name]
		if k.layout == nil || k.single() || !k.siteScoped() {
			continue
		}
		for _, builtin := range k.Builtin {
			b := f.fresh(k)
			b.id, b.site = w.fresh(k), site
			b.raw[k.Identity.Read] = builtin
			f.switchOn(b)
			for path, v := range builtinValues[k.Name] {
				if _, ok := b.raw[path]; ok {
					b.raw[path] = v
				}
			}
			f.finish(w, b)
			w.put(b)
		}
	}
	f.singletons(w)
}

// builtinValues are facts on single built-in objects.
var builtinValues = map[string]map[string]any{
	// A fresh policy blocks plain RDP through the gateway (administrators' guide).
	"TunnelingPolicy": {"publishType": int64(3)},
}

// clearSite removes what belongs to a site, and the references to it.
func (f *Farm) clearSite(site *object) {
	gone := map[string]map[int64]bool{"Site": {site.id: true}}
	drop := func(o *object) {
		f.unchain(f.staged, o)
		if gone[o.kind.Name] == nil {
			gone[o.kind.Name] = map[int64]bool{}
		}
		gone[o.kind.Name][o.id] = true
		f.staged.drop(f.staged.get(o.kind, o.id))
	}
	rehome := func(o *object, to int64) {
		c := f.staged.get(o.kind, o.id).copy()
		c.site = to
		f.staged.put(c)
	}
	var folders []*object
	for _, name := range sortedKeys(f.kinds) {
		k := f.kinds[name]
		if k.layout == nil || !k.siteScoped() {
			continue
		}
		for _, o := range f.staged.all(k) {
			if o.site != site.id {
				continue
			}
			if k.Tree == nil {
				drop(o)
				continue
			}
			// The tree is the farm's: an item that is also published elsewhere stays.
			switch home, stays := f.otherSite(o, site.id); {
			case stays:
				rehome(o, home)
			case k.Name == k.Tree.Folder:
				folders = append(folders, o)
			default:
				drop(f.staged.get(k, o.id))
			}
		}
	}
	for again := true; again; { // inner folders first
		again = false
		for i, o := range folders {
			if o != nil && f.firstOf(f.staged, o.kind, o.id, 0) == nil {
				drop(f.staged.get(o.kind, o.id))
				folders[i], again = nil, true
			}
		}
	}
	for _, o := range folders {
		if o != nil {
			rehome(o, f.licensingSite(f.staged))
		}
	}
	for _, name := range sortedKeys(f.kinds) {
		k := f.kinds[name]
		if k.layout == nil || !k.refers {
			continue
		}
		for _, o := range f.staged.all(k) {
			hit := false
			isGone := func(kinds []string, id int64) bool {
				for _, kind := range kinds {
					if gone[kind][id] {
						return true
					}
				}
				return false
			}
			o.visitRefs(func(kinds []string, id int64, _ bool) (bool, bool) {
				hit = hit || isGone(kinds, id)
				return false, true
			})
			if !hit {
				continue
			}
			c := o.copy()
			c.visitRefs(func(kinds []string, id int64, _ bool) (bool, bool) { return isGone(kinds, id), false })
			f.staged.put(c)
		}
	}
}

// otherSite finds another site that an item is published in.
func (f *Farm) otherSite(o *object, except int64) (int64, bool) {
	sites, _ := f.sitesOf(o)
	for _, id := range sites {
		if id != except {
			return id, true
		}
	}
	return 0, false
}

// factory is a fresh farm.
func (f *Farm) factory(username, site string) State {
	w := newWorld(f.kinds)
	id := int64(1)
	if k := f.siteKind(); k != nil {
		o := f.fresh(k)
		o.id = w.fresh(k)
		id = o.id
		o.raw[k.Identity.Read] = site
		o.raw["licensingSite"] = true
		f.switchOn(o)
		f.finish(w, o)
		w.put(o)
	}
	f.furnish(w, id, fmt.Sprintf("broker%d.example.com", id))
	if k := f.kinds["AdminAccount"]; k != nil {
		o := f.fresh(k)
		o.id = w.fresh(k)
		o.raw[k.Identity.Read] = f.accountForm(username)
		o.raw["permissions"] = int64(1)
		f.switchOn(o)
		f.finish(w, o)
		w.put(o)
	}
	return w.state(f.kinds)
}
