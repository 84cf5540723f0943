package app

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"rassync/internal/apply"
	"rassync/internal/guard"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/ras"
	"rassync/internal/runs"
)

// TestExitCodes holds the table of exit codes still: scripts depend on it.
func TestExitCodes(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{errors.New("anything"), 1},
		{&ras.Error{Kind: ras.KindTLS}, 1},
		{&ras.Error{Kind: ras.KindConnection}, 1},
		{&ras.Error{Kind: ras.KindServer}, 1},
		{&ras.Error{Kind: ras.KindLocked}, 1},
		{&Failure{Class: Pending}, 2},
		{&ras.Error{Kind: ras.KindInvalid}, 3},
		{model.Diagnostics{{Severity: model.Error}}, 3},
		{fmt.Errorf("reading: %w", plan.ErrEdited), 3},
		{plan.ErrFormat, 3},
		{plan.ErrOtherBy, 3},
		{plan.ErrOtherFor, 3},
		{runs.ErrSnapshot, 3},
		{runs.ErrSnapshotVersion, 3},
		{runs.ErrJournal, 3},
		{Failf(Input, "bad"), 3},
		{&ras.Error{Kind: ras.KindAuth}, 4},
		{fmt.Errorf("connecting: %w", &ras.Error{Kind: ras.KindRights}), 4},
		{&ras.Error{Kind: ras.KindAuth, Err: Failf(Input, "no password")}, 3},
		{Failf(Partial, "half"), 5},
		{&Failure{Class: Partial, Err: &ras.Error{Kind: ras.KindAuth}}, 5},
		{&apply.StaleError{Address: "a"}, 6},
		{plan.ErrExpired, 6},
		{refused([]guard.Refusal{{Rule: "deletes", Why: "too many", Flag: "--allow-deletes 3@3f9a2c1b"}}), 7},
		{context.Canceled, 130},
		{&ras.Error{Kind: ras.KindCanceled}, 130},
		{Failf(Interrupted, "stopped"), 130},
	} {
		if got := ClassOf(tt.err).Outcome().Code; got != tt.want {
			t.Errorf("%v: exit code %d instead of %d", tt.err, got, tt.want)
		}
	}
}

func TestOutcomesAreAllDifferent(t *testing.T) {
	codes, names := map[int]bool{}, map[string]bool{}
	for i, o := range Outcomes() {
		if int(o.Class) != i || codes[o.Code] || names[o.Name] || o.Meaning == "" {
			t.Errorf("%+v", o)
		}
		codes[o.Code], names[o.Name] = true, true
	}
}
