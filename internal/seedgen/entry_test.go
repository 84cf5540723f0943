package seedgen

import (
	"testing"
	"testing/fstest"

	"rassync/internal/model"
)

// TestEntriesOfOtherObjects: a seed names a version, the farm holds its id.
func TestEntriesOfOtherObjects(t *testing.T) {
	const outline = `"type": "object", "x-ras": {"family": "test", "scope": "farm", "shape": "collection", "self": "/api/%/{id}", "read": {"list": "/api/%"}, "identity": {"read": "name"}}`
	cat, err := model.Load(fstest.MapFS{
		"T.json": {Data: []byte(`{` + outline + `, "properties": {"spec": {"type": "object", "properties": {"versions": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}, "x-ras": {"via": {"list": {"at": "V", "mode": "keyed", "key": ["name"], "id": "id", "add": false}}}}}}}}`)},
		"P.json": {Data: []byte(`{` + outline + `, "properties": {"spec": {"type": "object", "properties": {"template": {"type": "string", "x-ras": {"ref": "T"}}, "version": {"type": "string", "x-ras": {"read": "versionId", "entryOf": {"object": "template", "list": "versions"}}}}}}}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	f := &farm{cat: cat, ids: map[string]int64{}, byName: map[key]int64{}}
	f.add("T", "", "Windows", m{"versions": []m{{"name": "v1"}, {"name": "v2"}}})
	pool := f.add("P", "", "Office", m{"template": "Windows", "version": "v2"})
	raw, err := f.encode(pool)
	if err != nil || raw["versionId"] != int64(2) {
		t.Errorf("version %v: %v", raw["versionId"], err)
	}
	pool.spec["version"] = "v3"
	if _, err := f.encode(pool); err == nil {
		t.Error("a version that is not there was taken")
	}
}
