package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"rassync/internal/apply"
	"rassync/internal/farmsim"
	"rassync/internal/guard"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/workspace"
	"rassync/schemas"
)

// counted is a large simulated farm that counts what it is asked for, and a
// workspace that holds its export.
type counted struct {
	t    *testing.T
	url  string
	farm *farmsim.Farm
	app  *App
	dir  string
	mu   sync.Mutex
	// asked are the requests since the last count; before is told of each of them
	// before it is answered.
	asked  []string
	before func(*http.Request)
}

func newCounted(t *testing.T, apps int, sw farmsim.Switches) *counted {
	t.Helper()
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	c := &counted{t: t, dir: t.TempDir()}
	if c.farm, err = farmsim.New(farmsim.Options{Catalog: cat, State: farmsim.Large(cat, apps), Rate: -1, Switches: sw}); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		c.asked = append(c.asked, r.Method+" "+r.URL.Path)
		before := c.before
		c.mu.Unlock()
		if before != nil {
			before(r)
		}
		c.farm.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	c.url = server.URL
	env := &Env{Out: io.Discard, Err: io.Discard, Now: time.Now, User: "test", Host: "test", PID: os.Getpid(),
		LookupEnv: func(name string) (string, bool) {
			if name == EnvPassword {
				return farmsim.DefaultPassword, true
			}
			return "", false
		}}
	if c.app, err = New(env, "test"); err != nil {
		t.Fatal(err)
	}
	c.session(func(ctx context.Context, s *Session) {
		f, err := c.app.Configured(c.dir, "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.app.Export(ctx, s, f, ExportOptions{AllowOtherFarm: true}); err != nil {
			t.Fatal(err)
		}
	})
	return c
}

func (c *counted) session(do func(context.Context, *Session)) {
	c.t.Helper()
	ctx := context.Background()
	s, err := c.app.Connect(ctx, Connection{URL: c.url, Username: farmsim.DefaultUsername, Rate: "off"}, workspace.Farm{}, c.dir)
	if err != nil {
		c.t.Fatal(err)
	}
	defer s.Close()
	do(ctx, s)
}

func (c *counted) folder() *Folder {
	c.t.Helper()
	f, err := c.app.Load(c.dir, "")
	if err != nil {
		c.t.Fatal(err)
	}
	f.Farm = workspace.Farm{}
	return f
}

// count gives how many requests there were since the last count, by method and
// path without ids.
func (c *counted) count() (int, map[string]int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	by := map[string]int{}
	for _, a := range c.asked {
		by[ids.ReplaceAllString(a, "/{id}")]++
	}
	n := len(c.asked)
	c.asked = nil
	return n, by
}

var ids = regexp.MustCompile(`/\d+`)

