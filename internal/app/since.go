package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"rassync/internal/files"
	"rassync/internal/gitbase"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/workspace"
)

// Range is a change under review: what the documents were before it. The zero
// value is none: everything that is declared is planned.
type Range struct {
	Base    string // what the base is called
	Commit  string
	Objects []*model.Object
	// ConfigChanged: the range changes rassync.yaml too.
	ConfigChanged bool
	// Contract is what the range changes of the contract layer, in words.
	Contract []string
}

// RangeOptions say how what others changed meanwhile is treated.
type RangeOptions struct {
	// WithDrift also takes back what the farm has changed of the touched
	// documents.
	WithDrift bool
	// ConflictsMine writes what is declared where the farm has changed it too.
	ConflictsMine bool
}

// Since reads the documents of a folder as the commit has them that ref and
// HEAD have in common.
func (a *App) Since(ctx context.Context, f *Folder, ref string) (*Range, error) {
	temp, err := os.MkdirTemp("", "rassync-base-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp)
	base, err := gitbase.Extract(ctx, f.Dir, ref, temp)
	if err != nil {
		return nil, sinceFailure(f.Dir, ref, err)
	}
	if base.MovedFrom != "" {
		a.Notice("at %s the documents were in %s: they are compared with those", ref, base.MovedFrom)
	}
	r := &Range{Base: ref, Commit: base.Commit}
	r.Objects = a.baseObjects(temp, f.Workspace.Overlay)
	r.ConfigChanged = !sameFile(temp, f.Dir, workspace.ConfigFile)
	r.Contract = a.contractSince(temp)
	return r, nil
}

func sinceFailure(dir, ref string, err error) error {
	f := &Failure{Class: Input, Err: fmt.Errorf("--since %s: %w", ref, err)}
	var shallow *gitbase.ShallowError
	switch {
	case errors.As(err, &shallow):
		return f.With("fetch the whole history (actions/checkout: fetch-depth: 0; GitLab: GIT_DEPTH: 0; Azure: fetchDepth: 0; or git fetch --unshallow)")
	case errors.As(err, new(*gitbase.ForeignError)):
		return f.With("use a clone of your own, or take the repository over (chown)")
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, gitbase.ErrPartial):
		return f.With("clone without --filter, or fetch the contents: git fetch --refetch --no-filter")
	case errors.Is(err, gitbase.ErrFormat):
		return f.With("compare with a folder instead: git worktree add ../base %s, then --base ../base", ref)
	case strings.Contains(ref, ".."):
		return f.With("--since takes the commit before the change alone: --since %s", strings.SplitN(ref, "..", 2)[0])
	case errors.Is(err, gitbase.ErrNoRepository):
		return f.With("%s must lie in a git repository; --base compares with another folder or a snapshot", dir)
	}
	return f.With("name a branch, a tag or a commit that git log shows; git fetch origin BRANCH gets a branch that this clone lacks")
}

// baseObjects loads the documents of a base. What was wrong with them then is
// no fault of the change: documents that cannot be read count as not declared.
func (a *App) baseObjects(dir, overlay string) []*model.Object {
	o := workspace.LoadOptions{References: workspace.FarmReferences, Overlay: overlay}
	ws, _ := workspace.Load(dir, a.Catalog, o)
	if overlay != "" && ws.Config.Overlay(overlay) == nil {
		o.Overlay = ""
		ws, _ = workspace.Load(dir, a.Catalog, o)
	}
	return ws.Objects
}

// BaseOf takes a folder or a snapshot for the base.
func (a *App) BaseOf(f *Folder, name string) (*Range, error) {
	if isFolder(name) {
		objects := a.baseObjects(name, f.Workspace.Overlay)
		if len(objects) == 0 {
			return nil, Failf(Input, "--base %s: nothing is declared there", name).With("name a folder that an export has written, or a copy of this one")
		}
		return &Range{Base: name, Objects: objects}, nil
	}
	side, err := a.SideOf(name, f.Dir, "")
	if err != nil {
		return nil, err
	}
	if side.Live {
		return nil, Failf(Input, "--base %s: the farm is no base", name).With("rassync plan without --base compares with the farm")
	}
	return &Range{Base: side.Name, Objects: side.Objects}, nil
}

// maxConfig bounds what is compared of rassync.yaml.
const maxConfig = 64 << 20

func sameFile(a, b, name string) bool {
	x, errX := files.ReadNamed(filepath.Join(a, name), maxConfig)
	y, errY := files.ReadNamed(filepath.Join(b, name), maxConfig)
	if errX != nil || errY != nil {
		return errX != nil && errY != nil
	}
	return strings.ReplaceAll(string(x), "\r\n", "\n") == strings.ReplaceAll(string(y), "\r\n", "\n")
}

// touched is what a range changes: for each touched document how it was, and
// the objects whose documents are gone.
type touched struct {
	was  map[model.Address]*model.Object // key of the declared object -> its base, nil for a new one
	gone []*model.Object                 // of the base
	view map[model.Address]*model.Object // what is looked at of the touched objects
}

