package farmsim

import (
	"fmt"
	"net/http"
	"runtime"
	"sort"
	"strings"
	"sync"
)

// meant tells, of several kinds that are created under one path, whether the
// query's constants are those of k.
func (c *call) meant(k *kind) bool {
	if k.Create == nil {
		return false
	}
	for name, v := range k.Create.Query {
		if said(k, name) {
			continue
		}
		if c.query[strings.ToLower(name)] != fmt.Sprint(v) {
			return false
		}
	}
	return true
}

// said tells whether a property of the kind may say another value than the
// constant of a create's query.
func said(k *kind, name string) bool {
	for _, fl := range k.layout.fields {
		if fl.prop.Query != "" && strings.EqualFold(fl.prop.Query, name) {
			return true
		}
	}
	return false
}

// list answers the objects of all kinds that share the path.
func (f *Farm) list(c *call, ends []*endpoint) *answer {
	var objects []*object
	denied := 0
	for _, e := range ends {
		k := e.kind
		if f.denied[k.Name] {
			denied++
			continue
		}
		site := int64(-1)
		if k.siteScoped() && k.List.Site != "" {
			id, a := c.site(k.List.Site)
			if a != nil {
				return a
			}
			site = id
		}
		for _, o := range f.staged.all(k) {
			if f.inList(o, site) && c.wanted(o) {
				objects = append(objects, o)
			}
		}
	}
	if denied == len(ends) && !f.sw.NoRightsEmpty {
		return problem(http.StatusUnauthorized, c.path, "no rights on these objects")
	}
	if len(ends) > 1 {
		sort.SliceStable(objects, func(i, j int) bool { return objects[i].id < objects[j].id })
	}
	if len(objects) == 1 && f.sw.SingleAsObject {
		return okBytes(f.show(objects[0], true))
	}
	f.warm(objects)
	b := []byte{'['}
	for i, o := range objects {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, f.show(o, true)...)
	}
	return okBytes(append(b, ']'))
}

// warm encodes a long list on all processors.
func (f *Farm) warm(objects []*object) {
	const worth = 500
	workers := runtime.GOMAXPROCS(0)
	if len(objects) < worth || workers < 2 {
		return
	}
	var wg sync.WaitGroup
	for i := range workers {
		part := objects[len(objects)*i/workers : len(objects)*(i+1)/workers]
		wg.Go(func() {
			for _, o := range part {
				f.show(o, true)
			}
		})
	}
	wg.Wait()
}

// inList tells whether a site's list holds the object. The tree of published
// items is one for the farm (two-sided reading 2).
func (f *Farm) inList(o *object, site int64) bool {
	if site < 0 {
		return true
	}
	if o.kind.Tree == nil {
		return o.site == site
	}
	if !f.sw.ItemsBySite {
		return true
	}
	sites, has := f.sitesOf(o)
	if !has {
		return o.site == site
	}
	for _, id := range sites {
		if id == site {
			return true
		}
	}
	return false
}

// sitesOf lists the sites that an item is published in.
func (f *Farm) sitesOf(o *object) ([]int64, bool) {
	fl := o.kind.sitesField()
	if fl == nil {
		return nil, false
	}
	var out []int64
	for _, e := range listAt(o.root(fl.holder), fl.path) {
		if id, ok := asInt(e); ok {
			out = append(out, id)
		}
	}
	return out, true
}

func (k *kind) sitesField() *field {
	if k.Sites == "" {
		return nil
	}
	for _, f := range k.layout.fields {
		if f.yaml == k.Sites {
			return f
		}
	}
	return nil
}

// wanted applies the filter parameters of lists: Name, Server, ip.
func (c *call) wanted(o *object) bool {
	for _, name := range []string{"name", strings.ToLower(o.kind.Identity.Read)} {
		if want, given := c.query[name]; given && want != "" && !strings.EqualFold(bareAccount(want), bareAccount(o.name())) {
			return false
		}
	}
	return true
}

func (f *Farm) getOne(c *call) *answer {
	o, a := c.pick()
	if a != nil {
		return a
	}
	return okBytes(f.show(o, false))
}

// wholeAnswers are the parts whose read answers the whole object (reference
// page of the criteria of logon hours).
var wholeAnswers = map[string]bool{"LogonHours Criteria": true}
