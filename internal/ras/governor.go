package ras

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

// defaultWindow is what a refusal without Retry-After costs when no rate is
// configured. Protocol notes: the window of v21 is 10 seconds by default.
const defaultWindow = 10 * time.Second

// governor decides when a request may be sent.
//
// It keeps the times of the requests that were sent, not a bucket that
// refills: the farm counts in windows of its own whose start nobody knows, and
// a bucket lets a full burst and its refill fall into one of them. If no
// sliding window holds more than the allowed number, no window of the farm's
// does either.
//
// Requests are let through first come, first served. At most a set number are
// under way at a time.
type governor struct {
	clock    Clock
	rate     Rate
	slack    time.Duration                           // added to the window
	announce func(wait time.Duration, reason string) // before a wait; never called under mu

	line *semaphore.Weighted // of one: who holds it is the next to go
	room *semaphore.Weighted // of Parallel

	mu           sync.Mutex
	shared       SharedWindow // nil: nobody else is known to talk to the farm
	sent         []time.Time  // ascending, those that still count
	allowed      int          // requests per window now; at most rate.Requests
	epoch        int          // grows with each shrinking, so that one burst of refusals shrinks once
	blockedUntil time.Time    // after a refusal
	blockReason  string
	changed      time.Time // when allowed last changed
	served       int       // answers that weren't refusals since then
	waited       time.Duration
}

// keepTo has the governor keep to another rate from now on.
func (g *governor) keepTo(r Rate) {
	g.mu.Lock()
	defer g.mu.Unlock()
	learnt := g.allowed < g.rate.Requests // refusals have taught a lower one
	g.rate, g.slack = r, r.slack()
	if !learnt || g.allowed > r.Requests {
		g.allowed = r.Requests
	}
}

// pass is the right to send one request.
type pass struct {
	at    time.Time
	epoch int
}

func newGovernor(clock Clock, rate Rate, parallel int, announce func(time.Duration, string)) *governor {
	g := &governor{
		clock:    clock,
		rate:     rate,
		allowed:  rate.Requests,
		announce: announce,
		line:     semaphore.NewWeighted(1),
		room:     semaphore.NewWeighted(int64(parallel)),
		changed:  clock.Now(),
	}
	if rate.Requests > 0 {
		g.slack = rate.slack()
	}
	return g
}

// enter waits in line until a request may be sent. leave must be called when
// its answer is in.
func (g *governor) enter(ctx context.Context) (p pass, leave func(), err error) {
	if err := g.line.Acquire(ctx, 1); err != nil {
		return pass{}, nil, err
	}
	defer g.line.Release(1)
	if err := g.room.Acquire(ctx, 1); err != nil {
		return pass{}, nil, err
	}
	p, err = g.wait(ctx)
	if err != nil {
		g.room.Release(1)
		return pass{}, nil, err
	}
	return p, func() { g.room.Release(1) }, nil
}

// wait is enter without the line, for the logon: those in line wait for it.
func (g *governor) wait(ctx context.Context) (pass, error) {
	for {
		if err := ctx.Err(); err != nil {
			return pass{}, err
		}
		p, d, reason := g.try()
		if d <= 0 {
			return p, nil
		}
		if err := g.pause(ctx, d, reason); err != nil {
			return pass{}, err
		}
	}
}

// pause waits, says so when it is long enough to be wondered at, and counts.
func (g *governor) pause(ctx context.Context, d time.Duration, reason string) error {
	if d > time.Second && g.announce != nil {
		g.announce(d, reason)
	}
	start := g.clock.Now()
	err := g.clock.Sleep(ctx, d)
	spent := g.clock.Now().Sub(start)
	g.mu.Lock()
	g.waited += spent
	g.mu.Unlock()
	return err
}

