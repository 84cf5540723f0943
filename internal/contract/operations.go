package contract

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Bounds of a document that somebody was sent: size, depth of its schemas, and
// names in one of them.
const (
	maxDocument = 64 << 20
	maxDepth    = 24
	maxNames    = 20000
)

// Document is what an OpenAPI document says: its operations, by method and path.
type Document struct {
	Title   string
	Version string
	SHA256  string
	ops     map[string]*operation
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

func (d *Document) find(method, path string) *operation { return d.ops[opKey(method, path)] }

// ParseDocument reads an OpenAPI document (3.0 or 3.1, JSON or YAML), or a page in
// Markdown with blocks of them.
func ParseDocument(r io.Reader) (*Document, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxDocument+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxDocument {
		return nil, fmt.Errorf("the document is larger than %d MB", maxDocument>>20)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	sum := sha256.Sum256(data)
	d := &Document{SHA256: hex.EncodeToString(sum[:]), ops: map[string]*operation{}}
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
	return d, nil
}

// fence is a block of code in a page.
var fence = regexp.MustCompile("(?ms)^[ \t]*(`{3,}|~{3,})[^\n]*\n(.*?)^[ \t]*(`{3,}|~{3,})[ \t]*\r?$")

// pageBlocks finds the OpenAPI blocks of a page; none in a plain document.
func pageBlocks(data []byte) [][]byte {
	if looksOpenAPI(data) {
		return nil
	}
	var out [][]byte
	for _, m := range fence.FindAllSubmatch(data, -1) {
		if looksOpenAPI(m[2]) {
			out = append(out, m[2])
		}
	}
	return out
}

var openAPIHead = regexp.MustCompile(`(?m)^\s*\{?\s*"?openapi"?\s*:\s*"?'?3\.`)

func looksOpenAPI(data []byte) bool {
	head := data[:min(len(data), 4096)]
	if t := bytes.TrimSpace(head); len(t) > 0 && t[0] == '{' {
		return bytes.Contains(head, []byte(`"openapi"`))
	}
	return openAPIHead.Match(head) && !bytes.HasPrefix(bytes.TrimSpace(head), []byte("#"))
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
	if err := checkDepth(data); err != nil {
		return err
	}
	loader := openapi3.NewLoader()
	// A contract is one file: nothing else is fetched or opened.
	loader.IsExternalRefsAllowed = false
	loader.Context = context.Background()
	doc, err := loader.LoadFromData(data)
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
			o := &operation{method: method, path: path, deprecated: op.Deprecated}
			for _, params := range []openapi3.Parameters{item.Parameters, op.Parameters} {
				for _, p := range params {
					if p.Value != nil && p.Value.In == "query" {
						o.query = append(o.query, p.Value.Name)
					}
				}
			}
			o.body, o.multipart = bodyTree(op.RequestBody)
			o.answer = answerTree(op.Responses)
			d.ops[opKey(method, path)] = o
		}
	}
	return nil
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
	if most > 2000 {
		return fmt.Errorf("it is nested %d deep", most)
	}
	return nil
}

func bodyTree(ref *openapi3.RequestBodyRef) (*tree, []string) {
	if ref == nil || ref.Value == nil {
		return nil, nil
	}
	var fields []string
	for kind, media := range ref.Value.Content {
		if media == nil || media.Schema == nil {
			continue
		}
		if strings.HasPrefix(kind, "multipart/") {
			for n := range flatten(media.Schema).names {
				fields = append(fields, n)
			}
			sort.Strings(fields)
			continue
		}
		if strings.Contains(kind, "json") {
			return flatten(media.Schema), fields
		}
	}
	return nil, fields
}

func answerTree(responses *openapi3.Responses) *tree {
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
				return flatten(media.Schema)
			}
		}
	}
	return nil
}

// flatten lays a schema flat.
func flatten(s *openapi3.SchemaRef) *tree {
	t := &tree{names: map[string]*name{}, required: map[string]bool{}}
	top := s
	for i := 0; i < maxDepth && top != nil && top.Value != nil && top.Value.Type.Is("array") && top.Value.Items != nil; i++ {
		t.array = true
		top = top.Value.Items
	}
	f := &flattener{tree: t}
	f.object(top, "", 0, map[*openapi3.Schema]bool{})
	return t
}

