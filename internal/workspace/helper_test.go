package workspace_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rassync/internal/model"
	"rassync/internal/workspace"
	"rassync/schemas"
)

// testCatalog is a small catalog of our own: the real schemas may change
// under these tests.
func testCatalog(t testing.TB) *model.Catalog {
	t.Helper()
	cat, err := model.Load(os.DirFS("testdata/schemas"))
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

func realCatalog(t testing.TB) *model.Catalog {
	t.Helper()
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

// tree writes files into a fresh folder.
func tree(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	put(t, dir, files)
	return dir
}

func put(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// content reads all files below dir but the tool's own folder.
func content(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == ".rassync" || d.Name() == ".vscode" {
				return filepath.SkipDir
			}
			return nil
		}
		data, err := os.ReadFile(p)
		rel, _ := filepath.Rel(dir, p)
		out[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func texts(diags model.Diagnostics) string {
	var lines []string
	for _, d := range diags {
		lines = append(lines, d.Error())
	}
	return strings.Join(lines, "\n")
}

// load loads and fails on any error.
func load(t testing.TB, dir string, cat *model.Catalog, opts workspace.LoadOptions) *workspace.Workspace {
	t.Helper()
	ws, diags := workspace.Load(dir, cat, opts)
	if diags.Failed() {
		t.Fatalf("load:\n%s", texts(diags))
	}
	return ws
}
