//go:build !windows

package main

import (
	"errors"
	"syscall"
)

// noCoreDump keeps the system from writing the memory of a crashed process to the
// disk. Where that cannot be had, a crash is as it is everywhere.
func noCoreDump() {
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
}

// readerGone tells whether a write failed because nobody reads any more.
func readerGone(err error) bool { return errors.Is(err, syscall.EPIPE) }
