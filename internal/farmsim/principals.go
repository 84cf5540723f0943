package farmsim

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
)

// UnknownAccount makes the directory not know an account: adding it is
// refused.
func (f *Farm) UnknownAccount(account string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.unknown[strings.ToLower(bareAccount(account))] = true
}

// account checks an account against the directory and answers how it is
// stored (two-sided reading 1).
func (f *Farm) account(s string) (string, error) {
	bare := bareAccount(s)
	if f.unknown[strings.ToLower(bare)] {
		return "", fmt.Errorf("the account %s could not be found", bare)
	}
	return f.accountForm(bare), nil
}

// accountForm is how a read shows an account.
func (f *Farm) accountForm(bare string) string {
	bare = bareAccount(bare)
	domain, name, ok := strings.Cut(bare, `\`)
	if !f.sw.PrincipalsResolved || !ok {
		return bare
	}
	return "SID://" + domain + "/" + name
}

// bareAccount writes SID://DOMAIN/name as DOMAIN\name.
func bareAccount(s string) string {
	rest, ok := strings.CutPrefix(s, "SID://")
	if !ok {
		return s
	}
	if i := strings.LastIndexByte(rest, '/'); i >= 0 {
		return rest[:i] + `\` + rest[i+1:]
	}
	return rest
}

// sidOf is the security identifier of an account: the same for the same name,
// whatever its letter case.
func sidOf(account string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(bareAccount(account))))
	n := func(i int) uint32 { return binary.BigEndian.Uint32(sum[i:]) }
	return fmt.Sprintf("S-1-5-21-%d-%d-%d-%d", n(0), n(4), n(8), n(12)%90000+1000)
}

// principalType tells groups from users by their names, as a directory would
// by its records.
func principalType(account string, user, group int64) int64 {
	name := strings.ToLower(bareAccount(account))
	for _, word := range []string{"group", "users", "admins", "team", "staff", "everyone", "sales", "finance"} {
		if strings.Contains(name, word) {
			return group
		}
	}
	return user
}

// resolve fills in what the directory knows of a principal: sid and type
// (1 user, 2 group), and the account where only the sid was given.
func (f *Farm) resolve(w *world, l *layout, m map[string]any) error {
	var account *field
	for _, fl := range l.fields {
		if fl.prop.Codec == "account" {
			account = fl
		}
	}
	if account == nil {
		return nil
	}
	at, _ := valueAt(m, account.path)
	name, _ := at.(string)
	sid, _ := m["sid"].(string)
	hasSid := l.known[""].subs["sid"] != nil
	if name == "" {
		if sid == "" {
			return fmt.Errorf("must be an account or a sid")
		}
		if name = f.accountBySid(w, sid); name == "" {
			return fmt.Errorf("no account has the sid %s", sid)
		}
	}
	if f.unknown[strings.ToLower(bareAccount(name))] {
		return fmt.Errorf("the account %s could not be found", bareAccount(name))
	}
	setAt(m, account.path, f.accountForm(name))
	if hasSid && sid == "" {
		m["sid"] = sidOf(name)
	}
	if _, ok := l.entry.prop.Items.ReadOnly["type"]; ok && m["type"] == nil {
		m["type"] = principalType(name, 1, 2)
	}
	return nil
}

// accountBySid looks for an account that the farm has seen with this sid.
func (f *Farm) accountBySid(w *world, sid string) string {
	var found string
	var look func(v any)
	look = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if v["sid"] == sid {
				for _, key := range []string{"account", "name"} {
					if s, ok := v[key].(string); ok && s != "" {
						found = s
					}
				}
			}
			for _, e := range v {
				look(e)
			}
		case []any:
			for _, e := range v {
				look(e)
			}
		}
	}
	for _, world := range []*world{w, f.applied} {
		if world == nil {
			continue
		}
		for _, t := range world.tables {
			for _, o := range t.byID {
				look(o.raw)
				for _, p := range o.parts {
					look(p)
				}
				if found != "" {
					return found
				}
			}
		}
	}
	return found
}
