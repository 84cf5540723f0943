package policy

import (
	"fmt"
	"time"

	"rassync/internal/model"
)

// Open tells whether the period holds at a moment, and until when. A period
// that could not be read holds never.
func (p *Period) Open(now time.Time) (until time.Time, open bool) {
	if p.starts == nil {
		return p.Until, !p.From.IsZero() && !now.Before(p.From) && now.Before(p.Until)
	}
	// It holds if it has begun within its length. Next gives what comes after a
	// moment, so that a start exactly its length ago has ended.
	start := p.starts.Next(now.Add(-p.For))
	if start.IsZero() || start.After(now) {
		return time.Time{}, false
	}
	return start.Add(p.For), true
}

// Next is when the period begins next; the zero time if it does not.
func (p *Period) Next(now time.Time) time.Time {
	if p.starts == nil {
		if now.Before(p.From) {
			return p.From
		}
		return time.Time{}
	}
	return p.starts.Next(now)
}

// Closed says why objects may not be changed at a moment: a freeze, or no
// window that is open. "" means they may.
func (c *Calendar) Closed(now time.Time, a model.Address) string {
	for i := range c.Freezes {
		f := &c.Freezes[i]
		if !f.About(a) {
			continue
		}
		if until, frozen := f.Open(now); frozen {
			return fmt.Sprintf("freeze %q until %s (%s)", f.Name, until.In(f.Zone).Format("2006-01-02 15:04 MST"), f.Source)
		}
	}
	var shut *Period
	var next time.Time
	for i := range c.Windows {
		w := &c.Windows[i]
		if !w.About(a) {
			continue
		}
		if _, open := w.Open(now); open {
			return ""
		}
		if at := w.Next(now); shut == nil || !at.IsZero() && at.Before(next) {
			shut, next = w, at
		}
	}
	if shut == nil {
		return ""
	}
	when := "never again"
	if !next.IsZero() {
		when = next.In(shut.Zone).Format("2006-01-02 15:04 MST")
	}
	return fmt.Sprintf("no change window is open; window %q opens %s (%s)", shut.Name, when, shut.Source)
}
