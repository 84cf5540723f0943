package farmsim

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"rassync/internal/model"
	"rassync/schemas"
)

var catalog = sync.OnceValues(func() (*model.Catalog, error) { return model.Load(schemas.Files) })

func testCatalog(t testing.TB) *model.Catalog {
	t.Helper()
	c, err := catalog()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// fakeClock moves only when it is told to, or when somebody sleeps.
type fakeClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *fakeClock) Sleep(_ context.Context, d time.Duration) error {
	c.advance(d)
	return nil
}

func (c *fakeClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// client speaks to a farm without a network.
type client struct {
	t     testing.TB
	f     *Farm
	token string
	clock *fakeClock
}

func open(t testing.TB, o Options) *client {
	t.Helper()
	if o.Catalog == nil {
		o.Catalog = testCatalog(t)
	}
	clock := &fakeClock{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	if o.Clock == nil {
		o.Clock = clock
	}
	if o.Rate == 0 {
		o.Rate = -1
	}
	f, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	c := &client{t: t, f: f, clock: clock}
	c.logon()
	return c
}

func (c *client) logon() map[string]any {
	c.t.Helper()
	v := c.want(200, "POST", "/api/Session/logon", map[string]any{"username": DefaultUsername, "password": DefaultPassword}).(map[string]any)
	c.token, _ = v["authToken"].(string)
	return v
}

// do sends one request; the answer is what ServeHTTP wrote.
func (c *client) do(method, path string, body any) (r *httptest.ResponseRecorder) {
	c.t.Helper()
	var data []byte
	switch b := body.(type) {
	case nil:
	case string:
		data = []byte(b)
	default:
		data, _ = json.Marshal(b)
	}
	req := httptest.NewRequest(method, path, bytes.NewReader(data))
	req.Header.Set("Content-Type", "application/json; api-version=1.0")
	if c.token != "" {
		req.Header.Set("auth_token", c.token)
	}
	r = httptest.NewRecorder()
	c.f.ServeHTTP(r, req)
	return r
}

// want sends a request, checks the status and answers the body.
func (c *client) want(status int, method, path string, body any) any {
	c.t.Helper()
	r := c.do(method, path, body)
	if r.Code != status {
		c.t.Fatalf("%s %s: %d, want %d: %s", method, path, r.Code, status, r.Body)
	}
	data, _ := io.ReadAll(r.Body)
	if len(data) == 0 {
		return nil
	}
	if !strings.Contains(r.Header().Get("Content-Type"), "json") {
		return data
	}
	v, err := parseJSON(data)
	if err != nil {
		c.t.Fatalf("%s %s: %v in %s", method, path, err, data)
	}
	return v
}

func (c *client) get(path string) any { c.t.Helper(); return c.want(200, "GET", path, nil) }

func (c *client) list(path string) []any {
	c.t.Helper()
	v, ok := c.get(path).([]any)
	if !ok {
		c.t.Fatalf("%s is no array", path)
	}
	return v
}

// post creates an object and answers its id.
func (c *client) post(path string, body any) int64 {
	c.t.Helper()
	m, _ := c.want(201, "POST", path, body).(map[string]any)
	id, _ := asInt(m["id"])
	return id
}

// refused wants 400 {code, msg} whose text holds all words.
func (c *client) refused(method, path string, body any, words ...string) {
	c.t.Helper()
	m, _ := c.want(400, method, path, body).(map[string]any)
	msg, _ := m["msg"].(string)
	if _, ok := m["code"]; !ok || msg == "" {
		c.t.Fatalf("%s %s: %v is not {code, msg}", method, path, m)
	}
	for _, w := range words {
		if !strings.Contains(msg, w) {
			c.t.Fatalf("%s %s: %q does not say %q", method, path, msg, w)
		}
	}
}

func at(v any, path string) any {
	for _, name := range strings.Split(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[name]
		case []any:
			var i int
			if _, err := fmt.Sscan(name, &i); err != nil || i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

// holds checks that v has at least the values of the literal JSON.
func holds(t testing.TB, v any, literal string) {
	t.Helper()
	want, err := parseJSON([]byte(literal))
	if err != nil {
		t.Fatal(err)
	}
	var walk func(want, v any, path string)
	walk = func(want, v any, path string) {
		if m, ok := want.(map[string]any); ok {
			got, ok := v.(map[string]any)
			if !ok {
				t.Errorf("%s: %v is no object", path, v)
				return
			}
			for k, w := range m {
				sub, has := got[k]
				if !has {
					t.Errorf("%s.%s is missing", path, k)
					continue
				}
				walk(w, sub, path+"."+k)
			}
			return
		}
		if !sameValue(want, v) {
			t.Errorf("%s: %s, want %s", path, appendJSON(nil, v), appendJSON(nil, want))
		}
	}
	walk(want, v, "")
}

var _ http.Handler = (*Farm)(nil)

// pinned trusts the certificate of one server.
func pinned(t testing.TB, s *Server) http.RoundTripper {
	t.Helper()
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(s.Certificate) {
		t.Fatal("no certificate")
	}
	// A kept connection that breaks makes the transport repeat a GET by itself.
	tr := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: pool}}
	t.Cleanup(tr.CloseIdleConnections)
	return tr
}

// operations is the list of the API's operations that the project keeps.
func operations() (string, error) {
	data, err := os.ReadFile(filepath.Join("..", "..", "schemas", "operations.tsv"))
	return string(data), err
}
