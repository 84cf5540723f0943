//go:build !windows

package files

import "syscall"

// noWait opens a pipe at once instead of waiting for its other end.
const noWait = syscall.O_NONBLOCK
