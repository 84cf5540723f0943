package main

import (
	"context"
	"fmt"
	"time"

	"rassync/internal/app"
)

// with connects to the folder's farm for the time of do. The session is
// logged off in every case.
func (c *call) with(ctx context.Context, conn app.Connection, f *app.Folder, do func(*app.Session) error) error {
	conn.Policy = f.Policy
	s, err := c.Connect(ctx, conn, f.Farm, f.Dir)
	if err != nil {
		return err
	}
	farm := s.Farm()
	c.events.send(event{Type: "connected", Farm: &eventFarm{s.URL, farm.GUID, farm.Name}})
	defer func() { // after a crash too
		if cerr := s.Close(); cerr != nil {
			c.Notice("logging off: %v", cerr)
		}
		c.stats(s)
	}()
	return do(s)
}

// stats tells what a session cost.
func (c *call) stats(s *app.Session) {
	c.events.send(event{Type: "session", sessionCost: costOf(s)})
	st := s.Stats()
	text := fmt.Sprintf("%d requests (%d writes), %s waited, %d repeated", st.Requests, st.Writes, st.Waited.Round(100*time.Millisecond), st.Retries)
	if st.Throttled > 0 {
		text += fmt.Sprintf(", %d refused by the farm's rate limit", st.Throttled)
	}
	c.Notice("%s", text)
}

// sessionCost is what a session cost, in JSON results.
type sessionCost struct {
	Requests  int     `json:"requests"` // with logon, without the logoff that is still to come
	Writes    int     `json:"writes"`
	Repeated  int     `json:"repeated"`
	Throttled int     `json:"throttled"`
	Waited    float64 `json:"waitedSeconds"`
}

func costOf(s *app.Session) *sessionCost {
	st := s.Stats()
	return &sessionCost{Requests: st.Requests, Writes: st.Writes, Repeated: st.Retries, Throttled: st.Throttled, Waited: st.Waited.Round(100 * time.Millisecond).Seconds()}
}
