package contract_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"

	"rassync/internal/facts"
	factdata "rassync/schemas/facts"
)

// A document that the schemas have no part in: it is made from the facts, the
// names that were read in the vendor's pages, in the manner of the generators
// that write such documents. Only so does a test notice where import and the
// project's own writer of documents are wrong in the same way.

// manner is how a document is written.
type manner struct {
	version string // of OpenAPI
	// labels is where the names of an enumeration stand: see enumeration.
	labels string
	lower  bool   // paths in lower case
	param  string // name of the parameter in a path, "" for the page's own
	// families of resources; nil: all.
	families []string
}

// factsDoc is an OpenAPI document that is being put together.
type factsDoc struct {
	manner
	paths   map[string]map[string]any
	schemas map[string]any
}

var factsParameter = regexp.MustCompile(`\{[^}]*\}`)

// factsDocument makes the document of all resources that the facts describe.
func factsDocument(t testing.TB, m manner) *factsDoc {
	t.Helper()
	data, err := facts.Load(factdata.Files)
	if err != nil {
		t.Fatal(err)
	}
	d := &factsDoc{manner: m, paths: map[string]map[string]any{}, schemas: map[string]any{}}
	if d.version == "" {
		d.version = "3.0.1"
	}
	for _, r := range data.Resources {
		if len(r.Facts) > 0 && (m.families == nil || slices.Contains(m.families, r.Family)) {
			d.resource(r)
		}
	}
	return d
}

