package workspace_test

import (
	"os"
	"path/filepath"
	"testing"

	"rassync/internal/model"
	"rassync/internal/workspace"
)

// wordSchemas are kinds that are made by type and named by two parts.
var wordSchemas = map[string]string{
	"Maker.json": `{"title": "maker", "description": "A kind.", "x-ras": {"family": "x", "scope": "site", "shape": "collection", "self": "/api/Maker/{id}", "read": {"list": "/api/Maker"}, "create": {"paths": {"by": "type", "of": {"Big": "/api/Maker/big", "Odd": "/api/Maker/odd"}}}, "identity": {"read": "name"}},
		"type": "object", "additionalProperties": false, "required": ["kind", "site", "name"], "properties": {"kind": {"const": "Maker"}, "site": {"type": "string"}, "name": {"type": "string"},
		"spec": {"type": "object", "additionalProperties": false, "properties": {
			"type": {"anyOf": [{"enum": ["Big", "Small", "Odd"]}, {"type": "integer"}], "x-ras": {"enum": {"Big": 1, "Small": 2, "Odd": null}}},
			"mode": {"anyOf": [{"enum": ["On", "Odd"]}, {"type": "integer"}], "x-ras": {"enum": {"On": 1, "Odd": null}}},
			"install": {"type": "boolean", "x-ras": {"lifecycle": {"update": "forbidden", "read": "forbidden"}, "via": {"query": {"name": "noInstall", "invert": true}}}}}}}}`,
	"Package.json": `{"title": "package", "description": "A kind.", "x-ras": {"family": "x", "scope": "site", "shape": "collection", "self": "/api/Package/{id}", "read": {"list": "/api/Package"}, "create": {"path": "/api/Package"}, "identity": {"read": "packageName", "also": "version"}},
		"type": "object", "additionalProperties": false, "required": ["kind", "site", "name"], "properties": {"kind": {"const": "Package"}, "site": {"type": "string"}, "name": {"type": "string"},
		"spec": {"type": "object", "additionalProperties": false, "properties": {}}}}`,
}

func wordCatalog(t *testing.T) *model.Catalog {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "schemas")
	if err := os.CopyFS(dir, os.DirFS("testdata/schemas")); err != nil {
		t.Fatal(err)
	}
	put(t, dir, wordSchemas)
	cat, err := model.Load(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

func TestWhatACreateNeeds(t *testing.T) {
	cat := wordCatalog(t)
	maker := site + "kind: Maker\nsite: Main\nname: m\nspec:\n  "
	for name, c := range map[string]struct{ text, want string }{
		"a type with a call":                    {maker + "type: Big\n", ""},
		"a type without a number":               {maker + "type: Odd\n", ""},
		"an order":                              {maker + "install: true\n", ""},
		"a type without a call":                 {maker + "type: Small\n", `f.yaml:8:9: warning: Main/Maker/m type: the API has no call that creates a Maker whose type is Small (it can be managed while it exists, but not made; it has calls for Big, Odd)`},
		"a type that nobody knows":              {maker + "type: 77\n", `f.yaml:8:9: warning: Main/Maker/m type: the API has no call that creates a Maker whose type is 77 (it can be managed while it exists, but not made; it has calls for Big, Odd)`},
		"no number elsewhere":                   {maker + "mode: Odd\n", `f.yaml:8:9: error: Main/Maker/m mode: the number of "Odd" is not known, so it cannot be sent (write the number that an export shows)`},
		"its number, as the farm shows it":      {maker + "mode: 12\n", ""},
		"a name of two parts":                   {site + "kind: Package\nsite: Main\nname: a@b@1.0\n", ""},
		"a name that lacks the second part":     {site + "kind: Package\nsite: Main\nname: a\n", `f.yaml:6:7: error: Main/Package/a name: the name has two parts, packageName@version (write both, parted by @)`},
		"a name whose second part says nothing": {site + "kind: Package\nsite: Main\nname: a@\n", `f.yaml:6:7: error: Main/Package/a@ name: the name has two parts, packageName@version (write both, parted by @)`},
	} {
		t.Run(name, func(t *testing.T) {
			_, diags := workspace.Load(tree(t, map[string]string{"f.yaml": c.text}), cat, workspace.LoadOptions{})
			if got := texts(diags); got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
		})
	}
}

// An export in place keeps the name where the farm shows a number that nobody
// knows, and what was said once.
func TestUpdateKeepsWhatTheFarmCannotShow(t *testing.T) {
	cat := wordCatalog(t)
	dir := tree(t, map[string]string{"f.yaml": site + "kind: Maker\nsite: Main\nname: m\nspec:\n  type: Odd\n  install: true\n"})
	before := content(t, dir)["f.yaml"]
	live := []*model.Object{obj("Site - Main", nil), obj("Maker Main m", m{"type": int64(700002)})}
	if _, err := workspace.Write(dir, cat, live, workspace.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	if now := content(t, dir)["f.yaml"]; now != before {
		t.Errorf("the document is now\n%s", now)
	}
}
