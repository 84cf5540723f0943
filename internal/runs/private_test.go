package runs

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
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

// TestEveryFormOfTheIndexIsRead: the files are those that git makes of one folder,
// with farms/a/.rassync/runs/1/snapshot.json and the schemas beside it.
func TestEveryFormOfTheIndexIsRead(t *testing.T) {
	for _, form := range []string{"v2", "v3", "v4", "sha256", "manyfiles", "sparse", "split"} {
		file := filepath.Join("testdata", "gitindex", form)
		if form == "split" {
			file = filepath.Join(file, "index")
		}
		names, split, err := indexed(file)
		if err != nil || split != (form == "split") {
			t.Errorf("%s: %v, %v", form, split, err)
		}
		for _, want := range []string{"farms/a/rassync.yaml", "farms/a/.rassync/schemas/any.json", "farms/a/.rassync/runs/1/snapshot.json"} {
			if form == "sparse" {
				want = strings.TrimSuffix(want, "1/snapshot.json")
			}
			if !slices.Contains(names, want) {
				t.Errorf("%s: %q is not among %q", form, want, names)
			}
		}
		top := t.TempDir()
		if err := os.CopyFS(filepath.Join(top, ".git"), os.DirFS(filepath.Dir(file))); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(filepath.Join(top, ".git", filepath.Base(file)), filepath.Join(top, ".git", "index")); err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(top, "farms", "a")
		privateFile(t, dir, "sent.json", "{}")
		if _, err := Open(dir).ReadFile("sent.json"); !errors.Is(err, ErrNotPrivate) {
			t.Errorf("%s: %v", form, err)
		}
	}
	// What cannot be read is not taken for nothing.
	data, err := os.ReadFile(filepath.Join("testdata", "gitindex", "v2"))
	if err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(t.TempDir(), "index")
	for n := range data {
		if err := os.WriteFile(broken, data[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := indexed(broken); err == nil {
			t.Errorf("the first %d bytes pass for an index", n)
		}
	}
}

func TestTrackedUnderAnotherName(t *testing.T) {
	for name, want := range map[string]string{
		"farms/a/.rassync/runs/1/x":   "runs/1/x",
		"farms/a/.rassync":            ".", // a submodule, or a link
		"farms/a/.rassync/":           ".", // a folder of a sparse index
		"farms/a/.RASSYNC/key":        "key",
		"farms/a/RASSYN~1/key":        "key",
		"FARMS/A/rassyn~3/key":        "key",
		"farms/a/RA6B1C~1/key":        "key",
		"farms/a/.rassync./key":       "key",
		"farms/a/.rassync::$DATA/key": "key",
		"farms/a/.ras\u200csync/key":  "key",
		"farms/a/\uff0erassync/key":   "key",
		"farms/a/rassync/key":         "",
		"farms/a/rassync.yaml":        "",
		"farms/b/.rassync/key":        "",
		"farms/a/.rassyncs/key":       "",
		"farms/a/Main/.rassync/key":   "",
		"farms/a":                     "",
	} {
		rest, ok := within(name, "farms/a/.rassync")
		if ok != (want != "") || ok && rest != want {
			t.Errorf("%q: %q %v", name, rest, ok)
		}
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
