package coverage

import (
	"sort"
	"strings"
)

// toolFamily holds what rassync calls for itself.
const toolFamily = "tool"

// families says to which family an operation belongs that nobody claims:
// that of the kinds which claim most of what lies nearest to it.
type families map[string]map[string]int

func familiesOf(claims []Claim) families {
	f := families{}
	for _, c := range claims {
		if c.By == Tool {
			continue
		}
		for _, at := range prefixes(c.Path) {
			if f[at] == nil {
				f[at] = map[string]int{}
			}
			f[at][c.Family]++
		}
	}
	return f
}

func (f families) of(path string) string {
	at := prefixes(path)
	for i := len(at) - 1; i >= 0; i-- {
		if near := f[at[i]]; len(near) > 0 {
			return most(near)
		}
	}
	return chapter(path)
}

// most is the family with the most claims; of equal ones the first by name.
func most(counts map[string]int) string {
	names := make([]string, 0, len(counts))
	for name := range counts {
		names = append(names, name)
	}
	sort.Slice(names, func(i, j int) bool {
		if counts[names[i]] != counts[names[j]] {
			return counts[names[i]] > counts[names[j]]
		}
		return names[i] < names[j]
	})
	return names[0]
}

// prefixes are the path up to each of its segments below /api, parameters
// without their names.
func prefixes(path string) []string {
	var out []string
	at := ""
	for i, s := range segments(path) {
		if strings.HasPrefix(s, "{") {
			s = "{}"
		}
		at += "/" + strings.ToLower(s)
		if i > 0 {
			out = append(out, at)
		}
	}
	return out
}

// chapter is the family of what no kind lies near to.
func chapter(path string) string {
	head := ""
	if parts := segments(path); len(parts) > 1 {
		head = strings.ToLower(parts[1])
	}
	switch head {
	case "agent", "invitationemail", "license", "session", "settings", "support":
		return "farm"
	case "broker":
		return "sites and brokers"
	case "tenantbroker":
		return "tenants"
	case "rdsession":
		return "session hosts"
	case "mfavendor":
		return "MFA"
	case "printingscanning":
		return "site settings"
	}
	return "other"
}
