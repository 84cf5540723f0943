package workspace

import (
	"fmt"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"rassync/internal/model"
)

// emitter writes canonical values as block-style YAML. It does not use an
// encoder of its library, because the bytes must stay the same from version to
// version and text must look as its author would write it.
type emitter struct {
	b   strings.Builder
	eol string
}

func newEmitter(eol string) *emitter { return &emitter{eol: eol} }

// indentStep is how far the values of a mapping stand in.
const indentStep = 2

func (e *emitter) line(indent int, text string) {
	for range indent {
		e.b.WriteByte(' ')
	}
	e.b.WriteString(text)
	e.b.WriteString(e.eol)
}

// pair writes "key: value" at an indentation.
func (e *emitter) pair(indent int, p *model.Property, key string, v any) {
	k := keyText(key)
	if len(k) > 900 { // longer keys need the long form
		e.line(indent, "? "+k)
		k = ""
	}
	head, body := e.render(indent, p, v)
	if head != "" {
		head = " " + head
	}
	e.line(indent, k+":"+head)
	e.b.WriteString(body)
}

// render gives what stands on the line of a key or dash and the lines below.
func (e *emitter) render(indent int, p *model.Property, v any) (head, body string) {
	sub := &emitter{eol: e.eol}
	switch v := v.(type) {
	case map[string]any:
		keys := orderedKeys(p, v)
		if len(keys) == 0 {
			return "{}", ""
		}
		for _, name := range keys {
			sub.pair(indent+indentStep, p.Prop(name), name, v[name])
		}
		return "", sub.b.String()
	case []any:
		if len(v) == 0 {
			return "[]", ""
		}
		sub.entries(indent+indentStep, p, v)
		return "", sub.b.String()
	case string:
		if literal(v) {
			return sub.literal(indent+indentStep, v)
		}
	}
	return scalarText(v), ""
}

// entries writes the entries of a list, the dashes at an indentation.
func (e *emitter) entries(indent int, p *model.Property, list []any) {
	for _, v := range list {
		e.entry(indent, p, v)
	}
}

func (e *emitter) entry(indent int, p *model.Property, v any) {
	var ip *model.Property
	if p != nil {
		ip = p.Items
	}
	sub := &emitter{eol: e.eol}
	// Rendered one step out: a key of the entry stands right behind the dash.
	head, body := sub.render(indent, ip, v)
	if head != "" {
		e.line(indent, "- "+head)
		e.b.WriteString(body)
		return
	}
	for range indent {
		e.b.WriteByte(' ')
	}
	e.b.WriteString("- ")
	e.b.WriteString(strings.TrimLeft(body, " "))
}

// literal writes text of several lines as a literal block.
func (e *emitter) literal(indent int, s string) (head, body string) {
	head = "|-"
	if strings.HasSuffix(s, "\n") {
		head, s = "|", s[:len(s)-1]
	}
	for _, l := range strings.Split(s, "\n") {
		if l == "" {
			e.b.WriteString(e.eol)
			continue
		}
		e.line(indent, l)
	}
	return head, e.b.String()
}

// orderedKeys gives the keys of a mapping: those of the schema in its order,
// then the others by name. Hidden keys are never written.
func orderedKeys(p *model.Property, m map[string]any) []string {
	keys := make([]string, 0, len(m))
	if p != nil {
		for _, c := range p.Props {
			if _, ok := m[c.Name]; ok {
				keys = append(keys, c.Name)
			}
		}
	}
	known := len(keys)
	if known == len(m) {
		return keys
	}
	for name := range m {
		if p.Prop(name) == nil && !(p != nil && strings.HasPrefix(name, "$")) {
			keys = append(keys, name)
		}
	}
	sort.Strings(keys[known:])
	return keys
}

func keyText(key string) string {
	if key == "<<" {
		return `"<<"`
	}
	return scalarText(key)
}

// scalarText writes a value on one line.
func scalarText(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case int:
		return strconv.Itoa(v)
	case float64:
		if v == float64(int64(v)) && v > -1e15 && v < 1e15 {
			return strconv.FormatInt(int64(v), 10)
		}
		return strconv.FormatFloat(v, 'g', -1, 64)
	case string:
		return textScalar(v)
	case model.SecretRef:
		if v.Env != "" {
			return "{fromEnv: " + flowScalar(v.Env) + "}"
		}
		return "{fromFile: " + flowScalar(v.File) + "}"
	case model.FileRef:
		return "{file: " + flowScalar(v.Path) + "}"
	case map[string]any:
		if len(v) == 0 {
			return "{}"
		}
	case []any:
		if len(v) == 0 {
			return "[]"
		}
	}
	return textScalar(fmt.Sprint(v))
}

