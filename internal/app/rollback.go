package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"rassync/internal/export"
	"rassync/internal/guard"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/runs"
	"rassync/internal/wayback"
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
		case r.Info.Command == "rollback":
			if r.State() == "done" {
				back[r.Info.Of] = true
			}
		case !r.Wrote():
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

// planRollback is PlanRollback for a run that failed just now.
func (a *App) planRollback(ctx context.Context, s *Session, f *Folder, run *runs.Run) (*Planned, error) {
	return a.planBack(ctx, s, f, run, PlanOptions{})
}

// planBack plans the way back: what goes back is what the journal says was sent.
func (a *App) planBack(ctx context.Context, s *Session, f *Folder, run *runs.Run, o PlanOptions) (*Planned, error) {
	if err := s.CheckFarm(f.Farm); err != nil {
		return nil, err
	}
	snap, err := run.Snapshot()
	if err != nil {
		return nil, err
	}
	was, _, err := snap.Targets(a.Catalog)
	if err != nil {
		return nil, err
	}
	file, err := run.Plan(a.Catalog)
	if err != nil {
		return nil, &Failure{Class: planClass(err), Err: err}
	}
	way := wayback.New(a.Catalog, run.Now(a.Catalog).Entries, &file.Plan, snap, was)
	sc := newScope(a.Catalog)
	touched := way.Reads()
	sc.objects(touched)
	for _, addr := range way.Made() {
		sc.deletes(addr.Kind)
	}
	p, err := a.see(ctx, s, f, sc, touched)
	if err != nil {
		return nil, err
	}
	aim, err := way.Aim(p.Live, wayback.Options{Selected: o.Selection.Match, TakeBack: o.TakeBack, Later: laterRuns(f, run), Own: ownAccount(run),
		Reread: func(live, document *model.Object) (*model.Object, error) {
			return p.Live.Reread(ctx, s.Reader(), live, plan.WantOf(document))
		}})
	var unknown *wayback.UnknownError
	if errors.As(err, &unknown) {
		names := make([]string, len(unknown.Known))
		for i, c := range unknown.Known {
			names[i] = c.Name()
		}
		return nil, Failf(Input, "nothing was written: %w", err).With("%s", hintOr(model.DidYouMean(unknown.Name, names), "rassync rollback --dry-run lists what others changed")).About(names)
	}
	if err != nil {
		return nil, err
	}
	a.borrowSecrets(f, run, aim.Desired, p.Live)
	p.Lacking, p.Others = snap.Lacking, aim.Others
	p.NotRestorable = aim.Missing
	farm, err := a.farmAtHand(ctx, s, f)
	if err != nil {
		return nil, err
	}
	in := plan.Input{Catalog: a.Catalog, GoesBack: true, Desired: aim.Desired, Absent: aim.Absent, Live: p.Live, MarksGone: true, Selected: o.Selection.Match, Sent: p.Sent, WriteUnseen: true, Tool: a.Tool, Farm: farm}
	for {
		built, ds := plan.Build(in)
		if !ds.Failed() {
			p.Plan = built
			break
		}
		// What cannot be planned is left out and said; the rest goes back.
		rest, lost := without(in.Desired, ds)
		absent := in.Absent
		if len(lost) == 0 {
			absent, lost = stayingOf(in.Absent, ds)
		}
		if len(lost) == 0 {
			return nil, Invalid(ds)
		}
		in.Desired, in.Absent = rest, absent
		p.NotRestorable = append(p.NotRestorable, lost...)
	}
	gone, notes := lostOnReturn(a.Catalog, p.Plan)
	p.NotRestorable = append(p.NotRestorable, gone...)
	gone, more := a.lostByRun(run, &file.Plan, way, o.Selection.Match)
	p.NotRestorable = append(p.NotRestorable, gone...)
	markOthers(p.Plan, aim.Others)
	p.Plan.Warnings = append(p.Plan.Warnings, p.NotRestorable...)
	p.Plan.Warnings = append(append(p.Plan.Warnings, notes...), more...)
	for _, c := range aim.Others {
		if text := c.String(); !slices.Contains(p.Plan.Warnings, text) {
			p.Plan.Warnings = append(p.Plan.Warnings, text)
		}
	}
	return p, nil
}

func hintOr(hint, other string) string {
	if hint != "" {
		return hint
	}
	return other
}

// ownAccount tells which account may be the one that a run used.
func ownAccount(run *runs.Run) func(string) bool {
	return func(account string) bool {
		return run.Info.Account == "" || guard.SameAccount(run.Info.Account, account)
	}
}

// markOthers labels the fields that are taken back although others changed them.
func markOthers(p *plan.Plan, others []wayback.Change) {
	for _, o := range others {
		for i := range p.Changes {
			c := &p.Changes[i]
			old := model.Address{Site: c.Site, Kind: c.Kind, Name: c.RenamedFrom}
			if !o.TakenBack || c.Address != o.Address && old.String() != o.Address {
				continue
			}
			for n := range c.Fields {
				if c.Fields[n].Path == o.Path || o.Path == "" {
					c.Fields[n].Note = "changed by others since"
				}
			}
		}
	}
}

