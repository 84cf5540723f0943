package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/workspace"
)

// EnvPlanKey holds the key with which plan files are signed and checked.
const EnvPlanKey = "RASSYNC_PLAN_KEY"

// PlanMaxValid is the longest time for which a plan file can be applied.
const PlanMaxValid = 14 * 24 * time.Hour

// SavePlan makes a plan file: signed, if the operator gives a key.
func (a *App) SavePlan(p *plan.Plan, valid time.Duration) (*plan.File, error) {
	if valid <= 0 || valid > PlanMaxValid {
		return nil, Failf(Input, "--valid-for: a plan is valid for some time, and for %d days at most", int(PlanMaxValid.Hours()/24))
	}
	key := a.Getenv(EnvPlanKey)
	if key != "" {
		if err := plan.CheckKey(key); err != nil {
			return nil, &Failure{Class: Input, Err: fmt.Errorf("%s: %w", EnvPlanKey, err)}
		}
	}
	file, err := plan.NewFile(p, a.Now(), valid)
	if err == nil && key != "" {
		file.Sign(key)
	}
	return file, err
}

// vouched checks what vouches for a plan file beside its digest, which anybody
// can work out again.
func (a *App) vouched(f *plan.File) error {
	if latest := a.Now().Add(PlanMaxValid); f.Expires.After(latest) {
		return Failf(Input, "the plan file claims to be valid until %s, and no plan is for more than %d days", f.Expires.Format(time.RFC3339), int(PlanMaxValid.Hours()/24)).With("make a new plan")
	}
	key := a.Getenv(EnvPlanKey)
	if key == "" {
		return nil
	}
	err := plan.CheckKey(key)
	if err == nil {
		err = f.Verify(key)
	}
	if err != nil {
		return (&Failure{Class: Input, Err: fmt.Errorf("%s: %w", EnvPlanKey, err)}).With("make the plan where the same key is set, and apply that file")
	}
	return nil
}

// Checkout reads the documents that a plan file must follow from, if the
// workspace is at hand: it was named, or is the folder that rassync stands in.
// nil means that there are none.
func (a *App) Checkout(f *Folder, named bool, overlay string) (*Folder, error) {
	if _, err := os.Stat(filepath.Join(f.Dir, workspace.ConfigFile)); err != nil && !named {
		return nil, nil
	}
	ws, ds := a.Read(f.Dir, overlay)
	if len(ws.Objects) == 0 && len(ws.Files) == 0 {
		return nil, nil
	}
	if err := Invalid(ds); err != nil {
		return nil, err
	}
	anchorSecrets(ws.Objects)
	out := *f
	out.Workspace = ws
	return &out, nil
}

// recompute makes the plan of a file again, from what it wants and from the
// objects just read, and refuses it unless it comes out the same: what was
// shown and approved is what is done. With a checkout, what the plan wants must
// follow from its documents. It gives the plan as it was computed now.
func (a *App) recompute(ctx context.Context, s *Session, p *Planned, file *plan.File, checkout *Folder) (*plan.Plan, error) {
	in := plan.Input{Catalog: a.Catalog, GoesBack: true, Live: p.Live, Sent: p.Sent, RotateSecrets: file.Rotates(), WriteUnseen: file.WritesUnseen(), Tool: a.Tool, Farm: s.Identity(ctx)}
	picked := map[model.Address]bool{}
	for i := range file.Changes {
		c := &file.Changes[i]
		addr := model.Address{Site: c.Site, Kind: c.Kind, Name: c.Name}
		picked[addr.Key()] = true
		if c.Action == plan.Delete {
			in.Absent = append(in.Absent, addr)
			continue
		}
		d := *c.Desired
		if c.Action == plan.Replace {
			d.Confirm = "replace" // whether it was confirmed is checked below
		}
		in.Desired = append(in.Desired, &d)
	}
	in.Selected = func(addr model.Address) bool { return picked[addr.Key()] }
	var unlike []string
	if checkout != nil {
		unlike = a.follows(ctx, file, checkout)
		// Orders that are declared say where new objects are put.
		for _, o := range checkout.Objects() {
			if k := a.Catalog.Kind(o.Address.Kind); k.Shape == model.OrderShape && !picked[o.Address.Key()] {
				in.Desired = append(in.Desired, o)
			}
		}
	}
	again, ds := plan.Build(in)
	if ds.Failed() {
		return nil, errors.Join(Failf(Input, "the plan file cannot be computed again, nothing was written").With("plan again"), Invalid(ds))
	}
	unlike = append(unlike, plan.Unlike(a.Catalog, &file.Plan, again)...)
	if now := s.Identity(ctx); !sameGUID(file.Farm.GUID, now.GUID) {
		unlike = append(unlike, fmt.Sprintf("it names farm %q, and this is %q", file.Farm.GUID, now.GUID))
	}
	if len(unlike) > 0 {
		shown := unlike
		more := ""
		if len(shown) > 10 {
			shown, more = shown[:10], fmt.Sprintf(" and %d more", len(unlike)-10)
		}
		return nil, Failf(Input, "the plan file is refused, nothing was written: computed again from what it wants and from the farm, it is another plan: %s%s", strings.Join(shown, "; "), more).
			With("somebody changed the file, the documents or the farm meanwhile: plan again, with the same --dir and --overlay, and have the new plan approved")
	}
	byAddress := map[string]*plan.Change{}
	for i := range again.Changes {
		byAddress[again.Changes[i].Address] = &again.Changes[i]
	}
	out := file.Plan // a copy: the file stays what was approved
	out.Changes = append([]plan.Change{}, file.Changes...)
	out.Warnings = append([]string{}, file.Warnings...)
	out.Secrets = nil
	for i := range out.Changes {
		c := &out.Changes[i]
		if now := byAddress[c.Address]; now != nil {
			// What nobody approves is shown as it was found now.
			c.Before, c.LastChange, c.IrreversibleBecause, c.Because = now.Before, now.LastChange, now.IrreversibleBecause, now.Because
		}
		c.Desired = c.Reads(a.Catalog.Kind(c.Kind)) // what is not shown is not written, by a run that goes on either
		if c.Confirmed && checkout == nil && file.Signature == "" {
			// Nobody vouches for the word of a document that is not here.
			c.Confirmed = false
		}
		out.Secrets = append(out.Secrets, plan.Secrets(a.Catalog.Kind(c.Kind), c)...)
	}
	return &out, nil
}

