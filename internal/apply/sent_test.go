package apply_test

import (
	"testing"

	"rassync/internal/apply"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/ras"
	"rassync/internal/runs"
)

// TestOnlyWhatTheFarmTookIsRememberedAsSent: a value that never comes back and
// that the farm refused must be sent again, not taken for sent.
func TestOnlyWhatTheFarmTookIsRememberedAsSent(t *testing.T) {
	cat := boxes(t)
	for name, refuse := range map[string]bool{"taken": false, "refused": true} {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			f.add("Box", "a", map[string]any{"color": "red"})
			f.refuse = func(req ras.Request) error {
				body, _ := req.Body.(map[string]any)
				if _, has := body["hidden"]; has && refuse {
					return &ras.Error{Kind: ras.KindRefused, Method: req.Method, Path: req.Path, Status: 400}
				}
				return nil
			}
			sent, err := runs.Open(t.TempDir()).Sent("farm", nil)
			if err != nil {
				t.Fatal(err)
			}
			d := box("a", map[string]any{"color": "blue", "hidden": "h"})
			carry(t, cat, f, plan.Input{Desired: []*model.Object{d}, Sent: sent}, apply.Options{Sent: sent})
			if f.named("a")["color"] != "blue" {
				t.Error("what was not refused was not written")
			}
			want := plan.SentSame
			if refuse {
				want = plan.NeverSent
			}
			if got := sent.State(d.Address, "hidden", "h"); got != want {
				t.Errorf("state %v instead of %v", got, want)
			}
		})
	}
}

// TestStatusOfAFolderIsNotWrittenIntoItsItems: the farm may show a folder's status
// for an item; only what the plan says is written.
func TestStatusOfAFolderIsNotWrittenIntoItsItems(t *testing.T) {
	cat := boxes(t)
	f := newFake()
	id := f.add("Box", "a", map[string]any{"color": "red", "status": "open"})
	live := f.read(t, cat)
	d := box("a", map[string]any{"color": "blue", "status": "open"})
	p, ds := plan.Build(plan.Input{Catalog: cat, Live: live, Desired: []*model.Object{d}})
	if ds.Failed() {
		t.Fatal(ds[0].Error())
	}
	f.objects["/api/Box/"+id]["status"] = "closed" // as the folder above is since
	wrote := false
	f.refuse = func(req ras.Request) error {
		body, _ := req.Body.(map[string]any)
		_, has := body["status"]
		wrote = wrote || has
		return nil
	}
	var j journal
	if _, err := apply.Run(t.Context(), p, apply.Options{Writer: f, Live: live, Journal: &j}); err != nil {
		t.Fatal(err)
	}
	if wrote || f.named("a")["color"] != "blue" {
		t.Errorf("status written: %t; the object is %v", wrote, f.named("a"))
	}
}

// TestAStoppedRunReadsBackWhatItHasDone: what the farm made of a value is known to a
// rollback although the run was stopped before its end; of a farm that is in trouble
// nothing more is asked.
func TestAStoppedRunReadsBackWhatItHasDone(t *testing.T) {
	cat := boxes(t)
	for name, tt := range map[string]struct {
		stops ras.Error
		known bool
	}{
		"refused":    {ras.Error{Kind: ras.KindRefused, Status: 400}, true},
		"in trouble": {ras.Error{Kind: ras.KindServer, Status: 500}, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			f.add("Box", "a", map[string]any{"size": 1})
			f.add("Box", "b", map[string]any{"color": "red"})
			f.refuse = func(req ras.Request) error {
				body, _ := req.Body.(map[string]any)
				if _, has := body["size"]; has {
					body["size"] = 250 // the most that the farm takes
				}
				if _, has := body["color"]; has {
					e := tt.stops
					return &e
				}
				return nil
			}
			res, j := carry(t, cat, f, plan.Input{Desired: []*model.Object{box("a", map[string]any{"size": int64(300)}), box("b", map[string]any{"color": "blue"})}}, apply.Options{StopAtRefusal: true})
			if res.Failed == nil || res.Done != 1 {
				t.Fatalf("%+v", res)
			}
			reads, checked := "", false
			for _, e := range j {
				if e.Event == "read" && e.Address == "Box/a" {
					reads = e.Reads["size"]
				}
				checked = checked || e.Event == runs.Checked
			}
			if got := reads == model.Hash(int64(250)) && checked; got != tt.known {
				t.Errorf("read back: %q, checked: %t", reads, checked)
			}
		})
	}
}
