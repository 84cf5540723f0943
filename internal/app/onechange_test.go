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
	"rassync/internal/selector"
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

// TestNewcomersWay: README's way to the first useful plan (export of one family, plan,
// an edit, plan) stands within three minutes of waiting at the default rate, on a farm of
// 1,000 applications.
func TestNewcomersWay(t *testing.T) {
	ctx := context.Background()
	a, s, farm := largeFarm(t, 1000)
	sel, err := selector.ParseSet([]string{"PubRDSApp/Department 007/**"}, nil, a.Catalog)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "farm")
	f, err := a.Configured(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	farm.ResetLog()
	if _, err := a.Export(ctx, s, f, ExportOptions{Selection: sel}); err != nil {
		t.Fatal(err)
	}
	for _, edited := range []bool{false, true} {
		if edited {
			file := filepath.Join(dir, "Main", "publishing", "Department 007", "PubRDSApp.yaml")
			text, err := os.ReadFile(file)
			if err == nil {
				err = os.WriteFile(file, []byte(strings.Replace(string(text), "Application number ", "The first of ", 1)), 0o644)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if f, err = a.Load(dir, ""); err != nil {
			t.Fatal(err)
		}
		p, err := a.Plan(ctx, s, f, PlanOptions{Selection: sel})
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Plan.Changes) > 0 != edited {
			t.Errorf("edited: %v, but %d changes", edited, len(p.Plan.Changes))
		}
	}
	rate, err := ras.ParseRate(DefaultRate)
	if err != nil {
		t.Fatal(err)
	}
	n := farm.Count("")
	if waits := time.Duration(n) * rate.Window / time.Duration(rate.Requests); waits > 3*time.Minute {
		t.Errorf("%d requests, which take %s", n, waits)
	}
}

func requestsOfOneChange(t *testing.T, apps int) int {
	t.Helper()
	ctx := context.Background()
	a, s, farm := largeFarm(t, apps)
	cat := a.Catalog

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

// largeFarm is a farm of so many applications with a session at it.
func largeFarm(t *testing.T, apps int) (*App, *Session, *farmsim.Farm) {
	t.Helper()
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
	rs, err := ras.Connect(context.Background(), ras.Config{URL: server.URL, Username: farmsim.DefaultUsername,
		Password: func() (string, error) { return farmsim.DefaultPassword, nil }, Parallel: 4, Reads: export.Reads(cat)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rs.Close() })
	return &App{Catalog: cat, Env: &Env{Now: time.Now}}, &Session{ras: rs, URL: server.URL, Parallel: 4}, farm
}
