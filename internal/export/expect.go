package export

import (
	"rassync/internal/model"
)

// Expected is how many requests a read will take, as far as the documents tell:
// what the farm has beyond them is not known before it is read.
type Expected struct {
	Lists   int            // with the settings that are read whole
	Details int            // reads of parts of objects
	By      map[string]int // the details by kind
}

// Expect reckons what reading takes, from the objects that are declared.
func Expect(cat *model.Catalog, req Request, declared []*model.Object) Expected {
	e := Expected{By: map[string]int{}}
	sites := map[string]bool{}
	of := map[string][]*model.Object{}
	for _, d := range declared {
		if d.Address.Site != "" {
			sites[model.Fold(d.Address.Site)] = true
		}
		of[d.Address.Kind] = append(of[d.Address.Kind], d)
	}
	whole, needed := req.kinds(cat)
	asked := map[string]bool{} // several kinds share a list
	all := ""
	for _, k := range cat.Kinds() {
		if !needed[k.Name] || k.Shape == model.OrderShape {
			continue
		}
		if k.Tree != nil {
			all = k.Tree.All
		}
		path := k.Self
		if k.Shape == model.Collection {
			path = k.List.Path
		} else if k.NoRead {
			continue
		}
		if asked[path] {
			continue
		}
		asked[path] = true
		e.Lists += times(k, len(sites))
	}
	if all != "" {
		e.Lists += max(1, len(sites))
	}
	for _, k := range cat.Kinds() {
		if whole[k.Name] {
			e.details(req, k, of)
		}
	}
	return e
}

// times is how often a list is read: once a site, for kinds of sites.
func times(k *model.Kind, sites int) int {
	if k.Scope == model.ScopeSite {
		return max(1, sites)
	}
	return 1
}

// details adds the reads below the objects of a kind.
func (e *Expected) details(req Request, k *model.Kind, of map[string][]*model.Object) {
	n := 0
	for _, d := range of[k.Name] {
		seen := map[string]bool{}
		for _, p := range k.Remote() {
			at := PartAt(p)
			if wanted := req.Want == nil && !Costly(p) || req.Want != nil && req.Want(d, p); wanted && !seen[at] && InForce(p, d.Spec) {
				seen[at] = true
				n++
			}
		}
	}
	for _, p := range k.Spec.Props {
		if p.Membership != nil && len(of[k.Name]) > 0 {
			n += len(of[p.Membership.Of])
		}
	}
	if n > 0 {
		e.By[k.Name] = n
		e.Details += n
	}
}

// kinds are those that a request reads whole, and all whose lists it needs.
func (req Request) kinds(cat *model.Catalog) (whole, needed map[string]bool) {
	whole, needed = map[string]bool{}, map[string]bool{}
	for _, name := range req.Kinds {
		whole[name], needed[name] = true, true
		neededFor(cat.Kind(name), needed)
	}
	for _, k := range req.Names {
		needed[k] = true
	}
	return whole, needed
}
