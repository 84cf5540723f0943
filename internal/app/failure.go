package app

import (
	"context"
	"errors"
	"fmt"

	"rassync/internal/apply"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/ras"
	"rassync/internal/runs"
)

// Class is the sort of an outcome. It alone decides the exit code.
type Class int

// The classes, in the order of their exit codes.
const (
	Done        Class = iota // did what was asked, or nothing was to be done
	Failed                   // an error
	Pending                  // not an error: differences are there
	Input                    // invalid input or usage
	Auth                     // authentication or rights
	Partial                  // partly applied, or not converged
	Stale                    // the plan does not fit the farm any more
	Refused                  // a brake, a lock or a missing confirmation
	Interrupted              // by a signal
)

// Outcome describes a class: its exit code and what that means.
type Outcome struct {
	Class   Class
	Name    string // one word, for JSON
	Code    int
	Meaning string
}

// Outcomes is the one table of exit codes.
func Outcomes() []Outcome {
	return []Outcome{
		{Done, "done", 0, "done, or nothing to do"},
		{Failed, "error", 1, "error"},
		{Pending, "changes", 2, "changes pending (plan and diff with --detailed-exitcode, drift)"},
		{Input, "input", 3, "invalid input or usage"},
		{Auth, "auth", 4, "authentication or rights"},
		{Partial, "partial", 5, "partly applied, or not converged"},
		{Stale, "stale", 6, "the plan is stale: the farm has changed, or the plan has expired"},
		{Refused, "refused", 7, "refused by a brake, a lock or a missing confirmation"},
		{Interrupted, "interrupted", 130, "interrupted"},
	}
}

// Outcome looks the class up in the table.
func (c Class) Outcome() Outcome {
	for _, o := range Outcomes() {
		if o.Class == c {
			return o
		}
	}
	return Outcomes()[Failed]
}

// Failure is an error with its class and what helps to deal with it.
type Failure struct {
	Class Class
	Err   error // nil: nothing to say beyond the class
	Hint  string
	// Diagnostics say what is wrong with the input, Objects which objects the
	// failure is about.
	Diagnostics model.Diagnostics
	Objects     []string
}

// Error says what went wrong.
func (f *Failure) Error() string {
	if f.Err == nil {
		return f.Class.Outcome().Meaning
	}
	return f.Err.Error()
}

// Unwrap gives the cause.
func (f *Failure) Unwrap() error { return f.Err }

// Failf makes a failure of a class.
func Failf(c Class, format string, args ...any) *Failure {
	return &Failure{Class: c, Err: fmt.Errorf(format, args...)}
}

// With adds a hint.
func (f *Failure) With(format string, args ...any) *Failure {
	f.Hint = fmt.Sprintf(format, args...)
	return f
}

// About names the objects concerned.
func (f *Failure) About(objects []string) *Failure {
	f.Objects = objects
	return f
}

// Invalid is the failure of input with errors; nil if there is none.
func Invalid(ds model.Diagnostics) error {
	if !ds.Failed() {
		return nil
	}
	return &Failure{Class: Input, Err: ds, Diagnostics: ds}
}

// ClassOf gives the class of any error: the outermost failure decides, then
// what the engines say.
func ClassOf(err error) Class {
	if err == nil {
		return Done
	}
	var f *Failure
	if errors.As(err, &f) {
		return f.Class
	}
	var stale *apply.StaleError
	var diags model.Diagnostics
	var none *runs.NoSnapshotError
	var others *apply.ForeignError
	switch {
	case errors.As(err, &others), errors.Is(err, runs.ErrNotPrivate):
		return Refused
	case errors.Is(err, context.Canceled):
		return Interrupted
	case errors.As(err, &stale), errors.Is(err, plan.ErrExpired):
		return Stale
	case errors.Is(err, plan.ErrEdited), errors.Is(err, plan.ErrNewer), errors.Is(err, plan.ErrFormat), errors.Is(err, plan.ErrOtherFor), errors.Is(err, plan.ErrOtherBy),
		errors.Is(err, runs.ErrSnapshot), errors.Is(err, runs.ErrSnapshotVersion), errors.Is(err, runs.ErrJournal), errors.Is(err, runs.ErrDamaged), errors.Is(err, runs.ErrHead), errors.Is(err, runs.ErrNewer), errors.As(err, &none), errors.As(err, &diags):
		return Input
	}
	switch ras.KindOf(err) {
	case ras.KindAuth, ras.KindRights:
		return Auth
	case ras.KindInvalid:
		return Input
	case ras.KindCanceled:
		return Interrupted
	default:
		return Failed
	}
}

// HintOf gives the advice that goes with an error, "" if there is none.
func HintOf(err error) string {
	var f *Failure
	if errors.As(err, &f) && f.Hint != "" {
		return f.Hint
	}
	var e *ras.Error
	switch {
	case errors.As(err, &e):
		return e.Hint()
	case errors.Is(err, runs.ErrSnapshot):
		return "what the run changed, before and after, stands in rassync history show; rassync restore --from brings objects back from an export"
	}
	return ""
}
