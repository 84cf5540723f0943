package ras

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestRefusalTexts(t *testing.T) {
	for _, tc := range []struct {
		name          string
		status        int
		body          string
		kind          Kind
		title, detail string
		code          int
	}{
		{"problem", 400, `{"type":"x","title":"One or more validation errors occurred.","status":400,"detail":"no such pool","instance":"/"}`,
			KindRefused, "One or more validation errors occurred.", "no such pool", 0},
		{"problem with fields", 400, `{"Title":"Invalid","errors":{"port":["must be below 65536","is odd"],"name":"is missing"}}`,
			KindRefused, "Invalid", "name: is missing; port: must be below 65536 is odd", 0},
		{"code and msg", 400, `{"code":3,"msg":"Failed to Deactivate"}`, KindRefused, "", "Failed to Deactivate", 3},
		{"code 0", 400, `{"code":0,"msg":"Failed"}`, KindRefused, "", "Failed", 0},
		{"code as text", 400, `{"Code":"17","Msg":"Failed"}`, KindRefused, "", "Failed", 17},
		{"string", 400, `"no"`, KindRefused, "", "no", 0},
		{"page", 400, `<html><script>x()</script><h1>Bad</h1> request</html>`, KindRefused, "", "Bad request", 0},
		{"binary", 400, "\x00\x1b[2J\xff", KindRefused, "", "(6 bytes that are no text)", 0},
		{"empty", 400, ``, KindRefused, "", "", 0},
		{"unknown object", 400, `{"why":"because"}`, KindRefused, "", `{"why":"because"}`, 0},
		{"terminal escapes", 409, `{"title":"a\u001b[31m\u202eb\nc"}`, KindConflict, "a [31m b c", "", 0},
		{"conflict", 409, `{"title":"Conflict","detail":"An item named 'Lock Screen' exists"}`, KindConflict, "Conflict", "An item named 'Lock Screen' exists", 0},
		{"conflict without quotes", 409, `{"detail":"Locked App already exists"}`, KindConflict, "", "Locked App already exists", 0},
		{"locked", 400, `{"code":0,"msg":"The object is locked by admin@corp"}`, KindLocked, "", "The object is locked by admin@corp", 0},
		{"lock", 409, `{"title":"Could not obtain LOCK"}`, KindLocked, "Could not obtain LOCK", "", 0},
		{"in use", 400, `{"msg":"Object in use by CORP\\bob"}`, KindLocked, "", `Object in use by CORP\bob`, 0},
		{"in use by a person", 400, `{"msg":"in use by another administrator"}`, KindLocked, "", "in use by another administrator", 0},
		{"in use by an object", 400, `{"msg":"Theme T is in use by PubFolder Sales."}`, KindRefused, "", "Theme T is in use by PubFolder Sales.", 0},
		{"423", 423, ``, KindLocked, "", "", 0},
		{"block", 400, `{"msg":"blocked by the clock"}`, KindRefused, "", "blocked by the clock", 0},
		{"lock word in a 404", 404, `{"msg":"lock"}`, KindNotFound, "", "lock", 0},
		{"server", 500, `{"title":"An error occurred","status":500}`, KindServer, "An error occurred", "", 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newTestFarm(t, func(w http.ResponseWriter, r *http.Request) {
				w.WriteHeader(tc.status)
				fmt.Fprint(w, tc.body)
			})
			_, err := send(f.connect(t, nil), "PUT")
			e := asError(t, err, tc.kind)
			if e.Title != tc.title || e.Detail != tc.detail || e.Code != tc.code {
				t.Errorf("title %q, detail %q, code %d", e.Title, e.Detail, e.Code)
			}
			if e.Status != tc.status || !strings.HasPrefix(e.Error(), "PUT /api/Thing: ") {
				t.Errorf("%v", e)
			}
		})
	}
}

func TestErrorText(t *testing.T) {
	e := &Error{Kind: KindRefused, Method: "PUT", Path: "/api/RDS/Host/5", Status: 400, Title: "Bad Request", Detail: "port is odd", Code: 7}
	if got := e.Error(); got != "PUT /api/RDS/Host/5: the farm refused (400 Bad Request): port is odd (code 7)" {
		t.Error(got)
	}
	cause := errors.New("connection refused")
	e = &Error{Kind: KindConnection, Method: "GET", Path: "/api/Site", Err: cause}
	if got := e.Error(); got != "GET /api/Site: no answer from the farm: connection refused" || !errors.Is(e, cause) {
		t.Error(got)
	}
	wrapped := fmt.Errorf("reading sites: %w", e)
	if KindOf(wrapped) != KindConnection || KindOf(cause) != KindNone || KindOf(nil) != KindNone {
		t.Error("KindOf")
	}
}

func TestEveryKindHasNameTextAndHint(t *testing.T) {
	names := map[string]bool{}
	for k := KindAuth; k <= KindInvalid; k++ {
		e := &Error{Kind: k}
		if k.String() == "" || names[k.String()] || e.what() == "failed" || e.Hint() == "" {
			t.Errorf("kind %d: name %q, text %q, hint %q", k, k, e.what(), e.Hint())
		}
		names[k.String()] = true
	}
	if Kind(99).String() != "none" || Kind(-1).String() != "none" {
		t.Error("unknown kinds")
	}
}

func TestHugeRefusalIsCut(t *testing.T) {
	f := newTestFarm(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(400)
		fmt.Fprintf(w, `{"msg":%q}`, strings.Repeat("ü ", 4000))
	})
	_, err := send(f.connect(t, nil), "PUT")
	if e := asError(t, err, KindRefused); len([]rune(e.Detail)) > maxSaid+3 || e.Detail == "" {
		t.Errorf("%d characters", len([]rune(e.Detail)))
	}
}

func FuzzParseRefusal(f *testing.F) {
	for _, s := range []string{`{"title":"x","errors":{"a":["b"]}}`, `{"code":1,"msg":"x"}`, `"x"`, `<a>`, "\xef\xbb\xbf{}", `[[[`, ``} {
		f.Add([]byte(s))
	}
	hide := newScrubber([]string{canarySecret})
	f.Fuzz(func(t *testing.T, body []byte) {
		s := parseRefusal(body, hide)
		for _, text := range []string{s.title, s.detail} {
			if clean(text, maxSaid+3) != text {
				t.Errorf("%q isn't clean", text)
			}
		}
		refusalKind(400, s)
		parseLogon(body)
		maskJSON(body, "", hide)
		judgeBody(&call{}, "application/json", body)
	})
}
