package ras

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestReadAnswers(t *testing.T) {
	page := "<html><head><title>Sign in</title><style>b{}</style></head><body>\x1b[31mWho are you?</body></html>"
	for _, tc := range []struct {
		name, contentType, body string
		status                  int
		want                    string // of the body; "nil" for none
		kind                    Kind
	}{
		{"list", jsonType, `[1,2]`, 200, `[1,2]`, KindNone},
		{"JSON without a type", "", `{"a":1}`, 200, `{"a":1}`, KindNone},
		{"JSON as text", "text/plain", ` {"a":1} `, 200, `{"a":1}`, KindNone},
		{"byte order mark", jsonType, "\xef\xbb\xbf{\"a\":1}", 200, `{"a":1}`, KindNone},
		{"string", jsonType, `"x"`, 200, `"x"`, KindNone},
		{"null", jsonType, `null`, 200, `null`, KindNone},
		{"empty 200", jsonType, ``, 200, "nil", KindNone},
		{"only white space", jsonType, "\r\n", 200, "nil", KindNone},
		{"204", "", ``, 204, "nil", KindNone},
		{"picture", "image/png", "\x89PNG\xef\xbb\xbf", 200, "\x89PNG\xef\xbb\xbf", KindNone},
		{"octets", "application/octet-stream", "{", 200, "{", KindNone},
		{"page", "text/html", page, 200, "", KindNotJSON},
		{"page that claims to be JSON", jsonType, page, 200, "", KindNotJSON},
		{"text", "text/plain", "all well", 200, "", KindNotJSON},
		{"broken JSON", jsonType, `{"a":1}}`, 200, "", KindNotJSON},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newTestFarm(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header()["Content-Type"] = []string{tc.contentType}
				w.WriteHeader(tc.status)
				fmt.Fprint(w, tc.body)
			})
			a, err := send(f.connect(t, nil), "GET")
			if tc.kind != KindNone {
				e := asError(t, err, tc.kind)
				if strings.ContainsAny(e.Error(), "\x1b<>") || tc.body == page && !strings.Contains(e.Detail, "Who are you?") {
					t.Errorf("excerpt is %q", e.Detail)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got := string(a.Body)
			if a.Body == nil {
				got = "nil"
			}
			if got != tc.want || a.Status != tc.status {
				t.Errorf("answer is %d %q", a.Status, got)
			}
		})
	}
}

func TestWriteAnswers(t *testing.T) {
	for _, tc := range []struct {
		name, contentType, body string
		status                  int
		kind, apply             Kind
	}{
		{"created", jsonType, `{"id":5}`, 201, KindNone, KindNone},
		{"nothing", "", ``, 204, KindNone, KindNone},
		{"empty 201", "", ``, 201, KindNone, KindNone},
		{"text", "text/plain; charset=utf-8", `Done`, 200, KindNone, KindNone},
		{"page", "text/html", `<html>Sign in</html>`, 200, KindUnknownOutcome, KindNone},
		{"broken", jsonType, `{"id":5]`, 200, KindUnknownOutcome, KindNone},
		{"truncated", jsonType, `{"id":5`, 200, KindUnknownOutcome, KindNone},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newTestFarm(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header()["Content-Type"] = []string{tc.contentType}
				w.WriteHeader(tc.status)
				fmt.Fprint(w, tc.body)
			})
			s := f.connect(t, nil)
			_, err := send(s, "POST")
			if tc.kind != KindNone {
				if e := asError(t, err, tc.kind); !e.MaybeDone {
					t.Error("MaybeDone is false")
				}
			} else if err != nil {
				t.Error(err)
			}
			if err := s.Writer().ApplySettings(context.Background()); KindOf(err) != tc.apply {
				t.Errorf("apply: %v", err)
			}
			if f.countSeen("POST /api/Settings/apply") != 1 {
				t.Error("no apply was sent")
			}
		})
	}
}

