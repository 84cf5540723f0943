package runs

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rassync/internal/model"
	"rassync/schemas"
)

// TestSnapshotIsCheckedOnReading damages everything that a snapshot is made
// of: it is refused, and the message names the blob.
func TestSnapshotIsCheckedOnReading(t *testing.T) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	st := Open(t.TempDir())
	r, store := st.run(Info{ID: "r1"}), st.Path(blobsFolder)
	blobs := st.Blobs()
	put := func(text string) string {
		digest, err := blobs.Put([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return digest
	}
	picture := []byte("picture")
	sum := sha256.Sum256(picture)
	digest := hex.EncodeToString(sum[:])
	yaml, answer := put("kind: Theme\n"), put(`{"id":1}`)
	s := &Snapshot{ID: "r1", Time: clock(), Made: []string{"Main/Theme/New"}, Lacking: []string{"Gateway in main: why"}, Objects: []SavedObject{
		{Address: "Main/Theme/A", Kind: "Theme", Site: "Main", Name: "A", RenamedTo: "B", Spec: map[string]any{"enabled": true, "description": "x"},
			YAML: yaml, Answers: []SavedAnswer{{"GET /api/Theme (its element)", answer}}},
		{Address: "Main/Theme/C", Kind: "Theme", Site: "Main", Name: "C", Spec: map[string]any{}, Answers: []SavedAnswer{{"GET /api/Theme (its element)", answer}}},
		{Address: "Main/ThemeCustomImage/logo.png", Kind: "ThemeCustomImage", Site: "Main", Name: "logo.png", Spec: map[string]any{"image": model.FileRef{Digest: digest}}},
	}}
	if err := r.Save(s, blobs, map[string][]byte{digest: picture}); err != nil {
		t.Fatal(err)
	}
	if list, err := os.ReadDir(store); err != nil || len(list) != 3 {
		t.Errorf("the same bytes are stored once: %v, %v", list, err)
	}
	read := func() (*Snapshot, error) { return r.Snapshot() }
	back, err := read()
	if err != nil {
		t.Fatal(err)
	}
	objects, made, err := back.Targets(cat)
	if err != nil {
		t.Fatal(err)
	}
	if back.FormatVersion != "2" || len(back.Lacking) != 1 || len(made) != 1 || made[0] != (model.Address{Site: "Main", Kind: "Theme", Name: "New"}) {
		t.Errorf("read back: %+v, made %v", back, made)
	}
	if objects[0].RenamedFrom != "B" || objects[0].Spec["enabled"] != true {
		t.Errorf("object: %+v", objects[0])
	}
	ref, _ := objects[2].Spec["image"].(model.FileRef)
	if data, err := os.ReadFile(ref.Abs); err != nil || string(data) != "picture" {
		t.Errorf("picture: %q, %v", data, err)
	}

	for name, blob := range map[string]string{"picture": digest, "YAML": yaml, "answer": answer} {
		good, err := os.ReadFile(blobs.Path(blob))
		if err != nil {
			t.Fatal(err)
		}
		for damage, do := range map[string]func() error{
			"changed": func() error { return os.WriteFile(blobs.Path(blob), []byte("other"), 0o600) },
			"torn":    func() error { return os.WriteFile(blobs.Path(blob), good[:len(good)-1], 0o600) },
			"gone":    func() error { return os.Remove(blobs.Path(blob)) },
		} {
			if err := do(); err != nil {
				t.Fatal(err)
			}
			if _, err := read(); !errors.Is(err, ErrSnapshot) || !strings.Contains(err.Error(), blob) {
				t.Errorf("%s %s: %v", name, damage, err)
			}
			// Whoever stores the same content again mends it.
			if _, err := st.Blobs().Put(good); err != nil {
				t.Fatal(err)
			}
			if _, err := read(); err != nil {
				t.Fatalf("%s not mended: %v", name, err)
			}
		}
	}

	file := filepath.Join(r.Dir, snapshotFile)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for change, want := range map[[2]string]error{
		{`"x"`, `"y"`}: ErrSnapshot, {`"spec"`, `"spek"`}: ErrSnapshot, {`}`, ``}: ErrSnapshot, {answer, "../../etc/passwd"}: ErrSnapshot,
		{`"formatVersion": "2"`, `"formatVersion": "3"`}: ErrSnapshotVersion,
	} {
		if err := os.WriteFile(file, []byte(strings.Replace(string(text), change[0], change[1], 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := read(); !errors.Is(err, want) {
			t.Errorf("%v: %v", change, err)
		}
	}
}

// TestSnapshotOfVersion1 reads what an earlier version has left.
func TestSnapshotOfVersion1(t *testing.T) {
	st := Open(t.TempDir())
	r := st.run(Info{ID: "r1"})
	sum := sha256.Sum256([]byte("picture"))
	digest := hex.EncodeToString(sum[:])
	s := &Snapshot{FormatVersion: "1", ID: "r1", Time: clock(), Made: []string{}, Files: []string{digest}, Objects: []SavedObject{
		{Address: "Main/ThemeCustomImage/logo.png", Kind: "ThemeCustomImage", Site: "Main", Name: "logo.png", Spec: map[string]any{"image": model.FileRef{Digest: digest}}}}}
	var err error
	if s.Digest, err = s.digest(); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	picture := filepath.Join(r.Dir, "files", digest)
	for name, content := range map[string]string{r.name(snapshotFile): string(data), r.name("files", digest): "picture"} {
		if err := st.WriteFile(name, []byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	back, err := r.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	objects, _, err := back.Targets(cat)
	if err != nil || objects[0].Spec["image"].(model.FileRef).Abs != picture {
		t.Errorf("%v, %v", objects, err)
	}
	if err := os.WriteFile(picture, []byte("other"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Snapshot(); !errors.Is(err, ErrSnapshot) || !strings.Contains(err.Error(), digest) {
		t.Errorf("a changed picture: %v", err)
	}
}

// TestSweep removes what nobody needs and what a crash has left.
func TestSweep(t *testing.T) {
	st := Open(t.TempDir())
	store, blobs := st.Path(blobsFolder), st.Blobs()
	var digests []string
	for _, text := range []string{"needed", "not needed"} {
		d, err := blobs.Put([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		digests = append(digests, d)
	}
	for _, name := range []string{".new-123", ".rassync-ABCDEFGHIJ234567", "README"} {
		if err := os.WriteFile(filepath.Join(store, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	needed := map[string]bool{digests[0]: true}
	for _, dry := range []bool{true, false} {
		n, size, err := blobs.Sweep(needed, dry)
		if err != nil || n != 1 || size != int64(len("not needed")) {
			t.Errorf("dry %v: %d blobs, %d bytes, %v", dry, n, size, err)
		}
	}
	list, err := os.ReadDir(store)
	if err != nil || len(list) != 2 {
		t.Errorf("left: %v, %v", list, err)
	}
	if blobs.Check(digests[0]) != nil || blobs.Check(digests[1]) == nil {
		t.Error("the wrong one went")
	}
}
