package contract

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"golang.org/x/text/encoding/unicode"
	"gopkg.in/yaml.v3"
)

// Bounds of a document that somebody was sent: size, depth of its schemas, and
// names in one of them.
const (
	MaxDocument = 64 << 20
	maxDepth    = 24
	maxNames    = 20000
	// maxNesting is of the text itself, maxVisits of all schemas together.
	maxNesting    = 1000
	maxVisits     = 4_000_000
	maxOperations = 20000
)

// Document is what an OpenAPI document says: its operations, by method and path.
type Document struct {
	Title   string
	Version string
	SHA256  string
	ops     map[string]*operation
	left    int // places of schemas that may still be visited
}

// operation is one call of the API.
type operation struct {
	method, path string
	deprecated   bool
	answer       *tree // of 200 or 201; nil for none
	body         *tree
	multipart    []string
	query        []string
}

// tree is a schema laid flat: its names by dotted path, "[]" for the step into an
// array.
type tree struct {
	names    map[string]*name
	required map[string]bool // of the top
	array    bool            // the whole is a list of them
}

// name is one property of a schema.
type name struct {
	path, typ  string // string, integer, number, boolean, object, array, or "" for any
	numbers    map[int64]string
	listed     bool // the values of an enumeration are listed, not only described
	minLength  *int
	maxLength  *int
	min, max   *float64
	readOnly   bool
	deprecated bool
	title      string
}

// opKey joins operations: letter case and the names of parameters say nothing.
func opKey(method, path string) string {
	path = parameter.ReplaceAllString(strings.TrimSuffix(path, "/"), "{}")
	return strings.ToUpper(method) + " " + strings.ToLower(path)
}

var parameter = regexp.MustCompile(`\{[^}]*\}`)

// Operations counts them.
func (d *Document) Operations() int { return len(d.ops) }

// ParseDocument reads an OpenAPI document (3.0 or 3.1, JSON or YAML), or a page in
// Markdown with blocks of them.
func ParseDocument(r io.Reader) (*Document, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxDocument+1))
	if err != nil {
		return nil, err
	}
	if len(data) > MaxDocument {
		return nil, fmt.Errorf("the document is larger than %d MB", MaxDocument>>20)
	}
	sum := sha256.Sum256(data)
	d := &Document{SHA256: hex.EncodeToString(sum[:]), ops: map[string]*operation{}, left: maxVisits}
	if data, err = asUTF8(data); err != nil {
		return nil, err
	}
	blocks := pageBlocks(data)
	if len(blocks) == 0 {
		blocks = [][]byte{data}
	}
	read := 0
	var first error
	for _, b := range blocks {
		if err := d.add(b); err != nil {
			if first == nil {
				first = err
			}
			continue
		}
		read++
	}
	if read == 0 {
		return nil, fmt.Errorf("no OpenAPI document in it: %w", first)
	}
	if d.left <= 0 {
		return nil, fmt.Errorf("its schemas hold more than %d places: too large", maxVisits)
	}
	return d, nil
}

// asUTF8 reads what Windows tools write: a byte order mark, or UTF-16.
func asUTF8(data []byte) ([]byte, error) {
	if len(data) >= 2 && (data[0] == 0xff && data[1] == 0xfe || data[0] == 0xfe && data[1] == 0xff) {
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(data)
	}
	return bytes.TrimPrefix(data, []byte("\ufeff")), nil
}

// fence begins a block of code in a page.
var fence = regexp.MustCompile("^[ \t>]*(`{3,}|~{3,})")

// pageBlocks finds the OpenAPI blocks of a page; none in a plain document.
func pageBlocks(data []byte) [][]byte {
	if t := bytes.TrimSpace(data[:min(len(data), 4096)]); len(t) > 0 && t[0] == '{' {
		return nil
	}
	var out [][]byte
	var block []byte
	open, indent := "", ""
	for _, line := range bytes.SplitAfter(data, []byte("\n")) {
		m := fence.FindSubmatch(line)
		switch {
		case open == "" && m != nil:
			open, block = string(m[1]), []byte{}
			indent = string(line[:bytes.Index(line, m[1])])
		case open != "" && m != nil && strings.HasPrefix(string(m[1]), open) && len(bytes.TrimSpace(line)) == len(bytes.TrimSpace(m[0])):
			if looksOpenAPI(block) {
				out = append(out, block)
			}
			open = ""
		case open != "":
			block = append(block, bytes.TrimPrefix(line, []byte(indent))...)
		}
	}
	return out
}

var openAPIHead = regexp.MustCompile(`(?m)^\s*\{?\s*["']?(openapi|swagger)["']?\s*:`)

