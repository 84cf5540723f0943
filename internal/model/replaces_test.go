package model_test

import (
	"testing"

	"rassync/internal/model"
	"rassync/schemas"
)

// A package is assigned in a version or by a tag: the version then follows
// from the tag, so it is neither exported nor sent.
func TestPackageByTag(t *testing.T) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	k := cat.Kind("AVDHostPool")
	p := k.Spec.Find("appPackages")
	d := &model.Decoder{Names: fixedNames{}, Unknown: map[string]any{}}
	spec := d.Spec(k, map[string]any{}, map[string]any{"AppPackageAssigned": []any{
		map[string]any{"packageName": "Editor", "version": "2.5", "tagName": "Production", "tagId": int64(2)},
		map[string]any{"packageName": "Ledger", "version": "11.0", "tagName": "", "tagId": int64(0)},
	}})
	list, _ := spec["appPackages"].([]any)
	if len(list) != 2 {
		t.Fatalf("%v", spec)
	}
	byTag, byVersion := list[0].(map[string]any), list[1].(map[string]any)
	if _, has := byTag["version"]; has || byTag["tag"] != "Production" {
		t.Errorf("by tag: %v", byTag)
	}
	if byVersion["version"] != "11.0" || byVersion["tag"] != "" {
		t.Errorf("by version: %v", byVersion)
	}
	if len(d.Unknown) > 0 {
		t.Errorf("unknown: %v", d.Unknown)
	}
	e := &model.Encoder{Names: fixedNames{}}
	body, err := e.Body(model.Leaves(p.Items, map[string]any{"packageName": "Editor", "version": "2.5", "tag": "Production"}), false, 0)
	if err != nil {
		t.Fatal(err)
	}
	if body["tagName"] != "Production" || body["version"] != nil {
		t.Errorf("the body is %v", body)
	}
}
