package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"sort"
	"strings"

	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/ras"
	"rassync/internal/selector"
	"rassync/internal/workspace"
)

// ExportOptions say what to export and how to treat what is there already.
type ExportOptions struct {
	Selection selector.Set
	// Details names costly properties to read too, as Kind.property; "all"
	// reads every one.
	Details        []string
	Fill           bool
	Prune          bool
	AllowOtherFarm bool
	DryRun         bool
	Overlay        string
	Fresh          bool // nothing is answered from earlier runs
	Progress       func(kind, site string, objects int)
	Steps          func(done, of int)
}

// Exported is what an export found and did.
type Exported struct {
	Farm    *export.Farm
	Written *workspace.WriteReport
	// Missing are the lists that were asked for and could not be read. That the
	// farm has no such list counts if the folder holds objects from it.
	Missing []export.NotRead
	failed  []export.FailedRead
	// Gaps are what the export lacks.
	Gaps *workspace.Gaps
	// Counts are the objects written, by kind.
	Counts map[string]int
	// Costly are the properties that were not read because they cost a
	// request an object.
	Costly []string
	Stats  ras.Stats
}

// Export reads the farm, or the selected part of it, into the folder.
//
//nolint:funlen // one use case, step by step
func (a *App) Export(ctx context.Context, s *Session, f *Folder, o ExportOptions) (*Exported, error) {
	if !o.AllowOtherFarm {
		if err := s.CheckFarm(f.Farm); err != nil {
			return nil, err
		}
	}
	if over := f.Config.Overlay(o.Overlay); over != nil && len(over.Sites) > 0 {
		return nil, Failf(Input, "overlay %s renames sites: its farm cannot be exported into the documents of the base", o.Overlay).With("export it into a folder of its own, and compare the two with rassync diff")
	}
	details, err := a.details(append(append([]string{}, f.Config.Details...), o.Details...))
	if err != nil {
		return nil, err
	}
	x := &Exported{Counts: map[string]int{}}
	costly := map[string]bool{}
	for _, k := range a.Catalog.Kinds() {
		k.Spec.Walk(func(p *model.Property) {
			if export.Costly(p) && !details(k.Name, p) && a.picksKind(o.Selection, k) {
				costly[k.Name+"."+p.Path()] = true
			}
		})
	}
	for name := range costly {
		x.Costly = append(x.Costly, name)
	}
	sort.Strings(x.Costly)
	sc := newScope(a.Catalog)
	for _, k := range a.Catalog.Kinds() {
		if a.picksKind(o.Selection, k) {
			sc.add(k.Name)
		}
	}
	if len(sc.whole) == 0 {
		return nil, Failf(Input, "the selection picks no kind")
	}
	req := sc.request(func(obj *model.Object, p *model.Property) bool {
		return o.Selection.Match(obj.Address) && (!export.Costly(p) || details(obj.Address.Kind, p))
	}, s.Parallel)
	req.Progress, req.Steps, req.Version = o.Progress, o.Steps, s.Version
	var memory *recalling
	if !o.DryRun {
		memory = a.recalls(ctx, s, f, recallOptions{fresh: o.Fresh || o.Prune, begin: true})
	}
	if x.Farm, err = a.readFarm(ctx, s, req, memory); err != nil {
		return nil, err
	}
	for _, n := range x.Farm.NotRead {
		if a.covers(o.Selection, n.Kind, n.Site) {
			x.Missing = append(x.Missing, n)
		}
	}
	for _, n := range x.Farm.Failed {
		if o.Selection.Match(n.Address) {
			x.failed = append(x.failed, n)
		}
	}
	inOrder := a.ordering(x.Farm, f.Dir, o)
	var objects []*model.Object
	for _, obj := range x.Farm.All() {
		if o.Selection.Match(obj.Address) {
			if obj = inOrder(obj); obj == nil {
				continue
			}
			objects = append(objects, obj)
			x.Counts[obj.Address.Kind]++
		}
	}
	vanished, declared := map[string]bool{}, map[string]bool{}
	x.Written, err = workspace.Write(f.Dir, a.Catalog, objects, workspace.WriteOptions{
		Fill: o.Fill, Prune: o.Prune, Overlay: o.Overlay, DryRun: o.DryRun,
		Covers: func(addr model.Address) bool {
			if !o.Selection.Match(addr) || !x.Farm.Read[addr.Kind] {
				return false
			}
			if err := x.Farm.NotReadErr(addr.Kind, addr.Site); err != nil {
				declared[where(model.Address{Kind: addr.Kind, Site: addr.Site})] = true
				return false
			}
			if shows(x.Farm, addr.Kind, addr.Site) {
				return true
			}
			vanished[where(addr)] = true
			return false
		},
		Keep: func(addr model.Address, path string) bool { return maskedBelow(a.Catalog, x.Farm, addr, path) },
		File: func(_ model.Address, _ *model.Property, ref model.FileRef) ([]byte, error) {
			if data, ok := x.Farm.Files[ref.Digest]; ok {
				return data, nil
			}
			return nil, fmt.Errorf("the content of %s was not read", ref)
		},
	})
	var broken *workspace.Invalid
	if errors.As(err, &broken) {
		return nil, &Failure{Class: Input, Err: err, Diagnostics: broken.Diagnostics, Hint: "correct the files, or export into another folder"}
	}
	if err != nil {
		return nil, err
	}
	x.Missing = slices.DeleteFunc(x.Missing, func(n export.NotRead) bool {
		return ras.KindOf(n.Err) == ras.KindNotFound && !declared[where(model.Address{Kind: n.Kind, Site: n.Site})] && !x.elsewhere(n) &&
			!shows(x.Farm, n.Kind, n.Site) // folders are also known from what lies in them
	})
	for _, w := range slices.Sorted(maps.Keys(vanished)) {
		a.Notice("the farm shows no %s although the folder declares some: left as they are, since an account without rights sees an empty list (delete them by hand if they are really gone)", w)
	}
	for _, u := range x.Written.Unplaced {
		if u.Whole {
			x.Counts[u.Address.Kind]--
		}
	}
	x.failed = append(x.failed, lostReads(x, o.Selection)...)
	slices.SortStableFunc(x.failed, func(a, b export.FailedRead) int {
		return strings.Compare(a.Address.String()+" "+a.Path, b.Address.String()+" "+b.Path)
	})
	x.Gaps = a.gaps(x, objects)
	if !o.DryRun {
		if err := a.noteGaps(f.Dir, x.Gaps, o.Selection); err != nil {
			return nil, err
		}
		a.noteDeclared(f, s.Farm().GUID, o.Selection, slices.Collect(maps.Keys(x.Written.Specs)))
		if err := a.recordFarm(s, f, o); err != nil {
			return nil, err
		}
		if len(o.Selection.Only)+len(o.Selection.Except) == 0 {
			memory.exported()
		}
	}
	memory.done(ctx)
	x.Stats = s.Stats()
	return x, nil
}

