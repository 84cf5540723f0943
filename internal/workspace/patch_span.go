package workspace

import (
	"sort"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

func (p *patcher) offset(line, col int) int {
	if line < 1 || line > len(p.lines) {
		return len(p.src)
	}
	at := p.lines[line-1]
	for i := 1; i < col && at < len(p.src); i++ {
		_, size := utf8.DecodeRuneInString(p.src[at:])
		at += size
	}
	return at
}

func (p *patcher) start(n *yaml.Node) int { return p.offset(n.Line, n.Column) }

// lineStart and lineStop are the borders of the line that holds an offset;
// lineStop is behind the line break.
func (p *patcher) lineStart(at int) int {
	i := sort.SearchInts(p.lines, at+1) - 1
	if i < 0 {
		return 0
	}
	return p.lines[i]
}

func (p *patcher) lineStop(at int) int {
	i := sort.SearchInts(p.lines, at+1)
	if i >= len(p.lines) {
		return len(p.src)
	}
	return p.lines[i]
}

// content is where the text of a node begins behind its anchor and tag.
func (p *patcher) content(n *yaml.Node) int {
	at := p.start(n)
	for at < len(p.src) && (p.src[at] == '&' || p.src[at] == '!') {
		for at < len(p.src) && !isSpace(p.src[at]) {
			at++
		}
		for at < len(p.src) && isSpace(p.src[at]) {
			at++
		}
	}
	return at
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// end is the offset behind a node; indent is that of the key or dash in front
// of it.
func (p *patcher) end(n *yaml.Node, indent int) (int, error) {
	switch n.Kind {
	case yaml.AliasNode:
		return p.start(n) + 1 + len(n.Value), nil
	case yaml.MappingNode, yaml.SequenceNode:
		if n.Style&yaml.FlowStyle != 0 {
			return p.flowEnd(n)
		}
		if len(n.Content) == 0 {
			return 0, errPatch
		}
		last := n.Content[len(n.Content)-1]
		inner := p.listIndent(n)
		if n.Kind == yaml.MappingNode {
			inner = n.Content[len(n.Content)-2].Column - 1
		}
		if empty(last) {
			return p.start(last), nil
		}
		return p.end(last, inner)
	}
	at := p.content(n)
	switch {
	case empty(n):
		return p.start(n), nil
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return p.blockEnd(at, indent)
	case n.Style&yaml.DoubleQuotedStyle != 0:
		for i := at + 1; i < len(p.src); i++ {
			switch p.src[i] {
			case '\\':
				i++
			case '"':
				return i + 1, nil
			}
		}
		return 0, errPatch
	case n.Style&yaml.SingleQuotedStyle != 0:
		for i := at + 1; i < len(p.src); i++ {
			if p.src[i] != '\'' {
				continue
			}
			if i+1 < len(p.src) && p.src[i+1] == '\'' {
				i++
				continue
			}
			return i + 1, nil
		}
		return 0, errPatch
	}
	return p.plainEnd(at, n.Value)
}

// listIndent is how far the dashes of a block list are indented: an anchor or
// a tag may stand elsewhere, behind the key.
func (p *patcher) listIndent(n *yaml.Node) int {
	if n.Kind == yaml.SequenceNode && len(n.Content) > 0 && (n.Anchor != "" || n.Style&yaml.TaggedStyle != 0) {
		at := p.start(n.Content[0]) - 1
		for at >= 0 && isSpace(p.src[at]) {
			at--
		}
		if at >= 0 && p.src[at] == '-' {
			return at - p.lineStart(at)
		}
	}
	return n.Column - 1
}

// empty tells whether a node is a value that nobody wrote.
func empty(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Value == "" && n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
}

// plainEnd follows a plain scalar through the text by its value: line breaks
// in it are folded to spaces.
func (p *patcher) plainEnd(at int, value string) (int, error) {
	for i := 0; i < len(value); {
		switch {
		case at >= len(p.src):
			return 0, errPatch
		case p.src[at] == value[i] && p.src[at] != '\n':
			at++
			i++
		case isSpace(p.src[at]):
			for at < len(p.src) && isSpace(p.src[at]) {
				at++
			}
			if value[i] == ' ' {
				i++
			}
			for i < len(value) && value[i] == '\n' {
				i++
			}
		default:
			return 0, errPatch
		}
	}
	return at, nil
}

// blockEnd finds the last line of a literal or folded scalar, its line break
// left out.
func (p *patcher) blockEnd(at, indent int) (int, error) {
	header := p.src[at:p.lineStop(at)]
	header, _, _ = strings.Cut(header, "#")
	keep := strings.Contains(header, "+")
	end := at + len(strings.TrimRight(header, " \t\r\n"))
	width := -1
	for i := 1; i < len(header); i++ {
		if header[i] >= '1' && header[i] <= '9' {
			width = max(indent, 0) + int(header[i]-'0')
		}
	}
	for pos := p.lineStop(at); pos < len(p.src); {
		next := p.lineStop(pos)
		row := strings.TrimRight(p.src[pos:next], "\r\n")
		lead := len(row) - len(strings.TrimLeft(row, " "))
		blank := lead == len(row)
		if !blank {
			if width < 0 {
				if lead <= indent {
					break
				}
				width = lead
			}
			if lead < width {
				break
			}
		}
		if !blank || keep {
			end = pos + len(row)
		}
		pos = next
	}
	return end, nil
}

// flowEnd finds the bracket that closes a flow collection.
func (p *patcher) flowEnd(n *yaml.Node) (int, error) {
	at := p.content(n) + 1
	if len(n.Content) > 0 {
		last := n.Content[len(n.Content)-1]
		if empty(last) {
			last = n.Content[max(0, len(n.Content)-2)]
		}
		var err error
		if at, err = p.end(last, 0); err != nil {
			return 0, err
		}
	}
	closing := byte(']')
	if n.Kind == yaml.MappingNode {
		closing = '}'
	}
	for ; at < len(p.src); at++ {
		switch c := p.src[at]; {
		case c == closing:
			return at + 1, nil
		case c == '#':
			at = p.lineStop(at) - 1
		case isSpace(c), c == ',', c == ':':
		default:
			return 0, errPatch
		}
	}
	return 0, errPatch
}
