package export

import (
	"context"
	"fmt"
	"net/url"
	"strconv"

	"rassync/internal/model"
	"rassync/internal/ras"
)

// strangers finds the items of a tree that no list of a kind shows: items of
// older farms for which the API has no call. They are neither exported nor
// touched, but they stand in line with the others.
func (r *reader) strangers(ctx context.Context, whole, listed map[string]bool) error {
	wanted := false
	for k := range whole {
		k := r.cat.Kind(k)
		wanted = wanted || k.Order != nil && k.Order.By == "chain" || k.Tree != nil
	}
	for _, k := range r.cat.Kinds() {
		if k.Tree != nil && !listed[k.Name] {
			return nil // what that list would show would pass for strangers
		}
	}
	for _, n := range r.farm.NotRead {
		if r.cat.Kind(n.Kind).Tree != nil {
			return nil // what that list would show would pass for strangers
		}
	}
	for _, k := range r.cat.Kinds() {
		if !wanted || k.Tree == nil || k.Tree.All == "" {
			continue
		}
		known := map[int64]bool{}
		folders := map[int64]string{}
		for _, other := range r.cat.Kinds() {
			if other.Tree == nil || other.Tree.Folder != k.Tree.Folder {
				continue
			}
			for _, o := range r.farm.Objects[other.Name] {
				known[asID(o.ID)] = true
				if other.Name == k.Tree.Folder {
					folders[asID(o.ID)] = o.Address.Name
				}
			}
		}
		for _, site := range r.order {
			list, err := r.memo.fields(ctx, Asked{Path: k.Tree.All, Query: url.Values{k.List.Site: {site.ID}}, Kind: k}, "id", "type", k.Identity.Read, k.Identity.Also, k.Tree.Parent, k.Tree.Previous)
			if err != nil {
				if fatal(err) {
					return err
				}
				if ras.KindOf(err) != ras.KindNotFound || !r.older(ctx) {
					r.farm.Findings.Strangers = append(r.farm.Findings.Strangers, fmt.Sprintf("nobody knows in site %s: %v", site.Address.Name, err))
				}
				continue
			}
			for _, e := range list {
				body, _ := e.(map[string]any)
				id, ok := model.AsInt(body["id"])
				if !ok || known[id] {
					continue
				}
				known[id] = true
				o := &model.Object{ID: strconv.FormatInt(id, 10), Address: model.Address{Name: k.ReadName(body)}}
				o.ParentID, _ = model.AsInt(body[k.Tree.Parent])
				o.Previous, _ = model.AsInt(body[k.Tree.Previous])
				if r.farm.strangers == nil {
					r.farm.strangers = map[int64][]*model.Object{}
				}
				r.farm.strangers[o.ParentID] = append(r.farm.strangers[o.ParentID], o)
				text := model.EscapeSegment(o.Address.Name)
				if up := folders[o.ParentID]; up != "" {
					text = up + "/" + text
				}
				if t, ok := model.AsInt(body["type"]); ok {
					text += fmt.Sprintf(" (type %d)", t)
				}
				r.farm.Findings.Strangers = append(r.farm.Findings.Strangers, text)
			}
		}
	}
	return nil
}

// inLine puts the children of one folder in their order. Those of no kind hold
// their place in it and are left out of the result.
func (f *Farm) inLine(kids []*model.Object) []*model.Object {
	if len(kids) == 0 {
		return chain(kids)
	}
	return Known(f.withStrangers(kids, kids[0].ParentID))
}

// withStrangers is inLine with those of no kind.
func (f *Farm) withStrangers(kids []*model.Object, parent int64) []*model.Object {
	return chain(append(append([]*model.Object(nil), kids...), f.strangers[parent]...))
}

// Known leaves out of a line what has no kind.
func Known(line []*model.Object) []*model.Object {
	out := make([]*model.Object, 0, len(line))
	for _, o := range line {
		if o.Address.Kind != "" {
			out = append(out, o)
		}
	}
	return out
}

// Behind is the id behind which a new item stands in a folder if it is to come
// after another one (0: first). At the end of the line it comes behind what has no
// kind, which keeps its place.
func (f *Farm) Behind(tree []string, parent, after int64) int64 {
	if len(f.strangers[parent]) == 0 {
		return after
	}
	line := f.withStrangers(f.childrenOf(tree, parent), parent)
	at := len(line)
	for at > 0 && line[at-1].Address.Kind == "" {
		at--
	}
	if at == len(line) || at > 0 && asID(line[at-1].ID) != after || at == 0 && after != 0 {
		return after
	}
	return asID(line[len(line)-1].ID)
}

// strangersAnew reads again where the items of no kind in a folder stand.
func (r *reader) strangersAnew(ctx context.Context, old []*model.Object, order *model.Kind) ([]*model.Object, error) {
	places := map[int64]int64{}
	for _, of := range order.Order.Of {
		k := r.cat.Kind(of)
		if k.Tree == nil || k.Tree.All == "" {
			continue
		}
		for _, site := range r.order {
			list, err := r.memo.list(ctx, k.Tree.All, url.Values{k.List.Site: {site.ID}})
			if err != nil {
				return nil, err
			}
			for _, e := range list {
				body, _ := e.(map[string]any)
				if id, ok := model.AsInt(body["id"]); ok {
					places[id], _ = model.AsInt(body[k.Tree.Previous])
				}
			}
		}
	}
	var out []*model.Object
	for _, o := range old {
		if previous, still := places[asID(o.ID)]; still {
			now := *o
			now.Previous = previous
			out = append(out, &now)
		}
	}
	return out, nil
}