// touch compares the declared objects with those of the base.
func (r *Range) touch(cat *model.Catalog, declared, going []*model.Object, ro RangeOptions) touched {
	base, wentThen := map[model.Address]*model.Object{}, map[model.Address]bool{}
	for _, o := range r.Objects {
		if o.Goes() {
			wentThen[o.Address.Key()] = true
		} else {
			base[o.Address.Key()] = o
		}
	}
	names := &sideIndex{cat: cat, objects: map[model.Address]*model.Object{}}
	for _, o := range append(slices.Clone(declared), r.Objects...) {
		names.add(o)
	}
	t := touched{was: map[model.Address]*model.Object{}, view: map[model.Address]*model.Object{}}
	stays := map[model.Address]bool{}
	for _, d := range declared {
		was := base[d.Address.Key()]
		if was == nil && d.RenamedFrom != "" {
			from := d.Address
			from.Name = d.RenamedFrom
			was = base[from.Key()]
		}
		if was != nil {
			stays[was.Address.Key()] = true
		}
		if was == nil || !sameDeclaration(d, was) {
			t.was[d.Address.Key()] = was
			t.view[d.Address.Key()] = d
			if !ro.WithDrift {
				t.view[d.Address.Key()] = plan.View(cat.Kind(d.Address.Kind), was, d, names)
			}
		}
	}
	for _, d := range going {
		key := d.Address.Key()
		stays[key] = true
		switch o := base[key]; {
		case o != nil: // the range makes of its document one that says: delete
			t.gone = append(t.gone, plan.View(cat.Kind(o.Address.Kind), o, o, names))
		case !wentThen[key]:
			t.gone = append(t.gone, d)
		}
	}
	for key, o := range base {
		k := cat.Kind(o.Address.Kind)
		if !stays[key] && k.Shape == model.Collection {
			t.gone = append(t.gone, plan.View(k, o, o, names))
		}
	}
	sort.Slice(t.gone, func(i, j int) bool { return t.gone[i].Address.String() < t.gone[j].Address.String() })
	return t
}

// sameDeclaration tells whether two documents declare the same.
func sameDeclaration(a, b *model.Object) bool {
	return a.Address == b.Address && a.RenamedFrom == b.RenamedFrom && a.Confirm == b.Confirm &&
		model.Hash(a.Spec) == model.Hash(b.Spec) && model.Hash(a.Unknown) == model.Hash(b.Unknown)
}

// likelyRenames finds for each new document the one that is gone and looks like
// it: nobody wrote renamedFrom, so one would be deleted and the other created.
func (t touched) likelyRenames(declared []*model.Object) []string {
	var out []string
	for _, d := range declared {
		was, isTouched := t.was[d.Address.Key()]
		if !isTouched || was != nil || d.RenamedFrom != "" {
			continue
		}
		for _, o := range t.gone {
			if o.Address.Kind == d.Address.Kind && o.Address.Site == d.Address.Site && len(d.Spec) > 1 && model.Hash(o.Spec) == model.Hash(d.Spec) {
				out = append(out, fmt.Sprintf("%s is new and equals %s, which is gone: if it was renamed, add renamedFrom: %q, otherwise one is created and the other deleted", d.Address, o.Address, o.Address.Name))
				break
			}
		}
	}
	return out
}

// divided is a range that has been compared with the farm.
type divided struct {
	three   *plan.ThreeWay
	desired []*model.Object // the declared objects, the touched ones reduced to what is to be written
	picked  map[model.Address]bool
	absent  []model.Address
	warn    []string
	there   []string // new in the range, and on the farm already
}

// divide compares the touched documents with the farm and keeps of them what
// the plan is to write.
func (a *App) divide(r *Range, o PlanOptions, t touched, declared []*model.Object, p *Planned) divided {
	out := divided{
		three:  &plan.ThreeWay{Base: r.Base, Commit: r.Commit, Conflicts: []plan.Compared{}, Drift: []plan.Compared{}, Already: []plan.Compared{}},
		picked: map[model.Address]bool{},
	}
	names := &sideIndex{cat: a.Catalog, objects: map[model.Address]*model.Object{}}
	for _, list := range [][]*model.Object{p.Live.All(), declared, r.Objects} {
		for _, obj := range list {
			names.add(obj)
		}
	}
	for _, d := range declared {
		if _, isTouched := t.was[d.Address.Key()]; !isTouched || !o.Selection.Match(d.Address) {
			out.desired = append(out.desired, d)
			continue
		}
		out.three.Touched++
		out.desired = append(out.desired, a.divideObject(&out, o.Range, d, t, names, p))
	}
	for _, g := range t.gone {
		if !o.Selection.Match(g.Address) {
			continue
		}
		out.three.Touched++
		a.divideDelete(&out, o.Range, g, names, p)
	}
	out.warn = append(out.warn, t.likelyRenames(declared)...)
	if n := len(out.there); n > 0 {
		text := model.Count(n, "object is", "objects are") + " new in this range and on the farm already: " + strings.Join(out.there[:min(n, 10)], ", ")
		if n > 10 {
			text += fmt.Sprintf(" and %d more", n-10)
		}
		out.warn = append(out.warn, text)
	}
	out.warn = append(out.warn, r.Contract...)
	if r.ConfigChanged {
		out.warn = append(out.warn, workspace.ConfigFile+" changes in this range too: what it protects and limits is as this commit has it")
	}
	return out
}

