package export

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"sort"
	"strconv"

	"golang.org/x/sync/errgroup"

	"rassync/internal/model"
)

// objectOf makes the object of a list element, without its values; nil for
// what is of another kind or no configuration.
func (r *reader) objectOf(k *model.Kind, body map[string]any, site *model.Object) *model.Object {
	for name, allowed := range k.Filter {
		if !contains(allowed, body[name]) {
			return nil
		}
	}
	for _, s := range k.Skip {
		if s.Fits(body) {
			r.mu.Lock()
			r.farm.Findings.Skipped[k.Name+": "+s.Why]++
			r.mu.Unlock()
			return nil
		}
	}
	name := k.ReadName(body)
	o := &model.Object{Address: model.Address{Kind: k.Name, Name: name}}
	if id, ok := model.AsInt(body["id"]); ok {
		o.ID = strconv.FormatInt(id, 10)
	} else if s, ok := body["id"].(string); ok {
		o.ID = s
	}
	if site != nil {
		o.Address.Site, o.SiteID = site.Address.Name, site.ID
	}
	o.Builtin = k.IsBuiltin(name)
	for read, values := range k.BuiltinWhere {
		o.Builtin = o.Builtin || contains(values, body[read])
	}
	if k.Tree != nil {
		o.ParentID, _ = model.AsInt(body[k.Tree.Parent])
		o.Previous, _ = model.AsInt(body[k.Tree.Previous])
	}
	r.mu.Lock()
	r.raw[o] = body
	r.mu.Unlock()
	return o
}

// known refuses an element of a list that has no name or no id: it could not
// be spoken of, and left out it would pass for deleted.
func known(k *model.Kind, o *model.Object, path string, place int) error {
	switch {
	case k.Shape != model.Collection:
	case o.Address.Name == "":
		return fmt.Errorf("GET %s: element %d of the list has no %s", path, place, k.Identity.Read)
	case o.ID == "":
		return fmt.Errorf("GET %s: element %d of the list has no id", path, place)
	}
	return nil
}

func contains(list []any, v any) bool {
	for _, e := range list {
		if e == v || fmt.Sprint(e) == fmt.Sprint(v) {
			return true
		}
	}
	return false
}

// settingsParts are the reads below settings that are asked for in any case: one
// after the other at the end they would be waited for when all else is done.
func (r *reader) settingsParts(whole map[string]bool) []Asked {
	var out []Asked
	for _, k := range r.cat.Kinds() {
		if !whole[k.Name] || k.Shape != model.Singleton {
			continue
		}
		sites := []*model.Object{nil}
		if k.Scope == model.ScopeSite {
			sites = r.order
		}
		for _, site := range sites {
			o := &model.Object{Address: model.Address{Kind: k.Name, Site: siteName(site)}, Builtin: true}
			if site != nil {
				if r.req.Sites != nil && !containsFold(r.req.Sites, site.Address.Name) {
					continue
				}
				o.SiteID = site.ID
			}
			seen := map[string]bool{}
			for _, p := range k.Remote() {
				if at := PartAt(p); !seen[at] && !conditional(p) && r.wants(o, p) {
					seen[at] = true
					out = append(out, about(k, o, nil, at, Below(k.Self, at, ""), SiteQuery(k, o)))
				}
			}
		}
	}
	return out
}

