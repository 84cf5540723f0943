package app

import (
	"context"
	"fmt"

	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/runs"
)

// ResumeTarget finds the run to finish: the one that was named, or the newest
// if it did not end well.
func (a *App) ResumeTarget(s *Session, f *Folder, id string) (*runs.Run, error) {
	if id != "" {
		r, err := FindRun(f.Dir, id)
		if err != nil {
			return nil, err
		}
		return r, resumable(s, r)
	}
	list, err := f.Store().Runs()
	if err != nil {
		return nil, err
	}
	for _, r := range list {
		if sameGUID(r.Info.Farm.GUID, s.Farm().GUID) && len(r.Entries) > 0 || r.Damage != nil && (r.Info.Farm.GUID == "" || sameGUID(r.Info.Farm.GUID, s.Farm().GUID)) {
			return r, resumable(s, r)
		}
	}
	return nil, Failf(Input, "there is no run in %s to resume", f.Dir)
}

func resumable(s *Session, r *runs.Run) error {
	if err := damaged(r); err != nil {
		return err
	}
	if !sameGUID(r.Info.Farm.GUID, s.Farm().GUID) {
		return Failf(Input, "run %s belongs to farm %s, this is %s", r.Info.ID, r.Info.Farm.GUID, s.Farm().GUID)
	}
	if r.Info.Command == "probe" && r.State() != "done" {
		return Failf(Input, "run %s was a probe: it is taken back, not resumed", r.Info.ID).With("rassync rollback %s", r.Info.ID)
	}
	switch r.State() {
	case "done", "not converged", "not verified", "incomplete":
		return Failf(Input, "run %s is finished: there is nothing to resume", r.Info.ID)
	case "not started":
		return Failf(Input, "run %s ended before anything was written: there is nothing to resume", r.Info.ID).With("apply again")
	}
	return nil
}

// damaged refuses a run that is not what rassync left: what it did cannot be
// known, and it is never passed over in favour of the run before it.
func damaged(r *runs.Run) error {
	if r.Damage == nil {
		return nil
	}
	return (&Failure{Class: Input, Err: fmt.Errorf("run %s: %w", r.Info.ID, r.Damage)}).
		With("what this run did is not certain, so nothing is undone or resumed: compare with rassync plan; put %s back from a backup, or name an older run", r.Dir)
}

// Resume finishes a run that was interrupted, killed or failed. For what was
// in doubt the farm is read and decides.
func (a *App) Resume(ctx context.Context, s *Session, f *Folder, run *runs.Run, e Execution) (*Report, error) {
	file, err := run.Plan(a.Catalog)
	if err != nil {
		return nil, &Failure{Class: planClass(err), Err: err}
	}
	for i := range file.Changes {
		c := &file.Changes[i]
		c.Desired = c.Reads(a.Catalog.Kind(c.Kind)) // see recompute
	}
	snap, err := run.Snapshot()
	if err != nil {
		return nil, err // without it the run could not be taken back
	}
	p, err := a.touched(ctx, s, f, &file.Plan, whole)
	if err != nil {
		return nil, err
	}
	e.AllowStaged = true // what waits on the farm is the beginning of this run
	if err := stageable(&file.Plan, e); err != nil {
		return nil, err
	}
	if err := a.mayWrite(s, f, e); err != nil {
		return nil, err
	}
	if err := a.goesOn(ctx, s, p); err != nil {
		return nil, err
	}
	if err := a.checkSecrets(&file.Plan, a.revealOnly(f, &file.Plan)); err != nil {
		return nil, err
	}
	release, err := a.lock(ctx, f, e.Command, e.LockTimeout)
	if err != nil {
		return nil, err
	}
	defer release()
	before, _, err := snap.Targets(a.Catalog)
	if err != nil {
		return nil, err
	}
	return a.carryOut(ctx, s, p, run, e, true, &oldState{ids: snap.IDs(&file.Plan), unchanged: unchanged(s, p.Live, before)})
}

// unchanged tells whether an object is as it was before the run: by what the
// snapshot holds. The hashes of the plan may have been taken by another version.
func unchanged(s *Session, live *export.Farm, before []*model.Object) func(context.Context, *model.Object) (bool, error) {
	return func(ctx context.Context, old *model.Object) (bool, error) {
		for _, o := range before {
			if o.Address.Key() != old.Address.Key() {
				continue
			}
			now, err := live.Reread(ctx, s.Reader(), old, all)
			if err != nil || now == nil {
				return false, err
			}
			saved := *o
			saved.Address, saved.RenamedFrom = now.Address, ""
			edits, _ := plan.Compare(live.Catalog.Kind(o.Address.Kind), &saved, now, live.Names, nothingToSend{}, false)
			return edits.Empty(), nil
		}
		return false, nil
	}
}

// nothingToSend says that values which cannot be read are no difference.
type nothingToSend struct{}

// State implements plan.Sent.
func (nothingToSend) State(model.Address, string, any) plan.SentState { return plan.SentSame }
