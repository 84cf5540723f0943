package guard

import (
	"fmt"
	"slices"
	"strings"

	"rassync/internal/model"
	"rassync/internal/plan"
)

// Destination tells whether the operator lists where a property may send, and
// whether the value is among it.
type Destination func(kind, property string, value any) (listed, allowed bool)

// destinations refuses addresses that the operator does not allow, and stops
// at new ones that get secrets and that nobody has allowed.
func destinations(p *plan.Plan, digest string, g Guard) []Refusal {
	var refused, moves, about, movers []string
	for i := range p.Changes {
		c := &p.Changes[i]
		k := g.Catalog.Kind(c.Kind)
		if k == nil {
			continue
		}
		uses := plan.Addresses(k, c)
		for _, u := range uses {
			if listed, allowed := g.destination(k, u); listed && !allowed {
				refused, about = append(refused, fmt.Sprintf("%s %s: %v", c.Address, u.Path, u.Value)), append(about, c.Address)
			}
		}
		for _, im := range c.Impact {
			if im.Effect == plan.SendsSecrets && !slices.Contains(about, c.Address) && !g.known(k, c, uses, im.Path) {
				moves = append(moves, c.Address+" "+im.Path)
				if !slices.Contains(movers, c.Address) {
					movers = append(movers, c.Address)
				}
			}
		}
	}
	var out []Refusal
	if len(refused) > 0 {
		out = append(out, Refusal{Rule: "destination", Why: "the policy does not list where this would send secrets or people: " + strings.Join(refused, "; "), Objects: about,
			Hint: "change the address, or have the operator add the host under destinations of the policy"})
	}
	if len(moves) == 0 || g.Back || names(digest, g.Allow.SecretMove) {
		return out
	}
	return append(out, Refusal{Rule: "secretMove", Why: "the plan sends passwords or secrets to a new place: " + strings.Join(moves, "; ") + stray("--allow-secret-move", g.Allow.SecretMove),
		Flag: "--allow-secret-move " + short(digest), Objects: movers})
}

// known tells whether the operator allows every address that is behind an
// impact: the value itself, or of a port or a switch the hosts beside it.
func (g Guard) known(k *model.Kind, c *plan.Change, uses []plan.AddressUse, path string) bool {
	found := false
	for _, u := range uses {
		if model.PropertyPath(u.Path) != model.PropertyPath(path) {
			continue
		}
		found = true
		if listed, allowed := g.destination(k, u); !listed || !allowed {
			return false
		}
	}
	if found {
		return true
	}
	return g.hostsBeside(k, c)
}

// hostsBeside tells whether the operator allows all hosts of an object that
// get secrets, as the change leaves them.
func (g Guard) hostsBeside(k *model.Kind, c *plan.Change) bool {
	any, all := false, true
	k.Spec.Walk(func(p *model.Property) {
		if p.Endpoint != model.SecretsEndpoint || p.Type != model.TypeString || p.Enum != nil {
			return
		}
		v := settled(c, strings.ReplaceAll(p.Path(), "[]", ""))
		if s, ok := v.(string); !ok || s == "" {
			return
		}
		any = true
		if listed, allowed := g.destination(k, plan.AddressUse{Property: p, Value: v}); !listed || !allowed {
			all = false
		}
	})
	return any && all
}

// settled is a value as the change leaves it.
func settled(c *plan.Change, path string) any {
	if c.Desired != nil {
		if v, ok := model.Lookup(c.Desired.Spec, path); ok {
			return v
		}
	}
	if c.Before != nil {
		if v, ok := model.Lookup(c.Before.Spec, path); ok {
			return v
		}
	}
	return nil
}

func (g Guard) destination(k *model.Kind, u plan.AddressUse) (listed, allowed bool) {
	if g.Destination == nil {
		return false, false
	}
	return g.Destination(k.Name, strings.ReplaceAll(u.Property.Path(), "[]", ""), u.Value)
}

// trust stops at changes of who or what is trusted.
func trust(p *plan.Plan, digest string, g Guard) []Refusal {
	if g.Back || names(digest, g.Allow.Trust) {
		return nil
	}
	var why, objects []string
	for i := range p.Changes {
		c := &p.Changes[i]
		for _, im := range c.Impact {
			if im.Effect != plan.ChangesTrust || g.vouched(c, im.Path) {
				continue
			}
			why = append(why, strings.TrimSpace(c.Address+" "+im.Path))
			if !slices.Contains(objects, c.Address) {
				objects = append(objects, c.Address)
			}
		}
	}
	if len(why) == 0 {
		return nil
	}
	return []Refusal{{Rule: "trust", Why: "the plan changes who or what is trusted: " + strings.Join(why, "; ") + stray("--allow-trust-change", g.Allow.Trust),
		Flag: "--allow-trust-change " + short(digest), Objects: objects}}
}

// vouched tells whether the operator lists the address that is to be trusted.
func (g Guard) vouched(c *plan.Change, path string) bool {
	k := g.Catalog.Kind(c.Kind)
	if k == nil || path == "" {
		return false
	}
	p := k.Spec.Find(model.PropertyPath(path))
	return p != nil && p.Endpoint != "" && g.known(k, c, plan.Addresses(k, c), path)
}

// stray says that a flag was given for another plan.
func stray(flag, said string) string {
	if said == "" {
		return ""
	}
	return fmt.Sprintf(" (%s %s is not about this plan)", flag, said)
}
