package bench

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"rassync/internal/app"
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

// longest is the longest run that is waited for.
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

// BenchmarkFarm plays the scenarios on farms of several sizes, and beside them
// what the minimal client needs for the same.
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

// row is a scenario with its run at each latency, and those of the minimal
// client where there is one for it.
type row struct {
	scenario
	runs, floor []measure
}

// circle measures each scenario, those that wait for the farm at each latency.
func circle(b *testing.B, apps int) []row {
	y, farm := yardApart(b, apps)
	var rows []row
	for _, s := range scenarios {
		if !s.fits(apps) {
			continue
		}
		r := row{scenario: s}
		for i, latency := range latencies {
			if i > 0 && (!s.waits || tooLong(r.runs[0], latency)) {
				break
			}
			m, floor := y.play(s, func() { farm.latency(latency) })
			farm.latency(0)
			r.runs = append(r.runs, m)
			if s.floor != "" {
				r.floor = append(r.floor, floor)
			}
		}
		rows = append(rows, r)
	}
	return rows
}

// tooLong tells whether a run at a latency would take longer than anybody waits
// for, by its requests and its time without latency.
func tooLong(first measure, latency time.Duration) bool {
	return first.Wall+time.Duration(first.Requests/ras.DefaultParallel)*latency > longest
}

// limited is the time that so many requests take under the default limit when
// nobody else uses the farm: a window's worth at once, the next one when the
// window and the slack of the client are over.
func limited(requests int) time.Duration {
	rate, _ := ras.ParseRate(app.DefaultRate) // a constant, which the tests of rates read
	return rate.TimeFor(requests)
}

// report prints the table of one farm, and the times of plans as metrics.
func report(b *testing.B, apps int, rows []row) {
	var t strings.Builder
	fmt.Fprintf(&t, "\n%d published applications\n", apps)
	fmt.Fprintf(&t, "%-34s %8s %8s", "", "changes", "requests")
	for _, l := range latencies {
		fmt.Fprintf(&t, " %9s", fmt.Sprintf("%d ms", l.Milliseconds()))
	}
	fmt.Fprintf(&t, " %9s %8s %10s %9s %9s\n", app.DefaultRate, "CPU", "allocs", "allocated", "peak")
	for _, r := range rows {
		line(&t, r.name, r.runs)
		if len(r.floor) > 0 {
			line(&t, "  minimal client", r.floor)
			ratios(&t, r.runs, r.floor)
		}
		if m := r.runs[0]; strings.HasPrefix(r.name, "plan") {
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

func line(t *strings.Builder, name string, runs []measure) {
	m := runs[0]
	fmt.Fprintf(t, "%-34s %8d %8d", name, m.Changes, m.Requests)
	for i := range latencies {
		text := "-"
		if i < len(runs) {
			text = seconds(runs[i].Wall)
		}
		fmt.Fprintf(t, " %9s", text)
	}
	limit := "-"
	if m.Requests > 0 {
		limit = seconds(limited(m.Requests))
	}
	fmt.Fprintf(t, " %9s %8s %10d %9s %9s\n", limit, seconds(m.CPU), m.Allocs, megabytes(m.Allocated), megabytes(m.Peak))
}

// ratios are what the minimal client's figures must be multiplied with.
func ratios(t *strings.Builder, runs, floor []measure) {
	times := func(a, b float64) string {
		if b == 0 {
			return "-"
		}
		return fmt.Sprintf("%.1fx", a/b)
	}
	fmt.Fprintf(t, "%-34s %8s %8s", "  times that", "", times(float64(runs[0].Requests), float64(floor[0].Requests)))
	for i := range latencies {
		text := "-"
		if i < len(runs) && i < len(floor) {
			text = times(runs[i].Wall.Seconds(), floor[i].Wall.Seconds())
		}
		fmt.Fprintf(t, " %9s", text)
	}
	a, b := runs[0], floor[0]
	fmt.Fprintf(t, " %9s %8s %10s %9s %9s\n", times(limited(a.Requests).Seconds(), limited(b.Requests).Seconds()), times(a.CPU.Seconds(), b.CPU.Seconds()),
		times(float64(a.Allocs), float64(b.Allocs)), times(float64(a.Allocated), float64(b.Allocated)), times(float64(a.Peak), float64(b.Peak)))
}

const legend = `
few rules     documents declare the rules only of the tenth of the applications
              that have some
alone         a folder of the published applications and nothing else, without
              rules; the minimal client does the same and nothing more: it
              checks nothing, keeps nothing and can take nothing back
0, 5, 20 ms   time on the clock at that latency of the farm, without limit; the
              simulated farm has the same processors
40/10s        least time under the default limit, from the requests
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
