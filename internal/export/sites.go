package export

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strconv"

	"rassync/internal/model"
)

func (r *reader) readSites(ctx context.Context) error {
	k := r.cat.Kind(model.SiteKind)
	if k == nil {
		return errors.New("no schema for sites")
	}
	list, err := r.memo.list(ctx, k.List.Path, nil)
	if err != nil {
		return err
	}
	for i, e := range list {
		body, ok := e.(map[string]any)
		if !ok {
			return fmt.Errorf("GET %s: element %d of the list is no JSON object", k.List.Path, i)
		}
		o := r.objectOf(k, body, nil)
		if o == nil {
			continue
		}
		if err := known(k, o, k.List.Path, i); err != nil {
			return err
		}
		r.farm.Objects[k.Name] = append(r.farm.Objects[k.Name], o)
		r.sites[asID(o.ID)] = o
		r.order = append(r.order, o)
	}
	if len(r.order) == 0 {
		return errors.New("the farm answered no site at all: the account has no right to see any")
	}
	sort.SliceStable(r.order, func(i, j int) bool {
		if r.order[i].Builtin != r.order[j].Builtin {
			return r.order[i].Builtin
		}
		return asID(r.order[i].ID) < asID(r.order[j].ID)
	})
	r.markSites()
	r.farm.Sites = r.order
	return nil
}

func asID(s string) int64 {
	i, _ := strconv.ParseInt(s, 10, 64)
	return i
}

// home decides under which site an object that is in several of them is
// written: the first of its sites, the licensing site before others.
func (r *reader) home(k *model.Kind, o *model.Object) {
	p := k.Spec.Prop(k.Sites)
	v := any(r.raw[o])
	for _, name := range p.Read {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	ids, _ := v.([]any)
	in := map[int64]bool{}
	for _, e := range ids {
		if i, ok := model.AsInt(e); ok {
			in[i] = true
		}
	}
	if i, ok := model.AsInt(v); ok {
		in[i] = true
	}
	for _, s := range r.order {
		if in[asID(s.ID)] {
			if len(o.InSites) == 0 {
				o.Address.Site, o.SiteID = s.Address.Name, s.ID
			}
			o.InSites = append(o.InSites, s.Address.Name)
		}
	}
}

func siteName(o *model.Object) string {
	if o == nil {
		return ""
	}
	return o.Address.Name
}

func containsFold(list []string, s string) bool {
	for _, e := range list {
		if model.SameName(e, s) {
			return true
		}
	}
	return false
}

func siteOf(o *model.Object) *model.Object {
	if o.Address.Site == "" {
		return nil
	}
	return &model.Object{Address: model.Address{Name: o.Address.Site}}
}
