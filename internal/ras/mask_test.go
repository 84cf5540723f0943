package ras

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
)

func TestMaskJSON(t *testing.T) {
	hide := newScrubber([]string{canarySecret})
	for in, want := range map[string]string{
		`{"password":"a","name":"b"}`:                           `{"name":"b","password":"***"}`,
		`{"x":[{"tenantBrokerSecretKey":"a"},{"AuthToken":1}]}`: `{"x":[{"tenantBrokerSecretKey":"***"},{"AuthToken":"***"}]}`,
		`{"httpProxyPwd":"a","httpProxyUser":"b"}`:              `{"httpProxyPwd":"***","httpProxyUser":"b"}`,
		`{"PrivateKey":{"a":["b"]},"passPhrase":null}`:          `{"PrivateKey":"***","passPhrase":"***"}`,
		`[12345678901234567890,"<&>"]`:                          `[12345678901234567890,"<&>"]`,
		`{"msg":"bad value c4nary  secret/value!"}`:             `{"msg":"bad value ***!"}`,
		``:              ``,
		`not JSON here`: `(13 bytes, text/plain)`,
	} {
		if got := maskJSON([]byte(in), "text/plain", hide); got != want {
			t.Errorf("mask of %s is %s, want %s", in, got, want)
		}
	}
}

func TestMaskQuery(t *testing.T) {
	q := url.Values{"username": {"a b"}, "Password": {"x"}, "SiteId": {"1"}}
	if got := maskQuery(q, false); got != "Password=***&SiteId=1&username=a+b" {
		t.Error(got)
	}
	if got := maskQuery(q, true); got != "***" {
		t.Error(got)
	}
	if got := maskQuery(nil, true); got != "" {
		t.Error(got)
	}
}

// TestNoSecretLeaves lets a malicious farm repeat everything it was sent, in
// every form and at every place, and looks for it in everything that comes
// out.
func TestNoSecretLeaves(t *testing.T) {
	querySecret := "c4nary-query-1"
	all := strings.Join([]string{canaryPassword, canaryToken + "1", canarySecret, querySecret}, " | ")
	quoted, _ := json.Marshal(all)
	for name, answer := range map[string]http.HandlerFunc{
		"echo as msg": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(400)
			fmt.Fprintf(w, `{"code":1,"msg":%s}`, quoted)
		},
		"echo as problem": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(409)
			fmt.Fprintf(w, `{"title":%s,"detail":%s,"errors":{"x":[%s]}}`, quoted, quoted, quoted)
		},
		"echo as string": func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(400); w.Write(quoted) },
		"echo as array":  func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(500); fmt.Fprintf(w, `[%s]`, quoted) },
		"echo as page": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(400)
			fmt.Fprintf(w, `<p>%s %s`, html.EscapeString(all), url.QueryEscape(all))
		},
		"far in": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(400)
			fmt.Fprint(w, strings.Repeat("x ", 140), all)
		},
		"far in a msg": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(400)
			fmt.Fprintf(w, `{"msg":%q}`, strings.Repeat("xxxxx ", 165)+all)
		},
		"success": func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `{"note":%s,"k":{"secretKey":"c4nary-other"}}`, quoted)
		},
		"not JSON":  func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, all) },
		"truncated": func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, `{"note":%s,`, quoted) },
		"cut JSON of .NET": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(400)
			fmt.Fprintf(w, `{"msg":"%s`, jsonASCII(all))
		},
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "https://x/"+canaryToken+"1?q="+url.QueryEscape(all))
			w.WriteHeader(302)
		},
		"no HTTP": func(w http.ResponseWriter, r *http.Request) { hijack(t, w, all+"\r\n\r\n") },
		"cut":     func(w http.ResponseWriter, r *http.Request) { hijack(t, w, "") },
	} {
		t.Run(name, func(t *testing.T) {
			var mu sync.Mutex
			var out []string
			f := newTestFarm(t, answer)
			s := f.connect(t, func(c *Config) {
				c.DebugBodies = true
				c.Observe = func(e Event) {
					mu.Lock()
					defer mu.Unlock()
					out = append(out, e.String(), fmt.Sprintf("%+v %#v", e, e))
				}
			})
			ctx := context.Background()
			body := map[string]any{"name": "x", "nested": []any{map[string]string{"userPassword": canarySecret}}}
			form := &Multipart{Fields: map[string]string{"passphrase": canarySecret}, FileField: "f", FileName: "x.pfx", File: []byte(canarySecret)}
			query := url.Values{"username": {querySecret}, "password": {querySecret}}
			for _, req := range []Request{
				{Method: "POST", Path: "/api/Thing", Body: body, Query: query, SecretQuery: true},
				{Method: "PUT", Path: "/api/Thing", Body: body, Query: query, SecretQuery: true},
				{Method: "POST", Path: "/api/Thing", Multipart: form, Query: query, SecretQuery: true},
			} {
				_, err := s.Writer().Send(ctx, req)
				out = append(out, describe(err)...)
			}
			out = append(out, fmt.Sprintf("%v %+v %#v %v %+v %v %s", s, s, s, s.Reader(), s.Writer(), s.password, s.tok.secret))
			out = append(out, fmt.Sprintf("%v %+v %#v", struct{ s secret }{s.password}, struct{ s secret }{s.password}, s.tok))
			s.Close()
			mu.Lock()
			defer mu.Unlock()
			for _, text := range out {
				for _, bad := range []string{"c4nary", `\u003cd\u003e`} {
					if strings.Contains(text, bad) {
						t.Errorf("leaked in: %s", text)
					}
				}
			}
			if len(out) < 10 {
				t.Errorf("only %d texts were looked at", len(out))
			}
		})
	}
}

func describe(err error) []string {
	var out []string
	for err != nil {
		if e, ok := err.(*Error); ok {
			out = append(out, e.Hint(), e.Title, e.Detail)
		}
		out = append(out, err.Error())
		// What lies below a scrubbed error is for errors.Is alone.
		if _, ok := err.(*scrubbedError); ok {
			break
		}
		err = errors.Unwrap(err)
	}
	return out
}

func TestEvents(t *testing.T) {
	f := newTestFarm(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"id":1}`) })
	var events []Event
	s := f.connect(t, func(c *Config) { c.Observe = func(e Event) { events = append(events, e) } })
	if _, err := s.Reader().Get(context.Background(), "/api/Thing/1", url.Values{"SiteId": {"2"}}); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if len(events) != 3 {
		t.Fatalf("events: %v", events)
	}
	e := events[1]
	if e.Type != EventRequest || e.Method != "GET" || e.Path != "/api/Thing/1" || e.Query != "SiteId=2" || e.Status != 200 ||
		e.Attempt != 1 || e.Received != 8 || e.Err != nil || e.RequestBody != "" || e.ResponseBody != "" {
		t.Errorf("%+v", e)
	}
	if !strings.HasPrefix(e.String(), "GET /api/Thing/1?SiteId=2: 200 in ") {
		t.Error(e)
	}
	if events[0].Path != logonPath || events[2].Path != logoffPath {
		t.Errorf("events: %v", events)
	}
}

func TestScrubError(t *testing.T) {
	hide := newScrubber([]string{canarySecret, "abc"})
	plain := errors.New("abc is too short to be searched for")
	if scrubError(plain, hide) != plain {
		t.Error("an innocent error was changed")
	}
	cause := fmt.Errorf("malformed answer %q: %w", canarySecret, plain)
	err := scrubError(cause, hide)
	if strings.Contains(err.Error(), "c4nary") || !errors.Is(err, plain) {
		t.Error(err)
	}
}
