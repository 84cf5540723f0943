package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/runs"
	"rassync/internal/wayback"
)

// Backup is where single objects are restored from: the snapshot of a run, or
// a folder that an export has written.
type Backup struct {
	Name    string
	Objects []*model.Object
	// Made are the objects that the run of a snapshot has made.
	Made []model.Address
	// Run is nil for a folder.
	Run *runs.Run
	// Folder is nil for a snapshot.
	Folder *Folder
}

// OpenBackup finds a backup by name; dir is the workspace of snapshots.
func (a *App) OpenBackup(name, dir, overlay string) (*Backup, error) {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		f, err := a.Load(name, overlay)
		if err != nil {
			return nil, err
		}
		abs, err := filepath.Abs(name)
		if err != nil {
			return nil, err
		}
		b := &Backup{Name: name, Folder: f}
		for _, o := range f.Objects() {
			c := *o
			// The files of secrets lie beside the backup, not the workspace.
			c.Spec, _ = anchored(o.Spec, filepath.ToSlash(abs)).(map[string]any)
			c.RenamedFrom = "" // that would touch an object nobody named
			b.Objects = append(b.Objects, &c)
		}
		return b, nil
	}
	r, err := FindRun(dir, name)
	if err != nil {
		return nil, Failf(Input, "%q is neither a folder nor a snapshot in %s", name, dir).With("rassync snapshot list shows the snapshots")
	}
	s, err := r.Snapshot()
	if err != nil {
		return nil, err
	}
	b := &Backup{Name: "snapshot " + r.Info.ID, Run: r}
	if b.Objects, b.Made, err = s.Targets(a.Catalog); err != nil {
		return nil, err
	}
	for _, o := range b.Objects {
		o.RenamedFrom = ""
	}
	return b, nil
}

// Addresses lists what can be restored.
func (b *Backup) Addresses() []string {
	out := make([]string, len(b.Objects))
	for i, o := range b.Objects {
		out[i] = o.Address.String()
	}
	return out
}

// Holds refuses names of objects that a backup does not hold, which needs no
// farm to tell.
func (a *App) Holds(b *Backup, named []string) error {
	_, _, err := a.pick(b, named)
	return err
}

// pick finds the named objects; all that are missing are named at once.
func (a *App) pick(b *Backup, named []string) (map[model.Address]bool, []*model.Object, error) {
	byKey := map[model.Address]*model.Object{}
	for _, o := range b.Objects {
		byKey[o.Address.Key()] = o
	}
	made := map[model.Address]bool{}
	for _, m := range b.Made {
		made[m.Key()] = true
	}
	picked := map[model.Address]bool{}
	var objects []*model.Object
	var missing []string
	hint := ""
	for _, text := range named {
		addr, err := a.Catalog.ParseAddress(text)
		if err != nil {
			return nil, nil, &Failure{Class: Input, Err: err}
		}
		o := byKey[addr.Key()]
		switch {
		case o == nil && made[addr.Key()]:
			missing = append(missing, text)
			hint = "the run made it, so that there is nothing to bring back: rassync rollback " + b.Run.Info.ID + " --only takes it away"
		case o == nil:
			missing = append(missing, text)
			if hint == "" {
				hint = model.DidYouMean(text, b.Addresses())
			}
		case !picked[addr.Key()]:
			picked[addr.Key()] = true
			objects = append(objects, o)
		}
	}
	if len(missing) > 0 {
		if hint == "" {
			hint = "rassync restore --from " + b.Name + " completes addresses in the shell; rassync where 'name:*NAME*' looks for a name in a folder"
		}
		return nil, nil, Failf(Input, "not in %s: %s", b.Name, strings.Join(missing, ", ")).With("%s", hint)
	}
	return picked, objects, nil
}

// PlanRestore plans to bring single objects back as they are in a backup.
// Only these are changed; what they refer to must be there or be named too.
func (a *App) PlanRestore(ctx context.Context, s *Session, f *Folder, b *Backup, named []string, o PlanOptions) (*Planned, error) {
	if err := s.CheckFarm(f.Farm); err != nil {
		return nil, err
	}
	if err := b.checkFarm(s); err != nil {
		return nil, err
	}
	picked, chosen, err := a.pick(b, named)
	if err != nil {
		return nil, err
	}
	sc := newScope(a.Catalog)
	sc.objects(chosen)
	p, err := a.see(ctx, s, f, sc, chosen)
	if err != nil {
		return nil, err
	}
	if b.Run != nil {
		a.borrowSecrets(f, b.Run, chosen, p.Live)
	}
	match := func(addr model.Address) bool { return picked[addr.Key()] }
	// All of the backup is told to the planner, so that it knows what is
	// referred to, and where in an order an object has stood.
	farm, err := a.farmAtHand(ctx, s, f)
	if err != nil {
		return nil, err
	}
	in := plan.Input{Catalog: a.Catalog, GoesBack: true, Desired: b.Objects, Live: p.Live, MarksGone: true, Selected: match, Protected: f.Config.Protected, Sent: p.Sent, WriteUnseen: true, Tool: a.Tool, Farm: farm,
		NotSelected: "name it too: it is in " + b.Name}
	if b.Folder != nil {
		in.Position = b.Folder.Workspace.Position
	}
	built, ds := plan.Build(in)
	if err := Invalid(ds); err != nil {
		return nil, err
	}
	p.Plan = built
	gone, notes := lostOnReturn(a.Catalog, built)
	if b.Run != nil {
		if file, err := b.Run.Plan(a.Catalog); err == nil {
			more, others := a.lostByRun(b.Run, &file.Plan, wayback.New(a.Catalog, b.Run.Now(a.Catalog).Entries, &file.Plan, &runs.Snapshot{}, b.Objects), match)
			gone, notes = append(gone, more...), append(notes, others...)
		}
	}
	p.NotRestorable = gone
	built.Warnings = append(append(built.Warnings, gone...), notes...)
	return p, a.judge(ctx, s, p, a.guard(s, f, o.Allow))
}

// checkFarm refuses the backup of another farm.
func (b *Backup) checkFarm(s *Session) error {
	if b.Folder != nil {
		return s.CheckFarm(b.Folder.Farm)
	}
	if of := b.Run.Info.Farm; !sameGUID(of.GUID, s.Farm().GUID) {
		return Failf(Input, "%s belongs to farm %s (%s), this is %s", b.Name, of.GUID, of.Name, s.Farm().GUID)
	}
	return nil
}

// Title says in a line what is restored from where.
func (b *Backup) Title(named []string) string {
	return fmt.Sprintf("%s as in %s", model.Count(len(named), "object", "objects"), b.Name)
}
