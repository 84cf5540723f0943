package export

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"rassync/internal/model"
	"rassync/internal/ras"
)

// Reread reads one object anew by its id: the state right before or after a
// write. want picks the parts as in Request. It returns nil without an error
// if the object is gone.
func (f *Farm) Reread(ctx context.Context, g Getter, o *model.Object, want func(*model.Object, *model.Property) bool) (*model.Object, error) {
	k := f.Catalog.Kind(o.Address.Kind)
	r := f.again(g, want)
	body, err := r.body(ctx, k, o)
	if err == nil && body == nil {
		body, err = r.listed(ctx, k, o)
	}
	if err != nil || body == nil {
		return nil, err
	}
	return r.refresh(ctx, k, o, body, r.inList(k, o))
}

// listed gives what the list shows of an object that is not found by its id, where no
// page describes that read: a farm need not have it.
func (r *reader) listed(ctx context.Context, k *model.Kind, o *model.Object) (map[string]any, error) {
	if k.Shape != model.Collection || k.Get == "" || k.List == nil || r.cat.Described(SelfPath(k.Get, o.ID)) {
		return nil, nil
	}
	return r.element(ctx, k, o)
}

// element is what the list of a kind shows of an object; nil if it is not in it.
func (r *reader) element(ctx context.Context, k *model.Kind, o *model.Object) (map[string]any, error) {
	list, err := r.rawList(ctx, k, o)
	if err != nil {
		return nil, err
	}
	for _, body := range list {
		if id, ok := model.AsInt(body["id"]); ok && strconv.FormatInt(id, 10) == o.ID {
			return body, nil
		}
	}
	return nil, nil
}

// Remains tells whether the object is still on the farm.
func (f *Farm) Remains(ctx context.Context, g Getter, o *model.Object) (bool, error) {
	body, err := f.again(g, nil).body(ctx, f.Catalog.Kind(o.Address.Kind), o)
	var e *ras.Error
	if errors.As(err, &e) && e.Kind == ras.KindNotFound {
		return false, nil
	}
	return body != nil, err
}

// FromAnswer is Reread where the object's own body is at hand already.
func (f *Farm) FromAnswer(ctx context.Context, g Getter, o *model.Object, body map[string]any, want func(*model.Object, *model.Property) bool) (*model.Object, error) {
	k, r := f.Catalog.Kind(o.Address.Kind), f.again(g, want)
	return r.refresh(ctx, k, o, body, r.byID(k, o))
}

func (f *Farm) again(g Getter, want func(*model.Object, *model.Property) bool) *reader {
	r := &reader{of: f, anew: true, cat: f.Catalog, memo: newMemo(g), req: Request{Want: want, Parallel: 1, Version: f.version}, raw: map[*model.Object]map[string]any{}, sites: map[int64]*model.Object{}, order: f.Sites,
		farm: &Farm{Catalog: f.Catalog, Names: f.Names, Objects: f.Objects, Sites: f.Sites, Files: f.Files,
			NotRead: f.NotRead, Findings: newFindings(), version: f.version, learnt: f.learnt}}
	return r
}

func (r *reader) siteObject(o *model.Object) *model.Object {
	if o.Address.Site == "" {
		return nil
	}
	return &model.Object{Address: model.Address{Kind: model.SiteKind, Name: o.Address.Site}, ID: o.SiteID}
}

// body reads the object's own answer: by id where the API has that, from the
// list otherwise.
func (r *reader) body(ctx context.Context, k *model.Kind, o *model.Object) (map[string]any, error) {
	if k.NoRead {
		return map[string]any{}, nil
	}
	if k.Shape == model.Singleton {
		return r.single(ctx, k, SiteQuery(k, o))
	}
	if k.Get != "" {
		body, err := r.memo.object(ctx, SelfPath(k.Get, o.ID))
		var e *ras.Error
		if errors.As(err, &e) && e.Kind == ras.KindNotFound {
			return nil, nil
		}
		return body, err
	}
	return r.element(ctx, k, o)
}

func (r *reader) rawList(ctx context.Context, k *model.Kind, o *model.Object) ([]map[string]any, error) {
	query := url.Values{}
	if k.List.Site != "" && o.SiteID != "" {
		query.Set(k.List.Site, o.SiteID)
	}
	list, err := r.memo.list(ctx, k.List.Path, query)
	if err != nil {
		return nil, err
	}
	var out []map[string]any
	for _, e := range list {
		if body, ok := e.(map[string]any); ok {
			out = append(out, body)
		}
	}
	return out, nil
}

