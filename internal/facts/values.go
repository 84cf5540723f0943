package facts

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"rassync/internal/model"
)

// values compares what a property may hold with what its facts say.
func (v *view) values(p *model.Property, facts []*Fact) {
	if len(facts) > 0 {
		v.types(p, facts)
	}
	v.numbers(p, facts)
	v.limits(p, facts)
}

// types notes a property whose type no fact gives.
func (v *view) types(p *model.Property, facts []*Fact) {
	if p.Codec != "" || p.Secret || p.File != nil {
		return // a form of its own
	}
	for _, f := range facts {
		if fitsType(p, f) {
			return
		}
	}
	v.note(p.Path(), WhatType, string(p.Type), facts)
}

func fitsType(p *model.Property, f *Fact) bool {
	numeric := p.Enum != nil || len(p.Ref) > 0 || p.Name == "[]" && len(p.Parent.Ref) > 0 || p.EntryOf != nil || p.Type == model.TypeInteger
	switch f.Type {
	case "unknown":
		return true
	case "datetime":
		return p.Type == model.TypeString
	case "enum":
		return numeric
	case "flags":
		return numeric || p.Type == model.TypeArray && p.Flags
	case "integer":
		return numeric || p.Type == model.TypeNumber
	case "array":
		return p.Type == model.TypeArray || p.Type == model.TypeObject && p.Open
	case "file":
		return p.File != nil
	case "string":
		return p.Type == model.TypeString && p.Enum == nil && (len(p.Ref) == 0 || p.RefBy == "name")
	}
	return string(p.Type) == f.Type
}

// enumOf is the enumeration of a property, or of its elements.
func enumOf(p *model.Property) (*model.Enum, []string) {
	if p.Enum == nil && p.Items != nil {
		return p.Items.Enum, p.Items.Names
	}
	return p.Enum, p.Names
}

// numbers compares names and numbers, both ways.
func (v *view) numbers(p *model.Property, facts []*Fact) {
	if p.Name == "[]" {
		return // compared with its array
	}
	enum, names := enumOf(p)
	known := map[int64]string{}
	var unnumbered []string
	for _, f := range facts {
		for n, name := range f.Values {
			known[n] = name
		}
		unnumbered = append(unnumbered, f.Names...)
	}
	for _, n := range sortedNumbers(known) {
		switch {
		case n == 0 && isFlags(p), v.otherKind(p, n): // no bit at all; of another kind
		case enum == nil:
			v.note(p.Path(), WhatNumber, fmt.Sprintf("no name for %d=%s", n, known[n]), facts)
		case enum.ByNum[n] != known[n]:
			v.note(p.Path(), WhatNumber, fmt.Sprintf("%d=%s, not %s", n, enum.ByNum[n], known[n]), facts)
		}
	}
	for _, name := range unnumbered {
		if slices.Contains(names, name) || enum != nil && (enum.Unnumbered[name] || slices.Contains(enum.Order, name)) {
			continue
		}
		v.note(p.Path(), WhatNumber, "no name "+name, facts)
	}
	if enum == nil {
		return
	}
	for _, n := range sortedNumbers(enum.ByNum) {
		if _, ok := known[n]; !ok {
			v.note(p.Path(), WhatNumber, fmt.Sprintf("%d=%s, which no fact has", n, enum.ByNum[n]), facts)
		}
	}
}

func isFlags(p *model.Property) bool { return p.Flags || p.Items != nil && p.Items.Flags }

// otherKind tells whether objects with this number are of another kind: the
// property is what the list of the kind is filtered by.
func (v *view) otherKind(p *model.Property, n int64) bool {
	values, ok := v.kind.Filter[strings.Join(p.Read, ".")]
	if !ok || p.Parent != v.kind.Spec {
		return false
	}
	return !slices.ContainsFunc(values, func(val any) bool {
		i, isNumber := model.AsInt(val)
		return isNumber && i == n
	})
}