// edit changes up to n places of the documents.
func (c *counted) edit(n int, what *regexp.Regexp, with string) int {
	c.t.Helper()
	changed := 0
	err := filepath.WalkDir(c.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".yaml" || strings.Contains(path, ".rassync") {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		out := what.ReplaceAllFunc(data, func(found []byte) []byte {
			if changed == n {
				return found
			}
			changed++
			return what.ReplaceAll(found, []byte(with))
		})
		return os.WriteFile(path, out, 0o644)
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return changed
}

var descriptions = regexp.MustCompile(`(?m)Application number \d+$`)

// apply plans and applies what is declared; it gives the requests of the plan and
// those beyond it.
func (c *counted) apply() (planned, applied int, by map[string]int, rep *Report) {
	c.t.Helper()
	c.session(func(ctx context.Context, s *Session) {
		c.count()
		p, err := c.app.Plan(ctx, s, c.folder(), PlanOptions{})
		if err != nil {
			c.t.Fatal(err)
		}
		planned, _ = c.count()
		if rep, err = c.app.Execute(ctx, s, p, Execution{Command: "apply"}); err != nil {
			c.t.Fatal(err)
		}
		applied, by = c.count()
	})
	return planned, applied, by, rep
}

// stagingLooks are the requests that tell what others stage: logons and logoffs.
const stagingLooks = 6

func TestRequestsOfChanges(t *testing.T) {
	c := newCounted(t, 200, farmsim.Switches{})
	if n := c.edit(30, descriptions, "$0, edited"); n != 30 {
		t.Fatalf("%d documents were edited", n)
	}
	planned, applied, by, rep := c.apply()
	t.Logf("plan %d, apply %d: %v", planned, applied, by)
	// One list for the snapshot and the check, one to read back, the activation.
	if most := 30 + 2 + 1 + stagingLooks; applied > most {
		t.Errorf("30 changes took %d requests, want %d at most: %v", applied, most, by)
	}
	back, how, undone := c.rollback(rep)
	t.Logf("plan of the rollback %d %v, rollback %d", back, how, undone)
	if undone > applied {
		t.Errorf("the rollback took %d requests, more than the run's %d", undone, applied)
	}
	if n := how["GET /api/PubItems/{id}/Filter"]; n > 0 {
		t.Errorf("the plan of the rollback read rules of %d items, which the run did not write", n)
	}

	// The same as a saved plan.
	var file *plan.File
	c.session(func(ctx context.Context, s *Session) {
		p, err := c.app.Plan(ctx, s, c.folder(), PlanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if file, err = c.app.SavePlan(p.Plan, time.Hour); err != nil {
			t.Fatal(err)
		}
	})
	c.session(func(ctx context.Context, s *Session) {
		c.count()
		f := c.folder()
		p, err := c.app.Bind(ctx, s, f, f, file, guard.Allowance{})
		if err != nil {
			t.Fatal(err)
		}
		bound, how := c.count()
		if how["GET /api/PubItems/{id}/Filter"] > 0 {
			t.Errorf("the saved plan read rules that it does not write: %v", how)
		}
		if _, err := c.app.Execute(ctx, s, p, Execution{Command: "apply"}); err != nil {
			t.Fatal(err)
		}
		n, by := c.count()
		t.Logf("saved plan: %d to bind it, %d", bound, n)
		if n > applied {
			t.Errorf("the saved plan took %d requests, more than the %d of the plan itself: %v", n, applied, by)
		}
	})
}

// rollback takes a run back; it gives the requests of the plan and those beyond it.
func (c *counted) rollback(rep *Report) (planned int, how map[string]int, undone int) {
	c.t.Helper()
	c.session(func(ctx context.Context, s *Session) {
		c.count()
		p, err := c.app.PlanRollback(ctx, s, c.folder(), rep.Run, PlanOptions{})
		if err != nil {
			c.t.Fatal(err)
		}
		planned, how = c.count()
		if _, err := c.app.Execute(ctx, s, p, Execution{Command: "rollback"}); err != nil {
			c.t.Fatal(err)
		}
		undone, _ = c.count()
	})
	return planned, how, undone
}

// TestRequestsOfCreates makes applications in several folders: one request each, and
// lists. Their rules are read of the first alone, which the farm made like the others.
func TestRequestsOfCreates(t *testing.T) {
	c := newCounted(t, 20, farmsim.Switches{})
	var docs strings.Builder
	const folders, apps = 3, 30
	for i := range folders {
		fmt.Fprintf(&docs, "---\n{kind: PubFolder, site: Main, name: New%d, spec: {}}\n", i)
	}
	for i := range apps {
		fmt.Fprintf(&docs, "---\n{kind: PubRDSApp, site: Main, name: New%d/App%d, spec: {target: app.exe, rules: []}}\n", i%folders, i)
	}
	if err := os.WriteFile(filepath.Join(c.dir, "new.yaml"), []byte(docs.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	_, applied, by, _ := c.apply()
	t.Logf("%d: %v", applied, by)
	// Look for namesakes of the folders, and at the end of both; read both back; the
	// rules of the first, twice; the activation.
	if most := folders + apps + 3 + 2 + 2 + 1 + stagingLooks; applied > most {
		t.Errorf("%d creates took %d requests, want %d at most: %v", folders+apps, applied, most, by)
	}
	c.session(func(ctx context.Context, s *Session) {
		p, err := c.app.Plan(ctx, s, c.folder(), PlanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if n := len(p.Plan.Changes); n > 0 {
			t.Errorf("%d changes are left", n)
		}
	})
}

// TestChangedBetweenTheLookAndTheWrite has somebody change an object while a run is
// under way: before the first look nothing is written; a look that is too old is
// repeated and finds it; one that counts does not, what the run does not write stays as
// it was made, and reading back names it.
func TestChangedBetweenTheLookAndTheWrite(t *testing.T) {
	tests := map[string]struct {
		first bool          // before the first look, otherwise at the third write
		later time.Duration // how much later it is then
		want  Class
	}{
		"before the first look": {first: true, want: Stale},
		"an old look":           {later: apply.Window + time.Second, want: Partial},
		"a look that counts":    {later: apply.Window / 2, want: Partial},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := newCounted(t, 40, farmsim.Switches{})
			c.edit(12, descriptions, "$0, edited")
			var later time.Duration
			c.app.Now = func() time.Time { return time.Now().Add(later) }
			c.session(func(ctx context.Context, s *Session) {
				s.Parallel = 1
				p, err := c.app.Plan(ctx, s, c.folder(), PlanOptions{})
				if err != nil {
					t.Fatal(err)
				}
				last := p.Plan.Changes[len(p.Plan.Changes)-1].Before
				id, _ := strconv.ParseInt(last.ID, 10, 64)
				puts, changed := 0, false
				c.before = func(r *http.Request) {
					if r.Method == http.MethodPut {
						puts++
					}
					if changed || !tt.first && puts < 3 {
						return
					}
					changed, later = true, tt.later
					if err := c.farm.Change("PubRDSApp", id, farmsim.Object{"target": "other.exe"}); err != nil {
						t.Error(err)
					}
				}
				rep, err := c.app.Execute(ctx, s, p, Execution{Command: "apply", ActivateForeign: true})
				c.before = nil
				var stale *apply.StaleError
				switch {
				case tt.later == apply.Window/2 && !tt.first:
					if n := rep.Result.NotConverged; len(n) != 1 || n[0].Path != "target" || rep.Result.Done != 12 {
						t.Errorf("%v: %+v", err, rep.Result)
					}
				case ClassOf(err) != tt.want || !errors.As(err, &stale):
					t.Fatalf("%v, class %v instead of %v", err, ClassOf(err), tt.want)
				case tt.want == Stale && puts > 0:
					t.Errorf("%d writes were sent", puts)
				case tt.want == Partial && (stale.Address != last.Address.String() || rep.Result.Done != 11):
					t.Errorf("%v, %d done", stale, rep.Result.Done)
				}
				for _, o := range c.farm.Staged()["PubRDSApp"] {
					if o["id"] == id && o["target"] != "other.exe" {
						t.Errorf("what somebody else wrote is %v now", o["target"])
					}
				}
			})
		})
	}
}

// TestRequestsWhereTheListIsShort changes hosts of a farm whose list leaves out most of
// their properties: what it lacks is read of each by its id, not taken for empty.
func TestRequestsWhereTheListIsShort(t *testing.T) {
	c := newCounted(t, 40, farmsim.Switches{HostListMajorOnly: true})
	hosts := c.edit(8, hostLines, "${1}edited")
	if hosts < 4 {
		t.Fatalf("%d hosts were edited", hosts)
	}
	_, applied, by, _ := c.apply()
	t.Logf("%d: %v", applied, by)
	// Each is read by its id for the snapshot and to read it back; lists of the hosts,
	// and of the members of their pools.
	if by["PUT /api/RDS/Host/{id}"] != hosts || by["GET /api/RDS/Host/{id}"] > 2*hosts {
		t.Errorf("%d hosts: %v", hosts, by)
	}
	c.session(func(ctx context.Context, s *Session) {
		p, err := c.app.Plan(ctx, s, c.folder(), PlanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if n := len(p.Plan.Changes); n > 0 {
			t.Errorf("%d changes are left", n)
		}
	})
}

var hostLines = regexp.MustCompile(`((?m)^kind: RDSHost\nsite: .*\nname: .*\nspec:\n  enabled: true\n  description: )''`)
