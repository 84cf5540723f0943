package main

import (
	"testing"
	"time"

	"rassync/internal/runs"
)

func TestStatusJudgesTheAge(t *testing.T) {
	now := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		done map[string]runs.Done
		max  time.Duration
		late bool
	}{
		"fresh":             {map[string]runs.Done{"export": {Time: now.Add(-time.Hour)}}, 48 * time.Hour, false},
		"just in time":      {map[string]runs.Done{"export": {Time: now.Add(-48 * time.Hour)}}, 48 * time.Hour, false},
		"too old":           {map[string]runs.Done{"export": {Time: now.Add(-49 * time.Hour)}}, 48 * time.Hour, true},
		"never":             {nil, 48 * time.Hour, true},
		"another job":       {map[string]runs.Done{"drift": {Time: now}}, 48 * time.Hour, true},
		"in the future":     {map[string]runs.Done{"export": {Time: now.Add(100 * time.Hour)}}, 48 * time.Hour, true},
		"a clock a bit off": {map[string]runs.Done{"export": {Time: now.Add(time.Minute)}}, 48 * time.Hour, false},
		"nobody asks":       {nil, 0, false},
	} {
		if got := len(statusOf(c.done, []string{"export"}, now, c.max).late()) > 0; got != c.late {
			t.Errorf("%s: late %v", name, got)
		}
	}
}
