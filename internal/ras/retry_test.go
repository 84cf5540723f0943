package ras

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// call sends one request of the method and returns its error.
func send(s *Session, method string) (*Answer, error) {
	if method == "GET" {
		return s.Reader().Get(context.Background(), "/api/Thing", nil)
	}
	return s.Writer().Send(context.Background(), Request{Method: method, Path: "/api/Thing", Body: map[string]string{"name": "x"}})
}

// TestStatusMatrix: for every method and status, how often it is sent, what
// kind of error comes out, and whether it may have been carried out.
func TestStatusMatrix(t *testing.T) {
	type want struct {
		tries int
		kind  Kind
		maybe bool
	}
	for _, tc := range []struct {
		status                 int
		get, put, delete, post want
	}{
		{400, want{1, KindRefused, false}, want{1, KindRefused, false}, want{1, KindRefused, false}, want{1, KindRefused, false}},
		{403, want{1, KindRights, false}, want{1, KindRights, false}, want{1, KindRights, false}, want{1, KindRights, false}},
		{404, want{1, KindNotFound, false}, want{1, KindNotFound, false}, want{1, KindNotFound, false}, want{1, KindNotFound, false}},
		{405, want{1, KindRefused, false}, want{1, KindRefused, false}, want{1, KindRefused, false}, want{1, KindRefused, false}},
		{409, want{1, KindConflict, false}, want{1, KindConflict, false}, want{1, KindConflict, false}, want{1, KindConflict, false}},
		{423, want{1, KindLocked, false}, want{1, KindLocked, false}, want{1, KindLocked, false}, want{1, KindLocked, false}},
		{401, want{2, KindRights, false}, want{2, KindRights, false}, want{2, KindRights, false}, want{2, KindRights, false}},
		{429, want{11, KindThrottled, false}, want{11, KindThrottled, false}, want{11, KindThrottled, false}, want{11, KindThrottled, false}},
		{500, want{1, KindServer, false}, want{1, KindServer, true}, want{1, KindServer, true}, want{1, KindServer, true}},
		{502, want{4, KindServer, false}, want{1, KindUnknownOutcome, true}, want{1, KindUnknownOutcome, true}, want{1, KindUnknownOutcome, true}},
		{503, want{11, KindThrottled, false}, want{11, KindThrottled, true}, want{11, KindThrottled, true}, want{1, KindUnknownOutcome, true}},
		{504, want{4, KindServer, false}, want{1, KindUnknownOutcome, true}, want{1, KindUnknownOutcome, true}, want{1, KindUnknownOutcome, true}},
		{301, want{1, KindRedirect, false}, want{1, KindRedirect, false}, want{1, KindRedirect, false}, want{1, KindRedirect, false}},
		{307, want{1, KindRedirect, false}, want{1, KindRedirect, false}, want{1, KindRedirect, false}, want{1, KindRedirect, false}},
	} {
		for method, want := range map[string]want{"GET": tc.get, "PUT": tc.put, "DELETE": tc.delete, "POST": tc.post} {
			t.Run(fmt.Sprintf("%s %d", method, tc.status), func(t *testing.T) {
				var elsewhere atomic.Int32
				other := newTestFarm(t, nil)
				other.Config.Handler = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) })
				f := newTestFarm(t, func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Location", other.URL+"/api/Thing")
					w.WriteHeader(tc.status)
				})
				s := f.connect(t, nil)
				_, err := send(s, method)
				e := asError(t, err, want.kind)
				if e.Status != tc.status || e.Method != method || e.Path != "/api/Thing" {
					t.Errorf("error is about %s %s %d", e.Method, e.Path, e.Status)
				}
				if n := f.countSeen(method + " /api/Thing"); n != want.tries {
					t.Errorf("sent %d times, want %d", n, want.tries)
				}
				if e.MaybeDone != want.maybe {
					t.Errorf("MaybeDone is %v", e.MaybeDone)
				}
				if elsewhere.Load() != 0 {
					t.Error("a redirect was followed")
				}
			})
		}
	}
}

func TestSuccessAfterTrouble(t *testing.T) {
	for _, tc := range []struct {
		method string
		first  []int
	}{
		{"GET", []int{429, 502, 503, 504, 401, 429}},
		{"PUT", []int{429, 503, 401, 429}},
		{"DELETE", []int{503, 429}},
		{"POST", []int{429, 401, 429}},
	} {
		t.Run(tc.method, func(t *testing.T) {
			var n atomic.Int32
			f := newTestFarm(t, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				if tc.method != "GET" && string(body) != `{"name":"x"}` {
					t.Errorf("attempt %d has the body %q", n.Load()+1, body)
				}
				if i := int(n.Add(1)); i <= len(tc.first) {
					w.WriteHeader(tc.first[i-1])
					return
				}
				fmt.Fprint(w, `{"id":5}`)
			})
			s := f.connect(t, nil)
			a, err := send(s, tc.method)
			if err != nil {
				t.Fatal(err)
			}
			if string(a.Body) != `{"id":5}` || a.Status != 200 {
				t.Errorf("answer is %+v", a)
			}
			if st := s.Stats(); st.Retries != len(tc.first) {
				t.Errorf("stats are %+v", st)
			}
		})
	}
}

