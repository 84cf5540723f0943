package seedgen

import (
	"errors"
	"fmt"
	"sort"
	"strings"

	"rassync/internal/farmsim"
	"rassync/internal/model"
)

// Build makes the farm.
func Build(cat *model.Catalog) (farmsim.State, error) {
	f := &farm{cat: cat, ids: map[string]int64{}, last: map[string]int64{}, byName: map[key]int64{}}
	f.sites()
	f.administrators()
	f.pools()
	f.hosts()
	f.hostDefaults()
	f.virtual()
	f.schedules()
	f.packages()
	f.certificates()
	f.gateways()
	f.secondFactors()
	f.themes()
	f.logonHours()
	f.siteSettings()
	f.connections()
	f.brokerSettings()
	f.farmSettings()
	f.devicesAndPrinters()
	f.notifications()
	f.unread()
	f.policies()
	f.published()
	return f.state()
}

// The two sites. The first one licenses the farm; its name and its broker are
// those of a fresh simulated farm, so that a wiped one can be filled again.
const (
	main   = "Main"
	zurich = "Zürich"
)

// m and l are an object and an array as they stand in YAML.
type (
	m = map[string]any
	l = []any
)

// farm collects what is declared, in the order of declaration.
type farm struct {
	cat     *model.Catalog
	objects []*object
	ids     map[string]int64 // last id given out, by id space
	last    map[string]int64 // last child of a folder, and last place of an order
	byName  map[key]int64
	bad     []error
}

type object struct {
	kind   *model.Kind
	site   string
	name   string // published items: the whole path
	id     int64
	spec   m
	extra  m // read-only values of the answer
	parent int64
	front  int64
}

// key is how a reference names an object; site is empty for the whole farm.
type key struct{ kind, site, name string }

func (f *farm) fail(format string, args ...any) { f.bad = append(f.bad, fmt.Errorf(format, args...)) }

// add declares an object of a site; site is empty for kinds of the farm, name
// for singletons.
func (f *farm) add(kind, site, name string, spec m) *object {
	k := f.cat.Kind(kind)
	if k == nil {
		f.fail("%s: no such kind", kind)
		return &object{extra: m{}}
	}
	o := &object{kind: k, site: site, name: name, spec: spec, extra: m{}}
	f.objects = append(f.objects, o)
	if k.Shape != model.Collection {
		return o
	}
	space := spaceOf(k)
	f.ids[space]++
	o.id = f.ids[space]
	at := key{kind, site, strings.ToLower(name)}
	if f.byName[at] != 0 {
		f.fail("%s %q in %q stands twice", kind, name, site)
	}
	f.byName[at] = o.id
	return o
}

// spaceOf groups the kinds that draw their ids from one counter: published
// items, and kinds that share a list.
func spaceOf(k *model.Kind) string {
	if k.Tree != nil {
		return "tree"
	}
	return strings.ToLower(k.List.Path)
}

// NameOf is of no use here: nothing is read back.
func (f *farm) NameOf([]string, int64, string) (string, bool) { return "", false }

// IDOf finds what a reference names.
func (f *farm) IDOf(kinds []string, ref, site string) (int64, error) {
	for _, kind := range kinds {
		for _, in := range []string{site, ""} {
			if id := f.byName[key{kind, in, strings.ToLower(ref)}]; id != 0 {
				return id, nil
			}
		}
	}
	return 0, fmt.Errorf("no %s is named %q in %q", strings.Join(kinds, " or "), ref, site)
}

// state encodes everything. Kinds are ordered by name, objects by id.
func (f *farm) state() (farmsim.State, error) {
	s := farmsim.State{}
	for _, o := range f.objects {
		raw, err := f.encode(o)
		if err != nil {
			f.fail("%s %s %q: %w", o.kind.Name, o.site, o.name, err)
			continue
		}
		s[o.kind.Name] = append(s[o.kind.Name], raw)
	}
	for _, list := range s {
		sort.SliceStable(list, func(i, j int) bool {
			a, _ := list[i]["id"].(int64)
			b, _ := list[j]["id"].(int64)
			return a < b
		})
	}
	return s, errors.Join(f.bad...)
}
