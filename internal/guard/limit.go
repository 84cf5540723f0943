package guard

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/plan"
)

// digestShown is how much of a plan's digest the flags carry: so much that
// nobody finds a second plan with the same beginning.
const digestShown = 16

// names tells whether what a flag says means the plan with this digest.
func names(digest, said string) bool {
	return len(said) >= digestShown && strings.HasPrefix(digest, strings.ToLower(said))
}

func short(digest string) string { return digest[:min(len(digest), digestShown)] }

// Check finds values that no refusal can have printed.
func (a Allowance) Check() error {
	for _, f := range []struct{ flag, value string }{{"--allow-deletes", a.Deletes}, {"--allow-updates", a.Updates}} {
		number, digest, _ := strings.Cut(f.value, "@")
		if n, err := strconv.Atoi(number); f.value != "" && (err != nil || n < 1 || digest == "" || !hexadecimal(digest)) {
			return fmt.Errorf("%s %s: it is a number and the beginning of the plan's digest, such as 14@3f9a2c1b5d7e9f01", f.flag, f.value)
		}
	}
	for _, f := range []struct{ flag, value string }{{"--allow-lockout", a.Lockout}, {"--allow-secret-move", a.SecretMove}, {"--allow-trust-change", a.Trust}} {
		if !hexadecimal(f.value) {
			return fmt.Errorf("%s %s: it is the beginning of the plan's digest, such as 3f9a2c1b5d7e9f01", f.flag, f.value)
		}
	}
	return nil
}

func hexadecimal(s string) bool { return strings.Trim(strings.ToLower(s), "0123456789abcdef") == "" }

// counted is a sort of changes that a limit counts.
type counted struct {
	rule   string
	counts func(*plan.Change) bool
}

// deletes are counted with replaces, which delete what there was. What the
// object's own document confirms is not counted.
func deletes() counted {
	return counted{"deletes", func(c *plan.Change) bool {
		return (c.Action == plan.Delete || c.Action == plan.Replace) && !c.Confirmed
	}}
}

func updates() counted {
	return counted{"updates", func(c *plan.Change) bool { return c.Action == plan.Update || c.Action == plan.Replace }}
}

// refuse counts the objects that are changed, all together and by kind.
func (s counted) refuse(p *plan.Plan, live *export.Farm, digest string, most, percent, from int, said string) []Refusal {
	total := 0
	byKind := map[string][]string{}
	seen := map[string]bool{}
	for i := range p.Changes {
		if c := &p.Changes[i]; s.counts(c) && !seen[c.Address] {
			seen[c.Address] = true
			total++
			byKind[c.Kind] = append(byKind[c.Kind], c.Address)
		}
	}
	number, of, _ := strings.Cut(said, "@")
	if total == 0 || (number == strconv.Itoa(total) && names(digest, of)) {
		return nil
	}
	flag := fmt.Sprintf("--allow-%s %d@%s", s.rule, total, short(digest))
	other := ""
	if said != "" {
		other = fmt.Sprintf(" (--allow-%s %s is not about this plan)", s.rule, said)
	}
	var out []Refusal
	if most > 0 && total > most {
		out = append(out, Refusal{Rule: s.rule, Why: fmt.Sprintf("the plan %s %s, the limit is %d%s", s.rule, model.Count(total, "object", "objects"), most, other), Flag: flag})
	}
	kinds := make([]string, 0, len(byKind))
	for k := range byKind {
		kinds = append(kinds, k)
	}
	sort.Strings(kinds)
	for _, k := range kinds {
		n, of := len(byKind[k]), len(live.Objects[k])
		if percent > 0 && of >= max(from, 1) && n*100 > percent*of {
			out = append(out, Refusal{Rule: s.rule, Why: fmt.Sprintf("the plan %s %d of %d objects of kind %s, the limit is %d %%%s", s.rule, n, of, k, percent, other), Flag: flag, Objects: byKind[k]})
		}
	}
	return out
}

// costsUsers tells whether users notice an effect at once.
func costsUsers(effect model.Effect) bool {
	return effect == "locksOut" || effect == "endsSessions" || effect == "drains"
}

// irreplaceable stops at objects that are made anew although that costs users
// something: their enrolments, which no run brings back, their sessions, or what
// they use meanwhile.
func irreplaceable(p *plan.Plan, digest string, g Guard) []Refusal {
	total := 0
	var list, why []string
	for i := range p.Changes {
		c := &p.Changes[i]
		if !deletes().counts(c) {
			continue // what a document confirms is meant
		}
		total++
		k := g.Catalog.Kind(c.Kind)
		if c.Action != plan.Replace || k == nil {
			continue
		}
		for _, im := range k.Impact["delete"] {
			if im.Lasting || len(im.On) == 0 && costsUsers(im.Effect) {
				list, why = append(list, c.Address), append(why, c.Address+": "+strings.TrimSuffix(im.Why, "."))
				break
			}
		}
	}
	number, of, _ := strings.Cut(g.Allow.Deletes, "@")
	if len(list) == 0 || g.Back || number == strconv.Itoa(total) && names(digest, of) {
		return nil
	}
	return []Refusal{{Rule: "deletes", Why: "the plan makes objects anew, which costs users something: " + strings.Join(why, "; ") + " (confirm: replace in the document of the object says that it is meant)",
		Flag: fmt.Sprintf("--allow-deletes %d@%s", total, short(digest)), Objects: list}}
}
