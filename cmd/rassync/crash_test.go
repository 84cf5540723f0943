package main

import (
	"context"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestNobodyReads: whoever reads stdout and stderr is gone before the run begins.
// It is carried out, activated and logged off all the same, and its end is what
// counts.
func TestNobodyReads(t *testing.T) {
	for _, args := range [][]string{{}, {"--format", "json"}} {
		s := calculatorStand(t)
		cmd := command(t, farmVars(s.server), append([]string{"apply", s.dir, "--yes", "--rate", "off"}, args...)...)
		var mine []*os.File
		for _, to := range []*io.Writer{&cmd.Stdout, &cmd.Stderr} {
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			*to = w
			mine = append(mine, w)
			r.Close()
		}
		err := cmd.Run()
		for _, f := range mine {
			f.Close()
		}
		if err != nil {
			t.Errorf("apply %v: %v", args, err)
		}
		if s.farm.Writes() == 0 || s.farm.Pending() || s.farm.Sessions() != 0 {
			t.Errorf("apply %v: %d writes, waiting to be activated: %v, %d sessions left open", args, s.farm.Writes(), s.farm.Pending(), s.farm.Sessions())
		}
		s.env.Host, _ = os.Hostname()
		s.run(context.Background(), 0, "plan", s.dir, "--detailed-exitcode", "--rate", "off")
	}
}

// TestReaderGoneEndsReading: a command that only reads ends without a word, logged
// off.
func TestReaderGoneEndsReading(t *testing.T) {
	s := calculatorStand(t)
	cmd := command(t, farmVars(s.server), "plan", s.dir, "--rate", "off", "-q")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	r.Close()
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = w, &said
	err = cmd.Run()
	if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != 1 || said.Len() > 0 || s.farm.Sessions() != 0 {
		t.Errorf("%v, %d sessions, said %q", err, s.farm.Sessions(), said.String())
	}
}

// TestRuntimeCrashIsNoPendingChange: Go ends a crashed process with 2, which means
// that changes are pending.
func TestRuntimeCrashIsNoPendingChange(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signals between processes")
	}
	for _, s := range []syscall.Signal{syscall.SIGSEGV, syscall.SIGQUIT} {
		h := holdApply(t)
		if err := h.cmd.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, h.err)
		err := h.cmd.Wait()
		exit, ok := err.(*exec.ExitError)
		if !ok || exit.ExitCode() != -1 || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGABRT || exit.Sys().(syscall.WaitStatus).CoreDump() {
			t.Errorf("%s: %v", s, err)
		}
	}
}

// TestCrashInARun: a panic in the middle of a run is told as what it is: part of
// the changes is done, and these are the ways on.
func TestCrashInARun(t *testing.T) {
	s := calculatorStand(t)
	plain, crash := s.env.Now, false
	s.env.Now = func() time.Time {
		if crash = crash || s.farm.Writes() > 0; crash {
			panic("the clock broke")
		}
		return plain()
	}
	s.run(context.Background(), 5, "apply", s.dir, "--yes", "--rate", "off")
	s.says("rassync crashed: the clock broke", "0 of 1 change done", "apply --resume goes on, rassync rollback takes it back", "goroutine ")
	if n := s.farm.Sessions(); n != 0 {
		t.Errorf("%d sessions were left open", n)
	}
	s.env.Now = plain
	s.run(context.Background(), 0, "apply", "--resume", "--dir", s.dir, "--yes", "--rate", "off")
}

// A panic before anything was written is an error like others.
func TestCrashElsewhere(t *testing.T) {
	s := calculatorStand(t)
	s.env.LookupEnv = func(string) (string, bool) { panic("no environment") }
	s.run(context.Background(), 1, "plan", s.dir, "--detailed-exitcode", "--rate", "off")
	s.says("rassync crashed: no environment", "report it")
}
