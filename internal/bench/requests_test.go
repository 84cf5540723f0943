package bench

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the figures of requests anew")

// figures are how many requests the scenarios take on a farm of this size.
type figures struct {
	Applications int            `json:"applications"`
	Requests     map[string]int `json:"requests"`
}

var figuresFile = filepath.Join("testdata", "requests.json")

// TestRequestsAreNoMore plays every scenario on a small farm and compares the
// requests with the figures that are kept: a change that makes rassync ask or
// write more often is noticed, and must say why it raises a figure. Who needs
// fewer lowers it: go test ./internal/bench -run Requests -update.
func TestRequestsAreNoMore(t *testing.T) {
	text, err := os.ReadFile(figuresFile)
	if err != nil {
		t.Fatal(err)
	}
	var kept figures
	if err := json.Unmarshal(text, &kept); err != nil {
		t.Fatal(err)
	}
	y := yardHere(t, kept.Applications)
	now := figures{Applications: kept.Applications, Requests: map[string]int{}}
	for _, s := range scenarios {
		if !s.fits(kept.Applications) {
			continue
		}
		m, floor := y.play(s, func() {})
		n := m.Requests
		if s.floor != "" {
			t.Logf("%s: %d requests, the minimal client needs %d", s.name, n, floor.Requests)
		}
		now.Requests[s.name] = n
		switch was, known := kept.Requests[s.name]; {
		case *update:
		case !known:
			t.Errorf("%s: %d requests, and no figure is kept of it: run the test with -update", s.name, n)
		case n > was:
			t.Errorf("%s: %d requests, %d are kept as enough", s.name, n, was)
		case n < was:
			t.Logf("%s: %d requests, fewer than the %d that are kept: lower the figure with -update", s.name, n, was)
		}
	}
	for name := range kept.Requests {
		if _, played := now.Requests[name]; !played && !*update {
			t.Errorf("%s: a figure is kept, but there is no such scenario", name)
		}
	}
	if !*update {
		return
	}
	out, err := json.MarshalIndent(now, "", "\t")
	if err == nil {
		err = os.WriteFile(figuresFile, append(out, '\n'), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
