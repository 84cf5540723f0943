package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"rassync/internal/app"
	"rassync/internal/ras"
)

// TestProgressInALog: a log gets a line now and then, with what is left and about how
// long it takes, and none for each wait.
func TestProgressInALog(t *testing.T) {
	var out bytes.Buffer
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	c := &call{App: &app.App{Env: &app.Env{Err: &out, Now: func() time.Time { return now }}}}
	r := c.reading(app.Connection{Rate: "40/10s"})
	r.steps(0, 400)
	for i := range 400 {
		now = now.Add(250 * time.Millisecond)
		r.steps(i+1, 400)
		if i%40 == 0 && !r.waiting(10*time.Second, "rate limit of the farm") {
			t.Fatal("a wait is said by itself")
		}
	}
	r.end(c)
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 3 {
		t.Errorf("%d lines in 100 seconds:\n%s", len(lines), out.String())
	}
	if !strings.HasPrefix(lines[0], "rassync: reading the farm: 120 of 400 reads, 0 objects, about 70s left") {
		t.Errorf("the first line is %q", lines[0])
	}
	if c.Waits != nil || c.progress != nil {
		t.Error("the next wait would be shown on a line that is gone")
	}
}

// TestProgressOnATerminal: one line is written over, and makes room for what else is said.
func TestProgressOnATerminal(t *testing.T) {
	var out bytes.Buffer
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	c := &call{App: &app.App{Env: &app.Env{Err: &out, ErrTerminal: true, Now: func() time.Time { return now }}}}
	r := c.reading(app.Connection{Rate: "off"})
	r.steps(1, 3)
	r.listed("Site", "", 2)
	r.steps(2, 3)
	c.say(app.Message{Text: "something else"})
	r.end(c)
	if s := out.String(); strings.Contains(s, "reading the farm: 2 of 3 reads, 2 objects\n") || strings.Count(s, "\n") != 1 || !strings.Contains(s, "\rrassync: something else\n") {
		t.Errorf("%q", s)
	}
}

// TestTimeLeft: no faster than the rate lets requests through, and by the pace once
// there is one.
func TestTimeLeft(t *testing.T) {
	begun := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	for name, tt := range map[string]struct {
		rate     string
		after    time.Duration
		done, of int
		want     time.Duration
	}{
		"the first window is there at once": {"40/10s", 0, 0, 40, 0},
		"beyond it the rate counts":         {"40/10s", 0, 0, 240, 50 * time.Second},
		"a slow farm":                       {"40/10s", time.Minute, 60, 120, time.Minute},
		"without a limit":                   {"off", time.Second, 1, 1000, 0},
		"done":                              {"40/10s", time.Minute, 120, 120, 0},
	} {
		rate, err := ras.ParseRate(tt.rate)
		if err != nil {
			t.Fatal(err)
		}
		r := &reading{rate: rate, begun: begun}
		if got := r.left(begun.Add(tt.after), tt.done, tt.of); got != tt.want {
			t.Errorf("%s: %s instead of %s", name, got, tt.want)
		}
	}
}
