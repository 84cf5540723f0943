//go:build !windows

package app

import "io/fs"

// othersWrite tells whether anybody on the machine may write a file.
func othersWrite(info fs.FileInfo) bool { return info.Mode().Perm()&0o002 != 0 }
