package gitbase

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// commitFiles puts one file into folders and commits them.
func (s *store) commitTree(tree plumbing.Hash) {
	s.t.Helper()
	who := "a <a@example.com> 1700000000 +0000\n"
	id := s.put(plumbing.CommitObject, "tree "+tree.String()+"\nauthor "+who+"committer "+who+"\nx\n")
	if err := s.repo.Storer.SetReference(plumbing.NewHashReference("refs/heads/master", id)); err != nil {
		s.t.Fatal(err)
	}
}

// TestBorrowedObjects: a clone that borrows its objects from another one is read.
func TestBorrowedObjects(t *testing.T) {
	s := newStore(t)
	blob := s.put(plumbing.BlobObject, "kind: Site\n")
	s.commitTree(s.tree(object.TreeEntry{Name: "a.yaml", Mode: filemode.Regular, Hash: blob}))
	head, err := s.repo.Head()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	clone, err := git.PlainInit(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := clone.Storer.SetReference(plumbing.NewHashReference("refs/heads/master", head.Hash())); err != nil {
		t.Fatal(err)
	}
	info := filepath.Join(dir, ".git", "objects", "info")
	if err := os.MkdirAll(info, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(info, "alternates"), []byte(filepath.Join(s.dir, ".git", "objects")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	into := t.TempDir()
	if _, err := Extract(context.Background(), dir, "HEAD", into); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(filepath.Join(into, "a.yaml")); err != nil || string(data) != "kind: Site\n" {
		t.Errorf("got %q, %v", data, err)
	}
}

// TestMovedWorkspace: a folder that the base does not have is looked for under its
// former name, if there is no doubt which it was.
func TestMovedWorkspace(t *testing.T) {
	for name, c := range map[string]struct {
		folders []string
		want    string
	}{
		"one other":    {[]string{"conf"}, "conf"},
		"two others":   {[]string{"conf", "prod"}, ""},
		"none":         {nil, ""},
		"the same one": {[]string{"conf", "farm"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t)
			config := s.put(plumbing.BlobObject, "farm: {}\n")
			var entries []object.TreeEntry
			for _, f := range c.folders {
				entries = append(entries, object.TreeEntry{Name: f, Mode: filemode.Dir, Hash: s.tree(object.TreeEntry{Name: workspaceFile, Mode: filemode.Regular, Hash: config})})
			}
			s.commitTree(s.tree(entries...))
			dir := filepath.Join(s.dir, "farm")
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			b, err := Extract(context.Background(), dir, "HEAD", t.TempDir())
			if err != nil || b.MovedFrom != c.want {
				t.Errorf("moved from %q, %v", b.MovedFrom, err)
			}
		})
	}
}

// TestContentsThatAreNotThere: a clone without the contents of a commit says so.
func TestContentsThatAreNotThere(t *testing.T) {
	s := newStore(t)
	s.commitTree(s.tree(object.TreeEntry{Name: "a.yaml", Mode: filemode.Regular, Hash: plumbing.NewHash(strings.Repeat("ab", 20))}))
	if _, err := Extract(context.Background(), s.dir, "HEAD", t.TempDir()); err == nil || !strings.Contains(err.Error(), ErrPartial.Error()) {
		t.Errorf("got %v", err)
	}
}