func (r *reader) refresh(ctx context.Context, k *model.Kind, old *model.Object, body map[string]any, more *further) (*model.Object, error) {
	o := &model.Object{Address: old.Address, ID: old.ID, SiteID: old.SiteID, InSites: old.InSites, Builtin: old.Builtin}
	if k.Shape == model.Collection {
		o = r.objectOf(k, body, r.siteObject(old))
		if o == nil {
			return nil, fmt.Errorf("%s is now of another kind", old.Address)
		}
		if o.ID == "" {
			o.ID = old.ID
		}
		if k.Sites != "" {
			r.home(k, o)
		}
		if k.Tree != nil {
			o.Address.Name = r.treePathOf(k.Tree, o)
		}
		o.Address.Name = model.WithMark(o.Address.Name, old.Address.Mark())
	}
	members, err := r.membershipOf(ctx, k, old, o)
	if err != nil {
		return nil, err
	}
	if err := r.detail(ctx, k, o, body, members, more); err != nil {
		return nil, err
	}
	if err := r.named(ctx, k, o); err != nil {
		return nil, err
	}
	for _, f := range r.farm.Failed {
		if !missingPath(f.Err) { // what is not there is not shown; the rest of the object can be written
			return o, f.Err
		}
	}
	return o, nil
}

// inList reads the element of the list that is about an object which was read
// by its id: a list may show what the read by id leaves out.
func (r *reader) inList(k *model.Kind, o *model.Object) *further {
	if k.Shape != model.Collection || k.Get == "" || r.blind {
		return nil
	}
	return &further{how: inListRead, path: k.List.Path, read: func(ctx context.Context, body map[string]any) (map[string]any, error) {
		list, err := r.rawList(ctx, k, o)
		if err != nil {
			return nil, err
		}
		for _, e := range list {
			if id, ok := model.AsInt(e["id"]); ok && strconv.FormatInt(id, 10) == o.ID {
				return laidOver(e, body), nil
			}
		}
		return body, nil
	}}
}

// treePathOf is treePath where folders carry whole paths already.
func (r *reader) treePathOf(t *model.Tree, o *model.Object) string {
	name := model.EscapeSegment(o.Address.Name)
	if o.ParentID == t.Root {
		return name
	}
	if f := r.of.ByID(t.Folder, strconv.FormatInt(o.ParentID, 10)); f != nil {
		return f.Address.Name + "/" + name
	}
	return "#" + strconv.FormatInt(o.ParentID, 10) + "/" + name
}

// membershipOf looks for the object in the group it was in; if it is not
// there any more, in all groups of its site.
func (r *reader) membershipOf(ctx context.Context, k *model.Kind, old, o *model.Object) (*members, error) {
	out := newMembers()
	for _, p := range k.Spec.Props {
		if p.Membership == nil {
			continue
		}
		group := r.cat.Kind(p.Membership.Of)
		var pools []*model.Object
		was, _ := old.Spec[p.Name].(string)
		if pool := r.farm.Names.Resolve(p.Ref, was, o.Address.Site); pool != nil {
			pools = append(pools, pool)
		}
		for _, pool := range r.farm.Objects[group.Name] {
			if model.SameName(pool.Address.Site, o.Address.Site) && (len(pools) == 0 || pools[0] != pool) {
				pools = append(pools, pool)
			}
		}
		for _, pool := range pools {
			list, err := r.memo.list(ctx, SelfPath(group.Self, pool.ID)+"/"+p.Membership.At, nil)
			if err != nil {
				return nil, err
			}
			if holds(list, o.ID) {
				out.of[kindID{k.Name + "." + p.Name, asID(o.ID)}] = r.farm.Names.refText(p.Ref, pool, o.Address.Site)
				break
			}
		}
	}
	return out, nil
}

func holds(list []any, id string) bool {
	for _, e := range list {
		n, ok := model.AsInt(e)
		if m, isObject := e.(map[string]any); isObject {
			n, ok = model.AsInt(m["id"])
		}
		if ok && strconv.FormatInt(n, 10) == id {
			return true
		}
	}
	return false
}

