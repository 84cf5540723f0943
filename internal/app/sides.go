package app

import (
	"context"
	"fmt"
	"os"
	"sort"

	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/selector"
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
	if name == FarmSide {
		return &Side{Name: name, Live: true}, nil
	}
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		f, err := a.Load(name, overlay)
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

// ReadSide reads of the farm what the other side has something of.
func (a *App) ReadSide(ctx context.Context, s *Session, other *Side) (*Side, error) {
	sc := newScope(a.Catalog)
	for _, o := range other.Objects {
		sc.add(o.Address.Kind)
	}
	want := plan.Want(other.Objects)
	live, err := export.Read(ctx, s.Reader(), a.Catalog, sc.request(want, s.Parallel))
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
