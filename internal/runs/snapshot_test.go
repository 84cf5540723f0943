package runs

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

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
	list, err := os.ReadDir(store)
	if err != nil || len(list) != 2 {
		t.Fatalf("a picture and a pack: %v, %v", list, err)
	}
	pack := filepath.Join(store, list[1].Name())
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

	contents := map[string]string{"picture": "picture", "YAML": "kind: Theme\n", "answer": `{"id":1}`}
	for name, blob := range map[string]string{"picture": digest, "YAML": yaml, "answer": answer} {
		at := pack
		if name == "picture" {
			at = blobs.Path(blob)
		}
		good, err := os.ReadFile(at)
		if err != nil {
			t.Fatal(err)
		}
		for damage, do := range map[string]func() error{
			"changed": func() error {
				return os.WriteFile(at, bytes.ReplaceAll(good, []byte(blob), []byte(strings.Repeat("0", 64))), 0o600)
			},
			"torn": func() error { return os.WriteFile(at, good[:len(good)-1], 0o600) },
			"gone": func() error { return os.Remove(at) },
		} {
			if name == "picture" && damage == "changed" {
				do = func() error { return os.WriteFile(at, []byte("other"), 0o600) }
			}
			if err := do(); err != nil {
				t.Fatal(err)
			}
			if _, err := read(); !errors.Is(err, ErrSnapshot) || name == "picture" && !strings.Contains(err.Error(), blob) {
				t.Errorf("%s %s: %v", name, damage, err)
			}
			// Whoever stores the same contents again mends it.
			again := st.Blobs()
			for of, text := range contents {
				put := again.Put
				if of == "picture" {
					put = again.PutFile
				}
				if _, err := put([]byte(text)); err != nil {
					t.Fatal(err)
				}
			}
			if err := again.Sync(); err != nil {
				t.Fatal(err)
			}
			if _, err := read(); err != nil {
				t.Fatalf("%s %s, not mended: %v", name, damage, err)
			}
			if err := os.WriteFile(at, good, 0o600); err != nil {
				t.Fatal(err)
			}
			for _, e := range mustRead(t, store) {
				if p := filepath.Join(store, e.Name()); p != pack && strings.HasSuffix(p, ".zip") {
					if err := os.Remove(p); err != nil {
						t.Fatal(err)
					}
				}
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

func mustRead(t *testing.T, dir string) []os.DirEntry {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return list
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

// TestSweep removes what nobody needs, from the packs too, and what a crash has
// left.
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
	big, err := blobs.Put(make([]byte, smallBlob+1))
	if err != nil {
		t.Fatal(err)
	}
	if err := blobs.Sync(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{".new-123", ".rassync-ABCDEFGHIJ234567", "README"} {
		if err := os.WriteFile(filepath.Join(store, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	needed := map[string]bool{digests[0]: true}
	for _, dry := range []bool{true, false} {
		n, size, err := st.Blobs().Sweep(needed, dry)
		if err != nil || n != 2 || size < smallBlob {
			t.Errorf("dry %v: %d blobs, %d bytes, %v", dry, n, size, err)
		}
	}
	if list := mustRead(t, store); len(list) != 2 {
		t.Errorf("left: %v", list)
	}
	blobs = st.Blobs()
	if blobs.Check(digests[0]) != nil || blobs.Check(digests[1]) == nil || blobs.Check(big) == nil {
		t.Error("the wrong one went")
	}
	if n, _, err := st.Blobs().Sweep(nil, false); err != nil || n != 1 || len(mustRead(t, store)) != 1 {
		t.Errorf("%d blobs, %v", n, err)
	}
}

// TestPrune removes runs whole, by number, age and size; what is left is whole.
func TestPrune(t *testing.T) {
	for name, c := range map[string]struct {
		o    PruneOptions
		left int
	}{
		"all but one":          {PruneOptions{Keep: 1}, 1},
		"all but three":        {PruneOptions{Keep: 3}, 3},
		"old ones":             {PruneOptions{OlderThan: clock().Add(150 * time.Minute)}, 3},
		"old ones, least four": {PruneOptions{Keep: 4, OlderThan: clock().Add(150 * time.Minute)}, 4},
		"to a size":            {PruneOptions{MaxSize: 1}, 1},
		"to a size that fits":  {PruneOptions{MaxSize: 1 << 30}, 6},
		"nothing is so old":    {PruneOptions{OlderThan: clock().Add(-time.Hour)}, 6},
	} {
		t.Run(name, func(t *testing.T) {
			s := Open(t.TempDir())
			for i := range 6 {
				leaveRun(t, s, clock().Add(time.Duration(i)*time.Hour))
			}
			before, err := s.size(runsFolder, blobsFolder)
			if err != nil {
				t.Fatal(err)
			}
			c.o.DryRun = true
			dry, err := s.Prune(c.o)
			if err != nil {
				t.Fatal(err)
			}
			c.o.DryRun = false
			done, err := s.Prune(c.o)
			if err != nil || len(dry.Removed) != len(done.Removed) || dry.Bytes != done.Bytes {
				t.Fatalf("said %+v, did %+v, %v", dry, done, err)
			}
			left := list(t, s)
			for _, r := range left {
				if r.Damage != nil {
					t.Error(r.Damage)
				}
				if _, err := r.Snapshot(); err != nil {
					t.Error(err)
				}
			}
			after, err := s.size(runsFolder, blobsFolder)
			if err != nil || len(left) != c.left || len(left)+len(done.Removed) != 6 || before-after < done.Bytes {
				t.Errorf("%d left, %d removed, %d bytes freed of which %d are told, %v", len(left), len(done.Removed), before-after, done.Bytes, err)
			}
			if next := leaveRun(t, s, clock()); next.Info.Seq != 7 {
				t.Errorf("the next run has number %d", next.Info.Seq)
			}
		})
	}
}

// TestPruneThatDied: a run of which only a part is gone is no damaged run, and the
// next prune removes the rest.
func TestPruneThatDied(t *testing.T) {
	s := Open(t.TempDir())
	old := leaveRun(t, s, clock())
	leaveRun(t, s, clock().Add(time.Hour))
	key, err := s.Key()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.writeHead(head{FormatVersion: headVersion, ID: old.Info.ID, Seq: 1, Pruned: true}, key); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(old.Dir, runFile)); err != nil {
		t.Fatal(err)
	}
	if left := list(t, s); len(left) != 1 || left[0].Damage != nil {
		t.Errorf("%d runs", len(left))
	}
	if _, err := s.Prune(PruneOptions{Keep: 5}); err != nil {
		t.Fatal(err)
	}
	if s.Exists(old.name()) || s.Exists(headName(old.Info.ID)) {
		t.Error("the rest is still there")
	}
}
