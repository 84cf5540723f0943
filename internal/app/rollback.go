package app

import (
	"context"
	"fmt"
	"strings"

	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/runs"
)

// RollbackTarget finds the run to take back: the one that was named, or the
// newest that wrote to this farm and was not taken back already.
func (a *App) RollbackTarget(s *Session, f *Folder, id string) (*runs.Run, error) {
	if id != "" {
		r, err := FindRun(f.Dir, id)
		if err != nil {
			return nil, err
		}
		if !sameGUID(r.Info.Farm.GUID, s.Farm().GUID) {
			return nil, Failf(Input, "run %s belongs to farm %s (%s), this is %s", r.Info.ID, r.Info.Farm.GUID, r.Info.Farm.Name, s.Farm().GUID)
		}
		return r, damaged(r)
	}
	list, err := f.Store().Runs()
	if err != nil {
		return nil, err
	}
	back := map[string]bool{}
	for _, r := range list {
		switch {
		case back[r.Info.ID], r.Info.Farm.GUID != "" && !sameGUID(r.Info.Farm.GUID, s.Farm().GUID):
		case r.Damage != nil:
			return nil, damaged(r)
		case !r.Wrote():
		case r.Info.Command == "rollback":
			if r.State() == "done" {
				back[r.Info.Of] = true
			}
		default:
			return r, nil
		}
	}
	return nil, Failf(Input, "there is no run in %s that wrote to this farm and was not taken back", f.Dir).With("rassync history lists the runs; name one to go back to before it")
}

// PlanRollback plans the way back to before a run.
func (a *App) PlanRollback(ctx context.Context, s *Session, f *Folder, run *runs.Run, o PlanOptions) (*Planned, error) {
	p, err := a.planBack(ctx, s, f, run, o)
	if err != nil {
		return nil, err
	}
	g := a.guard(s, f, o.Allow)
	g.Lacking, g.Back = p.Lacking, true
	return p, a.judge(ctx, s, p, g)
}

func (a *App) planRollback(ctx context.Context, s *Session, f *Folder, run *runs.Run) (*Planned, error) {
	return a.planBack(ctx, s, f, run, PlanOptions{})
}

func (a *App) planBack(ctx context.Context, s *Session, f *Folder, run *runs.Run, o PlanOptions) (*Planned, error) {
	if err := s.CheckFarm(f.Farm); err != nil {
		return nil, err
	}
	snap, err := run.Snapshot()
	if err != nil {
		return nil, err
	}
	desired, absent, err := snap.Targets(a.Catalog)
	if err != nil {
		return nil, err
	}
	absent = append(absent, halfReplaced(a.Catalog, snap)...)
	sc := newScope(a.Catalog)
	sc.objects(desired)
	for _, addr := range absent {
		sc.deletes(addr.Kind)
	}
	p, err := a.see(ctx, s, f, sc, desired)
	if err != nil {
		return nil, err
	}
	a.borrowSecrets(f, run, desired, p.Live)
	p.Lacking = snap.Lacking
	farm, err := a.farmAtHand(ctx, s, f)
	if err != nil {
		return nil, err
	}
	in := plan.Input{Catalog: a.Catalog, Desired: desired, Absent: absent, Live: p.Live, MarksGone: true, Selected: o.Selection.Match, Sent: p.Sent, WriteUnseen: true, Tool: a.Tool, Farm: farm}
	for {
		built, ds := plan.Build(in)
		if !ds.Failed() {
			p.Plan = built
			break
		}
		// What cannot be made again is left out and said; the rest goes back.
		rest, lost := without(in.Desired, p.Live, ds)
		if len(lost) == 0 {
			return nil, Invalid(ds)
		}
		in.Desired = rest
		p.NotRestorable = append(p.NotRestorable, lost...)
	}
	p.NotRestorable = append(p.NotRestorable, lostOnReturn(a.Catalog, p.Plan)...)
	p.NotRestorable = append(p.NotRestorable, a.lostByRun(run, o.Selection.Match)...)
	p.Plan.Warnings = append(p.Plan.Warnings, p.NotRestorable...)
	return p, nil
}

// halfReplaced are the temporary names under which the run may have left new
// objects, if it died while it replaced old ones.
func halfReplaced(cat *model.Catalog, snap *runs.Snapshot) []model.Address {
	var out []model.Address
	for _, o := range snap.Objects {
		if k := cat.Kind(o.Kind); k == nil || k.Replace != "createFirst" {
			continue
		}
		for _, name := range []string{o.Name, o.RenamedTo} {
			if name != "" {
				out = append(out, model.Address{Site: o.Site, Kind: o.Kind, Name: plan.TempName(name)})
			}
		}
	}
	return out
}

// without takes out the objects that are gone from the farm and cannot be
// planned.
func without(desired []*model.Object, live *export.Farm, ds model.Diagnostics) (rest []*model.Object, lost []string) {
	why := map[string]string{}
	for _, d := range ds {
		if d.Severity == model.Error && why[d.Address] == "" {
			why[d.Address] = strings.TrimSpace(d.Path + " " + d.Summary)
		}
	}
	for _, o := range desired {
		text := o.Address.String()
		if w, bad := why[text]; bad && live.Find(o.Address) == nil {
			lost = append(lost, fmt.Sprintf("%s cannot come back: %s", text, w))
			continue
		}
		rest = append(rest, o)
	}
	return rest, lost
}

// borrowSecrets gives objects that must be made again the references to their
// secrets from where they are declared: in the run's own plan or in the
// workspace as it is now.
func (a *App) borrowSecrets(f *Folder, run *runs.Run, desired []*model.Object, live *export.Farm) {
	known := map[model.Address]map[string]any{}
	if ws, ds := a.Read(f.Dir, ""); !ds.Failed() {
		anchorSecrets(ws.Objects)
		for _, o := range ws.Objects {
			known[o.Address.Key()] = o.Spec
		}
	}
	if file, err := run.Plan(a.Catalog); err == nil {
		for i := range file.Changes {
			if d := file.Changes[i].Desired; d != nil {
				known[d.Address.Key()] = d.Spec
			}
		}
	}
	for _, o := range desired {
		from := known[o.Address.Key()]
		if from == nil || (live.Find(o.Address) != nil && a.Catalog.Kind(o.Address.Kind).Replace == "") {
			continue
		}
		borrow(a.Catalog.Kind(o.Address.Kind).Spec, o.Spec, from)
	}
}

// borrow copies references to secrets that into lacks.
func borrow(p *model.Property, into, from map[string]any) {
	for _, c := range p.Props {
		switch v := from[c.Name].(type) {
		case model.SecretRef:
			if _, have := into[c.Name]; !have && c.Secret {
				into[c.Name] = v
			}
		case map[string]any:
			if sub, ok := into[c.Name].(map[string]any); ok {
				borrow(c, sub, v)
			}
		default:
			// How an object is made is not read either, and a create needs it.
			if _, have := into[c.Name]; !have && v != nil && c.WriteOnly && c.RequiredOnCreate {
				into[c.Name] = v
			}
		}
	}
}
