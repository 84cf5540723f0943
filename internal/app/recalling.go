package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"rassync/internal/apply"
	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/recall"
)

// recalling answers the reads of a command from earlier runs where that surely
// holds. nil asks the farm for everything and keeps nothing.
type recalling struct {
	*recall.Memory
	app     *App
	session *Session
	markers *recall.Markers
}

// recallOptions say what may be answered from earlier runs.
type recallOptions struct {
	fresh bool // nothing
	empty bool // published items without rules are taken to have none
	begin bool // the private folder is made if there is none yet
}

// recalls opens what earlier runs of the workspace have kept.
func (a *App) recalls(ctx context.Context, s *Session, f *Folder, o recallOptions) *recalling {
	store, farm := f.Store(), s.Farm()
	if farm.GUID == "" || !o.begin && !store.Exists(".gitignore") {
		return nil // a farm that nobody can tell from others, or a folder that nothing is kept in
	}
	markers, err := recall.OpenMarkers(store)
	if err != nil {
		a.Notice("what earlier runs have kept is not used: %v", err)
		o.fresh = true
	}
	if farm.SettingsID != 0 && markers.Logon(farm.GUID, farm.SettingsID) {
		a.Warn("the farm's number of its settings is the same as before the newest run: it is not relied on any more")
		a.keepMarkers(markers)
	}
	waiting := farm.ApplySettingsEnabled == nil || *farm.ApplySettingsEnabled
	m, err := recall.Open(store, recall.Scope{GUID: farm.GUID, Version: s.Version(ctx), Account: s.Username, Contract: a.Tool.Contract, Tool: a.Tool.Name + " " + a.Tool.Version},
		markers, recall.Options{Fresh: o.fresh, Empty: o.empty, Settings: farm.SettingsID, Waiting: waiting, Now: a.Now})
	if err != nil {
		a.Notice("what earlier runs have kept is not used: %v", err)
	}
	return &recalling{Memory: m, app: a, session: s, markers: markers}
}

func (a *App) keepMarkers(m *recall.Markers) {
	if err := m.Save(); err != nil {
		a.Notice("what was learnt of the farm's signs of change is not kept: %v", err)
	}
}

// again tells whether the farm must be read once more, because a plan touches
// what was answered from earlier runs, or because an answer did not stand.
func (r *recalling) again(ctx context.Context, p *Planned) (bool, error) {
	if r == nil {
		return false, nil
	}
	if p != nil && r.touches(p) {
		return true, nil
	}
	again, err := r.Audit(ctx, recall.Farm{Getter: r.session.Reader(), Look: r.look, Warn: r.app.Warn})
	if again {
		r.app.keepMarkers(r.markers)
	}
	return again, err
}

// touches has the farm asked about all objects of a plan. A plan that deletes
// anything is made from the farm alone.
func (r *recalling) touches(p *Planned) bool {
	var objects []*model.Object
	for i := range p.Plan.Changes {
		c := &p.Plan.Changes[i]
		if c.Action == plan.Delete || c.Action == plan.Replace {
			return r.AskAll()
		}
		objects = append(objects, &model.Object{Address: model.Address{Site: c.Site, Kind: c.Kind, Name: c.Name}})
		if o := apply.LiveOf(p.Live, c); o != nil {
			objects = append(objects, o)
		}
		others := append([]string{}, c.Relinks...)
		for _, e := range c.AlsoChanges {
			others = append(others, e.Address)
		}
		for _, text := range others {
			if addr, err := r.app.Catalog.ParseAddress(text); err == nil {
				objects = append(objects, &model.Object{Address: addr})
			}
		}
	}
	return r.Touch(objects...)
}

func (r *recalling) look(ctx context.Context) (int64, bool, error) {
	now, err := r.session.staging(ctx)
	return now.SettingsID, now.Waiting, err
}

// readFarm reads the farm, from the memory where that holds: as often as it takes
// until no answer of it was found wrong.
func (a *App) readFarm(ctx context.Context, s *Session, req export.Request, memory *recalling) (*export.Farm, error) {
	if memory != nil {
		req.Memory = memory
	}
	for {
		live, err := export.Read(ctx, s.Reader(), a.Catalog, req)
		if err != nil {
			return nil, err
		}
		if again, err := memory.again(ctx, nil); err != nil || !again {
			return live, err
		}
	}
}

// documents says which documents are held against what is read.
func (r *recalling) documents(declared []*model.Object) {
	if r != nil {
		r.Documents(r.app.Catalog, declared)
	}
}

// askAll has the farm asked for everything; it tells whether anything was
// answered from earlier runs so far.
func (r *recalling) askAll() bool { return r != nil && r.AskAll() }

// exported notes that the documents are as the farm is.
func (r *recalling) exported() {
	if r != nil {
		r.Exported()
	}
}

