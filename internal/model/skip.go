package model

import "fmt"

// Fits tells whether what was read is no configuration.
func (s Skip) Fits(body map[string]any) bool {
	return s.Where.Fits(func(name string) any { return body[name] })
}

func among(list []any, v any) bool {
	for _, e := range list {
		if e == v || fmt.Sprint(e) == fmt.Sprint(v) {
			return true
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
