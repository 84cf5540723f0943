package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"rassync/internal/app"
	"rassync/internal/ras"
	"rassync/internal/render"
)

// quietFor is how long a log is left alone between two lines of progress: a
// farm that serves few requests is read for minutes.
const quietFor = 30 * time.Second

// reading shows how far the reading of a farm has come: on a terminal on one
// line that is written over, in a log with a line now and then. Reads come in
// from several goroutines.
type reading struct {
	mu     sync.Mutex
	w      io.Writer // nil: nobody looks
	over   bool      // the line is written over
	now    func() time.Time
	rate   ras.Rate
	events *eventStream

	begun, said   time.Time
	done, of      int // reads
	objects, used int
	waits         time.Time // until when the farm's rate limit makes us wait
}

// reading begins to show progress; its done takes the line away.
func (c *call) reading(conn app.Connection) *reading {
	r := &reading{over: c.overwrites(), now: c.Now, events: c.events}
	if !c.quiet && !c.Debug {
		r.w = c.Err
	}
	// A rate that cannot be read was refused when the session began.
	r.rate, _ = c.RateOf(conn)
	r.begun = r.now()
	r.said = r.begun
	c.Waits, c.progress = r.waiting, r
	return r
}

// listed notes a list that came in.
func (r *reading) listed(kind, site string, objects int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.objects += objects
	r.events.send(event{Type: "read", Kind: kind, Site: site, Objects: number(objects), Done: number(r.done), Of: r.of})
}

// steps notes how many reads are done, of how many that are known.
func (r *reading) steps(done, of int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if of > r.of {
		left := r.left(r.now(), done, of)
		r.events.send(event{Type: "reading", Reads: of, Seconds: left.Seconds()})
	}
	r.done, r.of = done, of
	r.show()
}

// waiting notes that the rate limit makes us wait. It tells whether that was
// shown.
func (r *reading) waiting(d time.Duration, reason string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events.send(event{Type: "wait", Seconds: d.Seconds(), Message: reason})
	if r.of == 0 {
		return false // nothing is being read yet: the wait is all there is to say
	}
	r.waits = r.now().Add(d)
	r.show()
	return true
}

// show writes the line, if it is time for one. The caller holds the lock.
func (r *reading) show() {
	now := r.now()
	if r.w == nil || !r.over && now.Sub(r.said) < quietFor {
		return
	}
	r.said = now
	line := fmt.Sprintf("reading the farm: %d of %s, %s", r.done, plural(r.of, "read", "reads"), plural(r.objects, "object", "objects"))
	if left := r.left(now, r.done, r.of); left > 0 {
		line += ", about " + roughly(left) + " left"
	}
	if wait := r.waits.Sub(now); wait >= time.Second {
		line += fmt.Sprintf(" (rate limit: waiting %ds)", int(wait.Seconds()))
	}
	if !r.over {
		fmt.Fprintf(r.w, "rassync: %s\n", line)
		return
	}
	fmt.Fprintf(r.w, "\r%s%s", line, strings.Repeat(" ", max(0, r.used-render.Cells(line))))
	r.used = render.Cells(line)
}

// left estimates how long the rest takes: by the pace so far, once there is
// one, but no faster than the rate lets requests through.
func (r *reading) left(now time.Time, done, of int) time.Duration {
	rest := of - done
	if rest <= 0 {
		return 0
	}
	var byRate time.Duration
	if r.rate.Requests > 0 {
		// The first window is there at once.
		if beyond := of - r.rate.Requests; beyond > 0 {
			byRate = time.Duration(min(rest, beyond)) * r.rate.Window / time.Duration(r.rate.Requests)
		}
	}
	var byPace time.Duration
	if took := now.Sub(r.begun); done > 0 && took > 5*time.Second {
		byPace = took * time.Duration(rest) / time.Duration(done)
	}
	return max(byRate, byPace)
}

// roughly is a length of time for people.
func roughly(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return "10s"
	case d < 2*time.Minute:
		return fmt.Sprintf("%ds", int(d.Round(10*time.Second).Seconds()))
	}
	return fmt.Sprintf("%dm", int(d.Round(time.Minute).Minutes()))
}

// clear takes the line away, so that something else can be said.
func (r *reading) clear() {
	if r.used == 0 {
		return
	}
	fmt.Fprintf(r.w, "\r%s\r", strings.Repeat(" ", r.used))
	r.used = 0
}

// aside makes room for something else that is said. The nil reading has no line.
func (r *reading) aside() {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.clear()
}

// end stops showing progress.
func (r *reading) end(c *call) {
	c.Waits, c.progress = nil, nil
	r.mu.Lock()
	defer r.mu.Unlock()
	r.clear()
}
