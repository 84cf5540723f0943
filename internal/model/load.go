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
	"sync"

	"rassync/internal/vocabulary"
)

// Catalog holds all kinds and the schema files they came from.
type Catalog struct {
	kinds  map[string]*Kind
	names  []string
	former map[string]string // former name of a kind -> name
	files  map[string][]byte // schema files by path below schemas/
	gets   map[string]string // what the API answers, by the shape of the path
	late   *late             // reads the schemas when they are needed; nil: all are read

	derivedLock sync.Mutex
	derived     map[any]any
}

// Derived gives what others work out from the schemas, made once for each
// catalog. The key is a type of the caller's own.
func (c *Catalog) Derived(key any, make func() any) any {
	c.derivedLock.Lock()
	defer c.derivedLock.Unlock()
	if v, ok := c.derived[key]; ok {
		return v
	}
	if c.derived == nil {
		c.derived = map[any]any{}
	}
	v := make()
	c.derived[key] = v
	return v
}

// Kind finds a kind by its exact name; nil if there is none.
func (c *Catalog) Kind(name string) *Kind {
	if c.late != nil {
		return c.late.kind(name)
	}
	return c.kinds[name]
}

// Names lists the kinds in alphabetical order.
func (c *Catalog) Names() []string { return c.names }

// Files gives the schema files by path, as they stand in the schemas folder,
// and AnyFile and MaybeFile.
func (c *Catalog) Files() map[string][]byte {
	if c.late != nil {
		c.late.files.Do(func() {
			var err error
			c.files, err = readFiles(c.late.fsys)
			sound(err)
			sound(c.combine())
		})
	}
	return c.files
}

// Kinds lists the kinds in alphabetical order.
func (c *Catalog) Kinds() []*Kind {
	out := make([]*Kind, len(c.names))
	for i, n := range c.names {
		out[i] = c.Kind(n)
	}
	return out
}

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

// combine adds the files that are made from those of all kinds.
func (c *Catalog) combine() (err error) {
	if c.files[AnyFile], err = c.anyKind(false); err != nil {
		return err
	}
	c.files[MaybeFile], err = c.anyKind(true)
	return err
}

// check finds references to kinds and properties that do not exist.
func (c *Catalog) check() error {
	for _, k := range c.Kinds() {
		if err := k.checkAlsoChanges(); err != nil {
			return fmt.Errorf("schema %s: %w", k.Name, err)
		}
		var bad []string
		k.Spec.Walk(func(p *Property) {
			for _, r := range p.Ref {
				if c.kinds[r] == nil {
					bad = append(bad, fmt.Sprintf("%s refers to the kind %s, which has no schema", p.Path(), r))
				}
			}
			if p.Gate != "" && k.beside(p, p.Gate) == nil {
				bad = append(bad, fmt.Sprintf("%s: when %s does not exist", p.Path(), p.Gate))
			}
			for w := range p.When {
				if k.beside(p, w) == nil {
					bad = append(bad, fmt.Sprintf("%s: when %s does not exist", p.Path(), w))
				}
			}
			if why := c.entryOf(p); why != "" {
				bad = append(bad, p.Path()+": "+why)
			}
			if p.Membership != nil && c.kinds[p.Membership.Of] == nil {
				bad = append(bad, fmt.Sprintf("%s: no kind %s", p.Path(), p.Membership.Of))
			}
		})
		if k.Order != nil {
			for _, of := range k.Order.Of {
				if c.kinds[of] == nil {
					bad = append(bad, "order of the kind "+of+", which has no schema")
				}
			}
		}
		if k.Sites != "" && k.Spec.Prop(k.Sites) == nil {
			bad = append(bad, "sites: no property "+k.Sites)
		}
		bad = append(bad, k.missingNames()...)
		if bad = append(bad, c.checkWords(k)...); len(bad) > 0 {
			return fmt.Errorf("schema %s: %s", k.Name, strings.Join(bad, "; "))
		}
	}
	if s := c.afterCycle(); s != "" {
		return fmt.Errorf("schemas: the word after makes a cycle: %s", s)
	}
	return nil
}