func TestTooLarge(t *testing.T) {
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	fmt.Fprintf(z, "%q", strings.Repeat("x", 5000))
	z.Close()
	for name, serve := range map[string]http.HandlerFunc{
		"announced": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "5002")
			fmt.Fprintf(w, "%q", strings.Repeat("x", 5000))
		},
		"chunked": func(w http.ResponseWriter, r *http.Request) {
			w.(http.Flusher).Flush()
			fmt.Fprintf(w, "%q", strings.Repeat("x", 5000))
		},
		"zipped": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(zipped.Bytes())
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newTestFarm(t, serve)
			s := f.connect(t, nil)
			s.maxAnswer = 4096
			_, err := send(s, "GET")
			if e := asError(t, err, KindTooLarge); e.MaybeDone {
				t.Error(e)
			}
			_, err = send(s, "PUT")
			if e := asError(t, err, KindTooLarge); !e.MaybeDone {
				t.Error("MaybeDone is false")
			}
			s.maxAnswer = 5002
			if _, err := send(s, "GET"); err != nil {
				t.Errorf("exactly the limit: %v", err)
			}
		})
	}
}

func TestWhatIsSent(t *testing.T) {
	var got []string
	f := newTestFarm(t, func(w http.ResponseWriter, r *http.Request) {
		body := new(bytes.Buffer)
		body.ReadFrom(r.Body)
		got = append(got, fmt.Sprintf("%s %s %s token=%s type=%s len=%d", r.Method, r.RequestURI, body, r.Header.Get("auth_token"), r.Header.Get("Content-Type"), r.ContentLength))
	})
	s := f.connect(t, nil)
	ctx := context.Background()
	w := s.Writer()
	path, err := SafePath("/api/PubItems/{id}/Filter", "a/b%ü")
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		second(s.Reader().Get(ctx, path, url.Values{"SiteId": {"1"}, "Name": {"a b"}})),
		second(w.Get(ctx, "/API/thing", nil)),
		second(w.Send(ctx, Request{Method: "DELETE", Path: "/api/Thing/1", Body: map[string]string{"account": `CORP\a<b>`}})),
		second(w.Send(ctx, Request{Method: "POST", Path: "/api/Thing", Query: url.Values{"noInstall": {"true"}}})),
		second(w.Send(ctx, Request{Method: "PUT", Path: "/api/Thing", Body: []byte(`[1, 2]`)})),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	suffix := " token=" + canaryToken + "1 type=" + jsonType
	want := []string{
		"GET /api/PubItems/a%2Fb%25%C3%BC/Filter?Name=a+b&SiteId=1 " + suffix + " len=0",
		"GET /API/thing " + suffix + " len=0",
		`DELETE /api/Thing/1 {"account":"CORP\\a<b>"}` + suffix + " len=24",
		"POST /api/Thing?noInstall=true " + suffix + " len=0",
		"PUT /api/Thing [1,2]" + suffix + " len=5",
	}
	if a, b := strings.Join(got, "\n"), strings.Join(want, "\n"); a != b {
		t.Errorf("sent\n%s\nwant\n%s", a, b)
	}
}

func second[A any](_ A, err error) error { return err }

func TestMultipart(t *testing.T) {
	f := newTestFarm(t, func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseMultipartForm(1 << 20); err != nil {
			t.Error(err)
			return
		}
		if r.FormValue("name") != "logo" || r.FormValue("password") != canarySecret {
			t.Errorf("fields are %v", r.MultipartForm.Value)
		}
		h := r.MultipartForm.File["file"][0]
		if h.Filename != "a\"b.png" || h.Header.Get("Content-Type") != "image/png" || h.Size != 4 {
			t.Errorf("file is %+v", h)
		}
		w.WriteHeader(201)
	})
	s := f.connect(t, nil)
	req := Request{Method: "POST", Path: "/api/Thing", Multipart: &Multipart{
		Fields:    map[string]string{"name": "logo", "password": canarySecret},
		FileField: "file", FileName: `a"b.png`, ContentType: "image/png", File: []byte("\x89PNG"),
	}}
	if _, err := s.Writer().Send(context.Background(), req); err != nil {
		t.Error(err)
	}
	req.Body = 1
	_, err := s.Writer().Send(context.Background(), req)
	asError(t, err, KindInvalid)
}
