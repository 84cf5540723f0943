package workspace

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"rassync/internal/model"
)

// maxFile is the size above which a YAML file is refused unread.
const maxFile = 64 << 20

// maxTotal bounds the text of a whole workspace.
const maxTotal = 1 << 30

var bom = []byte("\xef\xbb\xbf")

// source is the text of one file, without byte order mark.
type source struct {
	path string // relative to the workspace, with forward slashes
	text []byte
	bom  bool
	segs []segment
}

// segment is the text of one document, from its "---" (if it has one) to the
// next. Nothing crosses the border, so one broken document hides no other.
type segment struct {
	start, end int
	line       int // lines of the file in front of it
}

// newSource checks that data is text that YAML can hold.
func newSource(path string, data []byte) (*source, *model.Diagnostic) {
	s := &source{path: path, text: data}
	fail := func(offset int, summary, hint string) (*source, *model.Diagnostic) {
		line, col := lineCol(s.text, offset)
		return nil, &model.Diagnostic{Severity: model.Error, Source: model.Source{File: path, Line: line, Col: col}, Summary: summary, Hint: hint}
	}
	switch {
	case bytes.HasPrefix(data, bom):
		s.text, s.bom = data[len(bom):], true
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return fail(0, "the file is UTF-16", "save it as UTF-8")
	}
	if at := bytes.IndexByte(s.text, 0); at >= 0 {
		return fail(at, "the file is no text: it holds a zero byte", "save it as UTF-8, or list it under ignore in "+ConfigFile)
	}
	if at := badText(s.text); at >= 0 {
		r, size := utf8.DecodeRune(s.text[at:])
		if r == utf8.RuneError && size == 1 {
			return fail(at, "the file is not UTF-8", "save it as UTF-8")
		}
		switch r {
		case 0xfeff:
			return fail(at, "a byte order mark stands in the middle of the file, as when two files were joined", "take it out: it cannot be seen in most editors")
		case 0x85, 0x2028, 0x2029:
			return fail(at, fmt.Sprintf("the line separator U+%04X stands here, which YAML programs read differently", r), fmt.Sprintf(`take it out, or write it as "\u%04X" in double quotes`, r))
		}
		return fail(at, fmt.Sprintf("the control character U+%04X is not allowed", r), fmt.Sprintf(`write it as "\u%04X" in double quotes`, r))
	}
	if at := conflictMark(s.text); at >= 0 {
		return fail(at, "a merge conflict is not resolved", "keep one side, and take out the lines that git put in")
	}
	s.segs = split(s.text)
	return s, nil
}

// conflictMark finds the first line that git puts into a file whose two sides
// it could not merge; -1 if there is none.
func conflictMark(text []byte) int {
	for pos := 0; pos < len(text); {
		next := lineEnd(text, pos)
		if l := text[pos:next]; len(l) > 6 && strings.IndexByte("<=>", l[0]) >= 0 {
			for _, mark := range []string{"<<<<<<<", "=======", ">>>>>>>"} {
				rest, ok := bytes.CutPrefix(l, []byte(mark))
				if rest = bytes.TrimRight(rest, "\r\n"); ok && (len(rest) == 0 || rest[0] == ' ' && mark != "=======") {
					return pos
				}
			}
		}
		pos = next
	}
	return -1
}

// badText finds the first byte that is not UTF-8 or is a character that YAML
// forbids; -1 if there is none.
func badText(text []byte) int {
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			if c < 0x20 && c != '\n' && c != '\t' && c != '\r' || c == 0x7f {
				return i
			}
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 || forbidden(r) {
			return i
		}
		i += size
	}
	return -1
}

// forbidden characters can stand in YAML only as escapes.
func forbidden(r rune) bool {
	switch {
	case r < 0x20:
		return r != '\n' && r != '\t' && r != '\r'
	case r == 0x7f, r == 0xfffe, r == 0xffff:
		return true
	}
	return r > 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff
}

// lineEnd is the offset behind the line break that ends the line at pos. The
// breaks are those of the YAML parser, so that its line numbers are ours.
func lineEnd(text []byte, pos int) int {
	for i := pos; i < len(text); i++ {
		switch c := text[i]; {
		case c > '\r' && c < utf8.RuneSelf:
		case c == '\n':
			return i + 1
		case c == '\r':
			if i+1 < len(text) && text[i+1] == '\n' {
				return i + 2
			}
			return i + 1
		default:
			if n := wideBreak(text[i:]); n > 0 {
				return i + n
			}
		}
	}
	return len(text)
}

// wideBreak gives the length of a line break outside ASCII: NEL, LS or PS.
func wideBreak(text []byte) int {
	switch {
	case len(text) >= 2 && text[0] == 0xc2 && text[1] == 0x85:
		return 2
	case len(text) >= 3 && text[0] == 0xe2 && text[1] == 0x80 && (text[2] == 0xa8 || text[2] == 0xa9):
		return 3
	}
	return 0
}

// split finds the documents of a file.
func split(text []byte) []segment {
	var out []segment
	cur := segment{}
	directives, content := false, false
	line := 0
	for pos := 0; pos < len(text); {
		next := lineEnd(text, pos)
		l := text[pos:next]
		switch {
		case marker(l, "---"):
			if pos > cur.start && !(directives && !content) {
				cur.end = pos
				out = append(out, cur)
				cur = segment{start: pos, line: line}
			}
			directives, content = false, true
		case marker(l, "..."):
			cur.end = next
			out = append(out, cur)
			cur = segment{start: next, line: line + 1}
			directives, content = false, false
		case l[0] == '%' && !content:
			directives = true
		case l[0] != '#' && len(bytes.TrimSpace(l)) > 0:
			content = true
		}
		pos = next
		line++
	}
	if cur.start < len(text) {
		cur.end = len(text)
		out = append(out, cur)
	}
	return out
}

// marker tells whether the line is the document marker m.
func marker(line []byte, m string) bool {
	if !bytes.HasPrefix(line, []byte(m)) {
		return false
	}
	rest := line[len(m):]
	return len(rest) == 0 || rest[0] == ' ' || rest[0] == '\t' || rest[0] == '\n' || rest[0] == '\r' || wideBreak(rest) > 0
}

// lineCol turns an offset into line and column, both from 1.
func lineCol(text []byte, offset int) (line, col int) {
	line = 1
	start := 0
	for start < offset {
		next := lineEnd(text, start)
		if next > offset || next == len(text) && !endsLine(text) {
			break
		}
		start = next
		line++
	}
	return line, utf8.RuneCount(text[start:min(offset, len(text))]) + 1
}

func endsLine(text []byte) bool {
	n := len(text)
	return n > 0 && (text[n-1] == '\n' || text[n-1] == '\r')
}
