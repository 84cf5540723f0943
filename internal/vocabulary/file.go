package vocabulary

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
)

// MetaFile is the schema of the schemas, which is none itself.
const MetaFile = "meta.json"

// XRas is the annotation that holds the words of a kind or property.
const XRas = "x-ras"

// Type is the JSON type of a value.
type Type string

// Words lists the types.
func (Type) Words() []string {
	return []string{"object", "array", "string", "boolean", "integer", "number", "null"}
}

// Node is a JSON Schema: the words of draft-07, and x-ras.
type Node struct {
	Schema      string `word:"$schema"`
	ID          string `word:"$id"`
	Ref         string `word:"$ref"`
	Title       string `word:"title"`
	Description string `word:"description"`
	Examples    []any  `word:"examples"`
	XRas        Object `word:"x-ras"`
	Type        Type   `word:"type"`

	Properties           Object   `word:"properties"`
	Definitions          Object   `word:"definitions"`
	Items                Raw      `word:"items"`
	AnyOf                []Raw    `word:"anyOf"`
	OneOf                []Raw    `word:"oneOf"`
	AdditionalProperties Raw      `word:"additionalProperties"`
	Required             []string `word:"required"`

	Enum        []any    `word:"enum"`
	Const       any      `word:"const"`
	Default     Raw      `word:"default"`
	MinLength   int      `word:"minLength"`
	MaxLength   int      `word:"maxLength"`
	Pattern     string   `word:"pattern"`
	Format      string   `word:"format"`
	Minimum     *float64 `word:"minimum"`
	Maximum     *float64 `word:"maximum"`
	MinItems    int      `word:"minItems"`
	MaxItems    int      `word:"maxItems"`
	UniqueItems bool     `word:"uniqueItems,either"`

	// Words of draft-07 that no schema needs yet: they are left to the JSON
	// Schema library.
	MultipleOf        float64 `word:"multipleOf"`
	ExclusiveMinimum  float64 `word:"exclusiveMinimum"`
	ExclusiveMaximum  float64 `word:"exclusiveMaximum"`
	Contains          Raw     `word:"contains"`
	Not               Raw     `word:"not"`
	AllOf             []Raw   `word:"allOf"`
	If                Raw     `word:"if"`
	Then              Raw     `word:"then"`
	Else              Raw     `word:"else"`
	PatternProperties Object  `word:"patternProperties"`
	PropertyNames     Raw     `word:"propertyNames"`
	Dependencies      Object  `word:"dependencies"`
	MinProperties     int     `word:"minProperties"`
	MaxProperties     int     `word:"maxProperties"`
	Comment           string  `word:"$comment"`
}

// Raw is any value, as the schema holds it.
type Raw struct {
	Value any
	Said  bool
}

// Object is the value if it is one.
func (r Raw) Object() Object {
	o, _ := r.Value.(Object)
	return o
}

// Checker checks schema files: every word of JSON Schema and of x-ras, in any
// position.
type Checker struct {
	kindWords, propertyWords form
	kind, inner              form // of the top of a kind's file, and of any other schema
	found                    []finding
}

// NewChecker prepares the vocabulary: structs that hold the words of x-ras on a
// kind and on a property.
func NewChecker(kind, property any) *Checker {
	c := &Checker{kindWords: formOf(reflect.TypeOf(kind)), propertyWords: formOf(reflect.TypeOf(property))}
	c.kind, c.inner = schemaForm(c.kindWords), schemaForm(c.propertyWords)
	return c
}

// schemaForm is a schema whose x-ras has these words.
func schemaForm(xras form) form {
	f := formOf(reflect.TypeFor[Node]())
	for i, w := range f.words {
		if w.name == XRas {
			f.words[i].form = xras
		}
	}
	return f
}

// File checks one file and gives a line for everything that is wrong in it.
func (c *Checker) File(name string, o Object, kind bool) []string {
	c.found = nil
	top := c.inner
	if kind {
		top = c.kind
		if _, ok := o.Get(XRas).(Object); !ok {
			c.found = append(c.found, finding{XRas, "a kind needs it"})
		}
	}
	c.node(o, "", top)
	return report(name, c.found)
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
func (c *Checker) Meta() ([]byte, error) {
	ref := func(to string) any { return map[string]any{"$ref": to} }
	group := map[string]any{"additionalProperties": ref("#/definitions/schema")}
	meta := map[string]any{
		"$schema":     "http://json-schema.org/draft-07/schema#",
		"$id":         MetaFile,
		"title":       "Schema of a kind, or of a block",
		"description": "The words of x-ras. Made by `make generate` from the tagged structs in internal/model; do not edit.",
		"allOf":       []any{ref("http://json-schema.org/draft-07/schema#")},
		"properties": map[string]any{
			XRas:         map[string]any{"anyOf": []any{ref("#/definitions/kind"), ref("#/definitions/property")}},
			"properties": group, "definitions": group, "items": ref("#/definitions/schema"),
		},
		"definitions": map[string]any{
			"kind":     c.kindWords.schema(),
			"property": c.propertyWords.schema(),
			"schema": map[string]any{"properties": map[string]any{
				XRas: ref("#/definitions/property"), "properties": group, "definitions": group, "items": ref("#/definitions/schema"),
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
