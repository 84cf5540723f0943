package runs

import (
	"fmt"
	"sync"
	"testing"
)

// TestLinesOfSeveralChanges writes lines from many sides at once: each is safe when
// Append returns, the chain holds, and what one side wrote stands in its order.
func TestLinesOfSeveralChanges(t *testing.T) {
	s := Open(t.TempDir())
	if err := s.MkdirAll("runs/a"); err != nil {
		t.Fatal(err)
	}
	j, err := openJournal(s, aJournal, clock)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	const sides, lines = 8, 12
	var g sync.WaitGroup
	for side := range sides {
		g.Go(func() {
			for n := range lines {
				if err := j.Append(Entry{Event: "send", Address: fmt.Sprint(side), ID: fmt.Sprint(n)}); err != nil {
					t.Error(err)
				}
				on, _, err := readJournal(s, aJournal)
				if err != nil && len(on) == 0 {
					continue // another side is just writing
				}
				if !holdsLine(on, fmt.Sprint(side), fmt.Sprint(n)) {
					t.Errorf("line %d of %d is not on the disk", n, side)
				}
			}
		})
	}
	g.Wait()
	entries, _, err := readJournal(s, aJournal)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != sides*lines {
		t.Errorf("%d lines, want %d", len(entries), sides*lines)
	}
	next := map[string]int{}
	for _, e := range entries {
		if e.ID != fmt.Sprint(next[e.Address]) {
			t.Errorf("line %s of %s comes before line %d", e.ID, e.Address, next[e.Address])
		}
		next[e.Address]++
	}
}

func holdsLine(list []Entry, address, id string) bool {
	for _, e := range list {
		if e.Address == address && e.ID == id {
			return true
		}
	}
	return false
}

// TestInterleavedLines reads what became of writes whose lines stand between those
// of others.
func TestInterleavedLines(t *testing.T) {
	r := &Run{Entries: []Entry{
		{Event: "send", Address: "a", Request: "POST /a", Does: "create"},
		{Event: "send", Address: "b", Request: "POST /b", Does: "create"},
		{Event: "answer", Address: "a", Request: "POST /a", Error: "unknown-outcome"},
		{Event: "answer", Address: "b", Request: "POST /b", Status: 400, Error: "refused"},
	}}
	if !r.MayHaveWritten() {
		t.Error("a may have been made")
	}
	lost := r.Unanswered()
	if _, known := lost["a"]; !known || len(lost) != 1 {
		t.Errorf("of %v nobody knows what became, want a alone", lost)
	}
	r.Entries = r.Entries[:2:2]
	if r.Entries = append(r.Entries, Entry{Event: "answer", Address: "b", Request: "POST /b", Status: 400, Error: "refused"}); !r.MayHaveWritten() {
		t.Error("a was sent and not answered")
	}
	r.Entries = append(r.Entries, Entry{Event: "answer", Address: "a", Request: "POST /a", Status: 400, Error: "refused"})
	if r.MayHaveWritten() {
		t.Error("both were refused")
	}
}
