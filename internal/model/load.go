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
	gets   map[string]bool   // what the API answers, by the shape of the path

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
func (c *Catalog) Kind(name string) *Kind { return c.kinds[name] }

// Names lists the kinds in alphabetical order.
func (c *Catalog) Names() []string { return c.names }

// Files gives the schema files by path, as they stand in the schemas folder,
// and AnyFile.
func (c *Catalog) Files() map[string][]byte { return c.files }

// Kinds lists the kinds in alphabetical order.
func (c *Catalog) Kinds() []*Kind {
	out := make([]*Kind, len(c.names))
	for i, n := range c.names {
		out[i] = c.kinds[n]
	}
	return out
}

// Load reads every schema of fsys. An error names the file and the word.
func Load(fsys fs.FS) (*Catalog, error) {
	l := &loader{docs: map[string]*ordered{}}
	c := &Catalog{kinds: map[string]*Kind{}, files: map[string][]byte{}}
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(p) != ".json" || p == vocabulary.MetaFile {
			return err
		}
		data, err := fs.ReadFile(fsys, p)
		if err != nil {
			return err
		}
		v, err := parseOrdered(data)
		if err != nil {
			return fmt.Errorf("schema %s: %w", p, err)
		}
		o, ok := v.(*ordered)
		if !ok {
			return fmt.Errorf("schema %s: not a JSON object", p)
		}
		l.docs[p] = o
		c.files[p] = data
		return nil
	})
	if err != nil {
		return nil, err
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
	if c.files[AnyFile], err = c.anyKind(); err != nil {
		return nil, err
	}
	return c, nil
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
				bad = append(bad, fmt.Sprintf("%s: gate %s does not exist", p.Path(), p.Gate))
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
	docs  map[string]*ordered
	depth int // of the properties and references under way
}

// deepest is how deep properties and references may be nested; what goes
// deeper refers to itself.
const deepest = 100

// checkFiles finds what the vocabulary does not have, in every file at once.
func (l *loader) checkFiles() error {
	c := vocabulary.NewChecker()
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
	node := l.docs[at]
	if node == nil {
		return "", nil, fmt.Errorf("$ref %q: no such file", ref)
	}
	for _, step := range strings.Split(strings.Trim(fragment, "/"), "/") {
		if step == "" {
			continue
		}
		if node = node.object(step); node == nil {
			return "", nil, fmt.Errorf("$ref %q: no such definition", ref)
		}
	}
	at, node, err := l.resolve(at, node)
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
		if b != nil && o != nil && k != "enum" && k != "when" {
			out.set(k, overlay(b, o))
		} else {
			out.set(k, over.values[k])
		}
	}
	return out
}

