package printable

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// mostMarks is how many combining marks may follow a letter.
const mostMarks = 3

// Escape makes a value safe to print: what is hidden, what looks like
// something else beside its neighbours, and what an agent takes for a command
// is shown as escapes.
func Escape(s string) string { return escape(s, false) }

// Name makes a name safe to print, so that no other name looks like it: blanks
// at its ends or in a row and words that look like Latin ones are escaped, too.
func Name(s string) string { return escape(s, true) }

func escape(s string, name bool) string {
	if plain(s) && !(name && oddBlanks(s)) {
		return s
	}
	e := &escaper{text: s, name: name, normal: norm.NFC.IsNormalString(s)}
	e.words()
	for e.at < len(s) {
		e.next()
	}
	return e.out.String()
}

// plain tells whether a text can be printed as it is; almost all can.
func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c < ' ' || c >= 0x7f, c == '<' && i+1 < len(s) && (s[i+1] == 'U' || s[i+1] == '0'), c == '#' && i+1 < len(s) && s[i+1] == '#':
			return false
		}
	}
	return !startsCommand(s)
}

func oddBlanks(s string) bool {
	return strings.HasPrefix(s, " ") || strings.HasSuffix(s, " ") || strings.Contains(s, "  ")
}

// startsCommand tells whether the runner of GitHub takes a line for a command.
func startsCommand(s string) bool {
	rest, ok := strings.CutPrefix(strings.TrimLeft(s, " \t"), "::")
	return ok && strings.Contains(rest, "::")
}

type escaper struct {
	text   string
	name   bool
	normal bool // the text is composed as far as it can be
	at     int
	marks  int  // combining marks in a row
	letter bool // something stands there that a mark can be put on
	begun  bool // something but blanks has been written
	odd    map[int]bool
	out    strings.Builder
}

// words finds the letters that are not what they look like beside the letters
// around them.
func (e *escaper) words() {
	e.odd = map[int]bool{}
	var word []rune
	var places []int
	asian := strings.ContainsFunc(e.text, func(r rune) bool { return r >= 0x80 && !Hidden(r) && eastAsian(script(r)) })
	flush := func() {
		if len(word) > 0 {
			e.word(word, places, asian)
		}
		word, places = word[:0], places[:0]
	}
	for i, r := range e.text {
		if !Hidden(r) && (unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r)) {
			word, places = append(word, r), append(places, i)
			continue
		}
		flush()
		if r >= 0x80 && looksASCII(r) && !wellKnown(r) && !wide(r, asian) {
			e.odd[i] = true
		}
	}
	flush()
}

func (e *escaper) word(word []rune, places []int, asian bool) {
	stranger := strangers(word)
	lookalike, foreign := true, false
	for _, r := range word {
		s := script(r)
		if s != "" && s != "Latin" {
			foreign = true
		}
		lookalike = lookalike && (r < 0x80 || unicode.IsMark(r) || looksASCII(r))
	}
	for i, r := range word {
		if r < 0x80 {
			continue
		}
		s := script(r)
		switch {
		case stranger != nil && stranger(r),
			e.name && foreign && lookalike,
			(s == "" || s == "Latin") && looksASCII(r) && !wellKnown(r) && !wide(r, asian):
			e.odd[places[i]] = true
		}
	}
}

// wide tells whether a character is a wide form, which people who write East
// Asian scripts use every day.
func wide(r rune, asian bool) bool { return asian && r >= 0xff01 && r <= 0xff5e }

// next writes the next character.
func (e *escaper) next() {
	r, n := utf8.DecodeRuneInString(e.text[e.at:])
	rest := e.text[e.at:]
	before := e.out.Len()
	switch {
	case r == utf8.RuneError && n == 1:
		fmt.Fprintf(&e.out, "<0x%02X>", rest[0])
	case Hidden(r), e.odd[e.at], e.loose(r), e.blank(r),
		r == '<' && (strings.HasPrefix(rest, "<U+") || strings.HasPrefix(rest, "<0x")),
		r == '#' && strings.HasPrefix(rest, "#") && e.at > 0 && e.text[e.at-1] == '#' && commandLetter(rest[1:]),
		r == ':' && !e.begun && startsCommand(rest):
		point(&e.out, r)
	default:
		e.out.WriteRune(r)
	}
	if unicode.IsMark(r) {
		e.marks++
	} else {
		// A mark on an escape would stand on its last letter.
		e.marks, e.letter = 0, e.out.Len() == before+n && r != ' '
	}
	e.begun = e.begun || r != ' ' && r != '\t'
	e.at += n
}

// loose tells whether a combining mark, or a letter, could be written in another
// way that looks the same, or hides what it stands on.
func (e *escaper) loose(r rune) bool {
	if r < 0x300 {
		return false
	}
	if unicode.IsMark(r) {
		return !e.letter || e.marks >= mostMarks || !e.normal || unicode.Is(unicode.Me, r)
	}
	if e.normal {
		return false
	}
	return !norm.NFC.IsNormalString(string(r)) || r >= 0x1160 && r <= 0x11ff
}

// blank tells whether a space of a name could be overlooked.
func (e *escaper) blank(r rune) bool {
	if !e.name || r != ' ' {
		return false
	}
	return e.at == 0 || e.at+1 == len(e.text) || e.text[e.at-1] == ' '
}

// commandLetter tells whether a text goes on as a command of an agent does
// behind its two signs.
func commandLetter(s string) bool {
	return s != "" && (s[0] == '[' || s[0] >= 'a' && s[0] <= 'z' || s[0] >= 'A' && s[0] <= 'Z')
}

func point(b *strings.Builder, r rune) { fmt.Fprintf(b, "<U+%04X>", r) }
