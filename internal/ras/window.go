package ras

import (
	"slices"
	"time"
)

// WindowState is what the sessions of one machine know together of a farm's
// rate window.
type WindowState struct {
	// Sent are the times of the requests that still count, in ascending order.
	Sent []time.Time
	// Allowed is what refusals have taught, in requests per window; 0 for
	// nothing. Changed is when they did.
	Allowed int
	Changed time.Time
	// BlockedUntil is when the farm serves again after a refusal.
	BlockedUntil time.Time
}

// SharedWindow keeps the state of a farm's window for all sessions that talk to
// it: processes that run one after the other, or at the same time, would each
// begin with an empty window and overrun the farm's.
type SharedWindow interface {
	// Update reads the state, changes it and writes it, while no other session
	// does. An error leaves the session with a window of its own.
	Update(change func(*WindowState)) error
}

const (
	// windowMemory is how long a time counts at most, whatever the windows of
	// the sessions that share it.
	windowMemory = 2 * time.Minute
	// windowMost bounds the state; more requests than this within
	// windowMemory come only from sessions without a limit.
	windowMost = 4096
	// lessonMemory is how long a lower rate that refusals have taught is kept.
	lessonMemory = 15 * time.Minute
)

// share does something with the governor's state as all sessions know it; mu
// is held. Without a shared window, or when it fails, the own state is all.
func (g *governor) share(now time.Time, do func()) {
	if g.shared == nil {
		do()
		return
	}
	err := g.shared.Update(func(st *WindowState) {
		g.adopt(st, now)
		do()
		g.publish(st, now)
	})
	if err != nil {
		g.shared = nil
		do()
	}
}

// adopt takes over what other sessions have sent and learnt.
func (g *governor) adopt(st *WindowState, now time.Time) {
	counts := func(t time.Time) bool { return !t.After(now) && now.Sub(t) < windowMemory }
	g.sent = g.sent[:0]
	for _, t := range st.Sent {
		if counts(t) {
			g.sent = append(g.sent, t)
		}
	}
	slices.SortFunc(g.sent, time.Time.Compare)
	if st.Allowed > 0 && st.Allowed < g.allowed && st.Changed.Sub(now) <= g.longestWait() && now.Sub(st.Changed) < lessonMemory && g.epoch == 0 {
		g.allowed, g.changed = st.Allowed, st.Changed
	}
	if until := st.BlockedUntil; until.After(g.blockedUntil) && until.Sub(now) <= g.longestWait() {
		g.blockedUntil, g.blockReason = until, "the farm refused another session"
	}
}

// publish hands on what this session knows.
func (g *governor) publish(st *WindowState, now time.Time) {
	from := max(0, len(g.sent)-windowMost)
	st.Sent = append(st.Sent[:0], g.sent[from:]...)
	st.Allowed, st.Changed = 0, time.Time{}
	if g.allowed < g.rate.Requests {
		st.Allowed, st.Changed = g.allowed, g.changed
	}
	if g.blockedUntil.After(now) {
		st.BlockedUntil = g.blockedUntil
	}
}
