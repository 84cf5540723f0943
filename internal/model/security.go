package model

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// Endpoint says what is sent to the address that a property holds.
type Endpoint string

// What an address can get.
const (
	SecretsEndpoint  Endpoint = "secrets"  // passwords and secrets
	PeopleEndpoint   Endpoint = "people"   // people, with what they type
	ProgramsEndpoint Endpoint = "programs" // people get a program or document from there, if it is on another computer
)

// Words lists the endpoints.
func (Endpoint) Words() []string {
	return []string{string(SecretsEndpoint), string(PeopleEndpoint), string(ProgramsEndpoint)}
}

// Effects that are given by rule, without an impact in a schema.
const (
	EffectUnknown = "unknown"      // nobody knows what it does
	EffectTrust   = "changesTrust" // who or what is trusted
)

// Grants says which changes of a value let somebody in, or no longer ask
// something of them.
type Grants struct {
	On     string // added, removed, changed, on, off; "" where values decide
	When   []any  // the new values that grant something
	Unless []any  // the new values that grant nothing
}

// Forms are a word and values.
func (*Grants) Forms() []any { return []any{grantsOn(""), grantsValues{}} }

// Take sets them.
func (g *Grants) Take(v any) {
	switch v := v.(type) {
	case grantsOn:
		g.On = string(v)
	case grantsValues:
		g.When, g.Unless = v.When, v.Unless
	}
}

type grantsOn string

// Words lists the changes.
func (grantsOn) Words() []string { return []string{"added", "removed", "changed", "on", "off"} }

type grantsValues struct {
	When   []any `word:"when" doc:"the new values that grant something"`
	Unless []any `word:"unless" doc:"the new values that grant nothing"`
}

// check tells what is wrong with values that grant something.
func (g *Grants) check() error {
	if g != nil && g.On == "" && (len(g.When) == 0) == (len(g.Unless) == 0) {
		return fmt.Errorf("grants: it needs when or unless")
	}
	return nil
}

// Labelled is the property itself or the nearest one around it that says what
// a change does to trust and rights, or why it does nothing; nil if none does.
func (p *Property) Labelled() *Property {
	for at := p; at != nil; at = at.Parent {
		if at.Endpoint != "" || at.TrustAnchor || at.Grants != nil || at.Harmless != "" {
			return at
		}
	}
	return nil
}

// Remote tells whether a program or document lies on another computer.
func Remote(v any) bool {
	s, _ := v.(string)
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, `\\`) || strings.HasPrefix(s, "//") {
		return true
	}
	scheme, _, ok := strings.Cut(s, "://")
	return ok && len(scheme) > 1 && !strings.ContainsAny(scheme, ` \/"`)
}

// HostOf is the computer that the value of an endpoint names: the host of a
// URL, of host:port, of a network path, or the value itself. What names no
// single computer plainly gives "".
func HostOf(v any) string {
	s := strings.TrimSpace(fmt.Sprint(v))
	host := s
	switch {
	case strings.HasPrefix(s, `\\`):
		host, _, _ = strings.Cut(s[2:], `\`)
	case strings.Contains(s, "://"):
		u, err := url.Parse(s)
		if err != nil {
			return ""
		}
		host = u.Hostname()
	default:
		if h, _, err := net.SplitHostPort(s); err == nil {
			host = h
		}
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if host == "" || strings.Trim(host, "abcdefghijklmnopqrstuvwxyz0123456789-_.:") != "" {
		return ""
	}
	return host
}

// WellKnownSID names an identity that is the same on every Windows network
// and wide, or mighty, enough to be named: everyone, or administrators.
func WellKnownSID(sid string) (name string, ok bool) {
	sid = strings.ToUpper(strings.TrimSpace(sid))
	for known, name := range map[string]string{
		"S-1-1-0": "Everyone", "S-1-2-0": "everybody who logs on locally", "S-1-5-1": "everybody on a dial-up line", "S-1-5-2": "everybody who comes over the network",
		"S-1-5-4": "everybody who logs on interactively", "S-1-5-7": "anonymous users", "S-1-5-11": "every authenticated user", "S-1-5-13": "every user of a terminal server",
		"S-1-5-14": "every remote interactive user", "S-1-5-15": "everybody of this organization", "S-1-5-18": "the local system", "S-1-5-19": "the local service", "S-1-5-20": "the network service",
		"S-1-5-32-544": "the local administrators", "S-1-5-32-545": "all local users", "S-1-5-32-546": "local guests", "S-1-5-32-547": "power users",
		"S-1-5-32-548": "account operators", "S-1-5-32-549": "server operators", "S-1-5-32-551": "backup operators", "S-1-5-32-555": "remote desktop users",
	} {
		if sid == known {
			return name, true
		}
	}
	if !strings.HasPrefix(sid, "S-1-5-21-") {
		return "", false
	}
	for end, name := range map[string]string{
		"-500": "the built-in administrator of a domain", "-501": "the guest account of a domain", "-502": "the Kerberos account of a domain", "-512": "the administrators of a domain",
		"-513": "all users of a domain", "-514": "all guests of a domain", "-515": "all computers of a domain", "-516": "the domain controllers", "-518": "the schema administrators",
		"-519": "the enterprise administrators", "-520": "the owners of group policies",
	} {
		if strings.HasSuffix(sid, end) {
			return name, true
		}
	}
	return "", false
}
