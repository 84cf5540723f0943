package workspace

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"gopkg.in/yaml.v3"

	"rassync/internal/model"
)

// checkSchema shows the document to the JSON Schema validator. The walk has
// found nothing; what the schema still refuses is reported at its node.
func (w *walker) checkSchema(root *yaml.Node) {
	sch, err := w.rules.compiled()
	if err != nil {
		w.fail(root, err.Error(), "this is a fault of rassync, not of the file")
		return
	}
	err = sch.Validate(w.rules.instance(w.obj))
	if err == nil {
		return
	}
	var ve *jsonschema.ValidationError
	if !errors.As(err, &ve) {
		w.fail(root, "the schema cannot be applied: "+err.Error(), "")
		return
	}
	w.leaves(root, ve)
}

// leaves reports the innermost causes; of alternatives only the outer one, as
// each of them has its own complaint.
func (w *walker) leaves(root *yaml.Node, ve *jsonschema.ValidationError) {
	word := ve.KeywordLocation[strings.LastIndexByte(ve.KeywordLocation, '/')+1:]
	if len(ve.Causes) > 0 && word != "anyOf" && word != "oneOf" {
		for _, c := range ve.Causes {
			w.leaves(root, c)
		}
		return
	}
	n := root
	keep := w.path
	w.path = nil
	for i, part := range strings.Split(ve.InstanceLocation, "/") {
		if i == 0 {
			continue
		}
		part = strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
		r := resolve(n)
		if r.Kind == yaml.SequenceNode {
			at, err := strconv.Atoi(part)
			if err != nil || at >= len(r.Content) {
				break
			}
			n = r.Content[at]
			w.path = append(w.path, step{index: at})
			continue
		}
		next := lookup(n, part)
		if next == nil {
			break
		}
		n = next
		if i > 1 || part != "spec" {
			w.path = append(w.path, step{name: part})
		}
	}
	w.fail(n, "the schema refuses it: "+ve.Message, "")
	w.path = keep
}

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
		return map[string]any{"file": v.Path}
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