func looksOpenAPI(data []byte) bool {
	head := data[:min(len(data), 4096)]
	if t := bytes.TrimSpace(head); len(t) > 0 && t[0] == '{' {
		return bytes.Contains(data, []byte(`"openapi"`)) || bytes.Contains(data, []byte(`"swagger"`))
	}
	return openAPIHead.Match(head)
}

// Merge adds the operations of another document: pages hold one or two each.
func (d *Document) Merge(o *Document) {
	for k, op := range o.ops {
		d.ops[k] = op
	}
	if d.Version == "" {
		d.Version, d.Title = o.Version, o.Title
	}
	sum := sha256.Sum256([]byte(d.SHA256 + o.SHA256))
	d.SHA256 = hex.EncodeToString(sum[:])
}

// add reads one document.
func (d *Document) add(data []byte) error {
	tree, err := decodeTree(data)
	if err != nil {
		return err
	}
	top, _ := tree.(map[string]any)
	switch v := fmt.Sprint(top["openapi"]); {
	case top["swagger"] != nil:
		return fmt.Errorf("it is Swagger %v: OpenAPI 3.0 or 3.1 is needed", top["swagger"])
	case top["openapi"] == nil:
		return errors.New("it has no line openapi: 3.x")
	case !strings.HasPrefix(v, "3."):
		return fmt.Errorf("it is OpenAPI %.20s: 3.0 or 3.1 is needed", v)
	}
	asThreeZero(tree, 0)
	top["openapi"] = "3.0.3" // what follows reads both in this form
	clean, err := json.Marshal(tree)
	if err != nil {
		return err
	}
	loader := openapi3.NewLoader()
	// A contract is one file: nothing else is fetched or opened.
	loader.IsExternalRefsAllowed = false
	loader.Context = context.Background()
	doc, err := loader.LoadFromData(clean)
	if err != nil {
		return err
	}
	if doc.Paths == nil || doc.Paths.Len() == 0 {
		return errors.New("it has no paths")
	}
	if doc.Info != nil {
		d.Title, d.Version = doc.Info.Title, doc.Info.Version
	}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if len(d.ops) >= maxOperations {
				return fmt.Errorf("it has more than %d operations", maxOperations)
			}
			o := &operation{method: method, path: path, deprecated: op.Deprecated}
			for _, params := range []openapi3.Parameters{item.Parameters, op.Parameters} {
				for _, p := range params {
					if p.Value != nil && p.Value.In == "query" {
						o.query = append(o.query, p.Value.Name)
					}
				}
			}
			o.body, o.multipart = d.bodyTree(op.RequestBody)
			o.answer = d.answerTree(op.Responses)
			d.ops[opKey(method, path)] = o
		}
	}
	return nil
}

// decodeTree reads JSON or YAML with bounds: depth, and what aliases make of it.
func decodeTree(data []byte) (any, error) {
	if err := checkDepth(data); err != nil {
		return nil, err
	}
	if t := bytes.TrimSpace(data); len(t) > 0 && t[0] == '{' {
		var v any
		if err := json.Unmarshal(data, &v); err != nil {
			return nil, err
		}
		return v, nil
	}
	var n yaml.Node
	if err := yaml.Unmarshal(data, &n); err != nil {
		return nil, err
	}
	left := maxVisits
	return plainNode(&n, 0, &left)
}

// plainNode is a YAML node as JSON has it. Keys are texts, whatever they look
// like: the answer 200 is named "200".
func plainNode(n *yaml.Node, depth int, left *int) (any, error) {
	if *left--; *left < 0 {
		return nil, fmt.Errorf("it holds more than %d values", maxVisits)
	}
	if depth > maxNesting {
		return nil, fmt.Errorf("it is nested more than %d deep", maxNesting)
	}
	switch n.Kind {
	case yaml.DocumentNode:
		if len(n.Content) == 0 {
			return nil, nil
		}
		return plainNode(n.Content[0], depth+1, left)
	case yaml.AliasNode:
		return plainNode(n.Alias, depth+1, left)
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			v, err := plainNode(n.Content[i+1], depth+1, left)
			if err != nil {
				return nil, err
			}
			if n.Content[i].Tag == "!!merge" {
				if more, ok := v.(map[string]any); ok {
					for k, e := range more {
						if _, have := m[k]; !have {
							m[k] = e
						}
					}
				}
				continue
			}
			m[n.Content[i].Value] = v
		}
		return m, nil
	case yaml.SequenceNode:
		out := make([]any, 0, len(n.Content))
		for _, e := range n.Content {
			v, err := plainNode(e, depth+1, left)
			if err != nil {
				return nil, err
			}
			out = append(out, v)
		}
		return out, nil
	}
	switch n.Tag {
	case "!!int", "!!float", "!!bool", "!!null":
		var v any
		if err := n.Decode(&v); err != nil {
			return nil, err
		}
		if f, isFloat := v.(float64); isFloat && (math.IsInf(f, 0) || math.IsNaN(f)) {
			return n.Value, nil
		}
		return v, nil
	}
	return n.Value, nil
}

