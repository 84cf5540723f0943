package app

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"rassync/internal/apply"
	"rassync/internal/contract"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/runs"
	"rassync/internal/workspace"
)

// ProbeOptions say what to try on a lab farm.
type ProbeOptions struct {
	Kinds []*model.Kind
	// Settings also changes settings that are there once, and puts them back.
	Settings bool
	// Scratch writes the document of an object to try a kind on.
	Scratch func(k *model.Kind, site, name string) string
}

// Probe is what is to be tried, and the plan that snapshot and policy judge.
type Probe struct {
	*Planned
	kinds []*probeKind
}

// probeKind is one kind with the object that it is tried on.
type probeKind struct {
	kind   *model.Kind
	object *model.Object // as it is wanted first: the scratch object, or the settings
	tries  []probeTry
	made   bool // the object is made and taken away again
	out    *contract.ProbedKind
}

// probeTry is one property with the value to try; the flags and conditions that
// switch it on go along.
type probeTry struct {
	prop  *model.Property
	value any
}

// Lab refuses farms that the operator's policy does not call a lab.
func (a *App) Lab(s *Session, f *Folder) error {
	guid := s.Farm().GUID
	if f.policy().Lab(guid) {
		return nil
	}
	return Failf(Refused, "nothing was written: the operator's policy does not call farm %s (%s) a lab", s.Farm().Name, guid).
		With("a probe changes one property after another: only for a farm that nobody works with, name it in the policy: labs: [%q]", guid)
}

// PlanProbe reads the farm and plans what a probe touches: objects to make, and
// settings with every value that is tried.
func (a *App) PlanProbe(ctx context.Context, s *Session, f *Folder, o ProbeOptions) (*Probe, error) {
	if err := s.CheckFarm(f.Farm); err != nil {
		return nil, err
	}
	if err := a.Lab(s, f); err != nil {
		return nil, err
	}
	sc := newScope(a.Catalog)
	for _, k := range o.Kinds {
		sc.deletes(k.Name)
	}
	seen, err := a.see(ctx, s, f, sc, nil)
	if err != nil {
		return nil, err
	}
	p := &Probe{Planned: seen}
	for _, k := range o.Kinds {
		pk := &probeKind{kind: k, out: &contract.ProbedKind{Kind: k.Name, Properties: []contract.ProbedProperty{}}}
		p.kinds = append(p.kinds, pk)
		if why := a.prepare(ctx, s, p, pk, o); why != "" {
			pk.out.NotTried, pk.object = why, nil
		}
	}
	return p, a.planProbe(ctx, s, p)
}

// prepare finds or makes up the object that a kind is tried on; why says that
// there is none.
func (a *App) prepare(ctx context.Context, s *Session, p *Probe, pk *probeKind, o ProbeOptions) (why string) {
	k := pk.kind
	site := ""
	if k.Scope == model.ScopeSite {
		if len(p.Live.Sites) == 0 {
			return "the account sees no site"
		}
		site = p.Live.Sites[0].Address.Name
	}
	switch {
	case k.Shape == model.Singleton && !o.Settings:
		return "settings that are there once are tried with --settings alone"
	case k.Shape == model.Singleton:
		live := p.Live.Find(model.Address{Kind: k.Name, Site: site})
		if live == nil {
			return "the farm does not show them"
		}
		if whole, err := p.Live.Reread(ctx, s.Reader(), live, all); err != nil {
			return err.Error()
		} else if whole != nil {
			live = whole
			p.Live.Remember(live)
		}
		pk.object = live
		return ""
	case k.Shape != model.Collection || !k.CanCreate() || !k.CanDelete():
		return "the API cannot make such objects and take them away again"
	case k.Name == model.SiteKind:
		return "a site is nothing to try with"
	}
	name := "rassync-probe-" + randomName()
	if k.Identity.Also != "" {
		name += "@1.0.0.0"
	}
	object, err := a.scratch(o.Scratch(k, site, name))
	if err != nil {
		return err.Error()
	}
	// Only what a create needs: the rest is tried afterwards, one by one.
	object.Spec = needed(k, k.Spec, object.Spec)
	pk.object, pk.made = object, true
	return ""
}

