package model

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// missingNames finds words of a kind that name properties which do not exist.
func (k *Kind) missingNames() []string {
	var bad []string
	missing := func(p *Property, word, name string, among []*Property) {
		var names []string
		for _, a := range among {
			names = append(names, a.Name)
		}
		if !slices.Contains(names, name) {
			bad = append(bad, strings.TrimSuffix(fmt.Sprintf("%s: %s: no property %q; %s", p.Path(), word, name, DidYouMean(name, names)), "; "))
		}
	}
	k.Spec.Walk(func(p *Property) {
		if p.Parent != nil && p.Replaces != "" {
			missing(p, "replaces", p.Replaces, p.Parent.Props)
		}
		if p.Parent != nil {
			for _, name := range p.SecretWith {
				missing(p, "secret.with", name, p.Parent.Props)
			}
		}
		l := p.List
		if l == nil || p.Items == nil || len(p.Items.Props) == 0 {
			return
		}
		groups := map[string][]string{"list.key": l.Key, "list.matchAny": l.MatchAny, "list.add.fields": l.Add.Fields, "list.remove.fields": l.Remove.Fields}
		if l.TextAs != "" {
			groups["list.textAs"] = []string{l.TextAs}
		}
		if l.Update != nil {
			groups["list.update.fields"] = l.Update.Fields
		}
		for word, names := range groups {
			for _, name := range names {
				missing(p, word, name, p.Items.Props)
			}
		}
	})
	if k.Create != nil {
		for name := range k.Create.Fields {
			if name != "name" && k.Spec.Find(name) == nil {
				bad = append(bad, fmt.Sprintf("create.fields: no property %q", name))
			}
		}
	}
	for _, l := range k.Last {
		for name := range l.Where {
			if k.Spec.Find(name) == nil {
				bad = append(bad, fmt.Sprintf("last.where: no property %q", name))
			}
		}
	}
	sort.Strings(bad)
	return bad
}