// asThreeZero writes what OpenAPI 3.1 says in the words of 3.0: several types, a
// constant, bounds that are excluded, null as one of several schemas.
func asThreeZero(v any, depth int) {
	if depth > maxNesting {
		return
	}
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			asThreeZero(e, depth+1)
		}
	case map[string]any:
		schemaAsThreeZero(v)
		for name, e := range v {
			switch name {
			case "example", "examples", "default", "externalDocs", "webhooks", "jsonSchemaDialect":
				delete(v, name) // says nothing of names
			case "properties", "schemas", "paths", "responses", "parameters", "requestBodies":
				// What these hold may be called whatever it likes.
				if named, ok := e.(map[string]any); ok {
					for _, one := range named {
						asThreeZero(one, depth+1)
					}
					continue
				}
				asThreeZero(e, depth+1)
			default:
				asThreeZero(e, depth+1)
			}
		}
	}
}

func schemaAsThreeZero(m map[string]any) {
	if list, ok := m["type"].([]any); ok {
		var kept []any
		for _, t := range list {
			if t == "null" {
				m["nullable"] = true
				continue
			}
			kept = append(kept, t)
		}
		delete(m, "type")
		if len(kept) > 0 {
			m["type"] = kept[0]
			// A number that may come as a text is a number.
			for _, t := range kept {
				if t == "integer" || t == "number" || t == "object" || t == "array" {
					m["type"] = t
				}
			}
		}
	}
	if c, ok := m["const"]; ok && m["enum"] == nil {
		switch c.(type) {
		case string, float64, int, int64, bool:
			m["enum"] = []any{c}
			delete(m, "const")
		}
	}
	for _, pair := range [][2]string{{"exclusiveMinimum", "minimum"}, {"exclusiveMaximum", "maximum"}} {
		switch n := m[pair[0]].(type) {
		case float64, int, int64:
			if m[pair[1]] == nil {
				m[pair[1]] = n
			}
			delete(m, pair[0])
			m[pair[0]] = true
		}
	}
	for _, of := range []string{"oneOf", "anyOf"} {
		list, ok := m[of].([]any)
		if !ok {
			continue
		}
		var kept []any
		for _, e := range list {
			if one, isMap := e.(map[string]any); isMap && one["type"] == "null" {
				m["nullable"] = true
				continue
			}
			kept = append(kept, e)
		}
		constants(m, of, kept)
	}
}

// constants makes an enumeration of alternatives that are constants with titles.
func constants(m map[string]any, of string, list []any) {
	var values, titles []any
	for _, e := range list {
		one, _ := e.(map[string]any)
		c, ok := one["const"]
		if !ok {
			m[of] = list
			if len(list) == 0 {
				delete(m, of)
			}
			return
		}
		title := one["title"]
		if title == nil {
			title = one["description"]
		}
		if title == nil {
			title = ""
		}
		values, titles = append(values, c), append(titles, title)
	}
	delete(m, of)
	if len(values) > 0 && m["enum"] == nil {
		m["enum"], m["x-enumNames"] = values, titles
	}
}

// checkDepth refuses documents that nest without end before anything walks them.
func checkDepth(data []byte) error {
	depth, most := 0, 0
	for _, c := range data {
		switch c {
		case '{', '[':
			depth++
			most = max(most, depth)
		case '}', ']':
			depth--
		}
	}
	if most > maxNesting {
		return fmt.Errorf("it is nested %d deep", most)
	}
	return nil
}

func (d *Document) bodyTree(ref *openapi3.RequestBodyRef) (*tree, []string) {
	if ref == nil || ref.Value == nil {
		return nil, nil
	}
	var fields []string
	for kind, media := range ref.Value.Content {
		if media == nil || media.Schema == nil {
			continue
		}
		if strings.HasPrefix(kind, "multipart/") {
			for n := range d.flatten(media.Schema).names {
				fields = append(fields, n)
			}
			sort.Strings(fields)
			continue
		}
		if strings.Contains(kind, "json") {
			return d.flatten(media.Schema), fields
		}
	}
	return nil, fields
}

func (d *Document) answerTree(responses *openapi3.Responses) *tree {
	if responses == nil {
		return nil
	}
	for _, code := range []string{"200", "201"} {
		r := responses.Value(code)
		if r == nil || r.Value == nil {
			continue
		}
		for kind, media := range r.Value.Content {
			if media != nil && media.Schema != nil && strings.Contains(kind, "json") {
				return d.flatten(media.Schema)
			}
		}
	}
	return nil
}

