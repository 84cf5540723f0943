package workspace

import (
	"bytes"
	"encoding/json"
	"sort"
	"strings"

	"rassync/internal/model"
)

// EditorFile tells Visual Studio Code, and editors that read its settings, which
// schema counts for files that no export has written yet.
const EditorFile = ".vscode/settings.json"

// editorSettings writes the settings once: whoever has some already keeps them.
// Only our own folders are named, because other tools keep YAML in a repository
// too; and editors look for such a folder anywhere in a path, so that the schema must
// leave other files alone.
func (w *writer) editorSettings() error {
	if _, err := w.root.Stat(EditorFile); err == nil || w.root.MayWrite(EditorFile) != nil {
		return nil
	}
	tops := map[string]bool{farmFolder: true}
	for _, f := range w.files {
		if top, _, inFolder := strings.Cut(f.path, "/"); inFolder {
			tops[top] = true
		}
	}
	patterns := make([]string, 0, len(tops))
	for top := range tops {
		patterns = append(patterns, "/"+top+"/**/*.yaml")
	}
	sort.Strings(patterns)
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(map[string]any{"yaml.schemas": map[string]any{
		schemaFolder + "/" + model.MaybeFile: patterns,
		schemaFolder + "/" + ConfigSchema:    []string{"/" + ConfigFile},
	}}); err != nil {
		return err
	}
	return w.put(EditorFile, b.Bytes(), false)
}