func textScalar(s string) string {
	switch {
	case plainText(s):
		return s
	case singleText(s):
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	return doubleText(s)
}

// flowScalar is textScalar inside braces or brackets.
func flowScalar(s string) string {
	// Where flow scalars end is read differently from program to program.
	if strings.ContainsAny(s, ",[]{}?:") && plainText(s) {
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	return textScalar(s)
}

// lookAlike is text that some YAML program takes for a number, a date or a
// time: hexadecimal, octal, binary, with underscores, base 60.
var lookAlike = regexp.MustCompile(`^[-+]?(0[xob][0-9A-Fa-f_]*|[0-9][0-9_,]*\.?[0-9_]*([eE][-+]?[0-9]+)?|\.[0-9_]+([eE][-+]?[0-9]+)?|[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?|\.(?i:inf|nan))$`)

// words that some YAML program takes for a truth value or nothing.
func reserved(s string) bool {
	if len(s) > 5 {
		return false
	}
	switch strings.ToLower(s) {
	case "", "~", "=", "<<", "null", "true", "false", "yes", "no", "on", "off", "y", "n":
		return true
	}
	return false
}

// plainText tells whether text can stand without quotes and comes back as it
// was, whatever YAML program reads it.
func plainText(s string) bool {
	if reserved(s) || len(s) > 0 && strings.IndexByte("-+.0123456789", s[0]) >= 0 && lookAlike.MatchString(s) {
		return false
	}
	if !visible(s, false) || s[0] == ' ' || s[len(s)-1] == ' ' {
		return false
	}
	if strings.IndexByte("-?:,[]{}#&*!|>'\"%@`", s[0]) >= 0 {
		return false
	}
	if strings.Contains(s, ": ") || strings.Contains(s, " #") || s[len(s)-1] == ':' || strings.HasPrefix(s, "...") {
		return false
	}
	// The last word has the parser that will read it back.
	n := yaml.Node{Kind: yaml.ScalarNode, Value: s}
	return n.ShortTag() == "!!str"
}

// singleText tells whether text can stand in single quotes.
func singleText(s string) bool { return visible(s, false) }

// visible tells whether text holds only characters that can be seen and that
// editors and git leave alone; breaks allows line breaks.
func visible(s string, breaks bool) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for i, r := range s {
		switch {
		case r >= ' ' && r < 0x7f:
		case r == '\n' && breaks:
		case r < 0xa0, r == 0x85, r == 0x2028, r == 0x2029, r == 0xfeff, r == 0xfffd, r == 0xfffe, r == 0xffff:
			return false
		case unicode.IsSpace(r) && (i == 0 || i+utf8.RuneLen(r) == len(s)), unicode.Is(unicode.Cf, r):
			return false
		}
	}
	return true
}

// literal tells whether text comes back exactly from a literal block, even
// after an editor that trims the ends of lines.
func literal(s string) bool {
	if !strings.Contains(s, "\n") || strings.HasSuffix(s, "\n\n") || !visible(s, true) || len(strings.Trim(s, "\n")) == 0 {
		return false
	}
	if s[0] == ' ' || s[0] == '\n' {
		return false
	}
	for _, l := range strings.Split(s, "\n") {
		if strings.HasSuffix(l, " ") {
			return false
		}
	}
	return true
}

// doubleText writes text in double quotes, with escapes for all that cannot
// be seen.
func doubleText(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n' && i > 0 && s[i-1] == '\r':
			b.WriteString(`\n`)
		case r == '\r' && i+1 < len(s) && s[i+1] == '\n':
			b.WriteString(`\r`)
		case r >= ' ' && r < 0x7f, visible(string(r), false) && !(unicode.IsSpace(r) && (i == 0 || i+utf8.RuneLen(r) == len(s))):
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02X`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			fmt.Fprintf(&b, `\U%08X`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// documentName is the name of an address as a document writes it: the mark of
// the object stands on a line of its own; those of folders are part of a path.
func documentName(k *model.Kind, a model.Address) (name, mark string) {
	if k.Shape != model.Collection {
		return a.Name, ""
	}
	return model.CutMark(a.Name)
}

// markValue is a mark as it is written: mostly a number.
func markValue(mark string) any {
	if n, err := strconv.ParseInt(mark, 10, 64); err == nil && strconv.FormatInt(n, 10) == mark {
		return n
	}
	return mark
}

// document writes a whole object.
func (e *emitter) document(k *model.Kind, o *model.Object) {
	e.pair(0, nil, "kind", k.Name)
	if k.Scope == model.ScopeSite {
		e.pair(0, nil, "site", o.Address.Site)
	}
	if k.HasName() {
		name, mark := documentName(k, o.Address)
		e.pair(0, nil, "name", name)
		if mark != "" {
			e.pair(0, nil, "mark", markValue(mark))
		}
	}
	if o.RenamedFrom != "" {
		e.pair(0, nil, "renamedFrom", o.RenamedFrom)
	}
	if o.Confirm != "" {
		e.pair(0, nil, "confirm", o.Confirm)
	}
	if len(orderedKeys(k.Spec, o.Spec)) > 0 {
		e.pair(0, k.Spec, "spec", o.Spec)
	}
	if len(o.Unknown) > 0 {
		e.pair(0, nil, "unknown", o.Unknown)
	}
}
