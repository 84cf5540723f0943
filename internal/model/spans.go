package model

import (
	"slices"
	"strings"
)

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
