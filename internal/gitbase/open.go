package gitbase

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/storage/filesystem"
)

// The reasons for which a repository cannot be read although it is one.
var (
	ErrPartial = errors.New("this clone does not hold the contents of that commit")
	ErrFormat  = errors.New("this repository has a format that rassync cannot read (SHA-256 objects, or references in tables)")
)

// open opens the repository of a folder. Objects that a clone borrows from another
// one on this machine (git clone --reference or --shared, as build machines do) are
// read there.
func open(dir string) (*git.Repository, error) {
	repo, err := git.PlainOpenWithOptions(dir, &git.PlainOpenOptions{DetectDotGit: true, EnableDotGitCommonDir: true})
	switch {
	case errors.Is(err, git.ErrRepositoryNotExists):
		return nil, ErrNoRepository
	case err != nil && strings.Contains(err.Error(), "extension"):
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	case err != nil:
		return nil, err
	}
	st, ok := repo.Storer.(*filesystem.Storage)
	if !ok {
		return repo, nil
	}
	if _, err := st.Filesystem().Stat("objects/info/alternates"); err != nil {
		return repo, nil
	}
	tree, err := repo.Worktree()
	if err != nil {
		return nil, err
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	top := filepath.VolumeName(abs) + string(os.PathSeparator)
	borrowing := filesystem.NewStorageWithOptions(st.Filesystem(), cache.NewObjectLRUDefault(), filesystem.Options{AlternatesFS: osfs.New(top)})
	return git.Open(borrowing, tree.Filesystem)
}

// partialOr explains objects that are missing: a clone may have been made without
// the contents of older commits.
func partialOr(err error) error {
	if errors.Is(err, plumbing.ErrObjectNotFound) {
		return fmt.Errorf("%w: %w", ErrPartial, err)
	}
	return err
}

// workspaceFile is what a workspace has at its root.
const workspaceFile = "rassync.yaml"

// How deep, and among how many folders, a workspace is looked for: the tree of a commit
// can be made to have no end.
const (
	searchDepth   = 3
	searchFolders = 500
)

// movedFrom finds the only workspace that a commit holds: a folder that is not there
// may have had another name.
func movedFrom(top *object.Tree) (string, *object.Tree, error) {
	type place struct {
		path string
		tree *object.Tree
	}
	var found []place
	level := []place{{".", top}}
	seen := 0
	for depth := 0; depth <= searchDepth && len(level) > 0; depth++ {
		var next []place
		for _, at := range level {
			if seen++; seen > searchFolders {
				return "", nil, nil
			}
			if e, err := at.tree.FindEntry(workspaceFile); err == nil && e.Mode.IsFile() {
				found = append(found, at)
				continue
			}
			for _, e := range at.tree.Entries {
				if e.Mode != filemode.Dir || strings.HasPrefix(e.Name, ".") || len(next) > searchFolders {
					continue
				}
				t, err := at.tree.Tree(e.Name)
				if err != nil {
					return "", nil, partialOr(err)
				}
				next = append(next, place{path.Join(at.path, e.Name), t})
			}
		}
		level = next
	}
	if len(found) != 1 {
		return "", nil, nil // none, or nobody knows which of them it was
	}
	return found[0].path, found[0].tree, nil
}
