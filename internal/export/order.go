package export

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"rassync/internal/model"
	"rassync/internal/ras"
)

// TopLevel is the name of the order of items outside any folder.
const TopLevel = "/"

// orders makes the order objects of the kinds that were read whole.
func (r *reader) orders(whole map[string]bool) {
	for _, k := range r.cat.Kinds() {
		if k.Order == nil || !whole[k.Name] {
			continue
		}
		r.farm.Objects[k.Name] = nil
		if n := r.farm.unreadIn(k); n != nil {
			// An order that lacks some of its items is not the farm's order.
			r.notRead(k, nil, fmt.Errorf("it puts %s in order, which was not read: %w", n.Kind, n.Err))
			continue
		}
		if k.Order.By == "chain" {
			for _, g := range r.farm.chains(k) {
				if len(g.kids) > 1 {
					r.farm.Objects[k.Name] = append(r.farm.Objects[k.Name], g.object(k))
				}
			}
		} else {
			for _, site := range r.farm.orderSites(k) {
				kids := r.farm.Ranked(k, site)
				if len(kids) > 1 {
					r.farm.Objects[k.Name] = append(r.farm.Objects[k.Name], orderObject(k, model.Address{Site: site, Kind: k.Name}, kids))
				}
			}
		}
		sortObjects(r.farm.Objects[k.Name])
		for _, o := range r.farm.Objects[k.Name] {
			r.farm.Names.Add(o)
		}
	}
}

// unreadIn gives a list that was not read and whose objects the order k puts in
// line; nil if all were read.
func (f *Farm) unreadIn(k *model.Kind) *NotRead {
	for i, n := range f.NotRead {
		if slices.Contains(k.Order.Of, n.Kind) && !absentKind(n.Err) {
			return &f.NotRead[i]
		}
	}
	return nil
}

// absentKind tells whether the farm says that it has no such kind.
func absentKind(err error) bool { return ras.KindOf(err) == ras.KindNotFound }

type siblings struct {
	folder string
	kids   []*model.Object
}

func (g siblings) object(k *model.Kind) *model.Object {
	return orderObject(k, model.Address{Kind: k.Name, Name: g.folder}, g.kids)
}

func orderObject(k *model.Kind, a model.Address, kids []*model.Object) *model.Object {
	return &model.Object{Address: a, Builtin: true, Spec: map[string]any{"items": OrderItems(k, kids)}}
}

// chains lists the children of every folder, by folder path.
func (f *Farm) chains(k *model.Kind) []siblings {
	byParent := map[int64][]*model.Object{}
	for _, of := range k.Order.Of {
		for _, o := range f.Objects[of] {
			byParent[o.ParentID] = append(byParent[o.ParentID], o)
		}
	}
	var out []siblings
	for _, kids := range byParent {
		folder, _ := model.ParentPath(kids[0].Address.Name)
		if folder == "" {
			folder = TopLevel
		}
		out = append(out, siblings{folder, f.inLine(kids)})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].folder < out[j].folder })
	return out
}

// Siblings lists the live children of a folder path in their order.
func (f *Farm) Siblings(k *model.Kind, folder string) []*model.Object {
	var kids []*model.Object
	for _, of := range k.Order.Of {
		for _, o := range f.Objects[of] {
			up, _ := model.ParentPath(o.Address.Name)
			if up == "" {
				up = TopLevel
			}
			if model.SameName(up, folder) {
				kids = append(kids, o)
			}
		}
	}
	return f.inLine(kids)
}

// SiblingsByFolder is Siblings of every folder, by the folder's path in lower
// case.
func (f *Farm) SiblingsByFolder(k *model.Kind) map[string][]*model.Object {
	out := map[string][]*model.Object{}
	for _, of := range k.Order.Of {
		for _, o := range f.Objects[of] {
			up, _ := model.ParentPath(o.Address.Name)
			if up == "" {
				up = TopLevel
			}
			up = model.Fold(up)
			out[up] = append(out[up], o)
		}
	}
	for folder, kids := range out {
		out[folder] = f.inLine(kids)
	}
	return out
}

func (f *Farm) orderSites(k *model.Kind) []string {
	if k.Scope == model.ScopeFarm {
		return []string{""}
	}
	var out []string
	for _, s := range f.Sites {
		out = append(out, s.Address.Name)
	}
	return out
}

// Ranked lists the live objects that an order by steps concerns, in order.
// What is built in keeps its place and is not among them.
func (f *Farm) Ranked(k *model.Kind, site string) []*model.Object {
	var kids []*model.Object
	for _, of := range k.Order.Of {
		for _, o := range f.Objects[of] {
			if model.SameName(o.Address.Site, site) && !o.Builtin {
				kids = append(kids, o)
			}
		}
	}
	sortByRank(kids)
	return kids
}

// KeepsPlace tells whether an item of an order by steps names what is built in:
// it may be listed (a broker that was promoted since), but is never moved.
func (f *Farm) KeepsPlace(k *model.Kind, site string, item any) bool {
	if k.Order.By != "step" {
		return false
	}
	for _, of := range k.Order.Of {
		for _, o := range f.Objects[of] {
			if o.Builtin && model.SameName(o.Address.Site, site) && ItemFits(k, item, o) {
				return true
			}
		}
	}
	return false
}

func sortByRank(kids []*model.Object) {
	sort.SliceStable(kids, func(i, j int) bool { return kids[i].Rank < kids[j].Rank })
}

// OrderItems names siblings as an order document does: by their own name, or
// by kind, name and site where two siblings share it.
func OrderItems(k *model.Kind, kids []*model.Object) []any {
	seen := map[string]int{}
	for _, o := range kids {
		seen[model.Fold(OwnName(k, o))]++
	}
	out := make([]any, len(kids))
	for i, o := range kids {
		name := OwnName(k, o)
		if seen[model.Fold(name)] == 1 {
			out[i] = name
			continue
		}
		m := map[string]any{"kind": o.Address.Kind, "name": name}
		if o.Address.Site != "" {
			m["site"] = o.Address.Site
		}
		out[i] = m
	}
	return out
}

// OwnName is how an order document names an object: the last segment of a
// published item's path (still escaped), the whole name otherwise.
func OwnName(k *model.Kind, o *model.Object) string {
	name := o.Address.Name
	if k.Order.By != "chain" {
		return name
	}
	return name[strings.LastIndexByte(name, '/')+1:]
}

// ItemFits tells whether an item of an order document means this object.
func ItemFits(k *model.Kind, item any, o *model.Object) bool {
	switch it := item.(type) {
	case string:
		return named(it, k, o)
	case map[string]any:
		if kind, ok := it["kind"].(string); ok && kind != o.Address.Kind {
			return false
		}
		if site, ok := it["site"].(string); ok && !model.SameName(site, o.Address.Site) && !containsFold(o.InSites, site) {
			return false
		}
		name, _ := it["name"].(string)
		return named(name, k, o)
	}
	return false
}

// named tells whether a name in an order document is that of the object: with
// its mark, or without where the object or the document says no more.
func named(name string, k *model.Kind, o *model.Object) bool {
	own := OwnName(k, o)
	if model.SameName(name, own) {
		return true
	}
	bare, mark := model.CutMark(name)
	ownBare, ownMark := model.CutMark(own)
	return model.SameName(bare, ownBare) && (mark == "" || ownMark == "" && mark == o.ID)
}
