package main

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// testClock never waits: sleeping moves it. slept, if there, is told how long
// was slept in all.
type testClock struct {
	mu    sync.Mutex
	ahead time.Duration
	slept func(time.Duration)
}

func (c *testClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *testClock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	c.ahead += d
	all := c.ahead
	c.mu.Unlock()
	if c.slept != nil {
		c.slept(all)
	}
	return ctx.Err()
}

// calculatorStand is a farm with an edit that waits to be applied.
func calculatorStand(t *testing.T) *stand {
	t.Helper()
	s := newStand(t)
	s.run(context.Background(), 0, "export", "-o", s.dir, "--rate", "off")
	file := s.dir + "/Main/publishing/Sales/PubRDSApp.yaml"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(text), `C:\Windows\calc.exe`, `D:\calc.exe`, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	return s
}

// TestLockedObject: an object that another administrator holds is waited for,
// for a bounded time; then the run says who holds it.
func TestLockedObject(t *testing.T) {
	ctx := context.Background()
	const jane = `EXAMPLE\jane`

	t.Run("let go in time", func(t *testing.T) {
		s := calculatorStand(t)
		s.farm.Lock("PubRDSApp", "Calculator", jane)
		s.env.Clock = &testClock{slept: func(all time.Duration) {
			if all >= 4*time.Second {
				s.farm.Lock("PubRDSApp", "Calculator", "")
			}
		}}
		s.run(ctx, 0, "apply", s.dir, "--yes", "--rate", "off", "--format", "json")
		s.says("held by another administrator, trying again for 30s", jane)
		var doc struct {
			State   string
			Session sessionCost
		}
		if err := json.Unmarshal(s.out.Bytes(), &doc); err != nil {
			t.Fatal(err)
		}
		if doc.State != "done" || doc.Session.Waited != 7 || doc.Session.Writes < 2 || doc.Session.Requests <= doc.Session.Writes {
			t.Errorf("the result says %+v", doc)
		}
	})
	t.Run("held on", func(t *testing.T) {
		s := calculatorStand(t)
		s.farm.Lock("PubRDSApp", "Calculator", jane)
		clock := &testClock{}
		s.env.Clock = clock
		s.run(ctx, 1, "apply", s.dir, "--yes", "--rate", "off", "--lock-wait", "12s")
		s.says("nothing was written: Main/PubRDSApp/Sales/Calculator", jane, "still so after 12s", "12s waited")
		if clock.ahead != 12*time.Second {
			t.Errorf("%s were waited", clock.ahead)
		}
		if s.farm.Writes() != 0 && s.farm.Pending() {
			t.Error("something was written")
		}
	})
	t.Run("not waited for", func(t *testing.T) {
		s := calculatorStand(t)
		s.farm.Lock("PubRDSApp", "Calculator", jane)
		clock := &testClock{}
		s.env.Clock = clock
		s.run(ctx, 1, "apply", s.dir, "--yes", "--rate", "off", "--lock-wait", "0")
		s.says(jane, "ask the administrator who has the object open")
		if clock.ahead != 0 {
			t.Errorf("%s were waited", clock.ahead)
		}
	})
	t.Run("interrupted", func(t *testing.T) {
		s := calculatorStand(t)
		s.farm.Lock("PubRDSApp", "Calculator", jane)
		ctx, cancel := context.WithCancel(ctx)
		s.env.Clock = &testClock{slept: func(time.Duration) { cancel() }}
		s.run(ctx, 130, "apply", s.dir, "--yes", "--rate", "off")
		if n := s.farm.Sessions(); n != 0 {
			t.Errorf("%d sessions were left open", n)
		}
		s.farm.Lock("PubRDSApp", "Calculator", "")
		s.run(context.Background(), 0, "apply", "--resume", "--dir", s.dir, "--yes", "--rate", "off")
	})
}
