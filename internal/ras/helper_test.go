package ras

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// Canaries: nothing that leaves this package may hold them.
const (
	canaryPassword = `c4nary-p"w<d>\ & +`
	canaryToken    = "c4nary-token-"
	canarySecret   = "c4nary  secret/value"
)

// fakeClock moves only when somebody sleeps or a test says so.
type fakeClock struct {
	mu     sync.Mutex
	now    time.Time
	sleeps []time.Duration
}

func newFakeClock() *fakeClock {
	return &fakeClock{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
}

func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *fakeClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func (c *fakeClock) Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	c.sleeps = append(c.sleeps, d)
	return nil
}

func (c *fakeClock) slept() []time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]time.Duration(nil), c.sleeps...)
}

// testFarm answers logon and logoff and hands everything else that carries a
// live token to serve.
type testFarm struct {
	*httptest.Server
	serve http.HandlerFunc

	mu       sync.Mutex
	logons   int
	logoffs  []string
	live     map[string]bool
	requests []string // method and path of everything that came
	logon    http.HandlerFunc
	bad      []string // requests that broke a rule
}

func newTestFarm(t testing.TB, serve http.HandlerFunc) *testFarm {
	t.Helper()
	f := &testFarm{serve: serve, live: make(map[string]bool)}
	f.Server = httptest.NewUnstartedServer(f)
	f.Server.Config.ErrorLog = discardLog()
	f.Server.StartTLS()
	t.Cleanup(f.Server.Close)
	return f
}

func (f *testFarm) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	token := r.Header.Get("auth_token")
	f.mu.Lock()
	f.requests = append(f.requests, r.Method+" "+r.URL.EscapedPath())
	if ct := r.Header.Get("Content-Type"); ct != jsonType && !strings.HasPrefix(ct, "multipart/form-data") {
		f.bad = append(f.bad, r.Method+" "+r.URL.Path+" has content type "+ct)
	}
	logon := f.logon
	f.mu.Unlock()
	switch strings.ToLower(r.URL.Path) {
	case "/api/session/logon":
		if token != "" {
			f.note("logon with a token")
		}
		if logon != nil {
			logon(w, r)
			return
		}
		f.acceptLogon(w, r)
		return
	case "/api/session/logoff":
		f.mu.Lock()
		f.logoffs = append(f.logoffs, token)
		delete(f.live, token)
		f.mu.Unlock()
		fmt.Fprint(w, `"bye"`)
		return
	}
	f.mu.Lock()
	live := f.live[token]
	f.mu.Unlock()
	if !live {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	f.serve(w, r)
}

func (f *testFarm) acceptLogon(w http.ResponseWriter, r *http.Request) {
	var cred map[string]string
	_ = json.NewDecoder(r.Body).Decode(&cred)
	if cred["username"] != "admin" || cred["password"] != canaryPassword {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintf(w, `{"title":"Unauthorized","detail":"no such account or password %s"}`, "x")
		return
	}
	f.mu.Lock()
	f.logons++
	token := fmt.Sprint(canaryToken, f.logons)
	f.live[token] = true
	f.mu.Unlock()
	w.Header().Set("Content-Type", jsonType)
	fmt.Fprintf(w, `{"authToken":%q,"farmGUID":"{AB-1}","farmName":"Main","primaryBrokerConnection":true,"settingsId":42}`, token)
}

func (f *testFarm) note(s string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.bad = append(f.bad, s)
}

func (f *testFarm) expireTokens() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.live = make(map[string]bool)
}

func (f *testFarm) seen() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.requests...)
}

func (f *testFarm) countSeen(want string) (n int) {
	for _, s := range f.seen() {
		if s == want {
			n++
		}
	}
	return n
}

func (f *testFarm) config() Config {
	return Config{
		URL:         f.URL,
		Username:    "admin",
		Password:    func() (string, error) { return canaryPassword, nil },
		Fingerprint: leafFingerprint(f.Server),
		Reads:       []string{"/api/Thing", "/api/Thing/{id}", "/api/PubItems/{id}/Filter"},
		Clock:       newFakeClock(),
	}
}

func (f *testFarm) connect(t testing.TB, change func(*Config)) *Session {
	t.Helper()
	cfg := f.config()
	if change != nil {
		change(&cfg)
	}
	s, err := Connect(context.Background(), cfg)
	if err != nil {
		t.Fatalf("Connect: %v", err)
	}
	t.Cleanup(func() {
		s.Close()
		f.mu.Lock()
		defer f.mu.Unlock()
		for _, b := range f.bad {
			t.Errorf("the farm saw: %s", b)
		}
	})
	return s
}

// asError fails unless err is an *Error of the kind.
func asError(t testing.TB, err error, want Kind) *Error {
	t.Helper()
	e, ok := err.(*Error)
	if !ok {
		t.Fatalf("error is %T (%v), want *Error of kind %s", err, err, want)
	}
	if e.Kind != want {
		t.Fatalf("kind is %s (%v), want %s", e.Kind, e, want)
	}
	if e.Hint() == "" {
		t.Errorf("no hint for %s", e.Kind)
	}
	return e
}

// hijack takes the connection from the server, writes raw and cuts it.
func hijack(t testing.TB, w http.ResponseWriter, raw string) {
	c, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		t.Errorf("hijack: %v", err)
		return
	}
	_, _ = io.WriteString(c, raw)
	c.Close()
}

func discardLog() *log.Logger { return log.New(io.Discard, "", 0) }
