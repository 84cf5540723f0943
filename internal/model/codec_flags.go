package model

import (
	"fmt"
	"slices"
	"strings"
)

// flagsCodec: a bit mask, in YAML a list of names; with spans three and more
// names that follow each other are written first-last.
type flagsCodec struct{ enumCodec }

func (flagsCodec) words() []string { return []string{"flags", "spans"} }

func (flagsCodec) fits(p *Property) bool { return p.Flags }

func (flagsCodec) decode(d *Decoder, p *Property, at place) (any, bool) {
	return d.flags(p, at.path, at.here), true
}

func (flagsCodec) encode(_ *Encoder, p *Property, v any) (any, error) { return encodeFlags(p, v) }

func (flagsCodec) equal(p *Property, want, have any) (equal, decided bool) {
	if unnumbered(p, want, have) {
		return true, true
	}
	return equalAsItIs(p, plainFlags(p, want), plainFlags(p, have)), true
}

// Check finds spans that are none.
func (flagsCodec) Check(p *Property, text string) (problem, hint string) {
	if !p.Spans || !strings.Contains(text, "-") {
		return "", ""
	}
	if _, ok := p.Enum.Span(text); ok {
		return "", ""
	}
	return fmt.Sprintf("%q is no span", brief(text)), fmt.Sprintf("write the first and the last one, such as %s-%s", p.Enum.Order[0], p.Enum.Order[len(p.Enum.Order)-1])
}

// Example is a list with one name.
func (flagsCodec) Example(p *Property, _ func(kinds []string) string) any { return []any{firstName(p)} }

// Describe says that it is a list.
func (flagsCodec) Describe(*Property) string { return "list of names" }

func (d *Decoder) flags(p *Property, path string, w any) any {
	bits, ok := AsInt(w)
	if !ok {
		return plainJSON(w)
	}
	out := []any{}
	if n, ok := p.Enum.ByNum[bits]; ok && bits != 0 {
		return []any{n}
	}
	for _, n := range p.Enum.Order {
		if b := p.Enum.ByName[n]; b > 0 && b&(b-1) == 0 && bits&b != 0 {
			out = append(out, n)
			bits &^= b
		}
	}
	if p.Spans {
		out = spans(p.Enum, out)
	}
	if bits != 0 {
		if d.NewNumbers != nil {
			d.NewNumbers[path] = true
		}
		out = append(out, bits)
	}
	return out
}

func encodeFlags(p *Property, v any) (any, error) {
	if i, ok := v.(int64); ok {
		return i, nil
	}
	list, _ := v.([]any)
	var bits int64
	for _, x := range list {
		if i, ok := x.(int64); ok {
			bits |= i
			continue
		}
		b, ok := p.Enum.ByName[fmt.Sprint(x)]
		if !ok && p.Spans {
			b, ok = p.Enum.Span(fmt.Sprint(x))
		}
		if !ok {
			return nil, noNumber(p.Enum, x)
		}
		bits |= b
	}
	return bits, nil
}

// plainFlags writes a bit mask as the farm's answer is written: a name may
// stand for several bits, so the same mask can be declared in several ways.
func plainFlags(p *Property, v any) any {
	if list, ok := v.([]any); !ok || len(list) < 2 && !p.Spans {
		return v
	}
	bits, err := encodeFlags(p, v)
	if err != nil {
		return v
	}
	return (&Decoder{}).flags(p, "", bits)
}

// spans writes three and more names that follow each other as "first-last":
// the hours of a week would take 168 lines otherwise.
func spans(e *Enum, names []any) []any {
	out := make([]any, 0, len(names))
	for i := 0; i < len(names); {
		first, _ := names[i].(string)
		at := slices.Index(e.Order, first)
		n := 1
		for i+n < len(names) && at+n < len(e.Order) && names[i+n] == any(e.Order[at+n]) {
			n++
		}
		if n < 3 {
			out = append(out, names[i])
			i++
			continue
		}
		out = append(out, first+"-"+e.Order[at+n-1])
		i += n
	}
	return out
}

// Span gives the bits of "first-last"; false if it is none.
func (e *Enum) Span(text string) (int64, bool) {
	first, last, ok := strings.Cut(text, "-")
	from, to := slices.Index(e.Order, first), slices.Index(e.Order, last)
	if !ok || from < 0 || to < from {
		return 0, false
	}
	var bits int64
	for _, name := range e.Order[from : to+1] {
		bits |= e.ByName[name]
	}
	return bits, true
}
