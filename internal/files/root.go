package files

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"rassync/internal/wholefile"
)

// Root is a folder whose files are reached by paths that others name.
type Root struct{ root *os.Root }

// Open opens a folder that the operator named.
func Open(dir string) (*Root, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Root{root}, nil
}

// Close releases the folder.
func (r *Root) Close() error { return r.root.Close() }

// FS is the folder for those who read one: no link in it is followed, and what is
// neither a file nor a folder is not opened, so that no pipe is waited for.
func (r *Root) FS() fs.FS { return guarded{r} }

type guarded struct{ *Root }

func (g guarded) Open(name string) (fs.File, error) {
	fail := func(err error) (fs.File, error) { return nil, &fs.PathError{Op: "open", Path: name, Err: err} }
	if !fs.ValidPath(name) {
		return fail(fs.ErrInvalid)
	}
	info, err := g.Root.Stat(name)
	switch {
	case err != nil:
		return fail(err)
	case !info.IsDir() && !info.Mode().IsRegular():
		return fail(ErrNotRegular)
	}
	f, err := g.root.OpenFile(name, os.O_RDONLY|noWait, 0)
	if err != nil {
		return fail(err)
	}
	if now, err := f.Stat(); err != nil || !os.SameFile(info, now) {
		f.Close()
		return fail(errReplaced)
	}
	return f, nil
}

var errReplaced = errors.New("it was replaced while it was opened")

// ErrLink says that a path leads over a link.
var ErrLink = errors.New("a symbolic link is on the way: links are not followed")

// ErrNotRegular says that a path does not end at an ordinary file.
var ErrNotRegular = errors.New("it is not an ordinary file")

// TooLarge says that a file is larger than what is read of its sort.
type TooLarge struct{ Limit int64 }

func (e *TooLarge) Error() string {
	if e.Limit >= 1<<20 {
		return fmt.Sprintf("it is larger than %d MB", e.Limit>>20)
	}
	return fmt.Sprintf("it is larger than %d KB", e.Limit>>10)
}

// Stat looks at a file or folder without following a link anywhere.
func (r *Root) Stat(p string) (fs.FileInfo, error) {
	var info fs.FileInfo
	at := ""
	for _, c := range strings.Split(path.Clean(p), "/") {
		at = path.Join(at, c)
		next, err := r.root.Lstat(at)
		if err != nil {
			return nil, err
		}
		// Windows has other things than symbolic links that lead elsewhere.
		if next.Mode()&(fs.ModeSymlink|fs.ModeIrregular) != 0 {
			return nil, ErrLink
		}
		info = next
	}
	return info, nil
}

// Read gives the content of an ordinary file of at most limit bytes.
func (r *Root) Read(p string, limit int64) ([]byte, error) {
	info, err := r.Stat(p)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, ErrNotRegular
	}
	if info.Size() > limit {
		return nil, &TooLarge{limit}
	}
	f, err := r.root.OpenFile(p, os.O_RDONLY|noWait, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	// What was opened must be what was looked at.
	if now, err := f.Stat(); err != nil || !os.SameFile(info, now) {
		return nil, errors.Join(errReplaced, err)
	}
	return readAll(f, info.Size(), limit)
}

// readAll reads a file whose size is mostly known.
func readAll(f io.Reader, size, limit int64) ([]byte, error) {
	data := make([]byte, 0, min(size, limit)+1)
	limited := io.LimitReader(f, limit+1)
	for {
		n, err := limited.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
	}
	if int64(len(data)) > limit {
		return nil, &TooLarge{limit}
	}
	return data, nil
}

// MayWrite tells why a file cannot be written under this path: a link or
// something other than a file is there or on the way.
func (r *Root) MayWrite(p string) error {
	at := ""
	parts := strings.Split(path.Clean(p), "/")
	for i, c := range parts {
		at = path.Join(at, c)
		info, err := r.root.Lstat(at)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case info.Mode()&(fs.ModeSymlink|fs.ModeIrregular) != 0:
			return fmt.Errorf("%s: %w", at, ErrLink)
		case i < len(parts)-1 && !info.IsDir():
			return fmt.Errorf("%s: it is not a folder", at)
		case i == len(parts)-1 && !info.Mode().IsRegular():
			return fmt.Errorf("%s: %w", at, ErrNotRegular)
		}
	}
	return nil
}

// TempDir is where the temporary files of a workspace are made, if it is there:
// git leaves the private folder alone.
const TempDir = ".rassync/tmp"

// Prepare makes room for temporary files, once git leaves the private folder alone,
// and removes those that killed processes have left, here and beside the files.
func (r *Root) Prepare() error {
	if err := r.MayWrite(path.Join(TempDir, "x")); err != nil {
		return nil // links: the temporary files stay beside the files
	}
	if err := r.root.MkdirAll(TempDir, 0o755); err != nil {
		return err
	}
	if err := wholefile.Sweep(r.root, TempDir); err != nil {
		return err
	}
	return fs.WalkDir(r.root.FS(), ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil // what cannot be listed is nothing of ours
		case d.IsDir() && p != "." && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case !d.IsDir() && wholefile.IsTemp(d.Name()) && d.Type().IsRegular():
			return r.root.Remove(p)
		}
		return nil
	})
}

// Done removes the room for temporary files, unless somebody else uses it.
func (r *Root) Done() { _ = r.root.Remove(TempDir) }

// Replace writes a file whole or not at all; it is on the disk when Replace
// returns.
func (r *Root) Replace(p string, data []byte) error {
	return r.replace(p, data, wholefile.Options{})
}

// ReplaceCopy is Replace for what can be written again at any time: it is not
// flushed.
func (r *Root) ReplaceCopy(p string, data []byte) error {
	return r.replace(p, data, wholefile.Options{NoFlush: true})
}

func (r *Root) replace(p string, data []byte, o wholefile.Options) error {
	if err := r.MayWrite(p); err != nil {
		return err
	}
	if err := r.root.MkdirAll(path.Dir(p), 0o755); err != nil {
		return err
	}
	o.Mode, o.KeepMode, o.TempDir = 0o644, true, TempDir
	return wholefile.WriteIn(r.root, p, data, o)
}

// Remove takes a file out.
func (r *Root) Remove(p string) error {
	if _, err := r.Stat(p); err != nil {
		return err
	}
	return r.root.Remove(p)
}
