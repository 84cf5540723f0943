package farmsim

import (
	"fmt"
	"slices"

	"rassync/internal/model"
)

// farNumber is where the numbers begin that this farm shows for names whose
// number nobody has seen.
const farNumber = 700000

// numberOf is the number of a name. Those that nobody has seen get one that
// no name is known for.
func numberOf(e *model.Enum, name string) int64 {
	if i, ok := e.ByName[name]; ok || !e.Unnumbered[name] {
		return i
	}
	i := int64(farNumber + slices.Index(e.Order, name))
	for e.ByNum[i] != "" {
		i += int64(len(e.Order))
	}
	return i
}

// isNumberOf tells whether a number belongs to the enumeration.
func isNumberOf(e *model.Enum, i int64) bool {
	if _, ok := e.ByNum[i]; ok {
		return true
	}
	for name := range e.Unnumbered {
		if numberOf(e, name) == i {
			return true
		}
	}
	return false
}

// createBy makes the handler of one of several calls that make objects: the
// call says what a property of the new object is.
func (f *Farm) createBy(value string) func(*call) *answer {
	return func(c *call) *answer {
		c.chosen = value
		return f.create(c)
	}
}

// choose sets the property that the path of the create stands for.
func (t *target) choose(value string) error {
	p := t.l.kind.Chooser()
	if p == nil {
		return nil
	}
	for _, fl := range t.l.fields {
		if fl.prop != p {
			continue
		}
		var v any = value
		switch {
		case p.Enum != nil:
			v = numberOf(p.Enum, value)
		case p.Type == model.TypeBoolean:
			v = value == "true"
		}
		return t.set(fl, v)
	}
	return fmt.Errorf("%s: no such property", t.l.kind.Create.By)
}

// chosen lists what the chooser of a kind may be on a farm: the numbers of the
// names that a create has a path for, those that were seen first.
func chosen(k *kind, p *model.Property) []any {
	var seen, far []any
	for _, call := range k.CreateCalls() {
		switch {
		case p.Enum == nil && p.Type == model.TypeBoolean:
			seen = append(seen, call.Value == "true")
		case p.Enum == nil:
			seen = append(seen, call.Value)
		case p.Enum.Unnumbered[call.Value]:
			far = append(far, numberOf(p.Enum, call.Value))
		default:
			seen = append(seen, numberOf(p.Enum, call.Value))
		}
	}
	if len(seen) > 0 {
		return seen
	}
	return far
}
