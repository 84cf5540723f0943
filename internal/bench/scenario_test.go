package bench

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// yard is a farm of published applications and a folder that it was exported
// into, where the scenarios are played one after the other.
type yard struct {
	tb    testing.TB
	apps  int
	dir   string                  // whose folders the scenarios use
	do    func(q request) measure // carries an operation out, in this process or in one of its own
	reset func()                  // puts the farm back into its first state
	// behind changes the description of an application behind rassync's back.
	behind func()
}

// tree is the folder that declares all of the farm.
func (y *yard) tree() string { return filepath.Join(y.dir, "tree") }

// scenario is one operation of which figures are kept.
type scenario struct {
	name string
	// prepare brings the folder and the farm to where the operation starts, and
	// says what to do.
	prepare func(y *yard) request
	// changes is how many the operation must find, by the number of applications.
	changes func(apps int) int
	// floor is the operation of the minimal client that comes to the same; ""
	// where it has none.
	floor string
	// waits tells to measure it at several latencies of the farm too.
	waits bool
	// small keeps it to farms of this many applications; 0 for all.
	small int
}

func none(int) int       { return 0 }
func one(int) int        { return 1 }
func tenth(apps int) int { return apps / 10 }

// scenarios are played in this order: each finds the farm and the folder as the
// one before has left them.
var scenarios = []scenario{
	{name: "export", waits: true, changes: none, prepare: func(y *yard) request {
		y.reset()
		y.empty(y.tree())
		return request{Operation: "export", Dir: y.tree()}
	}},
	{name: "export again", changes: none, prepare: func(y *yard) request {
		return request{Operation: "export", Dir: y.tree()}
	}},
	{name: "validate", changes: none, prepare: func(y *yard) request {
		return request{Operation: "validate", Dir: y.tree()}
	}},
	{name: "diff of two folders", changes: none, prepare: func(y *yard) request {
		y.copy(y.tree(), y.path("other"))
		return request{Operation: "diff", Dir: y.tree(), Other: y.path("other")}
	}},
	{name: "plan, no change", waits: true, changes: none, prepare: func(y *yard) request {
		return request{Operation: "plan", Dir: y.tree()}
	}},
	{name: "plan, few rules", waits: true, changes: none, prepare: func(y *yard) request {
		y.copy(y.tree(), y.path("thin"))
		if y.rewrite(y.path("thin"), noRules, "") == 0 {
			y.tb.Error("no document without rules was found")
		}
		return request{Operation: "plan", Dir: y.path("thin")}
	}},
	{name: "plan, applications alone", waits: true, changes: none, floor: "plan", prepare: func(y *yard) request {
		y.applicationsAlone()
		return request{Operation: "plan", Dir: y.path("alone")}
	}},
	{name: "plan of one object", changes: none, prepare: func(y *yard) request {
		return request{Operation: "plan", Dir: y.tree(), Only: "PubRDSApp/*/Application 00001"}
	}},
	{name: "plan, 10 % changed", waits: true, changes: tenth, prepare: func(y *yard) request {
		y.rewrite(y.tree(), description, "$0 as edited")
		return request{Operation: "plan", Dir: y.tree()}
	}},
	{name: "apply of 10 %", waits: true, changes: tenth, prepare: func(y *yard) request {
		y.reset()
		return request{Operation: "apply", Dir: y.tree()}
	}},
	{name: "rollback of 10 %", changes: tenth, prepare: func(y *yard) request {
		return request{Operation: "rollback", Dir: y.tree()}
	}},
	{name: "apply of a saved plan, 10 %", changes: tenth, prepare: func(y *yard) request {
		y.do(request{Operation: "plan", Dir: y.tree(), File: y.path("saved.plan")})
		return request{Operation: "apply plan", Dir: y.tree(), File: y.path("saved.plan")}
	}},
	{name: "apply of 10 %, applications alone", waits: true, changes: tenth, floor: "apply", prepare: func(y *yard) request {
		y.reset()
		y.applicationsAlone()
		return request{Operation: "apply", Dir: y.path("alone")}
	}},
	{name: "apply of one change", changes: one, prepare: func(y *yard) request {
		y.reset()
		y.rewrite(y.tree(), edited, "")
		y.rewrite(y.tree(), firstOne, "$0 as edited")
		return request{Operation: "apply", Dir: y.tree(), Only: "PubRDSApp/**"}
	}},
	{name: "rollback of one change", changes: one, prepare: func(y *yard) request {
		return request{Operation: "rollback", Dir: y.tree()}
	}},
	{name: "creates, applications alone", waits: true, changes: func(apps int) int { return apps }, floor: "create", small: 1000, prepare: func(y *yard) request {
		y.reset()
		y.applicationsAlone()
		y.rewrite(y.path("alone"), applicationName, "name: ${1}New application")
		return request{Operation: "apply", Dir: y.path("alone")}
	}},
	{name: "rollback of the creates", changes: func(apps int) int { return apps }, small: 1000, prepare: func(y *yard) request {
		return request{Operation: "rollback", Dir: y.path("alone")}
	}},
	{name: "export, signs of change proven", changes: none, small: 2000, prepare: func(y *yard) request {
		y.reset()
		y.empty(y.path("nights"))
		y.do(request{Operation: "export", Dir: y.path("nights")})
		for range 2 {
			y.flipRules(y.path("nights"))
			y.do(request{Operation: "apply", Dir: y.path("nights")})
		}
		return request{Operation: "export", Dir: y.path("nights")}
	}},
	{name: "export, untouched farm", changes: none, small: 2000, prepare: func(y *yard) request {
		return request{Operation: "export", Dir: y.path("nights")}
	}},
	{name: "plan, untouched farm", changes: none, small: 2000, prepare: func(y *yard) request {
		return request{Operation: "plan", Dir: y.path("nights")}
	}},
	{name: "export, one change", changes: one, small: 2000, prepare: func(y *yard) request {
		y.behind()
		return request{Operation: "export", Dir: y.path("nights")}
	}},
}

