package workspace

import (
	"crypto/rand"
	"io/fs"
	"os"
	"path"
)

// replaceFile writes a file under a passing name and renames it. The name is
// a dot-file, so that a loader that comes by at this moment passes over it.
func replaceFile(root *os.Root, p string, data []byte) error {
	mode := fs.FileMode(0o644)
	if info, err := root.Stat(p); err == nil {
		mode = info.Mode().Perm()
	}
	dir := path.Dir(p)
	if err := root.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	temp := path.Join(dir, ".rassync-"+rand.Text()[:10])
	f, err := root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = root.Rename(temp, p)
	}
	if err != nil {
		// Best effort: the first error is the one to tell.
		_ = root.Remove(temp)
	}
	return err
}
