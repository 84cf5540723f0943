package app

import (
	"context"
	"errors"
	"fmt"

	"rassync/internal/apply"

	"rassync/internal/runs"
)

// waits tells whether settings waited to be activated when the session began.
func (s *Session) waits() bool {
	on := s.Farm().ApplySettingsEnabled
	return on == nil || *on
}

// staging asks the farm what waits to be activated now.
func (s *Session) staging(ctx context.Context) (apply.Staging, error) {
	farm, err := s.ras.Look(ctx)
	if err != nil {
		return apply.Staging{}, err
	}
	if farm.ApplySettingsEnabled == nil {
		return apply.Staging{}, errors.New("the farm does not say what waits to be activated")
	}
	return apply.Staging{Waiting: *farm.ApplySettingsEnabled, SettingsID: farm.SettingsID, Writes: s.Stats().Writes}, nil
}

// mayWrite looks at what the farm said of itself.
func (a *App) mayWrite(s *Session, f *Folder, e Execution) error {
	farm := s.Farm()
	if farm.PrimaryBroker != nil && !*farm.PrimaryBroker {
		return Failf(Refused, "nothing was written: the service at %s talks to a secondary connection broker", s.URL).
			With("run against the service of the primary broker")
	}
	if farm.ApplySettingsEnabled == nil || !*farm.ApplySettingsEnabled || e.AllowStaged || e.StageOnly {
		return nil
	}
	r := stagedByUs(s, f)
	if r != nil && r.Damage != nil {
		return Failf(Refused, "nothing was written: changes wait on the farm to be activated, and whether run %s of this workspace left them there is not certain: %w", r.Info.ID, r.Damage).
			With("have them applied or discarded in the console, or pass --allow-staged to activate them too")
	}
	if r != nil && r.MetForeign() && !e.ActivateForeign {
		return Failf(Refused, "nothing was written: beside those of run %s, changes that other administrators staged while it was under way wait to be activated", r.Info.ID).
			With("have them discarded in the console, or pass --foreign-staged=activate to activate them too")
	}
	if r != nil {
		a.Notice("changes wait on the farm to be activated: run %s of this workspace left them there", r.Info.ID)
		return nil
	}
	return Failf(Refused, "nothing was written: changes of other administrators wait on the farm to be activated, and would be activated with this run").
		With("have them applied or discarded in the console, or pass --allow-staged to activate them too")
}

// stagedByUs is the newest run of this workspace if it wrote to the farm and
// did not activate: then what waits there is its own. A damaged run may be it.
func stagedByUs(s *Session, f *Folder) *runs.Run {
	list, err := f.Store().Runs()
	if err != nil {
		return nil
	}
	for _, r := range list {
		if r.Damage != nil && (r.Info.Farm.GUID == "" || sameGUID(r.Info.Farm.GUID, s.Farm().GUID)) {
			return r
		}
		if r.Wrote() && sameGUID(r.Info.Farm.GUID, s.Farm().GUID) {
			if r.Activated() {
				return nil
			}
			return r
		}
	}
	return nil
}

// staged says that the farm shows what is not in force yet; "" if nothing
// waits.
func (s *Session) staged(f *Folder) string {
	if on := s.Farm().ApplySettingsEnabled; on == nil || !*on {
		return ""
	}
	r := stagedByUs(s, f)
	switch {
	case r != nil && r.Damage != nil:
		return fmt.Sprintf("changes wait on the farm to be activated, and it shows them already; whether run %s left them there is not certain: %v", r.Info.ID, r.Damage)
	case r == nil:
		return "changes of other administrators wait on the farm to be activated: it shows them already"
	case resumable(s, r) != nil: // --stage-only
		return fmt.Sprintf("changes wait on the farm to be activated in the console, and it shows them already: run %s left them there", r.Info.ID)
	}
	return fmt.Sprintf("changes wait on the farm to be activated, and it shows them already: run %s did not come to its end (rassync apply --resume, or rassync rollback)", r.Info.ID)
}

// Waiting is the failure of an apply that has nothing to do because a run that
// did not come to its end has written everything, but has not activated it.
func (a *App) Waiting(s *Session, f *Folder) error {
	if on := s.Farm().ApplySettingsEnabled; on == nil || !*on {
		return nil
	}
	r := stagedByUs(s, f)
	if r == nil || resumable(s, r) != nil {
		return nil
	}
	return Failf(Partial, "the farm shows what is declared, but it is not in force: run %s did not come to activating it", r.Info.ID).
		With("rassync apply --resume activates it, rassync rollback takes it back")
}
