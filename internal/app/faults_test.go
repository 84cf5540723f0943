package app

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/ras"
	"strings"
	"testing"

	"rassync/internal/apply"
)

// writes lets a number of requests that change something through and answers
// the rest with a status.
func (d *desk) writes(n, status int) {
	d.fault = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodGet || strings.Contains(strings.ToLower(r.URL.Path), "session") {
			return false
		}
		if n--; n >= 0 {
			return false
		}
		w.WriteHeader(status)
		return true
	}
}

func TestAFailedRunIsFinishedByResume(t *testing.T) {
	for _, tt := range []struct {
		name   string
		let    int
		status int
		class  Class
		said   string
	}{
		{"the first answer is a fault: it may have been done", 0, 500, Partial, "0 of 2"},
		{"half is written", 1, 500, Partial, "1 of 2"},
		{"the rights are taken in between", 1, 403, Partial, "1 of 2"},
		{"written, and not activated", 2, 500, Partial, "2 of 2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t)
			d.write("folders.yaml", twoFolders)
			d.writes(tt.let, tt.status)
			rep, err := d.apply(PlanOptions{})
			fails(t, err, tt.class, tt.said)
			d.fault = nil
			s, f := d.session(), d.load()
			run, err := d.app.ResumeTarget(s, f, "")
			if err != nil {
				t.Fatal(err)
			}
			if run.Info.ID != rep.Run.Info.ID {
				t.Errorf("run %s instead of %s", run.Info.ID, rep.Run.Info.ID)
			}
			if _, err := d.app.Resume(context.Background(), s, f, run, Execution{Command: "apply"}); err != nil {
				t.Fatal(told(err))
			}
			if p := d.plan(PlanOptions{}); !p.Plan.Empty() {
				t.Error(changes(p.Plan))
			}
			if _, err := d.app.ResumeTarget(s, f, run.Info.ID); err == nil {
				t.Error("a finished run can be resumed")
			}
		})
	}
}

func TestAFailedRunIsTakenBackAtOnce(t *testing.T) {
	d := circle(t)
	d.edit("What everybody needs", "One")
	d.edit("For administrators", "Two")
	s := d.session()
	p, err := d.app.Plan(context.Background(), s, d.load(), PlanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	d.fault = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPut {
			if refused++; refused == 2 {
				w.WriteHeader(http.StatusBadRequest)
				return true
			}
		}
		return false
	}
	rep, err := d.carryOut(s, p, Execution{Command: "apply", RollbackOnError: true})
	fails(t, err, Failed, "1 of 2")
	if rep.Rollback == nil || rep.RollbackError != nil {
		t.Fatalf("not taken back: %v", rep.RollbackError)
	}
	if got := len(d.plan(PlanOptions{}).Plan.Changes); got != 2 {
		t.Errorf("%d of two changes are to be made again", got)
	}
}

func TestARefusedObjectDoesNotStopTheRest(t *testing.T) {
	for _, stop := range []bool{false, true} {
		d := newDesk(t)
		d.write("folders.yaml", twoFolders)
		first := true
		d.fault = func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodPost && strings.HasSuffix(strings.ToLower(r.URL.Path), "folders") && first {
				first = false
				w.WriteHeader(http.StatusBadRequest)
				return true
			}
			return false
		}
		s := d.session()
		p, err := d.app.Plan(context.Background(), s, d.load(), PlanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		var done []string
		_, err = d.carryOut(s, p, Execution{Command: "apply", StopOnError: stop, Events: func(e apply.Event) {
			if e.Type == apply.ChangeDone {
				done = append(done, e.Address)
			}
		}})
		if stop {
			if err == nil || len(done) != 0 {
				t.Errorf("went on to %v: %v", done, err)
			}
			continue
		}
		fails(t, err, Partial, "Main/PubFolder/Office")
		if strings.Join(done, " ") != "Main/PubFolder/Tools" {
			t.Errorf("done: %v", done)
		}
	}
}

func TestListsThatFail(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		class  Class
	}{
		{"the farm has a fault", 500, Partial},
		{"no rights", 403, Auth},
		{"no such list, and documents from it", 404, Partial},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := circle(t)
			d.export()
			before := d.read("folders.yaml")
			d.fault = func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method != http.MethodGet || !strings.Contains(strings.ToLower(r.URL.Path), "mailbox") {
					return false
				}
				w.WriteHeader(tt.status)
				return true
			}
			fails(t, d.export().Incomplete(), tt.class, "MailboxSettings")
			if d.read("folders.yaml") != before {
				t.Error("documents of another kind were touched")
			}
			p := d.plan(PlanOptions{})
			fails(t, p.Unseen(), map[Class]Class{Partial: Failed, Auth: Auth}[tt.class], "MailboxSettings")
			if err := p.Short(Partial); err == nil {
				t.Error("an apply of such a plan would be exit 0")
			}
		})
	}
}

