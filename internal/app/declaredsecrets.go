package app

import (
	"slices"
	"sort"

	"rassync/internal/model"
)

// DeclaredSecret is a secret that documents name, and who needs it.
type DeclaredSecret struct {
	Ref     model.SecretRef
	Objects []string // addresses
	Uses    []SecretUse
}

// SecretUse is a property that takes a secret.
type SecretUse struct{ Kind, Property string }

// DeclaredSecrets lists the secrets that objects name, by where they are found.
func DeclaredSecrets(objects []*model.Object) []DeclaredSecret {
	found := map[model.SecretRef]*DeclaredSecret{}
	for _, o := range objects {
		walkSecrets(o.Spec, "", func(property string, ref model.SecretRef) {
			s := found[ref]
			if s == nil {
				s = &DeclaredSecret{Ref: ref}
				found[ref] = s
			}
			if address := o.Address.String(); !slices.Contains(s.Objects, address) {
				s.Objects = append(s.Objects, address)
			}
			if u := (SecretUse{o.Address.Kind, property}); !slices.Contains(s.Uses, u) {
				s.Uses = append(s.Uses, u)
			}
		})
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

// walkSecrets finds the secrets below a value, with the path of the property.
func walkSecrets(v any, at string, found func(property string, ref model.SecretRef)) {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			below := name
			if at != "" {
				below = at + "." + name
			}
			walkSecrets(value, below, found)
		}
	case []any:
		for _, e := range v {
			walkSecrets(e, at, found)
		}
	case model.SecretRef:
		found(at, v)
	}
}