// flatten lays a schema flat.
func (d *Document) flatten(s *openapi3.SchemaRef) *tree {
	t := &tree{names: map[string]*name{}, required: map[string]bool{}}
	top := s
	for i := 0; i < maxDepth && top != nil && top.Value != nil && isArray(effective(top.Value)); i++ {
		t.array = true
		top = effective(top.Value).Items
	}
	f := &flattener{tree: t, left: &d.left}
	f.object(top, "", 0, map[*openapi3.Schema]bool{})
	return t
}

// isArray tells whether a schema is a list of something.
func isArray(s *openapi3.Schema) bool {
	return s.Items != nil && (s.Type.Includes("array") || s.Type == nil)
}

type flattener struct {
	tree *tree
	left *int
}

// object adds the names of a schema, through allOf too; a schema inside itself
// ends there.
func (f *flattener) object(ref *openapi3.SchemaRef, at string, depth int, open map[*openapi3.Schema]bool) {
	if ref == nil || ref.Value == nil || depth > maxDepth || len(f.tree.names) > maxNames || open[ref.Value] {
		return
	}
	if *f.left--; *f.left < 0 {
		return
	}
	s := ref.Value
	open[s] = true
	defer delete(open, s)
	for _, list := range []openapi3.SchemaRefs{s.AllOf, s.AnyOf, s.OneOf} {
		for _, part := range list {
			f.object(part, at, depth+1, open)
		}
	}
	if at == "" {
		for _, r := range s.Required {
			f.tree.required[r] = true
		}
	}
	for n, p := range s.Properties {
		path := n
		if at != "" {
			path = at + "." + n
		}
		f.property(p, path, depth, open)
	}
}

func (f *flattener) property(ref *openapi3.SchemaRef, path string, depth int, open map[*openapi3.Schema]bool) {
	if ref == nil || ref.Value == nil {
		return
	}
	if *f.left--; *f.left < 0 {
		return
	}
	s := effective(ref.Value)
	n := &name{path: path, typ: typeName(s), readOnly: ref.Value.ReadOnly || s.ReadOnly, deprecated: ref.Value.Deprecated || s.Deprecated, title: firstText(ref.Value.Title, s.Title)}
	n.numbers = numbers(s, ref.Value.Description)
	if s.MinLength > 0 {
		v := int(s.MinLength)
		n.minLength = &v
	}
	if s.MaxLength != nil && *s.MaxLength < 1<<30 {
		v := int(*s.MaxLength)
		n.maxLength = &v
	}
	n.listed = len(s.Enum) > 0
	if len(n.numbers) == 0 {
		n.min, n.max = s.Min, s.Max
	}
	if have := f.tree.names[path]; have != nil && len(have.numbers) >= len(n.numbers) {
		n.numbers, n.listed = have.numbers, have.listed // said twice, by allOf: the fuller one
	}
	f.tree.names[path] = n
	switch {
	case isArray(s):
		items := path + "[]"
		if s.Items.Value != nil {
			f.tree.names[items] = &name{path: items, typ: typeName(effective(s.Items.Value)), numbers: numbers(effective(s.Items.Value), s.Items.Value.Description)}
		}
		f.object(s.Items, items, depth+1, open)
	default:
		f.object(ref, path, depth+1, open)
	}
}

// effective is the one schema behind an allOf, oneOf or anyOf of one, by which
// documents add a description to a reference, or null to what may stand there.
func effective(s *openapi3.Schema) *openapi3.Schema {
	for i := 0; i < maxDepth && s.Type == nil && len(s.Properties) == 0 && len(s.Enum) == 0; i++ {
		all := append(append(append(openapi3.SchemaRefs{}, s.AllOf...), s.OneOf...), s.AnyOf...)
		if len(all) != 1 || all[0].Value == nil {
			return s
		}
		s = all[0].Value
	}
	return s
}

func firstText(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

// typeName is the type on the wire. Enumerations are called strings of format
// int32 in the vendor's pages; what goes over the wire is the number.
func typeName(s *openapi3.Schema) string {
	for _, t := range []string{"object", "array", "boolean", "integer", "number", "string"} {
		if s.Type.Includes(t) {
			if t == "string" && (s.Format == "int32" || s.Format == "int64") {
				return "integer"
			}
			return t
		}
	}
	if len(s.Properties) > 0 || len(s.AllOf) > 0 {
		return "object"
	}
	return ""
}

// below lists the names directly below a place, in order.
func (t *tree) below(at string) []*name {
	var out []*name
	for p, n := range t.names {
		up := ""
		if i := strings.LastIndexByte(p, '.'); i >= 0 {
			up = p[:i]
		}
		if up == at && !strings.HasSuffix(p, "[]") {
			out = append(out, n)
		}
	}
	slices.SortFunc(out, func(a, b *name) int { return strings.Compare(a.path, b.path) })
	return out
}