// follows lists what a plan file wants and the documents do not say.
func (a *App) follows(ctx context.Context, file *plan.File, checkout *Folder) []string {
	declared, going := map[model.Address]*model.Object{}, map[model.Address]*model.Object{}
	for _, o := range checkout.Objects() {
		declared[o.Address.Key()] = o
	}
	for _, o := range checkout.Going() {
		going[o.Address.Key()] = o
	}
	var out []string
	for i := range file.Changes {
		c := &file.Changes[i]
		addr := model.Address{Site: c.Site, Kind: c.Kind, Name: c.Name}
		d := declared[addr.Key()]
		switch {
		case c.Action == plan.Delete:
			out = append(out, a.followsDelete(ctx, file, checkout, c, addr, d, going[addr.Key()])...)
		case d == nil:
			out = append(out, c.Address+": no document declares it")
		default:
			for _, what := range append(plan.Beyond(c.Desired.Spec, d.Spec, ""), plan.Beyond(c.Desired.Unknown, d.Unknown, "unknown")...) {
				out = append(out, c.Address+": "+what)
			}
			if c.Confirmed != (d.Confirm != "") && c.Action == plan.Replace {
				out = append(out, c.Address+": its document says otherwise whether it may be replaced")
			}
		}
	}
	return out
}

// followsDelete: an object goes because its document says so, because its kind
// is exclusive, or because a range of commits has taken its document away.
func (a *App) followsDelete(ctx context.Context, file *plan.File, checkout *Folder, c *plan.Change, addr model.Address, declared, going *model.Object) []string {
	exclusive := checkout.Config.Mode(c.Kind, c.Site) == workspace.Exclusive
	switch {
	case declared != nil:
		return []string{c.Address + ": its document declares it, and the plan deletes it"}
	case c.Confirmed && going == nil:
		return []string{c.Address + ": no document confirms that it may be deleted"}
	case exclusive || going != nil:
		return nil
	case file.Since != nil && a.wasDeclared(ctx, file, checkout, addr):
		return nil
	}
	return []string{c.Address + ": it is not declared, but its kind is not exclusive either"}
}

// wasDeclared tells whether the base of a plan of a range declared an object. A
// commit is looked up in the history of the checkout; a folder or a snapshot
// counts only if the operator names it, or if the file is signed: the path in a
// plan file is whoever's wrote it.
func (a *App) wasDeclared(ctx context.Context, file *plan.File, checkout *Folder, addr model.Address) bool {
	var r *Range
	var err error
	switch {
	case file.Since.Commit != "":
		r, err = a.Since(ctx, checkout, file.Since.Commit)
	case checkout.Base != "":
		r, err = a.BaseOf(checkout, checkout.Base)
	case a.Getenv(EnvPlanKey) != "":
		r, err = a.BaseOf(checkout, file.Since.Base)
	default:
		err = fmt.Errorf("the plan was made with --base %s: pass --base to apply too", file.Since.Base)
	}
	if err != nil {
		a.Warn("the base of the plan cannot be read: %v", err)
		return false
	}
	for _, o := range r.Objects {
		if o.Address.Key() == addr.Key() {
			return true
		}
	}
	return false
}