// lists reads one list a kind and site, in parallel, and what is asked for early.
func (r *reader) lists(ctx context.Context, needed map[string]bool, early []Asked) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(r.req.Parallel)
	type found struct {
		k    *model.Kind
		site *model.Object
		list []*model.Object
	}
	var results []*found
	var reads []func() error
	for _, k := range r.cat.Kinds() {
		if !needed[k.Name] || k.Name == model.SiteKind || k.Shape == model.OrderShape {
			continue
		}
		targets := []*model.Object{nil}
		if k.Scope == model.ScopeSite {
			targets = targets[:0]
			for _, s := range r.order {
				if r.req.Sites == nil || containsFold(r.req.Sites, s.Address.Name) || k.Sites != "" {
					targets = append(targets, s)
				}
			}
		}
		for _, site := range targets {
			f := &found{k: k, site: site}
			results = append(results, f)
			reads = append(reads, func() error {
				list, err := r.list(ctx, f.k, f.site)
				r.did()
				f.list = list // of a list with odd elements, the others
				if err != nil {
					if fatal(err) {
						return err
					}
					r.notRead(f.k, f.site, err)
					return nil
				}
				if r.req.Progress != nil {
					r.req.Progress(f.k.Name, siteName(f.site), len(list))
				}
				return nil
			})
		}
	}
	r.expect(len(reads))
	for _, a := range early {
		g.Go(func() error {
			r.memo.ask(ctx, a) // what went wrong is told where it is needed
			return nil
		})
	}
	for _, read := range reads {
		g.Go(read)
	}
	if err := g.Wait(); err != nil {
		return err
	}
	seen := map[kindID]*model.Object{}
	for _, f := range results {
		for _, o := range f.list {
			if f.k.Sites == "" {
				r.farm.Objects[f.k.Name] = append(r.farm.Objects[f.k.Name], o)
				continue
			}
			key := kindID{f.k.Name, asID(o.ID)}
			if seen[key] == nil {
				seen[key] = o
				r.home(f.k, o)
				r.farm.Objects[f.k.Name] = append(r.farm.Objects[f.k.Name], o)
			}
		}
	}
	return nil
}

func (r *reader) notRead(k *model.Kind, site *model.Object, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.farm.NotRead = append(r.farm.NotRead, NotRead{Kind: k.Name, Site: siteName(site), Err: err})
	sort.Slice(r.farm.NotRead, func(i, j int) bool {
		a, b := r.farm.NotRead[i], r.farm.NotRead[j]
		return a.Kind < b.Kind || (a.Kind == b.Kind && a.Site < b.Site)
	})
}

func (r *reader) list(ctx context.Context, k *model.Kind, site *model.Object) ([]*model.Object, error) {
	query := url.Values{}
	if k.Shape == model.Singleton {
		if k.SiteQuery != "" && site != nil {
			query.Set(k.SiteQuery, site.ID)
		}
		body := map[string]any{}
		if !k.NoRead {
			var err error
			if body, err = r.single(ctx, k, query); err != nil {
				return nil, err
			}
		}
		o := &model.Object{Address: model.Address{Kind: k.Name}, Builtin: true}
		if site != nil {
			o.Address.Site, o.SiteID = site.Address.Name, site.ID
		}
		r.mu.Lock()
		r.raw[o] = body
		r.mu.Unlock()
		return []*model.Object{o}, nil
	}
	if k.List.Site != "" && site != nil {
		query.Set(k.List.Site, site.ID)
	}
	list, err := r.memo.listOf(ctx, Asked{Path: k.List.Path, Query: query, Kind: k})
	if err != nil {
		return nil, err
	}
	out := make([]*model.Object, 0, len(list))
	ident := r.identifier(k)
	var odd error
	for i, e := range list {
		body, ok := e.(map[string]any)
		if !ok {
			odd = errors.Join(odd, fmt.Errorf("GET %s: element %d of the list is no JSON object", k.List.Path, i))
			continue
		}
		body, err := ident.whole(ctx, body, i)
		if err != nil {
			if fatal(err) {
				return nil, err
			}
			odd = errors.Join(odd, err)
			continue
		}
		if o := r.objectOf(k, body, site); o != nil {
			if err := known(k, o, k.List.Path, i); err != nil {
				odd = errors.Join(odd, err)
				continue
			}
			o.Rank = r.rank(k, body, i)
			o.Unsure = untold(k, body)
			if o.Unsure != "" {
				o.NotShown = []string{o.Unsure}
			}
			out = append(out, o)
		}
	}
	return out, odd
}

// rank is the place of an object among those it is ordered with: what the farm
// says, or else its place in the list.
func (r *reader) rank(k *model.Kind, body map[string]any, place int) int64 {
	for _, order := range r.cat.Kinds() {
		if order.Order == nil || order.Order.By != "step" || !slices.Contains(order.Order.Of, k.Name) {
			continue
		}
		if n, ok := model.AsInt(body[order.Order.Read]); ok {
			return n
		}
	}
	return int64(place)
}
