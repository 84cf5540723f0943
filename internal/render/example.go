package render

import (
	"bytes"
	"strings"

	"gopkg.in/yaml.v3"

	"rassync/internal/model"
)

// ExampleDocument gives a small document of a kind that its schema accepts:
// what a create needs, and a few typical properties. It is "" for a kind that
// does not exist.
func ExampleDocument(cat *model.Catalog, kind string) string {
	k := cat.Kind(kind)
	if k == nil {
		return ""
	}
	x := exampler{cat: cat}
	doc := x.head(k)
	if k.Order != nil {
		spec := &yaml.Node{Kind: yaml.MappingNode}
		put(spec, "items", x.order(k.Order))
		put(doc, "spec", spec)
	} else if spec := x.object(k.Spec, x.typical(k)); len(spec.Content) > 0 {
		put(doc, "spec", spec)
	}
	return encode(doc)
}

// exampleProperty gives a document that shows one property: with the flags
// and conditions under which it counts.
func exampleProperty(cat *model.Catalog, k *model.Kind, p *model.Property) string {
	x := exampler{cat: cat}
	want := map[*model.Property]bool{}
	x.want(k, p, want)
	doc := x.head(k)
	put(doc, "spec", x.object(k.Spec, want))
	return encode(doc)
}

// encode writes a YAML document.
func encode(n *yaml.Node) string {
	var buf bytes.Buffer
	e := yaml.NewEncoder(&buf)
	e.SetIndent(2)
	if err := e.Encode(n); err != nil {
		return ""
	}
	e.Close()
	return buf.String()
}

// exampler makes up values.
type exampler struct{ cat *model.Catalog }

func (x exampler) head(k *model.Kind) *yaml.Node {
	doc := &yaml.Node{Kind: yaml.MappingNode}
	put(doc, "kind", scalar(k.Name))
	if k.Scope == model.ScopeSite {
		put(doc, "site", scalar("Main"))
	}
	if k.HasName() {
		put(doc, "name", scalar(exampleName(k)))
	}
	return doc
}

// order lists names of objects that could be put in order.
func (x exampler) order(o *model.Order) *yaml.Node {
	out := &yaml.Node{Kind: yaml.SequenceNode}
	seen := map[string]bool{} // kinds of published items share their names
	add := func(name string) {
		if !seen[name] {
			seen[name] = true
			out.Content = append(out.Content, scalar(name))
		}
	}
	for _, of := range o.Of {
		if k := x.cat.Kind(of); k != nil {
			_, name := model.ParentPath(exampleName(k))
			add(name)
			if len(o.Of) == 1 {
				add("Another " + firstLower(k.Title))
			}
		}
	}
	return out
}

// exampleName is a name an object of the kind could have.
func exampleName(k *model.Kind) string {
	switch {
	case k.Name == model.SiteKind:
		return "Main"
	case k.Shape == model.OrderShape:
		return "Sales"
	case k.Tree != nil && k.Name == k.Tree.Folder:
		return "Sales"
	case k.Tree != nil && strings.Contains(k.Title, "desktop"):
		return "Sales/Desktop"
	case k.Tree != nil:
		return "Sales/Notepad"
	case k.Identity.Codec == "account":
		return `EXAMPLE\ras-operators`
	case strings.Contains(strings.ToLower(k.Identity.Read), "server"):
		return "host1.example.com"
	}
	if k.Identity.Also != "" {
		return "Example@1.0.0.0"
	}
	return "Example " + firstLower(k.Title)
}

// firstLower makes the first letter small unless the word is an abbreviation.
func firstLower(s string) string {
	if len(s) > 1 && s[1] >= 'A' && s[1] <= 'Z' {
		return s
	}
	return strings.ToLower(s[:min(1, len(s))]) + s[min(1, len(s)):]
}

// How many properties an example shows beside the required ones.
const (
	typicalCount = 5
	typicalRefs  = 2
)

// typical picks the properties of an example: references first, then simple
// values. Where nothing is sure, what is likely has to do.
func (x exampler) typical(k *model.Kind) map[*model.Property]bool {
	want := map[*model.Property]bool{}
	x.required(k.Spec, want)
	pick := func(limit int, fits func(*model.Property) bool) {
		for _, p := range k.Spec.Props {
			if limit > 0 && !want[p] && fits(p) {
				want[p] = true
				limit--
			}
		}
	}
	pick(typicalRefs, func(p *model.Property) bool { return ordinary(p) && !p.Inferred() && refers(p) })
	pick(typicalCount, func(p *model.Property) bool { return ordinary(p) && !p.Inferred() && !refers(p) })
	if len(want) == 0 {
		pick(typicalCount, ordinary)
	}
	if len(want) == 0 && len(k.Spec.Props) > 0 {
		x.want(k, k.Spec.Props[0], want)
	}
	return want
}

