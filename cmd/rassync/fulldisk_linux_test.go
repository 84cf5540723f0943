package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// fillDisk makes every further write to the journals of this process fail as on a
// full disk. It tells whether one is open.
func fillDisk(t *testing.T, dir string) bool {
	t.Helper()
	full, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	links, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, link := range links {
		to, err := os.Readlink(link)
		if err != nil || !strings.HasPrefix(to, dir) || filepath.Base(to) != "journal.jsonl" {
			continue
		}
		fd := 0
		for _, c := range filepath.Base(link) {
			fd = fd*10 + int(c-'0')
		}
		if err := syscall.Dup3(int(full.Fd()), fd, syscall.O_CLOEXEC); err != nil {
			t.Fatal(err)
		}
		found = true
	}
	return found
}

// TestFullDisk fills the disk before each line of the journal: the run says what it
// knows, and can be finished once there is room again.
func TestFullDisk(t *testing.T) {
	for line := 1; ; line++ {
		s := calculatorStand(t)
		plain, lines, before := s.env.Now, 0, 0
		s.env.Now = func() time.Time {
			if open, err := filepath.Glob(filepath.Join(s.dir, ".rassync/runs/*/journal.jsonl")); err == nil && len(open) > 0 {
				if lines++; lines == line && fillDisk(t, s.dir) {
					before = s.farm.Writes()
				}
			}
			return plain()
		}
		s.env.Out, s.env.Err = &s.out, &s.err
		code := run(context.Background(), s.env, []string{"apply", s.dir, "--yes", "--rate", "off"})
		if code == 0 { // it was full after the last line only
			if line < 8 {
				t.Errorf("a journal of less than %d lines", line)
			}
			s.run(context.Background(), 0, "plan", s.dir, "--detailed-exitcode", "--rate", "off")
			return
		}
		s.says("no space left on device")
		switch {
		case s.farm.Writes() == 0:
			s.says("nothing was written")
			if code != 1 {
				t.Errorf("line %d: exit code %d before anything was written", line, code)
			}
		default:
			s.says(" of 1 change done", "apply --resume goes on", "rassync rollback takes it back")
			if code != 5 || strings.Contains(s.err.String(), "nothing was written") {
				t.Errorf("line %d: exit code %d after %d writes\n%s", line, code, before, s.err.String())
			}
			s.env.Now = plain
			s.run(context.Background(), 0, "apply", "--resume", "--dir", s.dir, "--yes", "--rate", "off")
			s.run(context.Background(), 0, "plan", s.dir, "--detailed-exitcode", "--rate", "off")
		}
		if t.Failed() {
			return
		}
	}
}
