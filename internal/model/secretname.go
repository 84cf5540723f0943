package model

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// SecretName is the environment variable that is proposed for a secret of an
// object; inside are the labels of the entries around it. Only this name may
// be used for exactly this property without more ado.
func SecretName(p *Property, a Address, inside ...string) string {
	if p.SecretEnv != "" && len(inside) == 0 {
		return p.SecretEnv
	}
	parts := []string{"RAS", a.Kind}
	if a.Name != "" {
		parts = append(parts, a.Name)
	}
	parts = append(parts, inside...)
	whole := strings.Join(append(parts, p.Name), "_")
	var b strings.Builder
	for _, r := range whole {
		switch {
		case r >= 'a' && r <= 'z':
			b.WriteRune(r - 'a' + 'A')
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			b.WriteRune(r)
		default:
			if s := b.String(); s != "" && s[len(s)-1] != '_' {
				b.WriteByte('_')
			}
		}
	}
	name := strings.TrimRight(b.String(), "_")
	if strings.ContainsFunc(whole, func(r rune) bool { return r >= utf8.RuneSelf }) {
		// Letters beyond ASCII are gone: the hash keeps two names apart.
		sum := sha256.Sum256([]byte(whole))
		name += "_" + strings.ToUpper(hex.EncodeToString(sum[:4]))
	}
	return name
}

// SecretNames tells which names of the API hold secrets of a kind.
func (k *Kind) SecretNames() func(string) bool {
	names := map[string]bool{}
	k.Spec.Walk(func(p *Property) {
		if !p.Secret {
			return
		}
		for _, name := range append(append([]string{p.Name}, p.Read...), p.Write...) {
			names[Fold(name)] = true
		}
	})
	return func(name string) bool { return names[Fold(name)] }
}
