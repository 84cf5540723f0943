package workspace

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// Most documents are written by an export, or look like it: block mappings
// and lists, one scalar a line. quick reads those several times faster than
// the YAML library and gives the same nodes, comments aside. Whatever it does
// not know for sure it leaves to the library, errors included.
func quick(text []byte) (*yaml.Node, bool) {
	if !quickText(text) {
		return nil, false
	}
	q := &quickReader{text: string(text)}
	q.nodes = make([]yaml.Node, 0, 2*bytes.Count(text, []byte("\n"))+8)
	q.next()
	if !q.end && q.rest == "---" && q.indent == 0 {
		q.next()
	}
	if q.end || q.failed || q.indent != 0 || q.dash() {
		return nil, false
	}
	root := q.mapping(0, q.rest, 0)
	if q.failed || !q.end {
		return nil, false
	}
	return root, true
}

// quickText tells whether the text holds only characters whose meaning is the
// same everywhere.
func quickText(text []byte) bool {
	ascii := true
	for _, c := range text {
		if c < ' ' && c != '\n' || c == 0x7f {
			return false
		}
		ascii = ascii && c < utf8.RuneSelf
	}
	if ascii {
		return true
	}
	if !utf8.Valid(text) {
		return false
	}
	for _, r := range string(text) {
		if r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff || r >= 0xfffd && r <= 0xffff {
			return false
		}
	}
	return true
}

type quickReader struct {
	text   string
	pos    int // of the next line
	line   int // number of the current one, from 1
	rest   string
	indent int
	end    bool
	failed bool
	nodes  []yaml.Node
}

// next goes to the next line that is neither empty nor a comment.
func (q *quickReader) next() {
	for q.pos < len(q.text) {
		l := q.text[q.pos:]
		if i := strings.IndexByte(l, '\n'); i >= 0 {
			l = l[:i]
			q.pos++
		}
		q.pos += len(l)
		q.line++
		q.rest = strings.TrimLeft(l, " ")
		q.indent = len(l) - len(q.rest)
		if q.rest != "" && q.rest[0] != '#' {
			return
		}
	}
	q.end, q.rest, q.indent = true, "", -1
}

func (q *quickReader) fail() *yaml.Node {
	q.failed = true
	return &yaml.Node{}
}

func (q *quickReader) node(n yaml.Node) *yaml.Node {
	if len(q.nodes) == cap(q.nodes) {
		q.nodes = make([]yaml.Node, 0, 64)
	}
	q.nodes = append(q.nodes, n)
	return &q.nodes[len(q.nodes)-1]
}

// dash tells whether the line begins an entry of a list.
func (q *quickReader) dash() bool { return strings.HasPrefix(q.rest, "- ") || q.rest == "-" }

const quickDepth = 40

// mapping reads the pairs at an indentation; first is what stands on the
// current line from there on.
func (q *quickReader) mapping(indent int, first string, depth int) *yaml.Node {
	if depth > quickDepth {
		return q.fail()
	}
	m := q.node(yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: q.line, Column: indent + 1})
	for rest := first; ; rest = q.rest {
		n := 0
		for n < len(rest) && (rest[n] >= 'a' && rest[n] <= 'z' || rest[n] >= 'A' && rest[n] <= 'Z' || n > 0 && rest[n] >= '0' && rest[n] <= '9') {
			n++
		}
		if n == 0 || n > 100 || n == len(rest) || rest[n] != ':' {
			return q.fail()
		}
		key := q.node(yaml.Node{Kind: yaml.ScalarNode, Value: rest[:n], Line: q.line, Column: indent + 1})
		key.Tag = key.ShortTag()
		var value *yaml.Node
		if n+1 == len(rest) {
			value = q.below(indent, depth)
		} else {
			if rest[n+1] != ' ' || n+2 == len(rest) || rest[n+2] == ' ' {
				return q.fail()
			}
			value = q.scalar(rest[n+2:], indent+n+3)
			q.next()
		}
		m.Content = append(m.Content, key, value)
		switch {
		case q.failed:
			return m
		case q.end || q.indent < indent:
			return m
		case q.indent > indent || q.dash():
			return q.fail()
		}
	}
}

// below reads what stands in the lines under a key.
func (q *quickReader) below(indent, depth int) *yaml.Node {
	q.next()
	switch {
	case q.end || q.indent < indent || q.indent == indent && !q.dash():
		return q.fail() // nothing: the library knows where that stands
	case q.dash():
		return q.list(q.indent, depth+1)
	}
	return q.mapping(q.indent, q.rest, depth+1)
}

func (q *quickReader) list(indent, depth int) *yaml.Node {
	if depth > quickDepth {
		return q.fail()
	}
	l := q.node(yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Line: q.line, Column: indent + 1})
	for {
		if len(q.rest) < 3 || q.rest[2] == ' ' {
			return q.fail()
		}
		entry := q.rest[2:]
		var e *yaml.Node
		if quickKey(entry) {
			e = q.mapping(indent+2, entry, depth+1)
		} else {
			e = q.scalar(entry, indent+3)
			q.next()
		}
		l.Content = append(l.Content, e)
		switch {
		case q.failed:
			return l
		case q.end || q.indent < indent || q.indent == indent && !q.dash():
			return l
		case q.indent > indent:
			return q.fail()
		}
	}
}

// quickKey tells whether an entry of a list is a mapping: whether its first
// word is a key.
func quickKey(entry string) bool {
	for i := 0; i < len(entry); i++ {
		c := entry[i]
		if c == ':' {
			return i > 0 && (i+1 == len(entry) || entry[i+1] == ' ')
		}
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9') {
			return false
		}
	}
	return false
}

// scalar reads a value that stands on one line.
func (q *quickReader) scalar(s string, column int) *yaml.Node {
	n := yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s, Line: q.line, Column: column}
	switch {
	case s == "[]":
		return q.node(yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle, Tag: "!!seq", Line: q.line, Column: column})
	case s == "{}":
		return q.node(yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle, Tag: "!!map", Line: q.line, Column: column})
	case s[0] == '\'':
		body := s[1:]
		if len(body) == 0 || body[len(body)-1] != '\'' {
			return q.fail()
		}
		body = body[:len(body)-1]
		// Every quote inside stands twice.
		whole := strings.ReplaceAll(body, "''", "")
		if strings.IndexByte(whole, '\'') >= 0 {
			return q.fail()
		}
		n.Style, n.Value = yaml.SingleQuotedStyle, strings.ReplaceAll(body, "''", "'")
		return q.node(n)
	case s[0] == '"':
		body := s[1:]
		if len(body) == 0 || strings.IndexByte(body, '"') != len(body)-1 || strings.IndexByte(body, '\\') >= 0 {
			return q.fail()
		}
		n.Style, n.Value = yaml.DoubleQuotedStyle, body[:len(body)-1]
		return q.node(n)
	case strings.IndexByte("-?:,[]{}#&*!|>%@`=~<", s[0]) >= 0 && s != "<Default>" && !quickNegative(s),
		s[len(s)-1] == ' ', s[len(s)-1] == ':', strings.Contains(s, ": "), strings.Contains(s, " #"):
		return q.fail()
	}
	n.Tag = ""
	p := q.node(n)
	p.Tag = p.ShortTag()
	return p
}

func quickNegative(s string) bool { return len(s) > 1 && s[0] == '-' && s[1] >= '0' && s[1] <= '9' }