func (l *loader) kind(file string, o *ordered) (*Kind, error) {
	x := o.object("x-ras")
	k := &Kind{
		Name:        strings.TrimSuffix(path.Base(file), ".json"),
		Title:       o.text("title"),
		Description: o.text("description"),
		Family:      x.text("family"),
		FormerNames: x.texts("formerNames"),
		Scope:       Scope(x.text("scope")),
		Shape:       Shape(x.text("shape")),
		Self:        x.text("self"),
		SiteQuery:   x.text("siteQuery"),
		SiteUnsure:  x.text("readSite") == "unsure",
		Sites:       x.text("sites"),
		Replace:     x.text("replace"),
		Evidence:    x.text("evidence"),
		Since:       x.text("since"),
		Until:       x.text("until"),
		Sources:     x.texts("sources"),
		Notes:       x.text("notes"),
		Builtin:     x.texts("builtin"),
		After:       x.texts("after"),
		ReadOnly:    textMap(x.object("readOnly")),
	}
	if k.Scope != ScopeFarm && k.Scope != ScopeSite {
		return nil, fmt.Errorf("x-ras.scope %q: farm or site", k.Scope)
	}
	switch k.Shape {
	case Collection, Singleton, OrderShape:
	default:
		return nil, fmt.Errorf("x-ras.shape %q: collection, singleton or order", k.Shape)
	}
	if r := x.object("list"); r != nil {
		k.List = &ListRead{Path: r.text("path"), Site: r.text("site")}
	}
	if k.Shape == Collection && (k.List == nil || k.List.Path == "") {
		return nil, fmt.Errorf("x-ras.list: a collection needs a list path")
	}
	k.Get = strings.ReplaceAll(x.text("get"), "{self}", k.Self)
	k.NoRead = off(x, "get")
	if k.NoRead && k.Shape != Singleton {
		return nil, fmt.Errorf("x-ras.get false: only a singleton can do without a read of its own")
	}
	k.Filter = valuesMap(x.object("filter"))
	k.BuiltinWhere = valuesMap(x.object("builtinWhere"))
	if c := x.object("create"); c != nil {
		k.Create = &Create{Path: c.text("path"), Site: c.text("site"), SiteName: c.text("siteName"), Answer: c.text("answer")}
		if k.Create.Site == "" {
			k.Create.Site = "none"
		}
		if k.Create.SiteName == "" {
			k.Create.SiteName = "siteId"
		}
		if by := c.object("paths"); by != nil {
			k.Create.By, k.Create.Paths = by.text("by"), textMap(by.object("of"))
			k.Create.Unnamed = by.texts("unnamed")
		}
		if q, ok := plain(c.object("query")).(map[string]any); ok && len(q) > 0 {
			k.Create.Query = q
		}
		if c.has("fields") {
			k.Create.Fields = map[string]bool{}
			for _, f := range c.texts("fields") {
				k.Create.Fields[f] = true
			}
		}
	}
	if u := x.object("update"); u != nil {
		k.Update = &Update{Path: strings.ReplaceAll(u.text("path"), "{self}", k.Self), Shapes: u.texts("shapes")}
		if len(k.Update.Shapes) == 0 {
			k.Update.Shapes = []string{"flat"}
		}
	}
	if d := x.object("delete"); d != nil {
		k.Delete = strings.ReplaceAll(d.text("path"), "{self}", k.Self)
	}
	if i := x.object("identity"); i != nil {
		k.Identity = Identity{Read: i.text("read"), Write: i.text("write"), Rename: i.texts("rename"), Codec: i.text("codec"), Also: i.text("also")}
		if k.Identity.Write == "" {
			k.Identity.Write = k.Identity.Read
		}
	}
	if k.Shape == Collection && k.Identity.Read == "" {
		return nil, fmt.Errorf("x-ras.identity: a collection needs the read name of its objects' names")
	}
	if a := x.object("activate"); a != nil {
		k.Activate = &Activate{On: a.texts("on"), Why: a.text("why")}
	}
	k.Skip = skips(x.get("skip"))
	if t := x.object("tree"); t != nil {
		root, _ := t.get("root").(int64)
		k.Tree = &Tree{Parent: t.text("parent"), Previous: t.text("previous"), Root: root, Folder: t.text("folder"),
			Move: strings.ReplaceAll(t.text("move"), "{self}", k.Self), All: t.text("all")}
	}
	if or := x.object("order"); or != nil {
		k.Order = &Order{Of: or.texts("of"), By: or.text("by"), Path: or.text("path"), Read: or.text("read")}
	}
	for _, b := range objects(x.get("last")) {
		where, _ := plain(b.object("where")).(map[string]any)
		k.Last = append(k.Last, Last{Where: where, Per: b.text("per"), Why: b.text("why")})
	}
	k.SameAs = x.texts("sameAs")
	k.TrustAnchor, k.Grants = x.flag("trustAnchor"), x.flag("grants")
	if im := x.object("impact"); im != nil {
		k.Impact = map[string][]Impact{}
		for _, action := range im.keys {
			k.Impact[action] = impacts(im.get(action))
		}
	}
	file2, doc, err := l.resolve(file, o)
	if err != nil {
		return nil, err
	}
	props := doc.object("properties")
	if k.Shape == OrderShape && props.has("name") {
		k.Identity = Identity{Read: "name", Write: "name"}
	}
	specNode := props.object("spec")
	if specNode == nil {
		specNode = newOrdered()
		specNode.set("type", "object")
	}
	k.Spec, err = l.property(file2, "spec", specNode, nil)
	if err != nil {
		return nil, err
	}
	if items := k.Spec.Prop("items"); k.Shape == OrderShape && items != nil {
		items.Unique = false // nothing stands twice in an order, but it is no set
	}
	k.index()
	return k, nil
}

