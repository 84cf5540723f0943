package plan

import (
	"errors"
	"testing"
	"time"

	"rassync/internal/model"
	"rassync/schemas"
)

// TestSignature: a file is what was signed, with this key; the digest alone can
// be worked out again by anybody.
func TestSignature(t *testing.T) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC)
	f, err := NewFile(&Plan{FormatVersion: FormatVersion, Warnings: []string{}, Changes: []Change{}}, now, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Verify("key"); !errors.Is(err, ErrUnsigned) {
		t.Errorf("unsigned: %v", err)
	}
	f.Sign("a key of the pipeline")
	data, err := f.Text()
	if err != nil {
		t.Fatal(err)
	}
	read, err := Parse(data, cat, now)
	if err != nil {
		t.Fatal(err)
	}
	if err := read.Verify("a key of the pipeline"); err != nil {
		t.Error(err)
	}
	if err := read.Verify("another key of theirs"); !errors.Is(err, ErrSignature) {
		t.Errorf("another key: %v", err)
	}
	read.Warnings = append(read.Warnings, "more")
	if read.Digest, err = read.digest(); err != nil {
		t.Fatal(err)
	}
	if err := read.Verify("a key of the pipeline"); !errors.Is(err, ErrSignature) {
		t.Errorf("another plan with the signature: %v", err)
	}
	if CheckKey("short") == nil || CheckKey("sixteen letters!") != nil {
		t.Error("the length of keys")
	}
}
