package export

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"

	"rassync/internal/model"
)

// Names translates references between ids and names. Objects that an apply
// makes are added as they come.
type Names struct {
	cat    *model.Catalog
	mu     sync.RWMutex
	byID   map[kindID]*model.Object
	byName map[model.Address]*model.Object
	marked map[model.Address][]*model.Object // by address without the mark
	lists  map[entryKey]*entrySet            // of objects whose entries others name
}

type kindID struct {
	kind string
	id   int64
}

func newNames(cat *model.Catalog) *Names {
	return &Names{cat: cat, byID: map[kindID]*model.Object{}, byName: map[model.Address]*model.Object{}, marked: map[model.Address][]*model.Object{}}
}

// Add makes an object findable. It reports false if another object of the
// same name is there already (the farm may allow that; people cannot tell
// them apart).
func (n *Names) Add(o *model.Object) bool {
	if o.ID == "" {
		n.dropEntries(o) // settings that were written: their entries may have other names
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if id, err := strconv.ParseInt(o.ID, 10, 64); err == nil {
		n.byID[kindID{o.Address.Kind, id}] = o
	}
	fresh := true
	for _, a := range addresses(o) {
		if other := n.byName[a.Key()]; other != nil && other.ID != o.ID {
			fresh = false
			continue
		}
		n.byName[a.Key()] = o
		if a.Mark() != "" {
			bare := a.Unmarked().Key()
			n.marked[bare] = append(n.marked[bare], o)
		}
	}
	return fresh
}

// Remove forgets an object.
func (n *Names) Remove(o *model.Object) {
	n.dropEntries(o)
	n.mu.Lock()
	defer n.mu.Unlock()
	if id, err := strconv.ParseInt(o.ID, 10, 64); err == nil {
		delete(n.byID, kindID{o.Address.Kind, id})
	}
	for _, a := range addresses(o) {
		if n.byName[a.Key()] == o {
			delete(n.byName, a.Key())
		}
		if bare := a.Unmarked().Key(); a.Mark() != "" {
			n.marked[bare] = slices.DeleteFunc(n.marked[bare], func(t *model.Object) bool { return t == o })
		}
	}
}

// Find gives the object at an address; objects that are in several sites are
// found under each of them.
func (n *Names) Find(a model.Address) *model.Object {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.known(a)
}

func addresses(o *model.Object) []model.Address {
	out := []model.Address{o.Address}
	for _, s := range o.InSites {
		if s != o.Address.Site {
			out = append(out, model.Address{Site: s, Kind: o.Address.Kind, Name: o.Address.Name})
		}
	}
	return out
}

// ofID gives the object of a kind with this id; nil if no list had it.
func (n *Names) ofID(kind string, id int64) *model.Object {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.byID[kindID{kind, id}]
}

// NameOf implements model.Names.
func (n *Names) NameOf(kinds []string, id int64, site string) (string, bool) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	for _, kind := range kinds {
		o := n.byID[kindID{kind, id}]
		if o == nil {
			continue
		}
		return n.refText(kinds, o, site), true
	}
	return "", false
}

func (n *Names) refText(kinds []string, o *model.Object, site string) string {
	name := o.Address.Name
	if strings.HasPrefix(name, "//") {
		name = "%2F" + name[1:]
	}
	if len(kinds) > 1 {
		for _, other := range kinds {
			a := model.Address{Site: o.Address.Site, Kind: other, Name: o.Address.Name}
			if other != o.Address.Kind && n.byName[a.Key()] != nil {
				name = o.Address.Kind + ":" + name
				break
			}
		}
	}
	if o.Address.Site == "" || model.SameName(o.Address.Site, site) {
		return name
	}
	for _, s := range o.InSites {
		if model.SameName(s, site) {
			return name
		}
	}
	return "//" + model.EscapeSegment(o.Address.Site) + "/" + name
}

// Resolve finds what a reference in site names.
func (n *Names) Resolve(kinds []string, ref, site string) *model.Object {
	n.mu.RLock()
	defer n.mu.RUnlock()
	for _, a := range RefAddresses(n.cat, kinds, ref, site) {
		if o := n.known(a); o != nil {
			return o
		}
	}
	return nil
}

// IDOf implements model.Names.
func (n *Names) IDOf(kinds []string, ref, site string) (int64, error) {
	o := n.Resolve(kinds, ref, site)
	if o == nil {
		return 0, fmt.Errorf("there is no %s %q", strings.Join(kinds, " or "), ref)
	}
	return strconv.ParseInt(o.ID, 10, 64)
}

// RefAddresses are the addresses that a reference may mean, likeliest first:
// a plain name in the same site (or the farm), Kind:name, //Site/name.
func RefAddresses(cat *model.Catalog, kinds []string, ref, site string) []model.Address {
	if rest, ok := strings.CutPrefix(ref, "//"); ok {
		s, name, _ := strings.Cut(rest, "/")
		site, ref = model.UnescapeSegment(s), name
	}
	if kind, name, ok := strings.Cut(ref, ":"); ok {
		for _, k := range kinds {
			if k == kind {
				return []model.Address{inScope(cat, k, site, name)}
			}
		}
	}
	if strings.HasPrefix(ref, "%2F/") {
		ref = "/" + ref[3:]
	}
	out := make([]model.Address, 0, len(kinds))
	for _, k := range kinds {
		out = append(out, inScope(cat, k, site, ref))
	}
	return out
}

func inScope(cat *model.Catalog, kind, site, name string) model.Address {
	if k := cat.Kind(kind); k != nil && k.Scope == model.ScopeFarm {
		site = ""
	}
	return model.Address{Site: site, Kind: kind, Name: name}
}

// Named lists the names of the objects of these kinds in a site, sorted: for
// suggestions.
func (n *Names) Named(kinds []string, site string) []string {
	n.mu.RLock()
	defer n.mu.RUnlock()
	var out []string
	for _, o := range n.byID {
		for _, k := range kinds {
			if o.Address.Kind == k && (o.Address.Site == "" || model.SameName(o.Address.Site, site)) {
				out = append(out, o.Address.Name)
			}
		}
	}
	sort.Strings(out)
	return out
}
