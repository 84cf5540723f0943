package policy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"gopkg.in/yaml.v3"

	"rassync/internal/files"
	"rassync/internal/model"
	"rassync/internal/selector"
	"rassync/schemas"
)

// maxFile bounds what is read of a policy.
const maxFile = 1 << 20

// schemaFile is the published schema of the policy.
const schemaFile = "formats/policy.json"

// Load reads a policy file. All that is wrong with it is said at once.
func Load(file string, cat *model.Catalog) (*Policy, error) {
	data, err := files.ReadNamed(file, maxFile)
	if err != nil {
		return nil, err
	}
	p, ds := Parse(data, file, cat)
	if ds.Failed() {
		return nil, ds
	}
	return p, nil
}

// Parse is Load for text at hand.
func Parse(data []byte, file string, cat *model.Catalog) (*Policy, model.Diagnostics) {
	r := &Reader{File: file, Catalog: cat}
	p := &Policy{File: file}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0 {
		r.Diagnostics = append(r.Diagnostics, model.Diagnostic{Severity: model.Error, Source: model.Source{File: file, Line: 1, Col: 1}, Summary: "the policy is not UTF-8 text", Hint: "save it as UTF-8"})
		return p, r.Diagnostics
	}
	var doc yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(data))
	err := d.Decode(&doc)
	if errors.Is(err, io.EOF) {
		return p, nil // an empty policy allows what none does
	}
	if err == nil {
		var second yaml.Node
		if more := d.Decode(&second); !errors.Is(more, io.EOF) {
			err = fmt.Errorf("a policy is one document")
		}
	}
	if err != nil {
		r.Diagnostics = append(r.Diagnostics, model.Diagnostic{Severity: model.Error, Source: model.Source{File: file, Line: 1, Col: 1}, Summary: strings.TrimPrefix(err.Error(), "yaml: ")})
		return p, r.Diagnostics
	}
	root := doc.Content[0]
	if root.Kind == yaml.ScalarNode && root.Tag == "!!null" {
		return p, nil
	}
	if !r.valid(root, "") {
		return p, r.Diagnostics
	}
	var raw rawPolicy
	if err := root.Decode(&raw); err != nil {
		r.fail(root, err.Error(), "")
		return p, r.Diagnostics
	}
	r.fill(p, &raw, root)
	p.Rules = r.Rules(child(root, "rules"))
	p.Calendar.Windows = r.Windows(child(root, "windows"))
	p.Calendar.Freezes = r.Freezes(child(root, "freezes"))
	return p, r.Diagnostics
}

type rawPolicy struct {
	Farms []struct {
		URL         string `yaml:"url"`
		Fingerprint string `yaml:"fingerprint"`
		CAFile      string `yaml:"caFile"`
	} `yaml:"farms"`
	Secrets struct {
		Folder string `yaml:"folder"`
		Allow  []struct {
			Kind     string   `yaml:"kind"`
			Name     string   `yaml:"name"`
			Property string   `yaml:"property"`
			FromEnv  []string `yaml:"fromEnv"`
			FromFile []string `yaml:"fromFile"`
		} `yaml:"allow"`
	} `yaml:"secrets"`
	Notify       []Channel     `yaml:"notify"`
	Destinations []Destination `yaml:"destinations"`
	Limits       struct {
		Deletes       *int `yaml:"deletes"`
		DeletePercent *int `yaml:"deletePercent"`
		Updates       *int `yaml:"updates"`
		UpdatePercent *int `yaml:"updatePercent"`
		From          *int `yaml:"from"`
	} `yaml:"limits"`
	Labs    []string `yaml:"labs"`
	Protect []string `yaml:"protect"`
	Changes []struct {
		Account string   `yaml:"account"`
		Only    []string `yaml:"only"`
		Except  []string `yaml:"except"`
	} `yaml:"changes"`
}

