package ras

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestLogonAnswers(t *testing.T) {
	yes, no := true, false
	for _, tc := range []struct {
		name, body string
		want       FarmIdentity
		kind       Kind
	}{
		{"v17", `{"authToken":"t-1"}`, FarmIdentity{}, KindNone},
		{"second spelling", `{"AuthToken":"t-1"}`, FarmIdentity{}, KindNone},
		{"byte order mark", "\xef\xbb\xbf" + `{"authtoken":"t-1"}`, FarmIdentity{}, KindNone},
		{"v21", `{"authToken":"t-1","localAuth":false,"userId":7,"applySettingsEnabled":true,"connectedSiteId":1,
			"settingsId":99,"sessionId":12,"connectedServer":"rb1","licensingServer":"rb0","primaryBrokerConnection":false,
			"licensingServerConnection":true,"domain":"CORP","farmName":"Main","farmGUID":"{A}"}`,
			FarmIdentity{GUID: "{A}", Name: "Main", Domain: "CORP", ConnectedServer: "rb1", LicensingServer: "rb0",
				PrimaryBroker: &no, LicensingConnection: &yes, ApplySettingsEnabled: &yes,
				SettingsID: 99, UserID: 7, ConnectedSiteID: 1, SessionID: 12}, KindNone},
		{"loose", `{"AUTHTOKEN":12345,"UserId":"7","settingsid":9.0,"primaryBrokerConnection":"True","farmName":null,
			"domain":{"x":1},"applySettingsEnabled":"maybe","sessionId":"{guid}","new":[1]}`,
			FarmIdentity{UserID: 7, SettingsID: 9, PrimaryBroker: &yes}, KindNone},
		{"no token", `{"farmName":"Main"}`, FarmIdentity{}, KindAuth},
		{"empty token", `{"authToken":""}`, FarmIdentity{}, KindAuth},
		{"token that can't be a header", `{"authToken":"a\r\nX: y"}`, FarmIdentity{}, KindAuth},
		{"not an object", `["t-1"]`, FarmIdentity{}, KindAuth},
		{"a page", `<html><body>Sign in</body></html>`, FarmIdentity{}, KindNotJSON},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newTestFarm(t, nil)
			f.logon = func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, tc.body) }
			s, err := Connect(context.Background(), f.config())
			if tc.kind != KindNone {
				asError(t, err, tc.kind)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if got, want := show(s.Farm()), show(tc.want); got != want {
				t.Errorf("farm is %s\nwant    %s", got, want)
			}
			if st := s.Stats(); st.Logons != 1 || st.Requests != 1 || st.Reads != 0 || st.Writes != 0 {
				t.Errorf("stats are %+v", st)
			}
		})
	}
}

func show(f FarmIdentity) string {
	b := func(p *bool) string {
		if p == nil {
			return "nil"
		}
		return fmt.Sprint(*p)
	}
	return fmt.Sprintln(f.GUID, f.Name, f.Domain, f.ConnectedServer, f.LicensingServer, b(f.PrimaryBroker),
		b(f.LicensingConnection), b(f.ApplySettingsEnabled), f.SettingsID, f.UserID, f.ConnectedSiteID, f.SessionID)
}

func TestLogonRefused(t *testing.T) {
	for _, tc := range []struct {
		status int
		body   string
		kind   Kind
		tries  int
	}{
		{401, `{"title":"Unauthorized","detail":"bad account"}`, KindAuth, 1},
		{403, ``, KindAuth, 1},
		{400, `{"code":5,"msg":"invalid login or password"}`, KindAuth, 1},
		{404, ``, KindNotFound, 1},
		{302, ``, KindRedirect, 1},
		{500, ``, KindServer, 1},
		{502, ``, KindServer, 4},
		{429, ``, KindThrottled, 11},
		{503, ``, KindThrottled, 11},
	} {
		t.Run(fmt.Sprint(tc.status), func(t *testing.T) {
			f := newTestFarm(t, nil)
			f.logon = func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Location", "https://elsewhere.invalid/login?password=x")
				w.WriteHeader(tc.status)
				fmt.Fprint(w, tc.body)
			}
			_, err := Connect(context.Background(), f.config())
			e := asError(t, err, tc.kind)
			if n := f.countSeen("POST /api/Session/logon"); n != tc.tries {
				t.Errorf("%d logons, want %d", n, tc.tries)
			}
			if e.MaybeDone {
				t.Error("a logon is no write")
			}
			if strings.Contains(err.Error(), "password=x") {
				t.Errorf("the query of a redirect is shown: %v", err)
			}
		})
	}
}

