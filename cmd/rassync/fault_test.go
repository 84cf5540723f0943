package main

import (
	"context"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rassync/internal/farmsim"
)

// everyFault is each way in which one request can go wrong.
var everyFault = []struct {
	name  string
	after bool // the farm carries the request out first
	fault farmsim.Fault
}{
	{"cut before", false, farmsim.Fault{Cut: true}},
	{"cut after", true, farmsim.Fault{Cut: true}},
	{"truncated", true, farmsim.Fault{Truncate: true}},
	{"401", false, farmsim.Fault{Status: http.StatusUnauthorized}},
	{"429", false, farmsim.Fault{Status: http.StatusTooManyRequests}},
	{"500 before", false, farmsim.FaultInternal},
	{"500 after", true, farmsim.FaultInternal},
	{"503 before", false, farmsim.Fault{Status: http.StatusServiceUnavailable}},
	{"503 after", true, farmsim.Fault{Status: http.StatusServiceUnavailable}},
	{"html", true, farmsim.FaultHTML},
	{"slow before", false, farmsim.Fault{Delay: time.Hour}},
	{"slow after", true, farmsim.Fault{Delay: time.Hour}},
}

// patience is how long a command waits for a farm that does not answer; only
// where it is to run out, for a loaded machine is slow too.
func patience(f farmsim.Fault) string {
	if f.Delay > 0 {
		return "150ms"
	}
	return "1h"
}

// proveAll is the environment variable that leaves nothing out: make prove.
const proveAll = "RASSYNC_PROVE_ALL"

// faulted are the numbers of the requests that the i-th fault is tried on:
// each write meets every second fault, some of which come before the farm
// carries it out and some after; of the reads, which are much alike, each
// meets one. make prove tries all on all.
func faulted(requests []farmsim.Request, i int) []int {
	var out []int
	for n, r := range requests {
		each := 2
		switch {
		case os.Getenv(proveAll) != "":
			each = 1
		case testing.Short() || !r.Write():
			each = len(everyFault)
		}
		if (n+i)%each == 0 {
			out = append(out, n+1)
		}
	}
	return out
}

// TestExportWithEveryFault lets each request of an export go wrong in each
// way: the export is the same as without, or it fails and says so. Then
// nothing in the folder is lost or invented: each line is as it was, or as it
// is to be.
func TestExportWithEveryFault(t *testing.T) {
	k := &killProof{dir: t.TempDir(), host: "here"}
	old := newStand(t)
	old.run(context.Background(), 0, "export", "-o", k.dir, "--rate", "off")
	if err := old.farm.Change("Theme", 71, farmsim.Object{"description": "changed since"}); err != nil {
		t.Fatal(err)
	}
	old.farm.Apply()
	was := exported(t, k.dir)
	s := k.scene(t, old.farm, k.dir)
	s.must(0, "export", "-o", s.dir)
	requests, goal := s.farm.Requests(), exported(t, s.dir)
	if maps.Equal(was, goal) {
		t.Fatal("the export changes nothing")
	}
	var clean atomic.Int64
	t.Cleanup(func() { // after all parallel tests below
		if clean.Load() == 0 {
			t.Error("no export succeeded")
		}
	})
	for i, f := range everyFault {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			for _, n := range faulted(requests, i) {
				s := k.scene(t, old.farm, k.dir)
				s.farm.FaultAt(n, f.after, f.fault)
				code, out := s.do("export", "-o", s.dir, "--timeout", patience(f.fault))
				now := exported(t, s.dir)
				switch {
				case code == 0 && !maps.Equal(now, goal):
					t.Errorf("request %d: it passes for a whole export, but differs: %s", n, differing(goal, now))
				case code != 0 && code != 5 && !maps.Equal(now, was):
					t.Errorf("request %d: it failed (%d) and left the folder changed: %s\n%s", n, code, differing(was, now), out)
				case code == 5 && strayLines(now, was, goal) != "":
					t.Errorf("request %d: %s\n%s", n, strayLines(now, was, goal), out)
				case code != 0 && !strings.Contains(out, "error: "):
					t.Errorf("request %d: exit code %d without a word", n, code)
				case code == 0:
					clean.Add(1)
				}
			}
		})
	}
}

// exported is what an export writes for people: without what the private folder
// remembers, which each run may do otherwise.
func exported(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := textOf(t, dir)
	maps.DeleteFunc(all, func(name, _ string) bool { return strings.HasPrefix(name, ".rassync/") })
	return all
}

// strayLines says what of a folder is neither as it was nor as it is to be; ""
// if nothing is.
func strayLines(now, was, goal map[string]string) string {
	for name, text := range now {
		if name == "export-gaps.json" {
			continue
		}
		for line := range strings.Lines(text) {
			if !strings.Contains(was[name], line) && !strings.Contains(goal[name], line) {
				return name + " holds a new line: " + line
			}
		}
	}
	for name, text := range was {
		if docs := strings.Count(now[name], "\nkind: "); docs < strings.Count(text, "\nkind: ") {
			return name + " has lost documents"
		}
	}
	return ""
}

// textOf reads a folder, without the addresses that differ from farm to farm.
func textOf(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil || rel == "rassync.yaml" || filepath.ToSlash(rel) == ".rassync/done.json" { // when it ended
			return err
		}
		data, err := os.ReadFile(p)
		out[rel] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// differing names the files that are not the same.
func differing(a, b map[string]string) string {
	var out []string
	for name := range a {
		if b[name] != a[name] {
			out = append(out, name)
		}
	}
	for name := range b {
		if _, ok := a[name]; !ok {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

// TestRollbackWithEveryFault lets each request of a rollback go wrong in each
// way: it reaches the start, or it stops so that going on reaches it.
func TestRollbackWithEveryFault(t *testing.T) {
	k := newKillProof(t)
	applied := k.scene(t, k.farm, k.dir)
	applied.must(0, "apply", applied.dir, "--yes", "--prune")
	s := k.scene(t, applied.farm, applied.dir)
	s.must(0, "rollback", "--dir", s.dir, "--yes")
	requests := s.farm.Requests()
	if now := s.read(); now != k.start {
		t.Fatalf("without faults it is not at the start:\n%s", lineDiff(k.start, now))
	}
	for i, f := range everyFault {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			for _, n := range faulted(requests, i) {
				s := k.scene(t, applied.farm, applied.dir)
				s.farm.FaultAt(n, f.after, f.fault)
				code, first := s.do("rollback", "--dir", s.dir, "--yes", "--timeout", patience(f.fault))
				s.farm.SetFault(nil)
				if code != 0 {
					// What had begun is finished; what had not is begun anew.
					again, second := s.do("apply", "--resume", "--dir", s.dir, "--yes")
					if again == 3 {
						again, second = s.do("rollback", "--dir", s.dir, "--yes")
					}
					first += second
					if again != 0 {
						t.Fatalf("request %d: stopped with %d, and going on ended with %d\n%s", n, code, again, first)
					}
				}
				if now := s.read(); now != k.start {
					t.Fatalf("request %d: not at the start:\n%s\n%s", n, lineDiff(k.start, now), first)
				}
				if s.farm.Pending() {
					t.Errorf("request %d: changes wait to be activated", n)
				}
			}
		})
	}
}
