package app

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"rassync/internal/apply"
	"rassync/internal/guard"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/runs"
)

// Execution says how a plan is carried out.
type Execution struct {
	Command     string // apply, rollback or restore
	Of          string // the run that a rollback takes back or a restore restores from
	StageOnly   bool
	AllowStaged bool
	LockTimeout time.Duration // for another run in the workspace
	LockWait    time.Duration // for objects that somebody holds on the farm
	// ActivateForeign activates what others stage while the run is under way.
	ActivateForeign bool
	metForeign      bool // the run that is taken back met them
	// RollbackOnError takes back at once what a failed run has done.
	RollbackOnError bool
	// StopOnError stops at the first change that the farm refuses; otherwise
	// the run goes on with what does not depend on it.
	StopOnError bool
	Events      func(apply.Event)
}

// Report is what came of a run.
type Report struct {
	Run    *runs.Run
	Result *apply.Result
	// Rollback is the run that took a failed one back.
	Rollback      *Report
	RollbackError error

	of int // changes of the plan
}

// Ready tells whether the plan could be carried out now: the checks that come
// before the first write and need no write side.
func (a *App) Ready(s *Session, p *Planned, e Execution) error {
	if p.ready {
		return nil // checked before the question whether to go on
	}
	if len(p.Refusals) > 0 {
		return refused(p.Refusals)
	}
	if err := stageable(p.Plan, e); err != nil {
		return err
	}
	if err := a.mayWrite(s, p.Folder, e); err != nil {
		return err
	}
	if err := a.checkSecrets(p.Plan, a.revealOnly(p.Folder, p.Plan)); err != nil {
		return err
	}
	var err error
	if p.files, err = collectFiles(p.Plan, fileOf(p.Folder.Dir)); err != nil {
		return err
	}
	p.ready = true
	return nil
}

// stageable refuses to only stage a plan that cannot be carried out without
// activating settings in between.
func stageable(p *plan.Plan, e Execution) error {
	why, yes := p.Activates()
	if !e.StageOnly || !yes {
		return nil
	}
	return Failf(Refused, "nothing was written: --stage-only cannot carry out this plan: it must activate settings in between, for %s", why).
		With("apply without --stage-only, or leave out with --except what comes after the activation")
}

// refused is the failure of a plan that the brakes stop.
func refused(list []guard.Refusal) error {
	var why, flags, objects, hints []string
	final := false
	seen := map[string]bool{}
	for _, r := range list {
		why = append(why, r.Why)
		for _, o := range r.Objects {
			if !slices.Contains(objects, o) {
				objects = append(objects, o)
			}
		}
		switch {
		case r.Flag == "":
			final = true
			if r.Hint != "" && !slices.Contains(hints, r.Hint) {
				hints = append(hints, r.Hint)
			}
		case !seen[r.Flag]:
			seen[r.Flag] = true
			flags = append(flags, r.Flag)
		}
	}
	f := Failf(Refused, "nothing was written: %s", strings.Join(why, "; ")).About(objects)
	switch {
	case len(hints) > 0:
		return f.With("%s", strings.Join(hints, "; "))
	case final:
		return f.With("no flag lets this pass: change what is declared")
	case len(flags) > 0:
		return f.With("if all of it is meant, pass %s: it is valid for exactly this plan", strings.Join(flags, " "))
	}
	return f
}

// Execute carries a plan out: lock, snapshot, journal, then change by change.
// The error tells the class of what came of it; the report is there whenever
// something was begun.
func (a *App) Execute(ctx context.Context, s *Session, p *Planned, e Execution) (*Report, error) {
	if err := a.Ready(s, p, e); err != nil {
		return nil, err
	}
	release, err := a.lock(ctx, p.Folder, e.Command, e.LockTimeout)
	if err != nil {
		return nil, err
	}
	defer release()
	run, err := a.begin(ctx, s, p, e)
	if err != nil {
		return nil, fmt.Errorf("nothing was written: %w", err)
	}
	rep, err := a.carryOut(ctx, s, p, run, e, false, nil)
	if err == nil || !e.RollbackOnError || !rep.mustGoBack(ctx) {
		return rep, err
	}
	return a.takeBack(ctx, s, p, rep, e, err)
}

