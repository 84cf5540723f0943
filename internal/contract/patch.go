package contract

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"rassync/internal/coverage"
	"rassync/internal/model"
)

// Mode says for whom schemas are patched.
type Mode int

const (
	// ForClient keeps properties that the farm does not have: documents may hold
	// them, and are told why they are not written.
	ForClient Mode = iota
	// ForFarm takes them out: a simulated farm of this contract has none.
	ForFarm
)

// Load makes the catalogue of the built-in schemas and a layer; nil is none. The
// error is Problems where the layer does not fit.
func Load(fsys fs.FS, l *Layer, mode Mode) (*model.Catalog, error) {
	builtIn, err := model.Load(fsys)
	if err != nil || l == nil {
		return builtIn, err
	}
	return LoadOver(builtIn, fsys, l, mode)
}

// LoadOver is Load where the catalogue of the built-in schemas is at hand.
func LoadOver(builtIn *model.Catalog, fsys fs.FS, l *Layer, mode Mode) (*model.Catalog, error) {
	if l == nil {
		return builtIn, nil
	}
	patched, gone, err := patch(fsys, builtIn, l, mode)
	if err != nil {
		return nil, err
	}
	cat, err := model.Load(patched)
	if err != nil {
		return nil, fmt.Errorf("the contract layer does not fit the built-in schemas: %w", err)
	}
	for _, g := range gone {
		if k := cat.Kind(g.kind); k != nil {
			if p := k.Spec.Find(g.path); p != nil {
				p.NotHere = "the farm's contract does not have it (" + g.file + ")"
				p.Gone = p.NotHere
			}
		}
	}
	known, _, err := coverage.Load(fsys)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err := guard(builtIn, cat, l, known); err != nil {
		return nil, err
	}
	note(builtIn, cat, l)
	return cat, nil
}

type gonePath struct{ kind, path, file string }

// patch applies a layer to the schema files.
func patch(fsys fs.FS, builtIn *model.Catalog, l *Layer, mode Mode) (fs.FS, []gonePath, error) {
	p := &patcher{fsys: fsys, docs: map[string]*yaml.Node{}, mode: mode}
	out := &patchedFS{base: fsys, files: map[string][]byte{}}
	var problems Problems
	var gone []gonePath
	for _, name := range l.Names() {
		kl := l.Kinds[name]
		k := builtIn.Kind(name)
		if k == nil {
			problems = append(problems, Problem{name, kl.file, 1, fmt.Sprintf("there is no kind %q", name), model.DidYouMean(name, builtIn.Names())})
			continue
		}
		file := name + ".json"
		doc, err := p.doc(file)
		if err != nil {
			return nil, nil, err
		}
		doc = clone(doc)
		p.top = doc
		if kl.Calls != nil {
			if err := p.calls(doc, k, kl.Calls); err != nil {
				problems = append(problems, Problem{name, kl.file, kl.line(callsKey), "calls: " + err.Error(), ""})
			}
		}
		// New properties first: others may be inside of them some day; deeper
		// paths after those above them.
		for _, at := range kl.Paths() {
			c := kl.Properties[at]
			if c.Gone {
				gone = append(gone, gonePath{name, at, kl.file})
			}
			if err := p.property(doc, k, at, c, kl.source(c)); err != nil {
				problems = append(problems, Problem{name, kl.file, kl.line(at), at + ": " + err.Error(), ""})
			}
		}
		data, err := toJSON(doc)
		if err != nil {
			return nil, nil, err
		}
		out.files[file] = data
	}
	if len(problems) > 0 {
		return nil, nil, problems
	}
	return out, gone, nil
}

type patcher struct {
	fsys fs.FS
	docs map[string]*yaml.Node
	top  *yaml.Node // the kind's own file, as it is patched
	mode Mode
}

func (p *patcher) doc(file string) (*yaml.Node, error) {
	if d := p.docs[file]; d != nil {
		return d, nil
	}
	data, err := fs.ReadFile(p.fsys, file)
	if err != nil {
		return nil, err
	}
	d, err := parseJSON(data)
	if err != nil {
		return nil, fmt.Errorf("schema %s: %w", file, err)
	}
	p.docs[file] = d
	return d, nil
}

