package app

import (
	"context"
	"fmt"
	"os"
	"sort"
	"time"

	"rassync/internal/apply"
	"rassync/internal/export"
	"rassync/internal/files"
	"rassync/internal/guard"
	"rassync/internal/model"
	"rassync/internal/plan"
)

// PlanValidFor is how long a plan file can be applied unless said otherwise.
const PlanValidFor = 24 * time.Hour

// OpenPlan reads a plan file. One that was edited, is of another format or was
// made by another version, which may know the kinds otherwise, is invalid
// input; one that has expired is stale.
func (a *App) OpenPlan(path string) (*plan.File, error) {
	f, err := plan.ReadFile(path, a.Catalog, a.Now())
	if err != nil {
		return nil, &Failure{Class: planClass(err), Err: err, Hint: "make a new plan"}
	}
	if f.Tool.Contract != a.Tool.Contract {
		return nil, Failf(Stale, "the plan was made with another contract: %s, and here it is %s", contractName(f.Tool), contractName(a.Tool)).With("plan again")
	}
	if f.Tool != a.Tool {
		return nil, (&Failure{Class: Input, Err: fmt.Errorf("%w: %s %s, this is %s %s", plan.ErrOtherBy, f.Tool.Name, f.Tool.Version, a.Tool.Name, a.Tool.Version)}).
			With("make a new plan with this version, or apply the plan with the version that made it")
	}
	return f, a.vouched(f)
}

// OnlyMine refuses a plan file that anybody on the machine may write, where
// neither documents nor a signature vouch for what it wants.
func (a *App) OnlyMine(path string, checkout *Folder) error {
	if checkout != nil || a.Getenv(EnvPlanKey) != "" {
		return nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return &Failure{Class: Input, Err: err}
	}
	if files.OthersWrite(info) {
		return Failf(Refused, "anybody on this machine may write the plan file %s, and nothing else vouches for it; nothing was written", path).
			With("pass the documents with --dir, sign plans with %s, or chmod o-w it if you know what it holds", EnvPlanKey)
	}
	return nil
}

func contractName(t plan.Tool) string {
	if t.Contract == "" {
		return "built in"
	}
	return t.Contract
}

func planClass(err error) Class {
	if c := ClassOf(err); c != Failed {
		return c
	}
	return Input
}

// Bind reads the objects that an approved plan touches and checks that all of
// them are what they were when it was made. Nothing is written if one is not.
//
// The plan is computed again and must come out the same; with a checkout, which
// may be nil, it must follow from the documents.
func (a *App) Bind(ctx context.Context, s *Session, f, checkout *Folder, file *plan.File, allow guard.Allowance) (*Planned, error) {
	if err := s.CheckFarm(f.Farm); err != nil {
		return nil, err
	}
	if guid := s.Farm().GUID; file.Farm.GUID != "" && guid != "" && !sameGUID(file.Farm.GUID, guid) {
		return nil, &Failure{Class: Input, Err: plan.ErrOtherFor, Hint: "it was made for farm " + file.Farm.GUID + " (" + file.Farm.Name + "), this is " + guid + " (" + s.Farm().Name + ")"}
	}
	reads := whole
	if checkout != nil || file.Signature != "" {
		// The documents, or the operator, vouch for what is not written.
		reads = (*plan.Change).Reads
	}
	p, err := a.touched(ctx, s, f, &file.Plan, reads)
	if err != nil {
		return nil, err
	}
	if checkout != nil || file.Signature != "" {
		asPlanned(a.Catalog, p.Live, &file.Plan)
	}
	if stale := staleObjects(a.Catalog, p.Live, &file.Plan); len(stale) > 0 {
		return nil, Failf(Stale, "the plan is stale, nothing was written: %s since it was made", model.Count(len(stale), "object has changed", "objects have changed")).
			With("plan again and have the new plan approved").About(stale)
	}
	if p.Plan, err = a.recompute(ctx, s, p, file, checkout); err != nil {
		return nil, err
	}
	if checkout == nil && file.Signature == "" {
		p.Plan.Warnings = append(p.Plan.Warnings, "nothing vouches for what this plan file wants: apply it with --dir, so that it is compared with the documents, or sign plans with "+EnvPlanKey)
	}
	p.File = file
	if checkout != nil {
		p.declares = append(checkout.Objects(), checkout.Going()...)
	}
	return p, a.judge(ctx, s, p, a.guard(s, f, allow))
}

// asPlanned gives live objects the parts that were not read, because their changes
// do not write them, as the plan had found them: as they are declared.
func asPlanned(cat *model.Catalog, live *export.Farm, p *plan.Plan) {
	for i := range p.Changes {
		c := &p.Changes[i]
		if o := apply.LiveOf(live, c); o != nil && o.Spec != nil {
			k := cat.Kind(c.Kind)
			export.Carry(k, &model.Object{Spec: c.Unread(k)}, o, c.Wanted())
		}
	}
}

// whole has all that is declared of a change's object read.
func whole(c *plan.Change, _ *model.Kind) *model.Object { return c.Desired }

// touched reads what a plan touches: of the objects of its changes what reads says.
func (a *App) touched(ctx context.Context, s *Session, f *Folder, pl *plan.Plan, reads func(*plan.Change, *model.Kind) *model.Object) (*Planned, error) {
	sc := newScope(a.Catalog)
	var desired []*model.Object
	for i := range pl.Changes {
		c := &pl.Changes[i]
		sc.add(c.Kind)
		if c.Action == plan.Delete {
			sc.deletes(c.Kind)
		}
		if c.Action == plan.Replace {
			sc.referrers(c.Kind)
		}
		for _, text := range c.Relinks {
			if addr, err := a.Catalog.ParseAddress(text); err == nil {
				sc.add(addr.Kind)
			}
		}
		for _, e := range c.AlsoChanges {
			if addr, err := a.Catalog.ParseAddress(e.Address); err == nil {
				sc.add(addr.Kind)
			}
		}
		if c.Desired != nil && c.Action != plan.Delete {
			desired = append(desired, reads(c, a.Catalog.Kind(c.Kind)))
		}
	}
	set, err := f.ruleSet()
	if err != nil {
		return nil, err
	}
	for _, kind := range set.Reads() {
		sc.add(kind)
	}
	p, err := a.see(ctx, s, f, sc, desired)
	if err != nil {
		return nil, err
	}
	p.Plan = pl
	return p, nil
}

// staleObjects names the objects that differ from what the plan was made
// from: changed, deleted, or made by somebody else meanwhile.
func staleObjects(cat *model.Catalog, live *export.Farm, p *plan.Plan) []string {
	var out []string
	for i := range p.Changes {
		c := &p.Changes[i]
		if c.Action == plan.Reorder {
			continue
		}
		o := apply.LiveOf(live, c)
		switch {
		case c.Action == plan.Create:
			if o != nil {
				out = append(out, c.Address+" (somebody made it meanwhile)")
			}
		case o == nil && comesWithSite(live, c):
		case o == nil && c.Site != "" && live.Find(model.Address{Kind: model.SiteKind, Name: c.Site}) == nil:
			// It comes with its site, which this plan makes.
		case o == nil:
			out = append(out, c.Address+" (deleted)")
		case c.PreImage != "" && !plan.SamePreImage(cat, live.Names, o, c.PreImage, c.Wanted()):
			out = append(out, c.Address+" (changed)")
		}
	}
	sort.Strings(out)
	return out
}
