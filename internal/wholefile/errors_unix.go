//go:build !windows

package wholefile

import (
	"errors"
	"syscall"
)

func heldByOther(error) bool { return false }

func otherDevice(err error) bool { return errors.Is(err, syscall.EXDEV) }

func notFlushable(err error) bool {
	return errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP)
}
