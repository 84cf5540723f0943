package plan

import (
	"errors"
	"fmt"
	"sort"
	"strings"

	"rassync/internal/model"
)

// MissingOnCreate lists what a create of the kind needs and a spec lacks.
func MissingOnCreate(k *model.Kind, spec map[string]any) []string {
	var out []string
	for _, p := range k.Spec.Props {
		if !p.RequiredOnCreate {
			continue
		}
		if v, ok := spec[p.Name]; !ok || v == nil || v == "" {
			out = append(out, p.Name)
		}
	}
	return out
}

// noCreate tells that no call makes an object with such a spec, although it
// says of what sort it is; nil if one does.
func noCreate(k *model.Kind, spec map[string]any) *model.NoCallError {
	var none *model.NoCallError
	if _, err := k.CreatePath(spec); errors.As(err, &none) {
		if v, ok := model.Lookup(spec, none.By); ok && v != nil && v != "" {
			return none
		}
	}
	return nil
}

// WhyNotCreatable says why an object could not be made from a spec, "" if it
// could.
func WhyNotCreatable(k *model.Kind, spec map[string]any) string {
	if !k.CanCreate() {
		return "the API has no call to make one"
	}
	if lacks := MissingOnCreate(k, spec); len(lacks) > 0 {
		return "a create needs " + strings.Join(lacks, ", ")
	}
	if none := noCreate(k, spec); none != nil {
		return none.Error()
	}
	return ""
}

// skipIncomplete finds the new objects that could not be made: they are left
// out, with what refers to them, and named.
func (b *builder) skipIncomplete() {
	b.incomplete = map[*model.Object]string{}
	if !b.SkipIncomplete {
		return
	}
	var lines []string
	for _, d := range b.Desired {
		k := b.Catalog.Kind(d.Address.Kind)
		if k.Shape != model.Collection || b.liveOf[d] != nil || k.IsBuiltin(d.Address.Name) || b.comesWithSite(k, d.Address) || b.Live.NotReadErr(k.Name, d.Address.Site) != nil {
			continue
		}
		if !b.selected(d.Address) {
			b.incomplete[d] = "not selected"
			continue
		}
		if why := WhyNotCreatable(k, d.Spec); why != "" {
			b.incomplete[d] = why
			lines = append(lines, fmt.Sprintf("%s is left out, it cannot be made from its document: %s", d.Address, why))
		}
	}
	sort.Strings(lines)
	b.warnings = append(b.warnings, lines...)
}

// leftOut tells whether an item of an order names an object that this plan
// deliberately does not make: excepted, incomplete, or in need of such a one.
func (b *builder) leftOut(k *model.Kind, order model.Address, item any) bool {
	name, _ := item.(string)
	site, kind := order.Site, ""
	if m, ok := item.(map[string]any); ok {
		name, _ = m["name"].(string)
		kind, _ = m["kind"].(string)
		if s, _ := m["site"].(string); s != "" {
			site = s
		}
	}
	if k.Order.By == "chain" && order.Name != "/" {
		name = order.Name + "/" + name
	}
	for _, of := range k.Order.Of {
		if kind != "" && of != kind {
			continue
		}
		sites := []string{site}
		if ok := b.Catalog.Kind(of); ok.Scope == model.ScopeFarm {
			sites = []string{""}
		} else if site == "" {
			sites = b.siteNames()
		}
		for _, s := range sites {
			a := model.Address{Site: s, Kind: of, Name: name}
			d := b.declared[a.Key()]
			if !b.selected(a) || d != nil && (b.incomplete[d] != "" || b.blocked[d] != "") {
				return true
			}
		}
	}
	return false
}

// siteNames are the sites of the farm and those that are declared.
func (b *builder) siteNames() []string {
	var out []string
	for _, s := range b.Live.Sites {
		out = append(out, s.Address.Name)
	}
	for _, d := range b.Desired {
		if d.Address.Kind == model.SiteKind && b.liveOf[d] == nil {
			out = append(out, d.Address.Name)
		}
	}
	return out
}
