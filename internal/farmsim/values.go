package farmsim

import (
	"fmt"
	"math"
	"net/netip"
	"strings"
	"unicode/utf8"

	"rassync/internal/model"
)

// valuer checks values as the broker would.
type valuer struct {
	f    *Farm
	w    *world
	site int64 // of the object that holds the values; 0 in the farm
	seed bool  // values of a seed: stored shape, unknown numbers as the switch says
}

// value checks one value of a body and answers what is stored.
func (v *valuer) value(p *model.Property, in any) (any, error) {
	switch {
	case p.Codec == "ipRanges":
		return v.ranges(in)
	case p.EntryOf != nil: // whether there is such an entry is seen once the siblings are set
		id, ok := asInt(in)
		if !ok {
			return nil, fmt.Errorf("must be the id of an entry")
		}
		return id, nil
	case p.RefBy == "name":
		return v.text(p, in)
	case p.Flags, p.Enum != nil:
		return v.number(p, in)
	case p.Type == model.TypeArray && p.Codec.Separator() == "":
		return v.array(p, in)
	case len(p.Ref) > 0:
		return v.ref(p, p.Ref, in, true)
	}
	if p.Codec.Separator() != "" {
		return v.text(p, in)
	}
	switch p.Type {
	case model.TypeBoolean:
		b, ok := in.(bool)
		if !ok {
			return nil, fmt.Errorf("must be true or false")
		}
		return b, nil
	case model.TypeInteger:
		i, ok := asInt(in)
		if !ok {
			return nil, fmt.Errorf("must be a whole number")
		}
		return i, bounds(p, float64(i))
	case model.TypeNumber:
		switch n := in.(type) {
		case int64:
			return n, bounds(p, float64(n))
		case float64:
			return n, bounds(p, n)
		}
		return nil, fmt.Errorf("must be a number")
	case model.TypeObject:
		m, ok := in.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("must be an object")
		}
		return clone(m), nil
	default:
		return v.text(p, in)
	}
}

func bounds(p *model.Property, n float64) error {
	if p.Minimum != nil && n < *p.Minimum {
		return fmt.Errorf("must be at least %v", *p.Minimum)
	}
	if p.Maximum != nil && n > *p.Maximum {
		return fmt.Errorf("must be at most %v", *p.Maximum)
	}
	if math.Abs(n) > math.MaxInt64 {
		return fmt.Errorf("the number is too large")
	}
	return nil
}

func (v *valuer) text(p *model.Property, in any) (any, error) {
	s, ok := in.(string)
	if !ok {
		return nil, fmt.Errorf("must be a string")
	}
	if v.seed && s == "" {
		return s, nil // what an answer shows for "never set"
	}
	n := utf8.RuneCountInString(s)
	least := p.MinLength
	if d := v.f.opts.Disagree; d != nil && d.LeastLengths && !v.seed {
		least = max(least, p.WriteMinLength)
	}
	if n < least {
		return nil, fmt.Errorf("at least %d characters are wanted", least)
	}
	if p.MaxLength > 0 && n > p.MaxLength {
		return nil, fmt.Errorf("at most %d characters are wanted", p.MaxLength)
	}
	if p.Codec == "account" && !v.seed {
		return v.f.account(s)
	}
	return s, nil
}

// number checks an enumeration: bodies hold integers only (protocol notes).
func (v *valuer) number(p *model.Property, in any) (any, error) {
	i, ok := asInt(in)
	if !ok {
		return nil, fmt.Errorf("the enumeration is written as an integer")
	}
	if v.f.sw.UnknownProperties || len(p.Enum.Order) == 0 {
		return i, nil
	}
	if p.Flags {
		var all int64
		for b := range p.Enum.ByNum {
			all |= b
		}
		if i < 0 || i&^all != 0 {
			return nil, fmt.Errorf("%d holds bits of no known value", i)
		}
		return i, nil
	}
	if !isNumberOf(p.Enum, i) {
		return nil, fmt.Errorf("%d is not a valid value", i)
	}
	return i, nil
}

// ref checks that an object with this id exists. Whether it belongs to the
// same site is not asked: nothing is known of a farm that minds.
func (v *valuer) ref(p *model.Property, kinds []string, in any, single bool) (any, error) {
	id, ok := asInt(in)
	if !ok {
		return nil, fmt.Errorf("must be the id of a %s", strings.Join(kinds, " or "))
	}
	if single && isNone(p, id) {
		return id, nil
	}
	for _, name := range kinds {
		k := v.f.kinds[name]
		if k == nil {
			continue
		}
		if v.w.get(k, id) != nil {
			return id, nil
		}
	}
	if v.seed && v.f.sw.DanglingDeletes {
		return id, nil
	}
	return nil, fmt.Errorf("no %s has the id %d", strings.Join(kinds, " or "), id)
}

func (v *valuer) array(p *model.Property, in any) (any, error) {
	elems, ok := in.([]any)
	if !ok {
		return nil, fmt.Errorf("must be an array")
	}
	out := make([]any, 0, len(elems))
	for i, e := range elems {
		var (
			w   any
			err error
		)
		switch {
		case p.Items == nil:
			w = clone(e)
		case p.Items.Structured():
			m, isMap := e.(map[string]any)
			if !isMap {
				err = fmt.Errorf("must be an object")
				break
			}
			w = m
		case len(p.Ref) > 0 && len(p.Items.Ref) == 0:
			w, err = v.ref(p, p.Ref, e, false)
		case len(p.Items.Ref) > 0:
			w, err = v.ref(p.Items, p.Items.Ref, e, false)
		default:
			w, err = v.value(p.Items, e)
		}
		if err != nil {
			return nil, fmt.Errorf("element %d: %w", i, err)
		}
		out = append(out, w)
	}
	return out, nil
}

