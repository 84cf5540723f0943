package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"rassync/internal/farmsim"
	"rassync/internal/runs"
)

// held is a real apply that hangs in its first change, because the farm keeps
// the request back until let is closed.
type held struct {
	*stand
	cmd *exec.Cmd
	err *bufio.Reader
	let chan struct{}
	end sync.Once
}

func holdApply(t *testing.T) *held {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("no signals between processes")
	}
	h := &held{stand: calculatorStand(t), let: make(chan struct{})}
	asked := make(chan struct{})
	var once sync.Once
	h.farm.SetFault(func(p *farmsim.FaultPoint) farmsim.Fault {
		if p.Method == http.MethodPut && !p.After {
			once.Do(func() { close(asked) })
			<-h.let
		}
		return farmsim.Fault{}
	})
	h.cmd = command(t, farmVars(h.server), "apply", h.dir, "--yes", "--rate", "off")
	caughtHere(t) // under nohup the process would begin with SIGHUP ignored
	pipe, err := h.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	h.err = bufio.NewReader(pipe)
	if err := h.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		h.letGo()
		_ = h.cmd.Process.Kill()
	})
	<-asked
	return h
}

// caughtHere has the test catch SIGHUP: a process that it starts begins with
// the default then, whatever the test itself was started with.
func caughtHere(t *testing.T) {
	heard := make(chan os.Signal, 1)
	signal.Notify(heard, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(heard) })
}

func (h *held) letGo() { h.end.Do(func() { close(h.let) }) }

// signal sends one and waits until the process says that it has come.
func (h *held) signal(s os.Signal) {
	h.t.Helper()
	if err := h.cmd.Process.Signal(s); err != nil {
		h.t.Fatal(err)
	}
	for {
		line, err := h.err.ReadString('\n')
		if strings.Contains(line, "interrupt again to stop now") {
			return
		}
		if err != nil {
			h.t.Fatal("the process does not say that it was interrupted")
		}
	}
}

// ended waits for the end and gives the rest of what was said.
func (h *held) ended(want int) string {
	h.t.Helper()
	rest, _ := io.ReadAll(h.err)
	err := h.cmd.Wait()
	if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != want {
		h.t.Fatalf("%v instead of exit code %d\n%s", err, want, rest)
	}
	return string(rest)
}

func (h *held) state() string {
	h.t.Helper()
	list, err := runs.Open(h.dir).Runs()
	if err != nil || len(list) != 1 {
		h.t.Fatalf("%d runs, %v", len(list), err)
	}
	return list[0].State()
}

// TestOneInterrupt: Ctrl-C, SIGTERM as a pipeline sends it, and SIGHUP when the
// terminal is closed or the connection lost, let the change under way finish; then the run ends with journal and summary, logged off.
func TestOneInterrupt(t *testing.T) {
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(s.String(), func(t *testing.T) {
			h := holdApply(t)
			h.signal(s)
			if s == syscall.SIGHUP { // the shell passes it on: it comes twice
				if err := h.cmd.Process.Signal(s); err != nil {
					t.Fatal(err)
				}
			}
			h.letGo()
			said := h.ended(130)
			for _, want := range []string{"interrupted", "apply --resume goes on", "rassync history show", "requests (1 writes)"} {
				if !strings.Contains(said, want) {
					t.Errorf("%q is not said:\n%s", want, said)
				}
			}
			if got := h.state(); got != "interrupted" {
				t.Errorf("the journal says %s", got)
			}
			if n := h.farm.Sessions(); n != 0 {
				t.Errorf("%d sessions were left open", n)
			}
			if n := h.farm.Writes(); n != 1 || !h.farm.Pending() {
				t.Errorf("%d writes, waiting to be activated: %v", n, h.farm.Pending())
			}
			if _, err := os.Stat(h.dir + "/.rassync/lock"); err == nil {
				t.Error("the lock was left")
			}
		})
	}
}

// TestSecondInterrupt: a second Ctrl-C does not wait for the farm. What the
// journal holds is enough to go on.
func TestSecondInterrupt(t *testing.T) {
	h := holdApply(t)
	h.signal(os.Interrupt)
	if err := h.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	h.ended(130) // the farm has not answered yet
	if got := h.state(); got != "unfinished" {
		t.Errorf("the journal says %s", got)
	}
	h.farm.SetFault(nil)
	h.letGo()
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	h.env.Host = host
	ctx := context.Background()
	h.run(ctx, 0, "apply", "--resume", "--dir", h.dir, "--yes", "--rate", "off")
	h.run(ctx, 0, "plan", h.dir, "--detailed-exitcode", "--rate", "off")
}
