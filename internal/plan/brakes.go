package plan

import (
	"fmt"
	"sort"
	"strings"

	"rassync/internal/export"
	"rassync/internal/model"
)

// Limits are the brakes by number; 0 is no limit. Percentages count in kinds
// of From objects or more.
type Limits struct {
	Deletes, DeletePercent int
	Updates, UpdatePercent int
	From                   int
}

// Allowance lets one plan pass a limit: the number must be exactly that of
// the plan, so that it is valid for no other by accident. 0 allows nothing.
type Allowance struct {
	Deletes int
	Updates int
}

// Guard is what the brakes go by.
type Guard struct {
	Catalog *model.Catalog
	Limits  Limits
	Allow   Allowance
	// Protected objects are never deleted.
	Protected func(model.Address) bool
	// Account is the administrator account in use.
	Account string
}

// Refusal is a reason not to carry out a plan.
type Refusal struct {
	Rule    string // deletes, updates, protected, last or account
	Why     string
	Flag    string // what would let exactly this plan pass, "" if nothing does
	Objects []string
}

// Brakes tells why a plan must not be carried out; live is the farm as the
// plan found it. The same plan gives the same refusals.
func Brakes(p *Plan, live *export.Farm, g Guard) []Refusal {
	var out []Refusal
	out = append(out, limit(p, live, g, "deletes", g.Limits.Deletes, g.Limits.DeletePercent, g.Allow.Deletes, func(c *Change) bool { return c.Action == Delete })...)
	out = append(out, limit(p, live, g, "updates", g.Limits.Updates, g.Limits.UpdatePercent, g.Allow.Updates, func(c *Change) bool { return c.Action == Update || c.Action == Replace })...)
	out = append(out, protected(p, g)...)
	out = append(out, last(p, live, g)...)
	return append(out, account(p, g)...)
}

// limit counts changes of one sort, all together and by kind.
func limit(p *Plan, live *export.Farm, g Guard, rule string, most, percent, allowed int, counts func(*Change) bool) []Refusal {
	total := 0
	byKind := map[string][]string{}
	for i := range p.Changes {
		c := &p.Changes[i]
		if counts(c) {
			total++
			byKind[c.Kind] = append(byKind[c.Kind], c.Address)
		}
	}
	if total == 0 || allowed == total {
		return nil
	}
	flag := fmt.Sprintf("--allow-%s %d", rule, total)
	var out []Refusal
	if most > 0 && total > most {
		out = append(out, Refusal{Rule: rule, Why: fmt.Sprintf("the plan %s %d objects, the limit is %d", rule, total, most), Flag: flag})
	}
	kinds := make([]string, 0, len(byKind))
	for k := range byKind {
		kinds = append(kinds, k)
	}
	sort.Strings(kinds)
	for _, k := range kinds {
		n, of := len(byKind[k]), len(live.Objects[k])
		if percent > 0 && of >= max(g.Limits.From, 1) && n*100 > percent*of {
			out = append(out, Refusal{Rule: rule, Why: fmt.Sprintf("the plan %s %d of %d objects of kind %s, the limit is %d %%", rule, n, of, k, percent), Flag: flag, Objects: byKind[k]})
		}
	}
	return out
}

