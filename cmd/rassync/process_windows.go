package main

import (
	"errors"
	"syscall"
)

// noCoreDump: Windows keeps what its error reporting is set up to keep.
func noCoreDump() {}

// What Windows says of a pipe whose other end is gone.
const (
	errorBrokenPipe = syscall.Errno(109)
	errorNoData     = syscall.Errno(232)
)

// readerGone tells whether a write failed because nobody reads any more.
func readerGone(err error) bool {
	return errors.Is(err, errorBrokenPipe) || errors.Is(err, errorNoData) || errors.Is(err, syscall.EPIPE)
}
