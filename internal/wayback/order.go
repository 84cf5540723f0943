package wayback

import (
	"fmt"
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
	before, _ := was.Spec["items"].([]any)
	now, there := a.line(k, was.Address)
	var comes []any // what the rollback itself brings here
	for w, d := range a.goal {
		if !slices.Contains(k.Order.Of, w.Address.Kind) || a.home(k, d.Address) != was.Address.Key() {
			continue
		}
		if item := export.OwnName(k, d); !slices.ContainsFunc(now, func(x any) bool { return same(x, item) }) {
			comes = append(comes, item)
		}
	}
	stays := func(item any) bool {
		return slices.ContainsFunc(append(slices.Clone(now), comes...), func(x any) bool { return same(x, item) })
	}
	before = slices.DeleteFunc(slices.Clone(before), func(x any) bool { return !stays(x) && !there(x) })
	wrote := before
	if t != nil && t.change.Desired != nil {
		wrote, _ = t.change.Desired.Spec["items"].([]any)
	}
	items := before
	switch {
	case follows(now, before):
	case t != nil && follows(now, wrote):
	case a.others(Change{Address: was.Address.String(), Path: "items", What: "the order", Was: before, Now: now}, nil):
	default:
		items = insert(now, before, comes)
	}
	if len(items) < 2 || len(comes) == 0 && follows(now, items) {
		return
	}
	d := copyOf(was)
	d.Spec = map[string]any{"items": items}
	a.want(was, d)
}

// line lists the siblings of an order as they stand now, by the names that they
// will have; what this rollback deletes or moves away is not among them. there
// tells whether an item means one that stays under another spelling.
func (a *aimer) line(k *model.Kind, addr model.Address) (list []any, there func(any) bool) {
	var kids []*model.Object
	if k.Order.By == "chain" {
		kids = a.live.Siblings(k, a.folderNow(k, addr.Name))
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
	return export.OrderItems(k, stay), func(item any) bool {
		return slices.ContainsFunc(stay, func(o *model.Object) bool { return export.ItemFits(k, item, o) })
	}
}

// folderNow is the path that a folder has now.
func (a *aimer) folderNow(k *model.Kind, folder string) string {
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

func same(a, b any) bool {
	x, ok := a.(string)
	y, ok2 := b.(string)
	if ok && ok2 {
		return model.SameName(x, y)
	}
	return fmt.Sprint(a) == fmt.Sprint(b)
}

// follows tells whether the items that both lists have stand in one order.
func follows(line, order []any) bool {
	at := -1
	for _, x := range line {
		i := slices.IndexFunc(order, func(y any) bool { return same(x, y) })
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

// insert puts what comes behind the item that it followed before.
func insert(now, before, comes []any) []any {
	out := slices.Clone(now)
	for i, x := range before {
		if !slices.ContainsFunc(comes, func(y any) bool { return same(x, y) }) {
			continue
		}
		at := 0
		for j := i - 1; j >= 0; j-- {
			if n := slices.IndexFunc(out, func(y any) bool { return same(y, before[j]) }); n >= 0 {
				at = n + 1
				break
			}
		}
		out = slices.Insert(out, at, x)
	}
	return out
}
