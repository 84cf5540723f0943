package app

import "io/fs"

// othersWrite: the bits of a mode say nothing on Windows.
func othersWrite(fs.FileInfo) bool { return false }
