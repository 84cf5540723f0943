package main

import (
	"fmt"
	"runtime/debug"

	"rassync/internal/app"
)

// neverExitTwo keeps a crash of the Go runtime, which cannot be caught, from
// ending with Go's exit code 2: that means that changes are pending. The process
// ends itself by SIGABRT instead (134 in a shell; an exception on Windows). The
// memory that a crash would leave on disk holds secrets, so none is left.
func neverExitTwo() {
	noCoreDump()
	debug.SetTraceback("crash")
}

// caught makes an error of a panic.
func caught(crash any) error {
	return (&app.Failure{Class: app.Failed, Err: &app.CrashError{Cause: crash, Stack: debug.Stack()}}).
		With("this is a fault of rassync: please report it with the lines above")
}

// showStack shows where rassync crashed.
func (c *call) showStack(crash *app.CrashError) { fmt.Fprintf(c.Err, "%s\n", crash.Stack) }
