package main

import (
	"os"
	"path/filepath"
	"testing"

	"rassync/internal/app"
	"rassync/internal/model"
	"rassync/internal/render"
)

// TestNewDocumentsAreValid writes a new document of every kind and validates
// each of them alone, as its author would.
func TestNewDocumentsAreValid(t *testing.T) {
	a := testApp(t, &app.Env{})
	for _, k := range a.Catalog.Kinds() {
		dir := t.TempDir()
		name := ""
		if k.HasName() {
			name = "New"
			switch {
			case k.Name == model.SiteKind:
				name = "Main"
			case k.Identity.Also != "":
				name = "New@1.0.0.0"
			}
		}
		files := map[string]string{"rassync.yaml": "references: farm\n", "new.yaml": render.SkeletonDocument(a.Catalog, k, "Main", name, "")}
		if k.Name != model.SiteKind {
			files["site.yaml"] = "kind: Site\nname: Main\n"
		}
		if err := os.Mkdir(filepath.Join(dir, "images"), 0o755); err != nil {
			t.Fatal(err)
		}
		// The picture that the document of a picture names.
		if err := os.WriteFile(filepath.Join(dir, "images", "picture.png"), []byte("\x89PNG\r\n\x1a\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		for file, text := range files {
			if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		ws, ds := a.Read(dir, "")
		if ds.Failed() || len(ws.Objects) != len(files)-1 {
			t.Errorf("%s: %v\n%s", k.Name, ds, files["new.yaml"])
		}
	}
}
