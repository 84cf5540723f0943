package app

import (
	"context"
	"slices"
	"sort"
	"strings"
	"time"

	"rassync/internal/apply"
	"rassync/internal/export"
	"rassync/internal/guard"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/ras"
	"rassync/internal/runs"
	"rassync/internal/selector"
	"rassync/internal/wayback"
	"rassync/internal/workspace"
)

// PlanOptions say what to plan.
type PlanOptions struct {
	Selection     selector.Set
	Prune         bool
	RotateSecrets bool
	// WriteUnseen has declared values written that the farm does not show.
	WriteUnseen bool
	// SkipIncomplete leaves out objects that a create could not make, instead
	// of refusing the plan.
	SkipIncomplete bool
	// TakeBack names what others changed since, and what a rollback takes back
	// all the same.
	TakeBack []string
	// Undeclared also reads the exclusive kinds that nothing is declared of,
	// and lists what the farm has beyond the declared objects.
	Undeclared bool
	Allow      guard.Allowance
	// Since limits the plan to what a range of commits touches; nil for all
	// that is declared.
	Since *Range
	Range RangeOptions
	// Fresh has everything asked of the farm, and nothing answered from earlier
	// runs.
	Fresh bool
	// Progress is told of each list as it comes in; nil for none.
	Progress func(kind, site string, objects int)
	// Steps is told how many reads are done, of how many that are known.
	Steps func(done, of int)
}

// Planned is a plan with what it was made from.
type Planned struct {
	Plan *plan.Plan
	// File is the approved plan file; nil if the plan was made just now.
	File   *plan.File
	Live   *export.Farm
	Folder *Folder
	Sent   *runs.Sent
	// Refusals are the brakes that stop an apply of the plan.
	Refusals []guard.Refusal
	// Undeclared are objects of exclusive kinds that are not declared.
	Undeclared []model.Address
	// Overridden are the windows and freezes in spite of which the plan is
	// carried out.
	Overridden []string
	// NotRestorable says of a rollback or restore what does not come back.
	NotRestorable []string
	// Others is what others have changed since the run that is rolled back.
	Others []wayback.Change
	// Lacking is what the state that is gone back to had none of.
	Lacking []string

	looks *apply.Looks // at the objects, for the snapshot
	// declares and selection are what noteDeclared needs; nil for a plan that
	// does not come from documents.
	declares  []*model.Object
	selection selector.Set
	ready     bool              // Ready found nothing
	files     map[string][]byte // the pictures that the plan uploads, once they were read
}

// Plan compares what the folder declares with the farm. It reads only.
func (a *App) Plan(ctx context.Context, s *Session, f *Folder, o PlanOptions) (*Planned, error) {
	if err := s.CheckFarm(f.Farm); err != nil {
		return nil, err
	}
	declared, going := f.Objects(), f.Going()
	if err := checkUnique(append(slices.Clone(declared), going...)); err != nil {
		return nil, err
	}
	if o.Since != nil && (o.Prune || o.Undeclared) {
		return nil, Failf(Input, "--since and --base plan deletes from the documents that are gone; --prune looks at all that is not declared").With("use one of them")
	}
	if len(declared) == 0 && o.Prune {
		return nil, Failf(Input, "nothing is declared that stays").With("a folder that declares nothing never means delete everything")
	}
	var t touched
	if o.Since != nil {
		t = o.Since.touch(a.Catalog, declared, going, o.Range)
	}
	sc, chosen, err := a.planScope(f, o, t, declared)
	if err != nil {
		return nil, err
	}
	var gone []model.Address
	if o.Since == nil {
		if gone, err = a.vanished(f, s.Farm().GUID, o.Selection); err != nil {
			return nil, err
		}
		for _, addr := range gone {
			sc.names[addr.Kind] = true
		}
	}
	q := &question{o: o, touched: t, scope: sc, declared: declared, going: going, request: sc.requestFor(append(chosen, t.gone...), s.Parallel)}
	q.request.Progress, q.request.Steps, q.request.Version = o.Progress, o.Steps, s.Version
	var memory *recalling
	if o.Since == nil && len(going) == 0 {
		memory = a.recalls(ctx, s, f, recallOptions{fresh: o.Fresh || o.Prune, empty: true})
		memory.documents(chosen)
	}
	p, div, err := a.answer(ctx, s, f, q, memory)
	if err != nil {
		return nil, err
	}
	memory.done(ctx)
	p.declares, p.selection = append(slices.Clone(declared), going...), o.Selection
	built, exclusive := p.Plan, q.exclusive(f)
	if o.Since != nil {
		built.Since = div.three
		built.Warnings = append(built.Warnings, div.warn...)
	}
	if o.Prune && len(a.exclusiveKinds(f)) == 0 && len(going) == 0 {
		built.Warnings = append(built.Warnings, "--prune deletes nothing: rassync.yaml calls no kind exclusive, and no document says confirm: delete")
	}
	if o.Undeclared {
		p.Undeclared = undeclared(a.Catalog, p.Live, declared, exclusive, o.Selection)
	}
	built.Warnings = append(built.Warnings, surprises(a.Catalog, p.Live)...)
	built.Warnings = append(built.Warnings, holes(built)...)
	built.Warnings = append(built.Warnings, a.unsureNumbers(built)...)
	if text := s.staged(f); text != "" {
		built.Warnings = append(built.Warnings, text)
	}
	stillThere(p, gone)
	if err := a.judge(ctx, s, p, a.guard(s, f, o.Allow)); err != nil {
		return nil, err
	}
	if n := built.Since.Open(); n > 0 {
		p.Refusals = append(p.Refusals, guard.Refusal{Why: model.Count(n, "value was", "values were") + " changed both here and on the farm", Flag: "--conflicts=mine"})
	}
	return p, nil
}