// divideObject reduces a touched document to what the plan is to write of it.
func (a *App) divideObject(out *divided, ro RangeOptions, d *model.Object, t touched, names plan.Resolver, p *Planned) *model.Object {
	k, was, view := a.Catalog.Kind(d.Address.Kind), t.was[d.Address.Key()], t.view[d.Address.Key()]
	if was != nil {
		was = plan.Within(was, view)
	}
	live := p.Live.Find(d.Address)
	if live == nil && d.RenamedFrom != "" {
		from := d.Address
		from.Name = d.RenamedFrom
		live = p.Live.Find(from)
	}
	div := plan.Divide(k, was, view, live, names, p.Sent)
	label := func(list []plan.Compared, applied bool) []plan.Compared {
		for i := range list {
			list[i].Address, list[i].Applied = d.Address.String(), applied
			if live != nil {
				list[i].By, list[i].At = live.ChangedBy, live.ChangedAt
			}
			list[i].Source = &plan.Source{File: d.Source.File, Line: d.Source.Line}
		}
		return list
	}
	out.three.Conflicts = append(out.three.Conflicts, label(div.Conflicts, ro.ConflictsMine)...)
	out.three.Drift = append(out.three.Drift, label(div.Drift, ro.WithDrift)...)
	out.three.Already = append(out.three.Already, label(div.Already, false)...)
	if was == nil && live != nil {
		out.there = append(out.there, d.Address.String())
	}
	conflicted := len(div.Conflicts) > 0 && !ro.ConflictsMine
	switch {
	case live == nil && was != nil && (conflicted || len(div.Drift) > 0 && !ro.WithDrift):
		return d // it was deleted on the farm: not picked, so it is left alone
	case live == nil, k.Shape == model.OrderShape && !conflicted, was == nil:
		out.picked[d.Address.Key()] = true
		return d
	}
	paths := div.Touched
	if ro.WithDrift {
		for _, c := range div.Drift {
			paths = append(paths, strings.SplitN(c.Path, "[", 2)[0])
		}
	}
	if conflicted {
		paths = withoutConflicts(paths, div.Conflicts)
	}
	if k.Shape != model.OrderShape || !conflicted {
		out.picked[d.Address.Key()] = true
	}
	if k.Shape == model.OrderShape {
		return d
	}
	if ro.WithDrift {
		return plan.Reduced(k, view, paths) // the lists as they are declared
	}
	return plan.Reduced(k, div.Merged, paths)
}

// withoutConflicts takes out the properties over which somebody must decide.
func withoutConflicts(paths []string, conflicts []plan.Compared) []string {
	var out []string
	for _, path := range paths {
		free := true
		for _, c := range conflicts {
			at := strings.SplitN(c.Path, "[", 2)[0]
			if at == path || strings.HasPrefix(at, path+".") || strings.HasPrefix(path, at+".") {
				free = false
			}
		}
		if free {
			out = append(out, path)
		}
	}
	return out
}

// divideDelete decides what comes of an object whose document is gone.
func (a *App) divideDelete(out *divided, ro RangeOptions, was *model.Object, names plan.Resolver, p *Planned) {
	k := a.Catalog.Kind(was.Address.Kind)
	live := p.Live.Find(was.Address)
	switch {
	case live == nil:
		out.three.Already = append(out.three.Already, plan.Compared{Address: was.Address.String(), Why: "the object is gone from the farm"})
		return
	case live.Builtin || !k.CanDelete():
		out.warn = append(out.warn, fmt.Sprintf("%s is no longer declared, and it cannot be deleted: it stays as it is", was.Address))
		return
	}
	if changed := plan.Differences(k, was, live, names, p.Sent); len(changed) > 0 {
		paths := make([]string, 0, len(changed))
		for _, f := range changed {
			paths = append(paths, f.Path)
		}
		out.three.Conflicts = append(out.three.Conflicts, plan.Compared{
			Address: was.Address.String(), Why: "the range deletes the object, and the farm has changed it since: " + strings.Join(paths, ", "), Applied: ro.ConflictsMine,
			By: live.ChangedBy, At: live.ChangedAt,
		})
		if !ro.ConflictsMine {
			return
		}
	}
	out.absent = append(out.absent, live.Address)
	out.picked[live.Address.Key()] = true
	out.picked[was.Address.Key()] = true
}
