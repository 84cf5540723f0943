package coverage

import (
	"fmt"
	"io/fs"
	"strings"
)

// Names of the data files among the schemas.
const (
	operationsFile = "operations.tsv"
	exclusionsFile = "exclusions.tsv"
)

// Operation is one operation of the API, as the list of operations has it.
type Operation struct {
	Method   string
	Path     string
	Status   string // confirmed, implied, suspect
	Probable string // of suspect lines: the path that was probably meant
}

// Load reads the list of operations and the exclusions that stand among the
// schemas.
func Load(fsys fs.FS) ([]Operation, []Exclusion, error) {
	data, err := fs.ReadFile(fsys, operationsFile)
	if err != nil {
		return nil, nil, err
	}
	ops, err := ParseOperations(data)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", operationsFile, err)
	}
	if data, err = fs.ReadFile(fsys, exclusionsFile); err != nil {
		return nil, nil, err
	}
	exclusions, err := ParseExclusions(data)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", exclusionsFile, err)
	}
	return ops, exclusions, nil
}

// ParseOperations reads lines of method, path, status and probable path,
// parted by tabs.
func ParseOperations(data []byte) ([]Operation, error) {
	var out []Operation
	seen := map[string]bool{}
	for n, line := range lines(data) {
		if line == "" {
			continue
		}
		cells := strings.Split(line, "\t")
		if len(cells) < 3 || !isMethod(cells[0]) || !strings.HasPrefix(cells[1], "/") {
			return nil, fmt.Errorf("line %d: want method, path and status", n+1)
		}
		op := Operation{Method: cells[0], Path: cells[1], Status: cells[2]}
		if len(cells) > 3 {
			op.Probable = cells[3]
		}
		k := key(op.Method, op.Path)
		if seen[k] {
			return nil, fmt.Errorf("line %d: %s %s stands twice", n+1, op.Method, op.Path)
		}
		seen[k] = true
		out = append(out, op)
	}
	return out, nil
}

// lines parts a data file; comments and white space at the end are dropped,
// so that every line keeps its number.
func lines(data []byte) []string {
	out := strings.Split(string(data), "\n")
	for i, l := range out {
		l = strings.TrimRight(l, "\r\t ")
		if strings.HasPrefix(l, "#") {
			l = ""
		}
		out[i] = l
	}
	return out
}

func isMethod(s string) bool {
	switch s {
	case "GET", "POST", "PUT", "DELETE":
		return true
	}
	return false
}
