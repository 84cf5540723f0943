package gitbase

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// store puts objects into a repository as they are: no client of git would make
// all of these.
type store struct {
	t    *testing.T
	dir  string
	repo *git.Repository
}

func newStore(t *testing.T) *store {
	t.Helper()
	dir := t.TempDir()
	repo, err := git.PlainInit(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	return &store{t, dir, repo}
}

func (s *store) put(kind plumbing.ObjectType, data string) plumbing.Hash {
	s.t.Helper()
	o := s.repo.Storer.NewEncodedObject()
	o.SetType(kind)
	w, err := o.Writer()
	if err == nil {
		_, err = w.Write([]byte(data))
	}
	if err != nil {
		s.t.Fatal(err)
	}
	id, err := s.repo.Storer.SetEncodedObject(o)
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

func (s *store) tree(entries ...object.TreeEntry) plumbing.Hash {
	var b strings.Builder
	for _, e := range entries {
		fmt.Fprintf(&b, "%o %s\x00%s", uint32(e.Mode), e.Name, e.Hash[:])
	}
	return s.put(plumbing.TreeObject, b.String())
}

// extract commits a tree and reads it as the base of HEAD.
func (s *store) extract(tree plumbing.Hash) ([]string, error) {
	s.t.Helper()
	who := "a <a@example.com> 1700000000 +0000\n"
	id := s.put(plumbing.CommitObject, "tree "+tree.String()+"\nauthor "+who+"committer "+who+"\nx\n")
	if err := s.repo.Storer.SetReference(plumbing.NewHashReference("refs/heads/master", id)); err != nil {
		s.t.Fatal(err)
	}
	into := s.t.TempDir()
	_, err := Extract(context.Background(), s.dir, "HEAD", into)
	var files []string
	if werr := fs.WalkDir(os.DirFS(into), ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, p)
		}
		return err
	}); werr != nil {
		s.t.Fatal(werr)
	}
	return files, err
}

// TestOddTrees: what a workspace would not read is left out, and nothing is
// written elsewhere.
func TestOddTrees(t *testing.T) {
	s := newStore(t)
	text := s.put(plumbing.BlobObject, "kind: Site\n")
	file := func(name string) object.TreeEntry {
		return object.TreeEntry{Name: name, Mode: filemode.Regular, Hash: text}
	}
	inner := s.tree(file("a.yaml"))
	files, err := s.extract(s.tree(
		file("a.yaml"), file(`b\..\..\x.yaml`), file("c:x.yaml"), file("GIT~1"), file("NUL"), file(".hidden"),
		object.TreeEntry{Name: "link.yaml", Mode: filemode.Symlink, Hash: s.put(plumbing.BlobObject, "/etc/passwd")},
		object.TreeEntry{Name: "module", Mode: filemode.Submodule, Hash: text},
		object.TreeEntry{Name: "sub", Mode: filemode.Dir, Hash: inner},
	))
	if want := []string{"a.yaml", "sub/a.yaml"}; err != nil || !slices.Equal(files, want) {
		t.Errorf("%q, %v", files, err)
	}
	for _, name := range []string{"..", "a/../../x.yaml", ".git"} {
		files, err := s.extract(s.tree(object.TreeEntry{Name: name, Mode: filemode.Dir, Hash: inner}, file("z.yaml")))
		if err == nil && !slices.Equal(files, []string{"z.yaml"}) || len(files) > 1 {
			t.Errorf("%q: %q, %v", name, files, err)
		}
	}
}

// TestHugeCommitsEnd: a few objects stand for any number of files, and a small one
// for a large file.
func TestHugeCommitsEnd(t *testing.T) {
	s := newStore(t)
	empty := s.put(plumbing.BlobObject, "")
	tree := s.tree(object.TreeEntry{Name: "f", Mode: filemode.Regular, Hash: empty})
	wide, deep := tree, tree
	for range 12 {
		var list []object.TreeEntry
		for i := range 20 {
			list = append(list, object.TreeEntry{Name: fmt.Sprintf(".%02d", i), Mode: filemode.Dir, Hash: wide})
		}
		wide = s.tree(append(list, object.TreeEntry{Name: "d", Mode: filemode.Dir, Hash: wide})...)
	}
	if files, err := s.extract(wide); err != nil || len(files) != 1 {
		t.Errorf("hidden folders are looked at: %d, %v", len(files), err)
	}
	for range maxDepth + 2 {
		deep = s.tree(object.TreeEntry{Name: "d", Mode: filemode.Dir, Hash: deep})
	}
	if _, err := s.extract(deep); err == nil {
		t.Error("any depth is followed")
	}
	x := &extraction{repo: s.repo, entries: maxEntries}
	top, err := s.repo.TreeObject(tree)
	if err != nil {
		t.Fatal(err)
	}
	if err := x.folder(context.Background(), top, "", 0); err == nil || !strings.Contains(err.Error(), "files and folders") {
		t.Errorf("any number is read: %v", err)
	}
	large := s.put(plumbing.BlobObject, strings.Repeat("\n", maxFile+1))
	files, err := s.extract(s.tree(object.TreeEntry{Name: "a.yaml", Mode: filemode.Regular, Hash: empty}, object.TreeEntry{Name: "b.yaml", Mode: filemode.Regular, Hash: large}))
	if err != nil || !slices.Equal(files, []string{"a.yaml"}) {
		t.Errorf("%q, %v", files, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Extract(ctx, s.dir, "HEAD", t.TempDir()); !errors.Is(err, context.Canceled) {
		t.Errorf("an interrupt does not end it: %v", err)
	}
}

func TestRepositoryOfSomebodyElse(t *testing.T) {
	s := newStore(t)
	below := filepath.Join(s.dir, "farm")
	if err := os.Mkdir(below, 0o755); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() != 0 || os.Chown(filepath.Join(s.dir, ".git"), 54321, 54321) != nil {
		t.Skip("only root can give a folder away")
	}
	if _, err := Extract(context.Background(), below, "HEAD", t.TempDir()); !errors.As(err, new(*ForeignError)) {
		t.Error(err)
	}
	// A job that runs as root in somebody's checkout.
	if err := os.Chown(below, 54321, 54321); err != nil {
		t.Fatal(err)
	}
	if _, err := Extract(context.Background(), below, "HEAD", t.TempDir()); errors.As(err, new(*ForeignError)) {
		t.Error(err)
	}
}