// laterRuns tells which later run of the workspace has sent a property.
func laterRuns(f *Folder, run *runs.Run) func(model.Address, string) string {
	list, err := f.Store().Runs()
	if err != nil {
		return nil
	}
	return func(a model.Address, path string) string {
		for _, r := range list {
			if r.Info.ID == run.Info.ID {
				return ""
			}
			if r.Sent(a.String(), path) {
				return r.Info.ID
			}
		}
		return ""
	}
}

// without takes out the objects that cannot be planned, and out of orders what
// is not there.
func without(desired []*model.Object, ds model.Diagnostics) (rest []*model.Object, lost []string) {
	why := map[string]model.Diagnostic{}
	items := map[string]map[string]bool{} // by address: which items of an order are not there
	for _, d := range ds {
		if d.Severity != model.Error {
			continue
		}
		if strings.HasPrefix(d.Path, "items[") {
			if items[d.Address] == nil {
				items[d.Address] = map[string]bool{}
			}
			items[d.Address][d.Path] = true
			continue
		}
		if _, known := why[d.Address]; !known {
			why[d.Address] = d
		}
	}
	for _, o := range desired {
		text := o.Address.String()
		if d, bad := why[text]; bad {
			lost = append(lost, fmt.Sprintf("%s does not come back: %s", text, strings.TrimSpace(d.Path+" "+d.Summary)))
			continue
		}
		if missing := items[text]; len(missing) > 0 {
			list, _ := o.Spec["items"].([]any)
			var kept []any
			for i, it := range list {
				if missing[fmt.Sprintf("items[%d]", i)] {
					lost = append(lost, fmt.Sprintf("%s: %v is not there to be put in order", text, it))
					continue
				}
				kept = append(kept, it)
			}
			c := *o
			c.Spec = map[string]any{"items": kept}
			o = &c
		}
		rest = append(rest, o)
	}
	return rest, lost
}

// stayingOf takes out the objects that the run made and that cannot be deleted.
func stayingOf(absent []model.Address, ds model.Diagnostics) (rest []model.Address, lost []string) {
	for _, a := range absent {
		i := slices.IndexFunc(ds, func(d model.Diagnostic) bool { return d.Severity == model.Error && d.Address == a.String() })
		if i < 0 {
			rest = append(rest, a)
			continue
		}
		lost = append(lost, fmt.Sprintf("%s, which the run made, stays: it %s", a, ds[i].Summary))
	}
	return rest, lost
}

// borrowSecrets gives objects that must be made again the references to their
// secrets from where they are declared: in the run's own plan or in the
// workspace as it is now.
func (a *App) borrowSecrets(f *Folder, run *runs.Run, desired []*model.Object, live *export.Farm) {
	known := map[model.Address][]map[string]any{}
	add := func(o *model.Object) { known[o.Address.Key()] = append(known[o.Address.Key()], o.Spec) }
	if file, err := run.Plan(a.Catalog); err == nil {
		for i := range file.Changes {
			if d := file.Changes[i].Desired; d != nil {
				add(d)
			}
		}
	}
	// What the run took away, an entry of a list say, may be declared again by now.
	if ws, ds := a.Read(f.Dir, ""); !ds.Failed() {
		anchorSecrets(ws.Objects)
		for _, o := range ws.Objects {
			add(o)
		}
	}
	for _, o := range desired {
		k := a.Catalog.Kind(o.Address.Kind)
		for _, from := range known[o.Address.Key()] {
			if live.Find(o.Address) != nil && k.Replace == "" {
				borrowInLists(k.Spec, o.Spec, from)
				continue
			}
			borrow(k.Spec, o.Spec, from)
		}
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
		case []any:
			borrowEntries(c, into, v)
		default:
			// How an object is made is not read either, and a create needs it.
			if _, have := into[c.Name]; !have && v != nil && c.WriteOnly && c.RequiredOnCreate {
				into[c.Name] = v
			}
		}
	}
}

// borrowInLists is borrow for the entries of lists alone: an object that is there
// keeps its own secrets, an entry of it may have to be made again.
func borrowInLists(p *model.Property, into, from map[string]any) {
	for _, c := range p.Props {
		switch v := from[c.Name].(type) {
		case map[string]any:
			if sub, ok := into[c.Name].(map[string]any); ok {
				borrowInLists(c, sub, v)
			}
		case []any:
			borrowEntries(c, into, v)
		}
	}
}

// borrowEntries borrows for the entries of a list, each from its like.
func borrowEntries(p *model.Property, into map[string]any, from []any) {
	list, _ := into[p.Name].([]any)
	if len(list) == 0 || !p.Items.Structured() {
		return
	}
	out := slices.Clone(list)
	for i, j := range model.Match(p, list, from) {
		entry, ok := list[i].(map[string]any)
		if j < 0 || !ok {
			continue
		}
		like, _ := from[j].(map[string]any)
		entry = maps.Clone(entry)
		borrow(p.Items, entry, like)
		out[i] = entry
	}
	into[p.Name] = out
}