func (l *loader) property(file, name string, o *ordered, parent *Property) (*Property, error) {
	if l.depth++; l.depth > deepest {
		return nil, fmt.Errorf("%s: nested too deep, or refers to itself", name)
	}
	defer func() { l.depth-- }()
	file, o, err := l.resolve(file, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	p := &Property{Name: name, Parent: parent, Title: o.text("title"), Description: o.text("description")}
	fail := func(format string, args ...any) error {
		return fmt.Errorf("%s: %s", p.Path(), fmt.Sprintf(format, args...))
	}
	x := o.object("x-ras")
	p.Type = Type(o.text("type"))
	if p.Type == "" {
		switch {
		case o.has("properties"), x.flag("open"):
			p.Type = TypeObject // an open one may stand beside plain values
		case x.object("enum") != nil:
			p.Type = TypeString
		case x.flag("secret"), x.has("file"):
			p.Type = TypeString
		case o.has("anyOf"), o.has("oneOf"), o.has("enum"):
			p.Type = TypeString
		}
	}
	if x.has("default") {
		return nil, fail("default is a word of JSON Schema, not of x-ras")
	}
	p.Default, p.HasDefault = plain(o.get("default")), o.has("default")
	p.Unique = o.flag("uniqueItems")
	p.MinLength = toInt(o.get("minLength"))
	p.MaxLength = toInt(o.get("maxLength"))
	p.WriteMinLength = toInt(x.get("writeMinLength"))
	p.Minimum, p.Maximum = toFloat(o.get("minimum")), toFloat(o.get("maximum"))

	if r, ok := x.get("read").(string); ok {
		if rest, abs := strings.CutPrefix(r, "/"); abs {
			p.Absolute, r = true, rest
		}
		if r != "" {
			p.Read = strings.Split(r, ".")
		}
	} else if parent != nil && name != "[]" {
		p.Read = []string{name}
	}
	switch w := x.get("write").(type) {
	case string:
		p.Write = []string{w}
	case []any:
		p.Write = x.texts("write")
	case bool:
		p.NoWrite = !w
	default:
		if n := len(p.Read); n > 0 {
			p.Write = []string{p.Read[n-1]}
		}
	}
	p.Spellings = x.texts("spellings")
	p.FormerNames = x.texts("formerNames")
	if e := x.object("enum"); e != nil {
		p.Enum = &Enum{ByName: map[string]int64{}, ByNum: map[int64]string{}, Unnumbered: map[string]bool{}}
		for _, n := range e.keys {
			if e.has(n) && e.get(n) == nil {
				p.Enum.Order = append(p.Enum.Order, n)
				p.Enum.Unnumbered[n] = true
				continue
			}
			i, ok := e.get(n).(int64)
			if !ok {
				return nil, fail("enum %s: not a whole number", n)
			}
			if other, twice := p.Enum.ByNum[i]; twice {
				return nil, fail("enum: %s and %s have the same number", other, n)
			}
			p.Enum.Order = append(p.Enum.Order, n)
			p.Enum.ByName[n], p.Enum.ByNum[i] = i, n
		}
	}
	p.Flags, p.Spans = x.flag("flags"), x.flag("spans")
	p.Names = x.texts("names")
	p.Ref = x.texts("ref")
	p.RefNone = int64(0)
	if x.has("refNone") {
		p.RefNone = plain(x.get("refNone"))
	}
	p.Codec = x.text("codec")
	p.Secret = x.flag("secret")
	p.SecretWith = x.texts("secretWith")
	p.SecretEnv = x.text("secretEnv")
	p.WriteOnly = x.flag("writeOnly") || p.Secret || x.flag("oneTime")
	p.CreateOnly, p.IfRefused = x.flag("createOnly"), x.text("createOnly") == "ifRefused"
	p.RequiredOnCreate = x.flag("requiredOnCreate")
	p.UpdateOnly = x.flag("updateOnly")
	p.OnCreate = plain(x.get("onCreate"))
	p.Query, p.Invert, p.OneTime = x.text("query"), x.flag("invert"), x.flag("oneTime")
	p.Open, p.Anywhere, p.Call, p.RefBy = x.flag("open"), x.flag("anywhere"), x.text("call"), x.text("refBy")
	if e := x.object("entryOf"); e != nil {
		p.EntryOf = &EntryOf{Object: e.text("object"), Kind: e.text("kind"), List: e.text("list"), By: e.text("by")}
	}
	if lk := x.object("lookup"); lk != nil {
		where, _ := plain(lk.object("where")).(map[string]any)
		p.Lookup = &LookupRead{Path: lk.text("path"), Query: textMap(lk.object("query")), Where: where, Read: lk.text("read")}
	}
	p.Gate = x.text("gate")
	p.When = valuesMap(x.object("when"))
	p.Replaces = x.text("replaces")
	p.InheritsDown = plain(x.get("inheritsDown"))
	if also := x.object("alsoChanges"); also != nil {
		p.AlsoChanges = &AlsoChanges{In: also.text("in"), Properties: also.texts("properties")}
	}
	if pt := x.object("part"); pt != nil {
		p.Part = &Part{At: pt.text("at"), Get: pt.flag("get"), Put: !pt.has("put") || pt.flag("put"), Costly: pt.flag("costly") || x.flag("costly"), Shapes: pt.texts("shapes")}
		if p.Part.Get && p.Type == TypeObject && !x.has("read") {
			p.Read = nil // the answer of the part is the object itself
		}
	}
	if ls := x.object("list"); ls != nil {
		p.List = &List{At: ls.text("at"), Mode: ls.text("mode"), Key: ls.texts("key"), MatchAny: ls.texts("matchAny"), ID: ls.text("id"), Get: ls.text("get"),
			Costly:   ls.flag("costly") || x.flag("costly"),
			Add:      call(ls.object("add"), "body"),
			Remove:   call(ls.object("remove"), "body"),
			Priority: ls.text("priority"), PriorityWritable: ls.flag("priorityWritable"), Answer: ls.text("answer"), First: ls.flag("first"), TextAs: ls.text("textAs"),
			NoAdd: off(ls, "add"), NoRemove: off(ls, "remove"), Rename: ls.text("rename"), Skip: skips(ls.get("skip")), Twins: ls.flag("twins")}
		if ls.has("update") {
			u := call(ls.object("update"), "id")
			p.List.Update = &u
		}
		switch p.List.Mode {
		case "set", "ordered", "keyed":
		default:
			return nil, fail("list.mode %q: set, ordered or keyed", p.List.Mode)
		}
	}
	if f := x.object("file"); f != nil {
		p.File = &File{Field: f.text("field"), Get: f.text("get"), Query: textMap(f.object("query")), Costly: f.flag("costly"), Seen: f.text("seen")}
		if put := f.object("put"); put != nil {
			p.File.Put = &FilePut{Method: put.text("method"), Path: put.text("path"), Fields: put.texts("fields")}
		}
	}
	if c := x.object("cells"); c != nil {
		if p.Cells, err = cells(c); err != nil {
			return nil, fail("cells: %v", err)
		}
	}
	if m := x.object("membership"); m != nil {
		p.Membership = &Membership{Of: m.text("of"), At: m.text("at")}
		bodies, _ := m.get("bodies").([]any)
		for _, b := range bodies {
			switch b := b.(type) {
			case string:
				p.Membership.Bodies = append(p.Membership.Bodies, "")
			case *ordered:
				p.Membership.Bodies = append(p.Membership.Bodies, b.text("property"))
			}
		}
		p.Ref = []string{p.Membership.Of}
	}
	p.ReadOnly = textMap(x.object("readOnly"))
	p.Impact = impacts(x.get("impact"))
	p.Endpoint, p.TrustAnchor, p.Harmless = Endpoint(x.text("endpoint")), x.flag("trustAnchor"), x.text("harmless")
	if p.Grants, err = grants(x.get("grants")); err != nil {
		return nil, fail("grants: %v", err)
	}
	if p.Endpoint != "" && !slices.Contains(endpoints(), p.Endpoint) {
		return nil, fail("endpoint %q: secrets, people or programs", p.Endpoint)
	}
	p.Evidence, p.Since, p.Until = x.text("evidence"), x.text("since"), x.text("until")
	p.Note, p.Unit, p.Deprecated = x.text("note"), x.text("unit"), x.flag("deprecated")

	if props := o.object("properties"); props != nil && !p.Secret && p.File == nil {
		p.byName = map[string]*Property{}
		for _, n := range props.keys {
			sub, ok := props.get(n).(*ordered)
			if !ok {
				return nil, fail("property %s is no schema", n)
			}
			c, err := l.property(file, n, sub, p)
			if err != nil {
				return nil, err
			}
			p.Props = append(p.Props, c)
			p.byName[n] = c
		}
		share(p.Props)
	}
	if items := o.object("items"); items != nil {
		if p.Items, err = l.property(file, "[]", items, p); err != nil {
			return nil, err
		}
	}
	if len(p.Spellings) > 0 && (len(p.Read) != 1 || len(p.Write) != 1 || p.Write[0] != p.Read[0] || p.Part != nil || p.List != nil || p.Anywhere || p.Absolute || p.Structured()) {
		return nil, fail("spellings: only a value that is read and written under one name can have others")
	}
	if p.Type == TypeArray && p.Flags && p.Enum == nil {
		return nil, fail("flags need an enum")
	}
	if p.Spans && !p.Flags {
		return nil, fail("spans are a way to write flags")
	}
	if p.Type == "" {
		return nil, fail("no type")
	}
	return p, nil
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

// cells reads the word of a matrix. A column's number is a number, null where
// nobody has seen it, or {"number": 3, "evidence": "inferred"}.
func cells(o *ordered) (*Cells, error) {
	c := &Cells{At: o.text("at"), Method: o.text("method"), Query: o.text("query"), Row: o.text("row"), Type: o.text("type"), Object: o.text("object"), Value: o.text("value"),
		Own: o.text("own"), Objects: o.text("objects"), Name: o.text("name"), Numbers: map[string]*int64{}, Guessed: map[string]bool{}}
	if c.Method == "" {
		c.Method = "PUT"
	}
	numbers := o.object("numbers")
	if numbers == nil {
		return nil, fmt.Errorf("no numbers")
	}
	for _, column := range numbers.keys {
		switch v := numbers.get(column).(type) {
		case nil:
			c.Numbers[column] = nil
		case int64:
			c.Numbers[column] = &v
		case *ordered:
			n, ok := v.get("number").(int64)
			if !ok {
				return nil, fmt.Errorf("%s: not a whole number", column)
			}
			c.Numbers[column], c.Guessed[column] = &n, v.text("evidence") == "inferred"
		default:
			return nil, fmt.Errorf("%s: not a whole number", column)
		}
	}
	return c, nil
}

func call(o *ordered, by string) EntryCall {
	c := EntryCall{By: by}
	if o == nil {
		return c
	}
	if b := o.text("by"); b != "" {
		c.By = b
	}
	c.Fields, c.Site = o.texts("fields"), o.text("site")
	if q, ok := plain(o.object("query")).(map[string]any); ok && len(q) > 0 {
		c.Query = q
	}
	return c
}

// off tells whether the word is written as false.
func off(o *ordered, word string) bool {
	v, ok := o.get(word).(bool)
	return ok && !v
}

func impacts(v any) []Impact {
	var out []Impact
	for _, i := range objects(v) {
		when, _ := plain(i.get("when")).([]any)
		unless, _ := plain(i.get("unless")).([]any)
		out = append(out, Impact{Effect: i.text("effect"), When: when, Unless: unless, On: i.texts("on"), Why: i.text("why"), Source: i.text("source"),
			Brake: i.flag("brake"), Lasting: i.flag("lasting")})
	}
	return out
}

func skips(v any) []Skip {
	var out []Skip
	for _, s := range objects(v) {
		in, _ := s.get("in").([]any)
		notIn, _ := s.get("notIn").([]any)
		out = append(out, Skip{Read: s.text("read"), In: in, NotIn: notIn, Why: s.text("why")})
	}
	return out
}

func objects(v any) []*ordered {
	var out []*ordered
	list, _ := v.([]any)
	for _, e := range list {
		if o, ok := e.(*ordered); ok {
			out = append(out, o)
		}
	}
	return out
}

func textMap(o *ordered) map[string]string {
	if o == nil {
		return nil
	}
	m := map[string]string{}
	for _, k := range o.keys {
		m[k] = o.text(k)
	}
	return m
}

func valuesMap(o *ordered) map[string][]any {
	if o == nil {
		return nil
	}
	m := map[string][]any{}
	for _, k := range o.keys {
		switch v := plain(o.get(k)).(type) {
		case []any:
			m[k] = v
		default:
			m[k] = []any{v}
		}
	}
	return m
}

func toInt(v any) int {
	i, _ := v.(int64)
	return int(i)
}

func toFloat(v any) *float64 {
	switch v := v.(type) {
	case int64:
		f := float64(v)
		return &f
	case float64:
		return &v
	}
	return nil
}
