package files

import "io/fs"

// Foreign: on Windows the list of who may use a file takes the place of its
// owner, and rassync sets that list where it matters.
func Foreign(fs.FileInfo, string) bool { return false }

// OthersWrite: the bits of a mode say nothing on Windows.
func OthersWrite(fs.FileInfo) bool { return false }
