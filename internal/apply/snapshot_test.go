package apply

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rassync/internal/model"
	"rassync/schemas"
)

func TestSnapshotIsCheckedOnReading(t *testing.T) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	picture := []byte("picture")
	sum := sha256.Sum256(picture)
	digest := hex.EncodeToString(sum[:])
	s := &Snapshot{FormatVersion: "1", ID: "r1", Time: clock(), Made: []string{"Main/Theme/New"}, Objects: []SavedObject{
		{Address: "Main/Theme/A", Kind: "Theme", Site: "Main", Name: "A", RenamedTo: "B", Spec: map[string]any{"enabled": true, "description": "x"}},
		{Address: "Main/ThemeCustomImage/logo.png", Kind: "ThemeCustomImage", Site: "Main", Name: "logo.png", Spec: map[string]any{"image": model.FileRef{Digest: digest}}},
	}}
	if err := s.Save(dir, map[string][]byte{digest: picture}); err != nil {
		t.Fatal(err)
	}
	back, err := ReadSnapshot(dir)
	if err != nil {
		t.Fatal(err)
	}
	objects, made, err := back.Targets(cat, dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(made) != 1 || made[0] != (model.Address{Site: "Main", Kind: "Theme", Name: "New"}) {
		t.Errorf("made: %v", made)
	}
	if objects[0].RenamedFrom != "B" || objects[0].Spec["enabled"] != true {
		t.Errorf("object: %+v", objects[0])
	}
	ref, _ := objects[1].Spec["image"].(model.FileRef)
	if data, err := os.ReadFile(ref.Abs); err != nil || string(data) != "picture" {
		t.Errorf("picture: %q, %v", data, err)
	}

	file := filepath.Join(dir, "snapshot.json")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(text), `"x"`, `"y"`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadSnapshot(dir); !errors.Is(err, ErrSnapshot) {
		t.Errorf("a changed snapshot: %v", err)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "files", digest), []byte("other"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadSnapshot(dir); !errors.Is(err, ErrSnapshot) {
		t.Errorf("a changed picture: %v", err)
	}
}
