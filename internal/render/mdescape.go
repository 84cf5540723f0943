package render

import (
	"strings"
)

// Markdown is safe here by its structure: every value stands in a code span
// or a code block whose fence is longer than any run of backticks in it, on
// one line, with control characters shown as escapes. In a code span neither
// HTML nor links nor mentions are looked for. Only the texts of rassync's own
// (reasons, warnings) are prose, and they may quote names, so they are
// escaped letter by letter.

// mdCode puts a value into a code span that it cannot close.
func mdCode(s string) string {
	s = Escape(s)
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

// mdCell is mdCode for the cell of a table, whose end is looked for first.
func mdCell(s string) string { return strings.ReplaceAll(mdCode(s), "|", `\|`) }

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
func mdText(s string) string {
	var b strings.Builder
	word := 0 // letters in a row before this place
	for _, r := range Escape(s) {
		switch {
		case strings.ContainsRune("@#!~%$:", r):
			b.WriteString(`\` + string(r) + apart)
			word = 0
		case r == '.':
			// www.example.com and name.example.com become links by themselves.
			b.WriteString(`\.`)
			if word > 0 {
				b.WriteString(apart)
			}
			word = 0
		case r == '&':
			b.WriteString("&amp;")
			word = 0
		case r == '<':
			b.WriteString("&lt;")
			word = 0
		case r == '>':
			b.WriteString("&gt;")
			word = 0
		case r == ' ' || r == ',' || r == '\'':
			b.WriteRune(r)
			word = 0
		case r < 0x80 && strings.ContainsRune("!\"#$%()*+-/;=?[\\]^_`{|}", r):
			b.WriteString(`\` + string(r))
			word = 0
		default:
			b.WriteRune(r)
			word++
		}
	}
	return b.String()
}

// mdHTML escapes a value inside an HTML element.
func mdHTML(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;", "`", "&#96;").Replace(Escape(s))
}
