package runs

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"rassync/internal/wholefile"
)

// FolderName is the private folder of a workspace.
const FolderName = ".rassync"

// What lies in the private folder.
const (
	runsFolder  = "runs"
	blobsFolder = "blobs"
	sentFile    = "sent.json"
	lockFile    = "lock"
)

// Store is the private folder of a workspace. Every file in it is read and
// written through this type, whose names are relative and have slashes: no link
// in the folder leads out of it.
type Store struct {
	dir string

	once       sync.Once // whether git tracks a part of it
	trackedErr error
}

// Open gives the private folder of a workspace; it is made when something is put
// into it.
func Open(workspace string) *Store { return &Store{dir: filepath.Join(workspace, FolderName)} }

// Path is where a file lies, for messages.
func (s *Store) Path(name string) string { return filepath.Join(s.dir, filepath.FromSlash(name)) }

// in does something in the folder. A folder that is missing is fs.ErrNotExist.
func (s *Store) in(do func(*os.Root) error) error {
	root, err := os.OpenRoot(s.dir)
	if err != nil {
		return err
	}
	defer root.Close()
	return do(root)
}

// ReadFile reads a file whole.
func (s *Store) ReadFile(name string) (data []byte, err error) {
	err = s.in(func(r *os.Root) error {
		if err := s.guard(r, name); err != nil {
			return err
		}
		data, err = r.ReadFile(name)
		return err
	})
	return data, err
}

// ReadDir lists a folder, by name.
func (s *Store) ReadDir(name string) (list []fs.DirEntry, err error) {
	err = s.in(func(r *os.Root) error {
		if err := s.guard(r, name); err != nil {
			return err
		}
		list, err = fs.ReadDir(r.FS(), name)
		return err
	})
	return list, err
}

// Stat describes a file or folder.
func (s *Store) Stat(name string) (info fs.FileInfo, err error) {
	err = s.in(func(r *os.Root) error {
		info, err = r.Stat(name)
		return err
	})
	return info, err
}

// Exists tells whether there is such a file or folder; one that cannot be looked
// at counts as there.
func (s *Store) Exists(name string) bool {
	_, err := s.Stat(name)
	return !errors.Is(err, fs.ErrNotExist)
}

// OpenFile opens a file that stays open: a journal, the lock.
func (s *Store) OpenFile(name string, flag int, mode fs.FileMode) (f *os.File, err error) {
	err = s.in(func(r *os.Root) error {
		if err := s.guard(r, name); err != nil {
			return err
		}
		f, err = r.OpenFile(name, flag, mode)
		return err
	})
	return f, err
}

// WriteFile writes a file whole or not at all; it is on the disk, name included,
// when WriteFile returns.
func (s *Store) WriteFile(name string, data []byte) error {
	if err := s.write(name, data, wholefile.Options{}); err != nil {
		return err
	}
	if strings.Contains(name, "/") {
		return nil // its folder says who may use it
	}
	return protect(s.Path(name))
}

// writeLater is WriteFile for files of one folder that is flushed at the end.
func (s *Store) writeLater(name string, data []byte) error {
	return s.write(name, data, wholefile.Options{FlushLater: true})
}

func (s *Store) write(name string, data []byte, o wholefile.Options) error {
	if err := s.MkdirAll(path.Dir(name)); err != nil {
		return err
	}
	return s.in(func(r *os.Root) error {
		if err := s.guard(r, name); err != nil {
			return err
		}
		return wholefile.WriteIn(r, name, data, o)
	})
}

// Flush makes the names in a folder durable.
func (s *Store) Flush(dir string) error {
	return s.in(func(r *os.Root) error { return wholefile.FlushFolder(r, dir) })
}

// MkdirAll makes a folder and what it lies in, for the user alone. The private
// folder itself is readable for others: editors find the schemas in it.
func (s *Store) MkdirAll(dir string) error {
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return err
	}
	if dir == "." {
		return nil
	}
	return s.in(func(r *os.Root) error {
		if err := s.guard(r, dir); err != nil {
			return err
		}
		top, _, _ := strings.Cut(dir, "/")
		_, missing := r.Lstat(top)
		if err := r.MkdirAll(dir, 0o700); err != nil || missing == nil {
			return err
		}
		return protect(s.Path(top))
	})
}

// Mkdir makes a folder that must not be there yet.
func (s *Store) Mkdir(dir string) error {
	return s.in(func(r *os.Root) error {
		if err := s.guard(r, dir); err != nil {
			return err
		}
		return r.Mkdir(dir, 0o700)
	})
}

// Remove removes a file; one that is gone already is none of its business.
func (s *Store) Remove(name string) error {
	err := s.in(func(r *os.Root) error {
		if err := s.guard(r, path.Dir(name)); err != nil {
			return err
		}
		return r.Remove(name)
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// RemoveAll removes a folder with all that lies in it.
func (s *Store) RemoveAll(name string) error {
	err := s.in(func(r *os.Root) error {
		if err := s.guard(r, path.Dir(name)); err != nil {
			return err
		}
		return r.RemoveAll(name)
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// gitignore keeps git out of the private folder but for the schemas.
const gitignore = "# rassync works in this folder; only the schemas belong in git.\n*\n!.gitignore\n!schemas/\n!schemas/**\n"

// KeepFromGit makes sure that git leaves the private folder alone, whether or not
// an export has been there.
func (s *Store) KeepFromGit() error {
	if s.Exists(".gitignore") {
		return nil
	}
	return s.write(".gitignore", []byte(gitignore), wholefile.Options{Mode: 0o644})
}

// sweep removes what killed processes have left half written; the caller holds the
// lock. Earlier versions called such files otherwise.
func (s *Store) sweep() error {
	dirs := []string{".", runsFolder, headsFolder, blobsFolder}
	list, err := s.ReadDir(runsFolder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range list {
		if e.IsDir() {
			dirs = append(dirs, path.Join(runsFolder, e.Name()))
		}
	}
	return s.in(func(r *os.Root) error {
		for _, dir := range dirs {
			if err := wholefile.Sweep(r, dir); err != nil {
				return err
			}
			old, err := fs.Glob(r.FS(), path.Join(dir, ".new-*"))
			if err != nil {
				return err
			}
			for _, name := range old {
				if err := r.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
					return err
				}
			}
			// A run that never began leaves an empty folder; others are not empty.
			if path.Dir(dir) == runsFolder && !s.Exists(headName(path.Base(dir))) && s.hollow(path.Base(dir)) {
				if err := r.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
					return err
				}
			}
		}
		return nil
	})
}