func sortedNumbers(m map[int64]string) []int64 {
	out := make([]int64, 0, len(m))
	for n := range m {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// limits compares bounds: the facts of writing count, as reading shows what is
// there.
func (v *view) limits(p *model.Property, facts []*Fact) {
	var want Limits
	for _, f := range facts {
		l := f.Limits
		want.MinLength = max(want.MinLength, l.MinLength)
		want.MaxLength = max(want.MaxLength, l.MaxLength)
		if l.Minimum != nil {
			want.Minimum = l.Minimum
		}
		if l.Maximum != nil {
			want.Maximum = l.Maximum
		}
	}
	if p.Secret || p.File != nil {
		return
	}
	least := max(p.MinLength, p.WriteMinLength)
	if want.MinLength == 0 && least == 1 && names(p) {
		least = 0 // a key is never empty
	}
	for _, bad := range []string{
		differInt("least length", least, want.MinLength),
		differInt("greatest length", p.MaxLength, want.MaxLength),
		differFloat("minimum", p.Minimum, want.Minimum),
		differFloat("maximum", p.Maximum, want.Maximum),
	} {
		if bad != "" {
			v.note(p.Path(), WhatLimit, bad, facts)
		}
	}
}

// names tells whether the value is what something is known by: an entry, or
// another object.
func names(p *model.Property) bool {
	if p.Name == "[]" || len(p.Ref) > 0 {
		return true
	}
	l := p.Parent
	if l == nil || l.Name != "[]" || l.Parent.List == nil {
		return p.Parent.Name == "[]" && p.Name == "name"
	}
	return slices.Contains(l.Parent.List.Key, p.Name) || slices.Contains(l.Parent.List.MatchAny, p.Name) || p.RequiredOnCreate
}

func differInt(what string, have, want int) string {
	if have == want {
		return ""
	}
	return fmt.Sprintf("%s %d, not %d", what, have, want)
}

func differFloat(what string, have, want *float64) string {
	text := func(f *float64) string {
		if f == nil {
			return "none"
		}
		return fmt.Sprint(*f)
	}
	if text(have) == text(want) {
		return ""
	}
	return fmt.Sprintf("%s %s, not %s", what, text(have), text(want))
}

// rules compares what a create needs and takes, references and secrets.
func (v *view) rules(p *model.Property, facts []*Fact) {
	var required, createOnly, secret bool
	for _, f := range facts {
		required = required || f.Required
		createOnly = createOnly || f.CreateOnly
		secret = secret || f.Secret
	}
	entry := entryOf(p)
	if p.Name != "[]" && (entry == nil || !slices.Contains(entry.Key, p.Name)) { // what an entry is known by is always needed
		v.differ(p, facts, WhatRequired, p.RequiredOnCreate, required)
	}
	if entry == nil || entry.Update != nil {
		v.differ(p, facts, WhatCreate, p.CreateOnly || p.IfRefused || p.OneTime || p.Query != "", createOnly)
	}
	v.differ(p, facts, WhatSecret, p.Secret, secret)
	v.references(p, facts)
}

// entryOf is the list whose entries hold p; nil if none.
func entryOf(p *model.Property) *model.List {
	if p.Parent != nil && p.Parent.Name == "[]" {
		return p.Parent.Parent.List
	}
	return nil
}

// references compares the kinds of what the property, or its elements, refer
// to.
func (v *view) references(p *model.Property, facts []*Fact) {
	if p.Membership != nil {
		return
	}
	have := slices.Clone(p.Ref)
	if p.Items != nil {
		have = append(have, p.Items.Ref...)
	}
	if p.Name == "[]" {
		have = append(have, p.Parent.Ref...)
		facts = append(slices.Clone(facts), v.read(p.Parent)...)
	}
	var want []string
	for _, f := range facts {
		for _, name := range f.Refers {
			want = append(want, v.c.kindsOf(name)...)
		}
	}
	of := p
	if p.EntryOf == nil && p.Items != nil {
		of = p.Items
	}
	if of.EntryOf != nil {
		for _, kind := range of.EntryKinds() {
			have = append(have, kind+":"+of.EntryOf.List)
		}
	}
	have, want = sorted(have), sorted(want)
	if p.Shared && !slices.ContainsFunc(have, func(k string) bool { return !slices.Contains(want, k) }) {
		return // each of the properties that share the name refers to some
	}
	if !slices.Equal(have, want) {
		v.note(p.Path(), WhatReference, orNone(have)+", not "+orNone(want), facts)
	}
}

func orNone(s []string) string {
	if len(s) == 0 {
		return "none"
	}
	return strings.Join(s, ",")
}

// kindsOf are the kinds, or the lists in kinds, that have a resource.
func (c *Comparer) kindsOf(resource string) []string {
	r := c.resource[resource]
	if r == nil || len(r.Places) == 0 {
		return []string{resource}
	}
	return r.Places
}

func sorted(s []string) []string {
	sort.Strings(s)
	return slices.Compact(s)
}

func (v *view) differ(p *model.Property, facts []*Fact, what string, have, want bool) {
	if have != want {
		v.note(p.Path(), what, fmt.Sprintf("%v, not %v", have, want), facts)
	}
}
