package ras

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"sync"
	"testing"
	"time"
)

func TestCloseLogsOff(t *testing.T) {
	f := newTestFarm(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `[]`) })
	s := f.connect(t, func(c *Config) { c.Rate = Rate{2, time.Hour} })
	if _, err := s.Reader().Get(context.Background(), "/api/Thing", nil); err != nil {
		t.Fatal(err)
	}
	slept := len(s.clock.(*fakeClock).slept())
	for range 3 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if len(f.logoffs) != 1 || f.logoffs[0] != canaryToken+"1" {
		t.Errorf("logged off %q", f.logoffs)
	}
	if n := len(s.clock.(*fakeClock).slept()); n != slept {
		t.Error("logoff waited for the rate limit")
	}
	if _, err := s.Reader().Get(context.Background(), "/api/Thing", nil); err == nil {
		t.Error("a closed session reads")
	}
	_, err := s.Writer().Send(context.Background(), Request{Method: "POST", Path: "/api/Thing"})
	if e := asError(t, err, KindInvalid); e.MaybeDone {
		t.Error(e)
	}
	if n := len(f.seen()); n != 3 {
		t.Errorf("%d requests: %v", n, f.seen())
	}
}

func TestCloseLogsOffThoughAllElseIsCanceled(t *testing.T) {
	started := make(chan struct{})
	f := newTestFarm(t, func(w http.ResponseWriter, r *http.Request) {
		close(started)
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(context.Background())
	s, err := Connect(ctx, f.config())
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() {
		_, err := s.Reader().Get(ctx, "/api/Thing", nil)
		done <- err
	}()
	<-started
	cancel()
	asError(t, <-done, KindCanceled)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if len(f.logoffs) != 1 {
		t.Errorf("logged off %q", f.logoffs)
	}
}

func TestCloseDoesNotHang(t *testing.T) {
	release := make(chan struct{})
	mux := http.NewServeMux()
	f := newTestFarm(t, nil)
	mux.HandleFunc("/api/Session/logoff", func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	mux.Handle("/", f)
	f.Config.Handler = mux
	s, err := Connect(context.Background(), f.config())
	if err != nil {
		t.Fatal(err)
	}
	s.logoffTimeout = 30 * time.Millisecond
	if err := s.Close(); err == nil { // comes back although the farm answers only afterwards
		t.Error("a logoff without answer is a success")
	}
	close(release)
}

func TestCloseWaitsForALogonUnderWay(t *testing.T) {
	f := newTestFarm(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `[]`) })
	s := f.connect(t, nil)
	f.expireTokens()
	entered, release := make(chan struct{}), make(chan struct{})
	f.mu.Lock()
	f.logon = func(w http.ResponseWriter, r *http.Request) {
		close(entered)
		<-release
		f.acceptLogon(w, r)
	}
	f.mu.Unlock()
	var wg sync.WaitGroup
	wg.Go(func() { s.Reader().Get(context.Background(), "/api/Thing", nil) })
	<-entered
	wg.Go(func() { s.Close() })
	for closing := false; !closing; runtime.Gosched() { // Close has seen the logon
		s.mu.Lock()
		closing = s.closed
		s.mu.Unlock()
	}
	close(release)
	wg.Wait()
	if len(f.live) != 0 || len(f.logoffs) != 2 {
		t.Errorf("left on the farm: %v; logged off: %q", f.live, f.logoffs)
	}
}

func TestDeadSessionIsNoErrorOfClose(t *testing.T) {
	for status, bad := range map[int]bool{401: false, 200: false, 204: false, 500: true, 429: true, 302: true} {
		f := newTestFarm(t, nil)
		mux := http.NewServeMux()
		mux.HandleFunc("/api/Session/logoff", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(status) })
		mux.Handle("/", f)
		f.Config.Handler = mux
		s := f.connect(t, nil)
		if err := s.Close(); (err != nil) != bad {
			t.Errorf("%d: %v", status, err)
		}
	}
}

func TestTheWholeSessionKeepsTheRate(t *testing.T) {
	clock := newFakeClock()
	var mu sync.Mutex
	var times []time.Time
	f := newTestFarm(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusBadGateway) // every read is repeated
	})
	s := f.connect(t, func(c *Config) {
		c.Clock = clock
		c.Rate = Rate{3, 10 * time.Second}
		c.Observe = func(e Event) {
			if e.Type == EventRequest {
				mu.Lock()
				times = append(times, e.Time)
				mu.Unlock()
			}
		}
	})
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() { s.Reader().Get(context.Background(), "/api/Thing", nil) })
	}
	wg.Wait()
	st := s.Stats()
	if st.Requests != 41 || st.Reads != 40 || st.Retries != 30 || st.Waited == 0 {
		t.Errorf("stats are %+v", st)
	}
	// Other goroutines move the clock between a pass and the event: what
	// counts is that the log of the governor, which the event follows, holds.
	if d := clock.Now().Sub(times[0]); d < 130*time.Second {
		t.Errorf("41 requests at 3/10s within %s", d)
	}
}
