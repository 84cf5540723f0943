package farmsim

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode/utf8"

	"rassync/internal/model"
)

// Random makes a valid farm out of nothing but the schemas: any property any
// legal value, references to what exists in the same site, groups that
// inherit and groups that do not, lists, a tree three folders deep, two
// sites, and names that hurt. size is about the number of objects of each
// kind in each site. The same rand gives the same farm.
func Random(catalog *model.Catalog, r *rand.Rand, size int) State {
	f := stillFarm(catalog)
	g := &generator{f: f, w: f.staged, r: r, size: max(1, size)}
	g.sites()
	for _, name := range sortedKeys(f.kinds) {
		k := f.kinds[name]
		if k.layout != nil && k.Shape == model.Collection && k.Create != nil && k.Tree == nil && k.Name != "Site" {
			g.objects(k)
		}
	}
	g.tree()
	each := func(do func(*object)) {
		for _, name := range sortedKeys(f.kinds) {
			k := f.kinds[name]
			if k.layout == nil {
				continue
			}
			for _, o := range f.staged.all(k) {
				c := o.copy()
				do(c)
				f.finish(f.staged, c)
				f.staged.put(c)
			}
		}
	}
	each(g.fill)
	each(g.nameEntries)
	g.replicate()
	return f.staged.state(f.kinds)
}

// replicate turns some of the flags on that copy settings to the other sites, and
// leaves the farm as their writes would have.
func (g *generator) replicate() {
	for _, name := range sortedKeys(g.f.kinds) {
		k := g.f.kinds[name]
		if k.layout == nil {
			continue
		}
		for _, flag := range k.Copying() {
			all := g.w.all(k)
			if len(all) < 2 || !g.chance(40) {
				continue
			}
			from := pick(g, all).copy()
			g.f.setValue(from, flag, true)
			g.w.put(from)
			for _, other := range all {
				if to, changed := g.f.copied(from, other, k.Group(flag)); changed && other.site != from.site {
					g.w.put(to)
				}
			}
		}
	}
}

type generator struct {
	f    *Farm
	w    *world
	r    *rand.Rand
	size int
	n    int
}

func (g *generator) chance(percent int) bool { return g.r.IntN(100) < percent }

func pick[T any](g *generator, list []T) T { return list[g.r.IntN(len(list))] }

// sites adds a second site.
func (g *generator) sites() {
	k := g.f.siteKind()
	if k == nil {
		return
	}
	o := g.f.fresh(k)
	o.id = g.w.fresh(k)
	o.raw[k.Identity.Read] = "Zweigstelle / Ost"
	g.f.switchOn(o)
	g.f.finish(g.w, o)
	g.w.put(o)
	g.f.furnish(g.w, o.id, "broker-ost.example.com")
}

// objects makes objects with nothing but names.
func (g *generator) objects(k *kind) {
	sites := []int64{0}
	if k.siteScoped() {
		sites = g.f.siteIDs(g.w)
	}
	for _, site := range sites {
		for range 1 + g.r.IntN(g.size) {
			o := g.f.fresh(k)
			o.site = site
			o.raw[k.Identity.Read] = g.name(k, func(name string) bool { return g.free(o, name) })
			if k.Identity.Also != "" {
				o.raw[k.Identity.Also] = fmt.Sprintf("%d.%d.%d.0", g.r.IntN(30), g.r.IntN(10), g.r.IntN(1000))
			}
			o.id = g.w.fresh(k)
			if k.file != nil {
				o.file = g.image()
			}
			g.f.finish(g.w, o)
			g.w.put(o)
		}
	}
}

func (g *generator) free(o *object, name string) bool {
	for _, k := range g.f.kinds {
		if k.layout == nil || k.space != o.kind.space || (o.kind.Tree != nil && k != o.kind) {
			continue
		}
		for _, other := range g.w.all(k) {
			if o.kind.Tree != nil && other.parent() != o.parent() || o.kind.Tree == nil && other.site != o.site {
				continue
			}
			if strings.EqualFold(bareAccount(other.name()), bareAccount(name)) {
				return false
			}
		}
	}
	return true
}

