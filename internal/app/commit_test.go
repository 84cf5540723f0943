package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCommitOf(t *testing.T) {
	id := strings.Repeat("0123456789", 4)
	for name, files := range map[string]map[string]string{
		"a branch":        {".git/HEAD": "ref: refs/heads/main\n", ".git/refs/heads/main": id + "\n"},
		"no branch":       {".git/HEAD": id + "\n"},
		"packed":          {".git/HEAD": "ref: refs/heads/main\n", ".git/packed-refs": "# pack-refs\n" + id + " refs/heads/main\n"},
		"a worktree":      {".git": "gitdir: real/worktrees/w\n", "real/worktrees/w/HEAD": "ref: refs/heads/x\n", "real/worktrees/w/commondir": "../..\n", "real/refs/heads/x": id + "\n"},
		"broken":          {".git/HEAD": "ref: refs/heads/main\n"},
		"an escape":       {".git/HEAD": "ref: ../../x\n", "x": id},
		"no repository":   {"a": ""},
		"something else":  {".git": "hello\n"},
		"another content": {".git/HEAD": "ref: refs/heads/main\n", ".git/refs/heads/main": "password\n"},
	} {
		dir := t.TempDir()
		for file, text := range files {
			path := filepath.Join(dir, "repo", filepath.FromSlash(file))
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		deep := filepath.Join(dir, "repo", "farm")
		if err := os.MkdirAll(deep, 0o755); err != nil {
			t.Fatal(err)
		}
		want := ""
		switch name {
		case "a branch", "no branch", "packed", "a worktree":
			want = id
		}
		if got := commitOf(deep); got != want {
			t.Errorf("%s: %q instead of %q", name, got, want)
		}
	}
}
