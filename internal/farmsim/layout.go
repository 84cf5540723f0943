package farmsim

import (
	"slices"
	"strings"

	"rassync/internal/model"
)

// field is one value of an object or of an entry: where an answer shows it
// and which body takes it.
type field struct {
	prop   *model.Property
	holder string   // "" for the answer itself, else the path of the part that is read on its own
	path   []string // from the root of the holder
	base   int      // how much of path belongs to the part itself
	body   string   // "" for the object's own body, else Part.At
	yaml   string   // dotted yaml path
	shown  bool
	conds  []cond // gates and conditions of the property and of all above it
}

// cond switches a field off: a gate while its flag is true, a condition while
// the other value is none of those listed.
type cond struct {
	on    *field
	gate  bool
	entry bool  // on stands in the same entry of a list
	fits  []any // wire values
}

// list is an array that is changed entry by entry.
type list struct {
	prop   *model.Property
	at     string // path below the object or the entry
	holder string
	path   []string // of the array in the holder; empty when the holder's answer is the array
	items  *layout  // of entries that are objects
	conds  []cond
	yaml   string
}

// body is what one path takes in a PUT.
type body struct {
	at     string
	prop   *model.Property // of the part; nil for the own body
	put    bool
	fields []*field
	shapes []model.BodyShape
}

// layout is the server's view of a kind, or of the entries of a list.
type layout struct {
	kind    *kind
	entry   *list // whose entries these are; nil for a kind
	fields  []*field
	lists   []*list
	bodies  map[string]*body
	order   []string          // paths of bodies, in the schema's order
	holders []string          // paths of parts and lists that are read on their own
	bare    map[string]*list  // of those, the ones whose answer is an array
	known   map[string]*names // by holder
	refs    []*reference
	opens   []*openSpot
}

// names is the tree of names that an answer may hold; a leaf is taken whole.
type names struct {
	leaf  bool
	open  bool    // holds names that no schema knows
	items *layout // of arrays of objects
	subs  map[string]*names
}

// reference is a place that holds ids of other objects.
type reference struct {
	field *field // set for values
	list  *list  // set for arrays that are changed entry by entry
	kinds []string
}

// kind is one kind with what the server adds to its schema.
type kind struct {
	*model.Kind
	layout  *layout
	space   string // kinds with the same space draw ids from one counter
	step    string // read name of the place in a step order, "" if there is none
	members map[string]*field
	groups  []*membership // memberships in this kind
	file    *field
	refers  bool // holds references anywhere
}

// membership is a property of one kind that is written on a group.
type membership struct {
	member *kind
	field  *field
}

// compile turns a catalog into kinds.
func compile(catalog *model.Catalog) map[string]*kind {
	kinds := map[string]*kind{}
	for _, mk := range catalog.Kinds() {
		k := &kind{Kind: mk, members: map[string]*field{}}
		if mk.Shape != model.OrderShape {
			k.layout = newLayout(k, nil, mk.Spec)
			k.layout.resolve(mk)
			k.refers = k.layout.anyRefs() || mk.Tree != nil
		}
		kinds[mk.Name] = k
	}
	for _, k := range kinds {
		k.space = spaceOf(k)
		if k.Order != nil && k.Order.By == "step" {
			for _, of := range k.Order.Of {
				if target := kinds[of]; target != nil {
					target.step = k.Order.Read
				}
			}
		}
		if k.layout == nil {
			continue
		}
		for _, f := range k.layout.fields {
			switch {
			case f.prop.Membership != nil:
				k.members[f.yaml] = f
				k.refers = true
				if group := kinds[f.prop.Membership.Of]; group != nil {
					group.groups = append(group.groups, &membership{k, f})
				}
			case f.prop.File != nil && f.prop.File.Field != "":
				k.file = f
			}
		}
	}
	return kinds
}

// spaceOf groups the kinds that share a tree, a list or a path: their ids
// must not collide.
func spaceOf(k *kind) string {
	switch {
	case k.Tree != nil:
		return "tree:" + k.Tree.Folder
	case k.Shape == model.Collection && k.List != nil:
		return strings.ToLower(k.List.Path)
	}
	return k.Name
}

func newLayout(k *kind, entry *list, top *model.Property) *layout {
	l := &layout{kind: k, entry: entry, bodies: map[string]*body{}, bare: map[string]*list{}, known: map[string]*names{}}
	shapes := []model.BodyShape{"flat"}
	if k.Update != nil && entry == nil {
		shapes = k.Update.Shapes
	}
	l.bodies[""] = &body{put: true, shapes: shapes}
	l.order = append(l.order, "")
	l.known[""] = &names{}
	if top.Open {
		l.open(top, spot{})
	}
	l.walk(top, spot{})
	return l
}

// spot is where the walk stands.
type spot struct {
	holder string
	path   []string
	base   int
	body   string
	yaml   string
}

