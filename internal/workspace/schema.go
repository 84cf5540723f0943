package workspace

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"rassync/internal/model"
)

// instance is the document as the JSON Schema sees it.
func (kr *kindRules) instance(o *model.Object) map[string]any {
	doc := map[string]any{"kind": o.Address.Kind}
	if o.Address.Site != "" {
		doc["site"] = o.Address.Site
	}
	if o.Address.Name != "" {
		name, mark := documentName(kr.kind, o.Address)
		doc["name"] = name
		if mark != "" {
			doc["mark"] = markValue(mark)
		}
	}
	if o.RenamedFrom != "" {
		doc["renamedFrom"] = o.RenamedFrom
	}
	if o.Confirm != "" {
		doc["confirm"] = o.Confirm
	}
	if o.Unknown != nil {
		doc["unknown"] = jsonValue(o.Unknown)
	}
	doc["spec"] = jsonValue(o.Spec)
	return doc
}

// jsonValue turns a canonical value into what a JSON decoder would give.
func jsonValue(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for name, e := range v {
			m[name] = jsonValue(e)
		}
		return m
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = jsonValue(e)
		}
		return out
	case model.SecretRef:
		if v.Env != "" {
			return map[string]any{"fromEnv": v.Env}
		}
		return map[string]any{"fromFile": v.File}
	case model.FileRef:
		return map[string]any{"file": cmp.Or(v.Path, "not placed yet")}
	}
	return v
}

// compiled is the kind's schema with all references put in their place.
func (kr *kindRules) compiled() (*jsonschema.Schema, error) {
	kr.once.Do(func() {
		data, err := json.Marshal(kr.flat)
		if err != nil {
			kr.schemaErr = err
			return
		}
		c := jsonschema.NewCompiler()
		c.Draft = jsonschema.Draft7
		c.LoadURL = func(url string) (io.ReadCloser, error) {
			return nil, fmt.Errorf("nothing is fetched, not even %s: the schema is complete as it is", url)
		}
		url := "mem:///" + kr.kind.Name + ".json"
		if err := c.AddResource(url, strings.NewReader(string(data))); err != nil {
			kr.schemaErr = err
			return
		}
		kr.schema, kr.schemaErr = c.Compile(url)
	})
	return kr.schema, kr.schemaErr
}