// property applies one correction.
func (p *patcher) property(doc *yaml.Node, k *model.Kind, at string, c *Correction, source string) error {
	if c.New != nil {
		return p.add(doc, k, at, c, source)
	}
	parent, node, name, err := p.find(doc, at)
	if err != nil {
		return err
	}
	mp := k.Spec.Find(at)
	if node == nil || mp == nil {
		return fmt.Errorf("%s has no such property%s", k.Name, hint(k, at))
	}
	if c.Gone && p.mode == ForFarm {
		remove(get(parent, "properties"), name)
		return nil
	}
	x := get(node, "x-ras")
	if x == nil {
		x = mapping()
		set(node, "x-ras", x)
	}
	if c.Read != nil {
		if err := checkName(*c.Read, true); err != nil {
			return fmt.Errorf("read: %w", err)
		}
		set(x, "read", str(*c.Read))
		if get(x, "write") == nil && c.Write == nil && len(mp.Write) > 0 && !mp.NoWrite {
			// The name of bodies follows the read name by default, and this
			// correction says nothing of it.
			set(x, "write", names(mp.Write))
		}
	}
	if err := written(x, mp, c, source); err != nil {
		return err
	}
	if err := places(x, mp, c); err != nil {
		return err
	}
	if c.Numbers != nil {
		if err := renumber(node, x, mp, c.Numbers); err != nil {
			return fmt.Errorf("numbers: %w", err)
		}
	}
	if c.Required != nil {
		switch {
		case *c.Required:
			rule(x, "create", "required")
		case mp.RequiredOnCreate:
			rule(x, "create", "allowed")
		}
	}
	if c.CreateOnly && c.UpdateOnly {
		return fmt.Errorf("createOnly and updateOnly: one of them")
	}
	if c.CreateOnly {
		rule(x, "update", "replaces")
	}
	if c.UpdateOnly {
		rule(x, "create", model.Forbidden)
	}
	if c.ReadOnly {
		rule(x, "create", model.Forbidden)
		rule(x, "update", model.Forbidden)
	}
	if c.WriteOnly {
		rule(x, "read", model.Forbidden)
	}
	bounds(node, x, c)
	set(x, "evidence", str(evidenceOf(source)))
	return nil
}

// rule says which calls carry the property.
func rule(x *yaml.Node, call, says string) {
	l := get(x, "lifecycle")
	if l == nil {
		l = mapping()
		set(x, "lifecycle", l)
	}
	set(l, call, str(says))
}

// written gives a property other names in bodies.
func written(x *yaml.Node, mp *model.Property, c *Correction, source string) error {
	for _, name := range []*string{c.Write, c.CreateAs} {
		switch {
		case name == nil:
			continue
		case mp != nil && mp.NoWrite && (source != FromOpenAPI || mp.Structured()):
			return fmt.Errorf("write: the built-in schema knows no call that writes it, and only an imported document can say otherwise")
		}
		if err := checkName(*name, true); err != nil || *name == "" || strings.HasPrefix(*name, "/") {
			return fmt.Errorf("write: %q is not a name", *name)
		}
	}
	if c.Write != nil {
		set(x, "write", str(*c.Write))
		if mp != nil && mp.NoWrite {
			rule(x, "create", "allowed")
			rule(x, "update", "allowed")
		}
		if c.Read == nil && mp != nil && len(mp.Read) > 0 && (get(x, "read") == nil || len(mp.Spellings) > 0) {
			set(x, "read", str(strings.Join(mp.Read, ".")))
		}
	}
	if c.CreateAs != nil {
		set(x, "createAs", str(*c.CreateAs))
	}
	return nil
}

