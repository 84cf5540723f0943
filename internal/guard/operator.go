package guard

import (
	"fmt"
	"slices"
	"strings"

	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/plan"
)

// names of an object before and after a change.
func addresses(c *plan.Change) []model.Address {
	out := []model.Address{{Site: c.Site, Kind: c.Kind, Name: c.Name}}
	if c.RenamedFrom != "" {
		out = append(out, model.Address{Site: c.Site, Kind: c.Kind, Name: c.RenamedFrom})
	}
	return out
}

// pinned objects are protected by the operator: no document confirms them
// away, and no rename takes them out of the protection.
func pinned(p *plan.Plan, g Guard) []Refusal {
	if g.Pinned == nil {
		return nil
	}
	var list []string
	for i := range p.Changes {
		c := &p.Changes[i]
		if c.Action != plan.Delete && c.Action != plan.Replace && c.RenamedFrom == "" {
			continue
		}
		for _, a := range addresses(c) {
			if g.Pinned(a) {
				list = append(list, c.Address)
				break
			}
		}
	}
	if len(list) == 0 {
		return nil
	}
	return []Refusal{{Rule: "protected", Why: "the policy protects what the plan deletes, replaces or renames: " + strings.Join(list, ", "), Objects: list,
		Hint: "leave the objects as they are, or have the operator change protect in the policy"}}
}

// permitted refuses changes that the account may not make.
func permitted(p *plan.Plan, g Guard) []Refusal {
	if g.MayChange == nil {
		return nil
	}
	var list []string
	for i := range p.Changes {
		c := &p.Changes[i]
		for _, a := range addresses(c) {
			if !g.MayChange(a) {
				if !slices.Contains(list, c.Address) {
					list = append(list, c.Address)
				}
				break
			}
		}
	}
	if len(list) == 0 {
		return nil
	}
	return []Refusal{{Rule: "changes", Why: fmt.Sprintf("the policy does not let %s change %s", g.Account, strings.Join(list, ", ")), Objects: list,
		Hint: "leave the objects out with --except, apply with an account that may change them, or have the operator change the policy (changes)"}}
}

// Operator is what the operator's policy says of a plan whatever is allowed for
// it: it holds for a run that goes on as well.
func Operator(p *plan.Plan, live *export.Farm, g Guard) []Refusal {
	return append(append(Secrets(p, g), pinned(p, g)...), permitted(withCopies(p, live, g), g)...)
}

// Secrets refuses secrets that may not be revealed for what uses them.
func Secrets(p *plan.Plan, g Guard) []Refusal {
	if g.Reveal == nil {
		return nil
	}
	var out []Refusal
	for i := range p.Changes {
		c := &p.Changes[i]
		for _, u := range plan.Secrets(g.Catalog.Kind(c.Kind), c) {
			if why, hint := g.Reveal(model.Address{Site: c.Site, Kind: c.Kind, Name: c.Name}, u); why != "" {
				out = append(out, Refusal{Rule: "secret", Why: why, Hint: hint, Objects: []string{c.Address}})
			}
		}
	}
	return out
}
