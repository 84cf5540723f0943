package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"rassync/internal/files"
	"rassync/internal/guard"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/policy"
	"rassync/internal/rules"
	"rassync/internal/workspace"
)

// EnvPolicy names the operator's policy file, EnvLabels the labels of a change
// (those of a pull request, separated by commas).
const (
	EnvPolicy = "RASSYNC_POLICY"
	EnvLabels = "RASSYNC_LABELS"
)

// Operator is what the operator says beside the connection: on the command
// line, never in the repository.
type Operator struct {
	PolicyFile string
	Labels     []string
	// Override is the reason to apply outside the change windows.
	Override string
}

// policyFile finds the policy: named by the operator, or in the user's
// configuration folder. must: it was named and has to be there.
func (a *App) policyFile() (file string, must bool) {
	if file := first(a.Operator.PolicyFile, a.Getenv(EnvPolicy)); file != "" {
		return file, true
	}
	if a.ConfigDir == "" {
		return "", false
	}
	return filepath.Join(a.ConfigDir, "rassync", "policy.yaml"), false
}

// Policy reads the operator's policy for a workspace; without one the defaults
// hold. A policy that a commit can change is none.
func (a *App) Policy(dir string) (*policy.Policy, error) {
	file, must := a.policyFile()
	if file == "" {
		return &policy.Policy{}, nil
	}
	file, err := filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !must:
		return &policy.Policy{}, nil
	case err != nil:
		return nil, (&Failure{Class: Input, Err: fmt.Errorf("the policy cannot be read: %w", err)}).With("correct --policy or %s", EnvPolicy)
	case info.Mode().IsRegular() && files.OthersWrite(info):
		return nil, Failf(Input, "the policy %s may be written by anybody on this machine", file).With("chmod o-w %s", file)
	}
	if within := repositoryOf(dir); within != "" && isBelow(within, file) {
		return nil, Failf(Input, "the policy %s lies in the repository %s: a commit could change it", file, within).
			With("keep it outside the repository, and name it with --policy or %s", EnvPolicy)
	}
	p, err := policy.Load(file, a.Catalog)
	var ds model.Diagnostics
	if errors.As(err, &ds) {
		return nil, Invalid(ds)
	}
	if err != nil {
		return nil, &Failure{Class: Input, Err: fmt.Errorf("the policy cannot be read: %w", err)}
	}
	if _, ds := rules.Compile(p.Rules); ds.Failed() {
		return nil, Invalid(ds)
	}
	return p, nil
}

// repositoryOf is the repository that a folder lies in, or the folder itself if
// it is a workspace; "" if it is neither.
func repositoryOf(dir string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	for at := abs; ; at = filepath.Dir(at) {
		if _, err := os.Lstat(filepath.Join(at, ".git")); err == nil {
			return at
		}
		if at == filepath.Dir(at) {
			break
		}
	}
	if _, err := os.Lstat(filepath.Join(abs, workspace.ConfigFile)); err == nil {
		return abs
	}
	return ""
}

// isBelow tells whether a file lies in a folder, links followed.
func isBelow(folder, file string) bool {
	for _, pair := range [][2]string{{folder, file}, {real(folder), real(file)}} {
		if rel, err := filepath.Rel(pair[0], pair[1]); err == nil && filepath.IsLocal(rel) {
			return true
		}
	}
	return false
}

func real(path string) string {
	if r, err := filepath.EvalSymlinks(path); err == nil {
		return r
	}
	return path
}

