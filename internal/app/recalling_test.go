package app_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rassync/internal/app"
	"rassync/internal/farmsim"
	"rassync/internal/guard"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/workspace"
	"rassync/schemas"
)

// nightClock is the time of a test, for the farm and for rassync.
type nightClock struct{ n *nights }

func (c nightClock) Now() time.Time { return c.n.now }

func (c nightClock) Sleep(_ context.Context, d time.Duration) error {
	c.n.later(d)
	return nil
}

// nights is a farm that is exported, planned and changed over many days.
type nights struct {
	t        *testing.T
	cat      *model.Catalog
	farm     *farmsim.Farm
	disagree *farmsim.Disagreement
	server   *httptest.Server
	dir      string
	now      time.Time
	said     []string
	fresh    bool
	fields   string // that the last plan would change
	version  string // that rassync calls itself
}

const nightApps = 30

func newNights(t *testing.T) *nights {
	t.Helper()
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	n := &nights{t: t, cat: cat, disagree: &farmsim.Disagreement{}, dir: filepath.Join(t.TempDir(), "farm"), version: "1", now: time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC)}
	n.farm, err = farmsim.New(farmsim.Options{Catalog: cat, State: farmsim.Large(cat, nightApps), Rate: -1, Disagree: n.disagree, Clock: nightClock{n}})
	if err != nil {
		t.Fatal(err)
	}
	n.server = httptest.NewTLSServer(n.farm)
	t.Cleanup(n.server.Close)
	return n
}

// later lets time go by.
func (n *nights) later(d time.Duration) { n.now = n.now.Add(d) }

// session logs on for the time of do and gives the requests that were sent.
func (n *nights) session(do func(a *app.App, s *app.Session, f *app.Folder), load bool) int {
	n.t.Helper()
	sum := sha256.Sum256(n.server.Certificate().Raw)
	n.said = nil
	env := &app.Env{Out: io.Discard, Err: io.Discard, Now: func() time.Time { return n.now }, User: "night", Host: "here", PID: os.Getpid(), Clock: nightClock{n}}
	env.LookupEnv = func(name string) (string, bool) {
		if name == app.EnvPassword {
			return farmsim.DefaultPassword, true
		}
		return "", false
	}
	// The schemas are the same in all nights.
	a := &app.App{Env: env, Catalog: n.cat, Tool: plan.Tool{Name: "rassync", Version: n.version}}
	a.Say = func(m app.Message) { n.said = append(n.said, m.Text) }
	var f *app.Folder
	var err error
	if load {
		f, err = a.Load(n.dir, "")
	} else {
		f, err = a.Configured(n.dir, "")
	}
	if err != nil {
		n.t.Fatalf("%v", err)
	}
	s, err := a.Connect(n.t.Context(), app.Connection{URL: n.server.URL, Fingerprint: hex.EncodeToString(sum[:]), Username: farmsim.DefaultUsername, Rate: "off"}, workspace.Farm{}, n.dir)
	if err != nil {
		n.t.Fatal(err)
	}
	do(a, s, f)
	if err := s.Close(); err != nil {
		n.t.Fatal(err)
	}
	return s.Stats().Requests
}

func (n *nights) export() int {
	n.t.Helper()
	return n.session(func(a *app.App, s *app.Session, f *app.Folder) {
		if _, err := a.Export(n.t.Context(), s, f, app.ExportOptions{Fresh: n.fresh}); err != nil {
			n.t.Fatal(err)
		}
	}, false)
}

// plan gives the requests of a plan and the addresses of its changes.
func (n *nights) plan() (requests int, changes []string) {
	n.t.Helper()
	n.fields = ""
	requests = n.session(func(a *app.App, s *app.Session, f *app.Folder) {
		p, err := a.Plan(n.t.Context(), s, f, app.PlanOptions{Fresh: n.fresh})
		if err != nil {
			n.t.Fatal(err)
		}
		for _, c := range p.Plan.Changes {
			changes = append(changes, c.Name)
			for _, f := range c.Fields {
				n.fields += f.Path + " "
			}
		}
	}, true)
	return requests, changes
}

func (n *nights) apply() {
	n.t.Helper()
	n.session(func(a *app.App, s *app.Session, f *app.Folder) {
		p, err := a.Plan(n.t.Context(), s, f, app.PlanOptions{})
		if err != nil {
			n.t.Fatal(err)
		}
		if p.Plan.Empty() {
			n.t.Fatal("nothing to apply")
		}
		p.Refusals = []guard.Refusal{}
		if _, err := a.Execute(n.t.Context(), s, p, app.Execution{Command: "apply"}); err != nil {
			n.t.Fatal(err)
		}
	}, true)
}

