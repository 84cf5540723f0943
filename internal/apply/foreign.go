package apply

import (
	"context"
	"fmt"

	"rassync/internal/runs"
)

// An activation activates everything that is staged, by whomever. What waits on the
// farm before a run is looked at when it begins; what others stage meanwhile is
// noticed by the number that the farm gives its settings (settingsId at a logon).
// That it counts writes is not confirmed: a run learns from its own first writes
// whether it does, and in which steps.

// Staging is what a farm says of settings that wait to be activated.
type Staging struct {
	Waiting    bool
	SettingsID int64
	// Writes are all that were sent so far, each attempt for itself: a farm may
	// have carried out one that it answered 503.
	Writes int
}

// ForeignError says that somebody else staged changes while the run was under way.
type ForeignError struct {
	Earlier bool // before this run sent anything
	Before  int64
	After   int64
	Own     int // writes of the run
}

// Error says what was noticed, and what was not done.
func (e *ForeignError) Error() string {
	if e.Earlier {
		return "somebody else has staged changes on the farm since this run began to read it: nothing was sent, so that they are not activated with it"
	}
	return fmt.Sprintf("somebody else has staged changes on the farm while this run was under way (its settings went from %d to %d, this run made %d writes): nothing was activated", e.Before, e.After, e.Own)
}

// foreign keeps count of the writes of a run and of what the farm says of them.
type foreign struct {
	began  bool
	looked bool    // the farm said how it was before the first write
	before int64   // the farm's number before the first write
	last   int64   // at the last look
	steps  []int64 // by how much the first writes moved it
	own    int     // writes that were carried out
	sent   int     // writes that had been sent when the count began
	known  bool    // an earlier part of the run met the changes of others
}

// watched is how many writes are looked at to learn how the farm counts.
const watched = 2

// step is by how much a write moves the number; 0 if it does not.
func (f *foreign) step() int64 {
	var moved []int64
	for _, s := range f.steps {
		if s > 0 {
			moved = append(moved, s)
		}
	}
	switch len(moved) {
	case 0:
		return 0
	case 1:
		return 1
	}
	return min(moved[0], moved[1])
}

// learnt tells whether it is known by how much a write moves the number: no write
// moves it by less than one.
func (f *foreign) learnt() bool {
	return len(f.steps) == watched || len(f.steps) > 0 && f.steps[0] == 1
}

// count begins to count anew.
func (f *foreign) count(now Staging) {
	f.before, f.last, f.own, f.sent = now.SettingsID, now.SettingsID, 0, now.Writes
}

// mayHaveTaken is how many of the run's own writes the farm may have carried out.
func (f *foreign) mayHaveTaken(now Staging) int { return max(f.own, now.Writes-f.sent) }

// beforeWrite looks at the farm before the first write of a run.
func (r *task) beforeWrite(ctx context.Context) error {
	if r.Staging == nil || r.foreign.began {
		return nil
	}
	now, err := r.staging(ctx)
	r.foreign.began = true
	if err != nil {
		return nil // it cannot be known
	}
	r.foreign.looked = true
	r.foreign.count(now)
	if now.Waiting && r.NoneWaited {
		return r.meetForeign(&ForeignError{Earlier: true})
	}
	if !now.Waiting {
		r.foreign.known = false // somebody has activated or discarded them
	}
	return nil
}

// staging asks the farm what waits; others go on meanwhile.
func (r *task) staging(ctx context.Context) (Staging, error) {
	r.turn.give()
	now, err := r.Staging(ctx)
	r.turn.take()
	if err == nil {
		r.result.SettingsID = now.SettingsID
	}
	return now, err
}

// learnsCount tells whether it is still to be learnt how the farm counts: until
// then one write is sent after the other.
func (r *task) learnsCount() bool {
	f := &r.foreign
	return r.Staging != nil && (!f.began || f.looked && f.own <= watched && !f.learnt())
}

// afterWrite counts a write, and sees by the first ones how the farm counts.
func (r *task) afterWrite(ctx context.Context) {
	f := &r.foreign
	if r.Staging == nil || !f.looked {
		return
	}
	if f.own++; f.own > watched || f.learnt() {
		return
	}
	if now, err := r.staging(ctx); err == nil {
		f.steps = append(f.steps, now.SettingsID-f.last)
		f.last = now.SettingsID
	}
}

// beforeActivation refuses to activate what others have staged.
func (r *task) beforeActivation(ctx context.Context) error {
	if r.Staging == nil {
		return nil
	}
	now, err := r.staging(ctx)
	switch {
	case err != nil:
		return nil
	case r.foreign.known && now.Waiting:
		return r.meetForeign(&ForeignError{Before: r.foreign.before, After: now.SettingsID, Own: r.foreign.own})
	case r.foreign.step() > 0 && now.SettingsID > r.foreign.before+r.foreign.step()*int64(r.foreign.mayHaveTaken(now)):
		e := &ForeignError{Before: r.foreign.before, After: now.SettingsID, Own: r.foreign.own}
		r.foreign.count(now)
		return r.meetForeign(e)
	}
	return nil
}

// activated begins the count anew: an activation may move the number too.
func (r *task) activated(ctx context.Context) {
	if r.Staging == nil || r.foreign.step() == 0 || r.current == nil {
		return
	}
	if now, err := r.staging(ctx); err == nil {
		r.foreign.count(now)
	}
}

// meetForeign tells of the changes of others, and stops the run unless it may
// activate them.
func (r *task) meetForeign(e *ForeignError) error {
	if r.ActivateForeign {
		message := "somebody else has staged changes on the farm meanwhile: they are activated too"
		r.emit(Event{Type: Notice, Message: message})
		return nil
	}
	if err := r.note(runs.Entry{Event: runs.Foreign, Error: e.Error()}); err != nil {
		return &runError{err}
	}
	return &runError{e}
}

// applySettings activates, and waits while somebody holds what an activation needs.
func (r *task) applySettings(ctx context.Context) error {
	return r.whileLocked(func() error { return r.Writer.ApplySettings(ctx) })
}
