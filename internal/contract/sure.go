package contract

import (
	"strings"

	"rassync/internal/model"
)

// Sure is the layer of what answers show beyond doubt: where a value stands that
// the built-in schemas look for everywhere, and which of several names of a
// setting the farm has. What a body takes, and what numbers mean, no answer shows.
func (c *Checkup) Sure(cat *model.Catalog, version, date string) (*Layer, error) {
	var kinds []*KindLayer
	for _, o := range c.Observed {
		k := cat.Kind(o.Kind)
		if k == nil || o.Objects == 0 {
			continue
		}
		kl := &KindLayer{Kind: o.Kind, From: Origin{Source: FromFarm, Version: version, Date: date}, Properties: map[string]*Correction{}}
		k.Spec.Walk(func(p *model.Property) {
			switch {
			case p.Parent == nil || p.Name == "[]" || len(p.Read) == 0 || p.NotHere != "":
			case p.Anywhere:
				if at := o.onePlace(p.Read[len(p.Read)-1]); at != "" {
					read := "/" + at
					kl.Properties[p.Path()] = &Correction{Read: &read}
				}
			case len(p.Spellings) > 0 && p.Parent == k.Spec:
				if name := o.spelling(p); name != "" {
					kl.Properties[p.Path()] = &Correction{Read: &name, Write: &name}
				}
			}
		})
		if len(kl.Properties) > 0 {
			kinds = append(kinds, kl)
		}
	}
	return New(kinds...)
}

// onePlace is the one place, outside of lists, where a name was seen.
func (o *Observed) onePlace(name string) string {
	found := ""
	for at := range o.names {
		if lastStep(at) != name || strings.Contains(at, "[]") {
			continue
		}
		if found != "" {
			return ""
		}
		found = at
	}
	return found
}

// spelling is the one name of a setting that was seen.
func (o *Observed) spelling(p *model.Property) string {
	found := ""
	for _, name := range append([]string{p.Read[0]}, p.Spellings...) {
		if o.names[name] == nil {
			continue
		}
		if found != "" {
			return ""
		}
		found = name
	}
	return found
}