// edit changes the document of an application, whose number begins with 1.
func (n *nights) edit(app int, from, to string) {
	n.t.Helper()
	file := filepath.Join(n.dir, "Main", "publishing", fmt.Sprintf("Department %03d", (app-1)/40+1), "PubRDSApp.yaml")
	data, err := os.ReadFile(file)
	if err != nil {
		n.t.Fatal(err)
	}
	docs := strings.Split(string(data), "\n---\n")
	done := false
	for i, d := range docs {
		if strings.Contains(d, fmt.Sprintf("Application %05d\n", app)) && strings.Contains(d, from) {
			docs[i], done = strings.Replace(d, from, to, 1), true
		}
	}
	if !done {
		n.t.Fatalf("application %d has no %q", app, from)
	}
	if err := os.WriteFile(file, []byte(strings.Join(docs, "\n---\n")), 0o644); err != nil {
		n.t.Fatal(err)
	}
}

const (
	denied  = "rulesDefault: Deny"
	allowed = "rulesDefault: Allow"
)

// prove has rassync itself change rules twice, as it takes to prove the farm's
// signs of a change.
func (n *nights) prove() {
	n.t.Helper()
	n.export()
	n.later(24 * time.Hour)
	for range 2 {
		n.flip(1)
		n.apply()
		n.later(24 * time.Hour)
	}
}

// flip turns what happens if no rule of an application fits.
func (n *nights) flip(app int) {
	n.t.Helper()
	file := filepath.Join(n.dir, "Main", "publishing", fmt.Sprintf("Department %03d", (app-1)/40+1), "PubRDSApp.yaml")
	data, err := os.ReadFile(file)
	if err != nil {
		n.t.Fatal(err)
	}
	doc := string(data)[strings.Index(string(data), fmt.Sprintf("Application %05d\n", app)):]
	doc, _, _ = strings.Cut(doc, "\n---\n")
	if strings.Contains(doc, denied) {
		n.edit(app, denied, allowed)
	} else {
		n.edit(app, allowed, denied)
	}
}

