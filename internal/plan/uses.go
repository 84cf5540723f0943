package plan

import (
	"fmt"
	"sort"
	"strings"

	"rassync/internal/model"
)

// SecretUse is a secret that a plan sends: for which property of which object,
// and to which addresses that stand beside it.
type SecretUse struct {
	FromEnv  string   `json:"fromEnv,omitempty"`
	FromFile string   `json:"fromFile,omitempty"`
	Address  string   `json:"address"`
	Path     string   `json:"path"`
	To       []string `json:"to,omitempty"`

	Property *model.Property `json:"-"`
	Inside   []string        `json:"-"` // labels of the entries around it
}

// Ref is where the secret is found.
func (u SecretUse) Ref() model.SecretRef { return model.SecretRef{Env: u.FromEnv, File: u.FromFile} }

// AddressUse is an address that a change sets, to which something is sent.
type AddressUse struct {
	Path     string
	Property *model.Property // the one that is labelled
	Value    any
}

// Secrets lists what a change sends.
func Secrets(k *model.Kind, c *Change) []SecretUse {
	var out []SecretUse
	eachSet(k, c, func(p *model.Property, v any, path string, inside []string) {
		ref, ok := secretRef(p, v)
		if !ok {
			return
		}
		out = append(out, SecretUse{FromEnv: ref.Env, FromFile: ref.File, Address: c.Address, Path: path, To: addressesBeside(p, c), Property: p, Inside: inside})
	})
	sort.SliceStable(out, func(i, j int) bool { return out[i].Path < out[j].Path })
	return out
}

// Addresses lists the addresses that a change sets.
func Addresses(k *model.Kind, c *Change) []AddressUse {
	var out []AddressUse
	eachSet(k, c, func(p *model.Property, v any, path string, _ []string) {
		at := p.Labelled()
		if at == nil || at.Endpoint == "" || blank(v) {
			return
		}
		switch v.(type) {
		case string:
			if p.Enum == nil && len(p.Ref) == 0 {
				out = append(out, AddressUse{path, at, v})
			}
		}
	})
	sort.SliceStable(out, func(i, j int) bool { return out[i].Path < out[j].Path })
	return out
}

// secretRef is the secret that a value is; in a field of a plan file it is
// plain JSON.
func secretRef(p *model.Property, v any) (model.SecretRef, bool) {
	if !p.Secret {
		return model.SecretRef{}, false
	}
	switch v := v.(type) {
	case model.SecretRef:
		return v, v.Env != "" || v.File != ""
	case map[string]any:
		env, _ := v["fromEnv"].(string)
		file, _ := v["fromFile"].(string)
		return model.SecretRef{Env: env, File: file}, env != "" || file != ""
	}
	return model.SecretRef{}, false
}

// addressesBeside are the addresses that get a secret: values of its siblings,
// as the change leaves them.
func addressesBeside(p *model.Property, c *Change) []string {
	var out []string
	for up := p.Parent; up != nil; up = up.Parent {
		for _, sibling := range up.Props {
			if sibling.Endpoint != model.SecretsEndpoint || sibling.Type != model.TypeString {
				continue
			}
			path := strings.ReplaceAll(sibling.Path(), "[]", "")
			v, ok := any(nil), false
			if c.Desired != nil {
				v, ok = model.Lookup(c.Desired.Spec, path)
			}
			if !ok && c.Before != nil {
				v, ok = model.Lookup(c.Before.Spec, path)
			}
			if s, isText := v.(string); ok && isText && s != "" {
				out = append(out, s)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return out
}

// eachSet visits every value that a change writes, down to the leaves.
func eachSet(k *model.Kind, c *Change, visit func(p *model.Property, v any, path string, inside []string)) {
	if k == nil || k.Spec == nil {
		return
	}
	switch c.Action {
	case Create, Replace:
		if c.Desired != nil {
			eachIn(k.Spec, c.Desired.Spec, "", nil, visit)
		}
	case Update:
		for _, f := range c.Fields {
			plainPath, inside := splitLabels(f.Path)
			p := k.Spec.Find(plainPath)
			if p == nil || f.After == nil {
				continue
			}
			if _, entry := f.After.(map[string]any); entry && p.Items != nil {
				p = p.Items
			}
			eachIn(p, f.After, f.Path, inside, visit)
		}
	case Delete, Reorder: // set nothing
	}
}

func eachIn(p *model.Property, v any, path string, inside []string, visit func(p *model.Property, v any, path string, inside []string)) {
	if p.Secret {
		visit(p, v, path, inside)
		return
	}
	switch v := v.(type) {
	case map[string]any:
		for _, c := range p.Props {
			if w, ok := v[c.Name]; ok {
				eachIn(c, w, joinPath(path, c.Name), inside, visit)
			}
		}
		for _, name := range model.OpenNames(p, v) {
			if c := p.Beyond(name, v[name]); c.Secret {
				visit(c, v[name], joinPath(path, name), inside)
			}
		}
	case []any:
		for _, e := range v {
			label := model.EntryLabel(p, e)
			at := fmt.Sprintf("%s[%s]", path, label)
			if _, entry := e.(map[string]any); entry && p.Items != nil {
				eachIn(p.Items, e, at, append(inside[:len(inside):len(inside)], label), visit)
				continue
			}
			visit(p, e, at, inside)
		}
	default:
		visit(p, v, path, inside)
	}
}

// splitLabels parts the path of a field into the path of its property and the
// labels of the entries on the way.
func splitLabels(path string) (string, []string) { return model.SplitField(path) }
