package seedgen

import (
	"bytes"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"rassync/examples"
	"rassync/internal/farmsim"
	"rassync/internal/model"
	"rassync/schemas"
)

var update = flag.Bool("update", false, "write examples/seed anew")

const folderOfSeed = "../../examples/seed"

func build(t *testing.T) (*model.Catalog, farmsim.State) {
	t.Helper()
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	state, err := Build(cat)
	if err != nil {
		t.Fatal(err)
	}
	return cat, state
}

// TestSeedIsCurrent compares examples/seed with what Build makes; -update
// writes it.
func TestSeedIsCurrent(t *testing.T) {
	_, state := build(t)
	files, err := Files(state)
	if err != nil {
		t.Fatal(err)
	}
	there, err := filepath.Glob(filepath.Join(folderOfSeed, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.MkdirAll(folderOfSeed, 0o755); err != nil {
			t.Fatal(err)
		}
		for name, data := range files {
			if err := os.WriteFile(filepath.Join(folderOfSeed, name), data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, path := range there {
		if files[filepath.Base(path)] != nil {
			continue
		}
		if !*update {
			t.Errorf("%s is no longer made", path)
		} else if err := os.Remove(path); err != nil {
			t.Error(err)
		}
	}
	for name, data := range files {
		have, err := os.ReadFile(filepath.Join(folderOfSeed, name))
		if err != nil || !bytes.Equal(have, data) {
			t.Errorf("examples/seed/%s is not what seedgen makes (run: go generate ./examples)", name)
		}
	}
}

// TestSeedLoads starts the simulated farm with the embedded files.
func TestSeedLoads(t *testing.T) {
	cat, _ := build(t)
	state, err := farmsim.LoadSeed(examples.Seed())
	if err != nil {
		t.Fatal(err)
	}
	for _, sw := range farmsim.AllSwitches() {
		if _, err := farmsim.New(farmsim.Options{Catalog: cat, State: state, Switches: sw.Switches}); err != nil {
			t.Errorf("%s: %v", sw.Name, err)
		}
	}
	for _, k := range cat.Kinds() {
		if k.Shape != model.OrderShape && len(state[k.Name]) == 0 {
			t.Errorf("the seed has no %s", k.Name)
		}
	}
	// The second of these would teach nothing.
	one := []string{"AVDTemplate", "MFADeepnet", "MFASafenet", "SAMLIDP"}
	for _, k := range cat.Kinds() {
		if k.Shape == model.Collection && len(state[k.Name]) < 2 && !slices.Contains(one, k.Name) {
			t.Errorf("the seed has one %s only", k.Name)
		}
	}
	if n := len(state["PubFolder"]) + len(state["PubRDSApp"]) + len(state["PubRDSDesktop"]); n < 80 {
		t.Errorf("%d published items, want eighty or more", n)
	}
}

// TestSeedHasNamesThatHurt keeps the hard names in the seed.
func TestSeedHasNamesThatHurt(t *testing.T) {
	_, state := build(t)
	names := map[string]bool{}
	longest := 0
	for _, list := range state {
		for _, o := range list {
			name, _ := o["name"].(string)
			names[name] = true
			longest = max(longest, utf8.RuneCountInString(name))
		}
	}
	for _, want := range []string{"A/B testing", "PL/SQL Developer", "100 % Cotton", "50%2F50", `"Quoted" Ledger`, "Legacy App ", `\\server\share\app.exe`,
		`C:\Program Files (x86)\Old\run.exe`, "-verbose log viewer", "yes", "null", "1e3", "Render farm 🚀", "東京 Sales", "Ärzte", "NUL"} {
		if !names[want] {
			t.Errorf("no object is named %q", want)
		}
	}
	if longest != 255 {
		t.Errorf("the longest name has %d characters, want 255", longest)
	}
}

// TestSeedHoldsNoSecret: what goes in and never comes out is not in the files.
func TestSeedHoldsNoSecret(t *testing.T) {
	err := fs.WalkDir(examples.Files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := examples.Files.ReadFile(path)
		if err == nil && strings.Contains(string(data), "$secrets") {
			t.Errorf("%s holds secrets", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
