package contract

import (
	"fmt"
	"slices"

	"rassync/internal/model"
)

// Probed is what came of trying properties on a lab farm.
type Probed struct {
	Farm    string       `json:"farm"` // its GUID
	Version string       `json:"version,omitempty"`
	Run     string       `json:"run"`
	Kinds   []ProbedKind `json:"kinds"`
	// Activated: the settings of the farm were activated, and are again as they
	// were. Otherwise what was written and taken back waits to be activated.
	Activated bool `json:"activated"`
	// Left are objects that could not be taken away again.
	Left []string `json:"left"`
}

// ProbedKind is one kind of it.
type ProbedKind struct {
	Kind   string `json:"kind"`
	Object string `json:"object,omitempty"` // address
	// NotTried says why nothing of the kind was tried.
	NotTried   string           `json:"notTried,omitempty"`
	Properties []ProbedProperty `json:"properties"`
}

// ProbedProperty is one property of it.
type ProbedProperty struct {
	Path   string      `json:"path"`
	Result ProbeResult `json:"result"`
	// Text has the words of the farm, or why it was not tried.
	Text  string `json:"text,omitempty"`
	Wrote any    `json:"wrote,omitempty"`
	Reads any    `json:"reads,omitempty"`
}

// ProbeResult is what a farm made of a value.
type ProbeResult string

// The results of trying a property.
const (
	ProbeAccepted   ProbeResult = "accepted"
	ProbeRefused    ProbeResult = "refused"
	ProbeIgnored    ProbeResult = "ignored"    // taken without a word, and not changed
	ProbeNormalised ProbeResult = "normalised" // taken, and reads back otherwise
	ProbeNotTried   ProbeResult = "not tried"
)

// Count is how many properties had a result.
func (p *Probed) Count(r ProbeResult) int {
	n := 0
	for _, k := range p.Kinds {
		for _, q := range k.Properties {
			if q.Result == r {
				n++
			}
		}
	}
	return n
}

// Layer is what a probe is sure of: names and places that the farm took and reads
// back. What the number of a value means cannot be read, so enumerations are left
// out.
func (p *Probed) Layer(cat *model.Catalog, date string) (*Layer, error) {
	var kinds []*KindLayer
	for _, k := range p.Kinds {
		kl := &KindLayer{Kind: k.Kind, From: Origin{Source: FromProbe, Version: p.Version, Date: date}, Properties: map[string]*Correction{}}
		for _, q := range k.Properties {
			known := cat.Kind(k.Kind).Spec.Find(q.Path)
			if known != nil && known.Enum == nil && (q.Result == ProbeAccepted || q.Result == ProbeNormalised) {
				kl.Properties[q.Path] = &Correction{Confirmed: true}
			}
		}
		if len(kl.Properties) > 0 {
			kinds = append(kinds, kl)
		}
	}
	return New(kinds...)
}

// Another gives a property another legal value than the one it has; why says why
// there is none to try.
func Another(p *model.Property, have any) (v any, why string) {
	for _, i := range p.Impact {
		if i.Brake {
			return nil, "a change of it can lock people out"
		}
	}
	switch {
	case p.Secret:
		return nil, "a secret"
	case p.CreateOnly || p.OneTime:
		return nil, "only a create takes it"
	case p.AlsoChanges != nil:
		return nil, "it changes other objects"
	case p.File != nil:
		return nil, "a file"
	case p.Lookup != nil, p.Membership != nil, p.Call != "", p.Cells != nil:
		return nil, "it has a call of its own"
	case len(p.Ref) > 0, p.EntryOf != nil, p.Items != nil && len(p.Items.Ref) > 0:
		return nil, "it refers to other objects"
	case p.Enum != nil && p.Flags:
		return otherFlags(p, have)
	case p.Type == model.TypeArray:
		return nil, "a list"
	case p.Enum != nil:
		for _, name := range p.Enum.Order {
			if _, known := p.Enum.ByName[name]; known && name != have {
				return name, ""
			}
		}
		return nil, "no other value is known"
	case p.Codec != "" && p.Codec != "number":
		return nil, "its values have a form of their own"
	}
	switch p.Type {
	case model.TypeBoolean:
		b, _ := have.(bool)
		return !b, ""
	case model.TypeInteger, model.TypeNumber:
		return otherNumber(p, have)
	case model.TypeString:
		return otherText(p, have)
	default:
		return nil, "its type is not known"
	}
}

func otherFlags(p *model.Property, have any) (any, string) {
	list, _ := have.([]any)
	for _, name := range p.Enum.Order {
		if _, known := p.Enum.ByName[name]; known && !slices.Contains(list, any(name)) {
			return []any{name}, ""
		}
	}
	if len(list) > 1 {
		return list[:1], ""
	}
	return nil, "no other value is known"
}

func otherNumber(p *model.Property, have any) (any, string) {
	n, _ := model.AsInt(have)
	for _, v := range []int64{n + 1, n - 1} {
		if (p.Minimum == nil || float64(v) >= *p.Minimum) && (p.Maximum == nil || float64(v) <= *p.Maximum) && v >= 0 {
			return v, ""
		}
	}
	return nil, "its limits leave no other value"
}

func otherText(p *model.Property, have any) (any, string) {
	if p.Pattern != "" || len(p.Examples) > 0 {
		for _, e := range p.Examples {
			if e != have {
				return e, ""
			}
		}
		return nil, "its texts have a form of their own"
	}
	s, _ := have.(string)
	v := s + "x"
	for len(v) < max(p.MinLength, p.WriteMinLength) {
		v += "x"
	}
	if p.MaxLength > 0 && len([]rune(v)) > p.MaxLength {
		v = "probe"
		if p.MaxLength < len(v) || v == s {
			return nil, "its limits leave no other value"
		}
	}
	return v, ""
}

// Describe is a property in words, for progress.
func (q ProbedProperty) Describe() string {
	if q.Text == "" {
		return fmt.Sprintf("%s: %s", q.Path, q.Result)
	}
	return fmt.Sprintf("%s: %s: %s", q.Path, q.Result, q.Text)
}
