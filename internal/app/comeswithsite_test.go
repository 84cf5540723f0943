package app

import (
	"context"
	"net/http/httptest"
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
	"rassync/schemas"
)

// TestObjectsThatComeWithTheirSite: on a farm without the second site, the
// plan updates the site's settings and built-in objects although they are not
// there yet. That is neither stale nor a reason to stop before the snapshot.
func TestObjectsThatComeWithTheirSite(t *testing.T) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	seed, err := farmsim.LoadSeed(examples.Seed())
	if err != nil {
		t.Fatal(err)
	}
	session := func(state farmsim.State) *Session {
		farm, err := farmsim.New(farmsim.Options{Catalog: cat, State: state, Rate: -1})
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(farm)
		t.Cleanup(server.Close)
		s, err := ras.Connect(context.Background(), ras.Config{URL: server.URL, Username: farmsim.DefaultUsername,
			Password: func() (string, error) { return farmsim.DefaultPassword, nil }, Parallel: 4, Reads: export.Reads(cat)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return &Session{ras: s, Parallel: 4}
	}
	kinds := []string{model.SiteKind, "Broker", "LBSettings", "RDSHostPool", "RDSTemplate", "Provider"} // with what the pools refer to
	read := func(s *Session) *export.Farm {
		live, err := export.Read(context.Background(), s.Reader(), cat, export.Request{Kinds: kinds, Parallel: 4})
		if err != nil {
			t.Fatal(err)
		}
		return live
	}
	var desired []*model.Object
	for _, o := range read(session(seed)).All() {
		desired = append(desired, &model.Object{Address: o.Address, Spec: withoutHidden(o.Spec).(map[string]any)})
	}
	fresh := session(nil)
	live := read(fresh)
	sent, err := runs.Open(t.TempDir()).Sent("test", func(model.SecretRef) (string, error) { return "", nil })
	if err != nil {
		t.Fatal(err)
	}
	p, ds := plan.Build(plan.Input{Catalog: cat, Desired: desired, Live: live, Sent: sent})
	for _, d := range ds {
		if d.Severity == model.Error {
			t.Error(d.Error())
		}
	}
	if t.Failed() {
		t.FailNow()
	}
	if stale := staleObjects(cat, live, p); len(stale) > 0 {
		t.Errorf("stale: %q", stale)
	}
	a := &App{Catalog: cat}
	sv := &saver{app: a, session: fresh, live: live, snap: &runs.Snapshot{}, blobs: runs.Open(t.TempDir()).Blobs(), looks: apply.NewLooks(live, p, time.Now), files: map[string][]byte{}, seen: map[model.Address]int{}}
	early := 0
	for i := range p.Changes {
		c := &p.Changes[i]
		if err := sv.change(context.Background(), c); err != nil {
			t.Error(err)
		}
		if comesWithSite(live, c) {
			early++
		}
	}
	if early != 3 { // the settings, the primary broker, and the pool <Default> if it declares anything
		t.Errorf("%d objects come with their site, want 3", early)
	}
}