// lostReads are the reads which the farm answers as if it did not have them, although
// the folder holds values that an earlier export read: the farm showed them then.
func lostReads(x *Exported, sel selector.Set) []export.FailedRead {
	var out []export.FailedRead
	for _, m := range x.Farm.Missed {
		if !sel.Match(m.Address) {
			continue
		}
		spec := x.Written.Specs[m.Address]
		if slices.ContainsFunc(m.Shows, func(path string) bool {
			path, _, _ = strings.Cut(path, "[")
			_, declared := model.Lookup(spec, path)
			o := x.Farm.Find(m.Address)
			return declared && o != nil && o.Hides(path)
		}) {
			out = append(out, m)
		}
	}
	return out
}

// ordering takes out of an order what is not exported and has no document: an
// order that names it could not be carried out from the export.
func (a *App) ordering(live *export.Farm, dir string, o ExportOptions) func(*model.Object) *model.Object {
	if len(o.Selection.Only)+len(o.Selection.Except) == 0 {
		return func(obj *model.Object) *model.Object { return obj }
	}
	declared := map[model.Address]bool{}
	if _, err := os.Stat(dir); err == nil {
		ws, _ := a.Read(dir, o.Overlay)
		for _, d := range ws.Objects {
			declared[d.Address.Key()] = true
		}
	}
	return func(obj *model.Object) *model.Object {
		k := a.Catalog.Kind(obj.Address.Kind)
		if k.Order == nil {
			return obj
		}
		kids := live.Ranked(k, obj.Address.Site)
		if k.Order.By == "chain" {
			kids = live.Siblings(k, obj.Address.Name)
		}
		kept := slices.DeleteFunc(slices.Clone(kids), func(kid *model.Object) bool {
			return !o.Selection.Match(kid.Address) && !declared[kid.Address.Key()]
		})
		if len(kept) == len(kids) {
			return obj
		}
		if len(kept) < 2 {
			return nil
		}
		c := *obj
		c.Spec = map[string]any{"items": export.OrderItems(k, kept)}
		return &c
	}
}

