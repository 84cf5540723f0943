package render

import (
	"fmt"
	"strings"
	"unicode"
)

// Markdown is safe here by its structure: every value stands in a code span
// or a code block whose fence is longer than any run of backticks in it, on
// one line, with control characters shown as escapes. In a code span neither
// HTML nor links nor mentions are looked for. Only the texts of rassync's own
// (reasons, warnings) are prose, and they may quote names, so they are
// escaped letter by letter.

// mdCode puts a value into a code span that it cannot close.
func mdCode(s string) string { return mdSpan(Escape(s)) }

// mdName is mdCode for the name or address of an object.
func mdName(s string) string { return mdSpan(Name(s)) }

// mdSpan is mdCode for what is escaped already.
func mdSpan(s string) string {
	if s == "" {
		return `""`
	}
	fence := strings.Repeat("`", longestRun(s)+1)
	pad := ""
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") || strings.HasPrefix(s, " ") || strings.HasSuffix(s, " ") {
		pad = " "
	}
	return fence + pad + s + pad + fence
}

// mdCell puts a value into a cell of a table. The end of a cell is looked for
// before anything else, so that every mark is written as a number.
func mdCell(s string) string {
	var b strings.Builder
	b.WriteString("<code>")
	for _, r := range Escape(s) {
		if r < 0x80 && r != ' ' && r != '/' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			fmt.Fprintf(&b, "&#%d;", r)
			continue
		}
		b.WriteRune(r)
	}
	b.WriteString("</code>")
	return b.String()
}

// mdFence is the fence of a code block around these lines.
func mdFence(lines []string) string {
	n := 2
	for _, l := range lines {
		n = max(n, longestRun(l))
	}
	return strings.Repeat("`", n+1)
}

func longestRun(s string) int {
	longest, run := 0, 0
	for i := 0; i < len(s); i++ {
		if s[i] != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

// apart is an empty HTML comment: it parts a text so that no mention, issue
// number or address is seen in it, and shows nothing.
const apart = "<!-- -->"

// mdText escapes prose.
func mdText(s string) string { return mdShown(Escape(s)) }

// mdShown is mdText for what is escaped already.
func mdShown(s string) string {
	var b strings.Builder
	runes := []rune(s)
	for i, r := range runes {
		last := i+1 == len(runes)
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == ' ' || r == ',' || r == '\'' || r >= 0x80 || unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		default:
			b.WriteString(`\` + string(r))
		}
		switch {
		case last && strings.ContainsRune("@#!~%$&", r), !last && runes[i+1] != ' ' && strings.ContainsRune("@#!~%$&:.", r):
			b.WriteString(apart)
		}
	}
	return b.String()
}

// mdHTML escapes a value, escaped for printing already, inside an HTML element.
func mdHTML(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;", "`", "&#96;", "#", "&#35;").Replace(s)
}
