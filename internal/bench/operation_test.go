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
	"testing"
	"time"

	"rassync/internal/app"
	"rassync/internal/farmsim"
	"rassync/internal/workspace"
)

// request is an operation to measure.
type request struct {
	Operation        string
	Dir              string
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
func start(b *testing.B, q request) measure {
	b.Helper()
	in, err := json.Marshal(q)
	if err != nil {
		b.Fatal(err)
	}
	var out bytes.Buffer
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), envRole+"=operation")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), &out, os.Stderr
	if err := cmd.Run(); err != nil {
		b.Fatalf("%s: %v", q.Operation, err)
	}
	var m measure
	if err := json.Unmarshal(out.Bytes(), &m); err != nil {
		b.Fatalf("%s: %v", q.Operation, err)
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
	env := &app.Env{Out: io.Discard, Err: io.Discard, Now: time.Now, User: "bench", Host: "bench", PID: os.Getpid(),
		LookupEnv: func(name string) (string, bool) { return farmsim.DefaultPassword, name == app.EnvPassword }}
	a, err := app.New(env, "bench")
	if err != nil {
		return err
	}
	if q.Operation == "validate" {
		_, err := a.Load(q.Dir, "")
		return err
	}
	conn := app.Connection{URL: q.URL, Fingerprint: q.Fingerprint, Username: farmsim.DefaultUsername, Rate: "off"}
	var f *app.Folder
	if q.Operation == "export" {
		f, err = a.Configured(q.Dir, "")
	} else {
		f, err = a.Load(q.Dir, "")
	}
	if err != nil {
		return err
	}
	s, err := a.Connect(ctx, conn, workspace.Farm{}, q.Dir)
	if err != nil {
		return err
	}
	err = m.online(ctx, a, s, f, q)
	if cerr := s.Close(); err == nil {
		err = cerr
	}
	m.Requests = s.Stats().Requests
	return err
}

func (m *measure) online(ctx context.Context, a *app.App, s *app.Session, f *app.Folder, q request) error {
	if q.Operation == "export" {
		x, err := a.Export(ctx, s, f, app.ExportOptions{AllowOtherFarm: true})
		if err != nil {
			return err
		}
		m.Changes = len(x.Written.Updated)
		return nil
	}
	f.Farm = workspace.Farm{} // the farm has another port in each run
	p, err := a.Plan(ctx, s, f, app.PlanOptions{})
	if err != nil {
		return err
	}
	m.Changes = len(p.Plan.Changes)
	if q.Operation != "apply" {
		return nil
	}
	_, err = a.Execute(ctx, s, p, app.Execution{Command: "apply"})
	return err
}
