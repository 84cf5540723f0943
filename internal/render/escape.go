package render

import (
	"fmt"
	"unicode/utf8"

	"rassync/internal/leak"
	"rassync/internal/model"
	"rassync/internal/printable"
)

// Escape makes a value safe to print on a terminal and in a log; package
// printable says how.
func Escape(s string) string { return printable.Escape(leak.Mask(s)) }

// Name makes the name or address of an object safe to print: no other name
// looks like it.
func Name(s string) string { return printable.Name(s) }

// cut shortens a text to so many characters: its beginning and its end are
// shown, and how many are missing between them.
func cut(s string, limit int) string {
	n := utf8.RuneCountInString(s)
	if n <= limit {
		return s
	}
	runes := []rune(s)
	tail := limit / 4
	return fmt.Sprintf("%s... (%d more characters) ...%s", string(runes[:limit-tail]), n-limit, string(runes[n-tail:]))
}

// count writes a number with its noun.
func count(n int, one, many string) string { return model.Count(n, one, many) }