func refers(p *model.Property) bool {
	return len(p.Ref) > 0 || (p.Items != nil && len(p.Items.Ref) > 0)
}

// required marks what a create needs and everything on the way to it.
func (x exampler) required(p *model.Property, want map[*model.Property]bool) bool {
	found := false
	for _, c := range p.Props {
		need := c.RequiredOnCreate
		if c.Type == model.TypeObject && c.List == nil {
			need = x.required(c, want) || need
		}
		if need {
			want[c] = true
			found = true
		}
	}
	return found
}

// ordinary tells whether a property is simple enough for an example:
// harmless, and in force by itself.
func ordinary(p *model.Property) bool {
	if p.WriteOnly || p.NoWrite || p.CreateOnly || p.Deprecated || p.Gate != "" || len(p.When) > 0 || p.EntryOf != nil || p.Items != nil && p.Items.EntryOf != nil ||
		len(p.Impact) > 0 || len(p.Names) > 0 || p.Part != nil || p.File != nil || p.Codec != "" {
		return false
	}
	if strings.HasPrefix(p.Name, "inherit") || strings.HasPrefix(p.Name, "replicate") || strings.HasSuffix(p.Name, "Id") {
		return false
	}
	switch p.Type {
	case model.TypeObject, model.TypeNumber:
		return false
	case model.TypeArray:
		return p.List == nil && (len(p.Ref) > 0 || (p.Items != nil && (len(p.Items.Ref) > 0 || p.Items.Type == model.TypeString)))
	default:
		return true
	}
}

// want marks a property, the way to it, and what must hold for it to count.
func (x exampler) want(k *model.Kind, p *model.Property, want map[*model.Property]bool) {
	for at := p; at != nil && at.Parent != nil; at = at.Parent {
		if want[at] {
			continue
		}
		want[at] = true
		for _, name := range append(sorted(at.When), at.Gate) {
			if name == "" {
				continue
			}
			beside := k.Spec.Find(name)
			if rest, relative := strings.CutPrefix(name, "./"); relative {
				beside = at.Parent.Find(rest)
			}
			if beside != nil {
				x.want(k, beside, want)
			}
		}
	}
}

// object makes an object of the wanted properties, in the schema's order.
func (x exampler) object(p *model.Property, want map[*model.Property]bool) *yaml.Node {
	out := &yaml.Node{Kind: yaml.MappingNode}
	for _, c := range p.Props {
		if !want[c] {
			continue
		}
		v := x.value(c, want)
		if forced := required(c, want); forced != nil {
			v = scalar(forced)
		}
		put(out, c.Name, v)
	}
	return out
}

// required gives the value that a gate or a condition of another wanted
// property demands of c; nil if none does.
func required(c *model.Property, want map[*model.Property]bool) any {
	for other := range want {
		match := func(name string) bool {
			if rest, relative := strings.CutPrefix(name, "./"); relative {
				return other.Parent.Find(rest) == c
			}
			return c.Path() == name
		}
		if other.Gate != "" && match(other.Gate) {
			return false
		}
		for name, values := range other.When {
			if len(values) > 0 && match(name) {
				return values[0]
			}
		}
	}
	return nil
}

// value makes up a value that the schema accepts.
func (x exampler) value(p *model.Property, want map[*model.Property]bool) *yaml.Node {
	if v := x.chosen(p); v != "" {
		return scalar(v)
	}
	switch v := p.Form().Example(p, x.refName).(type) {
	case nil:
	case map[string]any:
		for key := range v {
			return flow(key, v[key])
		}
	case []any:
		return list(scalar(v[0]))
	default:
		return scalar(v)
	}
	switch {
	case p.Pattern != "" && len(p.Examples) > 0:
		return scalar(p.Examples[0])
	case p.Type == model.TypeArray:
		return x.list(p, want)
	case p.Type == model.TypeObject:
		if below(p, want) {
			return x.object(p, want)
		}
		return x.object(p, x.some(p))
	}
	return scalar(simple(p))
}

// chosen is a value that the API has a create for, if p chooses among several.
func (x exampler) chosen(p *model.Property) string {
	for _, k := range x.cat.Kinds() {
		if k.Chooser() == p {
			return k.CreateCalls()[0].Value
		}
	}
	return ""
}

// below tells whether anything inside p is wanted by name.
func below(p *model.Property, want map[*model.Property]bool) bool {
	for _, c := range p.Props {
		if want[c] {
			return true
		}
	}
	return false
}

