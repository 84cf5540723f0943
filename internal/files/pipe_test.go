//go:build !windows

package files

import (
	"errors"
	"io/fs"
	"path/filepath"
	"syscall"
	"testing"
)

// Opened in the ordinary way a pipe that nobody writes to would hang here.
func TestPipeIsRefusedAtOnce(t *testing.T) {
	r, dir := open(t)
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o644); err != nil {
		t.Skip(err)
	}
	if _, err := r.Read("pipe", 10); !errors.Is(err, ErrNotRegular) {
		t.Error(err)
	}
	if _, err := ReadNamed(filepath.Join(dir, "pipe"), 10); !errors.Is(err, ErrNotRegular) {
		t.Error(err)
	}
	if _, err := fs.ReadFile(r.FS(), "pipe"); !errors.Is(err, ErrNotRegular) {
		t.Error(err)
	}
	if err := r.Replace("pipe", nil); !errors.Is(err, ErrNotRegular) {
		t.Error(err)
	}
}
