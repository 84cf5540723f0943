package selector

import (
	"fmt"
	"strings"

	"rassync/internal/model"
)

// Glob is a compiled pattern; the zero value matches the empty text alone.
type Glob struct {
	text   string
	tokens []token
}

type token struct {
	what byte // 'c' a character, '?' one character, '*' and '#' (for **) any number
	char rune
}

// ParseGlob compiles a pattern; the only error is a backslash at its end.
func ParseGlob(pattern string) (Glob, error) {
	g := Glob{text: pattern}
	runes := []rune(model.Fold(pattern))
	for i := 0; i < len(runes); i++ {
		switch runes[i] {
		case '\\':
			i++
			if i == len(runes) {
				return Glob{}, fmt.Errorf("pattern %q ends in a backslash; write two of them for one", pattern)
			}
			g.tokens = append(g.tokens, token{'c', runes[i]})
		case '?':
			g.tokens = append(g.tokens, token{what: '?'})
		case '*':
			what := byte('*')
			for i+1 < len(runes) && runes[i+1] == '*' {
				what = '#'
				i++
			}
			// Stars in a row are one star, so that patterns stay cheap.
			if n := len(g.tokens); n > 0 && (g.tokens[n-1].what == '*' || g.tokens[n-1].what == '#') {
				if what == '#' {
					g.tokens[n-1].what = '#'
				}
				continue
			}
			g.tokens = append(g.tokens, token{what: what})
		default:
			g.tokens = append(g.tokens, token{'c', runes[i]})
		}
	}
	return g, nil
}

// String is the pattern as it was written.
func (g Glob) String() string { return g.text }

// literal tells whether the pattern holds no wildcard.
func (g Glob) literal() bool {
	for _, t := range g.tokens {
		if t.what != 'c' {
			return false
		}
	}
	return true
}

// all tells whether the pattern is a lone star.
func (g Glob) all() bool {
	return len(g.tokens) == 1 && g.tokens[0].what != 'c' && g.tokens[0].what != '?'
}

// wide is the pattern with every star crossing slashes.
func (g Glob) wide() Glob {
	w := Glob{text: g.text, tokens: append([]token(nil), g.tokens...)}
	for i := range w.tokens {
		if w.tokens[i].what == '*' {
			w.tokens[i].what = '#'
		}
	}
	return w
}

// Match tells whether the whole text fits the pattern. It follows all ways
// through the pattern at once, so no pattern can make it slow.
func (g Glob) Match(text string) bool {
	n := len(g.tokens)
	var small [64]bool
	states := small[:]
	if n+1 > len(small) {
		states = make([]bool, n+1)
	} else {
		states = states[:n+1]
	}
	states[0] = true
	g.skipStars(states)
	for _, c := range model.Fold(text) {
		alive := false
		// Backwards, so that a step is not taken twice for one character.
		for i := n; i >= 0; i-- {
			was := states[i]
			states[i] = false
			if !was || i == n {
				continue
			}
			switch t := g.tokens[i]; t.what {
			case 'c':
				states[i+1] = states[i+1] || t.char == c
			case '?':
				states[i+1] = states[i+1] || c != '/'
			case '*':
				states[i] = c != '/'
			case '#':
				states[i] = true
			}
			alive = alive || states[i] || states[i+1]
		}
		if !alive {
			return false
		}
		g.skipStars(states)
	}
	return states[n]
}

// skipStars enters the states that stand for a star matching nothing.
func (g Glob) skipStars(states []bool) {
	for i, t := range g.tokens {
		if states[i] && (t.what == '*' || t.what == '#') {
			states[i+1] = true
		}
	}
}

// Quote writes text as a pattern that matches it alone.
func Quote(text string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`).Replace(text)
}