func (l *layout) walk(p *model.Property, at spot) {
	for name := range p.ReadOnly {
		l.knows(at.holder, append(append([]string(nil), at.path...), name)).leaf = true
	}
	for _, c := range p.Props {
		l.property(c, at)
	}
}

func (l *layout) property(p *model.Property, at spot) {
	own := at
	own.yaml = strings.TrimPrefix(at.yaml+"."+p.Name, ".")
	if p.Part != nil && p.Part.Get {
		own.holder, own.path, own.base = p.Part.At, nil, 0
		l.holder(own.holder)
	}
	if p.Absolute {
		own.path = nil
	}
	own.path = append(append([]string(nil), own.path...), p.Read...)
	if p.Anywhere && len(p.Read) > 0 {
		own.path = []string{AnywhereGroup, p.Read[len(p.Read)-1]}
	}
	if p.Part != nil {
		own.body, own.base = p.Part.At, len(own.path)
		if p.Type != model.TypeObject {
			own.base = max(0, len(own.path)-1)
		}
		b := l.bodies[p.Part.At]
		if b == nil {
			b = &body{at: p.Part.At, prop: p, shapes: l.bodies[""].shapes}
			if len(p.Part.Shapes) > 0 {
				b.shapes = p.Part.Shapes
			}
			l.bodies[p.Part.At] = b
			l.order = append(l.order, p.Part.At)
		}
		b.put = b.put || p.Part.Put
	}
	switch {
	case p.List != nil && p.List.At != "":
		ls := &list{prop: p, at: p.List.At, holder: own.holder, path: own.path, yaml: own.yaml}
		if p.List.Get != "" {
			ls.holder, ls.path = p.List.Get, nil
			l.holder(ls.holder)
			l.bare[ls.holder] = ls
		}
		if p.Items.Structured() {
			ls.items = newLayout(l.kind, ls, p.Items)
		}
		l.lists = append(l.lists, ls)
		if len(ls.path) > 0 {
			n := l.knows(ls.holder, ls.path)
			n.leaf, n.items = true, ls.items
		}
	case p.Structured() && p.Codec == "" && !p.Secret && p.File == nil:
		l.knows(own.holder, own.path)
		if p.Open {
			l.open(p, own)
		}
		l.walk(p, own)
	default:
		f := &field{prop: p, holder: own.holder, path: own.path, base: own.base, body: own.body, yaml: own.yaml}
		f.shown = !p.WriteOnly && p.Lookup == nil && p.Membership == nil && p.File == nil && len(own.path) > 0
		l.fields = append(l.fields, f)
		if f.shown {
			n := l.knows(f.holder, f.path)
			n.leaf = true
			if p.Type == model.TypeArray && p.Items.Structured() {
				n.items = newLayout(l.kind, &list{prop: p, path: own.path, yaml: own.yaml}, p.Items)
				n.items.resolve(l.kind.Kind)
			}
		}
		if b := l.bodies[own.body]; b != nil {
			b.fields = append(b.fields, f)
		}
	}
}

func (l *layout) holder(at string) {
	if l.known[at] == nil {
		l.known[at] = &names{}
		l.holders = append(l.holders, at)
	}
}

func (l *layout) knows(holder string, path []string) *names {
	n := l.known[holder]
	for _, name := range path {
		if n.subs == nil {
			n.subs = map[string]*names{}
		}
		next := n.subs[name]
		if next == nil {
			next = &names{}
			n.subs[name] = next
		}
		n = next
	}
	return n
}

// itemsOf is the layout of the entries of an array that is written whole.
func (l *layout) itemsOf(f *field) *layout {
	n := l.known[f.holder]
	for _, name := range f.path {
		if n == nil {
			return nil
		}
		n = n.subs[name]
	}
	if n == nil {
		return nil
	}
	return n.items
}

// sharedLast lists the fields, those that share a place after the values that
// say which of them is meant.
func (l *layout) sharedLast() []*field {
	out := slices.Clone(l.fields)
	slices.SortStableFunc(out, func(a, b *field) int {
		switch {
		case a.prop.Shared == b.prop.Shared:
			return 0
		case a.prop.Shared:
			return 1
		}
		return -1
	})
	return out
}

// resolve looks up gates, conditions and references.
func (l *layout) resolve(k *model.Kind) {
	byProp := map[*model.Property]*field{}
	var collect func(*layout)
	collect = func(l *layout) {
		for _, f := range l.fields {
			byProp[f.prop] = f
		}
		for _, ls := range l.lists {
			if ls.items != nil {
				collect(ls.items)
			}
		}
	}
	collect(l)
	l.conditions(k, byProp)
}

