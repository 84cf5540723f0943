package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"rassync/internal/farmsim"
	"rassync/internal/model"
)

const raceWants = `
{kind: PubFolder, site: Main, name: Shop, spec: {}}
---
{kind: PubRDSApp, site: Main, name: Shop/Till, spec: {target: till.exe, rules: [{name: One, enabled: true}]}}
---
{kind: RDSHostPool, site: Main, name: Branch, spec: {description: branch}}
---
{kind: ClientPolicy, name: Staff, spec: {enabled: true, description: staff}}
`

// race is a farm that takes twins, and a workspace with objects that it lacks.
type race struct {
	*killProof
}

func newRace(t *testing.T) *race {
	t.Helper()
	cat, err := loadCatalog()
	if err != nil {
		t.Fatal(err)
	}
	k := &killProof{dir: t.TempDir()}
	if k.host, err = os.Hostname(); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"rassync.yaml": "references: farm\n", "farm.yaml": raceWants} {
		if err := os.WriteFile(filepath.Join(k.dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if k.farm, err = farmsim.New(farmsim.Options{Catalog: cat, Rate: -1, Switches: farmsim.Switches{DuplicateNames: true}}); err != nil {
		t.Fatal(err)
	}
	return &race{k}
}

// runner carries out one of the two applies: in a process of its own, or within the
// test.
type runner func(t *testing.T, s *scene, dir string) (int, string)

func inside(_ *testing.T, s *scene, dir string) (int, string) {
	other := *s
	other.dir = dir
	return other.do("apply", dir, "--yes")
}

func process(t *testing.T, s *scene, dir string) (int, string) {
	var env []string
	for name, value := range s.vars {
		env = append(env, name+"="+value)
	}
	cmd := command(t, env, "apply", dir, "--yes", "--rate", "off")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if exit, ok := err.(*exec.ExitError); ok {
		return exit.ExitCode(), out.String()
	}
	if err != nil {
		t.Error(err)
	}
	return 0, out.String()
}

// gate lets the first apply go up to its request n, then the other one up to its
// request m (or its end), then the first to its end, then the other. Only one of
// them runs at a time, so that which request is whose is certain.
type gate struct {
	mu          sync.Mutex
	count, hold int
	after       bool
	held, let   chan struct{}
}

func (g *gate) next(hold int, after bool) (held, let chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.count, g.hold, g.after, g.held, g.let = 0, hold, after, make(chan struct{}), make(chan struct{})
	return g.held, g.let
}

func (g *gate) pass(p *farmsim.FaultPoint) farmsim.Fault {
	g.mu.Lock()
	var wait chan struct{}
	if p.After == g.after {
		if g.count++; g.count == g.hold {
			wait = g.let
			close(g.held)
		}
	}
	g.mu.Unlock()
	if wait != nil {
		<-wait
	}
	return farmsim.Fault{}
}

type outcome struct {
	code int
	said string
}

// run races two applies and gives what came of them; false if the first one has no
// request n.
func (k *race) run(t *testing.T, how runner, n int, after bool, m int) ([2]outcome, bool) {
	t.Helper()
	s := k.scene(t, k.farm, k.dir)
	dirs := [2]string{s.dir, filepath.Join(t.TempDir(), "clone")}
	if err := copyFolder(dirs[1], k.dir); err != nil {
		t.Fatal(err)
	}
	var ends [2]chan outcome
	start := func(i int) {
		ends[i] = make(chan outcome, 1)
		go func() {
			code, said := how(t, s, dirs[i])
			ends[i] <- outcome{code, said}
		}()
	}
	g := &gate{}
	held, letFirst := g.next(n, after)
	s.farm.SetFault(g.pass)
	start(0)
	var got [2]outcome
	select {
	case got[0] = <-ends[0]:
		return got, false
	case <-held:
	}
	held, letOther := g.next(m, after)
	start(1)
	otherEnded := false
	select {
	case got[1] = <-ends[1]:
		otherEnded = true
	case <-held:
	}
	g.next(0, false)
	close(letFirst)
	got[0] = <-ends[0]
	if !otherEnded {
		close(letOther)
		got[1] = <-ends[1]
	}
	s.farm.SetFault(nil)

	where := fmt.Sprintf("first held at %d, the other at %d, after: %v", n, m, after)
	k.oneOfEach(t, where, s.farm)
	for i, o := range got {
		if o.code != 0 && o.code != 5 && o.code != 6 && o.code != 7 {
			t.Errorf("%s: apply %d ended with %d\n%s", where, i, o.code, o.said)
		}
	}
	// Whatever was left waiting can be brought to its end.
	for i, o := range got {
		if o.code == 5 {
			s.must(0, "apply", "--resume", "--dir", dirs[i], "--yes", "--foreign-staged", "activate")
		}
	}
	s.must(0, "apply", s.dir, "--yes", "--allow-staged", "--foreign-staged", "activate")
	s.must(0, "plan", s.dir, "--detailed-exitcode")
	k.oneOfEach(t, where+", and applied again", s.farm)
	if t.Failed() {
		t.Fatalf("%s:\n%s\n%s", where, got[0].said, got[1].said)
	}
	return got, true
}

// oneOfEach expects each declared object exactly once.
func (k *race) oneOfEach(t *testing.T, where string, farm *farmsim.Farm) {
	t.Helper()
	state := farm.Staged()
	for kind, name := range map[string]string{"PubFolder": "Shop", "PubRDSApp": "Till", "RDSHostPool": "Branch", "ClientPolicy": "Staff"} {
		cat, err := loadCatalog()
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, o := range state[kind] {
			if have, ok := o[cat.Kind(kind).Identity.Read].(string); ok && model.SameName(have, name) {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s: %d objects %s %q", where, n, kind, name)
		}
	}
}

// requests is the number of the first request of an apply that writes, and that of
// its last one.
func (k *race) requests(t *testing.T) (first, last int) {
	t.Helper()
	s := k.scene(t, k.farm, k.dir)
	s.farm.ResetLog()
	s.must(0, "apply", s.dir, "--yes")
	for i, r := range s.farm.Requests() {
		if r.Write() && first == 0 && r.Method == http.MethodPost {
			first = i + 1
		}
		last = i + 1
	}
	return first, last
}

// TestTwoAppliesAtOnce races two applies of two clones on a farm that takes twins:
// the first is held at each of its requests around its writes, before and after the
// farm carries it out, and the other at its own. One of each object is left.
func TestTwoAppliesAtOnce(t *testing.T) {
	k := newRace(t)
	first, last := k.requests(t)
	step, other := 1, 5
	if testing.Short() {
		step, other = 4, 11
	}
	var mu sync.Mutex
	taken := 0
	t.Run("at", func(t *testing.T) {
		for n := first - 3; n <= last; n += step {
			for _, after := range []bool{false, true} {
				t.Run(fmt.Sprintf("request %d after %v", n, after), func(t *testing.T) {
					t.Parallel()
					for m := 0; m <= last; {
						got, there := k.run(t, inside, n, after, m)
						if !there {
							return
						}
						mu.Lock()
						for _, o := range got {
							if o.code == 6 && strings.Contains(o.said, "was taken back") {
								taken++
							}
						}
						mu.Unlock()
						if m == 0 {
							m = first - 1 + n%other
						} else {
							m += other
						}
					}
				})
			}
		}
	})
	if taken == 0 {
		t.Error("in no case a twin was taken back")
	}
}

// TestTwoProcessesAtOnce is TestTwoAppliesAtOnce with two real processes.
func TestTwoProcessesAtOnce(t *testing.T) {
	k := newRace(t)
	first, last := k.requests(t)
	step := 2
	if testing.Short() {
		step = 7
	}
	for n := first; n <= last; n += step {
		for _, after := range []bool{false, true} {
			if _, there := k.run(t, process, n, after, 0); !there {
				break
			}
		}
	}
}

// TestLateCreate: the farm carries a create out after the client has given it up. It
// is looked for, and never sent again on a guess.
func TestLateCreate(t *testing.T) {
	k := newRace(t)
	for name, arrives := range map[string]bool{"it arrives": true, "it never arrives": false} {
		t.Run(name, func(t *testing.T) {
			s := k.scene(t, k.farm, k.dir)
			done := false
			s.farm.SetFault(func(p *farmsim.FaultPoint) farmsim.Fault {
				if done || p.After || p.Method != http.MethodPost || !strings.Contains(p.Path, "/HostPool") {
					return farmsim.Fault{}
				}
				done = true
				return farmsim.Fault{Late: arrives, Cut: !arrives}
			})
			s.slept = func(all time.Duration) {
				if all >= 3*time.Second {
					s.farm.CarryOutLate()
				}
			}
			code, said := s.do("apply", s.dir, "--yes")
			s.farm.SetFault(nil)
			if arrives && code != 0 || !arrives && code != 5 {
				t.Fatalf("exit code %d\n%s", code, said)
			}
			if !arrives {
				if !strings.Contains(said, "nobody knows whether the farm made Main/RDSHostPool/Branch") || !strings.Contains(said, "apply --resume goes on") {
					t.Error(said)
				}
				s.must(0, "apply", "--resume", "--dir", s.dir, "--yes")
			}
			k.oneOfEach(t, name, s.farm)
			s.must(0, "plan", s.dir, "--detailed-exitcode")
		})
	}
}