// entryList says what is wrong with the list that a reference to an entry names.
func (c *Catalog) entryList(p *Property) string {
	of := p.EntryOf
	var kinds []string
	switch {
	case (of.Kind == "") == (of.Object == ""):
		return "either object or kind is wanted"
	case of.Kind != "":
		if k := c.kinds[of.Kind]; k == nil || k.Shape != Singleton {
			return of.Kind + " is no kind of settings"
		}
		kinds = []string{of.Kind}
	case p.Parent.Prop(of.Object) == nil || len(p.Parent.Prop(of.Object).Ref) == 0:
		return fmt.Sprintf("no reference %s beside it", of.Object)
	default:
		kinds = p.Parent.Prop(of.Object).Ref
	}
	for _, kind := range kinds {
		k := c.kinds[kind]
		if k == nil {
			continue
		}
		l := k.Spec.Find(of.List)
		switch {
		case l == nil || l.List == nil || l.List.ID == "":
			return fmt.Sprintf("%s has no list %s whose entries have an id", kind, of.List)
		case of.By == "" && len(l.List.Key) != 1:
			return fmt.Sprintf("the entries of %s of %s have not one key: say by what they are named", of.List, kind)
		case of.By != "" && l.Items.Prop(of.By) == nil:
			return fmt.Sprintf("the entries of %s of %s have no %s", of.List, kind, of.By)
		}
	}
	return ""
}

// entryOf says what is wrong with a reference to an entry, or with a matrix;
// "" if nothing is.
func (c *Catalog) entryOf(p *Property) string {
	if p.EntryOf != nil {
		if why := c.entryList(p); why != "" {
			return "entryOf: " + why
		}
	}
	if cells := p.Cells; cells != nil {
		if p.List == nil || p.Items == nil || p.Items.Prop(cells.Row) == nil {
			return fmt.Sprintf("cells: a list with the key %s is wanted", cells.Row)
		}
		for column := range cells.Numbers {
			at := p.Items.Prop(column)
			if at == nil || at.Prop(cells.Own) == nil || at.Prop(cells.Objects) == nil || p.CellObject(column) == nil {
				return fmt.Sprintf("cells: no column %s with %s and %s", column, cells.Own, cells.Objects)
			}
		}
	}
	if p.Call != "" && len(p.Ref) == 0 {
		return "call: only references are set by a call of their own"
	}
	return ""
}

