package model_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"rassync/internal/model"
	"rassync/schemas"
)

// compile compiles one schema file; it may load only what files holds.
func compile(t *testing.T, name string, files map[string][]byte) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft7
	c.LoadURL = func(url string) (io.ReadCloser, error) {
		t.Errorf("%s needs %s", name, url)
		return io.NopCloser(bytes.NewReader([]byte("{}"))), nil
	}
	for n, data := range files {
		if err := c.AddResource("file:///schemas/"+n, bytes.NewReader(data)); err != nil {
			t.Fatal(err)
		}
	}
	s, err := c.Compile("file:///schemas/" + name)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return s
}

func TestBundleNeedsNoOtherFile(t *testing.T) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range cat.Kinds() {
		data, err := cat.Bundle(k.Name)
		if err != nil {
			t.Fatal(err)
		}
		s := compile(t, k.Name+".json", map[string][]byte{k.Name + ".json": data})
		doc := map[string]any{"kind": k.Name, "spec": map[string]any{}}
		if k.Scope == model.ScopeSite {
			doc["site"] = "Main"
		}
		if k.HasName() {
			doc["name"] = "x"
		}
		if k.Shape == model.OrderShape {
			doc["spec"] = map[string]any{"items": []any{}}
		}
		if err := s.Validate(doc); err != nil {
			t.Errorf("%s: %v", k.Name, err)
		}
		doc["surely no key of a document"] = true
		if s.Validate(doc) == nil {
			t.Errorf("%s: takes any key", k.Name)
		}
	}
}

func TestSchemaOfAnyKindFollowsTheKind(t *testing.T) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	s := compile(t, model.AnyFile, cat.Files())
	tests := []struct {
		doc  map[string]any
		good bool
	}{
		{map[string]any{"kind": "LBSettings", "site": "Main", "spec": map[string]any{"cpuCounter": true}}, true},
		{map[string]any{"kind": "LBSettings", "site": "Main", "spec": map[string]any{"cpuCounter": "yes"}}, false},
		{map[string]any{"kind": "MailboxSettings", "spec": map[string]any{"cpuCounter": true}}, false},
		{map[string]any{"kind": "LBSetting"}, false},
		{map[string]any{}, false},
	}
	for _, test := range tests {
		if err := s.Validate(test.doc); (err == nil) != test.good {
			t.Errorf("%v: %v", test.doc, err)
		}
	}
}
