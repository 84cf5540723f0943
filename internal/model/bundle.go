package model

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"sort"
	"strings"
)

// AnyFile is the schema of a document of any kind, which Files holds beside
// the kinds' own: for files with documents of several kinds, and for editors
// that are to propose kinds.
const AnyFile = "any.json"

// MaybeFile is the schema of files that may be documents or belong to other tools.
const MaybeFile = "maybe.json"

// Bundle gives the schema of a kind as one file: the blocks it refers to
// stand in its definitions.
func (c *Catalog) Bundle(kind string) ([]byte, error) { return c.BundleFile(kind + ".json") }

// BundleFile is Bundle for any of the files.
func (c *Catalog) BundleFile(main string) ([]byte, error) {
	doc, err := c.parsed(main)
	if err != nil {
		return nil, err
	}
	blocks := map[string]*ordered{}
	if err := c.gather(main, main, doc, blocks); err != nil {
		return nil, err
	}
	if len(blocks) > 0 {
		defs, own := doc.values["definitions"].(*ordered)
		if !own {
			defs = newOrdered()
		}
		names := make([]string, 0, len(blocks))
		for n := range blocks {
			names = append(names, n)
		}
		sort.Strings(names)
		for _, n := range names {
			defs.set(n, blocks[n])
		}
		doc.set("definitions", defs)
	}
	return indented(doc)
}

// gather points every $ref of v, which stands in file, into the bundle and
// collects the blocks on the way.
func (c *Catalog) gather(main, file string, v any, blocks map[string]*ordered) error {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			if err := c.gather(main, file, e, blocks); err != nil {
				return err
			}
		}
	case *ordered:
		for _, k := range v.keys {
			if k != "$ref" {
				if err := c.gather(main, file, v.values[k], blocks); err != nil {
					return err
				}
				continue
			}
			target, fragment, _ := strings.Cut(v.text(k), "#")
			if target == "" && file == main {
				continue
			}
			at := file
			if target != "" {
				at = path.Join(path.Dir(file), target)
			}
			v.values[k] = "#/definitions/" + strings.ReplaceAll(at, "/", "~1") + fragment
			if blocks[at] != nil {
				continue
			}
			block, err := c.parsed(at)
			if err != nil {
				return err
			}
			// An $id of its own would turn the block's references around.
			blocks[at] = block.without("$id", "$schema")
			if err := c.gather(main, at, blocks[at], blocks); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *Catalog) parsed(file string) (*ordered, error) {
	data, ok := c.Files()[file]
	if !ok {
		return nil, fmt.Errorf("no such schema file %s", file)
	}
	v, err := parseOrdered(data)
	if err != nil {
		return nil, fmt.Errorf("schema %s: %w", file, err)
	}
	return v.(*ordered), nil
}

// anyKind writes AnyFile: the kind decides which schema counts. With maybe it writes
// MaybeFile, which leaves alone what is no document of ours.
func (c *Catalog) anyKind(maybe bool) ([]byte, error) {
	obj := func(pairs ...any) *ordered {
		o := newOrdered()
		for i := 0; i < len(pairs); i += 2 {
			o.set(pairs[i].(string), pairs[i+1])
		}
		return o
	}
	kinds := make([]any, len(c.names))
	cases := make([]any, len(c.names))
	for i, n := range c.names {
		kinds[i] = n
		cases[i] = obj("if", obj("properties", obj("kind", obj("const", n)), "required", []any{"kind"}), "then", obj("$ref", n+".json"))
	}
	kind := obj("title", "Kind", "description", "What the object is.", "enum", kinds)
	out := obj(
		"$schema", "http://json-schema.org/draft-07/schema#",
		"$id", AnyFile,
		"title", "Document of any kind",
		"description", "One object of the farm; its kind decides what else the document holds.")
	if !maybe {
		out.set("type", "object")
		out.set("required", []any{"kind"})
		out.set("properties", obj("kind", kind))
		out.set("allOf", cases)
		return indented(out)
	}
	out.set("$id", MaybeFile)
	out.set("description", "A file that may hold objects of the farm: what has a kind or a spec is one, and its kind decides what else it holds. Files of other tools are left alone.")
	out.set("properties", obj("kind", obj("title", "Kind", "description", "What the object is.")))
	out.set("if", obj("not", obj("required", []any{"apiVersion"}), "anyOf", []any{obj("required", []any{"kind"}), obj("required", []any{"spec"})}))
	out.set("then", obj("required", []any{"kind"}, "properties", obj("kind", kind), "allOf", cases))
	return indented(out)
}

func (o *ordered) without(keys ...string) *ordered {
	out := newOrdered()
next:
	for _, k := range o.keys {
		for _, drop := range keys {
			if k == drop {
				continue next
			}
		}
		out.set(k, o.values[k])
	}
	return out
}

// MarshalJSON implements json.Marshaler: keys keep their order.
func (o *ordered) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, k := range o.keys {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := encodeJSON(&b, k); err != nil {
			return nil, err
		}
		b.WriteByte(':')
		if err := encodeJSON(&b, o.values[k]); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// encodeJSON writes v without the escapes that HTML would need.
func encodeJSON(b *bytes.Buffer, v any) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1) // the encoder ends with a line feed
	return nil
}

func indented(o *ordered) ([]byte, error) {
	raw, err := o.MarshalJSON()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}
