package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"rassync/internal/farmsim"
	"rassync/internal/ras"
)

// The environment of the processes that this one starts, and of those who
// want other sizes: RASSYNC_BENCH_APPS=100,1000.
const (
	envRole  = "RASSYNC_BENCH_ROLE"
	envSizes = "RASSYNC_BENCH_APPS"
)

func TestMain(m *testing.M) {
	switch os.Getenv(envRole) {
	case "farm":
		os.Exit(exitCode(serve()))
	case "operation":
		os.Exit(exitCode(operate()))
	}
	os.Exit(m.Run())
}

func exitCode(err error) int {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

var latencies = wait()

// wait gives the latencies to measure at; RASSYNC_BENCH_QUICK leaves but none.
func wait() []time.Duration {
	if os.Getenv("RASSYNC_BENCH_QUICK") != "" {
		return []time.Duration{0}
	}
	return []time.Duration{0, 5 * time.Millisecond, 20 * time.Millisecond}
}

// longest is the longest run that is waited for; what would take longer is
// computed from the requests and from the run without latency.
const longest = 30 * time.Second

func sizes() []int {
	text := os.Getenv(envSizes)
	if text == "" {
		return []int{100, 1000, 10000}
	}
	var out []int
	for _, s := range strings.Split(text, ",") {
		if n, err := strconv.Atoi(strings.TrimSpace(s)); err == nil && n > 0 {
			out = append(out, n)
		}
	}
	return out
}

// BenchmarkFarm carries the whole circle out on farms of several sizes.
func BenchmarkFarm(b *testing.B) {
	for _, apps := range sizes() {
		b.Run(fmt.Sprintf("apps=%d", apps), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				rows := circle(b, apps)
				b.StartTimer()
				report(b, apps, rows)
			}
		})
	}
}

// row is an operation with its run at each latency.
type row struct {
	name string
	runs []run
}

// run is one measured run; computed ones have only a time.
type run struct {
	measure
	computed bool
}

// circle measures each operation at each latency. The farm is put back to its
// first state after each apply, so that all of them do the same.
func circle(b *testing.B, apps int) []row {
	farm := startFarm(b, apps)
	dir := b.TempDir()
	at := func(name string, prepare func(latency time.Duration) request) row {
		r := row{name: name}
		for i, latency := range latencies {
			if i > 0 {
				first := r.runs[0].measure
				atOnce := ras.DefaultParallel
				if name == "apply" {
					atOnce = 1 // its own requests go one after the other
				}
				if expected := first.Wall + time.Duration(first.Requests/atOnce)*latency; expected > longest {
					r.runs = append(r.runs, run{measure: measure{Wall: expected}, computed: true})
					continue
				}
			}
			q := prepare(latency)
			farm.latency(latency)
			q.URL, q.Fingerprint = farm.url, farm.fingerprint
			r.runs = append(r.runs, run{measure: start(b, q)})
		}
		farm.latency(0)
		return r
	}
	one := func(name string, q request) row {
		return row{name: name, runs: []run{{measure: start(b, q)}}}
	}
	var rows []row
	tree := ""
	rows = append(rows, at("export", func(latency time.Duration) request {
		tree = filepath.Join(dir, "export "+latency.String())
		return request{Operation: "export", Dir: tree}
	}))
	rows = append(rows, one("export again", request{Operation: "export", Dir: tree, URL: farm.url, Fingerprint: farm.fingerprint}))
	rows = append(rows, one("validate", request{Operation: "validate", Dir: tree}))
	plain := func(time.Duration) request { return request{Operation: "plan", Dir: tree} }
	rows = append(rows, at("plan, no change", plain))
	thin := filepath.Join(dir, "rules left out")
	leaveOut(b, tree, thin)
	rows = append(rows, at("plan, few rules", func(time.Duration) request { return request{Operation: "plan", Dir: thin} }))
	changed := rewrite(b, tree, description, "$0 as edited")
	for i := range rows {
		if want := 0; rows[i].runs[0].Changes != want {
			b.Errorf("%s: %d changes, want %d", rows[i].name, rows[i].runs[0].Changes, want)
		}
	}
	rows = append(rows, at("plan, 10 % changed", plain))
	rows = append(rows, at("apply", func(time.Duration) request {
		farm.reset()
		return request{Operation: "apply", Dir: tree}
	}))
	for _, r := range rows[len(rows)-2:] {
		if r.runs[0].Changes != changed {
			b.Errorf("%s: %d changes, want %d", r.name, r.runs[0].Changes, changed)
		}
	}
	return rows
}

