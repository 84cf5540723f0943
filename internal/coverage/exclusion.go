package coverage

import (
	"fmt"
	"slices"
	"strings"
)

// Exclusion says why operations that fit a pattern are no configuration.
type Exclusion struct {
	Method  string
	Pattern string // * one segment, ** any number of them, {} a parameter
	Reason  string
	Note    string
}

// Reasons are the words an exclusion may give.
func Reasons() []string {
	return []string{"status read", "run-time action", "session control", "licensing", "support", "deprecated", "suspect"}
}

// ParseExclusions reads lines of method, pattern, reason and note, parted by
// tabs.
func ParseExclusions(data []byte) ([]Exclusion, error) {
	var out []Exclusion
	for n, line := range lines(data) {
		if line == "" {
			continue
		}
		cells := strings.Split(line, "\t")
		if len(cells) < 3 || !isMethod(cells[0]) || !strings.HasPrefix(cells[1], "/") {
			return nil, fmt.Errorf("line %d: want method, pattern, reason and note", n+1)
		}
		if !slices.Contains(Reasons(), cells[2]) {
			return nil, fmt.Errorf("line %d: reason %q: one of %s", n+1, cells[2], strings.Join(Reasons(), ", "))
		}
		e := Exclusion{Method: cells[0], Pattern: cells[1], Reason: cells[2]}
		if len(cells) > 3 {
			e.Note = cells[3]
		}
		out = append(out, e)
	}
	return out, nil
}

// Fits tells whether the exclusion speaks of the operation.
func (e Exclusion) Fits(op Operation) bool {
	return e.Method == op.Method && match(segments(e.Pattern), segments(op.Path))
}
