package vocabulary

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// MetaFile is the schema of the schemas, which is none itself.
const MetaFile = "meta.json"

// Checker checks schema files: every word of JSON Schema and of x-ras, in any
// position.
type Checker struct {
	kind, inner form // of the top of a kind's file, and of any other schema
	found       []finding
}

// NewChecker prepares the vocabulary.
func NewChecker() *Checker {
	return &Checker{kind: schemaForm(kindWords()), inner: schemaForm(propertyWords())}
}

// File checks one file and gives a line for everything that is wrong in it.
func (c *Checker) File(name string, o Object, kind bool) []string {
	c.found = nil
	top := c.inner
	if kind {
		top = c.kind
		if _, ok := o.Get("x-ras").(Object); !ok {
			c.found = append(c.found, finding{"x-ras", "a kind needs it"})
		}
	}
	c.node(o, "", top)
	return report(name, c.found)
}

// schemaForm is a schema whose x-ras has these words.
func schemaForm(xras form) form {
	return words(
		w("$schema", text(), ""), w("$id", text(), ""), w("$ref", text(), ""),
		w("title", text(), ""), w("description", text(), ""), w("examples", listOf(anything()), ""),
		w("x-ras", xras, ""),
		w("type", oneOf("object", "array", "string", "boolean", "integer", "number", "null"), ""),
		w("properties", mapping(anything()), ""), w("definitions", mapping(anything()), ""),
		w("items", anything(), ""), w("anyOf", listOf(anything()), ""), w("oneOf", listOf(anything()), ""),
		w("additionalProperties", anything(), ""), w("required", listOf(text()), ""),
		w("enum", listOf(anything()), ""), w("const", anything(), ""), w("default", anything(), ""),
		w("minLength", whole(), ""), w("maxLength", whole(), ""), w("pattern", text(), ""), w("format", text(), ""),
		w("minimum", form{is: isNumber}, ""), w("maximum", form{is: isNumber}, ""),
		w("minItems", whole(), ""), w("maxItems", whole(), ""), w("uniqueItems", boolean(), ""),
		// Words of draft-07 that no schema needs yet: they are left to the JSON
		// Schema library.
		w("multipleOf", form{is: isNumber}, ""), w("exclusiveMinimum", form{is: isNumber}, ""), w("exclusiveMaximum", form{is: isNumber}, ""),
		w("contains", anything(), ""), w("not", anything(), ""), w("allOf", listOf(anything()), ""),
		w("if", anything(), ""), w("then", anything(), ""), w("else", anything(), ""),
		w("patternProperties", mapping(anything()), ""), w("propertyNames", anything(), ""), w("dependencies", mapping(anything()), ""),
		w("minProperties", whole(), ""), w("maxProperties", whole(), ""), w("$comment", text(), ""),
	)
}

// node checks a schema and the schemas inside it.
func (c *Checker) node(v any, at string, f form) {
	o, ok := v.(Object)
	if !ok {
		if _, isBool := v.(bool); !isBool {
			c.found = append(c.found, finding{at, "a schema, not " + jsonName(v)})
		}
		return
	}
	f.check(o, at, &c.found)
	for _, name := range []string{"properties", "definitions", "patternProperties"} {
		if group, ok := o.Get(name).(Object); ok {
			for _, key := range group.Keys() {
				c.node(group.Get(key), at+"."+name+"."+key, c.inner)
			}
		}
	}
	for _, name := range []string{"items", "additionalProperties", "contains", "not", "if", "then", "else", "propertyNames"} {
		if sub := o.Get(name); sub != nil {
			c.node(sub, at+"."+name, c.inner)
		}
	}
	for _, name := range []string{"anyOf", "oneOf", "allOf"} {
		list, _ := o.Get(name).([]any)
		for i, e := range list {
			c.node(e, fmt.Sprintf("%s.%s[%d]", at, name, i), c.inner)
		}
	}
}

// Meta is the schema of the schemas: what an editor needs to complete and
// check the words of x-ras.
func Meta() ([]byte, error) {
	ref := func(to string) any { return map[string]any{"$ref": to} }
	group := map[string]any{"additionalProperties": ref("#/definitions/schema")}
	meta := map[string]any{
		"$schema":     "http://json-schema.org/draft-07/schema#",
		"$id":         MetaFile,
		"title":       "Schema of a kind, or of a block",
		"description": "The words of x-ras. Made by `make generate` from the table in internal/vocabulary; do not edit.",
		"allOf":       []any{ref("http://json-schema.org/draft-07/schema#")},
		"properties": map[string]any{
			"x-ras":      map[string]any{"anyOf": []any{ref("#/definitions/kind"), ref("#/definitions/property")}},
			"properties": group, "definitions": group, "items": ref("#/definitions/schema"),
		},
		"definitions": map[string]any{
			"kind":     kindWords().schema(),
			"property": propertyWords().schema(),
			"schema": map[string]any{"properties": map[string]any{
				"x-ras": ref("#/definitions/property"), "properties": group, "definitions": group, "items": ref("#/definitions/schema"),
			}},
		},
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(meta)
	return b.Bytes(), err
}
