package app

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rassync/internal/export"
	"rassync/internal/farmsim"
	"rassync/internal/model"
	"rassync/internal/ras"
	"rassync/internal/workspace"
	"rassync/schemas"
)

// TestOneChangeCostsTheSameOnAnyFarm: a plan of a range that touches one application
// asks a large farm for no more than a small one. 2,000 applications do: what is asked
// for each of them would show.
func TestOneChangeCostsTheSameOnAnyFarm(t *testing.T) {
	small, large := requestsOfOneChange(t, 10), requestsOfOneChange(t, 2000)
	if small != large {
		t.Errorf("%d requests on a farm of 10 applications, %d on one of 2,000", small, large)
	}
	if small > 25 {
		t.Errorf("one change takes %d requests", small)
	}
}

func requestsOfOneChange(t *testing.T, apps int) int {
	t.Helper()
	ctx := context.Background()
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	farm, err := farmsim.New(farmsim.Options{Catalog: cat, State: farmsim.Large(cat, apps), Rate: -1})
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

	// The first application, as an export of it would write it.
	live, err := export.Read(ctx, s.Reader(), cat, export.Request{Kinds: []string{"PubRDSApp"}, Parallel: 4, Want: func(*model.Object, *model.Property) bool { return false }})
	if err != nil {
		t.Fatal(err)
	}
	text, err := workspace.Document(cat, live.Objects["PubRDSApp"][0])
	if err != nil {
		t.Fatal(err)
	}
	now, base := t.TempDir(), t.TempDir()
	for dir, document := range map[string]string{base: text, now: strings.Replace(text, "Application number ", "The first of ", 1)} {
		for name, content := range map[string]string{"rassync.yaml": "references: farm\n", "site.yaml": "kind: Site\nname: Main\n", "app.yaml": document} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	a := &App{Catalog: cat, Env: &Env{Now: time.Now}}
	f, err := a.Load(now, "")
	if err != nil {
		t.Fatal(err)
	}
	rng, err := a.BaseOf(f, base)
	if err != nil {
		t.Fatal(err)
	}
	farm.ResetLog()
	p, err := a.Plan(ctx, s, f, PlanOptions{Since: rng})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Plan.Changes) != 1 {
		t.Fatalf("%d changes on a farm of %d applications", len(p.Plan.Changes), apps)
	}
	return farm.Count("")
}
