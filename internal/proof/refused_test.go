package proof

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"rassync/internal/apply"
	"rassync/internal/farmsim"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/runs"
)

func docsWith(s *stand, more ...*model.Object) []*model.Object {
	return append(declare(s.read([]string{"Strict", "Thing"}, everything)), more...)
}

// wantRefused expects exactly these properties to be named.
func wantRefused(t *testing.T, f apply.Failure, paths ...string) {
	t.Helper()
	var re *apply.RefusedError
	if !errors.As(f.Err, &re) {
		t.Fatalf("%s: %v", f.Address, f.Err)
	}
	var got []string
	for _, p := range re.Properties {
		got = append(got, p.Path)
		if !strings.Contains(f.Err.Error(), p.Path) || !strings.Contains(f.Err.Error(), "likely cause") || p.Err == nil {
			t.Errorf("%s is not named with what the farm said: %v", p.Path, f.Err)
		}
	}
	slices.Sort(got)
	slices.Sort(paths)
	if !slices.Equal(got, paths) {
		t.Errorf("%s: refused %v, want %v", f.Address, got, paths)
	}
}

// readings under which refusals are proven.
func baselineAndAll(t *testing.T, prove func(t *testing.T, s *stand)) {
	t.Helper()
	cat := thingCatalog(t)
	for _, sw := range farmsim.AllSwitches() {
		if sw.Name == "baseline" || sw.Name == "nested-put" || sw.Name == "write-alternative" {
			t.Run(sw.Name, func(t *testing.T) { prove(t, newStand(t, cat, nil, sw.Switches)) })
		}
	}
}

func TestRefusedPropertyFailsAlone(t *testing.T) {
	baselineAndAll(t, func(t *testing.T, s *stand) {
		a := object("Thing", "", "a", map[string]any{"size": int64(1), "guess": "old", "psName": int64(1), "shape": "Round"})
		b := object("Thing", "", "b", map[string]any{"size": int64(1)})
		s.mustApply(s.plan(docsWith(s, a, b), nil))
		s.farm.Refuse("guess", "standInText")
		a.Spec = map[string]any{"size": int64(2), "guess": "new", "psName": int64(2), "shape": int64(17), "standInText": "new", "standInNumber": int64(99),
			"points": []any{map[string]any{"name": "p", "x": int64(4)}}}
		b.Spec["size"] = int64(2)
		docs := []*model.Object{a, b}
		p := s.plan(docs, nil)
		var lines []runs.Entry
		res := s.run(p, recorder(func(e runs.Entry) { lines = append(lines, e) }), false, nil)
		if res.Failed != nil || res.Done != 1 || len(res.Refused) != 1 || !res.Activated || len(res.NotConverged) > 0 {
			t.Fatalf("%+v", res)
		}
		wantRefused(t, res.Refused[0], "guess", "shape", "standInText")
		live := s.read(nil, everything)
		spec := live.Find(a.Address).Spec
		if spec["size"] != int64(2) || spec["psName"] != int64(2) || spec["standInNumber"] != int64(99) || spec["guess"] != "old" || spec["shape"] != "Round" || len(spec["points"].([]any)) != 1 {
			t.Errorf("what the farm takes was not written, or more: %v", spec)
		}
		if live.Find(b.Address).Spec["size"] != int64(2) {
			t.Error("the rest of the plan was not carried out")
		}
		// The journal says that the change failed: resuming it with a farm that
		// takes the names finishes it.
		done := map[string]bool{}
		failed := ""
		for _, e := range lines {
			switch e.Event {
			case "done":
				done[e.Address+" "+e.Action] = true
			case "failed":
				failed = e.Address
			}
		}
		if failed != a.Address.String() || done[a.Address.String()+" update"] || !done[b.Address.String()+" update"] {
			t.Fatalf("journal: failed %q, done %v", failed, done)
		}
		s.farm.Refuse()
		s.live = s.read(nil, everything)
		res = s.run(p, &journal{}, true, done)
		wantRefused(t, res.Refused[0], "shape") // that number is no number of this farm
		if got := s.read(nil, everything).Find(a.Address).Spec; got["guess"] != "new" || got["standInText"] != "new" {
			t.Errorf("not resumed: %v", got)
		}
	})
}

func TestRefusedOnCreateFollowsByUpdateOrFailsAlone(t *testing.T) {
	baselineAndAll(t, func(t *testing.T, s *stand) {
		s.farm.Refuse("guess", "born")
		c := object("Thing", "", "c", map[string]any{"size": int64(5), "guess": "x", "psName": int64(3), "born": "today", "standInNumber": int64(4),
			"group": map[string]any{"standInText": "g"}})
		docs := docsWith(s, c)
		res := s.apply(s.plan(docs, nil))
		if res.Failed != nil || len(res.Refused) != 1 || len(res.NotConverged) > 0 {
			t.Fatalf("%+v", res)
		}
		wantRefused(t, res.Refused[0], "guess", "born")
		spec := s.read(nil, everything).Find(c.Address).Spec
		if spec["size"] != int64(5) || spec["psName"] != int64(3) || spec["standInNumber"] != int64(4) || spec["group"].(map[string]any)["standInText"] != "g" {
			t.Errorf("%v", spec)
		}
	})
}

