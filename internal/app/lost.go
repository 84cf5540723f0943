package app

import (
	"fmt"
	"slices"
	"strings"

	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/runs"
	"rassync/internal/wayback"
)

// lostOnReturn says what does not come back with objects that are made again:
// what no read shows. notes are what is different without being lost: their ids.
func lostOnReturn(cat *model.Catalog, p *plan.Plan) (out, notes []string) {
	var anew []string
	for i := range p.Changes {
		c := &p.Changes[i]
		if c.Action == plan.Update {
			out = append(out, entriesWithoutSecret(cat, c)...)
		}
		if c.Action != plan.Create && c.Action != plan.Replace {
			continue
		}
		anew = append(anew, c.Address)
		var plain []string
		cat.Kind(c.Kind).Spec.Walk(func(prop *model.Property) {
			if !prop.WriteOnly || prop.OneTime || strings.Contains(prop.Path(), "[]") {
				return // an order to the create is no state; for entries see below
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
		for _, path := range secretsLacking(cat.Kind(c.Kind).Spec, c.Desired.Spec, "") {
			out = append(out, fmt.Sprintf("%s %s does not come back: secrets are never read, supply it again", c.Address, path))
		}
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
		notes = append(notes, fmt.Sprintf("%s made again with a new id (%s%s): references in the farm are mended by name, what notes the id elsewhere is not",
			model.Count(len(anew), "object is", "objects are"), strings.Join(anew[:min(len(anew), 5)], ", "), more))
	}
	return out, notes
}

// entriesWithoutSecret names the secrets of entries that are made again without
// them.
func entriesWithoutSecret(cat *model.Catalog, c *plan.Change) []string {
	var out []string
	for _, f := range c.Fields {
		m, isEntry := f.After.(map[string]any)
		p := cat.Kind(c.Kind).Spec.Find(model.PropertyPath(f.Path))
		if !isEntry || f.Before != nil || p == nil || p.Items == nil || !strings.HasSuffix(f.Path, "]") {
			continue
		}
		for _, s := range p.Items.Props {
			if _, have := m[s.Name]; s.Secret && !have {
				out = append(out, fmt.Sprintf("%s %s.%s does not come back: secrets are never read, supply it again", c.Address, f.Path, s.Name))
			}
		}
	}
	return out
}

// secretsLacking lists the secrets that entries of lists have and that are not at
// hand.
func secretsLacking(p *model.Property, spec map[string]any, at string) []string {
	var out []string
	for _, c := range p.Props {
		path := strings.TrimPrefix(at+"."+c.Name, ".")
		switch v := spec[c.Name].(type) {
		case map[string]any:
			out = append(out, secretsLacking(c, v, path)...)
		case []any:
			for _, e := range v {
				m, ok := e.(map[string]any)
				if !ok || c.Items == nil {
					continue
				}
				label := path + "[" + model.EntryLabel(c, e) + "]"
				for _, s := range c.Items.Props {
					if _, have := m[s.Name]; s.Secret && !have {
						out = append(out, label+"."+s.Name)
					}
				}
				out = append(out, secretsLacking(c.Items, m, label)...)
			}
		}
	}
	return out
}

// lostByRun says what a run has done that no plan takes back: it overwrote
// values that nobody can read. notes are what is over and no configuration: it
// ended sessions.
func (a *App) lostByRun(run *runs.Run, p *plan.Plan, way *wayback.Way, match func(model.Address) bool) (out, notes []string) {
	begun := map[string]bool{}
	for _, e := range run.Now(a.Catalog).Entries {
		if e.Event == "begin" {
			begun[e.Address+" "+e.Action] = true
		}
	}
	for i := range p.Changes {
		c := &p.Changes[i]
		if !begun[c.Address+" "+string(c.Action)] || !match(model.Address{Site: c.Site, Kind: c.Kind, Name: c.Name}) {
			continue
		}
		for _, f := range c.Fields {
			p := a.Catalog.Kind(c.Kind).Spec.Find(model.PropertyPath(f.Path))
			if (c.Action == plan.Update || c.Action == plan.Replace) && p != nil && p.WriteOnly && way.Sent(c, f.Path) {
				out = append(out, fmt.Sprintf("%s %s cannot be restored: its value before the run is not readable, supply it again", c.Address, f.Path))
			}
		}
		out = append(out, copiedForGood(c, way)...)
		out = append(out, placeLost(c, way)...)
		for _, im := range c.Impact {
			if im.Effect == "endsSessions" {
				notes = append(notes, fmt.Sprintf("%s: sessions that the run ended do not come back", c.Address))
				break
			}
		}
	}
	return out, notes
}

// placeLost names an item that comes back, but not behind the one that rassync does
// not list.
func placeLost(c *plan.Change, way *wayback.Way) []string {
	if !c.LosesPlace() || !way.Sent(c, "name") {
		return nil
	}
	return []string{c.Address + ": its place behind an item that rassync does not list does not come back: look at the order in the console"}
}

// copiedForGood names what the farm copied to places that nobody can look at.
func copiedForGood(c *plan.Change, way *wayback.Way) []string {
	var out []string
	for _, e := range c.AlsoChanges {
		turned := slices.ContainsFunc(c.Fields, func(f plan.Field) bool { return f.Path == e.Because && f.After == true })
		if len(e.Sites) == 0 || !turned || !way.Sent(c, e.Because) {
			continue
		}
		names := make([]string, len(e.Fields))
		for i, f := range e.Fields {
			names[i] = f.Path
		}
		out = append(out, fmt.Sprintf("%s %s: what %s copied to %s cannot be restored: the farm does not show what it was there, look at it in the console",
			c.Address, strings.Join(names, ", "), e.Because, strings.Join(e.Sites, ", ")))
	}
	return out
}
