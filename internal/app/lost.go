package app

import (
	"fmt"
	"strings"

	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/runs"
)

// lostOnReturn says what does not come back with objects that are made again:
// what no read shows, and their ids.
func lostOnReturn(cat *model.Catalog, p *plan.Plan) []string {
	var out, anew []string
	for i := range p.Changes {
		c := &p.Changes[i]
		if c.Action != plan.Create && c.Action != plan.Replace {
			continue
		}
		anew = append(anew, c.Address)
		var plain []string
		cat.Kind(c.Kind).Spec.Walk(func(prop *model.Property) {
			if !prop.WriteOnly || strings.Contains(prop.Path(), "[]") {
				return
			}
			_, have := model.Lookup(c.Desired.Spec, prop.Path())
			switch {
			case have:
			case prop.Secret:
				out = append(out, fmt.Sprintf("%s %s does not come back: secrets are never read, supply it again", c.Address, prop.Path()))
			default:
				plain = append(plain, prop.Path())
			}
		})
		if len(plain) > 0 {
			out = append(out, fmt.Sprintf("%s: %s not come back, such as %s: the farm never shows them, apply the document of the object again", c.Address, model.Count(len(plain), "setting does", "settings do"), plain[0]))
		}
	}
	out = append(out, holes(p)...)
	if len(anew) > 0 {
		more := ""
		if len(anew) > 5 {
			more = fmt.Sprintf(" and %d more", len(anew)-5)
		}
		out = append(out, fmt.Sprintf("%s made again with a new id (%s%s): references in the farm are mended by name, what notes the id elsewhere is not",
			model.Count(len(anew), "object is", "objects are"), strings.Join(anew[:min(len(anew), 5)], ", "), more))
	}
	return out
}

// lostByRun says what a run has done that no plan takes back: it overwrote
// values that nobody can read, and ended sessions.
func (a *App) lostByRun(run *runs.Run, match func(model.Address) bool) []string {
	file, err := run.Plan(a.Catalog)
	if err != nil {
		return nil
	}
	begun := map[string]bool{}
	for _, e := range run.Entries {
		if e.Event == "begin" {
			begun[e.Address+" "+e.Action] = true
		}
	}
	var out []string
	for i := range file.Changes {
		c := &file.Changes[i]
		if !begun[c.Address+" "+string(c.Action)] || !match(model.Address{Site: c.Site, Kind: c.Kind, Name: c.Name}) {
			continue
		}
		for _, f := range c.Fields {
			p := a.Catalog.Kind(c.Kind).Spec.Find(f.Path)
			if (c.Action == plan.Update || c.Action == plan.Replace) && p != nil && p.WriteOnly {
				out = append(out, fmt.Sprintf("%s %s does not go back: nobody can read what it was before the run, supply it again", c.Address, f.Path))
			}
		}
		for _, im := range c.Impact {
			if im.Effect == "endsSessions" {
				out = append(out, fmt.Sprintf("%s: sessions that the run ended do not come back", c.Address))
				break
			}
		}
	}
	return out
}
