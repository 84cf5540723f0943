package app

import (
	"errors"
	"strings"
	"testing"

	"rassync/internal/plan"
	"rassync/internal/runs"
)

func TestStageOnlyRefusesAnActivationInBetween(t *testing.T) {
	p := &plan.Plan{Changes: []plan.Change{{Address: "Main/A/x"}, {Address: "Main/B/y", ActivateBefore: &plan.Activation{For: []string{"Main/A/x"}, Why: "B takes an A only once it is in force"}}}}
	var f *Failure
	err := stageable(p, Execution{StageOnly: true})
	if !errors.As(err, &f) || f.Class != Refused || !strings.Contains(err.Error(), "Main/A/x: B takes an A only once it is in force") || f.Hint == "" {
		t.Errorf("%v", err)
	}
	if err := stageable(p, Execution{}); err != nil {
		t.Error(err)
	}
	p.Changes[1].ActivateBefore = nil
	if err := stageable(p, Execution{StageOnly: true}); err != nil {
		t.Error(err)
	}
}

// A run that went on after it had activated has left something staged.
func TestActivatedIsSaidOfAllWrites(t *testing.T) {
	write := runs.Entry{Event: "send", Request: "POST /api/X", Address: "a"}
	asked := runs.Entry{Event: "send", Request: runs.ActivateRequest, Address: "b", Action: "create"}
	applied := runs.Entry{Event: "applied", Address: "b", Action: "create", ID: runs.ActivatedBefore}
	for _, tt := range []struct {
		entries []runs.Entry
		want    bool
	}{
		{[]runs.Entry{write}, false},
		{[]runs.Entry{write, asked}, false},
		{[]runs.Entry{write, asked, applied}, true},
		{[]runs.Entry{write, asked, applied, write}, false},
		{[]runs.Entry{write, asked, applied, write, asked, applied}, true},
	} {
		r := &runs.Run{Entries: tt.entries}
		if r.Activated() != tt.want {
			t.Errorf("%+v: %v", tt.entries, !tt.want)
		}
	}
	r := &runs.Run{Entries: []runs.Entry{write, asked, applied}}
	if !r.Activations()["b create"] || len(r.Activations()) != 1 {
		t.Errorf("%v", r.Activations())
	}
}
