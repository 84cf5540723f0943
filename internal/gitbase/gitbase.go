// Package gitbase reads the documents of a workspace as an earlier commit has
// them. It reads the repository with a library: no git process is started, no
// hook, filter or configured command runs, and nothing in it is written.
package gitbase

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// Bounds of what is read of a commit. They are those of a workspace on disk:
// what cannot be loaded need not be read.
const (
	maxFile  = 64 << 20
	maxTotal = 1 << 30
)

// Base is the commit that a change is compared with.
type Base struct {
	// Ref is what was asked for, Commit the commit that both it and HEAD come
	// from: what was committed to Ref since then is not part of the change.
	Ref    string
	Commit string
}

// ErrNoRepository says that a folder is in no git repository.
var ErrNoRepository = errors.New("not in a git repository")

// ShallowError says that a clone does not go back far enough.
type ShallowError struct{ Ref string }

// Error says what is missing.
func (e *ShallowError) Error() string {
	return fmt.Sprintf("this clone is shallow and does not hold the history back to %q", e.Ref)
}

// Extract writes the YAML files that folder dir has in the base of ref to an
// empty folder on disk, and tells which commit that is. A folder that is not
// there at that commit leaves it empty.
func Extract(dir, ref, into string) (Base, error) {
	b := Base{Ref: ref}
	repo, err := git.PlainOpenWithOptions(dir, &git.PlainOpenOptions{DetectDotGit: true, EnableDotGitCommonDir: true})
	if errors.Is(err, git.ErrRepositoryNotExists) {
		return b, ErrNoRepository
	}
	if err != nil {
		return b, err
	}
	commit, err := mergeBase(repo, ref)
	if err != nil {
		return b, err
	}
	b.Commit = commit.Hash.String()
	below, err := insideRepository(repo, dir)
	if err != nil {
		return b, err
	}
	tree, err := commit.Tree()
	if err != nil {
		return b, shallowOr(repo, ref, err)
	}
	if below != "." {
		if tree, err = tree.Tree(below); errors.Is(err, object.ErrDirectoryNotFound) || errors.Is(err, object.ErrEntryNotFound) {
			return b, nil
		} else if err != nil {
			return b, err
		}
	}
	root, err := os.OpenRoot(into)
	if err != nil {
		return b, err
	}
	defer root.Close()
	return b, extract(tree, root)
}

// mergeBase finds the commit that ref and HEAD have in common.
func mergeBase(repo *git.Repository, ref string) (*object.Commit, error) {
	at, err := repo.ResolveRevision(plumbing.Revision(ref))
	if err != nil {
		return nil, shallowOr(repo, ref, fmt.Errorf("there is no commit %q", ref))
	}
	theirs, err := repo.CommitObject(*at)
	if err != nil {
		return nil, shallowOr(repo, ref, fmt.Errorf("%q is not a commit that can be read: %w", ref, err))
	}
	head, err := repo.Head()
	if err != nil {
		return nil, fmt.Errorf("HEAD cannot be read: %w", err)
	}
	ours, err := repo.CommitObject(head.Hash())
	if err != nil {
		return nil, fmt.Errorf("HEAD cannot be read: %w", err)
	}
	bases, err := theirs.MergeBase(ours)
	if err != nil {
		return nil, shallowOr(repo, ref, err)
	}
	if len(bases) == 0 {
		return nil, shallowOr(repo, ref, fmt.Errorf("%q and HEAD have no commit in common", ref))
	}
	return bases[0], nil
}

// shallowOr explains a failure by a shallow clone, where it is one.
func shallowOr(repo *git.Repository, ref string, err error) error {
	if list, serr := repo.Storer.Shallow(); serr == nil && len(list) > 0 {
		return &ShallowError{Ref: ref}
	}
	return err
}

// insideRepository is the path of a folder in its repository.
func insideRepository(repo *git.Repository, dir string) (string, error) {
	tree, err := repo.Worktree()
	if err != nil {
		return "", err
	}
	top, err := filepath.EvalSymlinks(tree.Filesystem.Root())
	if err != nil {
		return "", err
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if abs, err = filepath.EvalSymlinks(abs); err != nil {
		return "", err
	}
	rel, err := filepath.Rel(top, abs)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return "", ErrNoRepository
	}
	return filepath.ToSlash(rel), nil
}

// extract writes the ordinary files that a workspace reads: YAML, and the
// pictures and texts that documents name. Links, submodules and dot-folders
// are left out, as they are when a workspace is loaded.
func extract(tree *object.Tree, root *os.Root) error {
	w := object.NewTreeWalker(tree, true, nil)
	defer w.Close()
	var total int64
	for {
		name, entry, err := w.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if entry.Mode != filemode.Regular && entry.Mode != filemode.Executable || hidden(name) {
			continue
		}
		file, err := tree.TreeEntryFile(&entry)
		if err != nil {
			return err
		}
		if file.Size > maxFile {
			continue // the loader of the folder on disk says so
		}
		if total += file.Size; total > maxTotal {
			return fmt.Errorf("the files of the commit are larger than %d MB together", maxTotal>>20)
		}
		if err := write(root, name, file); err != nil {
			return err
		}
	}
}

// hidden tells whether a part of a path begins with a dot.
func hidden(name string) bool {
	for _, part := range strings.Split(name, "/") {
		if strings.HasPrefix(part, ".") {
			return true
		}
	}
	return false
}

func write(root *os.Root, name string, file *object.File) error {
	if err := root.MkdirAll(path.Dir(name), 0o700); err != nil {
		return err
	}
	in, err := file.Reader()
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
