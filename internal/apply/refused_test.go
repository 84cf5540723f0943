package apply_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rassync/internal/apply"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/ras"
)

// refuseNamed refuses every write whose body names one of these objects.
func refuseNamed(kind ras.Kind, status int, names ...string) func(ras.Request) error {
	return func(req ras.Request) error {
		body, _ := req.Body.(map[string]any)
		for _, n := range names {
			if body["name"] == n {
				return &ras.Error{Kind: kind, Method: req.Method, Path: req.Path, Status: status}
			}
		}
		return nil
	}
}

// TestARefusedChangeStopsOnlyWhatNeedsIt: what the farm refuses of one object
// keeps nothing else from being done; what speaks against the run stops it.
func TestARefusedChangeStopsOnlyWhatNeedsIt(t *testing.T) {
	cat := boxes(t)
	docs := []*model.Object{box("a", map[string]any{"size": int64(1)}), box("b", map[string]any{}), box("c", map[string]any{}), label("of a", "a"), label("of b", "b")}
	many := []*model.Object{}
	for _, n := range []string{"a", "b", "c", "d", "e", "f"} {
		many = append(many, box(n, map[string]any{}))
	}
	for name, tt := range map[string]struct {
		docs    []*model.Object
		refuse  func(ras.Request) error
		stop    bool
		made    string // objects in the end
		refused string
		left    string
		failed  string
		active  bool
	}{
		"nothing refused": {docs: docs, made: "a b c of a of b", active: true},
		"one refused": {docs: docs, refuse: refuseNamed(ras.KindRefused, 400, "a"), made: "b c of b",
			refused: "Box/a", left: "Label/of a: it needs Box/a, which was not done or not wholly", active: true},
		"one that is there already": {docs: docs, refuse: refuseNamed(ras.KindConflict, 409, "b"), made: "a c of a",
			refused: "Box/b", left: "Label/of b: it needs Box/b, which was not done or not wholly", active: true},
		"one that is locked": {docs: docs, refuse: refuseNamed(ras.KindLocked, 423, "c"), made: "a b of a of b", refused: "Box/c", active: true},
		"told to stop":       {docs: docs, refuse: refuseNamed(ras.KindRefused, 400, "b"), stop: true, made: "a", failed: "Box/b"},
		"no right":           {docs: docs, refuse: refuseNamed(ras.KindRights, 403, "b"), made: "a", failed: "Box/b"},
		"a farm in trouble":  {docs: docs, refuse: refuseNamed(ras.KindServer, 500, "b"), made: "a", failed: "Box/b"},
		"four in a row":      {docs: many, refuse: refuseNamed(ras.KindRefused, 400, "a", "b", "c", "d"), made: "e f", refused: "Box/a Box/b Box/c Box/d", active: true},
		"five in a row":      {docs: many, refuse: refuseNamed(ras.KindRefused, 400, "a", "b", "c", "d", "e"), refused: "Box/a Box/b Box/c Box/d", failed: "Box/e"},
		"five, not in a row": {docs: many, refuse: refuseNamed(ras.KindRefused, 400, "a", "b", "d", "e", "f"), made: "c", refused: "Box/a Box/b Box/d Box/e Box/f", active: true},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			f.refuse = tt.refuse
			res, _ := carry(t, cat, f, plan.Input{Desired: tt.docs}, apply.Options{StopAtRefusal: tt.stop})
			var made, refused, left []string
			for _, n := range []string{"a", "b", "c", "d", "e", "f", "of a", "of b"} {
				if f.named(n) != nil {
					made = append(made, n)
				}
			}
			for _, r := range res.Refused {
				refused = append(refused, r.Address)
			}
			for _, r := range res.LeftOut {
				left = append(left, r.Address+": "+r.Err.Error())
			}
			failed := ""
			if res.Failed != nil {
				failed = res.Failed.Address
			}
			for what, pair := range map[string][2]string{"made": {tt.made, strings.Join(made, " ")}, "refused": {tt.refused, strings.Join(refused, " ")},
				"left out": {tt.left, strings.Join(left, "; ")}, "failed": {tt.failed, failed}} {
				if diff := cmp.Diff(pair[0], pair[1]); diff != "" {
					t.Errorf("%s: %s", what, diff)
				}
			}
			if res.Activated != tt.active {
				t.Errorf("activated: %t", res.Activated)
			}
			if len(res.NotConverged) > 0 {
				t.Errorf("what was not done is named a second time: %+v", res.NotConverged)
			}
		})
	}
}

// TestADeleteThatIsDoneAlready: an object that is gone is what was wanted.
func TestADeleteThatIsDoneAlready(t *testing.T) {
	cat := boxes(t)
	f := newFake()
	f.add("Box", "a", nil)
	f.refuse = func(req ras.Request) error {
		if req.Method == "DELETE" {
			delete(f.objects, req.Path) // somebody was faster
		}
		return nil
	}
	res, _ := carry(t, cat, f, plan.Input{Absent: []model.Address{{Kind: "Box", Name: "a"}}}, apply.Options{})
	if res.Failed != nil || len(res.Refused) > 0 || res.Done != 1 {
		t.Errorf("%+v", res)
	}
}
