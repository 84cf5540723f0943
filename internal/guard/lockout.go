package guard

import (
	"fmt"
	"sort"
	"strings"

	"rassync/internal/model"
	"rassync/internal/plan"
)

// lockout stops at values of which the schema says that they are a brake:
// after them nobody may be able to set the farm right again through the API.
func lockout(p *plan.Plan, digest string, g Guard) []Refusal {
	if names(digest, g.Allow.Lockout) {
		return nil
	}
	var why, objects []string
	for i := range p.Changes {
		c := &p.Changes[i]
		k := g.Catalog.Kind(c.Kind)
		if k == nil || c.Action == plan.Delete || c.Action == plan.Reorder {
			continue
		}
		before := len(why)
		for _, f := range c.Fields {
			if at := k.Spec.Find(model.PropertyPath(f.Path)); at != nil {
				braked(at, f.Path, f.After, func(path string, i model.Impact) {
					why = append(why, fmt.Sprintf("%s %s: %s", c.Address, path, strings.TrimSuffix(i.Why, ".")))
				})
			}
		}
		if len(why) > before {
			objects = append(objects, c.Address)
		}
	}
	if len(why) == 0 {
		return nil
	}
	other := ""
	if g.Allow.Lockout != "" {
		other = fmt.Sprintf(" (--allow-lockout %s is not about this plan)", g.Allow.Lockout)
	}
	return []Refusal{{Rule: "lockout", Why: "the plan can lock rassync or its users out: " + strings.Join(why, "; ") + other,
		Flag: "--allow-lockout " + short(digest), Objects: objects}}
}

// braked visits the impacts that are brakes of a value and all inside it.
func braked(p *model.Property, path string, v any, visit func(path string, i model.Impact)) {
	if _, one := v.(map[string]any); one && p.Items != nil {
		p = p.Items // an entry of a list
	}
	for _, i := range p.Impact {
		if i.Brake && i.Applies(v) {
			visit(path, i)
		}
	}
	switch v := v.(type) {
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		sort.Strings(names)
		for _, name := range names {
			if c := p.Prop(name); c != nil {
				braked(c, join(path, name), v[name], visit)
			}
		}
	case []any:
		if p.Items == nil {
			return
		}
		for n, e := range v {
			braked(p.Items, fmt.Sprintf("%s[%d]", path, n), e, visit)
		}
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