type flattener struct{ tree *tree }

// object adds the names of a schema, through allOf too; a schema inside itself
// ends there.
func (f *flattener) object(ref *openapi3.SchemaRef, at string, depth int, open map[*openapi3.Schema]bool) {
	if ref == nil || ref.Value == nil || depth > maxDepth || len(f.tree.names) > maxNames || open[ref.Value] {
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
	if len(n.numbers) == 0 {
		n.min, n.max = s.Min, s.Max
	}
	f.tree.names[path] = n
	switch {
	case s.Type.Is("array") && s.Items != nil:
		items := path + "[]"
		if s.Items.Value != nil {
			f.tree.names[items] = &name{path: items, typ: typeName(effective(s.Items.Value)), numbers: numbers(effective(s.Items.Value), s.Items.Value.Description)}
		}
		f.object(s.Items, items, depth+1, open)
	default:
		f.object(ref, path, depth+1, open)
	}
}

// effective is the one schema behind an allOf of one, by which documents add a
// description to a reference.
func effective(s *openapi3.Schema) *openapi3.Schema {
	for i := 0; i < maxDepth && s.Type == nil && len(s.Properties) == 0 && len(s.Enum) == 0; i++ {
		switch {
		case len(s.AllOf) == 1 && s.AllOf[0].Value != nil:
			s = s.AllOf[0].Value
		default:
			return s
		}
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

// numbered finds "0 = Normal" in its variants: 0: Normal, 0 - Normal, `0` Normal.
var numbered = regexp.MustCompile("(?:^|[\\n,;|(*]|<li>|<br ?/?>)\\s*[-*`]*\\s*(-?\\d{1,10})`?\\s*(?:=|:|-|–|—)\\s*`?([A-Za-z_][A-Za-z0-9_ ./+-]*)")

// numberedDigits is the same for names that begin with a digit, such as sizes:
// the equals sign alone tells them from ranges.
var numberedDigits = regexp.MustCompile("(?:^|[\\n,;|(*]|<li>|<br ?/?>)\\s*[-*`]*\\s*(-?\\d{1,10})`?\\s*=\\s*`?([0-9][A-Za-z0-9_ ./+-]*)")

// numbers reads the numbers of an enumeration, with their names where the
// document has them.
func numbers(s *openapi3.Schema, description string) map[int64]string {
	out := map[int64]string{}
	var values []int64
	for _, v := range s.Enum {
		switch v := v.(type) {
		case float64:
			values = append(values, int64(v))
		case int:
			values = append(values, int64(v))
		case int64:
			values = append(values, v)
		case string:
			// "0 = Normal" as the value itself.
			if m := numbered.FindStringSubmatch(v); m != nil {
				if n, err := strconv.ParseInt(m[1], 10, 64); err == nil {
					out[n] = strings.TrimSpace(m[2])
				}
			}
		}
	}
	var labels []string
	for _, key := range []string{"x-enumNames", "x-enum-varnames"} {
		if list, ok := s.Extensions[key].([]any); ok && len(list) == len(values) {
			for _, l := range list {
				labels = append(labels, fmt.Sprint(l))
			}
			break
		}
	}
	for i, v := range values {
		if _, known := out[v]; !known {
			out[v] = ""
		}
		if len(labels) == len(values) {
			out[v] = labels[i]
		}
	}
	for _, text := range []string{s.Description, description} {
		for _, m := range append(numbered.FindAllStringSubmatch(text, -1), numberedDigits.FindAllStringSubmatch(text, -1)...) {
			n, err := strconv.ParseInt(m[1], 10, 64)
			if err != nil {
				continue
			}
			if _, listed := out[n]; len(values) > 0 && !listed {
				continue // a range or a sentence, no value
			}
			if out[n] == "" {
				out[n] = strings.TrimSpace(m[2])
			}
		}
	}
	if len(out) < 2 {
		return nil
	}
	return out
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
