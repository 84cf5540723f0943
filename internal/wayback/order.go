package wayback

import (
	"slices"

	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/plan"
)

// ordersBack works out the orders that go back. Siblings that others have put
// into another order since keep it.
func (a *aimer) ordersBack() {
	reorders := map[model.Address]*touched{}
	for _, t := range a.sent.list {
		if c := t.change; c != nil && c.Action == plan.Reorder {
			reorders[(model.Address{Site: c.Site, Kind: c.Kind, Name: c.Name}).Key()] = t
		}
	}
	for _, addr := range a.orders() {
		was := a.was[addr]
		if was == nil || !a.Selected(was.Address) {
			continue
		}
		a.orderBack(was, reorders[addr])
	}
}

func (a *aimer) orderBack(was *model.Object, t *touched) {
	k := a.cat.Kind(was.Address.Kind)
	line := a.line(k, was.Address)
	stays := len(line)
	line = append(line, a.comes(k, was.Address, line)...)
	now := make([]int, stays) // places in line, as are all of these
	for i := range now {
		now[i] = i
	}
	listed, _ := was.Spec["items"].([]any)
	before := placesOf(k, listed, line)
	wrote := before
	if t != nil && t.change.Desired != nil {
		listed, _ = t.change.Desired.Spec["items"].([]any)
		wrote = placesOf(k, listed, line)
	}
	order := before
	switch {
	case follows(now, before):
	case t != nil && follows(now, wrote):
	case a.others(Change{Address: was.Address.String(), Path: "items", What: "the order", Was: itemsOf(k, line, before), Now: itemsOf(k, line, now)}, nil):
	default:
		order = insert(now, before, stays)
	}
	if len(order) < 2 || len(line) == stays && follows(now, order) {
		return
	}
	d := copyOf(was)
	d.Spec = map[string]any{"items": itemsOf(k, line, order)}
	a.want(was, d)
}

// line lists the siblings of an order as they stand now, under the names that
// they will have; what this rollback deletes or moves away is not among them.
func (a *aimer) line(k *model.Kind, addr model.Address) []*model.Object {
	var kids []*model.Object
	if k.Order.By == "chain" {
		kids = a.live.Siblings(k, a.folderNow(addr.Name))
	} else {
		kids = a.live.Ranked(k, addr.Site)
	}
	goals := map[*model.Object]*model.Object{}
	for was, now := range a.nowOf {
		if d := a.goal[was]; d != nil {
			goals[now] = d
		}
	}
	var stay []*model.Object
	for _, o := range kids {
		if slices.ContainsFunc(a.aim.Absent, func(x model.Address) bool { return x.Key() == o.Address.Key() }) {
			continue
		}
		d := goals[o]
		if d == nil {
			stay = append(stay, o)
			continue
		}
		if a.home(k, d.Address) == addr.Key() || k.Order.By != "chain" || model.SameName(parent(d.Address.Name), parent(o.Address.Name)) {
			c := *o
			c.Address.Name = d.Address.Name
			stay = append(stay, &c)
		}
	}
	return stay
}

// comes lists what the rollback itself brings into an order: made again, or moved
// back.
func (a *aimer) comes(k *model.Kind, addr model.Address, line []*model.Object) []*model.Object {
	var out []*model.Object
	for _, d := range a.aim.Desired {
		if !slices.Contains(k.Order.Of, d.Address.Kind) || a.home(k, d.Address) != addr.Key() {
			continue
		}
		if !slices.ContainsFunc(line, func(o *model.Object) bool { return o.Address.Key() == d.Address.Key() }) {
			out = append(out, d)
		}
	}
	return out
}

// placesOf finds the items of an order document in a line; what is in it no more
// is left out.
func placesOf(k *model.Kind, items []any, line []*model.Object) []int {
	var out []int
	for _, it := range items {
		i := slices.IndexFunc(line, func(o *model.Object) bool { return export.ItemFits(k, it, o) })
		for i >= 0 && slices.Contains(out, i) { // another of the same name
			next := slices.IndexFunc(line[i+1:], func(o *model.Object) bool { return export.ItemFits(k, it, o) })
			if next < 0 {
				i = -1
				break
			}
			i += 1 + next
		}
		if i >= 0 {
			out = append(out, i)
		}
	}
	return out
}

func itemsOf(k *model.Kind, line []*model.Object, places []int) []any {
	list := make([]*model.Object, len(places))
	for i, at := range places {
		list[i] = line[at]
	}
	return export.OrderItems(k, list)
}

// folderNow is the path that a folder has now.
func (a *aimer) folderNow(folder string) string {
	if folder == export.TopLevel {
		return folder
	}
	for was, now := range a.nowOf {
		if ok := a.cat.Kind(was.Address.Kind); ok.Tree != nil && ok.Tree.Folder == ok.Name && model.SameName(was.Address.Name, folder) {
			return now.Address.Name
		}
	}
	return a.livePath(folder)
}

// home is the order that an object belongs to.
func (a *aimer) home(k *model.Kind, addr model.Address) model.Address {
	out := model.Address{Kind: k.Name}
	switch {
	case k.Order.By == "chain":
		if out.Name = parent(addr.Name); out.Name == "" {
			out.Name = export.TopLevel
		}
	case k.Scope == model.ScopeSite:
		out.Site = addr.Site
	}
	return out.Key()
}

func parent(path string) string {
	folder, _ := model.ParentPath(path)
	return folder
}

// follows tells whether what both lists have stands in one order.
func follows(line, order []int) bool {
	at := -1
	for _, x := range line {
		i := slices.Index(order, x)
		if i < 0 {
			continue
		}
		if i < at {
			return false
		}
		at = i
	}
	return true
}

// insert puts what comes, from place stays on, behind what it followed before.
func insert(now, before []int, stays int) []int {
	out := slices.Clone(now)
	for i, x := range before {
		if x < stays {
			continue
		}
		at := 0
		for j := i - 1; j >= 0; j-- {
			if n := slices.Index(out, before[j]); n >= 0 {
				at = n + 1
				break
			}
		}
		out = slices.Insert(out, at, x)
	}
	return out
}
