package proof

import (
	"encoding/json"
	"io/fs"
	"testing"
	"testing/fstest"

	"rassync/internal/model"
	"rassync/schemas"
)

// Kinds that no farm has, to prove what the real ones use only in part:
// Thing has open places of every sort, a value that stands anywhere, and names
// that are only inferred; Strict needs one of those to be made at all.
var things = map[string]string{
	"Thing": `{"title": "Thing", "x-ras": {"family": "test", "scope": "farm", "shape": "collection", "self": "/api/Thing/{id}", "read": {"list": "/api/Thing", "get": "{self}"}, "create": {"path": "/api/Thing", "answer": "object"}, "update": {"path": "{self}", "shapes": ["flat", "nested"]}, "delete": "{self}", "identity": {"read": "name", "write": "name", "rename": ["name"]}, "replace": "deleteFirst", "readOnly": {"id": "", "adminCreate": "", "adminLastMod": "", "timeCreate": "", "timeLastMod": ""}},
	"type": "object", "properties": {"kind": {"const": "Thing"}, "name": {"type": "string"}, "unknown": {"type": "object"},
	"spec": {"type": "object", "additionalProperties": true, "x-ras": {"open": true}, "properties": {
		"size": {"type": "integer"},
		"guess": {"type": "string", "x-ras": {"evidence": "inferred"}},
		"psName": {"type": "integer", "x-ras": {"evidence": "ps"}},
		"born": {"type": "string", "x-ras": {"evidence": "inferred", "lifecycle": {"update": "replaces"}}},
		"shape": {"anyOf": [{"enum": ["Round", "Square"]}, {"type": "integer"}], "x-ras": {"enum": {"Round": 0, "Square": 1}}},
		"far": {"type": "integer", "x-ras": {"read": "**"}},
		"strict": {"type": "string", "x-ras": {"ref": "Strict"}},
		"group": {"type": "object", "additionalProperties": true, "x-ras": {"open": true, "read": "groupOf.values"}, "properties": {"inner": {"type": "string"}}},
		"general": {"type": "object", "additionalProperties": true, "x-ras": {"open": true, "via": {"part": {"at": "General", "get": true}}}, "properties": {"path": {"type": "string"}}},
		"points": {"type": "array", "x-ras": {"via": {"list": {"at": "Point", "mode": "keyed", "key": ["name"], "id": "id", "add": {"by": "body"}, "remove": {"by": "id"}, "update": {"by": "id"}}}},
			"items": {"type": "object", "additionalProperties": true, "x-ras": {"open": true}, "required": ["name"], "properties": {"name": {"type": "string", "x-ras": {"lifecycle": {"create": "required"}}}, "x": {"type": "integer"}, "pointGuess": {"type": "integer", "x-ras": {"evidence": "inferred"}}}}},
		"marks": {"type": "array", "x-ras": {"via": {"list": {"at": "Mark", "get": "Mark", "mode": "set", "add": {"by": "body"}, "remove": {"by": "body"}}}},
			"items": {"type": "object", "additionalProperties": true, "x-ras": {"open": true}}},
		"devices": {"type": "array", "x-ras": {"via": {"list": {"at": "Device", "mode": "set", "id": "id", "add": {"by": "body"}, "remove": {"by": "id"}, "update": {"by": "id"}}}},
			"items": {"type": "object", "additionalProperties": true, "x-ras": {"open": true}}}
	}}}}`,
	"Strict": `{"title": "Strict", "x-ras": {"family": "test", "scope": "farm", "shape": "collection", "self": "/api/Strict/{id}", "read": {"list": "/api/Strict", "get": "{self}"}, "create": {"path": "/api/Strict", "answer": "object"}, "update": {"path": "{self}", "shapes": ["flat"]}, "delete": "{self}", "identity": {"read": "name", "write": "name", "rename": ["name"]}, "readOnly": {"id": "", "adminCreate": "", "adminLastMod": "", "timeCreate": "", "timeLastMod": ""}},
	"type": "object", "properties": {"kind": {"const": "Strict"}, "name": {"type": "string"}, "unknown": {"type": "object"},
	"spec": {"type": "object", "properties": {"must": {"type": "string", "x-ras": {"evidence": "inferred", "lifecycle": {"create": "required"}}}, "note": {"type": "string"}}}}}`,
}

// thingCatalog is a small catalog: sites, without which no farm can be read,
// and the things.
func thingCatalog(t testing.TB) *model.Catalog {
	t.Helper()
	files := fstest.MapFS{}
	site := map[string]any{}
	if err := json.Unmarshal(add(t, files, "Site.json"), &site); err != nil {
		t.Fatal(err)
	}
	alone(site)
	data, err := json.Marshal(site)
	if err != nil {
		t.Fatal(err)
	}
	files["Site.json"].Data = data
	blocks, err := fs.Glob(schemas.Files, "blocks/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range blocks {
		add(t, files, name)
	}
	for name, text := range things {
		files[name+".json"] = &fstest.MapFile{Data: []byte(text)}
	}
	cat, err := model.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

// alone takes out the properties that refer to other kinds.
func alone(v any) {
	m, ok := v.(map[string]any)
	if !ok {
		return
	}
	props, _ := m["properties"].(map[string]any)
	for name, p := range props {
		prop, _ := p.(map[string]any)
		words, _ := prop["x-ras"].(map[string]any)
		items, _ := prop["items"].(map[string]any)
		itemWords, _ := items["x-ras"].(map[string]any)
		if words["ref"] != nil || itemWords["ref"] != nil {
			delete(props, name)
		}
		alone(p)
	}
}

func add(t testing.TB, files fstest.MapFS, name string) []byte {
	t.Helper()
	data, err := fs.ReadFile(schemas.Files, name)
	if err != nil {
		t.Fatal(err)
	}
	files[name] = &fstest.MapFile{Data: data}
	return data
}