func TestConnectRefusesNonsense(t *testing.T) {
	good := Config{URL: "farm", Username: "admin", Password: func() (string, error) { return "x", nil }}
	for name, change := range map[string]func(*Config){
		"no address":      func(c *Config) { c.URL = "" },
		"user in address": func(c *Config) { c.URL = "https://u:s3cr3t@farm" },
		"bad port":        func(c *Config) { c.URL = "https://u:s3cr3t@farm:x" },
		"path":            func(c *Config) { c.URL = "https://farm/portal" },
		"query":           func(c *Config) { c.URL = "https://farm?x=y" },
		"ftp":             func(c *Config) { c.URL = "ftp://farm" },
		"plain http":      func(c *Config) { c.URL = "http://farm:20080" },
		"no user":         func(c *Config) { c.Username = "" },
		"long user":       func(c *Config) { c.Username = strings.Repeat("x", 256) },
		"no password":     func(c *Config) { c.Password = nil },
		"empty password":  func(c *Config) { c.Password = func() (string, error) { return "", nil } },
		"no window":       func(c *Config) { c.Rate = Rate{Requests: 5} },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := good
			change(&cfg)
			_, err := Connect(context.Background(), cfg)
			asError(t, err, KindInvalid)
			if strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("the error shows the password: %v", err)
			}
		})
	}
	cfg := good
	boom := errors.New("no terminal")
	cfg.Password = func() (string, error) { return "", boom }
	_, err := Connect(context.Background(), cfg)
	if e := asError(t, err, KindInvalid); !errors.Is(e, boom) {
		t.Errorf("cause is lost: %v", err)
	}
}

func TestBaseURL(t *testing.T) {
	for in, want := range map[string]string{
		"farm":                    "https://farm:20443",
		"farm:444":                "https://farm:444",
		"https://farm":            "https://farm",
		"https://farm:20443/":     "https://farm:20443",
		"https://farm:20443/api/": "https://farm:20443",
		"HTTPS://farm":            "https://farm",
		"10.0.0.1":                "https://10.0.0.1:20443",
		"fe80::1":                 "https://[fe80::1]:20443",
		"[::1]:444":               "https://[::1]:444",
		"http://localhost:20080":  "http://localhost:20080",
		"http://127.0.0.1:1":      "http://127.0.0.1:1",
	} {
		u, err := Config{URL: in}.baseURL()
		if err != nil || u.String() != want {
			t.Errorf("%s: %v, %v; want %s", in, u, err, want)
		}
	}
	if _, err := (Config{URL: "http://farm", Insecure: true}).baseURL(); err != nil {
		t.Errorf("insecure http: %v", err)
	}
}

func TestExpiredTokenIsRenewedOnceForAll(t *testing.T) {
	var served atomic.Int32
	f := newTestFarm(t, func(w http.ResponseWriter, r *http.Request) {
		served.Add(1)
		fmt.Fprint(w, `[]`)
	})
	var asked atomic.Int32
	s := f.connect(t, func(c *Config) {
		c.Parallel = 20
		c.Password = func() (string, error) { asked.Add(1); return canaryPassword, nil }
	})
	f.expireTokens()
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			var err error
			if i%2 == 0 {
				_, err = s.Reader().Get(context.Background(), "/api/Thing", nil)
			} else {
				_, err = s.Writer().Send(context.Background(), Request{Method: "POST", Path: "/api/Thing", Body: map[string]int{"a": i}})
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if f.logons != 2 || asked.Load() != 1 || served.Load() != 20 {
		t.Errorf("%d logons, password asked %d times, %d requests served", f.logons, asked.Load(), served.Load())
	}
	if st := s.Stats(); st.Logons != 2 {
		t.Errorf("stats are %+v", st)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if len(f.logoffs) != 2 {
		t.Errorf("logged off %q, want both sessions", f.logoffs)
	}
}

func TestRequestsInLineWaitForTheNewToken(t *testing.T) {
	f := newTestFarm(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `[]`) })
	s := f.connect(t, func(c *Config) { c.Parallel = 1 })
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
	get := func() {
		if _, err := s.Reader().Get(context.Background(), "/api/Thing", nil); err != nil {
			t.Error(err)
		}
	}
	wg.Go(get)
	<-entered
	for range 10 {
		wg.Go(get)
	}
	close(release)
	wg.Wait()
	if n := f.countSeen("GET /api/Thing"); n != 12 {
		t.Errorf("%d reads were sent, want 11 and one refused", n)
	}
}