// ranges checks the read shape of addresses.
func (v *valuer) ranges(in any) (any, error) {
	m, ok := in.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("must be an object with iPv4s and iPv6s")
	}
	for _, name := range []string{"iPv4s", "iPv6s"} {
		list, ok := m[name].([]any)
		if !ok && m[name] != nil {
			return nil, fmt.Errorf("%s: must be an array", name)
		}
		for _, e := range list {
			r, _ := e.(map[string]any)
			from, _ := r["from"].(string)
			to, _ := r["to"].(string)
			if _, err := parseRange(from+"-"+to, name == "iPv6s"); err != nil {
				return nil, err
			}
		}
		if m[name] == nil {
			m[name] = []any{}
		}
	}
	return m, nil
}

// parseRange reads "10.0.0.1" or "10.0.0.1-10.0.0.9" as {from, to}; a single
// address is a range of itself.
func parseRange(text string, six bool) (map[string]any, error) {
	first, last, two := strings.Cut(text, "-")
	if !two {
		last = first
	}
	from, err := netip.ParseAddr(strings.TrimSpace(first))
	if err != nil {
		return nil, fmt.Errorf("%q is no address", first)
	}
	to, err := netip.ParseAddr(strings.TrimSpace(last))
	if err != nil {
		return nil, fmt.Errorf("%q is no address", last)
	}
	if from.Is6() != six || to.Is6() != six {
		return nil, fmt.Errorf("%q is not of the version that ipType names", text)
	}
	if to.Less(from) {
		return nil, fmt.Errorf("%q ends before it starts", text)
	}
	return map[string]any{"from": strings.TrimSpace(first), "to": strings.TrimSpace(last)}, nil
}

// stored checks values that are in the farm's own shape, those of a seed.
func (v *valuer) stored(l *layout, root func(string) any) error {
	for _, f := range l.fields {
		if !f.shown {
			continue
		}
		at, ok := valueAt(root(f.holder), f.path)
		if !ok || at == nil || f.prop.Shared && !f.meant(func(holder string) map[string]any { m, _ := root(holder).(map[string]any); return m }) {
			continue
		}
		if elems, isList := at.([]any); isList && f.prop.Items != nil && len(f.prop.Items.Read) > 0 {
			at = unwrap(elems, f.prop.Items.Read)
		}
		if _, err := v.value(f.prop, at); err != nil {
			return fmt.Errorf("%s: %w", f.yaml, err)
		}
		if sub := l.itemsOf(f); sub != nil {
			if err := v.entries(sub, f.yaml, listAt(root(f.holder), f.path)); err != nil {
				return err
			}
		}
	}
	for _, ls := range l.lists {
		at, ok := valueAt(root(ls.holder), ls.path)
		if !ok || at == nil {
			continue
		}
		if ls.prop.Codec == "ipRanges" {
			if _, err := v.ranges(at); err != nil {
				return fmt.Errorf("%s: %w", ls.yaml, err)
			}
			continue
		}
		elems, ok := at.([]any)
		if !ok {
			return fmt.Errorf("%s: must be an array", ls.yaml)
		}
		if ls.items != nil {
			if err := v.entries(ls.items, ls.yaml, elems); err != nil {
				return err
			}
			continue
		}
		if ls.prop.Items != nil {
			elems = unwrap(elems, ls.prop.Items.Read)
		}
		if _, err := v.array(ls.prop, elems); err != nil {
			return fmt.Errorf("%s: %w", ls.yaml, err)
		}
	}
	return nil
}

func (v *valuer) entries(l *layout, yaml string, elems []any) error {
	for i, e := range elems {
		m, ok := e.(map[string]any)
		if !ok {
			return fmt.Errorf("%s[%d]: must be an object", yaml, i)
		}
		for _, name := range l.strangers("", m) {
			if l.ownName(name) || v.f.sw.UnknownProperties {
				continue
			}
			return fmt.Errorf("%s[%d].%s: the schema knows no such property", yaml, i, name)
		}
		if err := v.stored(l, func(string) any { return m }); err != nil {
			return fmt.Errorf("%s[%d].%w", yaml, i, err)
		}
	}
	return nil
}

// ownName tells whether a name belongs to every entry of the list.
func (l *layout) ownName(name string) bool {
	ls := l.entry.prop.List
	if ls != nil && (name == ls.ID || name == ls.Priority) {
		return true
	}
	_, ok := l.entry.prop.Items.ReadOnly[name]
	return ok
}

// unwrap takes the texts out of elements such as {"client": "PC1"}.
func unwrap(elems []any, read []string) []any {
	if len(read) == 0 {
		return elems
	}
	out := make([]any, len(elems))
	for i, e := range elems {
		out[i], _ = valueAt(e, read)
	}
	return out
}

// wrap is the inverse of unwrap for one element.
func wrap(v any, read []string) any {
	if len(read) == 0 {
		return v
	}
	m := map[string]any{}
	setAt(m, read, v)
	return m
}