// name makes a name that is free.
func (g *generator) name(k *kind, free func(string) bool) string {
	for {
		g.n++
		var s string
		switch {
		case k.Identity.Codec == "account":
			s = g.account()
		case k.file != nil:
			s = fmt.Sprintf("bild-%d ü.png", g.n)
		case k.Identity.Read == "server":
			s = fmt.Sprintf("%s-%d.example.com", strings.ToLower(k.Name), g.n)
		case k.Identity.Read == "ip":
			s = fmt.Sprintf("10.%d.%d.%d", g.r.IntN(256), g.r.IntN(256), g.n%256)
		case g.chance(60):
			s = pick(g, nastyNames)
		case g.chance(5):
			s = strings.Repeat("x", 250) + fmt.Sprintf("%05d", g.n%100000)
		default:
			s = fmt.Sprintf("%s %d", pick(g, nastyNames), g.n)
		}
		if utf8.RuneCountInString(s) <= 255 && free(s) {
			return s
		}
	}
}

func (g *generator) account() string {
	return fmt.Sprintf(`%s\%s%d`, pick(g, []string{"EXAMPLE", "CORP", "Ost"}), pick(g, []string{"user", "Sales Team ", "svc-", "grüße", "finance_group"}), g.r.IntN(200))
}

func (g *generator) image() []byte {
	// The eight bytes by which a PNG is known, and noise.
	b := []byte{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'}
	for range 20 + g.r.IntN(100) {
		b = append(b, byte(g.r.IntN(256)))
	}
	return b
}

// tree makes published items: folders three deep, items anywhere.
func (g *generator) tree() {
	var kinds []*kind
	var folder *kind
	for _, name := range sortedKeys(g.f.kinds) {
		k := g.f.kinds[name]
		if k.Tree == nil || k.Create == nil {
			continue
		}
		if k.Name == k.Tree.Folder {
			folder = k
		} else {
			kinds = append(kinds, k)
		}
	}
	if folder == nil {
		return
	}
	type spot struct {
		id    int64
		depth int
	}
	spots := []spot{{folder.Tree.Root, 0}}
	sites := g.f.siteIDs(g.w)
	add := func(k *kind, parent int64) int64 {
		o := g.f.fresh(k)
		o.site = pick(g, sites)
		o.raw[k.Tree.Parent] = parent
		o.raw[k.Identity.Read] = g.name(k, func(name string) bool { return g.free(o, name) })
		o.id = g.w.fresh(k)
		if fl := k.sitesField(); fl != nil {
			setAt(o.root(fl.holder).(map[string]any), fl.path, []any{o.site})
		}
		previous := int64(0)
		if below := g.children(k, parent); len(below) > 0 && g.chance(70) {
			previous = pick(g, below)
		}
		if err := g.f.chain(g.w, o, parent, &previous); err != nil {
			panic(err)
		}
		g.f.finish(g.w, o)
		g.w.put(o)
		return o.id
	}
	for range 2 + g.size {
		at := pick(g, spots)
		if at.depth < 3 {
			spots = append(spots, spot{add(folder, at.id), at.depth + 1})
		}
	}
	for _, k := range kinds {
		for range 1 + g.r.IntN(2*g.size) {
			add(k, pick(g, spots).id)
		}
	}
}

func (g *generator) children(of *kind, parent int64) []int64 {
	var out []int64
	for id, k := range g.w.tree[parent] {
		if k.space == of.space {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

// fill gives every property of an object some legal value.
func (g *generator) fill(o *object) {
	k := o.kind
	self := k.Name == "AdminAccount" && strings.EqualFold(bareAccount(o.name()), bareAccount(g.f.opts.Username))
	for _, fl := range k.layout.fields {
		if !fl.shown || fl.prop.NoWrite || self || (g.chance(15) && !fl.prop.RequiredOnCreate) {
			continue
		}
		if fl.prop.Until != "" {
			continue // the farm is of a later version
		}
		if o.builtin() && len(fl.path) == 1 && strings.HasPrefix(fl.path[0], "enabled") {
			continue
		}
		root, ok := o.root(fl.holder).(map[string]any)
		if !ok {
			continue
		}
		if fl == k.sitesField() {
			setAt(root, fl.path, g.publishTo(o))
			continue
		}
		v, ok := g.value(o, fl.prop)
		if fl.prop.RequiredOnCreate && isZeroRef(fl.prop, v) {
			if ids := g.candidates(o, fl.prop.Ref); len(ids) > 0 {
				v = pick(g, ids)
			}
		}
		if (!ok || v == "") && fl.prop.RequiredOnCreate && fl.prop.Type == model.TypeString && fl.prop.Enum == nil {
			v, ok = pick(g, nastyNames), true
		}
		if !ok {
			continue
		}
		if fl.prop.Query != "" { // only what the kind's filter takes
			if values := k.Filter[strings.Join(fl.path, ".")]; len(values) > 0 {
				v = plain(pick(g, values))
			}
		}
		if also := fl.prop.AlsoChanges; also != nil && also.In == model.OtherSites {
			continue // see replicate
		}
		if fl.prop.Cells != nil {
			v = g.matrix(o, fl)
		} else if sub := k.layout.itemsOf(fl); sub != nil {
			v = g.entries(o, &list{prop: fl.prop, items: sub})
		}
		setAt(root, fl.path, v)
	}
	g.fillOpen(k.layout, o.root)
	g.lists(o, k.layout, nil)
	for _, yaml := range sortedKeys(k.members) {
		group := g.f.kinds[k.members[yaml].prop.Membership.Of]
		if ids := g.candidates(o, []string{group.Name}); len(ids) > 0 {
			o.member[yaml] = pick(g, ids)
		}
	}
}

// publishTo holds the item's own site, and sometimes others.
func (g *generator) publishTo(o *object) []any {
	out := []any{}
	for _, id := range g.f.siteIDs(g.w) {
		if id == o.site || g.chance(40) {
			out = append(out, id)
		}
	}
	return out
}

func (g *generator) lists(o *object, l *layout, entry map[string]any) {
	for _, ls := range l.lists {
		var root any = entry
		if entry == nil {
			root = o.root(ls.holder)
		}
		if ls.prop.Codec == "ipRanges" {
			v := g.ranges()
			if len(ls.path) == 0 {
				o.parts[ls.holder] = v
			} else if m, ok := root.(map[string]any); ok {
				setAt(m, ls.path, v)
			}
			continue
		}
		if ls.prop.List.NoAdd && o.kind.single() && ls.items != nil {
			for _, e := range ls.entriesOf(root) { // their number is fixed
				g.fillOpen(ls.items, func(string) any { return e })
			}
			continue
		}
		ls.setEntries(o, root, g.entries(o, ls))
	}
}

// entries makes members that are all different.
//
//nolint:funlen // one case after another
func (g *generator) entries(o *object, ls *list) []any {
	out := []any{}
	n := g.r.IntN(4)
	if l := ls.prop.List; l != nil && l.NoAdd {
		// As many as a new object brings along: no more could be made again.
		switch n = 0; {
		case l.First:
			n = 1
		case ls.fixed() && o.kind.single():
			n = inFixedSet
		}
	}
	for range n {
		var e any
		if ls.items == nil {
			v, ok := g.element(o, ls.prop)
			if !ok || v == "" {
				continue
			}
			e = wrap(v, ls.prop.Items.Read)
		} else {
			m := map[string]any{}
			ls.items.fillEntry(m)
			hopeless := false
			root := func(string) map[string]any { return m }
			for _, fl := range ls.items.sharedLast() {
				if !fl.shown || fl.prop.Shared && !fl.meant(root) {
					continue
				}
				v, ok := g.value(o, fl.prop)
				key := ls.prop.List != nil && contains(ls.prop.List.Key, fl.yaml)
				if l := ls.prop.List; !key && l != nil && l.NoAdd && (l.Update == nil || len(l.Update.Fields) > 0 && !contains(l.Update.Fields, fl.yaml)) {
					continue // no call takes it: an entry that came by itself would not get it back
				}
				if (!ok || v == "" || isZeroRef(fl.prop, v)) && (key || fl.prop.RequiredOnCreate) {
					if len(refKinds(fl.prop)) > 0 {
						hopeless = true
						break
					}
					v = pick(g, nastyNames)
					ok = true
				}
				if sub := ls.items.itemsOf(fl); sub != nil {
					v = g.entries(o, &list{prop: fl.prop, items: sub})
				}
				if ok {
					setAt(m, fl.path, v)
				}
			}
			if hopeless {
				continue
			}
			g.fillOpen(ls.items, func(string) any { return m })
			if ls.prop.List != nil && ls.prop.List.ID != "" {
				if ls.fixed() && o.kind.single() { // the entries that fresh settings hold
					m[ls.prop.List.ID] = int64(len(out) + 1)
				} else {
					o.seq++
					m[ls.prop.List.ID] = o.seq
				}
			}
			if len(ls.items.fields) > 0 && ls.prop.Items != nil {
				for _, fl := range ls.items.fields {
					if fl.prop.Codec != "account" {
						continue
					}
					delete(m, "sid")
					setAt(m, fl.path, g.account())
				}
				if err := g.f.resolve(g.w, ls.items, m); err != nil {
					continue
				}
			}
			g.lists(o, ls.items, m)
			e = m
		}
		if slices.ContainsFunc(out, func(other any) bool { return g.sameEntry(ls, other, e) }) {
			continue
		}
		out = append(out, e)
	}
	if ls.prop.List != nil {
		g.f.number(ls, out)
	}
	return out
}

func (g *generator) sameEntry(ls *list, a, b any) bool {
	if ls.prop.List == nil || ls.items == nil && ls.prop.Items == nil {
		return sameValue(a, b)
	}
	return ls.same(a, b)
}

func isZeroRef(p *model.Property, v any) bool {
	id, ok := asInt(v)
	return len(p.Ref) > 0 && ok && isNone(p, id)
}

// element is one element of an array of texts or ids.
func (g *generator) element(o *object, p *model.Property) (any, bool) {
	if kinds := refKinds(p); len(kinds) > 0 {
		ids := g.candidates(o, kinds)
		if len(ids) == 0 {
			return nil, false
		}
		return pick(g, ids), true
	}
	if p.Items == nil {
		return pick(g, nastyNames), true
	}
	if p.Items.Type == model.TypeString && p.Items.Enum == nil && p.Items.Codec == "" && p.Items.EntryOf == nil {
		return g.text(p.Items, true), true
	}
	return g.value(o, p.Items)
}

// candidates are the objects that a reference may name: of the same site, or
// of any site for what is published in several.
func (g *generator) candidates(o *object, kinds []string) []int64 {
	var out []int64
	for _, name := range kinds {
		k := g.f.kinds[name]
		if k == nil {
			continue
		}
		for _, other := range g.w.all(k) {
			if !k.siteScoped() || o.site == 0 || other.site == o.site {
				if other.kind != o.kind || other.id != o.id {
					out = append(out, other.id)
				}
			}
		}
	}
	return out
}

// value makes one legal value; false if there is none.
func (g *generator) value(o *object, p *model.Property) (any, bool) {
	switch {
	case p.Enum == nil && p == o.kind.Chooser():
		return pick(g, chosen(o.kind, p)), true
	case p.EntryOf != nil:
		return int64(0), true
	case p.RefBy == "name":
		return g.groupOf(o, p), true
	case p.Codec == "ipRanges":
		return g.ranges(), true
	case p.Codec == "account":
		return g.account(), true
	case p.Codec.Separator() != "":
		var parts []string
		for i := range g.r.IntN(3) {
			parts = append(parts, fmt.Sprintf("10.1.%d.%d", i, g.r.IntN(256)))
		}
		return strings.Join(parts, p.Codec.Separator()), true
	case p.Flags:
		var bits int64
		for _, name := range p.Enum.Order {
			if b := p.Enum.ByName[name]; b > 0 && b&(b-1) == 0 && g.chance(40) {
				bits |= b
			}
		}
		return bits, true
	case p.Enum != nil:
		if len(p.Enum.Order) == 0 {
			return int64(0), true
		}
		if k := o.kind; p == k.Chooser() {
			return pick(g, chosen(k, p)), true
		}
		return numberOf(p.Enum, pick(g, numbered(p.Enum))), true
	case p.Type == model.TypeArray:
		out := []any{}
		for range g.r.IntN(4) {
			v, ok := g.element(o, p)
			if !ok || slices.ContainsFunc(out, func(e any) bool { return sameText(e, v) }) {
				continue
			}
			out = append(out, v)
		}
		if p.Items != nil && len(p.Items.Read) > 0 {
			for i := range out {
				out[i] = wrap(out[i], p.Items.Read)
			}
		}
		return out, true
	case len(p.Ref) > 0:
		ids := g.candidates(o, p.Ref)
		if len(ids) == 0 || g.chance(25) {
			return plain(p.RefNone), true
		}
		return pick(g, ids), true
	}
	switch p.Type {
	case model.TypeBoolean:
		return g.chance(50), true
	case model.TypeInteger:
		lo, hi := int64(0), int64(100000)
		if p.Minimum != nil {
			lo = int64(*p.Minimum)
		}
		if p.Maximum != nil {
			hi = int64(*p.Maximum)
		}
		return lo + g.r.Int64N(max(1, hi-lo+1)), true
	case model.TypeNumber:
		return plain(float64(g.r.IntN(2000)) / 2), true
	case model.TypeObject:
		return nil, false
	default:
		return g.text(p, p.MinLength > 0), true
	}
}

// numbered lists the names that can be written; all of them if there is none.
func numbered(e *model.Enum) []string {
	var out []string
	for _, name := range e.Order {
		if !e.Unnumbered[name] {
			out = append(out, name)
		}
	}
	if len(out) == 0 {
		return e.Order
	}
	return out
}

func sameText(a, b any) bool {
	s, okA := a.(string)
	t, okB := b.(string)
	if okA && okB {
		return strings.EqualFold(s, t)
	}
	return sameValue(a, b)
}

func (g *generator) text(p *model.Property, filled bool) string {
	if p.Pattern != "" && len(p.Examples) > 0 {
		return pick(g, p.Examples)
	}
	s := pick(g, nastyTexts)
	if filled {
		s = pick(g, nastyNames)
	}
	for utf8.RuneCountInString(s) < p.MinLength {
		s += "x"
	}
	if p.MaxLength > 0 && utf8.RuneCountInString(s) > p.MaxLength {
		s = string([]rune(s)[:p.MaxLength])
	}
	return s
}

func (g *generator) ranges() map[string]any {
	four, six := []any{}, []any{}
	for i := range g.r.IntN(3) {
		from := fmt.Sprintf("10.%d.%d.1", i, g.r.IntN(256))
		to := from
		if g.chance(50) {
			to = strings.TrimSuffix(from, "1") + "99"
		}
		four = append(four, map[string]any{"from": from, "to": to})
	}
	if g.chance(40) {
		six = append(six, map[string]any{"from": "2001:db8::1", "to": "2001:db8::ff"})
	}
	return map[string]any{"iPv4s": four, "iPv6s": six}
}
