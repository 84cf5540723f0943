package render_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"gopkg.in/yaml.v3"

	"rassync/internal/render"
)

const schemaBase = "https://rassync.test/"

// compiler knows all files of the schemas folder; it compiles each once.
func compiler(t *testing.T) *jsonschema.Compiler {
	t.Helper()
	c := jsonschema.NewCompiler()
	for path, data := range catalog(t).Files() {
		if err := c.AddResource(schemaBase+path, bytes.NewReader(data)); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func validate(t *testing.T, c *jsonschema.Compiler, name string, doc []byte) {
	t.Helper()
	s, err := c.Compile(schemaBase + name)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var v any
	if err := json.Unmarshal(doc, &v); err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(v); err != nil {
		t.Errorf("%s: %#v", name, err)
	}
}

func TestFormatsAreNoKinds(t *testing.T) {
	cat := catalog(t)
	for _, name := range cat.Names() {
		if name == "plan" || name == "diagnostics" {
			t.Errorf("%s was taken for a kind", name)
		}
	}
	for _, name := range []string{"formats/plan.json", "formats/diagnostics.json"} {
		if cat.Files()[name] == nil {
			t.Errorf("%s is not published", name)
		}
	}
}

func TestExampleDocumentsAreValid(t *testing.T) {
	cat, c := catalog(t), compiler(t)
	for _, k := range cat.Kinds() {
		text := render.ExampleDocument(cat, k.Name)
		var v any
		if err := yaml.Unmarshal([]byte(text), &v); err != nil {
			t.Fatalf("%s: %v\n%s", k.Name, err, text)
		}
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		validate(t, c, k.Name+".json", data)
		if t.Failed() {
			t.Fatalf("%s:\n%s", k.Name, text)
		}
		spec, _ := v.(map[string]any)["spec"].(map[string]any)
		for _, p := range k.Spec.Props {
			if _, there := spec[p.Name]; p.RequiredOnCreate && !there {
				t.Errorf("the example of %s lacks %s, which a create needs", k.Name, p.Name)
			}
		}
	}
	if render.ExampleDocument(cat, "Nothing") != "" {
		t.Error("an example of a kind that does not exist")
	}
}
