package workspace_test

import (
	"io/fs"
	"os"
	"testing"
	"testing/fstest"

	"rassync/internal/model"
	"rassync/internal/workspace"
)

// TestEntriesOfOtherObjects: the version that a desk names must be one of its
// template's, where both are declared.
func TestEntriesOfOtherObjects(t *testing.T) {
	cat := entryCatalog(t)
	template := site + "kind: Template\nsite: Main\nname: T\nspec: {versions: [{name: v1}, {name: golden}]}\n---\nkind: Template\nsite: Main\nname: U\n---\n"
	for name, c := range map[string]struct{ spec, want string }{
		"there":              {"{template: T, version: GOLDEN}", ""},
		"none":               {`{template: T, version: ""}`, ""},
		"list not declared":  {"{template: U, version: anything}", ""},
		"object of the farm": {"{version: anything}", ""},
		"entry of nothing":   {`{template: "", version: v1}`, `f.yaml:16:31: error: Main/Desk/d version: "v1" is an entry of nothing: template is empty (name the object there, or leave this out)`},
		"not there":          {"{template: T, version: goldn}", `f.yaml:16:30: error: Main/Desk/d version: Main/Template/T has no entry "goldn" in versions (did you mean golden?)`},
	} {
		t.Run(name, func(t *testing.T) {
			_, diags := workspace.Load(tree(t, map[string]string{"f.yaml": template + "kind: Desk\nsite: Main\nname: d\nspec: " + c.spec + "\n"}), cat, workspace.LoadOptions{})
			if got := texts(diags); got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
		})
	}
}

func entryCatalog(t *testing.T) *model.Catalog {
	t.Helper()
	const outline = `"x-ras": {"family": "test", "scope": "site", "shape": "collection", "self": "/api/K/{id}", "read": {"list": "/api/K", "site": "siteId"}, "identity": {"read": "name"}}, "type": "object"`
	const doc = `"kind": {}, "site": {"type": "string"}, "name": {"type": "string"}`
	files := fstest.MapFS{
		"Template.json": {Data: []byte(`{` + outline + `, "properties": {` + doc + `, "spec": {"type": "object", "properties": {"versions": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}, "x-ras": {"via": {"list": {"at": "V", "mode": "keyed", "key": ["name"], "id": "id", "add": false}}}}}}}}`)},
		"Desk.json":     {Data: []byte(`{` + outline + `, "properties": {` + doc + `, "spec": {"type": "object", "properties": {"template": {"type": "string", "x-ras": {"ref": "Template"}}, "version": {"type": "string", "x-ras": {"entryOf": {"object": "template", "list": "versions"}}}}}}}`)},
	}
	own := os.DirFS("testdata/schemas")
	if err := fs.WalkDir(own, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(own, p)
		files[p] = &fstest.MapFile{Data: data}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	cat, err := model.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return cat
}
