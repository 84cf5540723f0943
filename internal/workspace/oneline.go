package workspace

import (
	"fmt"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"

	"rassync/internal/model"
)

// manyLines are names of texts that may have several lines; every other text is
// a name, a path, a command, an address.
var manyLines = regexp.MustCompile(`(?i)description|message|text|script|notes?$|comment|certificate|key$|body|banner|agreement|disclaimer|policy|content`)

// singleLine tells whether a text has one line; p is nil for the name, site and
// former name of an object.
func singleLine(p *model.Property) bool {
	for ; p != nil; p = p.Parent {
		if manyLines.MatchString(p.Name) {
			return false
		}
	}
	return true
}

// trapped refuses what YAML makes of a Windows path in double quotes: "C:\temp"
// holds a tab. Only the short escapes are refused, which nobody needs to write
// such a character on purpose.
func (w *walker) trapped(n *yaml.Node, p *model.Property) bool {
	if n.Style&yaml.DoubleQuotedStyle == 0 || !strings.ContainsFunc(n.Value, func(r rune) bool { return r < ' ' || r == 0x85 || r == 0xa0 || r == 0x2028 || r == 0x2029 }) || !singleLine(p) {
		return false
	}
	escape := shortEscape(w.raw, n)
	if escape == "" {
		return false
	}
	w.fail(n, fmt.Sprintf(`%s in double quotes stands for a character that cannot be seen`, escape), `use 'single quotes' or none, where a backslash is a backslash; \xNN writes such a character on purpose`)
	return true
}

// shortEscape finds a backslash with one letter that stands for a control
// character in a scalar in double quotes; "" if there is none. A line end of
// Windows, \r\n, is none.
func shortEscape(text []byte, n *yaml.Node) string {
	pos := 0
	for line := 1; line < n.Line && pos < len(text); line++ {
		pos = lineEnd(text, pos)
	}
	start := strings.IndexByte(string(text[pos:]), '"')
	if start < 0 {
		return ""
	}
	for i := pos + start + 1; i+1 < len(text); i++ {
		switch {
		case text[i] == '"':
			return ""
		case text[i] != '\\':
		case strings.HasPrefix(string(text[i:min(i+4, len(text))]), `\r\n`):
			i += 3
		case strings.IndexByte("abtnvfre0NLP_", text[i+1]) >= 0:
			return string(text[i : i+2])
		default:
			i++
		}
	}
	return ""
}

// truth reads true or false; ok is false for what only some YAML programs take
// for one of them.
func truth(n *yaml.Node) (v, ok bool) {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" {
		return false, false
	}
	switch n.Value {
	case "true", "True", "TRUE":
		return true, true
	case "false", "False", "FALSE":
		return false, true
	}
	return false, false
}
