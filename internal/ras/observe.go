package ras

import (
	"fmt"
	"time"
)

// EventType says what an Event tells.
type EventType int

// The types of events.
const (
	EventRequest EventType = iota + 1 // one attempt is over, whatever came of it
	EventWait                         // a wait of more than a second begins
)

// Event is one thing that happened on the wire. It holds no secret.
type Event struct {
	Type EventType
	Time time.Time // by the session's clock; of a request: when it was sent

	// Of a request.
	Method   string
	Path     string // percent-encoded, as sent
	Query    string // encoded, with secrets masked
	Attempt  int    // from 1
	Status   int    // 0 when no answer came
	Duration time.Duration
	Sent     int64 // bytes of the request's body
	Received int64 // bytes of the answer's body, decompressed
	Err      error // of this attempt; nil when the farm answered and it was read whole

	// With Config.DebugBodies: the bodies, secrets masked; what isn't JSON is
	// described only.
	RequestBody  string
	ResponseBody string

	// Of a wait.
	Wait   time.Duration
	Reason string
}

// String is a line fit for a log.
func (e Event) String() string {
	if e.Type == EventWait {
		return fmt.Sprintf("%s: waiting %s", e.Reason, roundWait(e.Wait))
	}
	path := e.Path
	if e.Query != "" {
		path += "?" + e.Query
	}
	result := fmt.Sprint(e.Status)
	if e.Status == 0 {
		result = "no answer"
	}
	s := fmt.Sprintf("%s %s: %s in %s, %d bytes", e.Method, path, result, e.Duration.Round(time.Millisecond), e.Received)
	if e.Attempt > 1 {
		s += fmt.Sprintf(", attempt %d", e.Attempt)
	}
	if e.Err != nil {
		s += fmt.Sprintf(": %v", e.Err)
	}
	return s
}

// roundWait rounds up to whole seconds: "waiting 0s" would be odd.
func roundWait(d time.Duration) time.Duration {
	return (d + time.Second - 1).Truncate(time.Second)
}

func (s *Session) observe(e Event) {
	if s.cfg.Observe == nil {
		return
	}
	s.observing.Lock()
	defer s.observing.Unlock()
	s.cfg.Observe(e)
}

func (s *Session) announceWait(d time.Duration, reason string) {
	s.observe(Event{Type: EventWait, Time: s.clock.Now(), Wait: d, Reason: reason})
}