// try lets the request pass and records it, or returns how long to wait.
func (g *governor) try() (pass, time.Duration, string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.clock.Now()
	if g.rate.Requests <= 0 {
		if d := g.blockedUntil.Sub(now); d > 0 {
			return pass{}, d, g.blockReason
		}
		return pass{at: now, epoch: g.epoch}, 0, ""
	}
	var d time.Duration
	var reason string
	g.share(now, func() {
		if d = g.blockedUntil.Sub(now); d > 0 {
			reason = g.blockReason
			return
		}
		g.regain(now)
		g.forget(now)
		if n := g.counting(now); n >= g.allowed {
			free := g.sent[len(g.sent)-g.allowed].Add(g.rate.Window + g.slack)
			if d = free.Sub(now); d > 0 {
				reason = "rate limit of the farm"
				return
			}
		}
		g.sent = append(g.sent, now)
	})
	if d > 0 {
		return pass{}, d, reason
	}
	return pass{at: now, epoch: g.epoch}, 0, ""
}

// counting is how many requests the window that ends now holds.
func (g *governor) counting(now time.Time) int {
	n := 0
	for i := len(g.sent) - 1; i >= 0 && now.Sub(g.sent[i]) < g.rate.Window+g.slack; i-- {
		n++
	}
	return n
}

// forget drops the times that no window reaches any more.
func (g *governor) forget(now time.Time) {
	i := 0
	keep := g.rate.Window + g.slack
	if g.shared != nil {
		keep = max(keep, windowMemory) // another session's window may be longer
	}
	for i < len(g.sent) && now.Sub(g.sent[i]) >= keep {
		i++
	}
	if i > 0 {
		g.sent = append(g.sent[:0], g.sent[i:]...)
	}
}

// regain takes back a tenth of the configured rate for each whole window in
// which requests were served and none was refused.
func (g *governor) regain(now time.Time) {
	if g.allowed >= g.rate.Requests || g.served == 0 || now.Sub(g.changed) < g.rate.Window {
		return
	}
	g.allowed = min(g.rate.Requests, g.allowed+max(1, g.rate.Requests/10))
	g.changed, g.served = now, 0
}

// note records a request that was sent without asking: the logoff, which
// doesn't wait, and a repetition that the HTTP transport made by itself.
func (g *governor) note() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.rate.Requests <= 0 {
		return
	}
	now := g.clock.Now()
	g.share(now, func() { g.sent = append(g.sent, now) })
}

// giveBack undoes a pass that wasn't used.
func (g *governor) giveBack(p pass) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.share(g.clock.Now(), func() {
		for i := len(g.sent) - 1; i >= 0; i-- {
			if g.sent[i].Equal(p.at) {
				g.sent = append(g.sent[:i], g.sent[i+1:]...)
				return
			}
		}
	})
}

// ok records that the farm served a request.
func (g *governor) ok() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.served++
}

// refused records a 429 or 503: nothing is sent for as long as the farm asked
// (wait; one window when it didn't say), and half as much afterwards.
func (g *governor) refused(p pass, status int, wait time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.clock.Now()
	if wait <= 0 {
		wait = g.window()
	}
	wait = min(wait, g.longestWait())
	if until := now.Add(wait); until.After(g.blockedUntil) {
		g.blockedUntil = until
		g.blockReason = fmt.Sprintf("the farm refused (%d)", status)
		if status == 429 {
			g.blockReason = "the farm refused for its rate limit (429)"
		}
	}
	// Requests that were under way when the first of them was refused say
	// nothing new.
	if p.epoch == g.epoch && g.rate.Requests > 0 {
		g.allowed = max(1, g.allowed/2)
		g.epoch++
	}
	g.changed, g.served = g.blockedUntil, 0
	g.share(now, func() {})
}

func (g *governor) window() time.Duration {
	if g.rate.Requests > 0 {
		return g.rate.Window
	}
	return defaultWindow
}

// longestWait bounds what a single Retry-After can cost; a farm that asks for
// more is reported instead of waited for.
func (g *governor) longestWait() time.Duration {
	return max(maxThrottled*g.window(), 2*time.Minute)
}

func (g *governor) waitedSoFar() time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.waited
}