// places gives a part or a list other paths.
func places(x *yaml.Node, mp *model.Property, c *Correction) error {
	if c.Path == nil && c.ReadPath == nil && c.Shape == "" {
		return nil
	}
	for _, path := range []*string{c.Path, c.ReadPath} {
		if path != nil && refusePath("/api/x/"+*path) != "" {
			return fmt.Errorf("%q is no path below the object", *path)
		}
	}
	via := get(x, "via")
	part, list := get(via, "part"), get(via, "list")
	switch {
	case part != nil && list == nil:
		if c.ReadPath != nil && *c.ReadPath != valueOf(c.Path, mp.Part.At) {
			return fmt.Errorf("readPath: a part is read where it is written")
		}
		if c.Path != nil {
			set(part, "at", str(*c.Path))
		}
		return setShape(part, c.Shape)
	case list != nil:
		if c.Path != nil {
			if mp.List.At == "" || strings.HasPrefix(mp.List.At, "/") {
				return fmt.Errorf("path: the list has no path below its object")
			}
			set(list, "at", str(*c.Path))
		}
		if c.ReadPath != nil {
			if mp.List.Get == "" {
				return fmt.Errorf("readPath: the list has no read of its own")
			}
			set(list, "get", str(*c.ReadPath))
		}
		if c.Shape != "" {
			return fmt.Errorf("shape: entries of a list are flat")
		}
		return nil
	}
	return fmt.Errorf("path: it is neither a part nor a list with a path of its own")
}

func valueOf(s *string, otherwise string) string {
	if s == nil {
		return otherwise
	}
	return *s
}

// evidenceOf is how sure a name is that comes from this source.
func evidenceOf(source string) string {
	if source == FromOpenAPI {
		return "contract"
	}
	return "seen"
}

func names(list []string) *yaml.Node {
	if len(list) == 1 {
		return str(list[0])
	}
	out := &yaml.Node{Kind: yaml.SequenceNode}
	for _, s := range list {
		out.Content = append(out.Content, str(s))
	}
	return out
}

func bounds(node, x *yaml.Node, c *Correction) {
	if c.MinLength != nil {
		// What a write refuses; answers may still show less.
		remove(node, "minLength")
		set(x, "writeMinLength", num(int64(*c.MinLength)))
	}
	if c.MaxLength != nil {
		set(node, "maxLength", num(int64(*c.MaxLength)))
	}
	if c.Minimum != nil {
		set(node, "minimum", float(*c.Minimum))
	}
	if c.Maximum != nil {
		set(node, "maximum", float(*c.Maximum))
	}
}

