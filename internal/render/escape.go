package render

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"rassync/internal/model"
)

// Escape makes a value safe to print on a terminal and in a log: control
// characters, the start of ANSI sequences, marks that turn the direction of
// writing, invisible characters and bytes that are no UTF-8 are shown as
// escapes and never passed through.
func Escape(s string) string {
	clean := true
	for _, r := range s {
		if r == utf8.RuneError || hidden(r) {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case !hidden(r):
			b.WriteRune(r)
		case r < 0x80:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
		i += n
	}
	return b.String()
}

// hidden tells whether a character steers the terminal or shows nothing.
func hidden(r rune) bool {
	switch {
	case r < 0x20, r >= 0x7f && r < 0xa0:
		return true
	case r < 0x80:
		return false
	case r == 0x034f, r == 0x115f, r == 0x1160, r == 0x3164, r == 0xffa0: // letters and joiners that show nothing
		return true
	}
	return unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs) || r == 0xfffe || r == 0xffff
}

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
