package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"rassync/internal/app"
	"rassync/internal/farmsim"
)

// command makes a process of the test binary that is the real command.
func command(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Args = append([]string{"rassync"}, args...)
	cmd.Env = append(os.Environ(), append([]string{"GOGC=" + strconv.Itoa(calm), "HOME=" + t.TempDir(), "XDG_CONFIG_HOME=" + t.TempDir()}, env...)...)
	cmd.Dir = t.TempDir()
	return cmd
}

// TestSimServes has the simulated farm print its address, logs on to it, and
// ends it by an interrupt.
func TestSimServes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no interrupts between processes")
	}
	cmd := command(t, nil, "sim", "--rate", "off", "--empty")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	said := map[string]string{}
	for lines := bufio.NewScanner(out); len(said) < 4 && lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), ": ")
		said[name] = value
	}
	export := command(t, []string{app.EnvFarm + "=" + said["url"], app.EnvFingerprint + "=" + said["fingerprint"],
		app.EnvUsername + "=" + said["username"], app.EnvPassword + "=" + said["password"]}, "export", "--rate", "off")
	if text, err := export.CombinedOutput(); err != nil {
		t.Errorf("export: %v\n%s", err, text)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("sim did not end well: %v", err)
	}
}

// TestInterrupt interrupts a command that waits for an answer: 130, and the
// session is logged off.
func TestInterrupt(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no interrupts between processes")
	}
	cat, err := loadCatalog()
	if err != nil {
		t.Fatal(err)
	}
	farm, err := farmsim.New(farmsim.Options{Catalog: cat, State: smallFarm(cat), Rate: -1})
	if err != nil {
		t.Fatal(err)
	}
	asked := make(chan struct{})
	var once sync.Once
	farm.SetFault(func(p *farmsim.FaultPoint) farmsim.Fault {
		if p.Method == http.MethodGet && !p.After {
			once.Do(func() { close(asked) })
			return farmsim.Fault{Delay: time.Hour}
		}
		return farmsim.Fault{}
	})
	server, err := farm.Start(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	var out bytes.Buffer
	cmd := command(t, farmVars(server), "export", "--rate", "off")
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	<-asked
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	err = cmd.Wait()
	exit, ok := err.(*exec.ExitError)
	if !ok || exit.ExitCode() != 130 || !strings.Contains(out.String(), "interrupted") {
		t.Errorf("%v\n%s", err, out.String())
	}
	if n := farm.Sessions(); n != 0 {
		t.Errorf("%d sessions were left open", n)
	}
}

func farmVars(s *farmsim.Server) []string {
	return []string{app.EnvFarm + "=" + s.URL, app.EnvFingerprint + "=" + s.Fingerprint, app.EnvUsername + "=" + farmsim.DefaultUsername, app.EnvPassword + "=" + farmsim.DefaultPassword}
}

// stand is a farm and a world for commands that run inside the test.
type stand struct {
	t      *testing.T
	farm   *farmsim.Farm
	server *farmsim.Server
	env    *app.Env
	out    bytes.Buffer
	err    bytes.Buffer
	dir    string
	vars   map[string]string
}