// Search looks for an object by name in its list: after a create that answers
// nothing, or whose answer was lost. Nil if it is not there.
func (f *Farm) Search(ctx context.Context, g Getter, a model.Address, siteID string, parentID int64) (*model.Object, error) {
	k := f.Catalog.Kind(a.Kind)
	r := f.again(g, nil)
	list, err := r.rawList(ctx, k, &model.Object{Address: a, SiteID: siteID})
	if err != nil {
		return nil, err
	}
	site := r.siteObject(&model.Object{Address: a, SiteID: siteID})
	for _, body := range list {
		o := r.objectOf(k, body, site)
		if o == nil {
			continue
		}
		if k.Tree != nil {
			if o.ParentID != parentID {
				continue
			}
		}
		if other := f.Names.Marked(a.Kind, o.ID); other != nil && other.Address.Key() != a.Key() && a.Mark() != "" {
			continue // another one of this name, which was there before
		}
		if model.SameName(o.Address.Name, k.OwnName(a.Name)) {
			o.Address = a
			return o, nil
		}
	}
	return nil, nil
}

// Listed lists the objects that stand beside one, of its kind and site.
func (f *Farm) Listed(ctx context.Context, g Getter, a model.Address, siteID string) ([]*model.Object, error) {
	k := f.Catalog.Kind(a.Kind)
	r := f.again(g, nil)
	list, err := r.rawList(ctx, k, &model.Object{Address: a, SiteID: siteID})
	if err != nil {
		return nil, err
	}
	site := r.siteObject(&model.Object{Address: a, SiteID: siteID})
	var out []*model.Object
	for _, body := range list {
		if o := r.objectOf(k, body, site); o != nil {
			out = append(out, o)
		}
	}
	return out, nil
}

// SearchFirst lists the objects of a site whose name has the same first part,
// where a name has two.
func (f *Farm) SearchFirst(ctx context.Context, g Getter, a model.Address, siteID string) ([]*model.Object, error) {
	k := f.Catalog.Kind(a.Kind)
	r := f.again(g, nil)
	list, err := r.rawList(ctx, k, &model.Object{Address: a, SiteID: siteID})
	if err != nil {
		return nil, err
	}
	site := r.siteObject(&model.Object{Address: a, SiteID: siteID})
	var out []*model.Object
	for _, body := range list {
		if o := r.objectOf(k, body, site); o != nil && model.SameName(k.SentName(o.Address.Name), k.SentName(a.Name)) {
			out = append(out, o)
		}
	}
	return out, nil
}

// Line reads the siblings of an order anew, in their order. Items of no kind,
// which hold their place among the others, are in it without a kind.
func (f *Farm) Line(ctx context.Context, g Getter, k *model.Kind, site string, parentID int64) ([]*model.Object, error) {
	r := f.again(g, nil)
	var kids []*model.Object
	seen := map[kindID]bool{}
	for _, of := range k.Order.Of {
		ok := f.Catalog.Kind(of)
		for _, s := range f.Sites {
			if ok.Scope == model.ScopeSite && k.Scope == model.ScopeSite && !model.SameName(s.Address.Name, site) {
				continue
			}
			list, err := r.rawList(ctx, ok, &model.Object{SiteID: s.ID})
			if err != nil {
				return nil, err
			}
			for i, body := range list {
				o := r.objectOf(ok, body, s)
				if o == nil || k.Order.By == "step" && o.Builtin || seen[kindID{of, asID(o.ID)}] || (k.Order.By == "chain" && o.ParentID != parentID) {
					continue
				}
				seen[kindID{of, asID(o.ID)}] = true
				o.Rank = int64(i)
				if n, isNum := model.AsInt(body[k.Order.Read]); isNum && k.Order.By == "step" {
					o.Rank = n
				}
				if ok.Sites != "" {
					r.home(ok, o)
				}
				if ok.Tree != nil {
					o.Address.Name = model.EscapeSegment(o.Address.Name)
				}
				if was := f.Names.Marked(of, o.ID); was != nil {
					o.Address.Name = model.WithMark(o.Address.Name, was.Address.Mark())
				}
				kids = append(kids, o)
			}
			if ok.Scope == model.ScopeFarm {
				break
			}
		}
	}
	if k.Order.By == "chain" {
		line := &Farm{}
		if old := f.strangers[parentID]; len(old) > 0 {
			now, err := r.strangersAnew(ctx, old, k)
			if err != nil {
				return nil, err
			}
			line.strangers = map[int64][]*model.Object{parentID: now}
		}
		return line.withStrangers(kids, parentID), nil
	}
	sortByRank(kids)
	return kids, nil
}
