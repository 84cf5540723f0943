package wholefile

import (
	"errors"
	"syscall"
)

// The answers of Windows to a rename over a file that somebody has open, or
// across volumes.
const (
	errorAccessDenied     = syscall.Errno(5)
	errorNotSameDevice    = syscall.Errno(17)
	errorSharingViolation = syscall.Errno(32)
	errorLockViolation    = syscall.Errno(33)
)

func heldByOther(err error) bool {
	return errors.Is(err, errorAccessDenied) || errors.Is(err, errorSharingViolation) || errors.Is(err, errorLockViolation)
}

func otherDevice(err error) bool { return errors.Is(err, errorNotSameDevice) }

func notFlushable(error) bool { return false }
