package runs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"rassync/internal/files"
)

// What lies in the private folder decides what a rollback writes, so it must be
// this user's own: no link in it or to it, nothing that somebody else owns, and
// nothing that came with a commit.

// ErrNotPrivate says why something in the private folder is not used.
var ErrNotPrivate = errors.New("the private folder is not private")

// maxPrivate bounds what is read of one file.
const maxPrivate = 1 << 30

func notPrivate(s *Store, name, why, then string) error {
	return fmt.Errorf("%w: %s %s; %s", ErrNotPrivate, s.Path(name), why, then)
}

// guard looks at every component of a name, and at the folder itself. A name that
// is not there is fine: whoever needs it finds out.
func (s *Store) guard(r *os.Root, name string) error {
	info, err := os.Lstat(s.dir)
	if err != nil {
		return err
	}
	if info.Mode()&(fs.ModeSymlink|fs.ModeIrregular) != 0 {
		return notPrivate(s, "", "is a link", "remove it, rassync makes the folder")
	}
	at := ""
	for _, c := range strings.Split(path.Clean(name), "/") {
		at = path.Join(at, c)
		info, err := r.Lstat(at)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case info.Mode()&(fs.ModeSymlink|fs.ModeIrregular) != 0:
			return notPrivate(s, at, "is a link", "remove it")
		case !info.Mode().IsRegular() && !info.IsDir():
			return notPrivate(s, at, "is neither a file nor a folder", "remove it")
		case info.Mode().IsRegular() && info.Size() > maxPrivate:
			return fmt.Errorf("%s: %w", s.Path(at), &files.TooLarge{Limit: maxPrivate})
		case at != "." && !s.shared(at) && files.Foreign(info, s.dir):
			return notPrivate(s, at, "belongs to another user", "look at who put it there, and remove it or take it over")
		}
	}
	if s.shared(at) {
		return nil
	}
	return s.untracked()
}

// shared tells whether a name is among what a commit may hold: the schemas.
func (s *Store) shared(name string) bool {
	return name == "." || name == ".gitignore" || name == "schemas" || strings.HasPrefix(name, "schemas/")
}

// untracked refuses a private folder of which git tracks a part: that is what a
// commit says, and no memory of this workspace. It is looked up once.
func (s *Store) untracked() error {
	s.once.Do(func() {
		tracked, err := trackedBelow(s.dir)
		switch {
		case err != nil:
			s.trackedErr = fmt.Errorf("%w: whether git tracks a part of it cannot be told: %w", ErrNotPrivate, err)
		case tracked != "":
			s.trackedErr = notPrivate(s, tracked, "is tracked by git, so anybody with a commit could have written it", "take it out with git rm --cached, and look at what it holds before you use it")
		}
	})
	return s.trackedErr
}

// trackedBelow gives the first private file below dir that git tracks.
func trackedBelow(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	top, index := gitIndex(filepath.Dir(abs))
	if index == "" {
		return "", nil
	}
	rel, err := filepath.Rel(top, abs)
	if err != nil {
		return "", err
	}
	names, split, err := indexed(index)
	if err != nil {
		return "", err
	}
	for _, name := range names {
		rest, ok := within(name, filepath.ToSlash(rel))
		if !ok || rest == ".gitignore" || rest == "schemas" || strings.HasPrefix(rest, "schemas/") {
			continue
		}
		if split {
			return "", fmt.Errorf("%s: %w", rest, errSplit) // it may have been taken out since
		}
		return rest, nil
	}
	return "", nil
}

// within gives the path of a tracked file below a folder, "." for the folder
// itself: a submodule in its place is a commit's too. Names that some file
// system takes for the same are the same.
func within(name, folder string) (rest string, ok bool) {
	parts, want := strings.Split(strings.TrimSuffix(name, "/"), "/"), strings.Split(folder, "/")
	if len(parts) < len(want) {
		return "", false
	}
	for i, w := range want {
		if parts[i] != w && !files.SameOnDisk(parts[i], w) {
			return "", false
		}
	}
	if len(parts) == len(want) {
		return ".", true
	}
	return strings.Join(parts[len(want):], "/"), true
}
