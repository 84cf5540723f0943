package export

import (
	"context"
	"fmt"
	"slices"
	"sort"

	"rassync/internal/model"
)

// Farm is a live farm as far as it was read.
type Farm struct {
	Catalog *model.Catalog
	Names   *Names
	// Objects of each kind, in the order of their addresses.
	Objects map[string][]*model.Object
	// strangers are items of a tree that have no kind, by the folder they lie in.
	strangers map[int64][]*model.Object
	Sites     []*model.Object
	// Read tells which kinds were read with all their properties.
	Read    map[string]bool
	NotRead []NotRead
	// Failed are reads of single objects, or of parts of them, that failed: what
	// they would have shown is not known.
	Failed []FailedRead
	// Missed are further reads that the farm answers as if it had no such read:
	// it need not have each of them.
	Missed []FailedRead
	// Findings are kinds of surprise, for the report of an export.
	Findings Findings
	// Files holds the content of files by digest.
	Files map[string][]byte

	version func(context.Context) string
	learnt  *learnt // which further reads never bring anything on this farm
	index   index
}

// NewFarm is a farm of objects at hand: no farm is asked.
func NewFarm(cat *model.Catalog, objects ...*model.Object) *Farm {
	f := &Farm{Catalog: cat, Names: newNames(cat), Objects: map[string][]*model.Object{}, Read: map[string]bool{}, Files: map[string][]byte{}}
	for _, o := range objects {
		f.Read[o.Address.Kind] = true
		f.Objects[o.Address.Kind] = append(f.Objects[o.Address.Kind], o)
		f.Names.Add(o)
		if o.Address.Kind == model.SiteKind {
			f.Sites = append(f.Sites, o)
		}
	}
	return f
}

// NotRead is a kind that could not be read in a site, and why.
type NotRead struct {
	Kind string
	Site string
	Err  error
}

// String says what was not read.
func (n NotRead) String() string {
	where := n.Kind
	if n.Site != "" {
		where += " in site " + n.Site
	}
	return fmt.Sprintf("%s was not read: %v", where, n.Err)
}

// FailedRead is a read about one object that failed.
type FailedRead struct {
	Address model.Address
	Path    string // of the request
	Err     error
	Shows   []string // yaml paths of what it was to show, as far as that is known
}

// String says what was not read.
func (f FailedRead) String() string {
	return fmt.Sprintf("%s: GET %s failed, what it shows is not known: %v", f.Address, f.Path, f.Err)
}

// Findings count what the schemas do not know, by kind and path.
type Findings struct {
	Unknown    map[string]map[string]int
	NewNumbers map[string]map[string]int
	// HeldBack are values that look like secrets where the schema knows no
	// names: they are left out.
	HeldBack  map[string]map[string]int
	Dangling  []string
	Same      []string // addresses that several live objects share
	Skipped   map[string]int
	Strangers []string // published items of no kind, by their path
	// NotShown are properties that a schema knows and no answer of the farm
	// held, by kind and path.
	NotShown map[string]map[string]int
}

func newFindings() Findings {
	return Findings{Unknown: map[string]map[string]int{}, NewNumbers: map[string]map[string]int{}, HeldBack: map[string]map[string]int{}, Skipped: map[string]int{}, NotShown: map[string]map[string]int{}}
}

// Find gives the live object at an address, in any site it is published to.
func (f *Farm) Find(a model.Address) *model.Object { return f.Names.Find(a) }

// ByID gives the live object of a kind that has this id; nil if none has.
func (f *Farm) ByID(kind, id string) *model.Object {
	if asID(id) != 0 {
		return f.Names.Marked(kind, id)
	}
	for _, o := range f.Objects[kind] { // ids that are no numbers are few
		if o.ID == id && id != "" {
			return o
		}
	}
	return nil
}

// NotReadErr tells why a kind was not read in a site, nil if it was.
func (f *Farm) NotReadErr(kind, site string) error {
	for _, n := range f.NotRead {
		if n.Kind == kind && (n.Site == "" || model.SameName(n.Site, site)) {
			return n.Err
		}
	}
	return nil
}

// All lists every object that was read whole, by kind and address.
func (f *Farm) All() []*model.Object {
	var out []*model.Object
	for _, name := range f.Catalog.Names() {
		if f.Read[name] {
			out = append(out, f.Objects[name]...)
		}
	}
	return out
}

func sortObjects(list []*model.Object) {
	sort.SliceStable(list, func(i, j int) bool {
		a, b := list[i].Address, list[j].Address
		if a.Site != b.Site {
			return a.Site < b.Site
		}
		if a.Name != b.Name {
			return a.Name < b.Name
		}
		return list[i].ID < list[j].ID
	})
}

// Children lists the published items of a folder (0: top level) in the order
// of their chain, folders and items mixed. A chain may have holes where items
// of other sites stand; pieces then follow each other by id.
func (f *Farm) Children(tree []string, parent int64) []*model.Object {
	return f.inLine(f.childrenOf(tree, parent))
}

func (f *Farm) childrenOf(tree []string, parent int64) []*model.Object {
	var kids []*model.Object
	for _, o := range f.In(parent) {
		if slices.Contains(tree, o.Address.Kind) {
			kids = append(kids, o)
		}
	}
	return kids
}

func chain(kids []*model.Object) []*model.Object {
	sort.SliceStable(kids, func(i, j int) bool { return asID(kids[i].ID) < asID(kids[j].ID) })
	here := map[int64]bool{}
	after := map[int64][]*model.Object{}
	for _, o := range kids {
		here[asID(o.ID)] = true
		after[o.Previous] = append(after[o.Previous], o)
	}
	out := make([]*model.Object, 0, len(kids))
	seen := map[*model.Object]bool{}
	var follow func(o *model.Object)
	follow = func(o *model.Object) {
		for o != nil && !seen[o] {
			seen[o] = true
			out = append(out, o)
			next := after[asID(o.ID)]
			o = nil
			for _, n := range next {
				if o == nil {
					o = n
				} else {
					defer follow(n)
				}
			}
		}
	}
	for _, o := range after[0] {
		follow(o)
	}
	for _, o := range kids {
		if !here[o.Previous] {
			follow(o)
		}
	}
	for _, o := range kids {
		follow(o)
	}
	return out
}
