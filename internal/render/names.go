package render

import (
	"fmt"
	"strings"

	"rassync/internal/model"
)

// UnknownName is the error of an explanation that was asked for under a name
// that nothing has.
type UnknownName struct {
	Name string // what was asked for
	Of   string // kind it was looked for in, "" for the kinds themselves
	Hint string // what may have been meant
}

// Error says what was not found and what may have been meant.
func (e *UnknownName) Error() string {
	s := fmt.Sprintf("there is no kind %q", e.Name)
	if e.Of != "" {
		s = fmt.Sprintf("%s has no property %q", e.Of, e.Name)
	}
	if e.Hint != "" {
		s += ": " + e.Hint
	}
	return s
}

// findKind finds a kind whatever the case of its letters.
func findKind(cat *model.Catalog, name string) (*model.Kind, error) {
	if k := cat.Kind(name); k != nil {
		return k, nil
	}
	for _, k := range cat.Kinds() {
		if strings.EqualFold(k.Name, name) {
			return k, nil
		}
	}
	return nil, &UnknownName{Name: name, Hint: model.DidYouMean(name, cat.Names())}
}

// findProperty finds a property by its path. An unknown one is compared with
// its would-be siblings, and with all properties of the same last name.
func findProperty(k *model.Kind, path string) (*model.Property, error) {
	path = strings.TrimPrefix(path, "spec.")
	if p := k.Spec.Find(path); p != nil && path != "" {
		return p, nil
	}
	at, rest := k.Spec, path
	for {
		name, more, deeper := strings.Cut(strings.ReplaceAll(rest, "[]", ""), ".")
		next := inside(at).Prop(name)
		if next == nil {
			return nil, &UnknownName{Name: path, Of: k.Name, Hint: nearProperty(k, inside(at), name)}
		}
		if !deeper {
			return next, nil
		}
		at, rest = next, more
	}
}

// inside steps from lists to their entries.
func inside(p *model.Property) *model.Property {
	for p != nil && p.Type == model.TypeArray && p.Items != nil {
		p = p.Items
	}
	return p
}

func nearProperty(k *model.Kind, at *model.Property, name string) string {
	var siblings []string
	if at != nil {
		for _, c := range at.Props {
			siblings = append(siblings, c.Name)
		}
	}
	var elsewhere []string
	k.Spec.Walk(func(p *model.Property) {
		if strings.EqualFold(p.Name, name) && len(elsewhere) < 3 {
			elsewhere = append(elsewhere, p.Path())
		}
	})
	near := model.Near(name, siblings)
	if len(elsewhere) > 0 {
		near = elsewhere
	} else if at != nil && at.Path() != "" {
		for i, n := range near {
			near[i] = at.Path() + "." + n
		}
	}
	if len(near) > 0 {
		return "did you mean " + strings.Join(near, " or ") + "?"
	}
	if len(siblings) > 0 {
		return "there are " + strings.Join(siblings, ", ")
	}
	return ""
}