// TestRefusalAfterA503 shows that a repeated delete that finds nothing admits
// that its first attempt may have been the one.
func TestRefusalAfterA503(t *testing.T) {
	var n atomic.Int32
	f := newTestFarm(t, func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) == 1 {
			w.WriteHeader(503)
			return
		}
		w.WriteHeader(404)
	})
	_, err := send(f.connect(t, nil), "DELETE")
	if e := asError(t, err, KindNotFound); !e.MaybeDone {
		t.Error("MaybeDone is false")
	}
}

func TestRetryAfter(t *testing.T) {
	date := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		name, header string
		status       int
		wait         time.Duration
	}{
		{"seconds", "3", 429, 3 * time.Second},
		{"seconds, 503", "3", 503, 3 * time.Second},
		{"date", date.Add(7 * time.Second).Format(http.TimeFormat), 429, 7 * time.Second},
		{"date gone by", date.Add(-time.Hour).Format(http.TimeFormat), 429, time.Second},
		{"zero", "0", 429, time.Second},
		{"nonsense", "soon", 429, 20 * time.Second},
		{"none", "", 429, 20 * time.Second},
		{"none, 503", "", 503, 20 * time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var n atomic.Int32
			f := newTestFarm(t, func(w http.ResponseWriter, r *http.Request) {
				if n.Add(1) == 1 {
					// The farm's clock is far from ours: only its own counts.
					w.Header().Set("Date", date.Format(http.TimeFormat))
					if tc.header != "" {
						w.Header().Set("Retry-After", tc.header)
					}
					w.WriteHeader(tc.status)
					return
				}
				fmt.Fprint(w, `[]`)
			})
			var waits []Event
			s := f.connect(t, func(c *Config) {
				c.Rate = Rate{50, 20 * time.Second}
				c.Observe = func(e Event) {
					if e.Type == EventWait {
						waits = append(waits, e)
					}
				}
			})
			if _, err := send(s, "GET"); err != nil {
				t.Fatal(err)
			}
			if got := s.clock.(*fakeClock).slept(); len(got) != 1 || got[0] != tc.wait {
				t.Errorf("waited %v, want %s", got, tc.wait)
			}
			if tc.wait > time.Second && (len(waits) != 1 || waits[0].Wait != tc.wait) {
				t.Errorf("announced %v", waits)
			}
			if st := s.Stats(); st.Throttled != 1 || st.Waited != tc.wait {
				t.Errorf("stats are %+v", st)
			}
		})
	}
}

func TestRetryAfterWithoutADateOfTheFarm(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	h := http.Header{"Retry-After": {now.Add(9 * time.Second).Format(http.TimeFormat)}}
	if d := retryAfter(h, now); d != 9*time.Second {
		t.Error(d)
	}
}

func TestAskedToWaitForHours(t *testing.T) {
	f := newTestFarm(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "7200")
		w.WriteHeader(429)
	})
	_, err := send(f.connect(t, nil), "GET")
	e := asError(t, err, KindThrottled)
	if e.RetryAfter != 2*time.Hour || !strings.Contains(e.Hint(), "2h0m0s") || f.countSeen("GET /api/Thing") != 1 {
		t.Errorf("%+v", e)
	}
}