// fill takes over what the schema has found good, and checks what a schema
// cannot know: kinds, properties, selectors.
func (r *Reader) fill(p *Policy, raw *rawPolicy, root *yaml.Node) {
	folder := filepath.Dir(p.File)
	resolve := func(path string) string {
		if path == "" || filepath.IsAbs(path) {
			return path
		}
		return filepath.Join(folder, path)
	}
	for i, f := range raw.Farms {
		if f.Fingerprint != "" && f.CAFile != "" {
			r.fail(child(root, "farms", i), "both fingerprint and caFile are given", "keep one of them")
		}
		p.Farms = append(p.Farms, Farm{URL: f.URL, Fingerprint: f.Fingerprint, CAFile: resolve(f.CAFile)})
	}
	p.Notify, p.Labs = raw.Notify, raw.Labs
	p.Secrets.Folder = resolve(raw.Secrets.Folder)
	for i, a := range raw.Secrets.Allow {
		n := child(root, "secrets", "allow", i)
		rule := SecretRule{Kind: a.Kind, Property: strings.ReplaceAll(a.Property, "[]", ""), Env: a.FromEnv}
		if k := r.kind(child(n, "kind"), a.Kind); k != nil {
			prop := k.Spec.Find(rule.Property)
			if prop == nil || !prop.Secret {
				r.fail(child(n, "property"), fmt.Sprintf("%s has no secret %q", a.Kind, a.Property), model.DidYouMean(a.Property, secretsOf(k)))
			}
		}
		for j, name := range a.FromEnv {
			if Never(strings.ReplaceAll(name, "*", "x")) || strings.Trim(name, "*") == "" {
				r.fail(child(n, "fromEnv", j), fmt.Sprintf("%q reaches variables that no document may have", name), "name the variable, or a pattern with a beginning of its own such as MFA_*")
			}
		}
		if a.Name != "" {
			g, err := selector.ParseGlob(a.Name)
			if err != nil {
				r.fail(child(n, "name"), err.Error(), "")
			}
			rule.Name = &g
		}
		var err error
		if rule.Files, err = globs(a.FromFile); err != nil {
			r.fail(child(n, "fromFile"), err.Error(), "")
		}
		p.Secrets.Allow = append(p.Secrets.Allow, rule)
	}
	for i, d := range raw.Destinations {
		if !strings.Contains(d.Kind, "*") {
			if k := r.kind(child(root, "destinations", i, "kind"), d.Kind); k != nil && !strings.Contains(d.Property, "*") {
				if prop := k.Spec.Find(d.Property); prop == nil || prop.Labelled() == nil || prop.Labelled().Endpoint == "" {
					r.fail(child(root, "destinations", i, "property"), fmt.Sprintf("%s has no address %q to which secrets or people are sent", d.Kind, d.Property), model.DidYouMean(d.Property, endpointsOf(k)))
				}
			}
		}
		p.Destinations = append(p.Destinations, d)
	}
	l := raw.Limits
	p.Limits = Limits{Deletes: l.Deletes, DeletePercent: l.DeletePercent, Updates: l.Updates, UpdatePercent: l.UpdatePercent, From: l.From}
	p.Protect = r.selectors(child(root, "protect"), raw.Protect)
	for i, c := range raw.Changes {
		n := child(root, "changes", i)
		p.Changes = append(p.Changes, Permission{Account: c.Account, Only: r.selectors(child(n, "only"), c.Only), Except: r.selectors(child(n, "except"), c.Except)})
	}
}

func secretsOf(k *model.Kind) []string {
	var out []string
	k.Spec.Walk(func(p *model.Property) {
		if p.Secret {
			out = append(out, plainPath(p))
		}
	})
	return out
}

func endpointsOf(k *model.Kind) []string {
	var out []string
	k.Spec.Walk(func(p *model.Property) {
		if p.Endpoint != "" {
			out = append(out, plainPath(p))
		}
	})
	return out
}

// Reader reads sections that the policy and rassync.yaml share. Line is added
// to the lines of the nodes.
type Reader struct {
	File        string
	Line        int
	Catalog     *model.Catalog
	Diagnostics model.Diagnostics
}

func (r *Reader) source(n *yaml.Node) model.Source {
	if n == nil {
		return model.Source{File: r.File, Line: 1, Col: 1}
	}
	return model.Source{File: r.File, Line: r.Line + n.Line, Col: n.Column}
}

// maxFaults is how many errors of a section are said.
const maxFaults = 1000

