package ras

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"
)

// memoryWindow is a shared window in memory.
type memoryWindow struct {
	st   WindowState
	fail bool
}

func (w *memoryWindow) Update(change func(*WindowState)) error {
	if w.fail {
		return errors.New("the file is gone")
	}
	change(&w.st)
	return nil
}

// TestSessionsThatShareAWindowNeverExceedIt lets sessions come and go, each
// with a governor of its own, as processes do.
func TestSessionsThatShareAWindowNeverExceedIt(t *testing.T) {
	for seed := range uint64(100) {
		rnd := rand.New(rand.NewPCG(seed, 3))
		clock := newFakeClock()
		rate := Rate{Requests: 2 + rnd.IntN(40), Window: time.Duration(1+rnd.IntN(10)) * time.Second}
		shared := &memoryWindow{}
		start := func() *governor {
			g := newGovernor(clock, rate, 4, nil)
			g.shared = shared
			return g
		}
		sessions := []*governor{start(), start()}
		var times []time.Time
		for range 300 {
			i := rnd.IntN(len(sessions))
			if rnd.IntN(20) == 0 {
				sessions[i] = start() // one process ends, the next begins
			}
			if rnd.IntN(4) == 0 {
				clock.advance(time.Duration(rnd.Int64N(int64(rate.Window))))
			}
			p, leave, err := sessions[i].enter(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			times = append(times, p.at)
			switch rnd.IntN(30) {
			case 0:
				sessions[i].refused(p, 429, 0)
			case 1:
				sessions[i].giveBack(p)
				times = times[:len(times)-1]
			default:
				sessions[i].ok()
			}
			leave()
		}
		if n := maxInWindow(times, rate.Window); n > rate.Requests {
			t.Fatalf("seed %d: %d requests within %s, allowed %s", seed, n, rate.Window, rate)
		}
	}
}

func TestANewSessionBeginsWithWhatTheLastOneSent(t *testing.T) {
	clock := newFakeClock()
	shared := &memoryWindow{}
	rate := Rate{Requests: 5, Window: 10 * time.Second}
	first := newGovernor(clock, rate, 4, nil)
	first.shared = shared
	for range 5 {
		if _, d, _ := first.try(); d > 0 {
			t.Fatal("the first session must wait")
		}
	}
	second := newGovernor(clock, rate, 4, nil)
	second.shared = shared
	if _, d, _ := second.try(); d < 10*time.Second {
		t.Errorf("the second session waits %s, want a window: the farm's is used up", d)
	}
	clock.advance(11 * time.Second)
	p, d, _ := second.try()
	if d > 0 {
		t.Fatalf("waits %s after the window", d)
	}

	// What a refusal has taught survives the session, and is forgotten in time.
	second.refused(p, 429, time.Second)
	clock.advance(2 * time.Second)
	third := newGovernor(clock, rate, 4, nil)
	third.shared = shared
	third.try()
	if third.allowed != 2 {
		t.Errorf("a new session sends %d in a window, want the 2 that the farm took", third.allowed)
	}
	clock.advance(lessonMemory + time.Minute)
	fourth := newGovernor(clock, rate, 4, nil)
	fourth.shared = shared
	fourth.try()
	if fourth.allowed != 5 {
		t.Errorf("%d in a window long after the refusal, want 5", fourth.allowed)
	}
}

func TestASessionGoesOnWithoutItsSharedWindow(t *testing.T) {
	g := newGovernor(newFakeClock(), Rate{Requests: 2, Window: time.Second}, 4, nil)
	g.shared = &memoryWindow{fail: true}
	for range 2 {
		if _, d, _ := g.try(); d > 0 {
			t.Fatal("waits")
		}
	}
	if _, d, _ := g.try(); d <= 0 {
		t.Error("the own window does not count")
	}
}

func TestTimesOfAnotherClockAreForgotten(t *testing.T) {
	clock := newFakeClock()
	shared := &memoryWindow{st: WindowState{Sent: []time.Time{clock.Now().Add(time.Hour), clock.Now().Add(-time.Hour)}, BlockedUntil: clock.Now().Add(24 * time.Hour)}}
	g := newGovernor(clock, Rate{Requests: 1, Window: time.Second}, 4, nil)
	g.shared = shared
	if _, d, why := g.try(); d > 0 {
		t.Errorf("waits %s: %s", d, why)
	}
}
