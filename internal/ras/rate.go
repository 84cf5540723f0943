package ras

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Rate is a number of requests per window. The zero Rate means no limit.
// Protocol notes: v21 serves 50 requests per 10 seconds by default, to all of
// its clients together.
type Rate struct {
	Requests int
	Window   time.Duration
}

// ParseRate reads "50/10s" (requests, slash, a Go duration) or "off".
func ParseRate(s string) (Rate, error) {
	s = strings.TrimSpace(s)
	if strings.EqualFold(s, "off") {
		return Rate{}, nil
	}
	n, w, ok := strings.Cut(s, "/")
	if !ok {
		return Rate{}, fmt.Errorf("rate %q: want requests/window as in \"50/10s\", or \"off\"", s)
	}
	requests, err := strconv.Atoi(strings.TrimSpace(n))
	if err != nil || requests < 1 {
		return Rate{}, fmt.Errorf("rate %q: %q is not a number of requests (1 or more)", s, n)
	}
	window, err := time.ParseDuration(strings.TrimSpace(w))
	if err != nil || window <= 0 {
		return Rate{}, fmt.Errorf("rate %q: %q is not a length of time (as in 10s or 1m)", s, w)
	}
	return Rate{Requests: requests, Window: window}, nil
}

// String returns the form that ParseRate reads.
func (r Rate) String() string {
	if r.Requests <= 0 {
		return "off"
	}
	return fmt.Sprintf("%d/%s", r.Requests, r.Window)
}

// slack is added to the window: requests don't all travel equally fast.
func (r Rate) slack() time.Duration { return min(r.Window/20, 250*time.Millisecond) }

// TimeFor is the least time that so many requests take when nobody else uses
// the farm: a window's worth goes at once, the next when that window is over.
func (r Rate) TimeFor(requests int) time.Duration {
	if r.Requests <= 0 || requests <= 0 {
		return 0
	}
	return time.Duration((requests-1)/r.Requests) * (r.Window + r.slack())
}
