package apply

import (
	"context"
	"fmt"
	"strings"

	"rassync/internal/model"
)

// spell makes the encoder use the names that the farm has for settings with
// several: the one under which the object shows it; else that of an object
// beside it, what was learnt from the farm before, or that of the site's
// settings, which are read for it. object is nil for a create.
func (r *task) spell(ctx context.Context, enc *model.Encoder, k *model.Kind, site, siteID string, object *model.Object, leaves []model.Leaf) error {
	names := map[*model.Property][]string{}
	enc.Spelling = func(p *model.Property) []string { return names[p] }
	var known map[string]string
	for _, l := range leaves {
		p := l.Prop
		if len(p.Spellings) == 0 {
			continue
		}
		if object != nil && object.Spelled[p.Read[0]] != "" {
			names[p] = []string{object.Spelled[p.Read[0]]}
			continue
		}
		if known == nil {
			var err error
			if known, err = r.spelledBeside(ctx, k, site, siteID, p); err != nil {
				return err
			}
		}
		if name := known[p.Read[0]]; name != "" {
			names[p] = []string{name}
			continue
		}
		names[p] = likeliest(p, known)
	}
	for p, n := range names {
		if len(n) > 1 {
			continue
		}
		if err := r.Learnt.Spells(k.Family, p.Read[0], n[0]); err != nil {
			return fmt.Errorf("the name %s of %s could not be kept for later runs: %w", n[0], p.Path(), err)
		}
	}
	return nil
}

// likeliest orders the names of a setting that nothing shows: a farm that has
// the newer names of other settings probably has it here too.
func likeliest(p *model.Property, known map[string]string) []string {
	for older, name := range known {
		if name != older {
			return append(p.Spellings[:len(p.Spellings):len(p.Spellings)], p.Write...)
		}
	}
	return append(p.Write[:len(p.Write):len(p.Write)], p.Spellings...)
}

// spelledBeside collects the names that the farm has in kinds of the same
// family: of objects that were read, of the site first, and what was learnt;
// if that does not tell what p is called, of the settings of the site.
func (r *task) spelledBeside(ctx context.Context, k *model.Kind, site, siteID string, p *model.Property) (map[string]string, error) {
	known := map[string]string{}
	take := func(from map[string]string) {
		for older, name := range from {
			if known[older] == "" {
				known[older] = name
			}
		}
	}
	kinds := r.spelledKinds(k)
	for _, sameSite := range []bool{true, false} {
		for _, other := range kinds {
			for _, o := range r.Live.Objects[other.Name] {
				if !sameSite || strings.EqualFold(o.Address.Site, site) {
					take(o.Spelled)
				}
			}
		}
	}
	take(r.Learnt.Spellings(k.Family))
	for _, other := range kinds {
		if known[p.Read[0]] != "" || other.Shape != model.Singleton || other.Scope != k.Scope || other == k {
			continue
		}
		o, err := r.Live.Reread(ctx, r.Writer, &model.Object{Address: model.Address{Kind: other.Name, Site: site}, SiteID: siteID}, nil)
		if err != nil {
			return nil, fmt.Errorf("reading %s, to learn what the farm calls %s: %w", other.Name, p.Path(), err)
		}
		if o != nil {
			take(o.Spelled)
		}
	}
	return known, nil
}

// spelledKinds are the kinds of k's family that have settings with several
// names, k first.
func (r *task) spelledKinds(k *model.Kind) []*model.Kind {
	out := []*model.Kind{k}
	for _, other := range r.cat.Kinds() {
		if other == k || other.Family != k.Family {
			continue
		}
		has := false
		other.Spec.Walk(func(p *model.Property) { has = has || len(p.Spellings) > 0 })
		if has {
			out = append(out, other)
		}
	}
	return out
}