// begin puts everything on disk that resume and rollback need.
func (a *App) begin(ctx context.Context, s *Session, p *Planned, e Execution) (*runs.Run, error) {
	now := a.Now()
	var err error
	file := p.File // what was approved is what the run keeps, digest and all
	if file == nil {
		if file, err = plan.NewFile(p.Plan, now, PlanValidFor); err != nil {
			return nil, err
		}
	}
	store := p.Folder.Store()
	run, err := store.New(runs.Info{Override: a.override(p), Overridden: p.Overridden, Command: e.Command, Of: e.Of, Who: a.User, Host: a.Host, Account: s.Username, PID: a.PID,
		Farm: p.Plan.Farm, Digest: file.Digest, Changes: len(p.Plan.Changes), Commit: commitOf(p.Folder.Dir), Tool: a.Tool.Version, Contract: a.Tool.Contract}, now)
	if err != nil {
		return nil, err
	}
	if p.files == nil {
		if p.files, err = collectFiles(p.Plan, fileOf(p.Folder.Dir)); err != nil {
			return nil, err
		}
	}
	if err := store.KeepFromGit(); err != nil {
		return nil, err
	}
	blobs := store.Blobs()
	p.looks = apply.NewLooks(p.Live, p.Plan, a.Now)
	snap, files, err := a.takeSnapshot(ctx, s, p.Live, p.looks, p.Plan, run.Info.ID, blobs)
	if err != nil {
		return nil, err
	}
	if err := run.Create(file); err != nil {
		return nil, err
	}
	for digest, data := range p.files {
		files[digest] = data
	}
	if err := run.Save(snap, blobs, files); err != nil {
		return nil, err
	}
	return run, nil
}

// override is the reason to run outside the change windows, "" if none is needed.
func (a *App) override(p *Planned) string {
	if len(p.Overridden) == 0 {
		return ""
	}
	return a.Operator.Override
}

// collectFiles reads the pictures that the plan uploads.
func collectFiles(p *plan.Plan, read fileReader) (map[string][]byte, error) {
	out := map[string][]byte{}
	for i := range p.Changes {
		c := &p.Changes[i]
		if c.Desired == nil || c.Action == plan.Delete {
			continue
		}
		for _, ref := range filesOf(c.Desired.Spec, nil) {
			if _, have := out[ref.Digest]; have {
				continue
			}
			data, err := read(c.Desired.Source, ref)
			if err != nil {
				return nil, &Failure{Class: Input, Err: err, Objects: []string{c.Address}}
			}
			out[ref.Digest] = data
		}
	}
	return out, nil
}

// oldState is what a run that is resumed knows of before its beginning.
type oldState struct {
	ids map[string]string // of the objects that it is about
	// unchanged tells whether an object is as the snapshot holds it.
	unchanged func(context.Context, *model.Object) (bool, error)
}

// carryOut runs the plan of a run, or what is left of it; old is nil for a new run.
func (a *App) carryOut(ctx context.Context, s *Session, p *Planned, run *runs.Run, e Execution, resume bool, old *oldState) (rep *Report, err error) {
	rep = &Report{Run: run, of: len(p.Plan.Changes)}
	j, err := run.OpenJournal(a.Now)
	if err != nil {
		return rep, rep.stopped(err)
	}
	defer j.Close()
	defer func() {
		// What the run knows of itself: a disk that is full cannot be asked again.
		run.Entries = j.Entries()
		if crash := recover(); crash != nil {
			caught := &CrashError{Cause: crash, Stack: debug.Stack()}
			if c, ok := crash.(*apply.Crash); ok {
				caught = &CrashError{Cause: c.Cause, Stack: c.Stack}
			}
			err = rep.stopped(caught)
		}
	}()
	if err := j.Append(runs.Entry{Event: "run", Action: e.Command, Who: a.User + "@" + a.Host, Digest: run.Info.Digest, Override: a.override(p)}); err != nil {
		return rep, rep.stopped(err)
	}
	farm := s.Identity(ctx)
	learnt, err := p.Folder.Store().Learnt(farm.GUID, farm.Version)
	if err != nil {
		return rep, rep.stopped(err)
	}
	if old == nil {
		old = &oldState{}
	}
	was := run.Now(a.Catalog)
	before := changedAt(p)
	res, err := apply.Run(ctx, p.Plan, apply.Options{Writer: s.Writer(), Parallel: s.Parallel, Live: p.Live, Looks: p.looks, Journal: j, Sent: p.Sent, Learnt: learnt, Files: fileOf(p.Folder.Dir), Reveal: a.revealOnly(p.Folder, p.Plan),
		StageOnly: e.StageOnly, StopAtRefusal: e.StopOnError || e.RollbackOnError, LockWait: e.LockWait, Incomplete: len(p.NotRestorable) > 0, Resume: resume, IDs: old.ids, Unchanged: old.unchanged, MadeBefore: was.Made(), Beside: was.Beside(), LateFor: s.lateFor, Lost: a.stillLate(s, was), Owed: e.Command == "rollback" && s.waits() && stagedByUs(s, p.Folder) != nil,
		Staging: s.staging, NoneWaited: !resume && !e.AllowStaged && !s.waits(), ActivateForeign: e.ActivateForeign, MetForeign: run.MetForeign() || e.metForeign, Done: was.Done(), Begun: runs.Begun(was.Entries), Activated: was.Activations(), Events: e.Events, Now: a.Now})
	rep.Result = res
	run.Entries = j.Entries()
	a.markersAfter(ctx, s, p, rep, before)
	if err != nil {
		return rep, rep.stopped(err)
	}
	return rep, verdict(ctx, rep)
}

