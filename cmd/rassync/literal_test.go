package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"rassync/internal/app"
)

// A literal farm knows nothing of the schemas: its answers, and the requests that it
// takes, stand in a file, as they are in the reference pages and samples. So it
// notices where a schema is wrong, which the simulated farm, made from the same
// schemas, cannot.
//
// The file holds one exchange after the other, parted by empty lines:
//
//	GET /api/RDS/Host?SiteId=1          what a read answers; "500" alone instead of JSON: a status
//	[{"id": 5, "server": "rds1"}]
//
//	PUT /api/RDS/Host/5                 a write that is taken with exactly this body,
//	{"description": "new"}
//	204                                 how it is answered: a status, and a body if there is one,
//	> GET /api/RDS/Host/5               and what is read afterwards
//	{"id": 5, "server": "rds1", "description": "new"}
//
// Letter case of paths and names of queries does not count. A read that is not in
// the file is answered 404, a write 400, and both are noted.
type literalFarm struct {
	mu       sync.Mutex
	reads    map[string]string
	writes   []*literalWrite
	strange  []string // writes that nobody foresaw
	unknown  []string // reads that the file does not have
	applied  int
	sessions int
}

type literalWrite struct {
	method, target string
	body           any
	status         int
	answer         string
	then           map[string]string
	done           bool
}

// literalCommand serves a literal farm, or looks at it:
//
//	literal start FILE    serve what stands in the file
//	literal done          every write of the file was made, no other one, and the session ended
//	literal writes N      so many of the file's writes were made
//	literal applies N     so often the settings were applied
func literalCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: literal start FILE, literal done")
	}
	key := literalKey{}
	if args[0] == "start" {
		f := parseLiteral(ts, ts.ReadFile(args[1]))
		server := httptest.NewTLSServer(f)
		sum := sha256.Sum256(server.Certificate().Raw)
		ts.Defer(server.Close)
		*(ts.Value(key).(*any)) = f
		ts.Setenv(app.EnvFarm, server.URL)
		ts.Setenv(app.EnvFingerprint, hex.EncodeToString(sum[:]))
		ts.Setenv(app.EnvUsername, "admin@example.com")
		ts.Setenv(app.EnvPassword, "secret")
		return
	}
	f, ok := (*(ts.Value(key).(*any))).(*literalFarm)
	if !ok {
		ts.Fatalf("there is no farm: literal start FILE")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	made := 0
	var open []string
	for _, w := range f.writes {
		if w.done {
			made++
		} else {
			open = append(open, w.method+" "+w.target)
		}
	}
	switch args[0] {
	case "done":
		if len(f.strange) > 0 || len(open) > 0 {
			ts.Fatalf("not foreseen: %s\nnot made: %s", strings.Join(f.strange, "; "), strings.Join(open, "; "))
		}
		if f.sessions != 0 {
			ts.Fatalf("%d sessions were left open", f.sessions)
		}
	case "writes":
		if itoa(made) != args[1] || len(f.strange) > 0 {
			ts.Fatalf("%d writes; not foreseen: %s", made, strings.Join(f.strange, "; "))
		}
	case "applies":
		if itoa(f.applied) != args[1] {
			ts.Fatalf("applied %d times", f.applied)
		}
	case "unknown": // the reads that the file lacks, for whoever writes one
		fmt.Fprintln(ts.Stderr(), strings.Join(f.unknown, "\n"))
	default:
		ts.Fatalf("literal %s?", args[0])
	}
}

type literalKey struct{}

func parseLiteral(ts *testscript.TestScript, text string) *literalFarm {
	f := &literalFarm{reads: map[string]string{}}
	for _, block := range strings.Split(text, "\n\n") {
		var lines []string
		for _, l := range strings.Split(strings.Trim(block, "\n"), "\n") {
			if !strings.HasPrefix(l, "#") {
				lines = append(lines, l)
			}
		}
		if len(lines) == 0 || lines[0] == "" {
			continue
		}
		method, target, ok := strings.Cut(strings.TrimSpace(lines[0]), " ")
		if !ok {
			ts.Fatalf("%q: want a method and a path", lines[0])
		}
		rest := strings.Join(lines[1:], "\n")
		if method == http.MethodGet {
			f.reads[literalTarget(ts, target)] = rest
			continue
		}
		f.writes = append(f.writes, parseLiteralWrite(ts, method, literalTarget(ts, target), lines[1:]))
	}
	return f
}

