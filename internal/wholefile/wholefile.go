package wholefile

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// tempPrefix begins the names of temporary files. They are dot-files, so that
// whoever reads a folder at this moment passes over them.
const tempPrefix = ".rassync-"

// Options say how a file is written. The zero value is right for private files:
// mode 0600, flushed, the temporary file beside the file.
type Options struct {
	// Mode of a new file; 0 means 0600.
	Mode fs.FileMode
	// KeepMode lets a file that is there already keep its mode.
	KeepMode bool
	// TempDir is where the temporary file is made, within the root; it must be on
	// the same file system, or the folder of the file is used after all.
	TempDir string
	// FlushLater leaves the flush of the folder to the caller, who writes several
	// files and calls FlushFolder once.
	FlushLater bool
	// NoFlush is for files that can be made again at any time.
	NoFlush bool
}

// Write writes the file at a path that the user gave; its folder must be there.
func Write(name string, data []byte, o Options) error {
	root, err := os.OpenRoot(filepath.Dir(name))
	if err != nil {
		return err
	}
	defer root.Close()
	if err := WriteIn(root, filepath.Base(name), data, o); err != nil {
		// Say the path as it was given: the root knows its last part alone.
		var pe *fs.PathError
		if errors.As(err, &pe) && !filepath.IsAbs(pe.Path) {
			return &fs.PathError{Op: pe.Op, Path: name, Err: pe.Err}
		}
		return err
	}
	return nil
}

// WriteIn writes the file name, with slashes, within root. A folder that is
// missing is not made.
func WriteIn(root *os.Root, name string, data []byte, o Options) error {
	mode, exact := o.Mode, false
	if mode == 0 {
		mode = 0o600
	}
	if info, err := root.Stat(name); err == nil {
		if !info.Mode().IsRegular() {
			return &fs.PathError{Op: "write", Path: name, Err: errors.New("it is not a regular file")}
		}
		if o.KeepMode {
			mode, exact = info.Mode().Perm(), true
		}
	}
	temps := []string{path.Dir(name)}
	if o.TempDir != "" {
		temps = []string{o.TempDir, path.Dir(name)}
	}
	var err error
	for _, dir := range temps {
		if err = viaTemp(root, dir, name, data, mode, exact, !o.NoFlush); err == nil {
			break
		}
		if !tryBeside(err) {
			return err
		}
	}
	if err != nil || o.NoFlush || o.FlushLater {
		return err
	}
	return FlushFolder(root, path.Dir(name))
}

// errTempDir says that the folder for temporary files cannot be used.
var errTempDir = errors.New("the folder for temporary files cannot be used")

// tryBeside tells whether the folder for temporary files is at fault: then the
// folder of the file is used.
func tryBeside(err error) bool { return errors.Is(err, errTempDir) || otherDevice(err) }

// tempTries bounds how often a temporary file is made anew: another process may
// have swept it away.
const tempTries = 3

func viaTemp(root *os.Root, dir, name string, data []byte, mode fs.FileMode, exact, flush bool) error {
	for try := 1; ; try++ {
		temp := path.Join(dir, tempPrefix+rand.Text()[:16])
		f, err := root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if err != nil {
			if dir != path.Dir(name) && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission)) {
				return fmt.Errorf("%w: %w", errTempDir, err)
			}
			return err
		}
		_, err = f.Write(data)
		if err == nil && exact && runtime.GOOS != "windows" {
			err = f.Chmod(mode) // in spite of the umask: the old file had it
		}
		if err == nil && flush {
			err = f.Sync()
		}
		if cerr := f.Close(); err == nil {
			err = cerr
		}
		if err == nil {
			err = rename(root, temp, name)
		}
		if err == nil {
			return nil
		}
		// Best effort: the first error is the one to tell.
		_ = root.Remove(temp)
		if try == tempTries || !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if _, serr := root.Stat(path.Dir(name)); serr != nil {
			return err // it is the folder that is missing
		}
	}
}

// renameFor bounds how long a rename is tried again while something else has the
// file open: on Windows virus scanners, indexers and editors do, for a moment.
const renameFor = 2 * time.Second

func rename(root *os.Root, from, to string) error {
	wait := time.Millisecond
	for start := time.Now(); ; wait *= 2 {
		err := root.Rename(from, to)
		if err == nil || !heldByOther(err) || time.Since(start) > renameFor {
			return err
		}
		time.Sleep(wait)
	}
}

// FlushFolder makes the names in a folder durable. Windows has no such call for
// folders; its renames are in the journal of the file system. A file system that
// cannot flush folders keeps what it would keep anyway.
func FlushFolder(root *os.Root, dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := root.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	if notFlushable(err) {
		return nil
	}
	return err
}

// IsTemp tells whether a file name is that of a temporary file of this package.
func IsTemp(name string) bool {
	rest, ok := strings.CutPrefix(path.Base(name), tempPrefix)
	return ok && (len(rest) == 16 || len(rest) == 10) && strings.Trim(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// Sweep removes the temporary files that killed processes left in a folder. A
// process that is writing there at this moment makes its file again.
func Sweep(root *os.Root, dir string) error {
	d, err := root.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	names, err := d.Readdirnames(-1)
	d.Close()
	if err != nil {
		return err
	}
	for _, name := range names {
		if !IsTemp(name) {
			continue
		}
		if info, err := root.Lstat(path.Join(dir, name)); err != nil || !info.Mode().IsRegular() {
			continue
		}
		if rerr := root.Remove(path.Join(dir, name)); rerr != nil && !errors.Is(rerr, fs.ErrNotExist) && err == nil {
			err = rerr
		}
	}
	return err
}
