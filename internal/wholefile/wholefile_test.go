package wholefile

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"rassync/internal/linktest"
)

func openRoot(t *testing.T) (*os.Root, string) {
	t.Helper()
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return root, dir
}

func content(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestModeIsPrivateUnlessAsked(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	for name, c := range map[string]struct {
		before os.FileMode
		o      Options
		want   os.FileMode
	}{
		"new":              {0, Options{}, 0o600},
		"over a wider one": {0o644, Options{}, 0o600},
		"asked":            {0, Options{Mode: 0o640}, 0o640},
		"kept":             {0o664, Options{Mode: 0o644, KeepMode: true}, 0o664},
	} {
		path := filepath.Join(t.TempDir(), "file")
		if c.before != 0 {
			if err := os.WriteFile(path, []byte("old"), c.before); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, c.before); err != nil {
				t.Fatal(err)
			}
		}
		if err := Write(path, []byte("new"), c.o); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != c.want || content(t, path) != "new" {
			t.Errorf("%s: mode %o, content %q", name, info.Mode().Perm(), content(t, path))
		}
	}
}

// A neighbour in a shared folder cannot lay a link where the file or its
// temporary file will be, and have another file written.
func TestLinkIsReplacedNotFollowed(t *testing.T) {
	dir := t.TempDir()
	victim := filepath.Join(dir, "victim")
	if err := os.WriteFile(victim, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, link := range []string{"change.plan", "change.plan.tmp"} {
		linktest.Make(t, victim, filepath.Join(dir, link))
	}
	if err := Write(filepath.Join(dir, "change.plan"), []byte("plan"), Options{}); err != nil {
		t.Fatal(err)
	}
	if content(t, victim) != "mine" || content(t, filepath.Join(dir, "change.plan")) != "plan" {
		t.Errorf("victim %q, plan %q", content(t, victim), content(t, filepath.Join(dir, "change.plan")))
	}
}

func TestFailureLeavesTheOldFileAndNothingElse(t *testing.T) {
	root, dir := openRoot(t)
	if err := os.MkdirAll(filepath.Join(dir, "taken", "full"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := WriteIn(root, "taken", []byte("x"), Options{}); err == nil {
		t.Error("a folder was written over")
	}
	if err := WriteIn(root, "missing/file", []byte("x"), Options{}); err == nil {
		t.Error("a folder was made")
	}
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(names) != 1 {
		t.Errorf("%v %v", names, err)
	}
	if hidden, _ := filepath.Glob(filepath.Join(dir, ".rassync-*")); len(hidden) != 0 {
		t.Errorf("left behind: %v", hidden)
	}
}

func TestTempDirThatIsMissingIsDoneWithout(t *testing.T) {
	root, dir := openRoot(t)
	if err := WriteIn(root, "file", []byte("x"), Options{TempDir: "nowhere"}); err != nil || content(t, filepath.Join(dir, "file")) != "x" {
		t.Error(err)
	}
}

func TestSweepTakesLeftoversAlone(t *testing.T) {
	root, dir := openRoot(t)
	for _, name := range []string{".rassync-ABCDEFGHIJ234567", ".rassync-ABCDEFGHIJ", ".rassync-notes", "rassync.yaml", ".rassync-klmnopqrst"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, ".rassync-ABCDEFGHIJ234566"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Sweep(root, "."); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 4 {
		t.Errorf("%v %v", left, err)
	}
	if err := Sweep(root, "missing"); err != nil {
		t.Error(err)
	}
}