// behind changes rules behind rassync's back; seen moves the time in the row, as
// the console would.
func (n *nights) behind(app int, seen bool) {
	n.t.Helper()
	values := farmsim.Object{"$parts": map[string]any{"Filter": map[string]any{"default": int64(1)}}}
	if seen {
		values["timeLastMod"] = n.now.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	for _, o := range n.farm.Staged()["PubRDSApp"] {
		if o["name"] == fmt.Sprintf("Application %05d", app) {
			if err := n.farm.Change("PubRDSApp", o["id"].(int64), values); err != nil {
				n.t.Fatal(err)
			}
		}
	}
	n.farm.Apply()
}

func (n *nights) heard(text string) bool {
	for _, s := range n.said {
		if strings.Contains(s, text) {
			return true
		}
	}
	return false
}

func (n *nights) document(app int) string {
	n.t.Helper()
	data, err := os.ReadFile(filepath.Join(n.dir, "Main", "publishing", fmt.Sprintf("Department %03d", (app-1)/40+1), "PubRDSApp.yaml"))
	if err != nil {
		n.t.Fatal(err)
	}
	doc := string(data)[strings.Index(string(data), fmt.Sprintf("Application %05d\n", app)):]
	doc, _, _ = strings.Cut(doc, "\n---\n")
	return doc
}

// Details that did not change are not read again, once rassync's own writes have
// shown what the farm's signs of a change are worth.
func TestAnswersOfEarlierRuns(t *testing.T) {
	n := newNights(t)
	first := n.export()
	if n.heard("of earlier runs") {
		t.Error("the first export claims to know something")
	}
	n.later(24 * time.Hour)
	n.prove()
	n.export() // keeps all answers from now on
	n.later(24 * time.Hour)
	if got := n.export(); got > 25 {
		t.Errorf("an untouched farm took %d requests, want at most 25", got)
	}
	if !n.heard("answers of earlier runs used, the oldest is ") || !n.heard("; 20 of them checked again") {
		t.Errorf("what came from where is not said: %q", n.said)
	}
	n.later(24 * time.Hour)
	if got, changes := n.plan(); got > 25 || len(changes) > 0 {
		t.Errorf("an untouched farm took %d requests and has the changes %v", got, changes)
	}
	n.later(24 * time.Hour)
	n.behind(5, true)
	lists := first - nightApps // the rest is a read for each item
	if got := n.export(); got > lists+1+20+4 {
		t.Errorf("one change took %d requests, want at most %d", got, lists+1+20+4)
	}
	if !strings.Contains(n.document(5), allowed) {
		t.Errorf("the export does not hold what was changed:\n%s", n.document(5))
	}
	n.later(24 * time.Hour)
	if got := n.export(); got > 25 {
		t.Errorf("the night after took %d requests, want at most 25", got)
	}
	n.fresh = true
	if got := n.export(); got < first {
		t.Errorf("--fresh took %d requests, want %d", got, first)
	}
}

// A sign of a change that lies hides nothing about an item whose document was
// changed, and is found out when what was answered from earlier runs is checked
// again.
func TestASignOfAChangeThatLies(t *testing.T) {
	n := newNights(t)
	n.prove() // while it tells the truth
	n.export()
	n.later(24 * time.Hour)
	n.disagree.StillTimes = true
	n.behind(5, false)
	n.later(time.Hour)
	n.edit(5, "Application number 5", "Application number five")
	if _, changes := n.plan(); len(changes) != 1 || !strings.Contains(n.fields, "description") || !strings.Contains(n.fields, "rulesDefault") {
		t.Errorf("the plan of the changed document has the changes %v of %s", changes, n.fields)
	}
	if !n.heard("such times are not relied on any more") {
		for range nightApps/20 + 1 {
			n.later(24 * time.Hour)
			n.export()
			if n.heard("such times are not relied on any more") {
				break
			}
		}
	}
	if !strings.Contains(n.document(5), allowed) {
		t.Errorf("the export does not hold what was changed:\n%s", n.document(5))
	}
}

// What rassync's own writes show is enough to never rely on a sign.
func TestSignsOfAChangeThatNeverMoved(t *testing.T) {
	n := newNights(t)
	n.disagree.StillSettings = true
	n.prove()
	n.export()
	n.later(24 * time.Hour)
	if got := n.export(); got < 60 {
		t.Errorf("%d requests: lists were not read although nothing tells that they are the same", got)
	}
	n.behind(5, true)
	n.later(24 * time.Hour)
	if n.export(); !strings.Contains(n.document(5), allowed) {
		t.Error("the export lacks what was changed")
	}
}

// Items without rules are taken to have none by plans, and are looked at in turn.
func TestItemsWithoutRules(t *testing.T) {
	n := newNights(t)
	first := n.export()
	n.later(24 * time.Hour)
	if again := n.export(); again != first {
		t.Errorf("the second export took %d requests, the first %d: nothing has proven anything", again, first)
	}
	n.later(time.Hour)
	without := nightApps * 9 / 10
	got, changes := n.plan()
	if want := first - without + max(20, without/7+1); len(changes) > 0 || got > want {
		t.Errorf("a plan took %d requests, want at most %d; changes: %v", got, want, changes)
	}
	if !n.heard("published items are taken to be without rules as before") {
		t.Errorf("said: %q", n.said)
	}
	n.behind(9, false)
	nights := 1
	for ; nights <= 7; nights++ {
		n.later(24 * time.Hour)
		if _, changes = n.plan(); len(changes) > 0 {
			break
		}
	}
	if len(changes) != 1 {
		t.Errorf("after %d nights the changes are %v", nights, changes)
	}
}

// Nothing that is kept counts for another account, version or contract, or after
// somebody has changed it.
func TestAnswersOfOthers(t *testing.T) {
	n := newNights(t)
	n.prove()
	n.export()
	n.later(time.Hour)
	all, _ := filepath.Glob(filepath.Join(n.dir, ".rassync", "reads", "*"))
	for _, file := range all {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		data[len(data)/2] ^= 1
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if n.export(); !n.heard("is not as rassync wrote it") || n.heard("of earlier runs used") {
		t.Errorf("kept answers that were changed: %q", n.said)
	}
	n.later(time.Hour)
	n.version = "22.0"
	if n.export(); n.heard("of earlier runs used") {
		t.Errorf("after another version came: %q", n.said)
	}
}

// What an estimate says is about what a plan takes.
func TestEstimateIsNearWhatAPlanTakes(t *testing.T) {
	n := newNights(t)
	n.export()
	n.fresh = true
	took, _ := n.plan()
	var e *app.Estimate
	n.session(func(a *app.App, _ *app.Session, f *app.Folder) {
		var err error
		if e, err = a.Estimate(f, app.Connection{Rate: "40/10s"}, app.PlanOptions{}); err != nil {
			t.Fatal(err)
		}
	}, true)
	if off := e.Requests - took; off > took/20 || off < -took/20 {
		t.Errorf("%d requests are expected (%d lists, %d details), the plan took %d", e.Requests, e.Lists, e.Details, took)
	}
	if want := e.Rate.TimeFor(e.Requests); e.Time != want || want == 0 {
		t.Errorf("%s, want %s", e.Time, want)
	}
}

// What is read below settings is asked for with the lists, not when all else is
// done.
func TestPartsOfSettingsAreReadFirst(t *testing.T) {
	n := newNights(t)
	n.farm.ResetLog()
	n.export()
	last, lists := 0, 0
	for i, r := range n.farm.Requests() {
		switch {
		case r.Path == "/api/WebService/settings":
			lists = i
		case strings.HasPrefix(r.Path, "/api/AVD/DefaultSettings/MultiSession/"):
			last = i
		}
	}
	if last == 0 || lists == 0 || last > lists {
		t.Errorf("request %d reads a part of settings, the last list is request %d", last, lists)
	}
}
