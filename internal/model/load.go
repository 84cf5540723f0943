package model

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"sort"
	"strings"

	"rassync/internal/vocabulary"
)

// Load reads every schema of fsys. An error names the file and the word.
func Load(fsys fs.FS) (*Catalog, error) {
	l := &loader{words: vocabulary.NewDecoder(), docs: map[string]*ordered{}}
	c := &Catalog{kinds: map[string]*Kind{}}
	var err error
	if c.files, err = readFiles(fsys); err != nil {
		return nil, err
	}
	for p, data := range c.files {
		if l.docs[p], err = parseDocument(data); err != nil {
			return nil, fmt.Errorf("schema %s: %w", p, err)
		}
	}
	if err := l.checkFiles(); err != nil {
		return nil, err
	}
	for p, o := range l.docs {
		if strings.Contains(p, "/") {
			continue
		}
		k, err := l.kind(p, o)
		if err != nil {
			return nil, fmt.Errorf("schema %s: %w", p, err)
		}
		c.kinds[k.Name] = k
		c.names = append(c.names, k.Name)
	}
	sort.Strings(c.names)
	if err := c.collectFormer(); err != nil {
		return nil, err
	}
	if err := c.answers(fsys); err != nil {
		return nil, err
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	return c, c.combine()
}

type loader struct {
	words *vocabulary.Decoder
	docs  map[string]*ordered
	late  fs.FS // where files are read when they are needed; nil: all are read
	depth int   // of the properties and references under way
}

// deepest is how deep properties and references may be nested; what goes
// deeper refers to itself.
const deepest = 100

// checkFiles finds what the vocabulary does not have, in every file at once.
func (l *loader) checkFiles() error {
	c := vocabulary.NewChecker(KindWords{}, PropertyWords{})
	var bad []string
	for _, p := range slices.Sorted(maps.Keys(l.docs)) {
		if strings.HasPrefix(p, "formats/") {
			continue // of rassync's own documents
		}
		bad = append(bad, c.File(p, l.docs[p], !strings.Contains(p, "/"))...)
	}
	if len(bad) > 0 {
		return errors.New(strings.Join(bad, "\n"))
	}
	return nil
}

// resolve follows $ref and lays the sibling keys over what it finds.
func (l *loader) resolve(file string, o *ordered) (string, *ordered, error) {
	ref := o.text("$ref")
	if ref == "" {
		return file, o, nil
	}
	if l.depth++; l.depth > deepest {
		return "", nil, fmt.Errorf("$ref %q: refers to itself", ref)
	}
	defer func() { l.depth-- }()
	target, fragment, _ := strings.Cut(ref, "#")
	at := file
	if target != "" {
		at = path.Join(path.Dir(file), target)
	}
	node, err := l.doc(at)
	if err != nil {
		return "", nil, fmt.Errorf("$ref %q: %w", ref, err)
	}
	for _, step := range strings.Split(strings.Trim(fragment, "/"), "/") {
		if step == "" {
			continue
		}
		if node = node.object(step); node == nil {
			return "", nil, fmt.Errorf("$ref %q: no such definition", ref)
		}
	}
	at, node, err = l.resolve(at, node)
	if err != nil {
		return "", nil, err
	}
	merged := newOrdered()
	for _, k := range node.keys {
		merged.set(k, node.values[k])
	}
	for _, k := range o.keys {
		switch k {
		case "$ref":
		case "x-ras":
			merged.set(k, overlay(merged.object(k), o.object(k)))
		default:
			merged.set(k, o.values[k])
		}
	}
	return at, merged, nil
}

func overlay(base, over *ordered) *ordered {
	out := newOrdered()
	if base != nil {
		for _, k := range base.keys {
			out.set(k, base.values[k])
		}
	}
	if over == nil {
		return out
	}
	for _, k := range over.keys {
		b, _ := out.get(k).(*ordered)
		o, _ := over.get(k).(*ordered)
		if b != nil && o != nil && k != "enum" {
			out.set(k, overlay(b, o))
		} else {
			out.set(k, over.values[k])
		}
	}
	return out
}

func (l *loader) kind(file string, o *ordered) (*Kind, error) {
	file, n, err := l.node(file, o)
	if err != nil {
		return nil, err
	}
	k := &Kind{Name: strings.TrimSuffix(path.Base(file), ".json"), Title: n.Title, Description: n.Description}
	if err := l.words.Into(n.XRas, &k.KindWords); err != nil {
		return nil, fmt.Errorf("%s.%w", vocabulary.XRas, err)
	}
	if err := k.compile(); err != nil {
		return nil, err
	}
	props, _ := n.Properties.(*ordered)
	if k.Shape == OrderShape && props.has("name") {
		k.Identity = Identity{Read: "name", Write: "name"}
	}
	spec := props.object("spec")
	if spec == nil {
		spec = newOrdered()
		spec.set("type", string(TypeObject))
	}
	if k.Spec, err = l.property(file, "spec", spec, nil); err != nil {
		return nil, err
	}
	if items := k.Spec.Prop("items"); k.Shape == OrderShape && items != nil {
		items.Unique = false // nothing stands twice in an order, but it is no set
	}
	k.index()
	return k, nil
}

// node decodes a schema, with what it refers to.
func (l *loader) node(file string, o *ordered) (string, *vocabulary.Node, error) {
	file, o, err := l.resolve(file, o)
	if err != nil {
		return "", nil, err
	}
	n := &vocabulary.Node{}
	return file, n, l.words.Into(o, n)
}

func (l *loader) property(file, name string, o *ordered, parent *Property) (*Property, error) {
	if l.depth++; l.depth > deepest {
		return nil, fmt.Errorf("%s: nested too deep, or refers to itself", name)
	}
	defer func() { l.depth-- }()
	p := &Property{Name: name, Parent: parent}
	file, n, err := l.node(file, o)
	if err == nil {
		err = l.words.Into(n.XRas, &p.PropertyWords)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.Path(), err)
	}
	p.describe(n)
	for _, step := range []func() error{p.compileLifecycle, p.compileCodec, p.compilePlaces, p.compileConditions, p.compileEnum, p.compileList, p.compileCells, p.Grants.check} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("%s: %w", p.Path(), err)
		}
	}
	if err := l.inside(file, n, p); err != nil {
		return nil, err
	}
	if err := p.fitTogether(); err != nil {
		return nil, fmt.Errorf("%s: %w", p.Path(), err)
	}
	return p, nil
}

// inside decodes the properties and items of p.
func (l *loader) inside(file string, n *vocabulary.Node, p *Property) error {
	if props, _ := n.Properties.(*ordered); props != nil && !p.Secret && p.File == nil {
		p.byName = map[string]*Property{}
		for _, name := range props.keys {
			sub, ok := props.get(name).(*ordered)
			if !ok {
				return fmt.Errorf("%s: property %s is no schema", p.Path(), name)
			}
			c, err := l.property(file, name, sub, p)
			if err != nil {
				return err
			}
			p.Props = append(p.Props, c)
			p.byName[name] = c
		}
		share(p.Props)
	}
	if items, _ := n.Items.Value.(*ordered); items != nil {
		var err error
		p.Items, err = l.property(file, "[]", items, p)
		return err
	}
	return nil
}
