package app

import (
	"fmt"
	"strings"

	"rassync/internal/policy"
)

// Holds is what holds for a workspace, and who says so.
type Holds struct {
	FormatVersion string    `json:"formatVersion"`
	Policy        string    `json:"policy"` // file, "" if there is none
	Sections      []Section `json:"sections"`
}

// Section is one subject of a policy.
type Section struct {
	Name  string `json:"name"`
	Holds []Held `json:"holds"`
}

// Held is one thing that holds.
type Held struct {
	What string `json:"what"`
	From string `json:"from"` // policy, commit or default
}

// Where something comes from.
const (
	fromPolicy  = "policy"
	fromCommit  = "rassync.yaml of this commit"
	fromDefault = "default"
)

// Explain says what holds for a workspace. It fails where a rule cannot be
// compiled.
func (a *App) Explain(f *Folder) (*Holds, error) {
	if _, err := f.ruleSet(); err != nil {
		return nil, err
	}
	p := f.policy()
	_, said := limits(p, f.Config)
	h := &Holds{FormatVersion: "1", Policy: p.File}
	add := func(name string, held ...Held) { h.Sections = append(h.Sections, Section{name, held}) }
	add("farms", farmsHeld(p)...)
	add("secrets", secretsHeld(p)...)
	add("destinations", destinationsHeld(p)...)
	add("limits", Held{said, limitsFrom(p, f)})
	protect := []Held{}
	for _, s := range p.Protect {
		protect = append(protect, Held{s.String() + ": never deleted, replaced or renamed", fromPolicy})
	}
	for _, s := range f.Config.Protect {
		protect = append(protect, Held{s.String() + ": neither deleted nor replaced, unless its document confirms it", fromCommit})
	}
	add("protected", orNothing(protect, "nothing is protected")...)
	labs := []Held{}
	for _, guid := range p.Labs {
		labs = append(labs, Held{guid + ": rassync contract probe may write to it", fromPolicy})
	}
	add("labs", orNothing(labs, "no farm is a lab: rassync contract probe refuses all")...)
	changes := []Held{}
	for _, c := range p.Changes {
		what := c.Account + " may change " + selectorsText(c.Only, "everything")
		if len(c.Except) > 0 {
			what += ", but not " + selectorsText(c.Except, "")
		}
		changes = append(changes, Held{what, fromPolicy})
	}
	add("changes", orNothing(changes, "every account may change what the farm lets it change")...)
	ruled := []Held{}
	for _, of := range []struct {
		from string
		list []policy.Rule
	}{{fromPolicy, p.Rules}, {fromCommit, f.Config.Rules}} {
		for _, r := range of.list {
			word := "error"
			if r.Warn {
				word = "warn"
			}
			ruled = append(ruled, Held{fmt.Sprintf("%s (%s): %s", r.Name, word, r.Message), of.from + ", " + r.Source.String()})
		}
	}
	add("rules", orNothing(ruled, "no rules")...)
	times := []Held{}
	for _, of := range []struct {
		from string
		cal  policy.Calendar
	}{{fromPolicy, p.Calendar}, {fromCommit, f.Config.Calendar}} {
		for i := range of.cal.Windows {
			times = append(times, Held{"window " + a.periodText(&of.cal.Windows[i]), of.from})
		}
		for i := range of.cal.Freezes {
			times = append(times, Held{"freeze " + a.periodText(&of.cal.Freezes[i]), of.from})
		}
	}
	add("windows", orNothing(times, "changes may be applied at any time")...)
	channels := []Held{}
	for _, ch := range p.Notify {
		where := "at the address in the policy" // which is a secret
		if ch.Env != "" {
			where = "at the address in " + ch.Env
		}
		channels = append(channels, Held{fmt.Sprintf("%s (%s) %s", ch.Name, ch.Type, where), fromPolicy})
	}
	add("notify", orNothing(channels, "--notify tells nobody but the event log of this machine")...)
	return h, nil
}

func orNothing(list []Held, nothing string) []Held {
	if len(list) == 0 {
		return []Held{{nothing, fromDefault}}
	}
	return list
}

func farmsHeld(p *policy.Policy) []Held {
	out := []Held{}
	for _, f := range p.Farms {
		what := f.URL
		switch {
		case f.Fingerprint != "":
			what += ", certificate " + f.Fingerprint
		case f.CAFile != "":
			what += ", certificate authority of " + f.CAFile
		}
		out = append(out, Held{what, fromPolicy})
	}
	return orNothing(out, "any farm that the operator names, or has confirmed on this machine")
}

func secretsHeld(p *policy.Policy) []Held {
	out := []Held{{"environment variables that an export proposes, each for exactly its kind, object and property", fromDefault},
		{"never the variables of rassync, of the pipeline or of a cloud: RASSYNC_*, CI_*, GITHUB_*, AWS_*, *_TOKEN and the like", fromDefault}}
	for _, r := range p.Secrets.Allow {
		name := ""
		if r.Name != nil {
			name = "/" + r.Name.String()
		}
		out = append(out, Held{fmt.Sprintf("%s%s %s: %s", r.Kind, name, r.Property, strings.Join(r.Env, ", ")), fromPolicy})
	}
	if p.Secrets.Folder == "" {
		return append(out, Held{"no files: no folder of secrets is named", fromDefault})
	}
	return append(out, Held{"files below " + p.Secrets.Folder, fromPolicy})
}

func destinationsHeld(p *policy.Policy) []Held {
	out := []Held{}
	for _, d := range p.Destinations {
		out = append(out, Held{fmt.Sprintf("%s %s: %s", d.Kind, d.Property, strings.Join(d.Hosts, ", ")), fromPolicy})
	}
	return append(out, Held{"a new place for secrets needs --allow-secret-move, a new trust anchor --allow-trust-change", fromDefault})
}

func limitsFrom(p *policy.Policy, f *Folder) string {
	l := p.Limits
	switch {
	case l.Deletes != nil || l.DeletePercent != nil || l.Updates != nil || l.UpdatePercent != nil:
		return "the lower of policy and commit"
	case f.Config.LimitsGiven:
		return fromCommit
	}
	return fromDefault
}

func (a *App) periodText(p *policy.Period) string {
	what := fmt.Sprintf("%q", p.Name)
	switch {
	case p.Cron != "":
		what += fmt.Sprintf(": %s (%s), for %s", p.Cron, p.Zone, p.For)
	default:
		what += fmt.Sprintf(": from %s until %s", p.From.In(p.Zone).Format("2006-01-02 15:04 MST"), p.Until.In(p.Zone).Format("2006-01-02 15:04 MST"))
	}
	what += ", of " + selectorsText(p.Only, "everything")
	if until, open := p.Open(a.Now()); open {
		what += "; now, until " + until.In(p.Zone).Format("2006-01-02 15:04 MST")
	} else if next := p.Next(a.Now()); !next.IsZero() {
		what += "; next " + next.In(p.Zone).Format("2006-01-02 15:04 MST")
	}
	return what
}

func selectorsText[S fmt.Stringer](list []S, none string) string {
	if len(list) == 0 {
		return none
	}
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = s.String()
	}
	return strings.Join(out, ", ")
}