// protected objects are kept by the plan already; a rollback deletes by
// address and is checked here.
func protected(p *Plan, g Guard) []Refusal {
	if g.Protected == nil {
		return nil
	}
	var list []string
	for i := range p.Changes {
		c := &p.Changes[i]
		if c.Action == Delete && g.Protected(model.Address{Site: c.Site, Kind: c.Kind, Name: c.Name}) {
			list = append(list, c.Address)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return []Refusal{{Rule: "protected", Why: "rassync.yaml protects what the plan deletes: " + strings.Join(list, ", "), Objects: list}}
}

// last keeps the last object of its sort: the last root administrator, the
// last gateway of a site. Nothing lets a plan pass that takes it away.
func last(p *Plan, live *export.Farm, g Guard) []Refusal {
	var out []Refusal
	for _, k := range g.Catalog.Kinds() {
		for _, rule := range k.Last {
			// per is what the rule counts in: a site, or "" for the farm.
			per := func(site string) string {
				if rule.Per == "site" {
					return strings.ToLower(site)
				}
				return ""
			}
			changed := map[string]*Change{}
			after := map[string]int{}
			taken := map[string][]string{}
			for i := range p.Changes {
				c := &p.Changes[i]
				if c.Kind != k.Name {
					continue
				}
				old := c.Address
				if c.RenamedFrom != "" {
					old = (model.Address{Site: c.Site, Kind: c.Kind, Name: c.RenamedFrom}).String()
				}
				changed[strings.ToLower(old)] = c
				if c.Action == Create && c.Desired != nil && fits(rule, c.Desired.Spec, nil) {
					after[per(c.Site)]++
				}
			}
			if len(changed) == 0 {
				continue
			}
			for _, o := range live.Objects[k.Name] {
				if !fits(rule, nil, o.Spec) {
					continue
				}
				c := changed[strings.ToLower(o.Address.String())]
				if c == nil || (c.Action != Delete && c.Desired != nil && fits(rule, c.Desired.Spec, o.Spec)) {
					after[per(o.Address.Site)]++
					continue
				}
				taken[per(o.Address.Site)] = append(taken[per(o.Address.Site)], c.Address)
			}
			places := make([]string, 0, len(taken))
			for place := range taken {
				places = append(places, place)
			}
			sort.Strings(places)
			for _, place := range places {
				if after[place] == 0 && !siteGoes(p, place) {
					out = append(out, Refusal{Rule: "last", Why: fmt.Sprintf("the plan takes away the last of its sort, %s: %s", strings.Join(taken[place], ", "), rule.Why), Objects: taken[place]})
				}
			}
		}
	}
	return out
}

// siteGoes tells whether the plan deletes the whole site.
func siteGoes(p *Plan, site string) bool {
	for i := range p.Changes {
		c := &p.Changes[i]
		if site != "" && c.Kind == model.SiteKind && c.Action == Delete && strings.EqualFold(c.Name, site) {
			return true
		}
	}
	return false
}

// fits tells whether an object is one of those a rule counts: what is
// declared goes before what the farm has.
func fits(rule model.Last, want, have map[string]any) bool {
	for path, v := range rule.Where {
		got, ok := model.Lookup(want, path)
		if !ok {
			got, ok = model.Lookup(have, path)
		}
		if ok && !model.Equal(nil, v, got) {
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

// account keeps the account in use from being taken away.
func account(p *Plan, g Guard) []Refusal {
	if g.Account == "" {
		return nil
	}
	var out []Refusal
	for i := range p.Changes {
		c := &p.Changes[i]
		k := g.Catalog.Kind(c.Kind)
		if k == nil || k.Identity.Codec != "account" || !SameAccount(g.Account, first(c.RenamedFrom, c.Name)) {
			continue
		}
		switch {
		case c.Action == Delete, c.Action == Replace:
			out = append(out, Refusal{Rule: "account", Why: fmt.Sprintf("the plan %ss %s, the account that rassync uses", c.Action, c.Address), Objects: []string{c.Address}})
		case c.Action == Update && c.Desired != nil && c.Desired.Spec["enabled"] == false:
			for _, f := range c.Fields {
				if f.Path == "enabled" {
					out = append(out, Refusal{Rule: "account", Why: fmt.Sprintf("the plan switches off %s, the account that rassync uses", c.Address), Objects: []string{c.Address}})
				}
			}
		}
	}
	return out
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// SameAccount tells whether two spellings may mean one account: DOMAIN\name,
// name@domain.example and name alone. Where one of them leaves the domain
// out, or only its first part can be compared, the name decides: taking two
// accounts for one costs a refusal, taking one for two an account.
func SameAccount(a, b string) bool {
	an, ad := splitAccount(a)
	bn, bd := splitAccount(b)
	if !strings.EqualFold(an, bn) {
		return false
	}
	if ad == "" || bd == "" || strings.EqualFold(ad, bd) {
		return true
	}
	af, _, _ := strings.Cut(ad, ".")
	bf, _, _ := strings.Cut(bd, ".")
	return strings.EqualFold(af, bf)
}

func splitAccount(s string) (name, domain string) {
	if d, n, ok := strings.Cut(s, `\`); ok {
		return n, d
	}
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		return s[:i], s[i+1:]
	}
	return s, ""
}