func (d *factsDoc) json(t testing.TB) []byte {
	t.Helper()
	out, err := json.MarshalIndent(map[string]any{
		"openapi": d.version, "info": map[string]any{"title": "Parallels RAS - REST API", "version": "1.0"},
		"paths": d.paths, "components": map[string]any{"schemas": d.schemas},
	}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// object finds the schema of a resource for one side: "Gateway", "GatewayCreate",
// "GatewayUpdate".
func (d *factsDoc) object(t testing.TB, name string) map[string]any {
	t.Helper()
	o, _ := d.schemas[name].(map[string]any)
	if o == nil {
		t.Fatalf("the facts have no %s", name)
	}
	return o["properties"].(map[string]any)
}

func (d *factsDoc) resource(r *facts.Resource) {
	name := strings.NewReplacer(" ", "", "/", "").Replace(r.Name)
	for _, o := range append(append([]string{}, r.Operations...), r.Inferred...) {
		method, rest, _ := strings.Cut(o, " ")
		path, query, _ := strings.Cut(rest, "?")
		op := map[string]any{"tags": []string{r.Family}, "responses": map[string]any{"401": map[string]any{"description": "Unauthorized"}}}
		var params []any
		for _, p := range factsParameter.FindAllString(path, -1) {
			params = append(params, map[string]any{"name": strings.Trim(p, "{}"), "in": "path", "required": true, "schema": map[string]any{"type": "integer", "format": "int32"}})
		}
		for _, q := range strings.Split(query, "&") {
			if q != "" {
				params = append(params, map[string]any{"name": q, "in": "query", "schema": map[string]any{"type": "string"}})
			}
		}
		if params != nil {
			op["parameters"] = params
		}
		responses := op["responses"].(map[string]any)
		switch method {
		case "GET":
			responses["200"] = d.media(d.ref(name, r, "read", true))
		case "POST":
			responses["201"] = d.media(d.ref(name, r, "read", false))
			op["requestBody"] = d.media(d.ref(name+"Create", r, "create", false))
		case "PUT":
			responses["204"] = map[string]any{"description": "No Content"}
			op["requestBody"] = d.media(d.ref(name+"Update", r, "update", false))
		}
		if d.lower {
			path = strings.ToLower(path)
		}
		if d.param != "" {
			path = factsParameter.ReplaceAllString(path, "{"+d.param+"}")
		}
		if d.paths[path] == nil {
			d.paths[path] = map[string]any{}
		}
		d.paths[path][strings.ToLower(method)] = op
	}
}

func (d *factsDoc) media(schema map[string]any) map[string]any {
	return map[string]any{"description": "Success", "content": map[string]any{"application/json; api-version=1.0": map[string]any{"schema": schema}}}
}

// ref puts a schema among the components and refers to it.
func (d *factsDoc) ref(name string, r *facts.Resource, side string, list bool) map[string]any {
	if d.schemas[name] == nil {
		top := map[string]any{"type": "object", "additionalProperties": false, "properties": map[string]any{}}
		for _, f := range r.Facts {
			if f.Side == facts.SideQuery || f.Name == "." || side == "read" && f.Side == facts.SideWrite || side != "read" && f.Side == facts.SideRead ||
				side == "create" && f.UpdateOnly || side == "update" && f.CreateOnly {
				continue
			}
			d.place(top, f, side)
		}
		d.schemas[name] = top
	}
	schema := map[string]any{"$ref": "#/components/schemas/" + name}
	if list {
		return map[string]any{"type": "array", "items": schema}
	}
	return schema
}

// place puts a fact into the schema of an object.
func (d *factsDoc) place(top map[string]any, f *facts.Fact, side string) {
	at := top
	steps := strings.Split(f.Name, ".")
	for i, step := range steps {
		props, _ := at["properties"].(map[string]any)
		if props == nil {
			props = map[string]any{}
			at["properties"] = props
		}
		name := strings.TrimSuffix(step, "[]")
		if i == len(steps)-1 && name == step {
			if have, there := props[name].(map[string]any); !there || have["type"] != "array" && have["type"] != "object" {
				props[name] = d.value(f, side)
			}
			if side == "create" && f.Required && len(steps) == 1 {
				required, _ := at["required"].([]string)
				at["required"] = append(required, name)
			}
			return
		}
		child, _ := props[name].(map[string]any)
		if child == nil {
			child = map[string]any{"type": "object"}
			props[name] = child
		}
		if name != step {
			child["type"] = "array"
			items, _ := child["items"].(map[string]any)
			if items == nil || items["type"] == "string" {
				items = map[string]any{"type": "object"}
			}
			child["items"], child = items, items
		}
		at = child
	}
}

func (d *factsDoc) value(f *facts.Fact, side string) map[string]any {
	out := map[string]any{}
	switch f.Type {
	case "enum":
		return d.enumeration(f)
	case "flags", "integer":
		out["type"], out["format"] = "integer", "int32"
	case "datetime":
		out["type"], out["format"] = "string", "date-time"
	case "unknown", "object":
		out["type"] = "object"
	case "array":
		out["type"], out["items"] = "array", map[string]any{"type": "string"}
	default:
		out["type"] = f.Type
	}
	if d.version < "3.1" {
		out["nullable"] = true
	} else if t, ok := out["type"].(string); ok {
		out["type"] = []string{t, "null"}
	}
	if side != "read" {
		if f.MinLength > 0 {
			out["minLength"] = f.MinLength
		}
		if f.MaxLength > 0 {
			out["maxLength"] = f.MaxLength
		}
		if f.Minimum != nil {
			out["minimum"] = *f.Minimum
		}
		if f.Maximum != nil {
			out["maximum"] = *f.Maximum
		}
	}
	return out
}

// enumeration writes the names and numbers of a fact in the manner of the
// document.
func (d *factsDoc) enumeration(f *facts.Fact) map[string]any {
	var nums []int64
	for n := range f.Values {
		nums = append(nums, n)
	}
	sort.Slice(nums, func(i, j int) bool { return nums[i] < nums[j] })
	var values, labels []any
	var lines []string
	for _, n := range nums {
		label := f.Values[n]
		values, labels = append(values, n), append(labels, label)
		switch d.labels {
		case "colon":
			lines = append(lines, fmt.Sprintf("%d: %s", n, label))
		case "bracket":
			lines = append(lines, fmt.Sprintf("%s (%d)", label, n))
		case "list":
			lines = append(lines, fmt.Sprintf("- `%d` %s", n, label))
		case "dash":
			lines = append(lines, fmt.Sprintf("* %d - %s", n, label))
		case "table":
			lines = append(lines, fmt.Sprintf("| %d | %s |", n, label))
		case "html":
			lines = append(lines, fmt.Sprintf("<li><i>%d</i> - %s</li>", n, label))
		case "reversed":
			lines = append(lines, fmt.Sprintf("%s = %d", label, n))
		default:
			lines = append(lines, fmt.Sprintf("%d = %s", n, label))
		}
	}
	out := map[string]any{"type": "integer", "format": "int32", "enum": values}
	switch d.labels {
	case "values": // as the reference pages show them
		var texts []any
		for _, l := range lines {
			texts = append(texts, l)
		}
		return map[string]any{"type": "string", "format": "int32", "enum": texts}
	case "varnames":
		out["x-enum-varnames"] = labels
	case "enumNames":
		out["x-enumNames"] = labels
	case "names": // without any number
		return map[string]any{"type": "string", "enum": labels}
	case "sentence":
		out["description"] = "What it does. Possible values: " + strings.Join(lines, ", ")
	case "constants":
		delete(out, "enum")
		var one []any
		for i, n := range nums {
			one = append(one, map[string]any{"const": n, "title": labels[i]})
		}
		out["oneOf"] = one
	default:
		out["description"] = "What it does.\n\n" + strings.Join(lines, "\n")
	}
	if len(nums) == 0 {
		delete(out, "enum")
		delete(out, "description")
	}
	return out
}
