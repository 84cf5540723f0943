package model

import (
	"fmt"
	"maps"
	"slices"
)

// Fits tells whether what was read is no configuration.
func (s Skip) Fits(body map[string]any) bool {
	return s.Where.Fits(func(name string) any { return body[name] })
}

// Names are the read names that say whether something is configuration.
func (s Skip) Names() []string { return slices.Sorted(maps.Keys(s.Where)) }

// Untold is the name of which an answer lacks what says if it is configuration; ""
// if it lacks none.
func (s Skip) Untold(body map[string]any) string {
	for _, name := range s.Names() {
		if _, told := body[name]; !told {
			return name
		}
	}
	return ""
}

func among(list []any, v any) bool {
	for _, e := range list {
		if e == v || fmt.Sprint(e) == fmt.Sprint(v) {
			return true
		}
	}
	return false
}

// untold tells whether some entry lacks what says if it is configuration.
func (l *List) untold(entries []any) bool {
	if l == nil {
		return false
	}
	for _, s := range l.Skip {
		for _, e := range entries {
			if m, ok := e.(map[string]any); ok && s.Untold(m) != "" {
				return true
			}
		}
	}
	return false
}

// configured leaves out the entries of a list that are no configuration, such
// as those that come with the product.
func (l *List) configured(entries []any) []any {
	if l == nil || len(l.Skip) == 0 {
		return entries
	}
	kept := make([]any, 0, len(entries))
entries:
	for _, e := range entries {
		m, _ := e.(map[string]any)
		for _, s := range l.Skip {
			if m != nil && s.Fits(m) {
				continue entries
			}
		}
		kept = append(kept, e)
	}
	return kept
}
