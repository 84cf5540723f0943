package plan

import (
	"fmt"
	"sort"

	"rassync/internal/export"
	"rassync/internal/model"
)

// Place is where a new published item is put among its siblings.
type Place struct {
	// Folder is the path of the folder, "" for the top level.
	Folder string `json:"folder"`
	// After is the address of the sibling in front; "" puts it first.
	After string `json:"after"`
}

func (p *Place) folder() string {
	if p == nil {
		return ""
	}
	return p.Folder
}

// sibling is one of the objects that an order puts in line.
type sibling struct {
	live    *model.Object
	desired *model.Object
	change  *change // that makes it, if it is new
	pos     int     // place in the order document; its length if not listed
}

func (s *sibling) ownName(k *model.Kind) string {
	o := s.desired
	if o == nil {
		o = s.live
	}
	name, _ := model.CutMark(export.OwnName(k, o))
	return model.Fold(name)
}

func (s *sibling) address() model.Address {
	if s.desired != nil {
		return s.desired.Address
	}
	return s.live.Address
}

// fits tells whether an item of an order document means this sibling: by its
// declared name, or by its live one.
func (s *sibling) fits(k *model.Kind, item any) bool {
	if s.desired != nil {
		o := *s.desired
		if s.live != nil {
			o.InSites, o.ID = s.live.InSites, s.live.ID
		}
		return export.ItemFits(k, item, &o)
	}
	return export.ItemFits(k, item, s.live)
}

// placeCreates places new objects among their siblings.
func (b *builder) placeCreates() {
	for _, k := range b.Catalog.Kinds() {
		if k.Order == nil {
			continue
		}
		for _, g := range b.groups(k) {
			b.groupsOf = append(b.groupsOf, g)
			b.place(g)
		}
	}
}

// reorders finds where the declared order will not come about by itself. What
// moves in from another folder goes to the end, in the order of its changes.
func (b *builder) reorders() {
	var at map[*change]int
	for _, g := range b.groupsOf {
		if g.doc == nil || !b.selected(g.doc.Address) {
			continue
		}
		if len(g.moved) > 1 && at == nil {
			at = map[*change]int{}
			sorted, _ := b.topological()
			for i, c := range sorted {
				at[c] = i
			}
		}
		sort.SliceStable(g.moved, func(i, j int) bool { return at[g.moved[i]] < at[g.moved[j]] })
		for _, c := range g.moved {
			s := &sibling{live: c.live, desired: c.Desired, change: c}
			s.pos = g.find(s)
			g.line = append(g.line, s)
		}
		b.reorder(g.kind, g, g.line, g.wanted)
	}
}

// group of siblings: one folder, or all objects of a site.
type group struct {
	kind    *model.Kind   // of the order
	address model.Address // of the order document
	live    []*model.Object
	creates []*change
	moved   []*change // that come from another folder
	doc     *model.Object
	// line is what will stand in the group, wanted what the document lists, and
	// find gives a sibling's place in it.
	line   []*sibling
	wanted []any
	find   func(*sibling) int
}

func (b *builder) groups(k *model.Kind) []*group {
	byKey := map[string]*group{}
	var inFolder map[string][]*model.Object // live siblings, looked for once
	siblings := func(folder string) []*model.Object {
		if inFolder == nil {
			inFolder = b.Live.SiblingsByFolder(k)
		}
		return inFolder[model.Fold(folder)]
	}
	at := func(a model.Address) *group {
		key := a.Key().String()
		g := byKey[key]
		if g == nil {
			g = &group{kind: k, address: a}
			if k.Order.By == "chain" {
				g.live = siblings(b.farmFolder(a.Name))
			} else {
				g.live = b.Live.Ranked(k, a.Site)
			}
			byKey[key] = g
		}
		return g
	}
	for _, c := range b.changes {
		switch {
		case !ordered(k, c.Kind):
		case c.Action == Create:
			g := at(b.orderAddress(k, c.Desired.Address))
			g.creates = append(g.creates, c)
		case k.Order.By == "chain" && b.moves(c):
			g := at(b.orderAddress(k, c.Desired.Address))
			g.moved = append(g.moved, c)
		}
	}
	for _, d := range b.Desired {
		if d.Address.Kind == k.Name && b.selected(d.Address) {
			at(d.Address).doc = d
		}
	}
	var out []*group
	for _, g := range byKey {
		if g.doc == nil {
			g.doc = b.declared[g.address.Key()]
		}
		out = append(out, g)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].address.String() < out[j].address.String() })
	return out
}

