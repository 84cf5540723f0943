package proof

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"rassync/internal/farmsim"
	"rassync/internal/model"
	"rassync/internal/plan"
)

// instant is a clock that never waits: sleeping moves it.
type instant struct{ ahead atomic.Int64 }

func (c *instant) Now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

func (c *instant) Sleep(ctx context.Context, d time.Duration) error {
	c.ahead.Add(int64(d))
	return ctx.Err()
}

// changedFarm gives documents before and after: together they need every
// kind of step.
func changedFarm() (before, after []*model.Object) {
	mfa := func(display string) *model.Object {
		return object("MFATOTP", "Main", "Authenticator", map[string]any{"displayName": display, "enabled": true})
	}
	policy := func(name string, delay int64) *model.Object {
		return object("ClientPolicy", "", name, map[string]any{"enabled": true, "description": "policy " + name,
			"session": map[string]any{"primaryConnection": map[string]any{"enabled": true, "name": fmt.Sprint("Office ", delay)}}})
	}
	staff := object("Theme", "Main", "Staff", map[string]any{"mfa": "Authenticator"})
	before = []*model.Object{mfa("One"), staff, policy("First", 1), policy("Second", 2),
		object("PubFolder", "Main", "Old", map[string]any{}),
		object("PubRDSApp", "Main", "Old/Gone", map[string]any{"target": "gone.exe"}),
		object("PubRDSApp", "Main", "Notepad", map[string]any{"target": "notepad.exe", "rules": []any{
			map[string]any{"name": "One", "enabled": true, "criteria": map[string]any{"iPs": map[string]any{"enabled": true, "allowedIPs": []any{"10.0.0.1"}}}},
			map[string]any{"name": "Two", "enabled": true},
		}}),
		object("PubOrder", "", "/", map[string]any{"items": []any{"Old", "Notepad"}}),
	}
	after = append(newBranch(), mfa("Two"), staff, policy("Second", 3), policy("First", 1),
		object("ClientPolicyOrder", "", "", map[string]any{"items": []any{"Second", "First"}}),
		object("PubRDSApp", "Main", "Notepad", map[string]any{"target": "notepad2.exe", "rules": []any{
			map[string]any{"name": "Two", "enabled": false},
			map[string]any{"name": "One", "enabled": true, "criteria": map[string]any{"iPs": map[string]any{"enabled": true, "allowedIPs": []any{"10.0.0.2-10.0.0.9"}}}},
		}}),
		object("PubOrder", "", "/", map[string]any{"items": []any{"Notepad", "Branch"}}))
	return before, after
}

// exclusiveFarm keeps the account in use out of what may go.
func (s *stand) pruneExcept(desired []*model.Object) *plan.Plan {
	s.t.Helper()
	s.live = s.read(nil, plan.Want(desired))
	p, diags := plan.Build(plan.Input{Catalog: s.cat, Desired: desired, Live: s.live, Sent: s.sent, Prune: true,
		Exclusive: func(kind, _ string) bool { return kind == "PubRDSApp" || kind == "PubFolder" }})
	if diags.Failed() {
		s.t.Fatal(diags[0].Error())
	}
	return p
}

// TestEveryFaultAtEveryRequest lets each request of an apply go wrong in each
// way. The run either reaches the goal by itself or stops with an error; then
// planning and applying again reaches it. Nothing is ever made twice.
func TestEveryFaultAtEveryRequest(t *testing.T) {
	cat := catalog(t)
	before, after := changedFarm()
	start := func(t *testing.T, sw farmsim.Switches) *stand {
		s := newStand(t, cat, nil, sw)
		s.mustApply(s.plan(before, nil))
		return s
	}
	s := start(t, farmsim.Switches{})
	made := s.fork(t, 0) // every case begins here
	p := s.pruneExcept(after)
	s.farm.ResetLog()
	s.mustApply(p)
	requests := s.farm.Requests()
	goal := text(s.read(nil, everything))
	if left := s.pruneExcept(after); !left.Empty() {
		t.Fatalf("without faults the plan is not empty:\n%s", describe(left))
	}
	faults := []struct {
		name  string
		after bool
		fault farmsim.Fault
	}{
		{"cut before", false, farmsim.Fault{Cut: true}},
		{"cut after", true, farmsim.Fault{Cut: true}},
		{"truncated", true, farmsim.Fault{Truncate: true}},
		{"401", false, farmsim.Fault{Status: http.StatusUnauthorized}},
		{"429", false, farmsim.Fault{Status: http.StatusTooManyRequests}},
		{"500 before", false, farmsim.FaultInternal},
		{"500 after", true, farmsim.FaultInternal},
		{"503 before", false, farmsim.Fault{Status: http.StatusServiceUnavailable}},
		{"502 after", true, farmsim.FaultGateway},
		{"503 after", true, farmsim.Fault{Status: http.StatusServiceUnavailable}},
		{"html", true, farmsim.FaultHTML},
		{"slow before", false, farmsim.Fault{Delay: time.Hour}},
		{"slow after", true, farmsim.Fault{Delay: time.Hour}},
	}
	for i, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			for n := 1; n <= len(requests); n++ {
				// A fault of a read is like that of the next one: each of them meets
				// some of the faults, and a write every one.
				every := 1
				switch {
				case testing.Short():
					every = 7
				case requests[n-1].Method == http.MethodGet && !everyCombination():
					every = 4
				}
				if (n+i)%every != 0 {
					continue
				}
				patience := time.Duration(0)
				if f.fault.Delay > 0 {
					patience = 100 * time.Millisecond
				}
				s := made.fork(t, patience)
				p := s.pruneExcept(after)
				s.farm.FaultAt(n, f.after, f.fault)
				res := s.apply(p)
				s.farm.SetFault(nil)
				if res.Failed != nil {
					s.mustApply(s.pruneExcept(after))
				}
				if left := s.pruneExcept(after); !left.Empty() {
					t.Fatalf("request %d: not at the goal (first run: %+v):\n%s", n, res.Failed, describe(left))
				}
				if now := text(s.read(nil, everything)); now != goal {
					t.Fatalf("request %d: not at the goal (first run: %+v):\n%s", n, res.Failed, diffLines(goal, now))
				}
			}
		})
	}
}