func TestActivationThatWaits(t *testing.T) {
	d := circle(t)
	d.edit("For administrators", "Staged")
	s := d.session()
	p, err := d.app.Plan(context.Background(), s, d.load(), PlanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.carryOut(s, p, Execution{Command: "apply", StageOnly: true}); err != nil {
		t.Fatal(err)
	}
	// Its own staged changes are no others'.
	d.edit("What everybody needs", "Staged too")
	if _, err := d.apply(PlanOptions{}); err != nil {
		t.Fatal(told(err))
	}
	// In another workspace they would be.
	d.edit("description: Staged too", "description: Last")
	s = d.session()
	if p, err = d.app.Plan(context.Background(), s, d.load(), PlanOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.carryOut(s, p, Execution{Command: "apply", StageOnly: true}); err != nil {
		t.Fatal(err)
	}
	other := *d
	other.dir = t.TempDir()
	other.write("rassync.yaml", "references: farm\n")
	other.write("folders.yaml", strings.ReplaceAll(twoFolders, "For administrators", "Mine"))
	_, err = other.apply(PlanOptions{})
	fails(t, err, Refused, "--allow-staged")
}

// TestOrderAloneStopsNothing: a refused item is no reason not to make those
// that stand behind it; they take its place.
func TestOrderAloneStopsNothing(t *testing.T) {
	d := newDesk(t)
	var docs []string
	for _, n := range []string{"A", "B", "C", "D"} {
		docs = append(docs, "kind: PubFolder\nsite: Main\nname: "+n+"\nspec:\n  description: folder "+n+"\n  publishTo: [Main]\n")
	}
	d.write("folders.yaml", strings.Join(docs, "---\n"))
	d.write("order.yaml", "kind: PubOrder\nname: /\nspec:\n  items: [A, B, C, D]\n")
	d.fault = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPost || !strings.HasSuffix(strings.ToLower(r.URL.Path), "folders") {
			return false
		}
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		if !bytes.Contains(body, []byte(`folder B`)) {
			return false
		}
		w.WriteHeader(http.StatusBadRequest)
		return true
	}
	_, err := d.apply(PlanOptions{})
	fails(t, err, Partial, "Main/PubFolder/B")
	d.fault = nil
	if got := changes(d.plan(PlanOptions{}).Plan); got != "create Main/PubFolder/B description publishTo" {
		t.Errorf("left to do: %s", got)
	}
}

// TestWhatWasNotComparedIsSaid: the class of a comparison that could not see all.
func TestWhatWasNotComparedIsSaid(t *testing.T) {
	list := func(kinds ...ras.Kind) (out []export.NotRead) {
		for _, k := range kinds {
			out = append(out, export.NotRead{Kind: "PubFolder", Site: "Main", Err: &ras.Error{Kind: k, Method: "GET", Path: "/api/x"}})
		}
		return out
	}
	for _, tt := range []struct {
		name  string
		list  []export.NotRead
		class Class
	}{
		{"all was read", nil, Done},
		{"rights alone", list(ras.KindRights), Auth},
		{"rights and a fault", list(ras.KindRights, ras.KindServer), Failed},
		{"no such list on this release", list(ras.KindNotFound), Done},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := NotCompared(tt.list); ClassOf(err) != tt.class {
				t.Errorf("class %v instead of %v: %v", ClassOf(err), tt.class, err)
			}
		})
	}
	x := &Exported{Farm: &export.Farm{Failed: []export.FailedRead{{}}}, failed: []export.FailedRead{{Address: model.Address{Site: "Main", Kind: "PubFolder", Name: "A"}, Err: &ras.Error{Kind: ras.KindRights}}}}
	fails(t, x.Incomplete(), Auth, "Main/PubFolder/A")
	x.failed[0].Err = &ras.Error{Kind: ras.KindServer}
	x.Missing = list(ras.KindServer)
	fails(t, x.Incomplete(), Partial, "1 read of an object failed", "1 list was not read")
}
