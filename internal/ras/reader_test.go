package ras

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestReaderRefusesWithoutSending(t *testing.T) {
	f := newTestFarm(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `[]`) })
	s := f.connect(t, nil)
	before := len(f.seen())
	for _, path := range []string{
		"", "/", "/api/", "/api/Other", "/api/Thing/1/2", "/api/Thing/", "/api//Thing", "/api/Thing/..", "/api/Thing/%2e%2E",
		"/api/Thing/.", "/api/Thing?x=y", "/api/Thing#x", `/api/Thing\x`, "/api/Thing/a b", "/api/Thing/%zz", "api/Thing",
		"https://elsewhere/api/Thing", "//elsewhere/api/Thing", "/portal/Thing", "/api/Session/logon", "/api/Thing/\x00", "/api/Thing/ü",
	} {
		_, err := s.Reader().Get(context.Background(), path, nil)
		asError(t, err, KindForbiddenRead)
		_, err = s.Writer().Get(context.Background(), path, nil)
		asError(t, err, KindForbiddenRead)
	}
	_, err := (&Reader{}).Get(context.Background(), "/api/Thing", nil)
	asError(t, err, KindForbiddenRead)
	_, err = (*Reader)(nil).Get(context.Background(), "/api/Thing", nil)
	asError(t, err, KindForbiddenRead)
	_, err = (*Writer)(nil).Get(context.Background(), "/api/Thing", nil)
	asError(t, err, KindForbiddenRead)
	if n := len(f.seen()); n != before {
		t.Errorf("%d requests were sent: %v", n-before, f.seen()[before:])
	}
	if st := s.Stats(); st.Requests != 1 {
		t.Errorf("stats are %+v", st)
	}
}

// TestReaderTransport goes below Get: whatever code may once be added to a
// Reader, its transport lets nothing but reads pass.
func TestReaderTransport(t *testing.T) {
	f := newTestFarm(t, func(w http.ResponseWriter, r *http.Request) {})
	s := f.connect(t, nil)
	before := len(f.seen())
	for _, c := range []struct{ method, path, body string }{
		{"POST", "/api/Thing", ""}, {"PUT", "/api/Thing", ""}, {"DELETE", "/api/Thing", ""}, {"PATCH", "/api/Thing", ""},
		{"HEAD", "/api/Thing", ""}, {"get", "/api/Thing", ""}, {"GET", "/api/Thing", "body"}, {"GET", "/api/Other", ""}, {"GET", "/api/Thing/../x", ""},
	} {
		req, err := http.NewRequest(c.method, f.URL+c.path, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Reader().via.RoundTrip(req); KindOf(err) != KindForbiddenRead {
			t.Errorf("%s %s: %v", c.method, c.path, err)
		}
		// Even do, told to use this transport, sends nothing.
		cl := &call{class: classOf(c.method), method: c.method, path: c.path, body: []byte("body"), contentType: jsonType, via: s.Reader().via}
		if _, err := s.do(context.Background(), cl); err == nil {
			t.Errorf("%s %s went through", c.method, c.path)
		}
	}
	if n := len(f.seen()); n != before {
		t.Errorf("%d requests were sent", n-before)
	}
}

func TestReaderReads(t *testing.T) {
	f := newTestFarm(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `[]`) })
	s := f.connect(t, nil)
	for _, path := range []string{"/api/Thing", "/API/tHING", "/api/Thing/5", "/api/Thing/a%2Fb", "/api/pubitems/5/filter", "/api/Thing/%2525"} {
		if _, err := s.Reader().Get(context.Background(), path, nil); err != nil {
			t.Error(err)
		}
	}
}

func TestReaderWithoutReads(t *testing.T) {
	f := newTestFarm(t, nil)
	s := f.connect(t, func(c *Config) { c.Reads = nil })
	_, err := s.Reader().Get(context.Background(), "/api/Thing", nil)
	asError(t, err, KindForbiddenRead)
}

func TestWriterRefusesNonsense(t *testing.T) {
	f := newTestFarm(t, nil)
	s := f.connect(t, nil)
	before := len(f.seen())
	for _, req := range []Request{
		{Method: "GET", Path: "/api/Thing"},
		{Method: "PATCH", Path: "/api/Thing"},
		{Method: "post", Path: "/api/Thing"},
		{Method: "", Path: "/api/Thing"},
		{Method: "POST", Path: "/api/Thing?password=x"},
		{Method: "POST", Path: "/api/../x"},
		{Method: "POST", Path: "/api/session/LOGON"},
		{Method: "POST", Path: "/api/Session/logoff"},
		{Method: "POST", Path: "/api/Thing", Body: make(chan int)},
		{Method: "POST", Path: "/api/Thing", Body: []byte("{")},
	} {
		_, err := s.Writer().Send(context.Background(), req)
		if e := asError(t, err, KindInvalid); e.MaybeDone {
			t.Error("MaybeDone of what wasn't sent")
		}
	}
	_, err := (&Writer{}).Send(context.Background(), Request{Method: "POST", Path: "/api/Thing"})
	asError(t, err, KindInvalid)
	asError(t, (&Writer{}).ApplySettings(context.Background()), KindInvalid)
	if n := len(f.seen()); n != before {
		t.Errorf("%d requests were sent", n-before)
	}
}

func TestSafePath(t *testing.T) {
	for _, tc := range []struct {
		template string
		values   []string
		want     string
	}{
		{"/api/Site", nil, "/api/Site"},
		{"/api/RDS/Host/{id}", []string{"5"}, "/api/RDS/Host/5"},
		{"/api/X/{a}/Y/{b}", []string{".txt", "50%"}, "/api/X/.txt/Y/50%25"},
		{"/api/X/{a}", []string{`CORP\müller`}, "/api/X/CORP%5Cm%C3%BCller"},
		{"/api/X/{a}", []string{"SID://D/a?b#c d+e;f"}, "/api/X/SID%3A%2F%2FD%2Fa%3Fb%23c%20d%2Be%3Bf"},
		{"/api/X/{a}", []string{"..."}, "/api/X/..."},
		{"/api/X/{a}", []string{"{b}"}, "/api/X/%7Bb%7D"},
		{"/api/X/{a}", []string{""}, ""},
		{"/api/X/{a}", []string{"."}, ""},
		{"/api/X/{a}", []string{".."}, ""},
		{"/api/X/{a}", nil, ""},
		{"/api/X", []string{"a"}, ""},
	} {
		got, err := SafePath(tc.template, tc.values...)
		if got != tc.want || (err != nil) != (tc.want == "") {
			t.Errorf("SafePath(%s, %q) = %q, %v", tc.template, tc.values, got, err)
		}
	}
}

func FuzzSafePath(f *testing.F) {
	f.Add("a/b")
	f.Add("%2e%2e")
	f.Add("\x00\xff ü")
	f.Fuzz(func(t *testing.T, v string) {
		path, err := SafePath("/api/X/{a}/Y", v)
		if err != nil {
			return
		}
		segments, err := checkPath(path)
		if err != nil || len(segments) != 4 || segments[2] != v {
			t.Errorf("%q became %s: %q, %v", v, path, segments, err)
		}
	})
}
