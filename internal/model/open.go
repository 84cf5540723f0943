package model

import (
	"regexp"
	"sort"
	"strings"
)

// An open object holds whatever the farm answers at its place beyond the
// named properties, under the farm's own names and with its own values.

// never are names that belong to every answer and are no configuration; they
// are never part of an open object.
var never = [...]string{"id", "siteId", "adminCreate", "adminLastMod", "timeCreate", "timeLastMod"}

// Structured tells whether the values of p are handled one by one: an object
// with named properties, or an open one.
func (p *Property) Structured() bool {
	return p != nil && p.Type == TypeObject && (len(p.Props) > 0 || p.Open)
}

// Foreign is a property of the open object p that only the farm knows by
// name.
func (p *Property) Foreign(name string) *Property {
	return &Property{Name: name, Parent: p, Read: []string{name}, Write: []string{name}, FromFarm: true}
}

// OpenSecret is a secret of the open object p that a document declares: nobody
// knows it but by its name, which looks like one. Nil where p takes none: entries
// of open lists are told apart by their values, and a secret shows none.
func (p *Property) OpenSecret(name string) *Property {
	if p == nil || !p.Open || p.Prop(name) != nil || !secretName.MatchString(name) {
		return nil
	}
	for at := p; at != nil; at = at.Parent {
		if at.Name == "[]" {
			return nil
		}
	}
	c := p.Foreign(name)
	c.Secret, c.WriteOnly, c.Type = true, true, TypeObject
	return c
}

// Beyond is the property of the open object p that holds v under a name that the
// schema does not have.
func (p *Property) Beyond(name string, v any) *Property {
	if _, secret := v.(SecretRef); secret {
		if c := p.OpenSecret(name); c != nil {
			return c
		}
	}
	return p.Foreign(name)
}

// Stranger is a property of the object or entry p that the schema does not
// know and that the document keeps under unknown.
func (p *Property) Stranger(name, path string) *Property {
	s := p.Foreign(name)
	s.path = "unknown." + path
	return s
}

// OpenNames lists what value holds beyond the named properties of the open
// object p, in order.
func OpenNames(p *Property, value map[string]any) []string {
	if p == nil || !p.Open {
		return nil
	}
	var out []string
	for name := range value {
		if p.Prop(name) == nil && !strings.HasPrefix(name, "$") {
			out = append(out, name)
		}
	}
	sort.Strings(out)
	return out
}

// NeverOpen tells whether a name is known to be no configuration where the
// open object p stands, or to be a named property's.
func (p *Property) NeverOpen(name string) bool {
	return p.node != nil && p.node.subs[name] != nil
}

// Inside tells whether the open object p stands inside the object that its
// values are written with, and not for the whole of it.
func (p *Property) Inside() bool { return len(readPath(p.Foreign(""))) > 1 }

// secretName are names whose values are taken for secrets wherever they stand.
var secretName = regexp.MustCompile(`(?i)passwo?r?d|secret|passphrase|passcode|(?-i:(^p|[A-Za-z0-9_]P)ass$)|credential|pwd|hash|(api|access|auth|private|shared|encryption|signing|master|account|storage|subscription|licen[cs]e|product|session|refresh|bearer)_?(key|token)`)

// keyName are names that mostly mean something else: a key on the keyboard or in
// the registry, the lifetime of a token.
var keyName = regexp.MustCompile(`(?i)token|(^|[^a-z])key$|(?-i:[a-z0-9]K)ey$`)

// keyText is text that nobody types: what such a name holds if it is a secret.
var keyText = regexp.MustCompile(`^[A-Za-z0-9+/=_.:~-]{16,}$`)

