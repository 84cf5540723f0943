package app

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"rassync/internal/farmsim"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/selector"
	"rassync/internal/workspace"
	"rassync/schemas"
)

// kinds are the schemas, read once for all tests of the package.
var kinds = sync.OnceValues(func() (*model.Catalog, error) { return model.Load(schemas.Files) })

// fewKinds picks what most tests read: a farm of three objects would do, and
// reading all 89 kinds for each of their steps would cost most of the time.
const fewKinds = "kind:PubFolder,kind:RDSHostPool,kind:PubRDSApp,kind:PubOrder,kind:MailboxSettings"

// desk is an administrator's desk: a workspace, a simulated farm, and the
// engine between them.
type desk struct {
	t    *testing.T
	app  *App
	dir  string
	farm *farmsim.Farm
	url  string
	// fault, where it is set, may answer a request in place of the farm.
	fault func(w http.ResponseWriter, r *http.Request) bool
	said  []string
	vars  map[string]string
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	cat, err := kinds()
	if err != nil {
		t.Fatal(err)
	}
	farm, err := farmsim.New(farmsim.Options{Catalog: cat, Rate: -1})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, dir: folder(t), farm: farm, vars: map[string]string{EnvUsername: farmsim.DefaultUsername, EnvPassword: farmsim.DefaultPassword}}
	d.write("rassync.yaml", "references: farm\n")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if d.fault == nil || !d.fault(w, r) {
			farm.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	d.url = server.URL
	env := &Env{LookupEnv: func(k string) (string, bool) { v, ok := d.vars[k]; return v, ok }, ConfigDir: t.TempDir(), Now: time.Now, Clock: instant{},
		User: "anna", Host: "desk", PID: os.Getpid(), In: strings.NewReader("")}
	d.app = &App{Env: env, Catalog: cat, Tool: plan.Tool{Name: "rassync", Version: "test"}, Say: func(m Message) { d.said = append(d.said, m.Text) }}
	return d
}

// folder is a temporary folder. That it cannot be removed is no failure: on
// Windows the git library keeps files open.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "desk")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// instant lets no test wait.
type instant struct{}

func (instant) Now() time.Time                                   { return time.Now() }
func (instant) Sleep(ctx context.Context, _ time.Duration) error { return ctx.Err() }

func (d *desk) write(name, text string) {
	d.t.Helper()
	path := filepath.Join(d.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) read(name string) string {
	d.t.Helper()
	data, err := os.ReadFile(filepath.Join(d.dir, name))
	if err != nil {
		d.t.Fatal(err)
	}
	return string(data)
}

// edit replaces a text in every document of the workspace that has it.
func (d *desk) edit(old, new string) {
	d.t.Helper()
	found := false
	err := filepath.WalkDir(d.dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".yaml") {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(data), old) {
			return err
		}
		found = true
		return os.WriteFile(path, []byte(strings.ReplaceAll(string(data), old, new)), 0o644)
	})
	if err != nil || !found {
		d.t.Fatalf("no document has %q (%v)", old, err)
	}
}

func (d *desk) session() *Session {
	d.t.Helper()
	s, err := d.app.Connect(context.Background(), Connection{URL: d.url, Parallel: 2, Rate: "off"}, workspace.Farm{}, d.dir)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { s.Close() })
	return s
}

func (d *desk) load() *Folder {
	d.t.Helper()
	f, err := d.app.Load(d.dir, "")
	if err != nil {
		d.t.Fatal(told(err))
	}
	return f
}

// only is a selection.
func (d *desk) only(words string) selector.Set {
	d.t.Helper()
	var set selector.Set
	if words == "" {
		return set
	}
	set, err := selector.ParseSet(strings.Split(words, ","), nil, d.app.Catalog)
	if err != nil {
		d.t.Fatal(err)
	}
	return set
}

func (d *desk) export() *Exported {
	d.t.Helper()
	f, err := d.app.Configured(d.dir, "")
	if err != nil {
		d.t.Fatal(err)
	}
	x, err := d.app.Export(context.Background(), d.session(), f, ExportOptions{Selection: d.only(fewKinds)})
	if err != nil {
		d.t.Fatal(err)
	}
	return x
}

func (d *desk) plan(o PlanOptions) *Planned {
	d.t.Helper()
	p, err := d.app.Plan(context.Background(), d.session(), d.load(), o)
	if err != nil {
		d.t.Fatal(err)
	}
	return p
}

// apply plans and applies what the workspace declares.
func (d *desk) apply(o PlanOptions) (*Report, error) {
	d.t.Helper()
	s := d.session()
	p, err := d.app.Plan(context.Background(), s, d.load(), o)
	if err != nil {
		return nil, err
	}
	return d.carryOut(s, p, Execution{Command: "apply"})
}

func (d *desk) carryOut(s *Session, p *Planned, e Execution) (*Report, error) {
	d.t.Helper()
	if err := d.app.Ready(s, p, e); err != nil {
		return nil, err
	}
	return d.app.Execute(context.Background(), s, p, e)
}

func (d *desk) mustApply() *Report {
	d.t.Helper()
	rep, err := d.apply(PlanOptions{})
	if err != nil {
		d.t.Fatal(err)
	}
	return rep
}

// changes are the changes of a plan, a line each.
func changes(p *plan.Plan) string {
	lines := []string{}
	for _, c := range p.Changes {
		line := string(c.Action) + " " + c.Address
		for _, f := range c.Fields {
			line += " " + f.Path
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// fails expects an error of a class that says all of the words.
func fails(t *testing.T, err error, class Class, words ...string) {
	t.Helper()
	if err == nil || ClassOf(err) != class {
		t.Fatalf("class %v instead of %v: %v", ClassOf(err), class, err)
	}
	text := told(err)
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%q is not said: %s", w, text)
		}
	}
}

// told is all that an error says.
func told(err error) string {
	text := err.Error() + " " + HintOf(err)
	var f *Failure
	if errors.As(err, &f) {
		text += " " + strings.Join(f.Objects, " ")
		for _, g := range f.Diagnostics {
			text += "\n" + g.Error()
		}
	}
	var ds model.Diagnostics
	if errors.As(err, &ds) {
		for _, g := range ds {
			text += "\n" + g.Error()
		}
	}
	return text
}