// flipRules turns what happens if no rule of the first application fits.
func (y *yard) flipRules(dir string) {
	y.tb.Helper()
	file := filepath.Join(dir, "Main", "publishing", "Department 001", "PubRDSApp.yaml")
	data, err := os.ReadFile(file)
	if err != nil {
		y.tb.Fatal(err)
	}
	at := ruleDefault.FindSubmatchIndex(data)
	if at == nil {
		y.tb.Fatal("the first application declares no rules")
	}
	to := "Deny"
	if string(data[at[2]:at[3]]) == to {
		to = "Allow"
	}
	text := string(data[:at[2]]) + to + string(data[at[3]:])
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		y.tb.Fatal(err)
	}
}

var (
	description     = regexp.MustCompile(`(?m)Application number \d*0$`)
	firstOne        = regexp.MustCompile(`(?m)Application number 1$`)
	edited          = regexp.MustCompile(`(?m) as edited$`)
	noRules         = regexp.MustCompile(`(?m)^  rules: \[\]\n  rulesDefault: \w+\n`)
	someRules       = regexp.MustCompile(`(?m)^  rules:\n(?:  [ -].*\n)+(?:  rulesDefault: \w+\n)?`)
	ruleDefault     = regexp.MustCompile(`(?m)^  rulesDefault: (\w+)$`)
	applicationName = regexp.MustCompile(`(?m)^name: (.*/)Application`)
)

func (y *yard) path(name string) string { return filepath.Join(y.dir, name) }

// empty makes a folder anew.
func (y *yard) empty(dir string) {
	y.tb.Helper()
	if err := os.RemoveAll(dir); err != nil {
		y.tb.Fatal(err)
	}
}

// copy makes a copy of a folder in place of what was there.
func (y *yard) copy(from, to string) {
	y.tb.Helper()
	y.empty(to)
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		y.tb.Fatal(err)
	}
}

// applicationsAlone makes a folder of the published applications and nothing
// else, without rules: what the minimal client takes care of.
func (y *yard) applicationsAlone() {
	y.tb.Helper()
	y.empty(y.path("alone"))
	if err := os.Mkdir(y.path("alone"), 0o755); err != nil {
		y.tb.Fatal(err)
	}
	// What the applications refer to is on the farm and in no document.
	if err := os.WriteFile(filepath.Join(y.path("alone"), "rassync.yaml"), []byte("references: farm\n"), 0o644); err != nil {
		y.tb.Fatal(err)
	}
	y.each(y.tree(), func(path string, data []byte) error {
		rel, err := filepath.Rel(y.tree(), path)
		if err != nil || filepath.Base(path) != "PubRDSApp.yaml" {
			return err
		}
		to := filepath.Join(y.path("alone"), rel)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		data = someRules.ReplaceAll(noRules.ReplaceAll(data, nil), nil)
		return os.WriteFile(to, data, 0o644)
	})
}

// rewrite changes the documents of a folder and tells at how many places.
func (y *yard) rewrite(dir string, what *regexp.Regexp, with string) int {
	y.tb.Helper()
	changed := 0
	y.each(dir, func(path string, data []byte) error {
		n := len(what.FindAllIndex(data, -1))
		if n == 0 {
			return nil
		}
		changed += n
		return os.WriteFile(path, what.ReplaceAll(data, []byte(with)), 0o644)
	})
	return changed
}

// each calls do for every document file of a folder.
func (y *yard) each(dir string, do func(path string, data []byte) error) {
	y.tb.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".yaml" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return do(path, data)
	})
	if err != nil {
		y.tb.Fatal(err)
	}
}

// play carries a scenario out, the minimal client first where there is one for
// it, and checks that it found what it must. ready is called before each.
func (y *yard) play(s scenario, ready func()) (m, floor measure) {
	y.tb.Helper()
	if s.floor != "" {
		q := s.prepare(y)
		q.Operation = "minimal " + s.floor
		ready()
		floor = y.do(q)
		y.check(s, floor)
	}
	q := s.prepare(y)
	ready()
	m = y.do(q)
	y.check(s, m)
	return m, floor
}

func (y *yard) check(s scenario, m measure) {
	y.tb.Helper()
	if want := s.changes(y.apps); m.Changes != want {
		y.tb.Errorf("%s: %d changes, want %d", s.name, m.Changes, want)
	}
}

// fits tells whether the scenario is played on a farm of this size.
func (s scenario) fits(apps int) bool { return s.small == 0 || apps <= s.small }