// some picks a few properties of an object that is wanted as a whole.
func (x exampler) some(p *model.Property) map[*model.Property]bool {
	want := map[*model.Property]bool{}
	x.required(p, want)
	for _, c := range p.Props {
		if len(want) >= 3 {
			break
		}
		if ordinary(c) {
			want[c] = true
		}
	}
	if len(want) == 0 && len(p.Props) > 0 {
		want[p.Props[0]] = true
	}
	return want
}

func (x exampler) list(p *model.Property, want map[*model.Property]bool) *yaml.Node {
	it := p.Items
	switch {
	case len(p.Ref) > 0:
		return list(scalar(x.refName(p.Ref)))
	case it == nil:
		return list(scalar("example"))
	case it.Type != model.TypeObject:
		return list(x.value(it, want))
	}
	if len(it.Props) == 0 {
		return list(x.object(it, nil))
	}
	inner := map[*model.Property]bool{}
	x.required(it, inner)
	if l := p.List; l != nil {
		for _, name := range l.Key {
			if c := it.Prop(name); c != nil {
				inner[c] = true
			}
		}
		for _, name := range []string{"account", "name"} {
			if c := it.Prop(name); c != nil && len(l.MatchAny) > 0 && len(inner) == 0 {
				inner[c] = true
			}
		}
	}
	if below(it, want) {
		for _, c := range it.Props {
			inner[c] = inner[c] || want[c]
		}
		for c := range want {
			inner[c] = true
		}
	}
	if len(inner) == 0 {
		inner = x.some(it)
	}
	return list(x.object(it, inner))
}

// refName is the name of an object that could be referred to.
func (x exampler) refName(kinds []string) string {
	k := x.cat.Kind(kinds[0])
	if k == nil {
		return "Example"
	}
	if len(k.Builtin) > 0 {
		return k.Builtin[0]
	}
	return exampleName(k)
}

// simple makes up a value of a simple type.
func simple(p *model.Property) any {
	switch p.Type {
	case model.TypeBoolean:
		if b, ok := p.Default.(bool); ok && p.HasDefault {
			return b
		}
		return !p.Risky(true)
	case model.TypeInteger, model.TypeNumber:
		if p.HasDefault && p.Default != nil {
			return p.Default
		}
		n := 10.0
		if len(p.Names) > 0 {
			n = 1
		}
		if strings.HasSuffix(strings.ToLower(p.Name), "port") {
			n = 443
		}
		if p.Minimum != nil {
			n = max(n, *p.Minimum)
		}
		if p.Maximum != nil {
			n = min(n, *p.Maximum)
		}
		return int64(n)
	default:
	}
	if s, ok := p.Default.(string); ok && s != "" {
		return s
	}
	return exampleText(p)
}

// exampleText makes up a text after the name of the property.
func exampleText(p *model.Property) string {
	name := strings.ToLower(p.Name)
	switch {
	case name == "ip", strings.HasSuffix(p.Name, "IP"), strings.Contains(name, "ipv4"), strings.Contains(name, "bindv4"):
		return "192.0.2.10"
	case strings.Contains(name, "ipv6"), strings.Contains(name, "bindv6"):
		return "2001:db8::10"
	}
	for _, c := range []struct{ part, text string }{
		{"description", "Managed in git"},
		{"url", "https://example.com/"},
		{"mail", "ras@example.com"},
		{"sender", "ras@example.com"},
		{"server", "host1.example.com"},
		{"host", "host1.example.com"},
		{"address", "host1.example.com"},
		{"target", `C:\Windows\System32\notepad.exe`},
		{"path", `\\files.example.com\profiles`},
		{"folder", `C:\Data`},
		{"startin", `C:\Data`},
		{"directory", `C:\Data`},
		{"command", `C:\Scripts\notify.cmd`},
		{"mobile", "+1 555 0100"},
		{"domain", "example.com"},
		{"user", "ras-service"},
	} {
		if strings.Contains(name, c.part) {
			return fitLength(p, c.text)
		}
	}
	return fitLength(p, "Example")
}

func fitLength(p *model.Property, s string) string {
	if p.MaxLength > 0 && len(s) > p.MaxLength {
		return s[:p.MaxLength]
	}
	return s
}

func scalar(v any) *yaml.Node {
	n := &yaml.Node{}
	if err := n.Encode(v); err != nil {
		return &yaml.Node{Kind: yaml.ScalarNode, Value: "Example"}
	}
	return n
}

func list(entries ...*yaml.Node) *yaml.Node {
	n := &yaml.Node{Kind: yaml.SequenceNode, Content: entries}
	if len(entries) > 0 && entries[0].Kind == yaml.ScalarNode {
		n.Style = yaml.FlowStyle
	}
	return n
}

func flow(key string, v any) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
	put(n, key, scalar(v))
	return n
}

func put(m *yaml.Node, key string, v *yaml.Node) {
	m.Content = append(m.Content, scalar(key), v)
}
