package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"testing"
	"time"

	"rassync/internal/app"
	"rassync/internal/farmsim"
	"rassync/internal/guard"
	"rassync/internal/selector"
	"rassync/internal/workspace"
)

// request is an operation to measure.
type request struct {
	Operation        string
	Dir              string
	Other            string // folder to compare with
	File             string // of a plan
	Only             string // selector
	Parallel         int    // requests at once; 0 for the default
	URL, Fingerprint string
}

// measure is what an operation cost.
type measure struct {
	Changes   int
	Requests  int
	Wall      time.Duration
	CPU       time.Duration
	Allocs    uint64
	Allocated uint64
	Peak      uint64 // of the process's memory, 0 where the system does not tell
}

// start carries an operation out in a process of its own.
func start(tb testing.TB, q request) measure {
	tb.Helper()
	in, err := json.Marshal(q)
	if err != nil {
		tb.Fatal(err)
	}
	var out bytes.Buffer
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), envRole+"=operation")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), &out, os.Stderr
	if err := cmd.Run(); err != nil {
		tb.Fatalf("%s: %v", q.Operation, err)
	}
	var m measure
	if err := json.Unmarshal(out.Bytes(), &m); err != nil {
		tb.Fatalf("%s: %v", q.Operation, err)
	}
	m.CPU = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return m
}

// operate is the process of an operation. RASSYNC_BENCH_PROFILE names a
// folder for its CPU profile.
func operate() error {
	begun := time.Now()
	app.CalmGC()
	var q request
	if err := json.NewDecoder(os.Stdin).Decode(&q); err != nil {
		return err
	}
	if dir := os.Getenv("RASSYNC_BENCH_PROFILE"); dir != "" {
		f, err := os.CreateTemp(dir, q.Operation+"-*.cpu")
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	var m measure
	if err := m.carryOut(context.Background(), q); err != nil {
		return fmt.Errorf("%w (%s)", err, app.HintOf(err))
	}
	m.Wall = time.Since(begun)
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	m.Allocs, m.Allocated, m.Peak = mem.Mallocs, mem.TotalAlloc, peak()
	return json.NewEncoder(os.Stdout).Encode(m)
}

var highWater = regexp.MustCompile(`(?m)^VmHWM:\s+(\d+) kB$`)

// peak is the most memory that the process ever held.
func peak() uint64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	found := highWater.FindSubmatch(status)
	if found == nil {
		return 0
	}
	kb, _ := strconv.ParseUint(string(found[1]), 10, 64)
	return kb << 10
}

// carryOut does what the command of the same name does, without its text.
func (m *measure) carryOut(ctx context.Context, q request) error {
	if strings.HasPrefix(q.Operation, "minimal ") {
		return (&minimal{}).carryOut(ctx, m, q)
	}
	env := &app.Env{Out: io.Discard, Err: io.Discard, Now: time.Now, User: "bench", Host: "bench", PID: os.Getpid(),
		LookupEnv: func(name string) (string, bool) {
			if name == app.EnvPassword {
				return farmsim.DefaultPassword, true
			}
			return "", false
		}}
	a, err := app.New(env, "bench")
	if err != nil {
		return err
	}
	switch q.Operation {
	case "validate":
		_, err := a.Load(q.Dir, "")
		return err
	case "diff":
		return m.compare(a, q)
	}
	conn := app.Connection{URL: q.URL, Fingerprint: q.Fingerprint, Username: farmsim.DefaultUsername, Rate: "off", Parallel: q.Parallel}
	var f *app.Folder
	switch q.Operation {
	case "plan", "apply":
		f, err = a.Load(q.Dir, "")
	default:
		f, err = a.Configured(q.Dir, "")
	}
	if err != nil {
		return err
	}
	s, err := a.Connect(ctx, conn, workspace.Farm{}, q.Dir)
	if err != nil {
		return err
	}
	f.Farm = workspace.Farm{} // the farm has another port in each run
	err = m.online(ctx, a, s, f, q)
	if cerr := s.Close(); err == nil {
		err = cerr
	}
	m.Requests = s.Stats().Requests
	return err
}

func (m *measure) compare(a *app.App, q request) error {
	var sides [2]*app.Side
	for i, dir := range []string{q.Dir, q.Other} {
		var err error
		if sides[i], err = a.SideOf(dir, dir, ""); err != nil {
			return err
		}
	}
	m.Changes = len(a.Compare(sides[0], sides[1], selector.Set{}))
	return nil
}

func (m *measure) online(ctx context.Context, a *app.App, s *app.Session, f *app.Folder, q request) error {
	switch q.Operation {
	case "export":
		x, err := a.Export(ctx, s, f, app.ExportOptions{AllowOtherFarm: true})
		if err != nil {
			return err
		}
		m.Changes = len(x.Written.Updated)
		return nil
	case "apply plan":
		return m.applySaved(ctx, a, s, f, q)
	case "rollback":
		run, err := a.RollbackTarget(s, f, "")
		if err != nil {
			return err
		}
		p, err := a.PlanRollback(ctx, s, f, run, app.PlanOptions{})
		if err != nil {
			return err
		}
		return m.execute(ctx, a, s, p, app.Execution{Command: "rollback", Of: run.Info.ID})
	}
	var only []string
	if q.Only != "" {
		only = append(only, q.Only)
	}
	set, err := selector.ParseSet(only, nil, a.Catalog)
	if err != nil {
		return err
	}
	p, err := a.Plan(ctx, s, f, app.PlanOptions{Selection: set})
	if err != nil {
		return err
	}
	m.Changes = len(p.Plan.Changes)
	switch {
	case q.Operation == "apply":
		return m.execute(ctx, a, s, p, app.Execution{Command: "apply"})
	case q.File != "":
		file, err := a.SavePlan(p.Plan, app.PlanValidFor)
		if err != nil {
			return err
		}
		return file.Write(q.File)
	}
	return nil
}

func (m *measure) applySaved(ctx context.Context, a *app.App, s *app.Session, f *app.Folder, q request) error {
	file, err := a.OpenPlan(q.File)
	if err != nil {
		return err
	}
	checkout, err := a.Checkout(f, true, "")
	if err != nil {
		return err
	}
	p, err := a.Bind(ctx, s, f, checkout, file, guard.Allowance{})
	if err != nil {
		return err
	}
	return m.execute(ctx, a, s, p, app.Execution{Command: "apply"})
}

func (m *measure) execute(ctx context.Context, a *app.App, s *app.Session, p *app.Planned, e app.Execution) error {
	m.Changes = len(p.Plan.Changes)
	p.Refusals = nil // how much may change at once is not what is measured
	_, err := a.Execute(ctx, s, p, e)
	return err
}
