package model

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Encoder turns canonical values into what the API takes.
type Encoder struct {
	Names Names
	Site  string
	// Reveal gives a secret's value at the moment it is sent.
	Reveal func(SecretRef) (string, error)
	// Spelling gives the name that the farm has for a setting with several, or
	// the likely ones; nil where nobody knows.
	Spelling func(*Property) []string
	// Creates says that the body makes an object or an entry.
	Creates bool
}

// Leaf is one value of a body: a property that is written under one name.
type Leaf struct {
	Prop  *Property
	Value any
	Live  bool // not declared: sent along so that a nested object stays whole
}

// Leaves flattens the part of value that goes into one body: everything below
// the object p that has no path of its own and no other way of writing.
func Leaves(p *Property, value map[string]any) []Leaf {
	var out []Leaf
	follows := p.Follows(value)
	for _, c := range p.Props {
		v, ok := value[c.Name]
		if !ok || follows[c.Name] || c.NoWrite || c.Part != nil || c.List != nil || c.Membership != nil || c.File != nil || c.Call != "" || c.Cells != nil || c.Gone != "" || c.Shared && !c.Meant(value) {
			continue
		}
		if c.Structured() {
			if m, ok := v.(map[string]any); ok {
				out = append(out, Leaves(c, m)...)
			}
			continue
		}
		if c.EntryOf != nil || c.Items != nil && c.Items.EntryOf != nil {
			v = entryRef(c, v, value)
		}
		out = append(out, Leaf{Prop: c, Value: v})
	}
	for _, name := range OpenNames(p, value) {
		if v := value[name]; v != nil { // nothing leaves a value alone
			out = append(out, Leaf{Prop: p.Beyond(name, v), Value: v})
		}
	}
	return out
}

// Alternatives is how many bodies there are for these leaves.
func (e *Encoder) Alternatives(leaves []Leaf) int {
	n := 1
	for _, l := range leaves {
		n = max(n, len(e.writeNames(l.Prop)))
	}
	return n
}

// writeNames are the names under which a body may take the property, the
// likeliest first.
func (e *Encoder) writeNames(p *Property) []string {
	if e.Creates && p.CreateAs != "" {
		return []string{p.CreateAs}
	}
	if len(p.Spellings) == 0 {
		return p.Write
	}
	if e.Spelling != nil {
		if names := e.Spelling(p); len(names) > 0 {
			return names
		}
	}
	return append(p.Write[:len(p.Write):len(p.Write)], p.Spellings...)
}

// Body writes the leaves flat under their write names, or nested at their
// read paths. alternative picks among several write names.
func (e *Encoder) Body(leaves []Leaf, nested bool, alternative int) (map[string]any, error) {
	body := map[string]any{}
	for _, l := range leaves {
		if l.Value == "" && l.Prop.TooShort("") {
			continue // it was never set: a body that says so is refused
		}
		v, err := e.Value(l.Prop, l.Value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.Prop.Path(), err)
		}
		path := append([]string(nil), readPath(l.Prop)...)
		// What only the farm knows by name is written where it is read: flat,
		// it could be taken for a value of another object.
		if (!nested && !(l.Prop.FromFarm && len(path) > 1)) || l.Prop.WriteOnly {
			if names := e.writeNames(l.Prop); len(names) > 0 {
				putAt(body, strings.Split(names[min(alternative, len(names)-1)], "."), v)
			}
			continue
		}
		if len(l.Prop.Spellings) > 0 {
			names := e.writeNames(l.Prop)
			path[len(path)-1] = names[min(alternative, len(names)-1)]
		}
		putAt(body, path, v)
	}
	return body, nil
}

// putAt puts a value into a body, in nested objects where the path has several
// steps.
func putAt(body map[string]any, path []string, v any) {
	for _, name := range path[:len(path)-1] {
		sub, ok := body[name].(map[string]any)
		if !ok {
			sub = map[string]any{}
			body[name] = sub
		}
		body = sub
	}
	body[path[len(path)-1]] = v
}

