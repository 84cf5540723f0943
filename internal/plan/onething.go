package plan

import (
	"fmt"
	"strings"

	"rassync/internal/model"
)

// An entry may say twice who or what it is: an account and its SID, a machine's
// name and its id. The first of them decides where both sides know it, so the
// other is only there to be read. A document in which somebody changed that one
// would change nothing: it is refused where the two do not belong together on
// the farm.

// identities are the names of things as the live farm shows them.
type identities struct {
	byFirst map[string]string   // what decides, with what else it is called
	byName  map[string][]string // accounts, with what decides
}

// firstKey is a value that decides, told apart from those of other lists.
func firstKey(p *model.Property, entry map[string]any) string {
	s, _ := entry[p.List.MatchAny[0]].(string)
	if s == "" {
		return ""
	}
	return p.List.MatchAny[0] + "\x00" + model.Fold(s)
}

// names visits what else an entry is called.
func names(p *model.Property, entry map[string]any, visit func(key *model.Property, name string)) {
	for _, k := range p.List.MatchAny[1:] {
		if kp := p.Items.Prop(k); kp != nil {
			if s, _ := entry[k].(string); s != "" {
				visit(kp, s)
			}
		}
	}
}

// sort of a name: accounts are accounts whatever the property is called.
func sortOf(kp *model.Property) string {
	if kp.Codec == "account" {
		return string(kp.Codec)
	}
	return kp.Name
}

// twiceNamed visits the entries of lists that tell their entries apart by one
// of several values.
func twiceNamed(p *model.Property, v any, path string, visit func(p *model.Property, entry map[string]any, path string)) {
	switch v := v.(type) {
	case map[string]any:
		for _, c := range p.Props {
			if w, ok := v[c.Name]; ok {
				twiceNamed(c, w, joinPath(path, c.Name), visit)
			}
		}
	case []any:
		if p.Items == nil {
			return
		}
		for i, e := range v {
			at := fmt.Sprintf("%s[%d]", path, i)
			if m, ok := e.(map[string]any); ok && p.List != nil && len(p.List.MatchAny) > 1 {
				visit(p, m, at)
			}
			twiceNamed(p.Items, e, at, visit)
		}
	}
}

// identitiesOf collects what the farm calls everything that it names twice.
func (b *builder) identitiesOf() *identities {
	if b.called != nil {
		return b.called
	}
	b.called = &identities{byFirst: map[string]string{}, byName: map[string][]string{}}
	for _, k := range b.Catalog.Kinds() {
		for _, o := range b.Live.Objects[k.Name] {
			twiceNamed(k.Spec, o.Spec, "", func(p *model.Property, entry map[string]any, _ string) {
				first := firstKey(p, entry)
				if first == "" {
					return
				}
				names(p, entry, func(kp *model.Property, name string) {
					b.called.byFirst[first+"\x00"+sortOf(kp)] = name
					if kp.Codec == "account" {
						s, _ := entry[p.List.MatchAny[0]].(string)
						b.called.byName[model.Fold(name)] = append(b.called.byName[model.Fold(name)], s)
					}
				})
			})
		}
	}
	return b.called
}

// belongTogether refuses entries whose names are not those of one thing.
func (b *builder) belongTogether(k *model.Kind, d, live *model.Object) {
	if b.MarksGone {
		return // an older state of this farm: its names may be older too
	}
	asShown, notShown := map[string]bool{}, map[string]bool{}
	if live != nil {
		twiceNamed(k.Spec, live.Spec, "", func(p *model.Property, entry map[string]any, _ string) {
			names(p, entry, func(kp *model.Property, name string) {
				asShown[firstKey(p, entry)+"\x00"+kp.Name+"\x00"+model.Fold(name)] = true
			})
			absent, _ := entry[model.EntryAbsent].(map[string]bool)
			for name := range absent {
				notShown[firstKey(p, entry)+"\x00"+name] = true
			}
		})
	}
	twiceNamed(k.Spec, d.Spec, "", func(p *model.Property, entry map[string]any, path string) {
		first := firstKey(p, entry)
		if outer, _, _ := strings.Cut(p.Path(), "["); first == "" || live != nil && live.Hides(outer) {
			return // of a list that is not shown nothing is compared, and nothing written
		}
		key := p.List.MatchAny[0]
		names(p, entry, func(kp *model.Property, name string) {
			if asShown[first+"\x00"+kp.Name+"\x00"+model.Fold(name)] || notShown[first+"\x00"+kp.Name] {
				return
			}
			at := path + "." + kp.Name
			hint := fmt.Sprintf("take %s out to mean %s, or put %s right", key, name, kp.Name)
			if is, known := b.identitiesOf().byFirst[first+"\x00"+sortOf(kp)]; known {
				if !sameCalled(kp, is, name) {
					b.fail(d, at, fmt.Sprintf("%s and the %s beside it are not the same: the %s is that of %s on the farm", name, key, key, is), hint)
				}
				return
			}
			if kp.Codec != "account" {
				return
			}
			others := b.identitiesOf().byName[model.Fold(name)]
			if len(others) == 0 {
				return
			}
			for _, o := range others {
				if key+"\x00"+model.Fold(o) == first {
					return
				}
			}
			b.fail(d, at, fmt.Sprintf("%s and the %s beside it are not the same: on the farm %s has %s", name, key, name, others[0]), hint)
		})
	})
}

// sameCalled tells whether two names may be one: an account may stand with its
// domain or without, as DOMAIN\name or name@domain.example.
func sameCalled(kp *model.Property, a, b string) bool {
	if kp.Codec != "account" || model.SameName(a, b) {
		return model.SameName(a, b)
	}
	an, ad, aform := account(a)
	bn, bd, bform := account(b)
	return model.SameName(an, bn) && (ad == "" || bd == "" || aform != bform)
}

// account parts the name of an account from its domain; form tells how they
// were put together.
func account(s string) (name, domain string, form byte) {
	if d, n, ok := strings.Cut(s, `\`); ok {
		return n, d, '\\'
	}
	if n, d, ok := strings.Cut(s, "@"); ok {
		return n, d, '@'
	}
	return s, "", 0
}