// stillLate are the creates of an earlier part of the run that may still arrive.
func (a *App) stillLate(s *Session, run *runs.Run) map[string]time.Duration {
	out := map[string]time.Duration{}
	for address, sent := range run.Unanswered() {
		out[address] = max(s.lateFor-a.Now().Sub(sent), 0)
	}
	return out
}

// CrashError is a panic that was caught: rassync is wrong, not the farm.
type CrashError struct {
	Cause any
	Stack []byte
}

// Error says that it is a fault of rassync.
func (e *CrashError) Error() string { return fmt.Sprintf("rassync crashed: %v", e.Cause) }

// waysOn is what can be done after a run that did not come to its end.
const waysOn = "rassync apply --resume goes on, rassync rollback takes it back"

// mustGoBack tells whether a failed run is to be taken back at once.
func (rep *Report) mustGoBack(ctx context.Context) bool {
	res := rep.Result
	return ctx.Err() == nil && res != nil && (res.Failed != nil || len(res.Refused) > 0) && rep.Run.MayHaveWritten()
}

// progress says how far the run came.
func (rep *Report) progress() string {
	return fmt.Sprintf("%d of %s done", len(rep.Run.Done()), model.Count(rep.of, "change", "changes"))
}

// stopped is the failure of a run that could not go on for a reason of this
// machine: a disk that is full, no more file handles, a crash.
func (rep *Report) stopped(err error) error {
	if !rep.Run.MayHaveWritten() {
		return fmt.Errorf("nothing was written: %w", err)
	}
	return (&Failure{Class: Partial, Err: fmt.Errorf("the run stopped: %w (%s)", err, rep.progress())}).With("%s", waysOn)
}

// verdict gives the class of a finished run.
func verdict(ctx context.Context, rep *Report) error {
	res := rep.Result
	done := rep.Run.MayHaveWritten()
	again := waysOn
	switch {
	case ctx.Err() != nil:
		f := Failf(Interrupted, "interrupted: %s, %d not begun", rep.progress(), res.Skipped)
		if done {
			f.Hint = again
		}
		return f
	case res.Failed != nil && done:
		var stale *apply.StaleError
		var others *apply.ForeignError
		switch {
		case errors.As(res.Failed.Err, &others):
			again = "look at what they changed in the console; rassync apply --resume --foreign-staged=activate activates it too, rassync rollback takes this run back"
		case errors.As(res.Failed.Err, &stale):
			again = "plan again to go on from how the farm is now, or rassync rollback takes back what was done"
		}
		return (&Failure{Class: Partial, Err: &PartError{Address: res.Failed.Address, Err: res.Failed.Err, Progress: rep.progress()}, Hint: again}).About([]string{res.Failed.Address})
	case res.Failed != nil:
		f := &Failure{Class: ClassOf(res.Failed.Err), Err: &PartError{Address: res.Failed.Address, Err: res.Failed.Err}, Hint: HintOf(res.Failed.Err), Objects: []string{res.Failed.Address}}
		if f.Class == Stale {
			f.Hint = "plan again"
		}
		return f
	case len(res.Twins) > 0:
		return twinsTakenBack(res)
	case len(res.Refused) > 0:
		return refusedInPart(res, done)
	case len(res.NotConverged) > 0:
		var objects []string
		for _, d := range res.NotConverged {
			if len(objects) == 0 || objects[len(objects)-1] != d.Address {
				objects = append(objects, d.Address)
			}
		}
		f := Failf(Partial, "the farm accepted everything, but %s back differently", model.Count(len(res.NotConverged), "value reads", "values read")).About(objects)
		return f.With("the farm may have rules of its own for them: correct what is declared, or rassync rollback takes everything back")
	case len(res.Unverified) > 0:
		var objects []string
		for _, u := range res.Unverified {
			objects = append(objects, u.Address)
		}
		return Failf(Partial, "the farm accepted everything, but %s not be read back: %v", model.Count(len(objects), "object could", "objects could"), res.Unverified[0].Err).About(objects).
			With("rassync plan shows whether the farm is as declared")
	}
	return nil
}

