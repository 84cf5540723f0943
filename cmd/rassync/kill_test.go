package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"rassync/internal/app"
	"rassync/internal/export"
	"rassync/internal/farmsim"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/ras"
	"rassync/internal/runs"
)

// The workspace of the proof before and after: together they need every kind
// of step. Each step stands in one place only, so that nothing hides another.
const killConfig = `references: farm
manage:
  kinds:
    - {kind: PubRDSApp, mode: exclusive}
    - {kind: PubFolder, mode: exclusive}
`

const killBefore = `
{kind: MFATOTP, site: Main, name: Authenticator, spec: {displayName: One, enabled: true, totpType: TOTP}}
---
{kind: Theme, site: Main, name: Staff, spec: {mfa: Authenticator}}
---
{kind: ClientPolicy, name: First, spec: {enabled: true, description: first}}
---
{kind: ClientPolicy, name: Second, spec: {enabled: true, description: second}}
---
{kind: RDSHostPool, site: Main, name: Day, spec: {description: day}}
---
{kind: RDSHost, site: Main, name: h1.example.com, spec: {hostPool: Day}}
---
{kind: PubFolder, site: Main, name: Old, spec: {}}
---
{kind: PubRDSApp, site: Main, name: Old/Gone, spec: {target: gone.exe}}
---
{kind: PubRDSApp, site: Main, name: Old/Paint, spec: {target: paint.exe}}
---
kind: PubRDSApp
site: Main
name: Notepad
spec:
  target: notepad.exe
  rules:
    - {name: One, enabled: true, criteria: {iPs: {enabled: true, allowedIPs: [10.0.0.1]}}}
    - {name: Two, enabled: true}
---
{kind: PubOrder, name: /, spec: {items: [Old, Notepad]}}
`

const killAfter = `
# replaced: only a create takes the type
{kind: MFATOTP, site: Main, name: Authenticator, confirm: replace, spec: {displayName: Two, enabled: true, totpType: MicrosoftTOTP}}
---
# created, with a secret
{kind: MFARadius, site: Main, name: Tokens, spec: {displayName: Tokens, radiusServer: radius.example.com, radiusPort: 1812, timeout: 20, retries: 2, secretKey: {fromEnv: MFA_RADIUS_SECRET}}}
---
{kind: Theme, site: Main, name: Staff, spec: {mfa: Authenticator}}
---
{kind: ClientPolicy, name: Second, spec: {enabled: true, description: second}}
---
{kind: ClientPolicy, name: First, spec: {enabled: true, description: first}}
---
{kind: ClientPolicyOrder, spec: {items: [Second, First]}}
---
# renamed
{kind: RDSHostPool, site: Main, name: Night, renamedFrom: Day, spec: {description: day}}
---
{kind: RDSHostPool, site: Main, name: Branch, spec: {description: new}}
---
# another group
{kind: RDSHost, site: Main, name: h1.example.com, spec: {hostPool: Branch}}
---
{kind: PubFolder, site: Main, name: Branch, spec: {}}
---
# moved; what else was in Old is deleted with it
{kind: PubRDSApp, site: Main, name: Branch/Paint, renamedFrom: Old/Paint, spec: {target: paint.exe}}
---
# updated, with entries of a list that go, come, move and change
kind: PubRDSApp
site: Main
name: Notepad
spec:
  target: notepad2.exe
  rules:
    - {name: Two, enabled: false}
    - {name: One, enabled: true, criteria: {iPs: {enabled: true, allowedIPs: [10.0.0.2-10.0.0.9]}}}
---
{kind: PubOrder, name: /, spec: {items: [Notepad, Branch]}}
`

const killSecret = "canary-kill-4711"

// killProof is the farm and the workspace right before the apply that is
// killed, and what exports say of the farm at the start and at the goal.
type killProof struct {
	farm        *farmsim.Farm
	dir         string
	host        string
	start, goal string
	writes      int
}

// scene is one farm with a copy of the workspace.
type scene struct {
	t    *testing.T
	farm *farmsim.Farm
	vars map[string]string
	dir  string
	host string
	// slept hears how long the commands have waited.
	slept func(time.Duration)
}

