package proof

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"rassync/internal/apply"
	"rassync/internal/farmsim"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/runs"
)

// sideBySide are documents of a small farm before and after a plan whose changes can
// be carried out side by side.
func sideBySide() (before, after []*model.Object) {
	object := func(kind, name string, spec map[string]any) *model.Object {
		return &model.Object{Address: model.Address{Site: "Main", Kind: kind, Name: name}, Spec: spec}
	}
	for i := range 2 {
		before = append(before, object("PubFolder", fmt.Sprintf("Old%d", i), map[string]any{}))
	}
	for i := range 3 {
		name := fmt.Sprintf("Old%d/App%d", i%2, i)
		before = append(before, object("PubRDSApp", name, map[string]any{"target": "a.exe"}))
		after = append(after, object("PubRDSApp", name, map[string]any{"target": "b.exe", "rules": []any{map[string]any{"name": "One", "enabled": true}}}))
	}
	before = append(before, object("PubRDSApp", "Old0/Gone", map[string]any{"target": "a.exe"}), object("RDSHostPool", "Day", map[string]any{"description": "day"}))
	after = append(after, before[0], before[1], object("RDSHostPool", "Day", map[string]any{"description": "night"}), object("RDSHostPool", "New", map[string]any{"description": "new"}))
	for i := range 4 {
		if i < 2 {
			after = append(after, object("PubFolder", fmt.Sprintf("New%d", i), map[string]any{}))
		}
		after = append(after, object("PubRDSApp", fmt.Sprintf("New%d/App%d", i%2, i), map[string]any{"target": "c.exe", "rules": []any{}}))
	}
	return before, after
}

// TestCrashBetweenParallelWrites stops a run whose changes go on side by side at each
// line of its journal: what was sent by then is done, what was not is not. It is
// resumed from there.
func TestCrashBetweenParallelWrites(t *testing.T) {
	cat := catalog(t)
	before, after := sideBySide()
	made := newStand(t, cat, nil, farmsim.Switches{})
	made.mustApply(made.plan(before, nil))
	run := func(s *stand, p *plan.Plan, j *dying, done, begun map[string]bool) (*apply.Result, error) {
		return apply.Run(context.Background(), p, apply.Options{Parallel: 4, Writer: s.session.Writer(), Live: s.live, Journal: j, Sent: s.sent, Reveal: reveal,
			Resume: done != nil, Done: done, Begun: begun, MadeBefore: madeBy(j.before), Beside: (&runs.Run{Entries: j.before}).Beside()})
	}
	goal, lines := "", 0
	step := 1
	if testing.Short() {
		step = 5
	}
	for n := -1; n < lines; n += step {
		s := made.fork(t, 0)
		p := s.pruneExcept(after)
		if n < 0 {
			all := &dying{left: -1}
			if res, err := run(s, p, all, nil, nil); err != nil || res.Failed != nil || len(res.NotConverged) > 0 {
				t.Fatal(res, err)
			}
			goal, lines = text(s.read(nil, everything)), len(all.entries)
			if !interleaved(all.entries) {
				t.Error("no two changes were under way at once")
			}
			continue
		}
		j := &dying{left: n}
		if _, err := run(s, p, j, nil, nil); !errors.Is(err, errDied) {
			t.Fatalf("line %d: the run did not die: %v", n, err)
		}
		s.live = s.read(nil, plan.Want(after))
		rest := *p
		rest.Changes = append([]plan.Change(nil), p.Changes...)
		for i := range rest.Changes {
			rest.Changes[i].Before = nil
		}
		if res, err := run(s, &rest, &dying{left: -1, before: j.entries}, (&runs.Run{Entries: j.entries}).Done(), runs.Begun(j.entries)); err != nil || res.Failed != nil {
			t.Fatalf("line %d: not resumed: %+v %v", n, res.Failed, err)
		}
		if now := text(s.read(nil, everything)); now != goal {
			t.Fatalf("line %d: not at the goal:\n%s", n, diffLines(goal, now))
		}
	}
}

func madeBy(entries []runs.Entry) map[string][]string { return (&runs.Run{Entries: entries}).Made() }

// interleaved tells whether a change began while another one was under way.
func interleaved(entries []runs.Entry) bool {
	under := 0
	for _, e := range entries {
		switch e.Event {
		case "begin":
			if under++; under > 1 {
				return true
			}
		case "done", "failed":
			under--
		}
	}
	return false
}
