package model

import (
	"fmt"
	"strings"
)

// Severity of a diagnostic.
type Severity string

// The severities. Only errors stop a command.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Diagnostic is one thing to say about the input: where it stands, on which
// object, what was expected and what to do.
type Diagnostic struct {
	Severity Severity
	Source   Source
	Address  string // object concerned, "" if none is known
	Path     string // yaml path in the object
	Summary  string // what is wrong, lower case, no full stop
	Hint     string // what to do about it
}

// Error writes the diagnostic in one line.
func (d Diagnostic) Error() string {
	var b strings.Builder
	if s := d.Source.String(); s != "" {
		b.WriteString(s + ": ")
	}
	b.WriteString(string(d.Severity) + ": ")
	if d.Address != "" {
		b.WriteString(d.Address)
		if d.Path != "" {
			b.WriteString(" " + d.Path)
		}
		b.WriteString(": ")
	}
	b.WriteString(d.Summary)
	if d.Hint != "" {
		b.WriteString(" (" + d.Hint + ")")
	}
	return b.String()
}

// Diagnostics collects everything that is to be said, errors and warnings.
type Diagnostics []Diagnostic

// Failed tells whether there is at least one error.
func (ds Diagnostics) Failed() bool {
	for _, d := range ds {
		if d.Severity == Error {
			return true
		}
	}
	return false
}

// Error counts the errors, so that a collection can travel as one error.
func (ds Diagnostics) Error() string {
	n := 0
	for _, d := range ds {
		if d.Severity == Error {
			n++
		}
	}
	return fmt.Sprintf("%d errors in the input", n)
}
