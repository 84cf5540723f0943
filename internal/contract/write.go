package contract

import (
	"encoding/json"
	"fmt"
	"io"
	"sort"
	"strings"

	"rassync/internal/coverage"
	"rassync/internal/facts"
	"rassync/internal/model"
)

// WriteDocument writes the contract of a catalogue as an OpenAPI document, in the
// manner of the vendor's: integers for enumerations with their names in the
// description, nested answers, flat bodies.
// anywhere is the group in which what the schemas look for everywhere is shown.
func WriteDocument(w io.Writer, cat *model.Catalog, version, anywhere string) error {
	doc := &openDoc{paths: map[string]map[string]any{}, anywhere: anywhere}
	for _, k := range cat.Kinds() {
		doc.kind(cat, k)
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(map[string]any{
		"openapi": "3.0.1",
		"info":    map[string]any{"title": "Parallels RAS - REST API", "version": version},
		"paths":   doc.paths,
	})
}

type openDoc struct {
	paths    map[string]map[string]any
	anywhere string
}

// schemaNode is a schema that is being put together.
type schemaNode struct {
	props    map[string]*schemaNode
	leaf     map[string]any
	array    bool
	required []string
}

func (n *schemaNode) at(path string) *schemaNode {
	if path == "" {
		return n
	}
	for _, step := range strings.Split(path, ".") {
		name := strings.TrimRight(step, "[]")
		if n.props == nil {
			n.props = map[string]*schemaNode{}
		}
		if n.props[name] == nil {
			n.props[name] = &schemaNode{}
		}
		n = n.props[name]
		n.array = n.array || strings.HasSuffix(step, "[]")
	}
	return n
}

func (n *schemaNode) json() map[string]any {
	if n.leaf != nil && len(n.props) == 0 {
		return n.leaf
	}
	object := map[string]any{"type": "object", "additionalProperties": false}
	props := map[string]any{}
	for name, c := range n.props {
		props[name] = c.json()
	}
	if len(props) > 0 {
		object["properties"] = props
	}
	if len(n.required) > 0 {
		sort.Strings(n.required)
		object["required"] = n.required
	}
	if n.array {
		return map[string]any{"type": "array", "items": object}
	}
	return object
}

func (d *openDoc) op(method, path string, body, answer map[string]any) {
	op := map[string]any{"responses": map[string]any{"204": map[string]any{"description": "No Content"}}}
	if body != nil {
		op["requestBody"] = map[string]any{"content": map[string]any{"application/json; api-version=1.0": map[string]any{"schema": body}}}
	}
	if answer != nil {
		op["responses"] = map[string]any{"200": map[string]any{"description": "Success", "content": map[string]any{"application/json; api-version=1.0": map[string]any{"schema": answer}}}}
	}
	var params []any
	for _, p := range parameter.FindAllString(path, -1) {
		params = append(params, map[string]any{"name": strings.Trim(p, "{}"), "in": "path", "required": true, "schema": map[string]any{"type": "integer"}})
	}
	if params != nil {
		op["parameters"] = params
	}
	if d.paths[path] == nil {
		d.paths[path] = map[string]any{}
	}
	// Kinds that share a call each add their names to it.
	if have, ok := d.paths[path][strings.ToLower(method)].(map[string]any); ok {
		mergeOp(have, op)
		return
	}
	d.paths[path][strings.ToLower(method)] = op
}

// mergeOp adds the properties of a second schema to the first.
func mergeOp(into, from map[string]any) {
	for key, v := range from {
		have, there := into[key]
		a, isMap := have.(map[string]any)
		b, isMap2 := v.(map[string]any)
		if there && isMap && isMap2 && key != "parameters" {
			mergeOp(a, b)
			continue
		}
		if !there {
			into[key] = v
		}
	}
}

// kind adds the calls of one kind.
//
//nolint:funlen // one case after another
func (d *openDoc) kind(cat *model.Catalog, k *model.Kind) {
	reads := map[string]*schemaNode{"": {}}
	reads[""].at("id").leaf = map[string]any{"type": "integer"}
	for name := range k.ReadOnly {
		reads[""].at(name).leaf = map[string]any{"type": "string", "readOnly": true}
	}
	if k.Identity.Read != "" {
		reads[""].at(k.Identity.Read).leaf = map[string]any{"type": "string"}
	}
	bodies := map[string]*schemaNode{} // by "prop word"
	body := func(key string) *schemaNode {
		if bodies[key] == nil {
			bodies[key] = &schemaNode{}
		}
		return bodies[key]
	}
	if k.Identity.Write != "" {
		body(" create").at(k.Identity.Write).leaf = map[string]any{"type": "string", "minLength": 1}
	}
	for _, rename := range k.Identity.Rename {
		body(" update").at(rename).leaf = map[string]any{"type": "string"}
	}
	k.Spec.Walk(func(p *model.Property) {
		if p.Parent == nil || p.Name == "[]" || p.Cells != nil {
			return
		}
		if facts.Shown(p) && !p.Structured() {
			call, at := "", facts.ReadAt(p, k.Spec)
			if i := strings.LastIndexByte(at, ':'); i >= 0 {
				for up := p; up != nil; up = up.Parent {
					if up.List != nil && up.List.Get != "" || up.Part != nil && up.Part.Get {
						call = up.Path()
						break
					}
				}
				at = strings.TrimPrefix(strings.TrimPrefix(at[i+1:], "[]"), ".")
			}
			if reads[call] == nil {
				reads[call] = &schemaNode{}
			}
			if name, anywhere := strings.CutPrefix(at, "*."); anywhere {
				at = strings.TrimPrefix(d.anywhere+"."+name, ".")
			}
			if at != "" {
				n := reads[call].at(at)
				n.leaf = wireSchema(p, false)
			}
		}
		if facts.Sent(p) && p != k.Chooser() {
			base, place := facts.BodyOf(p), ""
			if base.Name == "[]" && base.Parent.List == nil && len(base.Parent.Write) > 0 {
				place, base = base.Parent.Write[0]+"[].", facts.BodyOf(base.Parent) // written whole
			}
			keys := []string{" update", " create"}
			switch {
			case base.Name == "[]":
				keys = []string{base.Parent.Path() + " list.add", base.Parent.Path() + " list.update"}
			case base.Part != nil:
				keys = []string{base.Path() + " part"}
			}
			for _, key := range keys {
				create := strings.HasSuffix(key, "create") || strings.HasSuffix(key, "list.add")
				if create && p.UpdateOnly || !create && (p.CreateOnly || p.OneTime) || key == " create" && k.Create != nil && k.Create.Fields != nil && !k.Create.Fields[p.Name] {
					continue
				}
				name := p.Write[0]
				if create && p.CreateAs != "" {
					name = p.CreateAs
				}
				body(key).at(place + name).leaf = wireSchema(p, true)
				if key == " create" && p.RequiredOnCreate && !strings.Contains(name, ".") {
					bodies[key].required = append(bodies[key].required, name)
				}
			}
		}
	})
	for _, claim := range coverage.ClaimsOf(cat, k) {
		if !strings.HasPrefix(claim.Path, "/api/") {
			continue
		}
		var in, out map[string]any
		if b := bodies[claim.Prop+" "+claim.Word]; b != nil && claim.Method != "GET" && claim.Method != "DELETE" {
			in = b.json()
		}
		if claim.Method == "GET" && reads[claim.Prop] != nil {
			out = reads[claim.Prop].json()
			if claim.Word == "list" && claim.Prop == "" && k.List != nil && claim.Path == k.List.Path || claim.Prop != "" && k.Spec.Find(claim.Prop).Type == model.TypeArray {
				out = map[string]any{"type": "array", "items": out}
			}
		}
		d.op(claim.Method, claim.Path, in, out)
	}
}

// wireSchema is a property as the wire has it.
func wireSchema(p *model.Property, write bool) map[string]any {
	out := map[string]any{"nullable": true}
	if p.Title != "" {
		out["title"] = p.Title
	}
	switch typ := wireType(p); typ {
	case "array":
		items := map[string]any{"type": "string"}
		if len(p.Ref) > 0 || p.Items != nil && (len(p.Items.Ref) > 0 || p.Items.EntryOf != nil) {
			items = map[string]any{"type": "integer"}
		}
		out["type"], out["items"] = "array", items
	case "object", "":
		out["type"] = "object"
	default:
		out["type"] = typ
	}
	if p.Enum != nil {
		out["type"], out["format"] = "integer", "int32"
		var lines []string
		var values []any
		for _, name := range p.Enum.Order {
			if n, ok := p.Enum.ByName[name]; ok {
				lines = append(lines, fmt.Sprintf("%d = %s", n, name))
				values = append(values, n)
			}
		}
		if len(values) > 0 {
			out["description"] = strings.Join(lines, "\n")
		}
		if len(values) > 0 && !p.Flags {
			out["enum"] = values
		}
	}
	if write && p.Type == model.TypeString {
		if least := max(p.MinLength, p.WriteMinLength); least > 0 {
			out["minLength"] = least
		}
		if p.MaxLength > 0 {
			out["maxLength"] = p.MaxLength
		}
	}
	if write && p.Enum == nil {
		if p.Minimum != nil {
			out["minimum"] = *p.Minimum
		}
		if p.Maximum != nil {
			out["maximum"] = *p.Maximum
		}
	}
	return out
}
