package workspace_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"rassync/internal/model"
	"rassync/internal/workspace"
)

// TestEditorSettings: an export tells editors of the schemas for files that are not
// there yet, once, and names only its own folders.
func TestEditorSettings(t *testing.T) {
	dir := t.TempDir()
	live := []*model.Object{obj("Site - Main", m{"server": "b1"}), obj("Pool Main P", m{"description": "x"})}
	write(t, dir, live, workspace.WriteOptions{})
	file := filepath.Join(dir, filepath.FromSlash(workspace.EditorFile))
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var settings struct {
		Schemas map[string][]string `json:"yaml.schemas"`
	}
	if err := json.Unmarshal(data, &settings); err != nil {
		t.Fatal(err)
	}
	if got := settings.Schemas[".rassync/schemas/maybe.json"]; !slices.Equal(got, []string{"/Main/**/*.yaml", "/farm/**/*.yaml"}) {
		t.Errorf("documents are looked for in %q", got)
	}
	for schema := range settings.Schemas {
		if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(schema))); err != nil && schema != ".rassync/schemas/formats/workspace.json" {
			t.Errorf("the schema is not there: %v", err) // the catalog of this test has no formats
		}
	}
	own := `{"editor.tabSize": 2}`
	put(t, dir, map[string]string{workspace.EditorFile: own})
	write(t, dir, live, workspace.WriteOptions{})
	if data, err := os.ReadFile(file); err != nil || string(data) != own {
		t.Errorf("settings of the user became %q, %v", data, err)
	}
}
