package main

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rassync/internal/farmsim"
)

// stageBy has another administrator stage a change of a host at a point of the run.
func stageBy(t *testing.T, s *stand, at func(p *farmsim.FaultPoint) bool) {
	t.Helper()
	var done atomic.Bool
	id, ok := s.farm.Staged()["Theme"][0]["id"].(int64)
	if !ok {
		t.Fatal("the farm has no theme")
	}
	s.farm.SetFault(func(p *farmsim.FaultPoint) farmsim.Fault {
		if at(p) && done.CompareAndSwap(false, true) {
			if err := s.farm.Change("Theme", id, farmsim.Object{"description": "staged by somebody"}); err != nil {
				t.Error(err)
			}
		}
		return farmsim.Fault{}
	})
}

// TestForeignStaged: what another administrator stages while a run is under way is
// noticed before the activation, wherever it happens, and not activated unasked.
func TestForeignStaged(t *testing.T) {
	ctx := context.Background()
	put := func(after bool) func(p *farmsim.FaultPoint) bool {
		return func(p *farmsim.FaultPoint) bool { return p.Method == http.MethodPut && p.After == after }
	}
	for name, c := range map[string]struct {
		at   func(p *farmsim.FaultPoint) bool
		code int
	}{
		"while the farm is read": {func(p *farmsim.FaultPoint) bool { return strings.Contains(p.Path, "/Theme") && p.After }, 7},
		"during the write":       {put(false), 5},
		"after the write":        {put(true), 5},
	} {
		t.Run(name, func(t *testing.T) {
			s := calculatorStand(t)
			stageBy(t, s, c.at)
			s.run(ctx, c.code, "apply", s.dir, "--yes", "--rate", "off")
			s.farm.SetFault(nil)
			s.says("somebody else has staged changes on the farm")
			if !s.farm.Pending() {
				t.Error("they were activated")
			}
			if c.code == 7 {
				s.says("nothing was written")
				if n := s.farm.Writes(); n != 0 {
					t.Errorf("%d writes", n)
				}
				return
			}
			s.says("1 of 1 change done", "--foreign-staged=activate", "rassync rollback takes this run back")
			// Neither going on nor going back activates them unasked.
			s.run(ctx, 5, "apply", "--resume", "--dir", s.dir, "--yes", "--rate", "off")
			s.run(ctx, 7, "rollback", "--dir", s.dir, "--yes", "--rate", "off")
			if !s.farm.Pending() {
				t.Error("they were activated on the way on")
			}
			s.run(ctx, 0, "apply", "--resume", "--dir", s.dir, "--yes", "--rate", "off", "--foreign-staged=activate")
			if s.farm.Pending() {
				t.Error("they were not activated although that was asked")
			}
		})
	}
	t.Run("asked to activate", func(t *testing.T) {
		s := calculatorStand(t)
		stageBy(t, s, put(true))
		s.run(ctx, 0, "apply", s.dir, "--yes", "--rate", "off", "--foreign-staged", "activate")
		s.says("they are activated too")
		if s.farm.Pending() {
			t.Error("they were not activated")
		}
	})
	t.Run("discarded meanwhile", func(t *testing.T) {
		s := calculatorStand(t)
		stageBy(t, s, put(true))
		s.run(ctx, 5, "apply", s.dir, "--yes", "--rate", "off")
		s.farm.SetFault(nil)
		s.farm.Apply() // somebody has looked at them, and activated all
		s.run(ctx, 0, "apply", "--resume", "--dir", s.dir, "--yes", "--rate", "off")
	})
}

// TestLockedActivation: a lock on the activation is waited for like any other.
func TestLockedActivation(t *testing.T) {
	ctx := context.Background()
	held := func(s *stand, times int) {
		s.farm.SetFault(func(p *farmsim.FaultPoint) farmsim.Fault {
			if strings.HasSuffix(strings.ToLower(p.Path), "/settings/apply") && !p.After && times > 0 {
				times--
				return farmsim.Fault{Status: 400, Body: `{"code":5,"msg":"The object is locked by EXAMPLE\\jane."}`}
			}
			return farmsim.Fault{}
		})
	}
	s := calculatorStand(t)
	held(s, 2)
	s.env.Clock = &testClock{}
	s.run(ctx, 0, "apply", s.dir, "--yes", "--rate", "off")
	s.says("held by another administrator, trying again for 30s")
	if s.farm.Pending() {
		t.Error("the settings were not activated")
	}
	s = calculatorStand(t)
	held(s, 1000)
	clock := &testClock{}
	s.env.Clock = clock
	s.run(ctx, 5, "apply", s.dir, "--yes", "--rate", "off", "--lock-wait", "12s")
	s.says("activating them failed", "still so after 12s", "1 of 1 change done")
	if clock.ahead != 12*time.Second {
		t.Errorf("%s were waited", clock.ahead)
	}
}