// Estimate is what a plan will ask of the farm, reckoned without asking it.
type Estimate struct {
	export.Expected
	Requests int // with logon and logoff
	Rate     ras.Rate
	Time     time.Duration // at least, when nobody else uses the farm
}

// Estimate reckons what a plan of the folder takes under the rate of a
// connection.
func (a *App) Estimate(f *Folder, c Connection, o PlanOptions) (*Estimate, error) {
	rate, err := a.RateOf(c)
	if err != nil {
		return nil, &Failure{Class: Input, Err: err}
	}
	declared, going := f.Objects(), f.Going()
	var t touched
	if o.Since != nil {
		t = o.Since.touch(a.Catalog, declared, going, o.Range)
	}
	sc, chosen, err := a.planScope(f, o, t, declared)
	if err != nil {
		return nil, err
	}
	chosen = append(chosen, t.gone...)
	const around = 4 // logon, version, sites, logoff
	e := &Estimate{Expected: export.Expect(a.Catalog, sc.requestFor(chosen, 1), declared), Rate: rate}
	e.Requests = around + e.Lists + e.Details
	e.Time = rate.TimeFor(e.Requests)
	return e, nil
}

// question is what a plan compares.
type question struct {
	o        PlanOptions
	touched  touched
	scope    *scope
	declared []*model.Object
	going    []*model.Object
	request  export.Request
}

func (q *question) exclusive(f *Folder) func(kind, site string) bool {
	return func(kind, site string) bool { return f.Config.Mode(kind, site) == workspace.Exclusive }
}

// answer reads the farm and compares, until nothing that was answered from
// earlier runs is touched by what came of it.
func (a *App) answer(ctx context.Context, s *Session, f *Folder, q *question, memory *recalling) (*Planned, divided, error) {
	if memory != nil {
		q.request.Memory = memory
	}
	for {
		live, err := export.Read(ctx, s.Reader(), a.Catalog, q.request)
		if err != nil {
			return nil, divided{}, err
		}
		p, div, ds, err := a.compare(ctx, s, f, q, live)
		if err != nil {
			return nil, div, err
		}
		if ds.Failed() && memory.askAll() {
			continue
		}
		if err := Invalid(ds); err != nil {
			return nil, div, err
		}
		if again, err := memory.again(ctx, p); err != nil || !again {
			return p, div, err
		}
	}
}

// compare makes the plan of what is declared and what was read.
func (a *App) compare(ctx context.Context, s *Session, f *Folder, q *question, live *export.Farm) (*Planned, divided, model.Diagnostics, error) {
	var div divided
	o := q.o
	sent, err := a.sent(f, s.Farm().GUID)
	if err != nil {
		return nil, div, nil, err
	}
	farm, err := a.farmAtHand(ctx, s, f)
	if err != nil {
		return nil, div, nil, err
	}
	p := &Planned{Live: live, Folder: f, Sent: sent}
	in := plan.Input{Catalog: a.Catalog, Desired: append(slices.Clone(q.declared), q.going...), Live: live, Selected: o.Selection.Match, Exclusive: q.exclusive(f), Prune: o.Prune,
		Protected: f.Config.Protected, Sent: sent, RotateSecrets: o.RotateSecrets, WriteUnseen: o.WriteUnseen, SkipIncomplete: o.SkipIncomplete, Position: f.Workspace.Position, LaidOver: f.Workspace.LaidOver, Tool: a.Tool, Farm: farm}
	if o.Since != nil {
		// What could not be read must not pass for deleted.
		if err := q.scope.blind(live); err != nil {
			return nil, div, nil, err
		}
		div = a.divide(o.Since, o, q.touched, q.declared, p)
		in.Desired, in.Absent, in.Exclusive = append(div.desired, q.going...), div.absent, nil
		in.Selected = func(addr model.Address) bool { return div.picked[addr.Key()] }
	}
	built, ds := plan.Build(in)
	p.Plan = built
	return p, div, ds, nil
}