// scene makes a farm of its own from this one's state, and a copy of a folder.
func (k *killProof) scene(t *testing.T, farm *farmsim.Farm, dir string) *scene {
	t.Helper()
	s := &scene{t: t, farm: farm.Fork(), dir: filepath.Join(t.TempDir(), "farm"), host: k.host}
	if err := copyFolder(s.dir, dir); err != nil {
		t.Fatal(err)
	}
	server, err := s.farm.Start(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	policy := filepath.Join(t.TempDir(), "policy.yaml")
	if err := os.WriteFile(policy, []byte("destinations:\n  - {kind: MFARadius, property: radiusServer, hosts: [radius.example.com]}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.vars = map[string]string{"MFA_RADIUS_SECRET": killSecret, app.EnvPolicy: policy}
	for _, v := range farmVars(server) {
		name, value, _ := strings.Cut(v, "=")
		s.vars[name] = value
	}
	return s
}

// copyFolder copies a workspace. Schemas are the most of its files and are only
// ever replaced by others, never written to: links to them will do.
func copyFolder(to, from string) error {
	return filepath.WalkDir(from, func(p string, e os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, p)
		if err != nil {
			return err
		}
		dest := filepath.Join(to, rel)
		if e.IsDir() {
			return os.MkdirAll(dest, 0o755)
		}
		if strings.HasPrefix(filepath.ToSlash(rel), ".rassync/schemas/") && os.Link(p, dest) == nil {
			return nil
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		return os.WriteFile(dest, data, 0o600)
	})
}

// do carries out a command inside the test.
func (s *scene) do(args ...string) (int, string) { return s.call(append(args, "--rate", "off")) }

func (s *scene) call(args []string) (int, string) {
	var out bytes.Buffer
	env := &app.Env{In: strings.NewReader(""), Out: io.Discard, Err: &out, LookupEnv: func(name string) (string, bool) { v, ok := s.vars[name]; return v, ok },
		Now: time.Now, Clock: &testClock{slept: s.slept}, User: "tester", Host: s.host, PID: os.Getpid()}
	code := runWith(context.Background(), testApp(s.t, env), args)
	return code, out.String()
}

func (s *scene) must(code int, args ...string) {
	s.t.Helper()
	if got, out := s.do(args...); got != code {
		s.t.Fatalf("rassync %s: exit code %d instead of %d\n%s", strings.Join(args, " "), got, code, out)
	}
}

// testApp is a call of rassync that does not load the schemas anew.
func testApp(t testing.TB, env *app.Env) *app.App {
	t.Helper()
	cat, err := loadCatalog()
	if err != nil {
		t.Fatal(err)
	}
	return &app.App{Env: env, Catalog: cat, Tool: plan.Tool{Name: "rassync", Version: version()}}
}

// read gives the whole farm as one text, without ids.
func (s *scene) read() string {
	s.t.Helper()
	cat, err := loadCatalog()
	if err != nil {
		s.t.Fatal(err)
	}
	ctx := context.Background()
	server := httptest.NewServer(s.farm) // a look from outside needs no TLS
	defer server.Close()
	session, err := ras.Connect(ctx, ras.Config{URL: server.URL, Username: farmsim.DefaultUsername,
		Password: func() (string, error) { return farmsim.DefaultPassword, nil }, Reads: export.Reads(cat)})
	if err != nil {
		s.t.Fatal(err)
	}
	defer session.Close()
	live, err := export.Read(ctx, session.Reader(), cat, export.Request{Want: func(*model.Object, *model.Property) bool { return true }, Parallel: 4})
	if err != nil || len(live.NotRead) > 0 {
		s.t.Fatal(err, live)
	}
	var b strings.Builder
	for _, o := range live.All() {
		data, err := json.MarshalIndent(withoutIDs(o.Spec), "  "+o.Address.String()+" ", "  ")
		if err != nil {
			s.t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s %s\n", o.Address, data)
	}
	return b.String()
}

// withoutIDs leaves out the ids that the engine keeps in entries.
func withoutIDs(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := map[string]any{}
		for name, e := range v {
			if !strings.HasPrefix(name, "$") {
				m[name] = withoutIDs(e)
			}
		}
		return m
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = withoutIDs(e)
		}
		return out
	}
	return v
}

func newKillProof(t *testing.T) *killProof {
	t.Helper()
	cat, err := loadCatalog()
	if err != nil {
		t.Fatal(err)
	}
	k := &killProof{dir: t.TempDir()}
	if k.host, err = os.Hostname(); err != nil {
		t.Fatal(err)
	}
	put := func(name, text string) {
		if err := os.WriteFile(filepath.Join(k.dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("rassync.yaml", killConfig)
	put("farm.yaml", killBefore)
	fresh, err := farmsim.New(farmsim.Options{Catalog: cat, Rate: -1})
	if err != nil {
		t.Fatal(err)
	}
	s := k.scene(t, fresh, k.dir)
	s.must(0, "apply", s.dir, "--yes")
	k.farm, k.start = s.farm, s.read()
	put("farm.yaml", killAfter)

	s = k.scene(t, k.farm, k.dir)
	s.must(0, "apply", s.dir, "--yes", "--prune")
	for _, r := range s.farm.Requests() {
		if r.Write() {
			k.writes++
		}
	}
	k.goal = s.read()
	if k.goal == k.start {
		t.Fatal("the plan changes nothing")
	}
	everyKindOfStep(t, s)
	return k
}

// everyKindOfStep keeps the proof from becoming one of less.
func everyKindOfStep(t *testing.T, s *scene) {
	t.Helper()
	list, err := runs.Open(s.dir).Runs()
	if err != nil || len(list) != 1 {
		t.Fatalf("%d runs, %v", len(list), err)
	}
	seen := map[string]bool{}
	for _, e := range list[0].Entries {
		seen[e.Event] = true
		seen[e.Action] = true
		method, path, _ := strings.Cut(e.Request, " ")
		for _, word := range []string{"/move", "/Rules", "/Criteria", "/Members", "/order", "/Settings/apply"} {
			if strings.Contains(path, word) {
				seen[method+" "+word] = true
			}
		}
	}
	for _, want := range []string{"create", "update", "delete", "replace", "reorder", "send", "answer", "done", "applied", "finished",
		"POST /move", "POST /Rules", "DELETE /Rules", "PUT /Members", "PUT /order", "POST /Settings/apply"} {
		if !seen[want] {
			t.Errorf("the plan of the proof has no %s", want)
		}
	}
}

// killAt runs the real command and kills it at its n-th write: before the
// farm carries it out, or after it did and before it answers. It returns what
// is left: the farm and the workspace.
func (k *killProof) killAt(t *testing.T, n int, after bool) *scene {
	t.Helper()
	s := k.scene(t, k.farm, k.dir)
	var env []string
	for name, value := range s.vars {
		env = append(env, name+"="+value)
	}
	cmd := command(t, env, "apply", s.dir, "--yes", "--prune", "--rate", "off", "--parallel", "1")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	started, dead := make(chan struct{}), make(chan struct{})
	var mu sync.Mutex
	writes := 0
	s.farm.SetFault(func(p *farmsim.FaultPoint) farmsim.Fault {
		if p.Method == http.MethodGet || strings.Contains(strings.ToLower(p.Path), "/session/log") || p.After != after {
			return farmsim.Fault{}
		}
		mu.Lock()
		writes++
		now := writes == n
		mu.Unlock()
		if !now {
			return farmsim.Fault{}
		}
		<-started
		_ = cmd.Process.Kill()
		<-dead
		return farmsim.Fault{Cut: true}
	})
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	close(started)
	err := cmd.Wait()
	close(dead)
	if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() >= 0 && exit.ExitCode() != 1 {
		t.Fatalf("write %d: the process was not killed: %v\n%s", n, err, out.String())
	}
	s.farm.SetFault(nil)
	if strings.Contains(out.String(), killSecret) {
		t.Errorf("write %d: the secret was printed", n)
	}
	return s
}

// journalOf gives the journal of the workspace's newest run, "" if there is
// none.
func journalOf(t *testing.T, dir string) string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, ".rassync", "runs", "*", "journal.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	newest := ""
	for _, p := range all {
		newest = max(newest, p)
	}
	return newest
}

// cuts are the lengths that the journal may have had when the process died:
// as it is; and, if the farm did not take the last write, each line and half
// line since the answer before, for nothing changed on the farm since.
func cuts(t *testing.T, journal string, after bool) []int {
	t.Helper()
	data, err := os.ReadFile(journal)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(data, []byte("\n"))
	at := len(data)
	out := []int{at}
	for i := len(lines) - 1; !after && i >= 0; i-- {
		if len(lines[i]) == 0 {
			continue
		}
		if bytes.Contains(lines[i], []byte(`"event":"answer"`)) || bytes.Contains(lines[i], []byte(`"event":"applied"`)) {
			// Torn, it leaves the write before in doubt although it was carried
			// out. That it is missing altogether is the kill after that write.
			out = append(out, at-len(lines[i])/2)
			break
		}
		out = append(out, at-len(lines[i])/2, at-len(lines[i]))
		at -= len(lines[i])
	}
	return out
}

// TestKilledAtEveryJournalLine kills the real process at every line of the
// journal of a plan that has every kind of step, then resumes the run, and
// apart from that takes it back.
func TestKilledAtEveryJournalLine(t *testing.T) {
	k := newKillProof(t)
	step := 1
	if testing.Short() {
		step = 5
	}
	for n := 1; n <= k.writes; n += step {
		for _, after := range []bool{false, true} {
			name := fmt.Sprintf("write %d before", n)
			if after {
				name = fmt.Sprintf("write %d after", n)
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				dead := k.killAt(t, n, after)
				journal := journalOf(t, dead.dir)
				if journal == "" {
					t.Fatal("the run left no journal")
				}
				rel, err := filepath.Rel(dead.dir, journal)
				if err != nil {
					t.Fatal(err)
				}
				for _, length := range cuts(t, journal, after) {
					torn := func() *scene {
						s := k.scene(t, dead.farm, dead.dir)
						cutJournal(t, s.dir, filepath.Join(s.dir, rel), length)
						return s
					}
					k.resumed(t, torn(), length)
					k.takenBack(t, torn(), length)
				}
			})
		}
	}
}

// cutJournal makes a journal as short as it was earlier. What is kept apart of it
// was so too: it would take the cut for lines that somebody removed.
func cutJournal(t *testing.T, dir, journal string, length int) {
	t.Helper()
	info, err := os.Stat(journal)
	if err == nil && info.Size() > int64(length) {
		if err = os.Truncate(journal, int64(length)); err == nil {
			err = os.RemoveAll(filepath.Join(dir, ".rassync", "runs", ".heads"))
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

// resumed finishes the run and expects the goal.
func (k *killProof) resumed(t *testing.T, s *scene, length int) {
	t.Helper()
	code, out := s.do("apply", "--resume", "--dir", s.dir, "--yes")
	if code == 3 && !wrote(t, s.dir) {
		code, out = s.do("apply", s.dir, "--yes", "--prune") // it had not begun
	}
	if code != 0 {
		t.Fatalf("journal of %d bytes: not resumed: %d\n%s", length, code, out)
	}
	if now := s.read(); now != k.goal {
		t.Errorf("journal of %d bytes: resumed, but not at the goal:\n%s", length, lineDiff(k.goal, now))
	}
	k.leftBehind(t, s)
}

// takenBack rolls the run back and expects the start.
func (k *killProof) takenBack(t *testing.T, s *scene, length int) {
	t.Helper()
	if !wrote(t, s.dir) {
		s.must(3, "rollback", "--dir", s.dir, "--yes") // there is nothing to take back
		if now := s.read(); now != k.start {
			t.Errorf("journal of %d bytes: it says that nothing was written, but something was:\n%s", length, lineDiff(k.start, now))
		}
		return
	}
	code, out := s.do("rollback", "--dir", s.dir, "--yes")
	if code != 0 {
		t.Fatalf("journal of %d bytes: not rolled back: %d\n%s", length, code, out)
	}
	if now := s.read(); now != k.start {
		t.Errorf("journal of %d bytes: rolled back, but not at the start:\n%s", length, lineDiff(k.start, now))
	}
	k.leftBehind(t, s)
}

// leftBehind: nothing waits on the farm, no lock is left (but that of the dead
// process, if there was nothing to do), and no byte on the
// disk holds the secret.
func (k *killProof) leftBehind(t *testing.T, s *scene) {
	t.Helper()
	if s.farm.Pending() {
		t.Error("changes wait on the farm to be activated")
	}
	lock, err := os.ReadFile(filepath.Join(s.dir, ".rassync", "lock"))
	if err == nil && strings.Contains(string(lock), fmt.Sprintf(`"pid":%d,`, os.Getpid())) {
		t.Error("the lock was left")
	}
	if strings.Contains(everyByte(t, s.dir), killSecret) {
		t.Error("a file holds the secret")
	}
}

// wrote tells whether the newest run sent anything.
func wrote(t *testing.T, dir string) bool {
	t.Helper()
	list, err := runs.Open(dir).Runs()
	if err != nil {
		t.Fatal(err)
	}
	return len(list) > 0 && list[0].Wrote()
}

// everyByte is the content of all files below a folder.
func everyByte(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(p string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		b.Write(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// lineDiff shows the lines that only one of two texts has.
func lineDiff(a, b string) string {
	var out strings.Builder
	for _, side := range []struct{ sign, in, other string }{{"- ", a, b}, {"+ ", b, a}} {
		have := map[string]bool{}
		for _, l := range strings.Split(side.other, "\n") {
			have[l] = true
		}
		for _, l := range strings.Split(side.in, "\n") {
			if !have[l] {
				out.WriteString(side.sign + l + "\n")
			}
		}
	}
	return out.String()
}