// twinsTakenBack is the failure of a run of which somebody else made the same
// objects at the same time.
func twinsTakenBack(res *apply.Result) error {
	var objects []string
	for _, t := range res.Twins {
		objects = append(objects, t.Address)
	}
	f := Failf(Stale, "somebody else made the same at the same time, and what this run had made of it was taken back: %s; the first: %w", model.Count(len(objects), "object", "objects"), res.Twins[0].Err)
	return f.About(objects).With("plan again: what the others made stays, and may differ from what is declared")
}

// refusedInPart is the failure of a run that went on without what the farm
// did not take.
func refusedInPart(res *apply.Result, done bool) error {
	f := &Failure{Class: Partial, Hint: "correct what the farm refused, or leave it out, and apply again; rassync rollback takes back what was done"}
	var all error
	for _, r := range res.Refused {
		if one := fmt.Errorf("%s: %w", r.Address, r.Err); all == nil {
			all = one
		} else {
			all = fmt.Errorf("%w; %w", all, one) // in one line: line breaks of a message are shown escaped
		}
		f.Objects = append(f.Objects, r.Address)
	}
	for _, l := range res.LeftOut {
		all = fmt.Errorf("%w; %s: not done: %w", all, l.Address, l.Err)
		f.Objects = append(f.Objects, l.Address)
	}
	f.Err = fmt.Errorf("the farm did not take everything: %w", all)
	if !done {
		f.Class, f.Err = ClassOf(res.Refused[0].Err), fmt.Errorf("nothing was written: %w", all)
		f.Hint = "correct what the farm refused, or leave it out"
		if hint := HintOf(res.Refused[0].Err); hint != "" {
			f.Hint = hint
		}
	}
	return f
}

// PartError is the change at which a run stopped.
type PartError struct {
	Address  string
	Err      error
	Progress string // how much was done; "" if nothing was written
}

// Error says where the run stopped.
func (e *PartError) Error() string {
	// Some errors name the object themselves.
	why, named := strings.CutPrefix(e.Err.Error(), e.Address+" ")
	if named {
		why = "it " + why
	}
	if e.Progress == "" {
		return "nothing was written: " + e.Address + ": " + why
	}
	return "the run stopped at " + e.Address + ": " + why + " (" + e.Progress + ")"
}

// Unwrap gives the cause.
func (e *PartError) Unwrap() error { return e.Err }

// takeBack rolls a failed run back at once.
func (a *App) takeBack(ctx context.Context, s *Session, p *Planned, rep *Report, e Execution, cause error) (*Report, error) {
	a.Notice("the run failed: %v", cause)
	a.Notice("rolling back run %s", rep.Run.Info.ID)
	back, err := a.planRollback(ctx, s, p.Folder, rep.Run)
	if err == nil {
		for _, c := range back.Others {
			a.Notice("%s", c)
		}
		err = stageable(back.Plan, e)
	}
	if err == nil {
		err = a.secretsRefused(s, p.Folder, back.Plan)
	}
	if err == nil && !back.Plan.Empty() {
		back.Refusals = nil // it only undoes what was just approved
		var run *runs.Run
		sub := Execution{Command: "rollback", Of: rep.Run.Info.ID, AllowStaged: true, StageOnly: e.StageOnly, LockWait: e.LockWait, ActivateForeign: e.ActivateForeign, metForeign: rep.Run.MetForeign(), Events: e.Events}
		if run, err = a.begin(ctx, s, back, sub); err == nil {
			rep.Rollback, err = a.carryOut(ctx, s, back, run, sub, false, nil)
		}
	}
	if err != nil {
		rep.RollbackError = err
		return rep, &Failure{Class: Partial, Err: errors.Join(cause, err), Hint: "the rollback failed too: rassync rollback " + rep.Run.Info.ID + " tries it again"}
	}
	if lost := back.NotRestorable; len(lost) > 0 {
		return rep, (&Failure{Class: Partial, Err: fmt.Errorf("%w; what was done was rolled back, but not everything is as it was: %s", cause, strings.Join(lost, "; ")),
			Hint: "supply it again, or make it by hand"}).About(lost)
	}
	class := Failed
	var part *PartError
	if errors.As(cause, &part) {
		class = ClassOf(part.Err)
	}
	hint := "everything that was done was rolled back"
	if len(back.Others) > 0 {
		hint += "; what others changed since was left alone"
	}
	return rep, &Failure{Class: class, Err: cause, Hint: hint}
}