// An object that cannot be made without a doubtful property fails; what needs
// it waits, everything else goes on.
func TestObjectThatCannotBeMadeHoldsUpOnlyWhatNeedsIt(t *testing.T) {
	s := newStand(t, thingCatalog(t), nil, farmsim.Switches{})
	s.farm.Refuse("must")
	strict := object("Strict", "", "s", map[string]any{"must": "x"})
	needs := object("Thing", "", "needs", map[string]any{"strict": "s"})
	free := object("Thing", "", "free", map[string]any{"size": int64(1)})
	docs := docsWith(s, strict, needs, free)
	res := s.apply(s.plan(docs, nil))
	if res.Failed != nil || res.Done != 1 || res.Skipped != 1 || len(res.Refused) != 1 || !res.Activated {
		t.Fatalf("%+v", res)
	}
	wantRefused(t, res.Refused[0], "must")
	live := s.read(nil, everything)
	if live.Find(free.Address) == nil || live.Find(needs.Address) != nil || live.Find(strict.Address) != nil {
		t.Error("the wrong objects were made")
	}
}

func TestRefusedPropertyOfAnEntryFailsAlone(t *testing.T) {
	baselineAndAll(t, func(t *testing.T, s *stand) {
		s.farm.Refuse("pointGuess", "standInFlag")
		point := func(n string) map[string]any {
			return map[string]any{"name": n, "x": int64(1), "pointGuess": int64(2), "standInNumber": int64(3)}
		}
		mark := func(n int64) map[string]any {
			return map[string]any{"standInText": "m", "standInNumber": n, "standInFlag": false}
		}
		d := object("Thing", "", "d", map[string]any{"points": []any{point("p"), point("q")}, "marks": []any{mark(1), mark(2)}, "size": int64(6)})
		res := s.apply(s.plan(docsWith(s, d), nil))
		if res.Failed != nil || len(res.Refused) != 1 {
			t.Fatalf("%+v", res)
		}
		wantRefused(t, res.Refused[0], "points[].pointGuess", "points[].pointGuess", "marks[].standInFlag", "marks[].standInFlag")
		spec := s.read(nil, everything).Find(d.Address).Spec
		points, marks := spec["points"].([]any), spec["marks"].([]any)
		if len(points) != 2 || len(marks) != 2 || spec["size"] != int64(6) {
			t.Fatalf("%v", spec)
		}
		for _, e := range points {
			if p := e.(map[string]any); p["x"] != int64(1) || p["standInNumber"] != int64(3) || p["pointGuess"] != int64(0) {
				t.Errorf("%v", p)
			}
		}
		for _, e := range marks {
			if m := e.(map[string]any); m["standInText"] != "m" || m["standInFlag"] != true {
				t.Errorf("%v", m)
			}
		}
	})
}

// What the reference confirms is no likely cause: such a refusal is that of the
// object, and the rest goes on.
func TestRefusalOfAConfirmedPropertyIsThatOfItsObject(t *testing.T) {
	s := newStand(t, thingCatalog(t), nil, farmsim.Switches{})
	a := object("Thing", "", "a", map[string]any{"size": int64(1), "guess": "x"})
	b := object("Thing", "", "b", map[string]any{"size": int64(1)})
	s.mustApply(s.plan(docsWith(s, a, b), nil))
	s.farm.Refuse("size")
	a.Spec["size"], a.Spec["guess"], b.Spec["guess"] = int64(2), "y", "y"
	res := s.apply(s.plan([]*model.Object{a, b}, nil))
	if res.Failed != nil || len(res.Refused) != 1 || res.Refused[0].Address != a.Address.String() || res.Done != 1 {
		t.Fatalf("%+v", res)
	}
	if err := res.Refused[0].Err; strings.Contains(err.Error(), "likely cause") {
		t.Errorf("a confirmed property is no likely cause: %v", err)
	}
}

type recorder func(runs.Entry)

func (r recorder) Append(e runs.Entry) error { r(e); return nil }

// run is apply with a journal, from the start or resumed.
func (s *stand) run(p *plan.Plan, j apply.Recorder, resume bool, done map[string]bool) *apply.Result {
	s.t.Helper()
	res, err := apply.Run(context.Background(), p, apply.Options{Writer: s.session.Writer(), Live: s.live, Journal: j, Sent: s.sent, Reveal: reveal, Resume: resume, Done: done})
	if err != nil {
		s.t.Fatal(err)
	}
	return res
}