func (b *builder) farmFolder(folder string) string {
	if folder == export.TopLevel {
		return folder
	}
	if old, ok := b.folders[model.Fold(folder)]; ok {
		return old
	}
	return b.folders.farmPath(folder)
}

func ordered(k *model.Kind, kind string) bool {
	for _, of := range k.Order.Of {
		if of == kind {
			return true
		}
	}
	return false
}

func (b *builder) orderAddress(k *model.Kind, a model.Address) model.Address {
	out := model.Address{Kind: k.Name}
	if k.Order.By == "chain" {
		folder, _ := model.ParentPath(a.Name)
		if folder == "" {
			folder = export.TopLevel
		}
		out.Name = folder
		return out
	}
	if k.Scope == model.ScopeSite {
		out.Site = a.Site
	}
	return out
}

// place puts the new objects of a group where its document lists them.
func (b *builder) place(g *group) {
	k := g.kind
	var line []*sibling
	for _, o := range g.live {
		if c := b.changeOf(o); c != nil && (c.Action == Delete || b.moves(c)) {
			continue
		}
		line = append(line, &sibling{live: o, desired: b.wantOf[o]})
	}
	var wanted []any
	if g.doc != nil {
		wanted, _ = g.doc.Spec["items"].([]any)
	}
	find := positions(k, wanted)
	listed := false
	for _, s := range line {
		s.pos = find(s)
		listed = listed || s.pos < len(wanted)
	}
	fresh := make([]*sibling, len(g.creates))
	for i, c := range g.creates {
		fresh[i] = &sibling{desired: c.Desired, change: c}
		fresh[i].pos = find(fresh[i])
	}
	sort.SliceStable(fresh, func(i, j int) bool {
		if fresh[i].pos != fresh[j].pos {
			return fresh[i].pos < fresh[j].pos
		}
		return fresh[i].desired.Address.String() < fresh[j].desired.Address.String()
	})
	var before *change
	for n, s := range fresh {
		c := s.change
		c.rank[1] = n
		at := len(line)
		if k.Order.By == "chain" && s.pos < len(wanted) && listed {
			for at > 0 && line[at-1].pos >= s.pos {
				at--
			}
		}
		line = append(line, nil)
		copy(line[at+1:], line[at:])
		line[at] = s
		listed = listed || s.pos < len(wanted)
		if k.Order.By == "chain" {
			c.Place = &Place{Folder: g.address.Name}
			if at > 0 {
				front := line[at-1]
				c.Place.After = front.address().String()
				if front.change != nil {
					c.orderBehind(front.change)
				}
			}
		} else if before != nil && s.pos < len(wanted) {
			c.orderBehind(before)
		}
		before = c
	}
	g.line, g.wanted, g.find = line, wanted, find
}

// inFront is why a change waits for another one for the sake of order alone.
const inFront = "stands in front of it"

// orderBehind lets a change wait for that of the object in front of it. A reason
// without which it could not be done at all counts more.
func (c *change) orderBehind(front *change) {
	if _, waits := c.needs[front]; !waits {
		c.needs[front] = inFront
	}
}

// OnlyOrdered tells whether a change waits for another one for the sake of
// order alone: if that one cannot be done, this one can all the same.
func (c *Change) OnlyOrdered(on string) bool {
	for i, d := range c.DependsOn {
		if d == on {
			return i < len(c.Because) && c.Because[i] == inFront
		}
	}
	return false
}