// done keeps what was learnt, and says how much was answered from earlier runs.
func (r *recalling) done(ctx context.Context) {
	if r == nil {
		return
	}
	if err := r.Close(func() (int64, bool, error) { return r.look(ctx) }); err != nil {
		r.app.Notice("the answers of the farm are not kept for later runs: %v", err)
	}
	rep := r.Report()
	if rep.Recalled == 0 {
		return
	}
	text := model.Count(rep.Recalled, "answer", "answers") + " of earlier runs"
	r.app.Notice("%s used, the oldest is %s; %d of them checked again%s (--fresh reads everything)", text, age(r.app.Now().Sub(rep.Oldest)), rep.Audited, emptyText(rep))
}

func emptyText(r recall.Report) string {
	if r.Empty == 0 {
		return ""
	}
	return "; " + model.Count(r.Empty, "published item is", "published items are") + " taken to be without rules as before"
}

// age says how old something is.
func age(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return "of just now"
	case d < 2*time.Hour:
		return model.Count(int(d.Minutes()), "minute", "minutes") + " old"
	case d < 48*time.Hour:
		return model.Count(int(d.Hours()), "hour", "hours") + " old"
	}
	return model.Count(int(d.Hours()/24), "day", "days") + " old"
}

// markersAfter notes what a run has shown of the farm's signs of change: whether
// they moved with what it wrote. before are the times in the rows of what it
// changed.
func (a *App) markersAfter(ctx context.Context, s *Session, p *Planned, rep *Report, before map[string]string) {
	farm := s.Identity(ctx)
	if farm.GUID == "" || rep.Result == nil || !rep.Run.Wrote() {
		return
	}
	markers, err := recall.OpenMarkers(p.Folder.Store())
	if err != nil {
		a.Notice("what earlier runs have kept is not used: %v", err)
	}
	odd := map[string]bool{} // what the farm did not take says nothing
	for _, d := range rep.Result.NotConverged {
		odd[d.Address] = true
	}
	for i := range p.Plan.Changes {
		c := &p.Plan.Changes[i]
		was, now := before[c.Address], rep.Result.ChangedAt[c.Address]
		if was == "" || now == "" || odd[c.Address] {
			continue
		}
		classes, alone := classesOf(a.Catalog.Kind(c.Kind), p.Live.Find(model.Address{Site: c.Site, Kind: c.Kind, Name: c.Name}), c)
		for _, class := range classes {
			switch {
			case was == now && recall.JustNow(was, a.Now()):
				// Two changes may bear the same time.
			case was == now:
				if markers.Stands(farm.GUID, class, "the time of the last change of "+c.Address+" stayed the same when it was changed") {
					a.Notice("the farm's times of the last change do not move with changes of %s: they are not relied on", class)
				}
			case alone:
				markers.Moves(farm.GUID, farm.Version, class)
			}
		}
	}
	a.settingsAfter(ctx, s, rep, markers, farm)
	a.keepMarkers(markers)
}

// changedAt are the times of the last change, as the rows say, of what a plan
// updates.
func changedAt(p *Planned) map[string]string {
	out := map[string]string{}
	for i := range p.Plan.Changes {
		c := &p.Plan.Changes[i]
		if o := apply.LiveOf(p.Live, c); c.Action == plan.Update && o != nil {
			out[c.Address] = o.ChangedAt
		}
	}
	return out
}

// classesOf are the classes of reads below an object that show what a change
// writes. alone tells that it writes nothing else, and only to one of them.
func classesOf(k *model.Kind, o *model.Object, c *plan.Change) (classes []string, alone bool) {
	if o == nil {
		return nil, false
	}
	elsewhere := false
	for _, f := range c.Fields {
		class := ""
		for _, p := range k.Remote() {
			if rest, below := strings.CutPrefix(f.Path, p.Path()); below && (rest == "" || rest[0] == '.' || rest[0] == '[') {
				at := export.PartAt(p)
				class = export.ClassOf(export.Below(export.SelfPath(k.Self, o.ID), at, o.ID))
				break
			}
		}
		switch {
		case class == "":
			elsewhere = true
		case !slices.Contains(classes, class):
			classes = append(classes, class)
		}
	}
	return classes, len(classes) == 1 && !elsewhere
}

// settingsAfter notes whether the number of the settings moved with a run that
// was activated.
func (a *App) settingsAfter(ctx context.Context, s *Session, rep *Report, markers *recall.Markers, farm plan.Farm) {
	before := s.Farm().SettingsID
	if before == 0 || !rep.Run.Activated() {
		return
	}
	markers.Wrote(farm.GUID, before)
	if !markers.Undecided(farm.GUID, farm.Version, recall.Settings) {
		return
	}
	if seen := rep.Result.SettingsID; seen != 0 && seen != before {
		markers.Moves(farm.GUID, farm.Version, recall.Settings) // by the writes alone
		return
	}
	now, err := s.staging(ctx)
	switch {
	case err != nil || now.Waiting:
	case now.SettingsID != before:
		markers.Moves(farm.GUID, farm.Version, recall.Settings)
	default:
		markers.Logon(farm.GUID, now.SettingsID)
	}
}