// elsewhere tells whether the farm answers the list of a kind in another site:
// then it has the kind, and a list that is not there is one that failed.
func (x *Exported) elsewhere(n export.NotRead) bool {
	if n.Site == "" || !x.Farm.Read[n.Kind] {
		return false
	}
	for _, s := range x.Farm.Sites {
		if x.Farm.NotReadErr(n.Kind, s.Address.Name) == nil {
			return true
		}
	}
	return false
}

// shows tells whether the farm has any object of a kind in a site that is not
// there by itself. A kind that is empty all of a sudden says nothing: it may
// be hidden from the account.
func shows(f *export.Farm, kind, site string) bool {
	for _, o := range f.Objects[kind] {
		if !o.Builtin && (site == "" || model.SameName(o.Address.Site, site)) {
			return true
		}
	}
	return false
}

func where(a model.Address) string {
	if a.Site == "" {
		return a.Kind
	}
	return a.Kind + " in site " + a.Site
}

// picksKind tells whether a selection can pick an object of the kind at all.
func (a *App) picksKind(sel selector.Set, k *model.Kind) bool {
	return (len(sel.Only) == 0 || anyPicksKind(sel.Only, k)) && !selector.Any(sel.Except, model.Address{Kind: k.Name})
}

// covers tells whether a selection asks for a list of the farm: what it leaves
// out need not be readable.
func (a *App) covers(sel selector.Set, kind, site string) bool {
	return a.picksKind(sel, a.Catalog.Kind(kind)) && !selector.Any(sel.Except, model.Address{Kind: kind, Site: site})
}

func anyPicksKind(list []selector.Selector, k *model.Kind) bool {
	for _, s := range list {
		if s.PicksKind(k) {
			return true
		}
	}
	return false
}

// details reads the names of costly properties.
func (a *App) details(names []string) (func(kind string, p *model.Property) bool, error) {
	asked := map[string]bool{}
	var ds []string
	for _, n := range names {
		if n == "all" {
			return func(string, *model.Property) bool { return true }, nil
		}
		kind, path, _ := strings.Cut(n, ".")
		k := a.Catalog.Kind(kind)
		switch {
		case k == nil:
			return nil, Failf(Input, "--details %s: there is no kind %q", n, kind).With("%s", model.DidYouMean(kind, a.Catalog.Names()))
		case path != "" && k.Spec.Find(path) == nil:
			return nil, Failf(Input, "--details %s: %s has no property %q", n, kind, path)
		}
		asked[n] = true
		ds = append(ds, n)
	}
	return func(kind string, p *model.Property) bool {
		return len(ds) > 0 && (asked[kind] || asked[kind+"."+p.Path()])
	}, nil
}

// maskedBelow tells whether the farm may show a folder's value in place of an
// object's own, so that what is declared must stay.
func maskedBelow(cat *model.Catalog, live *export.Farm, addr model.Address, path string) bool {
	k := cat.Kind(addr.Kind)
	if k == nil || k.Tree == nil {
		return false
	}
	p := k.Spec.Find(path)
	o := live.Find(addr)
	if p == nil || p.InheritsDown == nil || o == nil {
		return false
	}
	sites := o.InSites
	if len(sites) == 0 {
		sites = []string{o.Address.Site}
	}
	for folder, _ := model.ParentPath(o.Address.Name); folder != ""; folder, _ = model.ParentPath(folder) {
		for _, site := range sites {
			f := live.Find(model.Address{Site: site, Kind: k.Tree.Folder, Name: folder})
			if f == nil {
				continue
			}
			if v, ok := f.Spec[p.Name]; ok && v != p.InheritsDown && model.Equal(p, v, o.Spec[p.Name]) {
				return true
			}
		}
	}
	return false
}
