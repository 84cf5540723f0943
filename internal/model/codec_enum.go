package model

import (
	"fmt"
	"strings"
)

// enumCodec: YAML holds a name, the API a number; numbers that no name is known
// for are kept.
type enumCodec struct{ asItIs }

func (enumCodec) fits(p *Property) bool { return p.Enum != nil }

func (enumCodec) decode(d *Decoder, p *Property, at place) (any, bool) {
	return d.enum(p, at.path, at.here), true
}

func (enumCodec) encode(_ *Encoder, p *Property, v any) (any, error) {
	if i, ok := AsInt(v); ok {
		return i, nil
	}
	if i, ok := p.Enum.ByName[fmt.Sprint(v)]; ok {
		return i, nil
	}
	return nil, noNumber(p.Enum, v)
}

func (enumCodec) equal(p *Property, want, have any) (equal, decided bool) {
	same := unnumbered(p, want, have)
	return same, same
}

// Example picks the default, else Enabled, else the first name without an
// impact.
func (enumCodec) Example(p *Property, _ func(kinds []string) string) any { return firstName(p) }

// Describe counts the names.
func (enumCodec) Describe(p *Property) string {
	return "one of " + Count(len(p.Enum.Order), "name", "names")
}

func firstName(p *Property) string {
	if s, ok := p.Default.(string); ok && p.HasDefault {
		return s
	}
	if p.Enum == nil || len(p.Enum.Order) == 0 {
		return "Example"
	}
	if _, on := p.Enum.ByName["Enabled"]; on && !p.Risky("Enabled") {
		return "Enabled"
	}
	for _, n := range p.Enum.Order {
		if !p.Risky(n) && !p.Enum.Unnumbered[n] {
			return n
		}
	}
	return p.Enum.Order[0]
}

// Risky tells whether this value alone has an effect beyond configuration.
func (p *Property) Risky(v any) bool {
	for _, im := range p.Impact {
		if !im.Always() && im.Applies(v) {
			return true
		}
	}
	return false
}

func (d *Decoder) enum(p *Property, path string, w any) any {
	if s, ok := w.(string); ok {
		if _, isNum := AsInt(w); !isNum {
			for _, n := range p.Enum.Order {
				if strings.EqualFold(n, s) {
					return n
				}
			}
			return s
		}
	}
	i, ok := AsInt(w)
	if !ok {
		return plainJSON(w)
	}
	if n, ok := p.Enum.ByNum[i]; ok {
		return n
	}
	if d.NewNumbers != nil {
		d.NewNumbers[path] = true
	}
	return i
}

// noNumber says why a name cannot be sent.
func noNumber(e *Enum, name any) error {
	if e.Unnumbered[fmt.Sprint(name)] {
		return fmt.Errorf("the number of %v is not known, so it cannot be sent: write the number that an export shows", name)
	}
	return fmt.Errorf("%v is not a valid value", name)
}

// unnumbered: a name whose number nobody has seen equals any number that no
// name is known for.
func unnumbered(p *Property, a, b any) bool {
	if p == nil || p.Enum == nil || len(p.Enum.Unnumbered) == 0 {
		return false
	}
	fits := func(name, num any) bool {
		s, _ := name.(string)
		i, isNum := AsInt(num)
		if _, text := num.(string); text || !isNum || !p.Enum.Unnumbered[s] {
			return false
		}
		_, known := p.Enum.ByNum[i]
		return !known
	}
	return fits(a, b) || fits(b, a)
}