// renumber gives an enumeration other numbers: names that the layer does not
// list keep theirs unless another name has it now.
func renumber(node, x *yaml.Node, mp *model.Property, numbers map[string]int64) error {
	if mp.Enum == nil {
		return fmt.Errorf("it is no enumeration")
	}
	taken := map[int64]string{}
	for _, name := range sortedKeys(numbers) {
		n := numbers[name]
		if other, ok := taken[n]; ok {
			return fmt.Errorf("%s and %s have the number %d", other, name, n)
		}
		taken[n] = name
	}
	enum := mapping()
	list := slices.Clone(mp.Enum.Order)
	for _, name := range sortedKeys(numbers) {
		if !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	for _, name := range list {
		n, corrected := numbers[name]
		if !corrected {
			old, known := mp.Enum.ByName[name]
			if !known {
				set(enum, name, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"})
				continue
			}
			if _, used := taken[old]; used {
				continue // the farm uses the number for another name, and says nothing of this one
			}
			n = old
		}
		set(enum, name, num(n))
	}
	set(x, "enum", enum)
	// The names that editors offer.
	offered := &yaml.Node{Kind: yaml.SequenceNode}
	for i := 0; i+1 < len(enum.Content); i += 2 {
		offered.Content = append(offered.Content, str(enum.Content[i].Value))
	}
	holder := node
	if items := get(node, "items"); mp.Flags && items != nil {
		holder = items
	}
	if any := get(holder, "anyOf"); any != nil {
		for _, alternative := range any.Content {
			if get(alternative, "enum") != nil {
				set(alternative, "enum", offered)
			}
		}
	}
	return nil
}

// newEnum makes a new property an enumeration.
func newEnum(n, x *yaml.Node, numbers map[string]int64) error {
	taken := map[int64]string{}
	enum, offered := mapping(), &yaml.Node{Kind: yaml.SequenceNode}
	for _, name := range sortedKeys(numbers) {
		num0 := numbers[name]
		if other, ok := taken[num0]; ok {
			return fmt.Errorf("%s and %s have the number %d", other, name, num0)
		}
		taken[num0] = name
		set(enum, name, num(num0))
		offered.Content = append(offered.Content, str(name))
	}
	names, integer := mapping(), mapping()
	set(names, "enum", offered)
	set(integer, "type", str("integer"))
	set(n, "anyOf", &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{names, integer}})
	set(x, "enum", enum)
	return nil
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// add puts in a property that no built-in schema has.
//
//nolint:funlen // one case after another
func (p *patcher) add(doc *yaml.Node, k *model.Kind, at string, c *Correction, source string) error {
	up, name := "", at
	if i := strings.LastIndexByte(at, '.'); i >= 0 {
		up, name = at[:i], at[i+1:]
	}
	if err := checkName(name, false); err != nil {
		return err
	}
	if k.Spec.Find(at) != nil {
		return fmt.Errorf("%s has this property already", k.Name)
	}
	_, node, _, err := p.find(doc, up)
	if err != nil || node == nil {
		return fmt.Errorf("there is no %q in %s to put it in", up, k.Name)
	}
	props := get(node, "properties")
	if props == nil {
		if t := get(node, "type"); t == nil || t.Value != "object" {
			return fmt.Errorf("%s holds no properties", up)
		}
		props = mapping()
		set(node, "properties", props)
	}
	n, x := mapping(), mapping()
	title := c.New.Title
	if title == "" {
		title = name
	}
	plain := []string{"string", "boolean", "integer", "number"}
	switch {
	case c.New.Type == "string" && model.LooksSecret(name, ""):
		set(n, "$ref", str("blocks/document.json#/definitions/secret"))
		set(x, "secret", boolean(true))
	case c.New.Type == "integer" && c.Numbers != nil:
		if err := newEnum(n, x, c.Numbers); err != nil {
			return fmt.Errorf("numbers: %w", err)
		}
	case slices.Contains(plain, c.New.Type):
		set(n, "type", str(c.New.Type))
	case c.New.Type == "object":
		set(n, "type", str("object"))
		set(n, "additionalProperties", boolean(false))
		set(n, "properties", mapping())
	case c.New.Type == "array" && slices.Contains(plain, c.New.Items) && !model.LooksSecret(name, ""):
		set(n, "type", str("array"))
		items := mapping()
		set(items, "type", str(c.New.Items))
		set(n, "items", items)
	case c.New.Type == "array":
		return fmt.Errorf("new.items is %q, want string, boolean, integer or number", c.New.Items)
	default:
		return fmt.Errorf("new.type is %q, want string, boolean, integer, number, object or array", c.New.Type)
	}
	set(n, "title", str(title))
	set(n, "description", str("Known from the farm's own contract alone."))
	if c.Read != nil {
		if err := checkName(*c.Read, true); err != nil {
			return fmt.Errorf("read: %w", err)
		}
		set(x, "read", str(*c.Read))
	}
	if err := written(x, nil, c, source); err != nil {
		return err
	}
	if c.CreateOnly {
		rule(x, "update", "replaces")
	}
	if c.UpdateOnly {
		rule(x, "create", model.Forbidden)
	}
	if c.ReadOnly {
		rule(x, "create", model.Forbidden)
		rule(x, "update", model.Forbidden)
	}
	if c.WriteOnly {
		rule(x, "read", model.Forbidden)
	}
	if c.Required != nil && *c.Required {
		rule(x, "create", "required")
	}
	bounds(n, x, c)
	set(x, "evidence", str(evidenceOf(source)))
	set(n, "x-ras", x)
	set(props, name, n)
	return nil
}

// find walks from spec to a property; what is referenced on the way is put in
// place of its reference, so that the correction is this kind's alone. parent is
// the schema whose properties hold the node.
func (p *patcher) find(doc *yaml.Node, at string) (parent, node *yaml.Node, name string, err error) {
	top := get(doc, "properties")
	node = get(top, "spec")
	if node == nil {
		return nil, nil, "", fmt.Errorf("the kind has no spec")
	}
	if node, err = p.inline(top, "spec", node); err != nil {
		return nil, nil, "", err
	}
	if at == "" {
		return nil, node, "", nil
	}
	for _, step := range strings.Split(at, ".") {
		name = strings.ReplaceAll(step, "[]", "")
		if name != "" {
			props := get(node, "properties")
			child := get(props, name)
			if child == nil {
				return node, nil, name, nil
			}
			parent = node
			if node, err = p.inline(props, name, child); err != nil {
				return nil, nil, "", err
			}
		}
		for range strings.Count(step, "[]") {
			items := get(node, "items")
			if items == nil {
				return node, nil, name, nil
			}
			parent = node
			if node, err = p.inline(node, "items", items); err != nil {
				return nil, nil, "", err
			}
		}
	}
	return parent, node, name, nil
}

// inline replaces a reference under a key by what it refers to.
func (p *patcher) inline(holder *yaml.Node, key string, node *yaml.Node) (*yaml.Node, error) {
	for depth := 0; ; depth++ {
		ref := get(node, "$ref")
		if ref == nil {
			return node, nil
		}
		if depth > 20 {
			return nil, fmt.Errorf("references in a circle")
		}
		file, pointer, _ := strings.Cut(ref.Value, "#")
		target := p.top
		if file != "" {
			doc, err := p.doc(file)
			if err != nil {
				return nil, err
			}
			target = doc
		}
		for _, step := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
			if step != "" {
				target = get(target, step)
			}
		}
		if target == nil {
			return nil, fmt.Errorf("%s refers to nothing", ref.Value)
		}
		merged := clone(target)
		if file != "" {
			rebase(merged, file)
		}
		for i := 0; i+1 < len(node.Content); i += 2 {
			name, v := node.Content[i].Value, node.Content[i+1]
			if name == "$ref" {
				continue
			}
			if x := get(merged, "x-ras"); name == "x-ras" && x != nil {
				overlay(x, v)
				continue
			}
			set(merged, name, v)
		}
		set(holder, key, merged)
		node = merged
	}
}

// overlay lays the words beside a reference over those behind it, key by key at
// every depth.
func overlay(into, from *yaml.Node) {
	for i := 0; i+1 < len(from.Content); i += 2 {
		name, v := from.Content[i].Value, from.Content[i+1]
		if have := get(into, name); have != nil && have.Kind == yaml.MappingNode && v.Kind == yaml.MappingNode {
			overlay(have, v)
			continue
		}
		set(into, name, v)
	}
}

// rebase makes references of a block good from the file of a kind.
func rebase(n *yaml.Node, file string) {
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if v := n.Content[i+1]; n.Content[i].Value == "$ref" && v.Kind == yaml.ScalarNode {
				to, pointer, _ := strings.Cut(v.Value, "#")
				if to == "" {
					to = file
				} else {
					to = path.Join(path.Dir(file), to)
				}
				v.Value = to
				if pointer != "" {
					v.Value += "#" + pointer
				}
			}
		}
	}
	for _, e := range n.Content {
		rebase(e, file)
	}
}