func (l *layout) conditions(k *model.Kind, byProp map[*model.Property]*field) {
	own := map[*field]bool{}
	for _, f := range l.fields {
		own[f] = true
	}
	conds := func(p *model.Property) []cond {
		var out []cond
		for at := p; at != nil && at.Name != "[]"; at = at.Parent {
			find := func(name string) *field {
				if rest, ok := strings.CutPrefix(name, "./"); ok {
					return byProp[at.Parent.Find(rest)]
				}
				return byProp[k.Spec.Find(name)]
			}
			if at.Gate != "" {
				if f := find(at.Gate); f != nil {
					out = append(out, cond{on: f, gate: true, entry: l.entry != nil && own[f]})
				}
			}
			for name, values := range at.When {
				if f := find(name); f != nil {
					c := cond{on: f, entry: l.entry != nil && own[f]}
					for _, v := range values {
						c.fits = append(c.fits, wireOf(f.prop, v))
					}
					out = append(out, c)
				}
			}
		}
		return out
	}
	for _, f := range l.fields {
		f.conds = conds(f.prop)
		if kinds := refKinds(f.prop); len(kinds) > 0 && f.prop.Membership == nil {
			l.refs = append(l.refs, &reference{field: f, kinds: kinds})
		}
	}
	for _, ls := range l.lists {
		ls.conds = conds(ls.prop)
		if kinds := refKinds(ls.prop); ls.items == nil && len(kinds) > 0 {
			l.refs = append(l.refs, &reference{list: ls, kinds: kinds})
		}
		if ls.items != nil {
			ls.items.conditions(k, byProp)
		}
	}
}

// refKinds names the kinds a value or the elements of an array refer to.
func refKinds(p *model.Property) []string {
	if len(p.Ref) > 0 {
		return p.Ref
	}
	if p.Type == model.TypeArray && p.Items != nil {
		return p.Items.Ref
	}
	return nil
}

func (l *layout) anyRefs() bool {
	if len(l.refs) > 0 {
		return true
	}
	for _, ls := range l.lists {
		if ls.items != nil && ls.items.anyRefs() {
			return true
		}
	}
	return false
}

// wireOf turns a value of the YAML shape (a default, a condition) into the
// number or text of the wire.
func wireOf(p *model.Property, v any) any {
	if p.Enum != nil {
		switch v := v.(type) {
		case string:
			return numberOf(p.Enum, v)
		case []any:
			var bits int64
			for _, e := range v {
				if s, ok := e.(string); ok {
					bits |= p.Enum.ByName[s]
				} else if i, ok := asInt(plain(e)); ok {
					bits |= i
				}
			}
			return bits
		}
	}
	if sep := p.Codec.Separator(); sep != "" {
		if list, ok := v.([]any); ok {
			texts := make([]string, 0, len(list))
			for _, e := range list {
				s, _ := e.(string)
				texts = append(texts, s)
			}
			return strings.Join(texts, sep)
		}
	}
	if len(p.Ref) > 0 && p.Type != model.TypeArray {
		if _, ok := v.(string); ok {
			return plain(p.RefNone)
		}
	}
	return plain(v)
}

// zero is what the farm answers for a value that nobody has set: the default
// that the facts state, else nothing.
func zero(p *model.Property) any {
	if p.HasDefault {
		return clone(wireOf(p, p.Default))
	}
	switch {
	case p.Flags, p.EntryOf != nil:
		return int64(0)
	case p.RefBy == "name":
		return ""
	case p.Enum != nil:
		if _, ok := p.Enum.ByNum[0]; ok || len(p.Enum.Order) == 0 {
			return int64(0)
		}
		return numberOf(p.Enum, p.Enum.Order[0])
	case p.Codec == "ipRanges":
		return map[string]any{"iPv4s": []any{}, "iPv6s": []any{}}
	case p.Codec.Separator() != "":
		return ""
	case len(p.Ref) > 0 && p.Type != model.TypeArray:
		return plain(p.RefNone)
	}
	switch p.Type {
	case model.TypeBoolean:
		return false
	case model.TypeInteger, model.TypeNumber:
		if p.Minimum != nil && *p.Minimum > 0 {
			return plain(*p.Minimum)
		}
		return int64(0)
	case model.TypeArray:
		return []any{}
	case model.TypeObject:
		return map[string]any{}
	default:
		return ""
	}
}

// writeName is the name under which the target's body takes the field; "" if
// none does.
func (t *target) writeName(p *model.Property) string {
	if t.create && p.CreateAs != "" {
		return p.CreateAs
	}
	return t.v.f.sw.writeName(p)
}

// writeName is the name under which an update takes the field; "" if none does.
func (s Switches) writeName(p *model.Property) string {
	if p.NoWrite || len(p.Write) == 0 {
		return ""
	}
	if s.NewerNames && len(p.Spellings) > 0 {
		return p.Spellings[0]
	}
	return p.Write[min(s.WriteAlternative, len(p.Write)-1)]
}