// beside finds the property that a gate or condition names: from the spec
// down, or next to p if the name starts with "./".
func (k *Kind) beside(p *Property, name string) *Property {
	if rest, ok := strings.CutPrefix(name, "./"); ok {
		return p.Parent.Find(rest)
	}
	return k.Spec.Find(name)
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

// compile works out of the words what is not written down, and refuses words
// that miss others.
func (k *Kind) compile() error {
	k.compileRead()
	switch {
	case k.Scope == "":
		return fmt.Errorf("x-ras.scope: farm or site")
	case k.Shape == "":
		return fmt.Errorf("x-ras.shape: collection, singleton or order")
	case k.Shape == Collection && (k.List == nil || k.List.Path == ""):
		return fmt.Errorf("x-ras.read: a collection needs the path of its list")
	case k.Shape == Collection && k.Identity.Read == "":
		return fmt.Errorf("x-ras.identity: a collection needs the read name of its objects' names")
	case k.NoRead && k.Shape != Singleton:
		return fmt.Errorf("x-ras.read.get false: only a singleton can do without a read of its own")
	}
	var err error
	if k.ReadWord != nil {
		if k.Filter, err = k.ReadWord.Filter.positive("read.filter"); err != nil {
			return err
		}
	}
	if k.BuiltinWhere, err = k.BuiltinWord.positive("builtin"); err != nil {
		return err
	}
	for _, name := range k.BuiltinWhere[k.Identity.Read] {
		k.Builtin = append(k.Builtin, fmt.Sprint(name))
	}
	if len(k.Builtin) > 0 {
		delete(k.BuiltinWhere, k.Identity.Read)
	}
	below := func(path string) string { return strings.ReplaceAll(path, "{self}", k.Self) }
	k.Get = below(k.Get)
	if k.Update != nil {
		k.Update.Path = below(k.Update.Path)
		if len(k.Update.Shapes) == 0 {
			k.Update.Shapes = []BodyShape{"flat"}
		}
	}
	k.Delete = below(k.DeleteWord)
	if k.Identity.Write == "" {
		k.Identity.Write = k.Identity.Read
	}
	if k.Tree != nil {
		k.Tree.Move = below(k.Tree.Move)
	}
	for action, list := range map[string][]Impact{"create": k.Effects.Create, "update": k.Effects.Update, "delete": k.Effects.Delete} {
		if len(list) > 0 {
			if k.Impact == nil {
				k.Impact = map[string][]Impact{}
			}
			k.Impact[action] = list
		}
	}
	return nil
}

// compileRead tells apart the site of a list and that of a singleton.
func (k *Kind) compileRead() {
	r := k.ReadWord
	if r == nil {
		return
	}
	k.Get, k.NoRead, k.SiteUnsure = r.Get.Path, r.Get.None, r.SiteUnsure
	if r.List != "" {
		k.List = &ListRead{Path: r.List, Site: r.Site}
	} else {
		k.SiteQuery = r.Site
	}
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

// describe takes over the words of JSON Schema.
func (p *Property) describe(n *vocabulary.Node) {
	p.Title, p.Description = n.Title, n.Description
	p.Type = Type(n.Type)
	if p.Type == "" {
		switch {
		case n.Properties != nil, p.Open:
			p.Type = TypeObject // an open one may stand beside plain values
		case p.EnumWord != nil, p.SecretWord.Is, p.File != nil, n.AnyOf != nil, n.OneOf != nil, n.Enum != nil:
			p.Type = TypeString
		}
	}
	p.Default, p.HasDefault = vocabulary.Plain(n.Default.Value), n.Default.Said
	p.Unique = n.UniqueItems
	p.MinLength, p.MaxLength, p.Minimum, p.Maximum = n.MinLength, n.MaxLength, n.Minimum, n.Maximum
	p.Pattern = n.Pattern
	for _, e := range n.Examples {
		if text, ok := e.(string); ok {
			p.Examples = append(p.Examples, text)
		}
	}
}

// compilePlaces works out where the property stands in answers and bodies.
func (p *Property) compilePlaces() error {
	switch names := p.ReadWord.Names; {
	case len(names) > 0:
		at := names[len(names)-1]
		p.Spellings = names[:len(names)-1]
		rest, anywhere := strings.CutPrefix(at, "**")
		switch {
		case anywhere && rest == "":
			p.Anywhere, at = true, p.Name
		case anywhere:
			p.Anywhere, at = true, strings.TrimPrefix(rest, ".")
		}
		if rest, abs := strings.CutPrefix(at, "/"); abs {
			p.Absolute, at = true, rest
		}
		if at != "" {
			p.Read = strings.Split(at, ".")
		}
	case p.ReadWord.Said:
		return fmt.Errorf("read: no name")
	case p.Parent != nil && p.Name != "[]":
		p.Read = []string{p.Name}
	}
	switch {
	case p.NoWrite:
	case p.WriteWord != nil:
		p.Write = p.WriteWord
	case len(p.Read) > 0:
		p.Write = []string{p.Read[len(p.Read)-1]}
	}
	if p.Part != nil && p.Part.Get && p.Type == TypeObject && !p.ReadWord.Said {
		p.Read = nil // the answer of the part is the object itself
	}
	if p.Membership != nil {
		p.Ref = OneOrMore{p.Membership.Of}
	}
	return nil
}

// compileLifecycle works out which calls carry the property.
func (p *Property) compileLifecycle() error {
	l := p.Lifecycle
	p.WriteOnly = l.Read == Forbidden || p.Secret
	p.RequiredOnCreate = l.Create == "required"
	p.CreateOnly, p.IfRefused = l.Update == "replaces", l.Update == "replacesIfRefused"
	switch noCreate, noUpdate := l.Create == Forbidden, l.Update == Forbidden; {
	case noCreate && noUpdate && l.Read == Forbidden:
		return fmt.Errorf("lifecycle: no call carries it")
	case noCreate && noUpdate:
		p.NoWrite = true
	case noCreate && l.Update != "" && l.Update != "allowed":
		return fmt.Errorf("lifecycle: an update of what no create takes does not replace the object")
	case noCreate:
		p.UpdateOnly = true
	case noUpdate && l.Read == Forbidden:
		p.OneTime = true
	case noUpdate:
		return fmt.Errorf("lifecycle: where no update takes what a create takes, say that a change replaces the object, or that no answer shows it")
	}
	return nil
}

// compileCodec works out the form of the value on the wire.
func (p *Property) compileCodec() error {
	p.RefNone = int64(0)
	p.Secret, p.SecretWith, p.SecretEnv = p.SecretWord.Is, p.SecretWord.With, p.SecretWord.Env
	p.WriteOnly = p.WriteOnly || p.Secret
	if p.QueryWord != nil {
		p.Query, p.Invert = p.QueryWord.Name, p.QueryWord.Invert
	}
	switch p.CodecWord {
	case "flags":
		p.Flags = true
	case "spans":
		p.Flags, p.Spans = true, true
	case "nameRef":
		p.RefBy = "name"
	case "accountRef":
		p.RefBy, p.Codec = "name", "account"
	default:
		p.Codec = p.CodecWord
	}
	if p.RefBy != "" && len(p.Ref) == 0 {
		return fmt.Errorf("codec %s: a reference is wanted", p.CodecWord)
	}
	return nil
}

// compileConditions tells apart the flag that switches the property off from
// the conditions under which it counts. While an inherit flag is true the farm
// shows what is inherited: nobody's own value.
func (p *Property) compileConditions() error {
	for name, c := range p.WhenWord {
		if !strings.HasPrefix(strings.TrimPrefix(name, "./"), "inherit") || c.Not || len(c.Values) != 1 || c.Values[0] != false {
			continue
		}
		if p.Gate != "" {
			return fmt.Errorf("when: one inherit flag alone can switch it off, not %s and %s", p.Gate, name)
		}
		p.Gate = name
	}
	var err error
	p.When, err = p.WhenWord.positive("when")
	if delete(p.When, p.Gate); len(p.When) == 0 {
		p.When = nil
	}
	return err
}

func (p *Property) compileEnum() error {
	if p.EnumWord == nil {
		return nil
	}
	p.Enum = &Enum{Order: p.EnumWord.Names, ByName: map[string]int64{}, ByNum: map[int64]string{}, Unnumbered: map[string]bool{}}
	for _, name := range p.Enum.Order {
		n := p.EnumWord.Of[name]
		if n == nil {
			p.Enum.Unnumbered[name] = true
			continue
		}
		if other, twice := p.Enum.ByNum[*n]; twice {
			return fmt.Errorf("enum: %s and %s have the same number", other, name)
		}
		p.Enum.ByName[name], p.Enum.ByNum[*n] = *n, name
	}
	return nil
}

func (p *Property) compileList() error {
	l := p.List
	if l == nil {
		return nil
	}
	if l.Mode == "" {
		return fmt.Errorf("list.mode: set, ordered or keyed")
	}
	l.Add, l.NoAdd = l.AddWord.Call, l.AddWord.None
	l.Remove, l.NoRemove = l.RemoveWord.Call, l.RemoveWord.None
	for call, by := range map[*EntryCall]EntryName{&l.Add: "body", &l.Remove: "body", l.Update: "id"} {
		if call != nil && call.By == "" {
			call.By = by
		}
	}
	return nil
}

func (p *Property) compileCells() error {
	c := p.Cells
	if c == nil {
		return nil
	}
	if c.NumberWords == nil {
		return fmt.Errorf("cells: no numbers")
	}
	c.Numbers, c.Guessed = map[string]*int64{}, map[string]bool{}
	for column, n := range c.NumberWords {
		c.Numbers[column] = n.Number
		if n.Guessed {
			c.Guessed[column] = true
		}
	}
	return nil
}

// fitTogether refuses words that do not go with each other.
func (p *Property) fitTogether() error {
	switch {
	case len(p.Spellings) > 0 && (len(p.Read) != 1 || len(p.Write) != 1 || p.Write[0] != p.Read[0] || p.Part != nil || p.List != nil || p.Anywhere || p.Absolute || p.Structured()):
		return fmt.Errorf("spellings: only a value that is read and written under one name can have others")
	case p.Type == TypeArray && p.Flags && p.Enum == nil:
		return fmt.Errorf("flags need an enum")
	case p.Type == "":
		return fmt.Errorf("no type")
	case p.Via.clash():
		return fmt.Errorf("via: one way alone, or part, list and cells together")
	}
	return nil
}

// share marks properties that stand in the same place of the answer, each with
// a condition beside it: ids that mean objects of one kind or of another.
func share(props []*Property) {
	first := map[string]*Property{}
	for _, p := range props {
		beside := len(p.When) > 0 && len(p.Read) > 0
		for name := range p.When {
			beside = beside && strings.HasPrefix(name, "./")
		}
		if !beside {
			continue
		}
		at := strings.Join(p.Read, ".")
		if other := first[at]; other != nil {
			other.Shared, p.Shared = true, true
			continue
		}
		first[at] = p
	}
}