var (
	description = regexp.MustCompile(`(?m)Application number \d*0$`)
	noRules     = regexp.MustCompile(`(?m)^  rules: \[\]\n  rulesDefault: \w+\n`)
)

// rewrite changes the documents of an exported tree.
func rewrite(b *testing.B, dir string, what *regexp.Regexp, with string) int {
	b.Helper()
	changed := 0
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".yaml" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		n := len(what.FindAllIndex(data, -1))
		if n == 0 {
			return nil
		}
		changed += n
		return os.WriteFile(path, what.ReplaceAll(data, []byte(with)), 0o644)
	})
	if err != nil {
		b.Fatal(err)
	}
	return changed
}

// leaveOut copies a tree and lets its documents declare rules only where there
// are some: what is not declared is not read.
func leaveOut(b *testing.B, tree, to string) {
	b.Helper()
	if err := os.CopyFS(to, os.DirFS(tree)); err != nil {
		b.Fatal(err)
	}
	if rewrite(b, to, noRules, "") == 0 {
		b.Error("no document without rules was found")
	}
}

// limited is the time that so many requests take under the default limit when
// nobody else uses the farm: a window's worth at once, the next one when the
// window is over.
func limited(requests int) time.Duration {
	if requests == 0 {
		return 0
	}
	return time.Duration((requests-1)/farmsim.DefaultRate) * farmsim.DefaultWindow
}

// report prints the table of one farm, and the aims as metrics.
func report(b *testing.B, apps int, rows []row) {
	var t strings.Builder
	fmt.Fprintf(&t, "\n%d published applications\n", apps)
	fmt.Fprintf(&t, "%-20s %8s %8s", "", "changes", "requests")
	for _, l := range latencies {
		fmt.Fprintf(&t, " %9s", fmt.Sprintf("%d ms", l.Milliseconds()))
	}
	fmt.Fprintf(&t, " %9s %8s %10s %9s %9s\n", "50/10s", "CPU", "allocs", "allocated", "peak")
	for _, r := range rows {
		m := r.runs[0].measure
		fmt.Fprintf(&t, "%-20s %8d %8d", r.name, m.Changes, m.Requests)
		for i := range latencies {
			text := "-"
			if i < len(r.runs) {
				text = seconds(r.runs[i].Wall)
				if r.runs[i].computed {
					text = "~" + text
				}
			}
			fmt.Fprintf(&t, " %9s", text)
		}
		limit := "-"
		if m.Requests > 0 {
			limit = seconds(limited(m.Requests))
		}
		fmt.Fprintf(&t, " %9s %8s %10d %9s %9s\n", limit, seconds(m.CPU), m.Allocs, megabytes(m.Allocated), megabytes(m.Peak))
		if strings.HasPrefix(r.name, "plan") {
			unit := strings.NewReplacer(" ", "-", ",", "", "%", "percent").Replace(r.name)
			b.ReportMetric(m.CPU.Seconds(), unit+"-cpu-s")
			b.ReportMetric(float64(m.Peak)/1e6, unit+"-peak-MB")
		}
	}
	if apps == sizes()[len(sizes())-1] {
		t.WriteString(legend)
	}
	fmt.Print(t.String())
}

const legend = `
few rules     documents declare the rules only of the tenth of the applications
              that have some; an export declares that there are none, which
              costs a read of each to compare
0, 5, 20 ms   time on the clock at that latency of the farm, without limit; the
              simulated farm has the same processors. ~ is computed: the time
              without latency, and the latency of each request; reads go four
              at once, the requests of an apply one after the other
50/10s        least time under the farm's default limit, from the requests
CPU, allocs,  of the tool's own process, start and loading of the schemas
allocated,    included; the run without latency
peak
`

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }

func megabytes(n uint64) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f MB", float64(n)/1e6)
}
