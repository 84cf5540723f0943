package render

import (
	"fmt"
	"unicode/utf8"

	"rassync/internal/model"
	"rassync/internal/printable"
)

// Escape makes a value safe to print on a terminal and in a log; package
// printable says how.
func Escape(s string) string { return printable.Escape(s) }

// Name makes the name or address of an object safe to print: no other name
// looks like it.
func Name(s string) string { return printable.Name(s) }

// cut shortens a text to so many characters and says how many are missing.
func cut(s string, limit int) string {
	n := utf8.RuneCountInString(s)
	if n <= limit {
		return s
	}
	at := 0
	for i := range s {
		if at == limit {
			return fmt.Sprintf("%s... (%d more characters)", s[:i], n-limit)
		}
		at++
	}
	return s
}

// count writes a number with its noun.
func count(n int, one, many string) string { return model.Count(n, one, many) }
