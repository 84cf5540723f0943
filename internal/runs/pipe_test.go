//go:build !windows

package runs

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// Opened in the ordinary way each of these would hang.
func TestPipesInThePrivateFolderAreRefusedAtOnce(t *testing.T) {
	for _, name := range []string{"lock", "sent.json", "key", "runs/1/journal.jsonl", "runs/1/snapshot.json"} {
		dir := t.TempDir()
		p := filepath.Join(dir, FolderName, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Mkfifo(p, 0o600); err != nil {
			t.Skip(err)
		}
		s := Open(dir)
		if _, err := s.ReadFile(name); !errors.Is(err, ErrNotPrivate) {
			t.Errorf("reading %s: %v", name, err)
		}
		if _, err := s.OpenFile(name, os.O_RDONLY, 0); !errors.Is(err, ErrNotPrivate) {
			t.Errorf("opening %s: %v", name, err)
		}
		if name == "lock" {
			nobody := func(Holder) {}
			if _, err := s.Lock(context.Background(), Holder{}, 0, nobody, nobody); !errors.Is(err, ErrNotPrivate) {
				t.Errorf("locking: %v", err)
			}
		}
	}
}