// LooksSecret tells whether a value that nobody knows may be a secret, by its
// name, and where the name alone does not say so by what the farm shows: it is
// neither exported nor compared.
func LooksSecret(name string, v any) bool {
	if _, yesNo := v.(bool); yesNo {
		return false
	}
	if secretName.MatchString(name) {
		return true
	}
	text, ok := v.(string)
	return ok && keyName.MatchString(name) && keyText.MatchString(text) && strings.ContainsAny(text, "0123456789") &&
		strings.ContainsFunc(text, func(r rune) bool { return r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' })
}

// open adds to out what the answer holds beyond the named properties of p.
func (d *Decoder) open(p *Property, at place, out map[string]any) {
	m, ok := at.here.(map[string]any)
	if !ok {
		return
	}
	for name, v := range m {
		if p.NeverOpen(name) || !p.takes(name) || p.node.isAnywhere(name) {
			continue
		}
		path := join(at.path, name)
		if LooksSecret(name, v) {
			d.holdBack(path)
			continue
		}
		switch v, ok := d.plain(p.node, v, path); {
		case !ok:
		case p.RefuseOpen(name, v) != "":
			d.holdBack(path)
		default:
			out[name] = v
		}
	}
}

// takes tells whether a name of the farm can stand in the YAML of the open
// object: not if a named property is called so.
func (p *Property) takes(name string) bool {
	return p.Prop(name) == nil && !strings.HasPrefix(name, "$")
}

func (d *Decoder) holdBack(path string) {
	if d.HeldBack != nil {
		d.HeldBack[path] = true
	}
}

// plain is plainJSON without what looks like a secret and without what other
// properties read. A list is written whole: one that holds a secret is left
// out as a whole.
func (d *Decoder) plain(n *wireNode, v any, path string) (any, bool) {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, e := range v {
			sub := join(path, name)
			switch {
			case n.isAnywhere(name):
				continue
			case LooksSecret(name, e):
				d.holdBack(sub)
				continue
			}
			if e, ok := d.plain(n, e, sub); ok {
				out[name] = e
			}
		}
		return out, len(out) > 0 || len(v) == 0
	case []any:
		if holdsSecret(v) {
			d.holdBack(path)
			return nil, false
		}
	}
	return plainJSON(v), true
}

func holdsSecret(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		for name, e := range v {
			if LooksSecret(name, e) || holdsSecret(e) {
				return true
			}
		}
	case []any:
		for _, e := range v {
			if holdsSecret(e) {
				return true
			}
		}
	}
	return false
}

// SecretIn gives the path of what looks like a secret in a declared value of
// this name, "" if nothing does.
func SecretIn(name string, v any) string {
	if _, elsewhere := v.(SecretRef); elsewhere {
		return "" // it says where the secret is found
	}
	if LooksSecret(name, v) {
		return name
	}
	switch v := v.(type) {
	case map[string]any:
		names := make([]string, 0, len(v))
		for n := range v {
			names = append(names, n)
		}
		sort.Strings(names)
		for _, n := range names {
			if at := SecretIn(n, v[n]); at != "" {
				return name + "." + at
			}
		}
	case []any:
		for _, e := range v {
			if at := SecretIn("", e); at != "" {
				return name + "[]" + at
			}
		}
	}
	return ""
}

// Lay is a value of an open object as it is written: a nested object takes the
// declared keys over the live ones, as nobody knows whether a write replaces
// it. Nothing stands for an empty text: some farms answer it so.
func Lay(want, live any) any {
	switch w := want.(type) {
	case map[string]any:
		h, ok := live.(map[string]any)
		if !ok {
			return want
		}
		out := make(map[string]any, len(w)+len(h))
		for name, v := range h {
			out[name] = v
		}
		for name, v := range w {
			out[name] = Lay(v, h[name])
		}
		return out
	case nil:
		if _, ok := live.(string); ok {
			return ""
		}
	}
	return want
}

// find looks for a name at any depth of an answer, the nearest place first,
// and leaves out the places that other properties have.
func (n *wireNode) find(v any, name string) (any, bool) {
	type spot struct {
		n *wireNode
		m map[string]any
	}
	root, _ := v.(map[string]any)
	level := []spot{{n, root}}
	for len(level) > 0 {
		var next []spot
		for _, s := range level {
			var taken *wireNode
			if s.n != nil {
				taken = s.n.subs[name]
			}
			if found, ok := s.m[name]; ok && (taken == nil || !taken.leaf) {
				return found, true
			}
			names := make([]string, 0, len(s.m))
			for sub, e := range s.m {
				if _, ok := e.(map[string]any); ok {
					names = append(names, sub)
				}
			}
			sort.Strings(names)
			for _, sub := range names {
				var below *wireNode
				if s.n != nil {
					below = s.n.subs[sub]
				}
				if below == nil || !below.leaf {
					next = append(next, spot{below, s.m[sub].(map[string]any)})
				}
			}
		}
		level = next
	}
	return nil, false
}

// isAnywhere tells whether a property reads this name wherever it stands.
func (n *wireNode) isAnywhere(name string) bool {
	return n != nil && n.source != nil && n.source.anywhere[name]
}

// OpenPlaces lists the open objects of the kind: its spec, parts, entries.
func (k *Kind) OpenPlaces() []*Property {
	var out []*Property
	k.Spec.Walk(func(p *Property) {
		if p.Open {
			out = append(out, p)
		}
	})
	return out
}