// needed keeps of a document what a create cannot do without.
func needed(k *model.Kind, p *model.Property, spec map[string]any) map[string]any {
	out := map[string]any{}
	for _, c := range p.Props {
		v, there := spec[c.Name]
		switch sub, block := v.(map[string]any); {
		case !there:
		case c.RequiredOnCreate, c == k.Chooser():
			out[c.Name] = v
		case block && c.Structured():
			if inner := needed(k, c, sub); len(inner) > 0 {
				out[c.Name] = inner
			}
		}
	}
	return out
}

func randomName() string {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// scratch reads the document of an object that is made up.
func (a *App) scratch(text string) (*model.Object, error) {
	dir, err := os.MkdirTemp("", "rassync-probe-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	// What it refers to is on the farm.
	for name, data := range map[string]string{"scratch.yaml": text, "rassync.yaml": "references: farm\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			return nil, err
		}
	}
	w, ds := workspace.Load(dir, a.Catalog, workspace.LoadOptions{})
	if ds.Failed() {
		for _, d := range ds {
			if d.Severity == model.Error {
				return nil, fmt.Errorf("no valid object can be made up: %s", d.Summary)
			}
		}
	}
	if len(w.Objects) != 1 {
		return nil, errors.New("no object can be made up")
	}
	return w.Objects[0], nil
}

// planProbe plans all that the probe touches, so that the snapshot holds it and
// policy and safety limits judge it. What cannot be planned is not tried.
func (a *App) planProbe(ctx context.Context, s *Session, p *Probe) error {
	for {
		var desired []*model.Object
		for _, pk := range p.kinds {
			switch {
			case pk.object == nil:
			case pk.made:
				desired = append(desired, pk.object)
			default:
				pk.tries = triesOf(pk, pk.object)
				d := &model.Object{Address: pk.object.Address, Spec: map[string]any{}}
				for _, t := range pk.tries {
					want(d.Spec, pk.object.Spec, t)
				}
				desired = append(desired, d)
			}
		}
		built, ds := plan.Build(plan.Input{Catalog: a.Catalog, Desired: desired, Live: p.Live, Sent: p.Sent, Tool: a.Tool, Farm: s.Identity(ctx)})
		if !ds.Failed() {
			p.Plan = built
			return a.judge(ctx, s, p.Planned, a.guard(s, p.Folder, PlanOptions{}.Allow))
		}
		before := len(desired)
		for _, d := range ds {
			for _, pk := range p.kinds {
				if pk.object != nil && d.Severity == model.Error && d.Address == pk.object.Address.String() {
					pk.out.NotTried, pk.object = d.Summary, nil
					before--
				}
			}
		}
		if before == len(desired) {
			return Invalid(ds)
		}
	}
}

// triesOf lists the properties of an object that can be tried, and notes the
// others.
func triesOf(pk *probeKind, o *model.Object) []probeTry {
	var tries []probeTry
	out := pk.out
	out.Properties = out.Properties[:0]
	pk.kind.Spec.Walk(func(p *model.Property) {
		if p.Parent == nil || p.Structured() || p.NoWrite || p.Gone != "" || inList(p) {
			return
		}
		have, _ := model.Lookup(o.Spec, p.Path())
		v, why := contract.Another(p, have)
		switch at := p.Labelled(); {
		case why != "":
		case p.WriteOnly:
			why = "the farm never shows it"
		case !pk.made && (len(p.Impact) > 0 || at != nil && at.Harmless == ""):
			why = "settings that reach beyond configuration, or decide over trust and rights, are left alone"
		}
		if why != "" {
			out.Properties = append(out.Properties, contract.ProbedProperty{Path: p.Path(), Result: contract.ProbeNotTried, Text: why})
			return
		}
		tries = append(tries, probeTry{p, v})
	})
	return tries
}

func inList(p *model.Property) bool {
	for at := p; at != nil; at = at.Parent {
		if at.Name == "[]" {
			return true
		}
	}
	return false
}

// want declares the value of a try, and what switches the property on.
func want(spec, live map[string]any, t probeTry) {
	put(spec, t.prop.Path(), t.value)
	for at := t.prop; at.Parent != nil; at = at.Parent {
		place := func(name string) string {
			if rest, ok := strings.CutPrefix(name, "./"); ok {
				return strings.TrimPrefix(at.Parent.Path()+"."+rest, ".")
			}
			return name
		}
		if at.Gate != "" && place(at.Gate) != t.prop.Path() {
			put(spec, place(at.Gate), false)
		}
		for name, values := range at.When {
			on := place(name)
			if have, _ := model.Lookup(live, on); len(values) > 0 && on != t.prop.Path() && !contains(values, have) {
				put(spec, on, values[0])
			}
		}
	}
}

func contains(values []any, v any) bool {
	for _, x := range values {
		if model.Equal(nil, x, v) {
			return true
		}
	}
	return false
}

// put sets a value at a dotted place.
func put(spec map[string]any, path string, v any) {
	steps := strings.Split(path, ".")
	for _, name := range steps[:len(steps)-1] {
		sub, ok := spec[name].(map[string]any)
		if !ok {
			sub = map[string]any{}
			spec[name] = sub
		}
		spec = sub
	}
	spec[steps[len(steps)-1]] = v
}

// RunProbe makes the objects, tries one property after another and takes all
// away again: one run with its snapshot and journal, so that rollback takes back
// what a probe left that was killed.
func (a *App) RunProbe(ctx context.Context, s *Session, p *Probe, e Execution, progress func(kind string, q contract.ProbedProperty)) (*contract.Probed, error) {
	if p.Plan.Empty() {
		out := &contract.Probed{Farm: s.Farm().GUID, Kinds: []contract.ProbedKind{}, Left: []string{}}
		for _, pk := range p.kinds {
			out.Kinds = append(out.Kinds, *pk.out)
		}
		return out, Failf(Failed, "there is nothing to try")
	}
	if err := a.Ready(s, p.Planned, e); err != nil {
		return nil, err
	}
	release, err := a.lock(ctx, p.Folder, e.Command, e.LockTimeout)
	if err != nil {
		return nil, err
	}
	defer release()
	run, err := a.begin(ctx, s, p.Planned, e)
	if err != nil {
		return nil, fmt.Errorf("nothing was written: %w", err)
	}
	j, err := run.OpenJournal(a.Now)
	if err != nil {
		return nil, fmt.Errorf("nothing was written: %w", err)
	}
	defer j.Close()
	if err := j.Append(runs.Entry{Event: "run", Action: e.Command, Who: a.User + "@" + a.Host, Digest: run.Info.Digest, Override: a.override(p.Planned)}); err != nil {
		return nil, fmt.Errorf("nothing was written: %w", err)
	}
	farm := s.Identity(ctx)
	learnt, err := p.Folder.Store().Learnt(farm.GUID, farm.Version)
	if err != nil {
		return nil, fmt.Errorf("nothing was written: %w", err)
	}
	b := &prober{app: a, session: s, probe: p, run: run, journal: j, learnt: learnt, exec: e, progress: progress,
		out: &contract.Probed{Farm: farm.GUID, Version: farm.Version, Run: run.Info.ID, Kinds: []contract.ProbedKind{}, Left: []string{}}}
	for _, pk := range p.kinds {
		if err := b.kind(ctx, pk); err != nil {
			return b.out, fmt.Errorf("%w (rassync rollback --dir %s takes back what the probe left)", err, p.Folder.Dir)
		}
		b.out.Kinds = append(b.out.Kinds, *pk.out)
	}
	return b.out, b.finish(ctx)
}

// prober carries a probe out.
type prober struct {
	app      *App
	session  *Session
	probe    *Probe
	run      *runs.Run
	journal  *runs.Journal
	learnt   *runs.Learnt
	exec     Execution
	progress func(kind string, q contract.ProbedProperty)
	out      *contract.Probed
	wrote    bool
}

// steps is the journal of one step: the run is over when the probe is.
type steps struct{ *runs.Journal }

// Append implements apply.Recorder.
func (s steps) Append(e runs.Entry) error {
	if e.Event == "finished" {
		return nil
	}
	return s.Journal.Append(e)
}

// step carries out one plan of the probe.
func (b *prober) step(ctx context.Context, in plan.Input) (*plan.Plan, *apply.Result, error) {
	a, p := b.app, b.probe
	in.Catalog, in.Live, in.Sent, in.Tool, in.Farm = a.Catalog, p.Live, p.Sent, a.Tool, b.session.Identity(ctx)
	built, ds := plan.Build(in)
	if ds.Failed() {
		return nil, nil, Invalid(ds)
	}
	if built.Empty() {
		return built, nil, nil
	}
	b.wrote = true
	res, err := apply.Run(ctx, built, apply.Options{Writer: b.session.Writer(), Live: p.Live, Looks: apply.NewLooks(p.Live, built, a.Now), Journal: steps{b.journal}, Sent: p.Sent, Learnt: b.learnt,
		Files: fileOf(p.Folder.Dir), Reveal: a.revealOnly(p.Folder, built), StageOnly: b.exec.StageOnly, LockWait: b.exec.LockWait, LateFor: b.session.lateFor,
		Staging: b.session.staging, Events: b.exec.Events, Now: a.Now})
	b.out.Activated = b.out.Activated || res != nil && res.Activated
	return built, res, err
}

// kind tries one kind.
func (b *prober) kind(ctx context.Context, pk *probeKind) error {
	if pk.object == nil {
		return nil
	}
	addr := pk.object.Address
	pk.out.Object = addr.String()
	if pk.made {
		_, res, err := b.step(ctx, plan.Input{Desired: []*model.Object{pk.object}})
		if err != nil {
			return err
		}
		if why := refusal(res); why != "" {
			pk.out.NotTried = "the object cannot be made: " + why
			if len(res.Refused) == 0 {
				return b.away(ctx, pk)
			}
		}
	}
	live, err := b.look(ctx, addr)
	if err != nil || live == nil {
		if err == nil && pk.out.NotTried == "" {
			pk.out.NotTried = "the farm does not show the object that was made"
		}
		return err
	}
	pk.out.NotTried = ""
	pk.tries = triesOf(pk, live)
	for _, t := range pk.tries {
		if ctx.Err() != nil {
			break
		}
		q, err := b.try(ctx, pk, addr, t)
		if err != nil {
			return err
		}
		pk.out.Properties = append(pk.out.Properties, q)
		if b.progress != nil {
			b.progress(pk.kind.Name, q)
		}
	}
	return b.away(ctx, pk)
}

// look reads the object whole, as it is now.
func (b *prober) look(ctx context.Context, addr model.Address) (*model.Object, error) {
	known := b.probe.Live.Find(addr)
	if known == nil {
		return nil, nil
	}
	live, err := b.probe.Live.Reread(ctx, b.session.Reader(), known, all)
	if err == nil && live != nil {
		b.probe.Live.Remember(live)
	}
	return live, err
}

// try changes one property, looks what became of it, and puts it back where
// others hang on it or the object stays.
func (b *prober) try(ctx context.Context, pk *probeKind, addr model.Address, t probeTry) (contract.ProbedProperty, error) {
	q := contract.ProbedProperty{Path: t.prop.Path(), Wrote: t.value}
	before, err := b.look(ctx, addr)
	if err != nil || before == nil {
		q.Result, q.Text = contract.ProbeNotTried, "the object cannot be read"
		return q, err
	}
	had, _ := model.Lookup(before.Spec, t.prop.Path())
	d := &model.Object{Address: addr, Spec: map[string]any{}}
	want(d.Spec, before.Spec, t)
	built, res, err := b.step(ctx, plan.Input{Desired: []*model.Object{d}})
	var failure *Failure
	switch {
	case errors.As(err, &failure) && built == nil:
		q.Result, q.Text = contract.ProbeNotTried, err.Error()
		return q, nil
	case err != nil:
		return q, err
	case res == nil:
		q.Result, q.Text = contract.ProbeNotTried, "the farm does not show it for this object"
		return q, nil
	}
	judgeTry(&q, res, had)
	back := &model.Object{Address: addr, Spec: map[string]any{}}
	for _, f := range built.Changes[0].Fields {
		if v, ok := model.Lookup(before.Spec, f.Path); ok {
			put(back.Spec, f.Path, v)
		}
	}
	if len(back.Spec) == 0 {
		return q, nil
	}
	if _, err := b.look(ctx, addr); err != nil {
		return q, err
	}
	_, res, err = b.step(ctx, plan.Input{Desired: []*model.Object{back}})
	if err != nil {
		return q, err
	}
	if why := refusal(res); why != "" && !pk.made {
		b.out.Left = append(b.out.Left, addr.String()+" "+t.prop.Path())
		q.Text = strings.TrimPrefix(q.Text+"; it could not be put back: "+why, "; ")
	}
	return q, nil
}

// judgeTry says what the farm made of a value.
func judgeTry(q *contract.ProbedProperty, res *apply.Result, had any) {
	if why := refusal(res); why != "" {
		q.Result, q.Text = contract.ProbeRefused, why
		return
	}
	for _, d := range res.NotConverged {
		if d.Path != q.Path {
			continue
		}
		q.Reads = d.Have
		if model.Equal(nil, d.Have, had) {
			q.Result, q.Text = contract.ProbeIgnored, "the farm took it without a word and still has its own value"
			return
		}
		q.Result, q.Text = contract.ProbeNormalised, "the farm took it and reads back another value"
		return
	}
	if len(res.Unverified) > 0 {
		q.Result, q.Text = contract.ProbeNotTried, "it was taken, and could not be read back: "+res.Unverified[0].Err.Error()
		return
	}
	q.Result = contract.ProbeAccepted
}

// refusal is what the farm said against a step, "" if it took it.
func refusal(res *apply.Result) string {
	switch {
	case res == nil:
		return ""
	case len(res.Refused) > 0:
		return res.Refused[0].Err.Error()
	case res.Failed != nil:
		return res.Failed.Err.Error()
	}
	return ""
}

// away takes a scratch object away, even after an interrupt.
func (b *prober) away(ctx context.Context, pk *probeKind) error {
	if !pk.made {
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	addr := pk.object.Address
	if live, err := b.look(ctx, addr); err != nil || live == nil {
		return err
	}
	_, res, err := b.step(ctx, plan.Input{Absent: []model.Address{addr}})
	if err == nil {
		if why := refusal(res); why != "" {
			b.out.Left = append(b.out.Left, addr.String())
		}
	}
	return err
}

// finish ends the run.
func (b *prober) finish(ctx context.Context) error {
	state := "done"
	switch {
	case len(b.out.Left) > 0:
		state = "failed"
	case ctx.Err() != nil:
		state = "interrupted"
	}
	if err := b.journal.Append(runs.Entry{Event: "finished", Result: state}); err != nil {
		return err
	}
	b.run.Entries = b.journal.Entries()
	tried := 0
	for _, k := range b.out.Kinds {
		tried += len(k.Properties)
	}
	switch {
	case tried == 0 && ctx.Err() == nil && len(b.out.Left) == 0:
		return Failf(Failed, "nothing could be tried")
	case len(b.out.Left) > 0:
		return Failf(Partial, "not everything could be taken back: %s", strings.Join(b.out.Left, ", ")).With("rassync rollback --dir %s tries again", b.probe.Folder.Dir)
	case ctx.Err() != nil:
		return Failf(Interrupted, "interrupted: what was made was taken away again")
	}
	return nil
}
