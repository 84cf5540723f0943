package render

import (
	"fmt"
	"strings"

	"rassync/internal/model"
)

// typeWords says what a value looks like in YAML.
func typeWords(p *model.Property) string {
	if s := p.Form().Describe(p); s != "" {
		return s
	}
	switch {
	case p.Type == model.TypeArray:
		return listWords(p)
	case p.Open:
		return "object, kept whole as the farm answers it"
	case p.Type == model.TypeObject && len(p.Props) == 0:
		return "any object"
	case p.Type == model.TypeString:
		return "text"
	}
	return string(p.Type)
}

func listWords(p *model.Property) string {
	what := "values"
	switch it := p.Items; {
	case p.Form().Entries() != "":
		what = p.Form().Entries()
	case len(p.Ref) > 0:
		what = "names of " + strings.Join(p.Ref, " or ")
	case it == nil:
	case len(it.Ref) > 0:
		what = "names of " + strings.Join(it.Ref, " or ")
	case it.Open:
		what = "objects, kept whole as the farm answers them"
	case it.Type == model.TypeObject:
		what = "objects"
	case it.Enum != nil:
		what = "names"
	case it.Type == model.TypeString:
		what = "texts"
	case it.Type == model.TypeInteger:
		what = "integers"
	}
	if p.List == nil {
		return "list of " + what
	}
	switch p.List.Mode {
	case "ordered":
		return "list of " + what + " in order"
	case "keyed":
		return "list of " + what + " by " + strings.Join(p.List.Key, " and ")
	}
	return "set of " + what
}

// marks are the short remarks beside a property in the tree of a kind.
func marks(p *model.Property) []string {
	var out []string
	add := func(when bool, s string) {
		if when {
			out = append(out, s)
		}
	}
	add(p.RequiredOnCreate, "required")
	add(p.CreateOnly, "create only")
	add(p.UpdateOnly, "not on create")
	add(p.NoWrite, "read only")
	add(p.OneTime, "once")
	add(p.WriteOnly && !p.Secret && !p.OneTime, "write only")
	add(p.Gate != "", "unless "+p.Gate)
	add(len(p.Impact) > 0, "impact")
	add(p.Deprecated, "deprecated")
	add(p.Since != "" || p.Until != "", versionWords(p.Since, p.Until))
	add(!model.SureEvidence(sureness(p)), "verify")
	return out
}

// allowed lists the values of an enumeration with their numbers.
func allowed(p *model.Property) []string {
	if p.Enum == nil && p.Items != nil {
		p = p.Items
	}
	var out []string
	if p.Enum != nil {
		for _, n := range p.Enum.Order {
			out = append(out, enumValue(p.Enum, n))
		}
	}
	return out
}

// bounds says how long or large a value may be.
func bounds(p *model.Property) string {
	var parts []string
	if p.MinLength > 0 || p.MaxLength > 0 {
		switch {
		case p.MaxLength == 0:
			parts = append(parts, fmt.Sprintf("at least %s", count(p.MinLength, "character", "characters")))
		case p.MinLength == 0:
			parts = append(parts, fmt.Sprintf("at most %s", count(p.MaxLength, "character", "characters")))
		default:
			parts = append(parts, fmt.Sprintf("%d to %d characters", p.MinLength, p.MaxLength))
		}
	}
	if p.WriteMinLength > 0 {
		parts = append(parts, fmt.Sprintf("the farm takes no text shorter than %s, though it may show an empty one", count(p.WriteMinLength, "character", "characters")))
	}
	switch {
	case p.Minimum != nil && p.Maximum != nil:
		parts = append(parts, value(*p.Minimum)+" to "+value(*p.Maximum))
	case p.Minimum != nil:
		parts = append(parts, "at least "+value(*p.Minimum))
	case p.Maximum != nil:
		parts = append(parts, "at most "+value(*p.Maximum))
	}
	return strings.Join(parts, ", ")
}