func (r *Reader) fail(n *yaml.Node, summary, hint string) {
	if len(r.Diagnostics) > maxFaults {
		return
	}
	if len(r.Diagnostics) == maxFaults {
		summary, hint = fmt.Sprintf("further errors are not shown: there are %d already", maxFaults), "correct these first"
	}
	r.Diagnostics = append(r.Diagnostics, model.Diagnostic{Severity: model.Error, Source: r.source(n), Summary: summary, Hint: hint})
}

func (r *Reader) kind(n *yaml.Node, name string) *model.Kind {
	if r.Catalog == nil {
		return nil
	}
	k := r.Catalog.Kind(name)
	if k == nil {
		r.fail(n, fmt.Sprintf("there is no kind %q", name), model.DidYouMean(name, r.Catalog.Names()))
	}
	return k
}

func (r *Reader) selectors(n *yaml.Node, list []string) []selector.Selector {
	var out []selector.Selector
	for i, text := range list {
		s, err := selector.Parse(text, r.Catalog)
		if err != nil {
			r.fail(child(n, i), err.Error(), "")
			continue
		}
		out = append(out, s)
	}
	return out
}

// valid shows a node to the published schema, or to the part of it for one
// section.
func (r *Reader) valid(n *yaml.Node, section string) bool {
	before := len(r.Diagnostics)
	value := r.plain(n)
	if len(r.Diagnostics) > before {
		return false
	}
	s, err := compiled(section)
	if err != nil {
		r.fail(n, err.Error(), "this is a fault of rassync, not of the file")
		return false
	}
	err = s.Validate(value)
	var ve *jsonschema.ValidationError
	switch {
	case errors.As(err, &ve):
		r.leaves(n, ve)
	case err != nil:
		r.fail(n, err.Error(), "")
	}
	return len(r.Diagnostics) == before
}

func compiled(section string) (*jsonschema.Schema, error) {
	data, err := schemas.Files.ReadFile(schemaFile)
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft7
	if err := c.AddResource(schemaFile, bytes.NewReader(data)); err != nil {
		return nil, err
	}
	if section != "" {
		return c.Compile(schemaFile + "#/definitions/" + section)
	}
	return c.Compile(schemaFile)
}

// leaves reports the innermost causes at their nodes.
func (r *Reader) leaves(root *yaml.Node, ve *jsonschema.ValidationError) {
	if len(ve.Causes) > 0 {
		for _, c := range ve.Causes {
			r.leaves(root, c)
		}
		return
	}
	n := root
	for _, part := range strings.Split(ve.InstanceLocation, "/")[1:] {
		part = strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
		var next *yaml.Node
		if i, err := strconv.Atoi(part); err == nil && n.Kind == yaml.SequenceNode {
			next = child(n, i)
		} else {
			next = child(n, part)
		}
		if next == nil {
			break
		}
		n = next
	}
	where := strings.TrimPrefix(ve.InstanceLocation, "/")
	if where != "" {
		where += ": "
	}
	r.fail(n, where+ve.Message, "rassync schema policy shows what may stand here")
}

// plain is a node as JSON has it. Dates stay texts; aliases, which could make
// a small file large, are refused.
func (r *Reader) plain(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			if _, twice := m[key.Value]; twice {
				r.fail(key, fmt.Sprintf("duplicate key %q", key.Value), "")
			}
			m[key.Value] = r.plain(n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		out := []any{}
		for _, e := range n.Content {
			out = append(out, r.plain(e))
		}
		return out
	case yaml.AliasNode:
		r.fail(n, "aliases are not supported here", "write the value out")
		return nil
	}
	switch n.Tag {
	case "!!null":
		return nil
	case "!!int", "!!float", "!!bool":
		var v any
		if err := n.Decode(&v); err != nil {
			r.fail(n, err.Error(), "")
		}
		return v
	}
	return n.Value
}

// child finds a node by keys and places.
func child(n *yaml.Node, path ...any) *yaml.Node {
	for _, step := range path {
		if n == nil {
			return nil
		}
		var next *yaml.Node
		switch step := step.(type) {
		case int:
			if n.Kind == yaml.SequenceNode && step < len(n.Content) {
				next = n.Content[step]
			}
		case string:
			for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
				if n.Content[i].Value == step {
					next = n.Content[i+1]
				}
			}
		}
		n = next
	}
	return n
}
