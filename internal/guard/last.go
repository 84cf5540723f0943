package guard

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/plan"
)

// last keeps the last object of its sort: the last root administrator, the
// last gateway of a site. Nothing lets a plan pass that takes it away, unless
// it goes back to a state that had none either.
func last(p *plan.Plan, live *export.Farm, g Guard) []Refusal {
	var out []Refusal
	for _, k := range g.Catalog.Kinds() {
		for _, rule := range k.Last {
			after, taken := standing(p, live, k, rule)
			places := make([]string, 0, len(taken))
			for place := range taken {
				places = append(places, place)
			}
			sort.Strings(places)
			for _, place := range places {
				if after[place] > 0 || siteGoes(p, place) || slices.Contains(g.Lacking, lacking(k, rule, place)) {
					continue
				}
				out = append(out, Refusal{Rule: "last", Why: fmt.Sprintf("the plan removes the last one of its kind, %s: %s", strings.Join(taken[place], ", "), rule.Why), Objects: taken[place]})
			}
		}
	}
	return out
}

// placeOf is what a rule counts in: a site, or "" for the farm.
func placeOf(rule model.Last, site string) string {
	if rule.Per == "site" {
		return model.Fold(site)
	}
	return ""
}

// standing counts, by place, the objects that a rule counts once the plan is
// carried out, and lists those that it takes away.
func standing(p *plan.Plan, live *export.Farm, k *model.Kind, rule model.Last) (after map[string]int, taken map[string][]string) {
	after, taken = map[string]int{}, map[string][]string{}
	changed := map[string]*plan.Change{}
	for i := range p.Changes {
		c := &p.Changes[i]
		if c.Kind != k.Name {
			continue
		}
		old := model.Address{Site: c.Site, Kind: c.Kind, Name: first(c.RenamedFrom, c.Name)}
		changed[model.Fold(old.String())] = c
		if c.Action == plan.Create && c.Desired != nil && fits(rule, c.Desired.Spec, nil) {
			after[placeOf(rule, c.Site)]++
		}
	}
	if len(changed) == 0 {
		return after, taken
	}
	for _, o := range live.Objects[k.Name] {
		if !fits(rule, nil, o.Spec) {
			continue
		}
		place := placeOf(rule, o.Address.Site)
		c := changed[model.Fold(o.Address.String())]
		if c == nil || (c.Action != plan.Delete && c.Desired != nil && fits(rule, c.Desired.Spec, o.Spec)) {
			after[place]++
			continue
		}
		taken[place] = append(taken[place], c.Address)
	}
	return after, taken
}

// Lacking names what the farm has none of where this plan changes something,
// though it never lets the last one go: the sorts by place.
func Lacking(cat *model.Catalog, p *plan.Plan, live *export.Farm) []string {
	out := []string{}
	for _, k := range cat.Kinds() {
		for _, rule := range k.Last {
			there := map[string]bool{}
			for _, o := range live.Objects[k.Name] {
				if fits(rule, nil, o.Spec) {
					there[placeOf(rule, o.Address.Site)] = true
				}
			}
			for i := range p.Changes {
				c := &p.Changes[i]
				if c.Kind != k.Name {
					continue
				}
				if at := placeOf(rule, c.Site); !there[at] {
					there[at] = true
					out = append(out, lacking(k, rule, at))
				}
			}
		}
	}
	return out
}

func lacking(k *model.Kind, rule model.Last, place string) string {
	if place == "" {
		place = "the farm"
	}
	return k.Name + " in " + place + ": " + rule.Why
}

// siteGoes tells whether the plan deletes the whole site.
func siteGoes(p *plan.Plan, site string) bool {
	for i := range p.Changes {
		c := &p.Changes[i]
		if site != "" && c.Kind == model.SiteKind && c.Action == plan.Delete && model.SameName(c.Name, site) {
			return true
		}
	}
	return false
}

// fits tells whether an object is one of those a rule counts: what is
// declared goes before what the farm has.
func fits(rule model.Last, want, have map[string]any) bool {
	for path, c := range rule.Where {
		got, ok := model.Lookup(want, path)
		if !ok {
			got, ok = model.Lookup(have, path)
		}
		if ok && slices.ContainsFunc(c.Values, func(v any) bool { return model.Equal(nil, v, got) }) == c.Not {
			return false
		}
		// A value that nobody knows counts as fitting: an object with it may
		// be the last one.
		if !ok && have != nil {
			return false
		}
	}
	return true
}