// parseLiteralWrite reads a body, the answer, and what is read afterwards.
func parseLiteralWrite(ts *testscript.TestScript, method, target string, lines []string) *literalWrite {
	w := &literalWrite{method: method, target: target, then: map[string]string{}}
	var body []string
	i := 0
	for ; i < len(lines) && !isStatus(lines[i]); i++ {
		body = append(body, lines[i])
	}
	if len(body) > 0 {
		ts.Check(json.Unmarshal([]byte(strings.Join(body, "\n")), &w.body))
	}
	if i == len(lines) {
		ts.Fatalf("%s %s: no status", method, target)
	}
	status, answer, _ := strings.Cut(lines[i], " ")
	w.status, _ = strconv.Atoi(status)
	at := ""
	for _, l := range lines[i+1:] {
		if read, ok := strings.CutPrefix(l, "> GET "); ok {
			at = literalTarget(ts, read)
			continue
		}
		if at == "" {
			answer += "\n" + l
			continue
		}
		w.then[at] += l + "\n"
	}
	w.answer = strings.TrimSpace(answer)
	return w
}

func isStatus(line string) bool {
	first, _, _ := strings.Cut(line, " ")
	n, err := strconv.Atoi(first)
	return err == nil && n >= 200 && n < 600
}

// literalTarget brings a path and its query into one form.
func literalTarget(ts *testscript.TestScript, target string) string {
	u, err := url.Parse(strings.TrimSpace(target))
	ts.Check(err)
	return targetOf(u)
}

func targetOf(u *url.URL) string {
	query := url.Values{}
	for name, v := range u.Query() {
		query[strings.ToLower(name)] = v
	}
	return strings.TrimSuffix(strings.ToLower(u.Path)+"?"+query.Encode(), "?")
}

func (f *literalFarm) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	w.Header().Set("Content-Type", "application/json; api-version=1.0")
	target := targetOf(r.URL)
	switch strings.ToLower(r.Method + " " + r.URL.Path) {
	case "post /api/session/logon":
		f.sessions++
		fmt.Fprint(w, `{"authToken":"t","localAuth":false,"userId":1,"applySettingsEnabled":false,"connectedSiteId":1,"settingsId":7,"sessionId":"1","connectedServer":"broker1.example.com","licensingServer":"broker1.example.com","primaryBrokerConnection":true,"licensingServerConnection":true,"domain":"example.com","farmName":"Literal farm","farmGUID":"{11111111-2222-3333-4444-555555555555}"}`)
		return
	case "post /api/session/logoff":
		f.sessions--
		fmt.Fprint(w, `"logged off"`)
		return
	case "post /api/settings/apply":
		f.applied++
		w.WriteHeader(http.StatusNoContent)
		return
	case "get /api/webservice/version":
		if _, own := f.reads[target]; !own {
			fmt.Fprint(w, `"21.2.0.1"`)
			return
		}
	}
	if r.Header.Get("auth_token") != "t" || !strings.Contains(r.Header.Get("Content-Type"), "api-version=1.0") {
		literalProblem(w, http.StatusUnauthorized, r.URL.Path)
		return
	}
	if r.Method == http.MethodGet {
		answer, ok := f.reads[target]
		switch n, err := strconv.Atoi(strings.TrimSpace(answer)); {
		case !ok:
			f.unknown = append(f.unknown, r.Method+" "+r.URL.RequestURI())
			literalProblem(w, http.StatusNotFound, r.URL.Path)
		case err == nil && n >= 200 && n < 600:
			literalProblem(w, n, r.URL.Path)
		default:
			fmt.Fprint(w, answer)
		}
		return
	}
	f.write(w, r, target, body)
}

func (f *literalFarm) write(w http.ResponseWriter, r *http.Request, target string, body []byte) {
	var sent any
	if len(bytes.TrimSpace(body)) > 0 {
		if err := json.Unmarshal(body, &sent); err != nil {
			sent = string(body)
		}
	}
	for _, l := range f.writes {
		if l.done || l.method != r.Method || l.target != target || !reflect.DeepEqual(l.body, sent) {
			continue
		}
		l.done = true
		for at, answer := range l.then {
			f.reads[at] = answer
		}
		w.WriteHeader(l.status)
		fmt.Fprint(w, l.answer)
		return
	}
	f.strange = append(f.strange, fmt.Sprintf("%s %s %s", r.Method, r.URL.RequestURI(), body))
	w.WriteHeader(http.StatusBadRequest)
	fmt.Fprint(w, `{"code":0,"msg":"not foreseen"}`)
}

func literalProblem(w http.ResponseWriter, status int, path string) {
	w.WriteHeader(status)
	if status == http.StatusNoContent {
		return
	}
	fmt.Fprintf(w, `{"type":"about:blank","title":%q,"status":%d,"detail":"","instance":%q}`, http.StatusText(status), status, path)
}
