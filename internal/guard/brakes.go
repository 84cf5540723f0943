package guard

import (
	"fmt"
	"slices"
	"strings"

	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/plan"
)

// Limits are the brakes by number; 0 is no limit. Percentages count in kinds
// of From objects or more.
type Limits struct {
	Deletes, DeletePercent int
	Updates, UpdatePercent int
	From                   int
}

// Allowance lets one plan pass a brake. Deletes and Updates are a number and
// the beginning of the plan's digest, such as 14@3f9a2c1b5d7e9f01; the others are
// the digest alone: they are valid for exactly one plan. "" allows nothing.
type Allowance struct {
	Deletes string
	Updates string
	Lockout string
	// SecretMove lets secrets be sent to a new place, Trust lets who or what is
	// trusted change.
	SecretMove string
	Trust      string
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

	// Back: the plan takes a run back. What the farm had before needs no new yes.
	Back bool

	// What the operator's policy says; nil where it says nothing. Pinned objects
	// are never deleted, replaced or renamed, whatever is confirmed; Reveal says
	// why a secret may not be used, and what to do.
	Pinned      func(model.Address) bool
	MayChange   func(model.Address) bool
	Destination Destination
	Reveal      func(model.Address, plan.SecretUse) (why, hint string)
	// Lacking lists, as Lacking does, what was missing in the state that is
	// gone back to: taking it away again is the way back, no change.
	Lacking []string
}

// Refusal is a reason not to carry out a plan.
type Refusal struct {
	Rule    string // deletes, updates, lockout, secretMove, trust, destination, secret, protected, changes, last, account, rule or window
	Why     string
	Flag    string // what would let exactly this plan pass, "" if nothing does
	Hint    string // what to do where no flag helps
	Objects []string
}

// Brakes tells why a plan must not be carried out; live is the farm as the
// plan found it. The same plan gives the same refusals.
func Brakes(p *plan.Plan, live *export.Farm, g Guard) []Refusal {
	digest := p.Digest()
	all := withCopies(p, live, g)
	var out []Refusal
	out = append(out, deletes().refuse(p, live, digest, g.Limits.Deletes, g.Limits.DeletePercent, g.Limits.From, g.Allow.Deletes)...)
	out = append(out, updates().refuse(all, live, digest, g.Limits.Updates, g.Limits.UpdatePercent, g.Limits.From, g.Allow.Updates)...)
	out = append(out, irreplaceable(p, digest, g)...)
	out = append(out, lockout(all, digest, g)...)
	out = append(out, Secrets(p, g)...)
	out = append(out, destinations(all, digest, g)...)
	out = append(out, trust(p, digest, g)...)
	out = append(out, pinned(p, g)...)
	out = append(out, permitted(all, g)...)
	out = append(out, protected(p, g)...)
	out = append(out, last(p, live, g)...)
	return append(out, account(p, live, g)...)
}

// withCopies is the plan with what the farm changes by itself along with it, each
// as a change: that counts, and is judged, like what the plan writes itself.
func withCopies(p *plan.Plan, live *export.Farm, g Guard) *plan.Plan {
	out := *p
	out.Changes = append(slices.Clone(p.Changes), p.Along(g.Catalog, live)...)
	return &out
}

// protected objects are kept by the plan already; a rollback deletes by
// address and is checked here.
func protected(p *plan.Plan, g Guard) []Refusal {
	if g.Protected == nil {
		return nil
	}
	var list []string
	for i := range p.Changes {
		c := &p.Changes[i]
		if c.Action == plan.Delete && !c.Confirmed && g.Protected(model.Address{Site: c.Site, Kind: c.Kind, Name: c.Name}) {
			list = append(list, c.Address)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return []Refusal{{Rule: "protected", Why: "rassync.yaml protects what the plan deletes: " + strings.Join(list, ", "), Objects: list}}
}

// account keeps the account in use from being taken away or losing what makes
// it one of those that a farm cannot do without.
func account(p *plan.Plan, live *export.Farm, g Guard) []Refusal {
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
		case c.Action == plan.Delete, c.Action == plan.Replace:
			out = append(out, Refusal{Rule: "account", Why: fmt.Sprintf("the plan %ss %s, the account that rassync uses", c.Action, c.Address), Objects: []string{c.Address}})
		case c.Action == plan.Update && c.Desired != nil && alters(c, "enabled") && c.Desired.Spec["enabled"] == false:
			out = append(out, Refusal{Rule: "account", Why: fmt.Sprintf("the plan switches off %s, the account that rassync uses", c.Address), Objects: []string{c.Address}})
		case c.Action == plan.Update && c.Desired != nil:
			for _, rule := range k.Last {
				if _, taken := standing(&plan.Plan{Changes: []plan.Change{*c}}, live, k, rule); len(taken) > 0 {
					out = append(out, Refusal{Rule: "account", Why: fmt.Sprintf("the plan takes rights from %s, the account that rassync uses", c.Address), Objects: []string{c.Address}})
				}
			}
		}
	}
	return out
}

func alters(c *plan.Change, path string) bool {
	return slices.ContainsFunc(c.Fields, func(f plan.Field) bool { return f.Path == path })
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
	if !model.SameName(an, bn) {
		return false
	}
	if ad == "" || bd == "" || model.SameName(ad, bd) {
		return true
	}
	af, _, _ := strings.Cut(ad, ".")
	bf, _, _ := strings.Cut(bd, ".")
	return model.SameName(af, bf)
}

func splitAccount(s string) (name, domain string) {
	s, _ = model.CutMark(s)
	if d, n, ok := strings.Cut(s, `\`); ok {
		return n, d
	}
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		return s[:i], s[i+1:]
	}
	return s, ""
}
