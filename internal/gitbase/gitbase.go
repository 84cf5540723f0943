// Package gitbase reads the documents of a workspace as an earlier commit has
// them. It reads the repository with a library: no git process is started, no
// hook, filter or configured command runs, and nothing in it is written.
package gitbase

import (
	"context"
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

	"rassync/internal/files"
)

// Bounds of what is read of a commit. They are those of a workspace on disk:
// what cannot be loaded need not be read.
const (
	maxFile    = 64 << 20
	maxTotal   = 1 << 30
	maxEntries = 200_000 // files and folders: a few objects of git can stand for any number of them
	maxDepth   = 100
)

// Base is the commit that a change is compared with.
type Base struct {
	// Ref is what was asked for, Commit the commit that both it and HEAD come
	// from: what was committed to Ref since then is not part of the change.
	Ref    string
	Commit string
	// MovedFrom is the folder that the workspace was in at that commit, where it is
	// another one.
	MovedFrom string
}

// ErrNoRepository says that a folder is in no git repository.
var ErrNoRepository = errors.New("not in a git repository")

// ShallowError says that a clone does not go back far enough.
type ShallowError struct{ Ref string }

// Error says what is missing.
func (e *ShallowError) Error() string {
	return fmt.Sprintf("this clone is shallow and does not hold the history back to %q", e.Ref)
}

// ForeignError says that somebody else owns the repository: what they put there
// would decide what counts as changed. Git refuses it too.
type ForeignError struct{ Git string }

// Error names the repository.
func (e *ForeignError) Error() string { return e.Git + " belongs to another user" }

// ownRepository refuses a repository that another user has put at the folder or
// above it.
func ownRepository(dir string) error {
	at, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	for top := at; ; top = filepath.Dir(top) {
		name := filepath.Join(top, ".git")
		if info, err := os.Lstat(name); err == nil {
			if files.Foreign(info, at) {
				return &ForeignError{name}
			}
			return nil
		}
		if top == filepath.Dir(top) {
			return nil // that there is none is found out where it is opened
		}
	}
}

// Extract writes the YAML files that folder dir has in the base of ref to an
// empty folder on disk, and tells which commit that is. A folder that is not
// there at that commit leaves it empty, unless the commit holds exactly one workspace
// elsewhere: then it was moved.
func Extract(ctx context.Context, dir, ref, into string) (Base, error) {
	b := Base{Ref: ref}
	if err := ownRepository(dir); err != nil {
		return b, err
	}
	repo, err := open(dir)
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
		whole := tree
		if tree, err = whole.Tree(below); errors.Is(err, object.ErrDirectoryNotFound) || errors.Is(err, object.ErrEntryNotFound) {
			if b.MovedFrom, tree, err = movedFrom(whole); err != nil || tree == nil {
				return b, err
			}
		} else if err != nil {
			return b, partialOr(err)
		}
	} else if _, ferr := tree.File(workspaceFile); ferr != nil {
		if from, moved, err := movedFrom(tree); err == nil && moved != nil {
			b.MovedFrom, tree = from, moved
		}
	}
	root, err := os.OpenRoot(into)
	if err != nil {
		return b, err
	}
	defer root.Close()
	x := &extraction{repo: repo, root: root}
	return b, partialOr(x.folder(ctx, tree, "", 0))
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

// extraction writes the ordinary files of a commit, as far as a workspace reads
// them: links, submodules, dot-folders and paths that mean something else on
// another system are left out, as they are when a workspace is loaded.
type extraction struct {
	repo    *git.Repository
	root    *os.Root
	entries int
	total   int64
}

// folder writes what a tree holds below a path, "" for the top. Nothing is read
// before its size is known.
func (x *extraction) folder(ctx context.Context, tree *object.Tree, at string, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("the folders of the commit are nested more than %d deep", maxDepth)
	}
	for _, e := range tree.Entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		if x.entries++; x.entries > maxEntries {
			return fmt.Errorf("the commit has more than %d files and folders here", maxEntries)
		}
		name := path.Join(at, e.Name)
		if strings.ContainsAny(e.Name, `/\`) || files.CheckPath(e.Name) != nil {
			continue
		}
		switch e.Mode {
		case filemode.Dir:
			below, err := x.repo.TreeObject(e.Hash)
			if err == nil {
				err = x.folder(ctx, below, name, depth+1)
			}
			if err != nil {
				return err
			}
		case filemode.Regular, filemode.Executable:
			if err := x.file(name, e.Hash); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		default: // links and submodules are no documents
		}
	}
	return nil
}

func (x *extraction) file(name string, id plumbing.Hash) error {
	size, err := x.repo.Storer.EncodedObjectSize(id)
	if errors.Is(err, plumbing.ErrObjectNotFound) {
		// It does not look among objects that are borrowed from another clone.
		var borrowed *object.Blob
		if borrowed, err = x.repo.BlobObject(id); err == nil {
			size = borrowed.Size
		}
	}
	if err != nil {
		return err
	}
	if size > maxFile {
		return nil // a workspace does not read it either
	}
	if x.total += size; x.total > maxTotal {
		return fmt.Errorf("the files of the commit are larger than %d MB together", maxTotal>>20)
	}
	blob, err := x.repo.BlobObject(id)
	if err != nil {
		return err
	}
	return write(x.root, name, blob)
}

func write(root *os.Root, name string, file *object.Blob) error {
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
	_, err = io.Copy(out, io.LimitReader(in, maxFile))
	return errors.Join(err, out.Close())
}
