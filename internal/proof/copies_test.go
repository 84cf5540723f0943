package proof

import (
	"errors"
	"testing"

	"rassync/internal/apply"
	"rassync/internal/farmsim"
	"rassync/internal/model"
	"rassync/internal/runs"
)

// copyingFarm gives documents before and after: in between, two pages of settings
// begin to be copied to the other site, values, plain lists and entries alike.
func copyingFarm() (before, after []*model.Object) {
	entry := func(url, action string) any {
		return map[string]any{"url": url, "enabled": true, "action": action}
	}
	before = []*model.Object{
		object("Site", "", "Branch", map[string]any{"server": "branch.example.com"}),
		object("URLRedirectionSettings", "Main", "", map[string]any{"replicate": false, "urls": []any{entry("a.example", "Redirect"), entry("b.example", "Redirect")}}),
		object("URLRedirectionSettings", "Branch", "", map[string]any{"urls": []any{entry("x.example", "Redirect"), entry("b.example", "DoNotRedirect")}}),
		object("PrintingSettings", "Main", "", map[string]any{"printerNamePattern": "main", "excludedFontsArray": []any{"One"}}),
		object("PrintingSettings", "Branch", "", map[string]any{"printerNamePattern": "branch", "excludedFontsArray": []any{"Two"}}),
	}
	after = []*model.Object{
		object("URLRedirectionSettings", "Main", "", map[string]any{"replicate": true, "urls": []any{entry("b.example", "DoNotRedirect"), entry("c.example", "Redirect")}}),
		object("PrintingSettings", "Main", "", map[string]any{"replicatePrinterPattern": true, "replicatePrinterFont": true, "excludedFontsArray": []any{"One", "Three"}}),
	}
	return before, after
}

// TestCopiesFromAnyLine ends a run that copies settings to another site at each line
// of its journal, as if the process died there: it can be finished, and, apart from
// that, taken back, and nobody is said to have changed what the farm copied.
func TestCopiesFromAnyLine(t *testing.T) {
	cat := catalog(t)
	before, after := copyingFarm()
	kinds := []string{"URLRedirectionSettings", "PrintingSettings"}
	made := newStand(t, cat, nil, farmsim.Switches{})
	made.mustApply(made.plan(before, nil))
	made.live = made.read(kinds, everything)
	start, was := text(made.live), asIs(made.live)

	s := made.fork(t, 0)
	s.mustApply(s.plan(after, kinds))
	lines := len(s.entries)
	goal := text(s.read(kinds, everything))
	for n := range lines {
		s := made.fork(t, 0)
		p := s.plan(after, kinds)
		died := &dying{left: n}
		if _, err := s.carryOut(p, died, nil, nil); !errors.Is(err, errDied) {
			t.Fatalf("line %d: the run did not die: %v", n, err)
		}
		on := s.fork(t, 0)
		done := map[string]bool{}
		for _, e := range died.entries {
			if e.Event == "done" {
				done[e.Address+" "+e.Action] = true
			}
		}
		on.live = on.read(kinds, everything)
		if res, err := on.carryOut(p, &dying{left: -1}, done, runs.Begun(died.entries)); err != nil || res.Failed != nil || len(res.NotConverged) > 0 {
			t.Fatalf("line %d: not resumed: %+v %v", n, res, err)
		}
		if now := text(on.read(kinds, everything)); now != goal {
			t.Fatalf("line %d: not at the goal:\n%s", n, diffLines(goal, now))
		}
		s.entries = died.entries
		s.mustApply(s.wayBack(p, was, kinds))
		if now := text(s.read(kinds, everything)); now != start {
			t.Fatalf("line %d: not rolled back:\n%s", n, diffLines(start, now))
		}
		if t.Failed() {
			t.Fatalf("line %d", n)
		}
	}
}

// TestCopiesAreReadBack: a farm that copies nothing, or not all of it, is not as the
// plan said, entries of lists included.
func TestCopiesAreReadBack(t *testing.T) {
	cat := catalog(t)
	before, after := copyingFarm()
	farm, err := farmsim.New(farmsim.Options{Catalog: cat, Rate: -1, Disagree: &farmsim.Disagreement{NoReplicate: true}})
	if err != nil {
		t.Fatal(err)
	}
	s := (&stand{t: t, cat: cat, dir: t.TempDir(), files: map[string][]byte{}}).on(farm, 0)
	s.mustApply(s.plan(before, nil))
	p := s.plan(after, nil)
	res := s.apply(p)
	got := map[string]bool{}
	for _, d := range res.NotConverged {
		got[d.Address+" "+d.Path] = true
	}
	for _, c := range p.Changes {
		for _, e := range c.AlsoChanges {
			for _, f := range e.Fields {
				if !got[e.Address+" "+f.Path] {
					t.Errorf("%s %s: it was not copied, and nothing says so", e.Address, f.Path)
				}
			}
		}
	}
	if !got["Branch/URLRedirectionSettings urls[c.example]"] {
		t.Errorf("no entry of a list among %v", got)
	}
}

// TestCopiesAreNotOverOthers: what somebody adds to the list of the other site between
// plan and apply is not lost in the copy.
func TestCopiesAreNotOverOthers(t *testing.T) {
	cat := catalog(t)
	before, after := copyingFarm()
	kinds := []string{"URLRedirectionSettings", "PrintingSettings"}
	s := newStand(t, cat, nil, farmsim.Switches{})
	s.mustApply(s.plan(before, nil))
	p := s.plan(after[:1], kinds)
	seen := s.live
	theirs := object("URLRedirectionSettings", "Branch", "", map[string]any{"urls": append(before[2].Spec["urls"].([]any), map[string]any{"url": "new.example", "enabled": true, "action": "Redirect"})})
	s.mustApply(s.plan([]*model.Object{theirs}, kinds))
	s.live = seen
	res := s.apply(p)
	var stale *apply.StaleError
	if res.Failed == nil || !errors.As(res.Failed.Err, &stale) || stale.Address != "Branch/URLRedirectionSettings" {
		t.Fatalf("%+v", res)
	}
	if p := s.plan([]*model.Object{theirs}, kinds); !p.Empty() {
		t.Errorf("their entry is gone:\n%s", describe(p))
	}
}

// TestCopiesBothWays: two sites copy to each other, and both documents say the same:
// what the run has written in one is no change of somebody else in the other.
func TestCopiesBothWays(t *testing.T) {
	cat := catalog(t)
	kinds := []string{"ScanningSettings"}
	both := func(pattern string) []*model.Object {
		spec := func() map[string]any { return map[string]any{"wiaNamePattern": pattern, "replicateWIAPattern": true} }
		return []*model.Object{object("ScanningSettings", "Main", "", spec()), object("ScanningSettings", "Branch", "", spec())}
	}
	s := newStand(t, cat, nil, farmsim.Switches{})
	s.mustApply(s.plan([]*model.Object{object("Site", "", "Branch", map[string]any{"server": "branch.example.com"})}, nil))
	s.mustApply(s.plan(both("one"), kinds))
	s.live = s.read(kinds, everything)
	start, was := text(s.live), asIs(s.live)
	p := s.plan(both("two"), kinds)
	if len(p.Changes) != 2 {
		t.Fatal(describe(p))
	}
	s.mustApply(p)
	if left := s.plan(both("two"), kinds); !left.Empty() {
		t.Error(describe(left))
	}
	s.mustApply(s.wayBack(p, was, kinds))
	if now := text(s.read(kinds, everything)); now != start {
		t.Errorf("not rolled back:\n%s", diffLines(start, now))
	}
}
