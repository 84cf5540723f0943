package runs

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"rassync/internal/linktest"

	"github.com/go-git/go-git/v5"
)

func privateFile(t *testing.T, dir, name, text string) {
	t.Helper()
	p := filepath.Join(dir, FolderName, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestLinksInThePrivateFolderAreRefused(t *testing.T) {
	outside := t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "precious"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ link, to, file string }{
		"a folder that leads out":    {"runs", outside, "runs/precious"},
		"a folder that leads inside": {"runs", "blobs", "runs/precious"},
		"a file":                     {"sent.json", filepath.Join(outside, "precious"), "sent.json"},
		"a file that is not there":   {"lock", filepath.Join(outside, "made"), "lock"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			privateFile(t, dir, "blobs/precious", "x")
			linktest.Make(t, c.to, filepath.Join(dir, FolderName, c.link))
			s := Open(dir)
			if _, err := s.ReadFile(c.file); !errors.Is(err, ErrNotPrivate) {
				t.Errorf("reading: %v", err)
			}
			if err := s.WriteFile(c.file, []byte("new")); !errors.Is(err, ErrNotPrivate) {
				t.Errorf("writing: %v", err)
			}
			if f, err := s.OpenFile(c.file, os.O_CREATE|os.O_RDWR, 0o600); !errors.Is(err, ErrNotPrivate) {
				f.Close()
				t.Errorf("opening: %v", err)
			}
			if c.link == "runs" {
				if err := s.Remove(c.file); !errors.Is(err, ErrNotPrivate) {
					t.Errorf("removing: %v", err)
				}
			}
			if data, err := os.ReadFile(filepath.Join(outside, "precious")); err != nil || string(data) != "mine" {
				t.Errorf("%q %v", data, err)
			}
			if _, err := os.Lstat(filepath.Join(outside, "made")); err == nil {
				t.Error("a file was made outside")
			}
		})
	}
}

func TestThePrivateFolderIsNoLink(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	linktest.Make(t, other, filepath.Join(dir, FolderName))
	if err := Open(dir).WriteFile("sent.json", []byte("{}")); !errors.Is(err, ErrNotPrivate) {
		t.Error(err)
	}
	if list, err := os.ReadDir(other); err != nil || len(list) != 0 {
		t.Errorf("%v %v", list, err)
	}
}

// What came with a commit is what anybody with a pull request says, and no memory
// of this workspace.
func TestNothingThatGitTracksIsUsed(t *testing.T) {
	for name, c := range map[string]struct {
		below, tracked string
		ok             bool
	}{
		"a run":            {".", ".rassync/runs/1/snapshot.json", false},
		"the key":          {".", ".rassync/key", false},
		"below the top":    {"farms/a", "farms/a/.rassync/runs/.heads/1", false},
		"the schemas":      {".", ".rassync/schemas/any.json", true},
		"the ignore file":  {".", ".rassync/.gitignore", true},
		"another folder's": {"farms/a", "farms/b/.rassync/key", true},
	} {
		t.Run(name, func(t *testing.T) {
			top := t.TempDir()
			repo, err := git.PlainInit(top, false)
			if err != nil {
				t.Fatal(err)
			}
			p := filepath.Join(top, filepath.FromSlash(c.tracked))
			if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(p, []byte("{}"), 0o600); err != nil {
				t.Fatal(err)
			}
			tree, err := repo.Worktree()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tree.Add(c.tracked); err != nil {
				t.Fatal(err)
			}
			dir := filepath.Join(top, filepath.FromSlash(c.below))
			privateFile(t, dir, "sent.json", "{}")
			_, err = Open(dir).ReadFile("sent.json")
			if (err == nil) != c.ok || err != nil && !errors.Is(err, ErrNotPrivate) {
				t.Error(err)
			}
		})
	}
}

func TestForeignOwnersAreRefused(t *testing.T) {
	if runtime.GOOS == "windows" || os.Geteuid() != 0 {
		t.Skip("only root can give a file away")
	}
	dir := t.TempDir()
	privateFile(t, dir, "sent.json", "{}")
	p := filepath.Join(dir, FolderName, "sent.json")
	if _, err := Open(dir).ReadFile("sent.json"); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(p, 54321, 54321); err != nil {
		t.Skip(err)
	}
	if _, err := Open(dir).ReadFile("sent.json"); !errors.Is(err, ErrNotPrivate) {
		t.Error(err)
	}
	// A job that runs as root in somebody's checkout uses what that user has left.
	if err := os.Chown(filepath.Join(dir, FolderName), 54321, 54321); err != nil {
		t.Skip(err)
	}
	if _, err := Open(dir).ReadFile("sent.json"); err != nil {
		t.Error(err)
	}
}
