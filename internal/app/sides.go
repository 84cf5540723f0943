package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/selector"
	"rassync/internal/workspace"
)

// FarmSide is how the live farm is named as a side of a comparison.
const FarmSide = "farm"

// Side is one of two sets of objects to compare: what a folder declares, what
// a snapshot holds, or the farm.
type Side struct {
	Name    string
	Objects []*model.Object
	// Part: the set is a part of a whole by its nature, and says nothing of
	// other objects.
	Part bool
	Live bool
	// Folder is where it comes from, nil for the farm.
	Folder *Folder
}

// SideOf reads a folder or a snapshot; dir is the workspace of snapshots.
func (a *App) SideOf(name, dir, overlay string) (*Side, error) {
	return a.sideOf(name, dir, overlay, false)
}

// ComparedSides reads two sides. Folders are compared under the names that sites
// have in their documents; with the farm, under those that they have there.
func (a *App) ComparedSides(nameA, nameB, dir, overlay string) (from, to *Side, err error) {
	ownSites := nameA != FarmSide && nameB != FarmSide
	if from, err = a.sideOf(nameA, dir, overlay, ownSites); err != nil {
		return nil, nil, err
	}
	to, err = a.sideOf(nameB, dir, overlay, ownSites)
	return from, to, err
}

// sideOf reads a side. A folder may be named with an overlay of its own, as
// FOLDER@OVERLAY; ownSites leaves sites the names of the documents.
func (a *App) sideOf(name, dir, overlay string, ownSites bool) (*Side, error) {
	if name == FarmSide {
		return &Side{Name: name, Live: true}, nil
	}
	folder := name
	if !isFolder(folder) {
		if before, of, found := cutLast(name, "@"); found && isFolder(before) {
			folder, overlay = before, of
		}
	}
	if isFolder(folder) {
		f, err := a.load(folder, overlay, ownSites)
		if err != nil {
			return nil, err
		}
		return &Side{Name: name, Objects: f.Objects(), Folder: f}, nil
	}
	r, err := FindRun(dir, name)
	if err != nil {
		return nil, Failf(Input, "%q is neither a folder, nor a snapshot in %s, nor the word farm", name, dir)
	}
	s, err := r.Snapshot()
	if err != nil {
		return nil, err
	}
	objects, _, err := s.Targets(a.Catalog)
	if err != nil {
		return nil, err
	}
	for _, o := range objects {
		o.RenamedFrom = ""
	}
	return &Side{Name: "snapshot " + r.Info.ID, Objects: objects, Part: true}, nil
}

