package app

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/selector"
	"rassync/internal/workspace"
)

// gaps collects what an export lacks: what could not be read, what the farm
// does not show, and what could not be built again from it.
func (a *App) gaps(x *Exported, objects []*model.Object) *workspace.Gaps {
	g := &workspace.Gaps{}
	for _, n := range x.Missing {
		g.NotRead = append(g.NotRead, workspace.ListGap{Kind: n.Kind, Site: n.Site, Why: n.Err.Error()})
	}
	for _, f := range x.failed {
		g.Failed = append(g.Failed, workspace.ReadGap{Address: f.Address.String(), Request: "GET " + f.Path, Why: f.Err.Error()})
	}
	for _, o := range objects {
		for _, path := range o.NotShown {
			g.Show(o.Address.Kind, path, o.Address.String())
		}
		k := a.Catalog.Kind(o.Address.Kind)
		if k.Shape != model.Collection || o.Builtin {
			continue
		}
		spec, written := x.Written.Specs[o.Address]
		if !written {
			continue
		}
		if why := plan.WhyNotCreatable(k, spec); why != "" {
			needs := plan.MissingOnCreate(k, spec)
			if needs == nil {
				needs = []string{}
			}
			g.NotRebuilt = append(g.NotRebuilt, workspace.BuildGap{Address: o.Address.String(), Needs: needs, Why: why})
		}
	}
	return g
}

// noteGaps writes what an export lacks beside its documents.
func (a *App) noteGaps(dir string, g *workspace.Gaps, sel selector.Set) error {
	old, err := workspace.ReadGaps(dir)
	if err != nil {
		a.Notice("%v: it is written anew", err)
		old = &workspace.Gaps{}
	}
	whole := *g
	whole.NotShown = nil
	for _, s := range g.NotShown {
		s.Objects = slices.Clone(s.Objects)
		whole.NotShown = append(whole.NotShown, s)
	}
	whole.Keep(old, func(address string) bool {
		addr, err := a.Catalog.ParseAddress(address)
		return err != nil || sel.Match(addr)
	}, func(kind, site string) bool {
		return a.Catalog.Kind(kind) == nil || a.covers(sel, kind, site)
	})
	return whole.Write(dir)
}

// holes says what new objects will lack because the farm did not show it when
// they were exported or saved: they get the farm's defaults there.
func holes(p *plan.Plan) []string {
	objects := map[string][]string{}
	for i := range p.Changes {
		c := &p.Changes[i]
		if c.Action != plan.Create && c.Action != plan.Replace || c.Desired == nil {
			continue
		}
		for _, path := range c.Desired.NotShown {
			objects[c.Kind+"."+path] = append(objects[c.Kind+"."+path], c.Address)
		}
	}
	var out []string
	for property, list := range objects {
		sort.Strings(list)
		names := strings.Join(list[:min(len(list), 3)], ", ")
		if more := len(list) - 3; more > 0 {
			names += fmt.Sprintf(" and %d more", more)
		}
		out = append(out, fmt.Sprintf("%s does not come back for %s: the farm did not show it when it was saved, so the new object gets the farm's default (%s)", property, model.Count(len(list), "object", "objects"), names))
	}
	sort.Strings(out)
	return out
}
