package render

import (
	"strings"

	"rassync/internal/model"
)

// afterWords says which kinds come first, and which come after this one.
func afterWords(cat *model.Catalog, k *model.Kind) []string {
	var out []string
	if len(k.After) > 0 {
		out = append(out, strings.Join(k.After, ", ")+": whatever of these is created or changed comes first; deletes run backwards")
	}
	for _, other := range cat.Kinds() {
		for _, first := range other.After {
			if first == k.Name {
				out = append(out, "(before "+other.Name+")")
			}
		}
	}
	return out
}

func activateWords(k *model.Kind) string {
	if k.Activate == nil {
		return ""
	}
	return "after " + wordList(k.Activate.On, " or ") + ", before anything that depends on the object is written: " + k.Activate.Why
}

// createWords says how the call that makes an object is chosen.
func createWords(k *model.Kind) string {
	if k.Chooser() == nil {
		return ""
	}
	var values []string
	for _, c := range k.CreateCalls() {
		values = append(values, c.Value)
	}
	return "a call of its own for each " + k.Create.By + ": " + strings.Join(values, ", ")
}

// enumValue is a name of an enumeration with its number.
func enumValue(e *model.Enum, name string) string {
	if e.Unnumbered[name] {
		return text(name) + " (numeric value unknown)"
	}
	return text(name) + " (" + value(e.ByName[name]) + ")"
}