func TestRights(t *testing.T) {
	f := newTestFarm(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/api/Thing/closed":
			w.WriteHeader(401)
		case "/api/Thing/forbidden":
			w.WriteHeader(403)
		default:
			fmt.Fprint(w, `{}`)
		}
	})
	s := f.connect(t, nil)
	get := func(path string) error {
		_, err := s.Reader().Get(context.Background(), path, nil)
		return err
	}
	asError(t, get("/api/Thing/forbidden"), KindRights)
	if f.logons != 1 {
		t.Errorf("403 led to a logon")
	}
	e := asError(t, get("/api/Thing/closed"), KindRights)
	if e.Status != 401 || f.logons != 2 {
		t.Errorf("status %d after %d logons", e.Status, f.logons)
	}
	// Now that 401 is known to be about rights, more of them cost nothing.
	for range 5 {
		asError(t, get("/api/Thing/closed"), KindRights)
	}
	if f.logons != 2 {
		t.Errorf("%d logons", f.logons)
	}
	// But a token that hasn't been accepted for a while is renewed.
	s.clock.(*fakeClock).advance(time.Minute)
	asError(t, get("/api/Thing/closed"), KindRights)
	if f.logons != 3 {
		t.Errorf("%d logons", f.logons)
	}
	_, err := s.Writer().Send(context.Background(), Request{Method: "PUT", Path: "/api/Thing/closed"})
	if e := asError(t, err, KindRights); e.MaybeDone {
		t.Error("a 401 was not carried out")
	}
	s.Close()
	if len(f.live) != 0 {
		t.Errorf("sessions left on the farm: %v", f.live)
	}
}

func TestRefusedRenewalIsNotRepeated(t *testing.T) {
	f := newTestFarm(t, nil)
	s := f.connect(t, nil)
	f.expireTokens()
	f.mu.Lock()
	f.logon = func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(401) }
	f.mu.Unlock()
	for range 5 {
		_, err := s.Reader().Get(context.Background(), "/api/Thing", nil)
		asError(t, err, KindAuth)
	}
	if n := f.countSeen("POST /api/Session/logon"); n != 2 {
		t.Errorf("%d logons: a refused password locks the account in the end", n)
	}
}

func TestAnotherFarmAfterRenewal(t *testing.T) {
	f := newTestFarm(t, func(w http.ResponseWriter, r *http.Request) { t.Error("served by another farm") })
	s := f.connect(t, nil)
	f.expireTokens()
	f.mu.Lock()
	f.logon = func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"authToken":"foreign","farmGUID":"{ZZ}"}`)
	}
	f.mu.Unlock()
	_, err := s.Writer().Send(context.Background(), Request{Method: "DELETE", Path: "/api/Thing/1"})
	e := asError(t, err, KindAuth)
	if !strings.Contains(e.Error(), "another farm") {
		t.Error(e)
	}
	s.Close()
	if got := fmt.Sprint(f.logoffs); !strings.Contains(got, "foreign") {
		t.Errorf("logged off %s", got)
	}
}

func TestCanceledWaiterDoesNotSpoilTheRenewal(t *testing.T) {
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
	ctx, cancel := context.WithCancel(context.Background())
	first := make(chan error, 1)
	go func() {
		_, err := s.Reader().Get(ctx, "/api/Thing", nil)
		first <- err
	}()
	<-entered
	cancel()
	err := <-first
	asError(t, err, KindCanceled)
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	close(release)
	if _, err := s.Reader().Get(context.Background(), "/api/Thing", nil); err != nil {
		t.Error(err)
	}
}