// Picks refuses a selection of none of the declared objects, which needs no
// farm to tell.
func (f *Folder) Picks(o PlanOptions) error {
	if o.Prune || o.Undeclared || o.Since != nil {
		return nil
	}
	for _, d := range f.Objects() {
		if o.Selection.Match(d.Address) {
			return nil
		}
	}
	return Failf(Input, "the selection picks none of the declared objects").With("rassync where SELECTOR --dir %s shows what a selector picks", f.Dir)
}

// planScope says what must be read: the kinds of the objects that are planned,
// what refers to objects that may go, and exclusive kinds.
func (a *App) planScope(f *Folder, o PlanOptions, t touched, declared []*model.Object) (*scope, []*model.Object, error) {
	sc := newScope(a.Catalog)
	var chosen []*model.Object
	for _, d := range declared {
		if _, isTouched := t.was[d.Address.Key()]; o.Selection.Match(d.Address) && (o.Since == nil || isTouched) {
			if isTouched {
				d = t.view[d.Address.Key()]
			}
			chosen = append(chosen, d)
		}
	}
	if err := f.Picks(o); err != nil {
		return nil, nil, err
	}
	for _, g := range t.gone {
		if o.Selection.Match(g.Address) {
			sc.deletes(g.Address.Kind)
		}
	}
	sc.objects(chosen)
	set, err := f.ruleSet()
	if err != nil {
		return nil, nil, err
	}
	for _, kind := range set.Reads() {
		sc.add(kind)
	}
	if o.Since == nil {
		for _, g := range f.Going() {
			switch {
			case !o.Selection.Match(g.Address):
			case o.Prune:
				sc.deletes(g.Address.Kind)
			default: // to say that it is still there
				sc.names[g.Address.Kind] = true
			}
		}
	}
	if o.Prune || o.Undeclared {
		for _, k := range a.exclusiveKinds(f) {
			if !a.picksKind(o.Selection, a.Catalog.Kind(k)) {
				continue
			}
			if o.Prune {
				sc.deletes(k)
			} else {
				sc.add(k)
			}
		}
	}
	return sc, chosen, nil
}

// exclusiveKinds lists the kinds of which something not declared could be
// deleted.
func (a *App) exclusiveKinds(f *Folder) []string {
	sites := map[string]bool{"": true}
	for _, o := range append(f.Objects(), f.Going()...) {
		sites[o.Address.Site] = true
		if o.Address.Kind == model.SiteKind {
			sites[o.Address.Name] = true
		}
	}
	var out []string
	for _, k := range a.Catalog.Kinds() {
		if k.Shape != model.Collection || !k.CanDelete() {
			continue
		}
		for site := range sites {
			if (k.Scope == model.ScopeSite) == (site != "") && f.Config.Mode(k.Name, site) == workspace.Exclusive {
				out = append(out, k.Name)
				break
			}
		}
	}
	return out
}

// undeclared lists the objects of exclusive kinds that the folder does not
// know.
func undeclared(cat *model.Catalog, live *export.Farm, declared []*model.Object, exclusive func(kind, site string) bool, sel selector.Set) []model.Address {
	known := map[model.Address]bool{}
	for _, d := range declared {
		known[d.Address.Key()] = true
		if d.RenamedFrom != "" {
			a := d.Address
			a.Name = d.OldName()
			known[a.Key()] = true
		}
	}
	var out []model.Address
	for _, k := range cat.Kinds() {
		if k.Shape != model.Collection || !k.CanDelete() || !live.Read[k.Name] {
			continue
		}
		for _, o := range live.Objects[k.Name] {
			if o.Builtin || !exclusive(k.Name, o.Address.Site) || !sel.Match(o.Address) || anyKnown(known, o) {
				continue
			}
			out = append(out, o.Address)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].String() < out[j].String() })
	return out
}

func anyKnown(known map[model.Address]bool, o *model.Object) bool {
	if known[o.Address.Key()] {
		return true
	}
	for _, site := range o.InSites {
		if known[(model.Address{Site: site, Kind: o.Address.Kind, Name: o.Address.Name}).Key()] {
			return true
		}
	}
	return false
}

// checkUnique guards against two documents of one object, which validation
// has refused already unless it was left out.
func checkUnique(objects []*model.Object) error {
	seen := map[model.Address]*model.Object{}
	var ds model.Diagnostics
	for _, o := range objects {
		if other := seen[o.Address.Key()]; other != nil {
			ds = append(ds, model.Diagnostic{Severity: model.Error, Source: o.Source, Address: o.Address.String(), Summary: "is declared twice", Hint: "the other place is " + strings.TrimSpace(other.Source.String())})
			continue
		}
		seen[o.Address.Key()] = o
	}
	return Invalid(ds)
}