// labels are those of the change under review, as the operator gives them.
func (a *App) labels() []string {
	out := append([]string{}, a.Operator.Labels...)
	for _, l := range strings.Split(a.Getenv(EnvLabels), ",") {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// policyFarm holds a connection to what the policy says of farms.
func policyFarm(p *policy.Policy, address string) (*policy.Farm, error) {
	if p == nil || len(p.Farms) == 0 {
		return nil, nil
	}
	for i := range p.Farms {
		if sameAddress(p.Farms[i].URL, address) {
			return &p.Farms[i], nil
		}
	}
	return nil, Failf(Refused, "the policy %s does not list the farm %+q: no credentials are sent there", p.File, canonicalAddress(address)).With("have the operator add it under farms")
}

// limits are the lower of what the policy and the commit say, and in words
// what holds and where it comes from.
func limits(p *policy.Policy, c *workspace.Config) (guard.Limits, string) {
	commit := "default"
	if c.LimitsGiven {
		commit = "rassync.yaml of this commit"
	}
	var said []string
	lower := func(name string, floor *int, own int) int {
		n, from := own, commit
		if floor != nil && *floor > 0 && (own == 0 || *floor < own) {
			n, from = *floor, "policy"
		}
		if n > 0 {
			said = append(said, fmt.Sprintf("%s %d (%s)", name, n, from))
		}
		return n
	}
	l := guard.Limits{
		Deletes: lower("deletes", p.Limits.Deletes, c.Limits.Deletes), DeletePercent: lower("deletePercent", p.Limits.DeletePercent, c.Limits.DeletePercent),
		Updates: lower("updates", p.Limits.Updates, c.Limits.Updates), UpdatePercent: lower("updatePercent", p.Limits.UpdatePercent, c.Limits.UpdatePercent),
	}
	l.From = c.Limits.From
	if f := p.Limits.From; f != nil && *f < l.From {
		l.From = *f // percentages count from fewer objects on
	}
	if len(said) == 0 {
		return l, "none (" + commit + ")"
	}
	if l.DeletePercent+l.UpdatePercent > 0 {
		said = append(said, "percentages in kinds of "+strconv.Itoa(l.From)+" objects or more")
	}
	return l, strings.Join(said, ", ")
}

// guard is what the brakes need to know.
func (a *App) guard(s *Session, f *Folder, allow guard.Allowance) guard.Guard {
	p := f.policy()
	l, _ := limits(p, f.Config)
	return guard.Guard{Catalog: a.Catalog, Account: s.Username, Allow: allow, Limits: l, Protected: f.Config.Protected,
		Pinned:    p.Protected,
		MayChange: func(addr model.Address) bool { return p.MayChange(s.Username, addr) },
		Destination: func(kind, property string, value any) (listed, allowed bool) {
			hosts, listed := p.HostsOf(kind, property)
			return listed, listed && policy.HostAllowed(hosts, model.HostOf(value))
		},
		Reveal: func(addr model.Address, u plan.SecretUse) (string, string) {
			if d := p.Reveal(policy.Use{Address: addr, Property: u.Property, Inside: u.Inside, Ref: u.Ref()}, f.Dir); d != nil {
				return d.Why, d.Hint
			}
			return "", ""
		}}
}

// policy is the operator's policy; the defaults where none was read.
func (f *Folder) policy() *policy.Policy {
	if f.Policy == nil {
		return &policy.Policy{}
	}
	return f.Policy
}

// ruleSet compiles the rules of policy and commit together.
func (f *Folder) ruleSet() (*rules.Set, error) {
	set, ds := rules.Compile(append(append([]policy.Rule{}, f.policy().Rules...), f.Config.Rules...))
	return set, Invalid(ds)
}

// judge decides whether a plan may be carried out: the brakes, the rules, the
// change windows. It says in the plan by what it was judged.
func (a *App) judge(ctx context.Context, s *Session, p *Planned, g guard.Guard) error {
	f := p.Folder
	now, err := a.refusedNow(ctx, s, p)
	if err != nil {
		return err
	}
	p.Refusals = append(guard.Brakes(p.Plan, p.Live, g), now...)
	_, said := limits(f.policy(), f.Config)
	sg := &plan.Safeguards{Limits: said, Protected: []string{}, Confirmed: []string{}}
	for i := range p.Plan.Changes {
		c := &p.Plan.Changes[i]
		addr := model.Address{Site: c.Site, Kind: c.Kind, Name: c.Name}
		if f.Config.Protected(addr) || f.policy().Protected(addr) {
			sg.Protected = append(sg.Protected, c.Address)
		}
		if c.Confirmed {
			sg.Confirmed = append(sg.Confirmed, c.Address)
		}
	}
	p.Plan.Safeguards = sg
	return nil
}

// goesOn decides whether the rest of a run may be carried out: its safety limits
// were passed when it began, but what the policy says, the rules and the change
// windows hold for whoever goes on, and when.
func (a *App) goesOn(ctx context.Context, s *Session, p *Planned) error {
	list := guard.Operator(p.Plan, p.Live, a.guard(s, p.Folder, guard.Allowance{}))
	now, err := a.refusedNow(ctx, s, p)
	if err != nil {
		return err
	}
	if list = append(list, now...); len(list) > 0 {
		return refused(list)
	}
	return nil
}

// refusedNow is what rules and change windows have against a plan.
func (a *App) refusedNow(ctx context.Context, s *Session, p *Planned) ([]guard.Refusal, error) {
	set, err := p.Folder.ruleSet()
	if err != nil {
		return nil, err
	}
	broken := map[string]*guard.Refusal{}
	var order []string
	for _, found := range set.Check(ctx, rules.Input{Catalog: a.Catalog, Plan: p.Plan, Live: p.Live, Labels: a.labels(), Account: s.Username}) {
		if found.Warn {
			p.Plan.Warnings = append(p.Plan.Warnings, found.Text())
			continue
		}
		r := broken[found.Rule]
		if r == nil {
			r = &guard.Refusal{Rule: "rule", Hint: "change what is declared, or the rule"}
			broken[found.Rule], order = r, append(order, found.Rule)
			r.Why = found.Text()
		} else if len(r.Objects) < 10 {
			r.Why += "; " + found.Text()
		}
		r.Objects = append(r.Objects, found.Address)
	}
	var out []guard.Refusal
	for _, name := range order {
		out = append(out, *broken[name])
	}
	return append(out, a.outsideWindows(p)...), nil
}

// outsideWindows refuses what may not be changed now.
func (a *App) outsideWindows(p *Planned) []guard.Refusal {
	why := map[string]*guard.Refusal{}
	var order []string
	for _, cal := range []*policy.Calendar{&p.Folder.policy().Calendar, &p.Folder.Config.Calendar} {
		if len(cal.Windows)+len(cal.Freezes) == 0 {
			continue
		}
		now := a.Now()
		for _, c := range append(slices.Clone(p.Plan.Changes), p.Plan.Along(a.Catalog, p.Live)...) {
			text := cal.Closed(now, model.Address{Site: c.Site, Kind: c.Kind, Name: c.Name})
			if text == "" {
				continue
			}
			if why[text] == nil {
				why[text] = &guard.Refusal{Rule: "window", Why: text, Hint: "wait, or say why not with --override-window REASON: the history keeps it"}
				order = append(order, text)
			}
			if !slices.Contains(why[text].Objects, c.Address) {
				why[text].Objects = append(why[text].Objects, c.Address)
			}
		}
	}
	p.Overridden = nil
	var out []guard.Refusal
	for _, text := range order {
		if a.Operator.Override != "" {
			p.Overridden = append(p.Overridden, text)
			continue
		}
		out = append(out, *why[text])
	}
	return out
}

// SecretDiagnostics says which secrets of the documents nobody may reveal.
func (a *App) SecretDiagnostics(dir string, ws *workspace.Workspace, p *policy.Policy) model.Diagnostics {
	var ds model.Diagnostics
	first := map[string]*model.Object{} // by the variable that is proposed for it
	for _, o := range ws.Objects {
		k := a.Catalog.Kind(o.Address.Kind)
		if k == nil || o.Goes() {
			continue
		}
		c := &plan.Change{Action: plan.Create, Address: o.Address.String(), Desired: o}
		for _, u := range plan.Secrets(k, c) {
			ref := u.Ref()
			if other := first[ref.Env]; other != nil && other != o && sharedByName(u, other.Address, o.Address) {
				ds = append(ds, model.Diagnostic{Severity: model.Warning, Source: ws.Position(o, u.Path), Address: o.Address.String(), Path: u.Path,
					Summary: fmt.Sprintf("%s stands for the secret of %s too: both names become the same variable", ref.Env, other.Address),
					Hint:    "if the two secrets differ, name another variable here and allow it in the operator's policy"})
			} else if ref.Env != "" && other == nil {
				first[ref.Env] = o
			}
			denied := p.Reveal(policy.Use{Address: o.Address, Property: u.Property, Inside: u.Inside, Ref: ref}, filepath.Join(dir, filepath.FromSlash(filepath.ToSlash(filepath.Dir(o.Source.File)))))
			if denied == nil {
				continue
			}
			severity := model.Warning
			if ref.Env != "" && policy.Never(ref.Env) {
				severity = model.Error
			}
			ds = append(ds, model.Diagnostic{Severity: severity, Source: ws.Position(o, u.Path), Address: o.Address.String(), Path: u.Path, Summary: denied.Why, Hint: denied.Hint})
		}
	}
	return ds
}

// sharedByName tells whether two objects have one variable only because their
// names become the same one.
func sharedByName(u plan.SecretUse, a, b model.Address) bool {
	another := b
	another.Name += "x"
	return a.Kind == b.Kind && model.SecretName(u.Property, a, u.Inside...) == u.Ref().Env && model.SecretName(u.Property, b, u.Inside...) == u.Ref().Env &&
		model.SecretName(u.Property, another, u.Inside...) != u.Ref().Env
}

// RuleDiagnostics says which rules of rassync.yaml cannot be compiled.
func RuleDiagnostics(c *workspace.Config) model.Diagnostics {
	_, ds := rules.Compile(c.Rules)
	return ds
}

// Broken is the failure of a plan that breaks a rule: no flag and no waiting
// lets it pass, so that its review fails too.
func (p *Planned) Broken() error {
	var list []guard.Refusal
	for _, r := range p.Refusals {
		if r.Rule == "rule" {
			list = append(list, r)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return refused(list)
}