// TooShort tells whether the farm is known to refuse a text for its length.
func (p *Property) TooShort(v any) bool {
	s, ok := v.(string)
	return ok && p != nil && p.WriteMinLength > 0 && utf8.RuneCountInString(s) < p.WriteMinLength
}

// readPath is where a property stands in the answer of its own part, entry or
// object.
func readPath(p *Property) []string {
	up := p.Parent
	if p.Anywhere && len(p.Read) > 0 {
		return p.Read[len(p.Read)-1:]
	}
	if p.Absolute || p.Part != nil || up == nil || up.Name == "[]" || up.Part != nil {
		return p.Read
	}
	return append(append([]string(nil), readPath(up)...), p.Read...)
}

// Value encodes one value.
func (e *Encoder) Value(p *Property, v any) (any, error) {
	switch val := v.(type) {
	case EntryRef:
		names, ok := e.Names.(EntryNames)
		if !ok {
			return nil, fmt.Errorf("entries of other objects cannot be named here")
		}
		return names.EntryID(val, e.Site)
	case SecretRef:
		if e.Reveal == nil {
			return nil, fmt.Errorf("a secret cannot be sent here")
		}
		return e.Reveal(val)
	case nil:
		return nil, nil
	}
	return p.Form().encode(e, p, v)
}

// asItIs encodes a value that has no form of its own.
func (e *Encoder) asItIs(p *Property, v any) (any, error) {
	if list, ok := v.([]any); ok && p.Type == TypeArray {
		out := make([]any, 0, len(list))
		for _, x := range list {
			var w any
			var err error
			switch {
			case p.Items.Structured():
				m, _ := x.(map[string]any)
				w, err = e.Body(Leaves(p.Items, m), false, 0)
			case len(p.Ref) > 0 && (p.Items == nil || len(p.Items.Ref) == 0):
				w, err = e.ref(p, p.Ref, x)
			case p.Items != nil:
				w, err = e.Value(p.Items, x)
			default:
				w = x
			}
			if err != nil {
				return nil, err
			}
			out = append(out, w)
		}
		return out, nil
	}
	return v, nil
}

// Entry encodes an entry of a list as the body that adds, removes or changes
// it; only narrows it to these yaml names.
func (e *Encoder) Entry(p *Property, entry any, alternative int, only []string) (any, error) {
	it := p.Items
	if body, ok := p.Form().entry(entry); ok {
		return body, nil
	}
	if m, ok := entry.(map[string]any); ok && it != nil && it.Type == TypeObject {
		leaves := Leaves(it, m)
		if len(only) > 0 {
			kept := leaves[:0]
			for _, l := range leaves {
				for _, name := range only {
					if l.Prop.Name == name {
						kept = append(kept, l)
					}
				}
			}
			leaves = kept
		}
		return e.Body(leaves, false, alternative)
	}
	v, err := e.scalar(p, entry)
	if err != nil {
		return nil, err
	}
	if it == nil || len(it.Write) == 0 {
		return v, nil
	}
	name, many := strings.CutSuffix(it.Write[min(alternative, len(it.Write)-1)], "[]")
	if many { // the call takes several members at once
		v = []any{v}
	}
	if name == "" {
		return v, nil
	}
	return map[string]any{name: v}, nil
}

func (e *Encoder) scalar(p *Property, entry any) (any, error) {
	if p.Items != nil && (len(p.Items.Ref) > 0 || len(p.Ref) == 0) {
		return e.Value(p.Items, entry)
	}
	return e.ref(p, p.Ref, entry)
}

// EntryAlternatives is how many bodies an entry of p has.
func EntryAlternatives(p *Property) int {
	n := 1
	if p.Items == nil {
		return n
	}
	n = max(n, len(p.Items.Write))
	for _, c := range p.Items.Props {
		n = max(n, len(c.Write))
	}
	return n
}