func isFolder(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// cutLast cuts a text at the last separator.
func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// ReadOptions say what is read of the farm for a comparison, and who hears of it.
type ReadOptions struct {
	Selection selector.Set
	Progress  func(kind, site string, objects int)
	Steps     func(done, of int)
}

// ReadSide reads of the farm what the other side has something of, and of it what
// the selection picks.
func (a *App) ReadSide(ctx context.Context, s *Session, other *Side, o ReadOptions) (*Side, error) {
	sc := newScope(a.Catalog)
	var picked []*model.Object
	for _, obj := range other.Objects {
		if o.Selection.Match(obj.Address) {
			sc.add(obj.Address.Kind)
			picked = append(picked, obj)
		}
	}
	if len(o.Selection.Only) > 0 && !other.Part {
		for _, k := range a.Catalog.Kinds() { // which the other side may have none of
			if a.picksKind(o.Selection, k) {
				sc.add(k.Name)
			}
		}
	}
	req := sc.request(plan.Want(picked), s.Parallel)
	req.Progress, req.Steps = o.Progress, o.Steps
	live, err := export.Read(ctx, s.Reader(), a.Catalog, req)
	if err != nil {
		return nil, err
	}
	for _, n := range live.NotRead {
		a.Warn("%s", n)
	}
	return &Side{Name: FarmSide, Objects: live.All(), Live: true}, nil
}

// Compare lists what turns one side into the other. Only what the second side
// holds of an object is compared.
func (a *App) Compare(from, to *Side, sel selector.Set) []plan.Change {
	index := &sideIndex{cat: a.Catalog, objects: map[model.Address]*model.Object{}}
	before, after := map[model.Address]*model.Object{}, map[model.Address]*model.Object{}
	for _, o := range from.Objects {
		before[o.Address.Key()] = o
		index.add(o)
	}
	for _, o := range to.Objects {
		after[o.Address.Key()] = o
		index.add(o)
	}
	pairNamesakes(before, after)
	var out []plan.Change
	change := func(o *model.Object, action plan.Action, fields []plan.Field) {
		out = append(out, plan.Change{Address: o.Address.String(), Kind: o.Address.Kind, Site: o.Address.Site, Name: o.Address.Name, Action: action,
			Fields: fields, Reversible: true, Impact: []plan.Impact{}, DependsOn: []string{}})
	}
	for key, o := range after {
		if !sel.Match(o.Address) {
			continue
		}
		old := before[key]
		if old == nil {
			if !from.Part {
				change(o, plan.Create, nil)
			}
			continue
		}
		fields := plan.Differences(a.Catalog.Kind(o.Address.Kind), o, old, index, shownOnly{from, old})
		if len(fields) > 0 {
			change(o, plan.Update, fields)
		}
	}
	for key, o := range before {
		if after[key] == nil && !to.Part && sel.Match(o.Address) {
			change(o, plan.Delete, nil)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Address < out[j].Address })
	return out
}

// Expected are differences that are left out of a comparison, with the reason that
// rassync.yaml gives.
type Expected struct {
	Why   string
	Count int
}

// LeaveOutExpected takes out of a comparison what rassync.yaml of either side
// expects to differ.
func LeaveOutExpected(changes []plan.Change, sides ...*Side) (left []plan.Change, out []Expected) {
	var rules []workspace.Expected
	seen := map[string]bool{}
	for _, s := range sides {
		if s.Folder == nil {
			continue
		}
		dir, err := filepath.Abs(s.Folder.Dir)
		if err != nil {
			dir = s.Folder.Dir
		}
		if !seen[dir] {
			seen[dir] = true
			rules = append(rules, s.Folder.Config.Expected...)
		}
	}
	counts := make([]int, len(rules))
	for _, c := range changes {
		addr := model.Address{Site: c.Site, Kind: c.Kind, Name: c.Name}
		whole := false
		fields := c.Fields
		for i, r := range rules {
			switch {
			case whole || !r.Only.Match(addr):
			case len(r.Properties) == 0:
				counts[i] += max(1, len(fields))
				whole = true
			default:
				before := len(fields)
				fields = slices.DeleteFunc(slices.Clone(fields), func(f plan.Field) bool { return inProperties(f.Path, r.Properties) })
				counts[i] += before - len(fields)
			}
		}
		if whole || len(fields) == 0 && len(c.Fields) > 0 {
			continue
		}
		c.Fields = fields
		left = append(left, c)
	}
	for i, r := range rules {
		if counts[i] > 0 {
			out = append(out, Expected{r.Why, counts[i]})
		}
	}
	return left, out
}

// inProperties tells whether a path is one of the properties or inside it.
func inProperties(path string, properties []string) bool {
	return slices.ContainsFunc(properties, func(p string) bool {
		rest, found := strings.CutPrefix(path, p)
		return found && (rest == "" || rest[0] == '.' || rest[0] == '[')
	})
}

// pairNamesakes finds the counterpart of what has a mark on one side only, as one side
// was written before the farm had a second object of the name: the object with that
// id, or the only one of the name that is left on each side.
func pairNamesakes(before, after map[model.Address]*model.Object) {
	type pair struct{ old, now []model.Address }
	left := map[model.Address]*pair{}
	at := func(key model.Address) *pair {
		bare := key.Unmarked()
		if left[bare] == nil {
			left[bare] = &pair{}
		}
		return left[bare]
	}
	for key := range before {
		if after[key] == nil {
			at(key).old = append(at(key).old, key)
		}
	}
	for key := range after {
		if before[key] == nil {
			at(key).now = append(at(key).now, key)
		}
	}
	move := func(from, to model.Address) {
		before[to] = before[from]
		delete(before, from)
	}
	for _, p := range left {
		for _, now := range p.now {
			for i, old := range p.old {
				if id := before[old].ID; id != "" && id == now.Mark() || after[now].ID != "" && after[now].ID == old.Mark() {
					move(old, now)
					p.old = slices.Delete(p.old, i, i+1)
					break
				}
			}
		}
		p.now = slices.DeleteFunc(p.now, func(a model.Address) bool { return before[a] != nil })
		if len(p.old) == 1 && len(p.now) == 1 && (p.old[0].Mark() == "" || p.now[0].Mark() == "") {
			move(p.old[0], p.now[0])
		}
	}
}

// sideIndex resolves references by address: the same address on both sides is
// the same object.
type sideIndex struct {
	cat     *model.Catalog
	objects map[model.Address]*model.Object
}

func (x *sideIndex) add(o *model.Object) {
	if x.objects[o.Address.Key()] == nil {
		x.objects[o.Address.Key()] = o
	}
	for _, site := range o.InSites {
		a := o.Address
		a.Site = site
		if x.objects[a.Key()] == nil {
			x.objects[a.Key()] = x.objects[o.Address.Key()]
		}
	}
}

// Resolve finds what a reference names.
func (x *sideIndex) Resolve(kinds []string, ref, site string) *model.Object {
	for _, a := range export.RefAddresses(x.cat, kinds, ref, site) {
		if o := x.objects[a.Key()]; o != nil {
			return o
		}
	}
	return nil
}

// EntryID finds what a reference to an entry names.
func (x *sideIndex) EntryID(ref model.EntryRef, site string) (int64, error) {
	o := x.Resolve(ref.Prop.EntryKinds(), ref.Object, site)
	if o != nil {
		if id, ok := ref.In(x.cat.Kind(o.Address.Kind), o); ok {
			return id, nil
		}
	}
	return 0, fmt.Errorf("%s has no entry %q in %s", ref.Holder(), ref.Name, ref.Prop.EntryOf.List)
}

// shownOnly compares values that no read shows by where they are declared;
// the farm says nothing of them.
type shownOnly struct {
	side *Side
	old  *model.Object
}

// State implements plan.Sent.
func (s shownOnly) State(_ model.Address, path string, value any) plan.SentState {
	if s.side.Live || s.side.Part {
		return plan.SentSame
	}
	if old, ok := model.Lookup(s.old.Spec, path); !ok || model.Equal(nil, value, old) {
		return plan.SentSame
	}
	return plan.SentOther
}
