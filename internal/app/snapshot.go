package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"rassync/internal/apply"
	"rassync/internal/export"
	"rassync/internal/guard"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/ras"
	"rassync/internal/runs"
	"rassync/internal/workspace"
)

// all asks for every part of an object, costly ones too.
func all(*model.Object, *model.Property) bool { return true }

// takeSnapshot reads every object that the plan touches, whole, and the order
// of the siblings that it changes.
func (a *App) takeSnapshot(ctx context.Context, s *Session, live *export.Farm, looks *apply.Looks, p *plan.Plan, id string, blobs *runs.Blobs) (*runs.Snapshot, map[string][]byte, error) {
	snap := &runs.Snapshot{ID: id, Time: a.Now().UTC(), Farm: p.Farm, Objects: []runs.SavedObject{}, Made: []string{}, Lacking: guard.Lacking(a.Catalog, p, live)}
	sv := &saver{app: a, session: s, live: live, looks: looks, snap: snap, blobs: blobs, files: map[string][]byte{}, seen: map[model.Address]int{}, whole: map[model.Address]bool{}}
	if err := sv.besides(p); err != nil {
		return nil, nil, err
	}
	for i := range p.Changes {
		if err := sv.change(ctx, &p.Changes[i]); err != nil {
			return nil, nil, err
		}
	}
	if err := sv.sites(ctx, p); err != nil {
		return nil, nil, err
	}
	if err := sv.orders(p); err != nil {
		return nil, nil, err
	}
	if n := snap.Holes(); n > 0 {
		a.Notice("the snapshot does not hold all of %s: the farm does not show everything (rassync snapshot list counts them, snapshot.json names it)", model.Count(n, "object", "objects"))
	}
	return snap, sv.files, nil
}

type saver struct {
	app     *App
	session *Session
	live    *export.Farm
	snap    *runs.Snapshot
	blobs   *runs.Blobs
	looks   *apply.Looks
	files   map[string][]byte
	seen    map[model.Address]int  // place in the snapshot, from 1
	whole   map[model.Address]bool // saved with all their parts
}

// besides notes which objects are written along with others, wherever that is in
// them: they are saved whole.
func (sv *saver) besides(p *plan.Plan) error {
	for i := range p.Changes {
		for _, text := range touchedBesides(&p.Changes[i]) {
			addr, err := sv.app.Catalog.ParseAddress(text)
			if err != nil {
				return err
			}
			if o := sv.live.Find(addr); o != nil {
				sv.whole[o.Address.Key()] = true
			}
		}
	}
	return nil
}

// touchedBesides are the objects that are written, or change, along with the one
// of a change.
func touchedBesides(c *plan.Change) []string {
	touched := slices.Clone(c.Relinks)
	for _, e := range c.AlsoChanges {
		touched = append(touched, e.Address)
	}
	return touched
}

func (sv *saver) change(ctx context.Context, c *plan.Change) error {
	if c.Action == plan.Create {
		sv.snap.Made = append(sv.snap.Made, c.Address)
		return nil
	}
	if c.Action == plan.Reorder {
		return nil
	}
	o := apply.LiveOf(sv.live, c)
	if o == nil && comesWithSite(sv.live, c) {
		return nil // a rollback takes it away with the site
	}
	if o == nil {
		return &apply.StaleError{Address: c.Address, Gone: true}
	}
	renamedTo := ""
	if c.RenamedFrom != "" {
		renamedTo = c.Name
	}
	if err := sv.save(ctx, o, c, renamedTo, c.Action == plan.Delete); err != nil {
		return err
	}
	for _, text := range touchedBesides(c) {
		addr, err := sv.app.Catalog.ParseAddress(text)
		if err != nil {
			return err
		}
		if other := sv.live.Find(addr); other != nil {
			if err := sv.save(ctx, other, nil, "", false); err != nil {
				return err
			}
		}
	}
	return nil
}

// comesWithSite tells whether the object of an update is not there yet because
// its site is not: settings and built-in objects come with the site that the
// plan makes first.
func comesWithSite(live *export.Farm, c *plan.Change) bool {
	return c.Action == plan.Update && c.PreImage == "" && c.Site != "" && live.Find(model.Address{Kind: model.SiteKind, Name: c.Site}) == nil
}