// positions finds a sibling's place in an order document.
func positions(k *model.Kind, wanted []any) func(*sibling) int {
	byName := map[string][]int{}
	for i, it := range wanted {
		name, _ := it.(string)
		if m, ok := it.(map[string]any); ok {
			name, _ = m["name"].(string)
		}
		name, _ = model.CutMark(name)
		name = model.Fold(name)
		byName[name] = append(byName[name], i)
	}
	return func(s *sibling) int {
		for _, i := range byName[s.ownName(k)] {
			if s.fits(k, wanted[i]) {
				return i
			}
		}
		return len(wanted)
	}
}

// moves tells whether a change puts an item into another folder. A folder that
// this plan renames is the same one.
func (b *builder) moves(c *change) bool {
	if c.RenamedFrom == "" || c.Desired == nil {
		return false
	}
	was, _ := model.ParentPath(c.RenamedFrom)
	is, _ := model.ParentPath(c.Desired.Address.Name)
	return !model.SameName(was, is) && !model.SameName(was, b.farmFolder(is))
}

// reorder adds a change if the line, once everything is made, is not in the
// declared order.
func (b *builder) reorder(k *model.Kind, g *group, line []*sibling, wanted []any) {
	var have []any
	last, right := -1, true
	c := &change{Change: Change{Action: Reorder, Desired: g.doc, Impact: []Impact{}, Reversible: true}}
	c.needs = map[*change]string{}
	used := make([]bool, len(wanted))
	for _, s := range line {
		if s.pos == len(wanted) || used[s.pos] {
			continue
		}
		used[s.pos] = true
		have = append(have, wanted[s.pos])
		right = right && s.pos > last
		last = s.pos
		if sc := b.byAddr[s.address().Key()]; sc != nil && sc.Action != Reorder {
			c.needs[sc] = "is put in order"
		}
	}
	unseen := false
	for i, it := range wanted {
		if used[i] {
			continue
		}
		unseen = unseen || !b.complete(k)
		if b.complete(k) && !b.leftOut(k, g.address, it) && !b.Live.KeepsPlace(k, g.address.Site, it) {
			b.fail(g.doc, fmt.Sprintf("items[%d]", i), fmt.Sprintf("there is no %v to put in order", itemText(it)), "take it out of the list, or declare it")
		}
	}
	if unseen {
		return // where what was not read stands among the others is not known
	}
	if right {
		b.same++
		return
	}
	c.Fields = []Field{{Path: "items", Before: have, After: wanted, Note: "order"}}
	c.Before = &model.Object{Address: g.address, Spec: map[string]any{"items": export.OrderItems(k, g.live)}}
	needs := c.needs
	b.put(c)
	c.needs = needs
}

// complete tells whether everything the order may name could be read.
func (b *builder) complete(k *model.Kind) bool {
	for _, n := range b.Live.NotRead {
		if ordered(k, n.Kind) {
			return false
		}
	}
	return true
}

func itemText(it any) string {
	if m, ok := it.(map[string]any); ok {
		return fmt.Sprintf("%v %v", m["kind"], m["name"])
	}
	return fmt.Sprintf("%q", it)
}

// OrdersOf names the orders of kind k that a change concerns.
func OrdersOf(k *model.Kind, c *Change) []model.Address {
	if c.Kind == k.Name {
		return []model.Address{{Site: c.Site, Kind: k.Name, Name: c.Name}}
	}
	member := false
	for _, of := range k.Order.Of {
		member = member || of == c.Kind
	}
	if !member || (c.Action == Update && c.RenamedFrom == "") {
		return nil
	}
	if k.Order.By != "chain" {
		site := c.Site
		if k.Scope == model.ScopeFarm {
			site = ""
		}
		return []model.Address{{Site: site, Kind: k.Name}}
	}
	out := []model.Address{{Kind: k.Name, Name: folderOf(c.Name)}}
	if c.RenamedFrom != "" {
		out = append(out, model.Address{Kind: k.Name, Name: folderOf(c.RenamedFrom)})
	}
	return out
}

func folderOf(path string) string {
	folder, _ := model.ParentPath(path)
	if folder == "" {
		return export.TopLevel
	}
	return folder
}
