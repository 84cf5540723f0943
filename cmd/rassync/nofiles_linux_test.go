package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"rassync/internal/farmsim"
)

// TestNoMoreFileHandles leaves the real process no further file handle from a write
// on, and cuts its connection, so that it needs one: the run ends with what it knows,
// and can be finished, or taken back, once there are handles again.
func TestNoMoreFileHandles(t *testing.T) {
	k := newRace(t).killProof
	s := k.scene(t, k.farm, k.dir)
	k.start = s.read()
	s.must(0, "apply", s.dir, "--yes")
	k.goal = s.read()
	writes := s.farm.Writes()
	step := 1
	if testing.Short() {
		step = 3
	}
	for n := 1; n <= writes; n += step {
		t.Run(fmt.Sprint("write ", n), func(t *testing.T) {
			t.Parallel()
			starved, code, said := k.starve(t, n)
			if code == 0 {
				if n < writes {
					t.Error("it went through: it needed no handle")
				}
				return // all was done
			}
			if code != 5 || strings.Contains(said, "nothing was written") || !strings.Contains(said, " changes done") || !strings.Contains(said, "rassync apply --resume goes on, rassync rollback takes it back") {
				t.Errorf("exit code %d\n%s", code, said)
			}
			k.resumed(t, k.scene(t, starved.farm, starved.dir), 0)
			k.takenBack(t, k.scene(t, starved.farm, starved.dir), 0)
		})
	}
}

// starve runs the real command and takes the file handles away at its n-th write; its
// connections are cut, so that it needs others.
func (k *killProof) starve(t *testing.T, n int) (*scene, int, string) {
	t.Helper()
	s := k.scene(t, k.farm, k.dir)
	var env []string
	for name, value := range s.vars {
		env = append(env, name+"="+value)
	}
	cmd := command(t, env, "apply", s.dir, "--yes", "--rate", "off", "--timeout", "500ms", "--parallel", "1")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	started := make(chan struct{})
	var mu sync.Mutex
	writes := 0
	s.farm.SetFault(func(p *farmsim.FaultPoint) farmsim.Fault {
		mu.Lock()
		defer mu.Unlock()
		if p.After && p.Method != http.MethodGet && !strings.Contains(strings.ToLower(p.Path), "/session/log") {
			writes++
		}
		if writes < n {
			return farmsim.Fault{}
		}
		<-started
		if err := unix.Prlimit(cmd.Process.Pid, unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 3, Max: 3}, nil); err != nil {
			t.Error(err)
		}
		return farmsim.Fault{Cut: true}
	})
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	close(started)
	err := cmd.Wait()
	s.farm.SetFault(nil)
	if exit, ok := err.(*exec.ExitError); ok {
		return s, exit.ExitCode(), out.String()
	}
	if err != nil {
		t.Fatal(err)
	}
	return s, 0, out.String()
}