// save looks at an object and keeps it: of one that is changed what is in its own
// answer and the parts that are written, or that may be switched on or off; the
// other parts as they were read for the plan. c is nil for an object that changes
// along with another one.
func (sv *saver) save(ctx context.Context, o *model.Object, c *plan.Change, renamedTo string, deleted bool) error {
	key := o.Address.Key()
	if n := sv.seen[key]; n > 0 {
		so := &sv.snap.Objects[n-1]
		so.Deleted = so.Deleted || deleted
		if renamedTo != "" {
			so.RenamedTo = renamedTo
		}
		return nil
	}
	want := all
	if c != nil && c.Action == plan.Update && !sv.whole[key] && o.Spec != nil {
		wanted := c.Wanted()
		want = func(o *model.Object, p *model.Property) bool { return wanted(o, p) || c.Switches(p) }
	}
	now, answers, err := sv.looks.Whole(ctx, sv.session.Reader(), o, want)
	if err != nil {
		return fmt.Errorf("saving %s before it is changed: %w", o.Address, err)
	}
	if now == nil {
		return &apply.StaleError{Address: o.Address.String(), Gone: true}
	}
	if c != nil && c.PreImage != "" && !plan.SamePreImage(sv.app.Catalog, sv.live.Names, now, c.PreImage, c.Wanted()) {
		return &apply.StaleError{Address: c.Address}
	}
	return sv.keep(now, o.Address, answers, renamedTo, deleted)
}

// keep adds an object to the snapshot: as it is understood, as an export
// would write it, and as the farm answered it.
func (sv *saver) keep(o *model.Object, a model.Address, answers []export.Received, renamedTo string, deleted bool) error {
	spec, _ := withoutHidden(o.Spec).(map[string]any)
	sv.keepFiles(spec)
	so := runs.SavedObject{Address: a.String(), Kind: a.Kind, Site: a.Site, Name: a.Name, ID: o.ID, RenamedTo: renamedTo, Deleted: deleted, Spec: spec, Unknown: o.Unknown, NotShown: o.NotShown}
	text, err := workspace.Document(sv.app.Catalog, &model.Object{Address: a, Spec: spec, Unknown: o.Unknown})
	if err != nil {
		return err
	}
	if so.YAML, err = sv.blobs.Put([]byte(text)); err != nil {
		return err
	}
	secret := sv.app.Catalog.Kind(a.Kind).SecretNames()
	for _, ans := range answers {
		body, err := ras.WithoutSecrets(ans.Body, secret)
		if err != nil {
			continue // a picture: kept as a file
		}
		blob, err := sv.blobs.Put(body)
		if err != nil {
			return err
		}
		so.Answers = append(so.Answers, runs.SavedAnswer{Request: ans.Request(), Blob: blob})
	}
	sv.snap.Objects = append(sv.snap.Objects, so)
	sv.seen[a.Key()] = len(sv.snap.Objects)
	return nil
}

func (sv *saver) keepFiles(spec map[string]any) {
	for _, v := range spec {
		if ref, ok := v.(model.FileRef); ok {
			if data, have := sv.live.Files[ref.Digest]; have {
				sv.files[ref.Digest] = data
			}
		}
	}
}

// sites saves what goes with a site: the API deletes its content without a
// word.
func (sv *saver) sites(ctx context.Context, p *plan.Plan) error {
	for i := range p.Changes {
		c := &p.Changes[i]
		if c.Kind != model.SiteKind || c.Action != plan.Delete {
			continue
		}
		answers := export.NewRecorder(sv.session.Reader())
		content, err := export.Read(ctx, answers, sv.app.Catalog, export.Request{Sites: []string{c.Name}, Want: all, Parallel: sv.session.Parallel})
		if err != nil {
			return fmt.Errorf("saving the content of site %s before it is deleted: %w", c.Name, err)
		}
		for _, o := range content.All() {
			if model.SameName(o.Address.Site, c.Name) && o.Spec != nil && sv.seen[o.Address.Key()] == 0 {
				if err := sv.keep(o, o.Address, answers.Answers(sv.app.Catalog.Kind(o.Address.Kind), o), "", true); err != nil {
					return err
				}
			}
		}
		for digest, data := range content.Files {
			sv.files[digest] = data
		}
	}
	return nil
}

// orders saves the order of siblings wherever the plan adds, removes, moves
// or reorders one.
func (sv *saver) orders(p *plan.Plan) error {
	for _, k := range sv.app.Catalog.Kinds() {
		if k.Order == nil {
			continue
		}
		done := map[model.Address]bool{}
		for i := range p.Changes {
			c := &p.Changes[i]
			for _, a := range plan.OrdersOf(k, c) {
				if !done[a.Key()] {
					done[a.Key()] = true
					if err := sv.order(k, a); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

func (sv *saver) order(k *model.Kind, a model.Address) error {
	var kids []*model.Object
	if k.Order.By == "chain" {
		kids = sv.live.Siblings(k, a.Name)
	} else {
		kids = sv.live.Ranked(k, a.Site)
	}
	if len(kids) < 2 || sv.seen[a.Key()] > 0 {
		return nil
	}
	return sv.keep(&model.Object{Spec: map[string]any{"items": export.OrderItems(k, kids)}}, a, nil, "", false)
}

// withoutHidden leaves out what only the engine knows, such as ids of list
// entries.
func withoutHidden(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for name, e := range v {
			if !strings.HasPrefix(name, "$") {
				m[name] = withoutHidden(e)
			}
		}
		return m
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = withoutHidden(e)
		}
		return out
	}
	return v
}