// TestCutConnections: the connection breaks before or after the farm has done
// what was asked, or in the middle of its answer.
func TestCutConnections(t *testing.T) {
	for name, cut := range map[string]func(w http.ResponseWriter){
		"no answer":     func(w http.ResponseWriter) { hijack(t, w, "") },
		"half a status": func(w http.ResponseWriter) { hijack(t, w, "HTTP/1.1 20") },
		"half a body": func(w http.ResponseWriter) {
			hijack(t, w, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"id\":")
		},
		"half a chunk": func(w http.ResponseWriter) {
			hijack(t, w, "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"i")
		},
		"truncated JSON": func(w http.ResponseWriter) {
			hijack(t, w, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[{\"id\":5},{\"na")
		},
	} {
		for _, method := range []string{"GET", "PUT", "DELETE", "POST"} {
			t.Run(name+" "+method, func(t *testing.T) {
				f := newTestFarm(t, func(w http.ResponseWriter, r *http.Request) { cut(w) })
				s := f.connect(t, nil)
				_, err := send(s, method)
				if method == "GET" {
					e := asError(t, err, KindConnection)
					if n := f.countSeen("GET /api/Thing"); n < 4 || e.MaybeDone {
						t.Errorf("sent %d times; %+v", n, e)
					}
					if got := fmt.Sprint(s.clock.(*fakeClock).slept()); got != "[1s 2s 4s]" {
						t.Errorf("pauses are %s", got)
					}
					return
				}
				e := asError(t, err, KindUnknownOutcome)
				if n := f.countSeen(method + " /api/Thing"); n != 1 || !e.MaybeDone {
					t.Errorf("sent %d times; %+v", n, e)
				}
			})
		}
	}
}

func TestReadRecoversFromACut(t *testing.T) {
	var n atomic.Int32
	f := newTestFarm(t, func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) == 1 {
			hijack(t, w, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[")
			return
		}
		fmt.Fprint(w, `[1]`)
	})
	a, err := send(f.connect(t, nil), "GET")
	if err != nil || string(a.Body) != "[1]" {
		t.Errorf("%v, %v", a, err)
	}
}

func TestNoConnection(t *testing.T) {
	for _, method := range []string{"GET", "PUT", "DELETE", "POST"} {
		t.Run(method, func(t *testing.T) {
			f := newTestFarm(t, nil)
			s := f.connect(t, nil)
			s.transport.(*http.Transport).CloseIdleConnections()
			f.Server.CloseClientConnections()
			f.Server.Close()
			_, err := send(s, method)
			e := asError(t, err, KindConnection)
			if e.MaybeDone {
				t.Error("nothing was sent")
			}
			if n := len(s.clock.(*fakeClock).slept()); n != 3 {
				t.Errorf("%d pauses", n)
			}
		})
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	cfg := Config{URL: addr, Username: "a", Password: func() (string, error) { return "x", nil }, Clock: newFakeClock()}
	_, err = Connect(context.Background(), cfg)
	asError(t, err, KindConnection)
}

func TestTimeout(t *testing.T) {
	for method, want := range map[string]Kind{"GET": KindConnection, "PUT": KindUnknownOutcome, "DELETE": KindUnknownOutcome, "POST": KindUnknownOutcome} {
		t.Run(method, func(t *testing.T) {
			f := newTestFarm(t, func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				<-r.Context().Done()
				panic(http.ErrAbortHandler) // no answer, whoever is faster
			})
			s := f.connect(t, nil)
			s.cfg.Timeout = 25 * time.Millisecond
			_, err := send(s, method)
			e := asError(t, err, want)
			if errors.Is(e, context.DeadlineExceeded) || errors.Is(e, context.Canceled) {
				t.Error("looks like the caller's own context")
			}
			if !strings.Contains(e.Error(), "within 25ms") {
				t.Error(e)
			}
		})
	}
}

func TestCancel(t *testing.T) {
	for method, want := range map[string]Kind{"GET": KindCanceled, "PUT": KindUnknownOutcome, "DELETE": KindUnknownOutcome, "POST": KindUnknownOutcome} {
		t.Run(method, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			f := newTestFarm(t, func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				cancel()
				<-r.Context().Done()
				panic(http.ErrAbortHandler) // no answer, whoever is faster
			})
			s := f.connect(t, nil)
			var err error
			if method == "GET" {
				_, err = s.Reader().Get(ctx, "/api/Thing", nil)
			} else {
				_, err = s.Writer().Send(ctx, Request{Method: method, Path: "/api/Thing"})
			}
			e := asError(t, err, want)
			if !errors.Is(e, context.Canceled) {
				t.Errorf("doesn't unwrap to context.Canceled: %v", e)
			}
			// Canceled before: nothing is sent, so nothing is unknown.
			sent := len(f.seen())
			if method != "GET" {
				_, err = s.Writer().Send(ctx, Request{Method: method, Path: "/api/Thing"})
				if e := asError(t, err, KindCanceled); e.MaybeDone || !errors.Is(e, context.Canceled) {
					t.Errorf("%+v", e)
				}
			}
			if len(f.seen()) != sent {
				t.Error("a canceled request was sent")
			}
		})
	}
}

func TestCancelDuringAPause(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	f := newTestFarm(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(502) })
	s := f.connect(t, func(c *Config) {
		c.Observe = func(e Event) {
			if e.Status == 502 {
				cancel()
			}
		}
	})
	_, err := s.Reader().Get(ctx, "/api/Thing", nil)
	if e := asError(t, err, KindCanceled); !errors.Is(e, context.Canceled) {
		t.Error(e)
	}
	if n := f.countSeen("GET /api/Thing"); n != 1 {
		t.Errorf("sent %d times", n)
	}
}

// TestDecideRepeatsNoDoubtfulWrite goes through every combination: nothing
// that may have been carried out once is repeated, save what is the same twice.
func TestDecideRepeatsNoDoubtfulWrite(t *testing.T) {
	for _, c := range []class{classSame, classOnce} {
		for f := faultNone; f <= faultForbidden; f++ {
			for status := 0; status < 600; status++ {
				if f == faultNone && status < 200 {
					continue
				}
				act, kind := decide(c, status, f, true)
				again := act == actRetry || act == actThrottle || act == actLogon
				sure := f == faultNone && (status == 401 || status == 429)
				same := f == faultNone && status == 503 && c == classSame
				if again != (sure || same) {
					t.Errorf("class %d, status %d, fault %d: action %d", c, status, f, act)
				}
				if act == actFail && kind == KindNone {
					t.Errorf("class %d, status %d, fault %d: fails without a kind", c, status, f)
				}
			}
		}
	}
}
