package app

import (
	"sort"

	"rassync/internal/model"
)

// DeclaredSecret is a secret that documents name, and who needs it.
type DeclaredSecret struct {
	Ref     model.SecretRef
	Objects []string // addresses
}

// DeclaredSecrets lists the secrets that objects name, by where they are found.
func DeclaredSecrets(objects []*model.Object) []DeclaredSecret {
	found := map[model.SecretRef]*DeclaredSecret{}
	for _, o := range objects {
		for _, ref := range secretsOf(o.Spec, nil) {
			s := found[ref]
			if s == nil {
				s = &DeclaredSecret{Ref: ref}
				found[ref] = s
			}
			if address := o.Address.String(); len(s.Objects) == 0 || s.Objects[len(s.Objects)-1] != address {
				s.Objects = append(s.Objects, address)
			}
		}
	}
	var list []DeclaredSecret
	for _, s := range found {
		list = append(list, *s)
	}
	sort.Slice(list, func(i, j int) bool {
		a, b := list[i].Ref, list[j].Ref
		return a.Env+"\x00"+a.File < b.Env+"\x00"+b.File
	})
	return list
}
