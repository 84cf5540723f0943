package ras

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sort"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func maxInWindow(times []time.Time, window time.Duration) int {
	sort.Slice(times, func(i, j int) bool { return times[i].Before(times[j]) })
	best, from := 0, 0
	for i := range times {
		for times[i].Sub(times[from]) > window { // closed window: the strictest reading
			from++
		}
		best = max(best, i-from+1)
	}
	return best
}

func TestGovernorNeverExceedsAnyWindow(t *testing.T) {
	for seed := range uint64(200) {
		rnd := rand.New(rand.NewPCG(seed, 7))
		clock := newFakeClock()
		rate := Rate{Requests: 1 + rnd.IntN(60), Window: time.Duration(1+rnd.IntN(10)) * time.Second}
		g := newGovernor(clock, rate, 4, nil)
		var times []time.Time
		for range 300 {
			if rnd.IntN(3) == 0 {
				clock.advance(time.Duration(rnd.Int64N(int64(rate.Window))))
			}
			p, leave, err := g.enter(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			times = append(times, p.at)
			switch rnd.IntN(40) {
			case 0:
				g.refused(p, 429, time.Duration(rnd.IntN(3))*time.Second)
			case 1:
				g.giveBack(p)
				times = times[:len(times)-1]
			default:
				g.ok()
			}
			leave()
		}
		if n := maxInWindow(times, rate.Window); n > rate.Requests {
			t.Fatalf("seed %d: %d requests within %s, allowed %s", seed, n, rate.Window, rate)
		}
	}
}

func TestGovernorUnderConcurrency(t *testing.T) {
	clock := newFakeClock()
	rate := Rate{Requests: 7, Window: 10 * time.Second}
	g := newGovernor(clock, rate, 3, nil)
	var mu sync.Mutex
	var times []time.Time
	var under, most int
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			p, leave, err := g.enter(context.Background())
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			times = append(times, p.at)
			under++
			most = max(most, under)
			mu.Unlock()
			mu.Lock()
			under--
			mu.Unlock()
			leave()
		})
	}
	wg.Wait()
	if n := maxInWindow(times, rate.Window); n > rate.Requests || len(times) != 100 {
		t.Errorf("%d of %d requests within one window", n, len(times))
	}
	if most > 3 {
		t.Errorf("%d requests at a time, 3 allowed", most)
	}
}

func TestGovernorFullThroughput(t *testing.T) {
	clock := newFakeClock()
	start := clock.Now()
	g := newGovernor(clock, Rate{50, 10 * time.Second}, 4, nil)
	for range 500 {
		_, leave, _ := g.enter(context.Background())
		leave()
	}
	// Nine windows must pass between the first and the 500th.
	if d := clock.Now().Sub(start); d < 90*time.Second || d > 95*time.Second {
		t.Errorf("500 requests at 50/10s took %s", d)
	}
}

func TestGovernorShrinksOncePerBurstAndRecovers(t *testing.T) {
	clock := newFakeClock()
	g := newGovernor(clock, Rate{40, 10 * time.Second}, 4, nil)
	var burst []pass
	for range 4 {
		p, leave, _ := g.enter(context.Background())
		leave()
		burst = append(burst, p)
	}
	for _, p := range burst {
		g.refused(p, 429, 0)
	}
	if g.allowed != 20 {
		t.Fatalf("allowed is %d after one burst of refusals, want 20", g.allowed)
	}
	before := clock.Now()
	p, leave, _ := g.enter(context.Background())
	leave()
	if d := clock.Now().Sub(before); d < 10*time.Second {
		t.Errorf("waited %s after a refusal without Retry-After, want one window", d)
	}
	g.refused(p, 503, 0)
	if g.allowed != 10 {
		t.Fatalf("allowed is %d, want 10", g.allowed)
	}
	seen := []int{}
	for g.allowed < 40 {
		p, leave, _ := g.enter(context.Background())
		leave()
		g.ok()
		if n := len(seen); n == 0 || seen[n-1] != g.allowed {
			seen = append(seen, g.allowed)
		}
		_ = p
		if len(seen) > 20 {
			break
		}
	}
	if fmt.Sprint(seen) != "[10 14 18 22 26 30 34 38 40]" {
		t.Errorf("recovery goes %v", seen)
	}
	for range 10 {
		g.refused(pass{epoch: g.epoch}, 429, time.Second)
	}
	if g.allowed != 1 {
		t.Errorf("allowed is %d after many refusals, want 1", g.allowed)
	}
}

func TestGovernorIsFirstComeFirstServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGovernor(newFakeClock(), Rate{}, 1, nil)
		_, leave, _ := g.enter(context.Background())
		var mu sync.Mutex
		var order []int
		ctx, cancel := context.WithCancel(context.Background())
		for i := range 20 {
			go func() {
				c := context.Background()
				if i%5 == 3 { // some give up
					c = ctx
				}
				_, leave, err := g.enter(c)
				if err != nil {
					return
				}
				mu.Lock()
				order = append(order, i)
				mu.Unlock()
				leave()
			}()
			synctest.Wait() // it stands in line
		}
		cancel()
		synctest.Wait()
		leave()
		synctest.Wait()
		if !sort.IntsAreSorted(order) || len(order) != 16 {
			t.Errorf("served in the order %v", order)
		}
	})
}

func TestRealClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c realClock
		start := c.Now()
		if err := c.Sleep(context.Background(), time.Hour); err != nil || c.Now().Sub(start) != time.Hour {
			t.Errorf("slept %s: %v", c.Now().Sub(start), err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := c.Sleep(ctx, time.Hour); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}

func TestGovernorWaitSaysWhyAndHonoursCancel(t *testing.T) {
	clock := newFakeClock()
	var said []string
	g := newGovernor(clock, Rate{1, 10 * time.Second}, 4, func(d time.Duration, reason string) {
		said = append(said, Event{Type: EventWait, Wait: d, Reason: reason}.String())
	})
	p, leave, _ := g.enter(context.Background())
	leave()
	_, leave, _ = g.enter(context.Background())
	leave()
	g.refused(p, 429, 7*time.Second)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := g.enter(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("enter with a dead context: %v", err)
	}
	_, leave, _ = g.enter(context.Background())
	leave()
	want := []string{
		"rate limit of the farm: waiting 11s",
		"the farm refused for its rate limit (429): waiting 7s",
		"rate limit of the farm: waiting 4s",
	}
	if fmt.Sprint(said) != fmt.Sprint(want) {
		t.Errorf("said %q, want %q", said, want)
	}
	if g.waitedSoFar() < 20*time.Second {
		t.Errorf("waited %s in all", g.waitedSoFar())
	}
}

func TestRate(t *testing.T) {
	for _, tc := range []struct {
		in, out string
		bad     bool
	}{
		{in: "50/10s", out: "50/10s"},
		{in: " 5 / 1m ", out: "5/1m0s"},
		{in: "off", out: "off"},
		{in: "OFF", out: "off"},
		{in: "1/500ms", out: "1/500ms"},
		{in: "", bad: true},
		{in: "50", bad: true},
		{in: "0/10s", bad: true},
		{in: "-1/10s", bad: true},
		{in: "50/0s", bad: true},
		{in: "50/-1s", bad: true},
		{in: "50/10", bad: true},
		{in: "x/10s", bad: true},
	} {
		r, err := ParseRate(tc.in)
		if (err != nil) != tc.bad {
			t.Errorf("ParseRate(%q): %v", tc.in, err)
			continue
		}
		if !tc.bad && r.String() != tc.out {
			t.Errorf("ParseRate(%q) = %s, want %s", tc.in, r, tc.out)
		}
		if again, err := ParseRate(r.String()); err != nil || again != r {
			t.Errorf("%s doesn't survive a round trip", r)
		}
	}
}

func TestTimeFor(t *testing.T) {
	for requests, want := range map[int]time.Duration{0: 0, 1: 0, 40: 0, 41: 10250 * time.Millisecond, 220: 51250 * time.Millisecond} {
		if got := (Rate{40, 10 * time.Second}).TimeFor(requests); got != want {
			t.Errorf("%d requests: %s, want %s", requests, got, want)
		}
	}
	if got := (Rate{}).TimeFor(1000); got != 0 {
		t.Errorf("without a limit: %s", got)
	}
}
