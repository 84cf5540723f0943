//go:build !windows

package files

import (
	"io/fs"
	"os"
	"syscall"
)

// Foreign tells whether a file belongs to somebody else: neither to this user nor
// to root, nor, for root, to whoever has the folder dir.
func Foreign(info fs.FileInfo, dir string) bool {
	owner, ok := ownerOf(info)
	me := uint32(os.Geteuid())
	if !ok || owner == me || owner == 0 {
		return false
	}
	if me != 0 {
		return true
	}
	top, err := os.Stat(dir)
	if err != nil {
		return true
	}
	of, ok := ownerOf(top)
	return !ok || of != owner
}

func ownerOf(info fs.FileInfo) (uint32, bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return st.Uid, true
}

// OthersWrite tells whether anybody on the machine may write a file.
func OthersWrite(info fs.FileInfo) bool { return info.Mode().Perm()&0o002 != 0 }
