package policy

import (
	"slices"
	"strings"
	"time"

	"rassync/internal/model"
	"rassync/internal/selector"
)

// Policy is a policy file; the zero value holds where there is none.
type Policy struct {
	File         string // "" where there is none
	Farms        []Farm
	Secrets      Secrets
	Destinations []Destination
	Limits       Limits
	Protect      []selector.Selector
	Changes      []Permission
	Rules        []Rule
	Calendar     Calendar
	Notify       []Channel
	// Labs are the GUIDs of farms that a probe may write to.
	Labs []string
}

// Channel is a place that alarms may be sent to.
type Channel struct {
	Name string `yaml:"name"`
	Type string `yaml:"type"`
	URL  string `yaml:"url"`     // a secret
	Env  string `yaml:"fromEnv"` // where the address is found instead
}

// Farm is a farm that may be connected to.
type Farm struct {
	URL         string
	Fingerprint string
	CAFile      string // resolved
}

// Secrets says which secrets may be revealed beside those that are proposed.
type Secrets struct {
	Folder string // resolved; "" where no file is read
	Allow  []SecretRule
}

// SecretRule lets secrets be used for one property.
type SecretRule struct {
	Kind     string
	Name     *selector.Glob // nil: any object
	Property string
	Env      []string         // patterns of names
	Files    []*selector.Glob // paths below the folder
}

// Destination lists the hosts that a property may name.
type Destination struct {
	Kind, Property string // patterns
	Hosts          []string
}

// Limits are floors: nil where the policy says nothing.
type Limits struct {
	Deletes, DeletePercent, Updates, UpdatePercent, From *int
}

// Permission lets an account change objects.
type Permission struct {
	Account string // pattern
	Only    []selector.Selector
	Except  []selector.Selector
}

// Rule is a rule in CEL that changes or objects must fulfil.
type Rule struct {
	Name     string
	OnObject bool
	Only     []selector.Selector
	When     string
	Check    string
	Warn     bool
	Message  string
	Reads    []string
	Source   model.Source
}

// Lab tells whether the operator calls a farm a lab. Without a policy none is.
func (p *Policy) Lab(guid string) bool {
	return p != nil && guid != "" && slices.ContainsFunc(p.Labs, func(l string) bool { return strings.EqualFold(strings.Trim(l, "{}"), strings.Trim(guid, "{}")) })
}

// About tells whether the rule is about an object.
func (r *Rule) About(a model.Address) bool { return len(r.Only) == 0 || selector.Any(r.Only, a) }

// Allows tells whether a permission lets an object be changed.
func (p *Permission) allows(a model.Address) bool {
	return (len(p.Only) == 0 || selector.Any(p.Only, a)) && !selector.Any(p.Except, a)
}

// MayChange tells whether an account may change an object.
func (p *Policy) MayChange(account string, a model.Address) bool {
	if len(p.Changes) == 0 {
		return true
	}
	for i := range p.Changes {
		if c := &p.Changes[i]; wild(c.Account, account) && c.allows(a) {
			return true
		}
	}
	return false
}

// Protected tells whether the operator protects an object.
func (p *Policy) Protected(a model.Address) bool { return selector.Any(p.Protect, a) }

// HostsOf lists the hosts that an endpoint may name; listed is false where the
// policy says nothing of the property.
func (p *Policy) HostsOf(kind, property string) (hosts []string, listed bool) {
	for _, d := range p.Destinations {
		if wild(d.Kind, kind) && wild(d.Property, property) {
			hosts, listed = append(hosts, d.Hosts...), true
		}
	}
	return hosts, listed
}

// HostAllowed tells whether a host is one of the patterns.
func HostAllowed(hosts []string, host string) bool {
	if host == "" {
		return false
	}
	for _, h := range hosts {
		if wild(h, host) {
			return true
		}
	}
	return false
}

// wild matches a text with a pattern in which * stands for any characters.
// Letter case makes no difference.
func wild(pattern, text string) bool {
	parts := strings.Split(strings.ToLower(pattern), "*")
	text = strings.ToLower(text)
	if len(parts) == 1 {
		return parts[0] == text
	}
	if !strings.HasPrefix(text, parts[0]) {
		return false
	}
	text = text[len(parts[0]):]
	last := parts[len(parts)-1]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	}
	return strings.HasSuffix(text, last)
}

// Calendar holds change windows and freezes.
type Calendar struct {
	Windows []Period
	Freezes []Period
}

// Period is a time that comes back by a cron expression, or one from a moment
// until another.
type Period struct {
	Name   string
	Only   []selector.Selector
	Cron   string
	For    time.Duration
	From   time.Time
	Until  time.Time
	Zone   *time.Location
	Source model.Source

	starts schedule
}

// About tells whether the period is about an object.
func (p *Period) About(a model.Address) bool { return len(p.Only) == 0 || selector.Any(p.Only, a) }
