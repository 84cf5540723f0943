package proof

import (
	"context"
	"errors"
	"testing"

	"rassync/internal/apply"
	"rassync/internal/farmsim"
	"rassync/internal/plan"
	"rassync/internal/runs"
)

// dying is a journal whose process dies: it keeps what was written and takes
// no more than a number of lines.
type dying struct {
	before  []runs.Entry // of the run that is resumed
	left    int
	entries []runs.Entry
}

var errDied = errors.New("the process died")

func (d *dying) Append(e runs.Entry) error {
	if d.left == 0 {
		return errDied
	}
	d.left--
	d.entries = append(d.entries, e)
	return nil
}

// TestCrashAtEveryJournalLine stops a run at each line of its journal, as if
// the process died there, then resumes it.
func TestCrashAtEveryJournalLine(t *testing.T) {
	cat := catalog(t)
	before, after := changedFarm()
	made := newStand(t, cat, nil, farmsim.Switches{})
	made.mustApply(made.plan(before, nil))
	start := func() (*stand, *plan.Plan) {
		s := made.fork(t, 0)
		return s, s.pruneExcept(after)
	}
	s, p := start()
	all := &dying{left: -1}
	if res, err := s.carryOut(p, all, nil, nil); err != nil || res.Failed != nil {
		t.Fatal(res, err)
	}
	goal := text(s.read(nil, everything))
	step := 1
	if testing.Short() {
		step = 6
	}
	for n := 0; n < len(all.entries); n += step {
		s, p := start()
		j := &dying{left: n}
		if _, err := s.carryOut(p, j, nil, nil); !errors.Is(err, errDied) {
			t.Fatalf("line %d: the run did not die: %v", n, err)
		}
		done := map[string]bool{}
		for _, e := range j.entries {
			if e.Event == "done" {
				done[e.Address+" "+e.Action] = true
			}
		}
		s.live = s.read(nil, plan.Want(after))
		rest := *p
		rest.Changes = append([]plan.Change(nil), p.Changes...)
		for i := range rest.Changes {
			rest.Changes[i].Before = nil // a resumed run has only what the plan file holds
		}
		if res, err := s.carryOut(&rest, &dying{left: -1}, done, runs.Begun(j.entries)); err != nil || res.Failed != nil {
			t.Fatalf("line %d: not resumed: %+v %v", n, res.Failed, err)
		}
		if now := text(s.read(nil, everything)); now != goal {
			t.Fatalf("line %d: not at the goal:\n%s", n, diffLines(goal, now))
		}
	}
}

// carryOut runs a plan on a journal; with done, as a resumed run.
func (s *stand) carryOut(p *plan.Plan, j apply.Recorder, done, begun map[string]bool) (*apply.Result, error) {
	return apply.Run(context.Background(), p, apply.Options{Writer: s.session.Writer(), Live: s.live, Journal: j, Sent: s.sent, Reveal: reveal, Resume: done != nil, Done: done, Begun: begun})
}