// checkName refuses what no API calls a property. dotted allows a place.
func checkName(s string, dotted bool) error {
	if s == "" && dotted {
		return nil
	}
	if dotted {
		s = strings.TrimPrefix(s, "/") // from the root of the answer
	}
	for _, part := range strings.Split(s, ".") {
		if !dotted && part != s || part == "" || len(part) > 200 {
			return fmt.Errorf("%q is not a name", s)
		}
		for _, r := range part {
			if r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') {
				return fmt.Errorf("%q is not a name: letters, digits and _ alone", s)
			}
		}
	}
	return nil
}

func hint(k *model.Kind, at string) string {
	var all []string
	k.Spec.Walk(func(p *model.Property) {
		if p.Parent != nil {
			all = append(all, p.Path())
		}
	})
	if s := model.DidYouMean(at, all); s != "" {
		return ": " + s
	}
	return ""
}

// patchedFS is a file system with some files of its own.
type patchedFS struct {
	base  fs.FS
	files map[string][]byte
}

// Open implements fs.FS.
func (p *patchedFS) Open(name string) (fs.File, error) {
	if data, ok := p.files[name]; ok {
		return &memFile{bytes.NewReader(data), memInfo{path.Base(name), int64(len(data))}}, nil
	}
	return p.base.Open(name)
}

type memFile struct {
	*bytes.Reader
	info memInfo
}

func (f *memFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *memFile) Close() error               { return nil }

type memInfo struct {
	name string
	size int64
}

func (i memInfo) Name() string       { return i.name }
func (i memInfo) Size() int64        { return i.size }
func (i memInfo) Mode() fs.FileMode  { return 0o444 }
func (i memInfo) ModTime() time.Time { return time.Time{} }
func (i memInfo) IsDir() bool        { return false }
func (i memInfo) Sys() any           { return nil }
