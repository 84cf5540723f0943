package app

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rassync/examples"
	"rassync/internal/apply"
	"rassync/internal/export"
	"rassync/internal/farmsim"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/ras"
	"rassync/internal/runs"
	"rassync/internal/workspace"
	"rassync/schemas"
)

// TestSnapshotHoldsWhatTheFarmAnswered saves every object of the seed farm:
// each with its YAML and with the answers that are about it, byte for byte
// but for secrets.
func TestSnapshotHoldsWhatTheFarmAnswered(t *testing.T) {
	ctx := context.Background()
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	seed, err := farmsim.LoadSeed(examples.Seed())
	if err != nil {
		t.Fatal(err)
	}
	farm, err := farmsim.New(farmsim.Options{Catalog: cat, State: seed, Rate: -1})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(farm)
	t.Cleanup(server.Close)
	rs, err := ras.Connect(ctx, ras.Config{URL: server.URL, Username: farmsim.DefaultUsername,
		Password: func() (string, error) { return farmsim.DefaultPassword, nil }, Parallel: 4, Reads: export.Reads(cat)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rs.Close() })
	s := &Session{ras: rs, Parallel: 4}
	whole := export.NewRecorder(s.Reader())
	live, err := export.Read(ctx, whole, cat, export.Request{Parallel: 4, Want: all})
	if err != nil {
		t.Fatal(err)
	}
	p := &plan.Plan{}
	for _, o := range live.All() {
		if cat.Kind(o.Address.Kind).Shape != model.OrderShape {
			p.Changes = append(p.Changes, plan.Change{Address: o.Address.String(), Kind: o.Address.Kind, Site: o.Address.Site, Name: o.Address.Name, Action: plan.Replace}) // what is made anew is kept whole
		}
	}
	store := runs.Open(t.TempDir())
	blobs := store.Blobs()
	a := &App{Catalog: cat, Env: &Env{Now: time.Now}}
	snap, files, err := a.takeSnapshot(ctx, s, live, apply.NewLooks(live, p, time.Now), p, "run", blobs)
	if err != nil {
		t.Fatal(err)
	}
	run, err := store.New(runs.Info{}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Save(snap, blobs, files); err != nil {
		t.Fatal(err)
	}
	if snap, err = run.Snapshot(); err != nil {
		t.Fatal(err)
	}
	get := func(digest string) []byte {
		data, err := blobs.Get(digest)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	targets, _, err := snap.Targets(cat)
	if err != nil {
		t.Fatal(err)
	}
	asIs, cut, parts := 0, 0, 0
	for i, so := range snap.Objects {
		k := cat.Kind(so.Kind)
		text, err := workspace.Document(cat, targets[i])
		if err != nil {
			t.Fatal(err)
		}
		if string(get(so.YAML)) != text {
			t.Errorf("%s: another YAML than an export writes", so.Address)
		}
		if k.Shape == model.OrderShape {
			continue
		}
		if len(so.Answers) == 0 {
			t.Errorf("%s: no answer is kept", so.Address)
		}
		if len(so.Answers) > 1 {
			parts++
		}
		for _, ans := range so.Answers {
			body := get(ans.Blob)
			if !json.Valid(body) {
				t.Errorf("%s %s: no JSON", so.Address, ans.Request)
			}
			switch {
			case bytes.Contains(body, []byte("sim-tenant-secret")):
				t.Errorf("%s %s: a secret is kept", so.Address, ans.Request)
			case bytes.Contains(body, []byte("(secret, not kept)")):
				cut++
			case received(whole, k, live.Find(targets[i].Address), body):
				asIs++
			default:
				t.Errorf("%s %s: not as it was received: %s", so.Address, ans.Request, body)
			}
		}
	}
	if asIs < 100 || cut == 0 || parts == 0 {
		t.Errorf("%d answers as received, %d with secrets taken out, %d objects with parts", asIs, cut, parts)
	}

	// The same objects once more need no room.
	count := func() int {
		list, err := store.ReadDir("blobs")
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	before := count()
	if _, _, err := a.takeSnapshot(ctx, s, live, apply.NewLooks(live, p, time.Now), p, "again", store.Blobs()); err != nil {
		t.Fatal(err)
	}
	if after := count(); after != before {
		t.Errorf("%d blobs became %d", before, after)
	}

	// What goes with a site is saved with it.
	gone := &plan.Plan{Changes: []plan.Change{{Address: "Site/" + live.Sites[1].Address.Name, Kind: model.SiteKind, Name: live.Sites[1].Address.Name, Action: plan.Delete}}}
	if snap, _, err = a.takeSnapshot(ctx, s, live, apply.NewLooks(live, gone, time.Now), gone, "site", blobs); err != nil {
		t.Fatal(err)
	}
	content := 0
	for _, so := range snap.Objects {
		if strings.EqualFold(so.Site, live.Sites[1].Address.Name) && cat.Kind(so.Kind).Shape != model.OrderShape {
			content++
			if len(so.Answers) == 0 || !so.Deleted {
				t.Errorf("%s: answers %v, deleted %v", so.Address, so.Answers, so.Deleted)
			}
		}
	}
	if content < 5 {
		t.Errorf("only %d objects of the site were saved", content)
	}
}

// received tells whether the farm's answers, when everything was read, held
// these bytes for the object.
func received(r *export.Recorder, k *model.Kind, o *model.Object, body []byte) bool {
	for _, a := range r.Answers(k, o) {
		if bytes.Equal(a.Body, body) {
			return true
		}
	}
	return false
}
