package render

import (
	"encoding/json"
	"fmt"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"rassync/internal/model"
)

// value prints one value on one line the way YAML would have it, escaped.
// Secrets and files are printed as their references.
func value(v any) string {
	switch v := v.(type) {
	case nil:
		return "(none)"
	case string:
		return text(v)
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case json.Number:
		return Escape(v.String())
	case model.SecretRef:
		return "(" + Escape(v.String()) + ")"
	case model.FileRef:
		return Escape(v.String())
	case []any:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = value(e)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case map[string]any:
		return "{" + pairs(v) + "}"
	case fmt.Stringer:
		return Escape(v.String())
	}
	data, err := json.Marshal(v)
	if err != nil {
		return Escape(fmt.Sprintf("%T", v))
	}
	return Escape(string(data))
}

// pairs prints what a map holds; the engine's own mark of an entry is left out.
func pairs(m map[string]any) string {
	parts := make([]string, 0, len(m))
	for _, k := range keys(m) {
		parts = append(parts, text(k)+": "+value(m[k]))
	}
	return strings.Join(parts, ", ")
}

func keys(m map[string]any) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		if k != model.EntryID {
			out = append(out, k)
		}
	}
	sort.Strings(out)
	return out
}

// text prints a string, in quotes where it could be taken for something else.
func text(s string) string {
	if plainText(s) {
		return blanks(s)
	}
	return `"` + blanks(strings.ReplaceAll(Escape(s), `"`, `\"`)) + `"`
}

// padding is a run of blanks that pushes what follows out of sight.
var padding = regexp.MustCompile(` {16,}`)

// blanks counts long runs of blanks instead of writing them: a command behind
// four hundred of them is not seen on any screen.
func blanks(s string) string {
	return padding.ReplaceAllStringFunc(s, func(run string) string { return fmt.Sprintf("<%d blanks>", len(run)) })
}

// plainText tells whether a string can stand without quotes.
func plainText(s string) bool {
	switch strings.ToLower(s) {
	case "", "true", "false", "null", "yes", "no", "on", "off", "~":
		return false
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		return false
	}
	if strings.ContainsAny(s[:1], " -?:,[]{}#&*!|>'\"%@`(") || strings.HasSuffix(s, " ") {
		return false
	}
	for _, bad := range []string{": ", " #", "->", "→", ", ", `"`, "[", "]", "{", "}", "(none)"} {
		if strings.Contains(s, bad) {
			return false
		}
	}
	return Escape(s) == s && !strings.HasSuffix(s, ":")
}