func newStand(t *testing.T) *stand {
	t.Helper()
	cat, err := loadCatalog()
	if err != nil {
		t.Fatal(err)
	}
	farm, err := farmsim.New(farmsim.Options{Catalog: cat, State: smallFarm(cat), Rate: -1})
	if err != nil {
		t.Fatal(err)
	}
	server, err := farm.Start(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	s := &stand{t: t, farm: farm, server: server, dir: t.TempDir(), vars: map[string]string{app.EnvFarm: server.URL, app.EnvFingerprint: server.Fingerprint,
		app.EnvUsername: farmsim.DefaultUsername, app.EnvPassword: farmsim.DefaultPassword}}
	s.env = &app.Env{In: strings.NewReader(""), LookupEnv: func(name string) (string, bool) { v, ok := s.vars[name]; return v, ok },
		ConfigDir: t.TempDir(), Now: time.Now, User: "tester", Host: "here", PID: os.Getpid()}
	return s
}

// run carries out a command and checks its exit code.
func (s *stand) run(ctx context.Context, want int, args ...string) {
	s.t.Helper()
	s.out.Reset()
	s.err.Reset()
	s.env.Out, s.env.Err = &s.out, io.Writer(&s.err)
	if got := run(ctx, s.env, args); got != want {
		s.t.Fatalf("rassync %s: exit code %d instead of %d\n%s%s", strings.Join(args, " "), got, want, s.out.String(), s.err.String())
	}
}

func (s *stand) says(words ...string) {
	s.t.Helper()
	for _, w := range words {
		if !strings.Contains(s.out.String()+s.err.String(), w) {
			s.t.Errorf("%q is not said:\n%s%s", w, s.out.String(), s.err.String())
		}
	}
}

// TestInterruptedApply interrupts an apply in the middle of a change: that
// change is finished, the rest is not begun, nothing is activated, and the run
// can be resumed or taken back.
func TestInterruptedApply(t *testing.T) {
	s := newStand(t)
	background := context.Background()
	s.run(background, 0, "export", "-o", s.dir, "--rate", "off")
	routes := s.dir + "/Main/CustomRoute.yaml"
	text, err := os.ReadFile(routes)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(routes, bytes.ReplaceAll(text, []byte(".example.com"), []byte(".example.org")), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(background)
	s.farm.SetFault(func(p *farmsim.FaultPoint) farmsim.Fault {
		if p.Method == http.MethodPut {
			cancel()
		}
		return farmsim.Fault{}
	})
	s.run(ctx, 130, "apply", s.dir, "--yes", "--rate", "off")
	s.says("interrupted: 1 of 12 changes done, 11 not begun", "apply --resume goes on")
	s.farm.SetFault(nil)
	if !s.farm.Pending() {
		t.Error("the changes were activated")
	}
	if n := s.farm.Sessions(); n != 0 {
		t.Errorf("%d sessions were left open", n)
	}
	// What waits on the farm is this run's own: resume needs no flag for it.
	s.run(background, 0, "apply", "--resume", "--dir", s.dir, "--yes", "--rate", "off")
	s.run(background, 0, "plan", s.dir, "--detailed-exitcode", "--rate", "off")
	s.run(background, 0, "rollback", "--dir", s.dir, "--yes", "--rate", "off")
	s.run(background, 2, "plan", s.dir, "--detailed-exitcode", "--rate", "off")
}

// TestTerminal asks a person: for the password, about an address that only a
// committed file names, and before it writes.
func TestTerminal(t *testing.T) {
	s := newStand(t)
	ctx := context.Background()
	s.run(ctx, 0, "export", "-o", s.dir, "--rate", "off", "--quiet")
	if err := os.WriteFile(s.dir+"/pool.yaml", []byte("kind: RDSHostPool\nsite: Main\nname: Night\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	asked := 0
	s.env.InTerminal, s.env.ErrTerminal = true, true
	s.env.ReadSecret = func(_ context.Context, prompt string) (string, error) {
		asked++
		if !strings.Contains(prompt, farmsim.DefaultUsername) {
			t.Errorf("the prompt %q does not say whose password is wanted", prompt)
		}
		return farmsim.DefaultPassword, nil
	}
	delete(s.vars, app.EnvPassword)
	delete(s.vars, app.EnvFarm)

	s.env.In = strings.NewReader("no\n")
	s.run(ctx, 7, "plan", s.dir, "--rate", "off")
	s.says("Send your credentials there?", "was not confirmed")
	if asked != 0 {
		t.Error("the password was asked for before the farm was confirmed")
	}
	s.env.In = strings.NewReader("yes\n")
	s.run(ctx, 0, "plan", s.dir, "--rate", "off")
	s.env.In = strings.NewReader("")
	s.run(ctx, 0, "plan", s.dir, "--rate", "off") // remembered
	if asked != 2 {
		t.Errorf("the password was asked for %d times", asked)
	}

	for _, answer := range []string{"", "no\n", "y\n"} {
		s.env.In = strings.NewReader(answer)
		s.run(ctx, 7, "apply", s.dir, "--rate", "off")
		s.says("Apply 1 change to farm Demo farm?", "not confirmed")
	}
	if n := s.farm.Writes(); n != 0 {
		t.Errorf("%d writes without a yes", n)
	}
	s.env.In = strings.NewReader("yes\n")
	s.run(ctx, 0, "apply", s.dir, "--rate", "off")
}

// TestSecondaryBroker: through the service of a secondary broker everything
// can be read and nothing is written.
func TestSecondaryBroker(t *testing.T) {
	s := newStand(t)
	ctx := context.Background()
	s.run(ctx, 0, "export", "-o", s.dir, "--rate", "off")
	if err := os.WriteFile(s.dir+"/pool.yaml", []byte("kind: RDSHostPool\nsite: Main\nname: Night\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	secondary := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		s.farm.ServeHTTP(answer, r)
		body := bytes.Replace(answer.Body.Bytes(), []byte(`"primaryBrokerConnection":true`), []byte(`"primaryBrokerConnection":false`), 1)
		w.Header().Set("Content-Type", answer.Header().Get("Content-Type"))
		w.WriteHeader(answer.Code)
		_, _ = w.Write(body)
	}))
	defer secondary.Close()
	sum := sha256.Sum256(secondary.Certificate().Raw)
	s.vars[app.EnvFarm], s.vars[app.EnvFingerprint] = secondary.URL, hex.EncodeToString(sum[:])
	s.run(ctx, 2, "plan", s.dir, "--rate", "off", "--detailed-exitcode")
	s.run(ctx, 7, "apply", s.dir, "--rate", "off", "--yes")
	s.says("talks to a secondary connection broker")
	if n := s.farm.Writes(); n != 0 {
		t.Errorf("%d writes", n)
	}
}
