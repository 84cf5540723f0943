package apply

import (
	"context"
	"errors"
	"fmt"

	"rassync/internal/plan"
	"rassync/internal/runs"
)

// activate activates everything that is staged on the farm. about is for the
// journal: the change that could not go on without it.
func (r *task) activate(ctx context.Context, about runs.Entry) error {
	for r.busy[activation] || r.underway > 0 {
		r.turn.wait()
	}
	r.busy[activation] = true
	defer r.turn.release(r.busy, activation)
	if err := r.beforeActivation(ctx); err != nil {
		return err
	}
	about.Event, about.Request = "send", runs.ActivateRequest
	for try := 1; ; try++ {
		if err := r.note(about); err != nil {
			return &runError{err}
		}
		err := r.applySettings(ctx)
		if err == nil {
			break
		}
		if !lost(err) {
			return &runError{fmt.Errorf("the changes are staged, but activating them failed: %w", err)}
		}
		if try == activateTries || ctx.Err() != nil {
			return &runError{fmt.Errorf("the changes are written, but nobody knows whether they were activated: %w", err)}
		}
		// Activating again what is active already changes nothing.
		r.emit(Event{Type: Notice, Address: about.Address, Message: "the answer was lost: activating again", Err: err})
	}
	r.emit(Event{Type: SettingsApply, Address: about.Address})
	r.activated(ctx)
	if err := r.note(runs.Entry{Event: "applied", Address: about.Address, Action: about.Action, ID: about.ID}); err != nil {
		return &runError{err}
	}
	return nil
}

// activateTries bounds how often an activation with a lost answer is repeated.
const activateTries = 2

// errStageOnly is why a plan with an activation in between cannot be staged.
var errStageOnly = errors.New("the plan activates settings in between, which --stage-only forbids")

// activateFor activates the settings for a change that needs it.
func (r *task) activateFor(ctx context.Context, c *plan.Change, a *plan.Activation, when string) error {
	switch {
	case a == nil, when == runs.ActivatedBefore && r.Activated[c.Address+" "+string(c.Action)]:
		return nil
	case r.StageOnly:
		return fmt.Errorf("%w: %s", errStageOnly, a.Why)
	}
	return r.activate(context.WithoutCancel(ctx), runs.Entry{Address: c.Address, Action: string(c.Action), ID: when})
}
