package printable

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/text/unicode/norm"
)

//go:embed confusables.txt
var confusables string

// prototypes gives for a character what it looks like; it is read once, when
// the first text beyond ASCII is printed.
var prototypes = sync.OnceValue(func() map[rune]string {
	out := make(map[rune]string, 6400)
	for line := range strings.Lines(confusables) {
		proto, list, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		text := points(proto)
		for _, r := range points(list) {
			out[r] = string(text)
		}
	}
	return out
})

func points(list string) []rune {
	var out []rune
	for _, s := range strings.Fields(list) {
		n, err := strconv.ParseUint(s, 16, 32)
		if err == nil {
			out = append(out, rune(n))
		}
	}
	return out
}

// Skeleton is the same for texts that look alike (UTS #39).
func Skeleton(s string) string {
	var b strings.Builder
	table := prototypes()
	for _, r := range norm.NFD.String(s) {
		switch p, ok := table[r]; {
		case Ignorable(r):
		case ok:
			b.WriteString(p)
		default:
			b.WriteRune(r)
		}
	}
	return norm.NFD.String(b.String())
}

// looksASCII tells whether a character beyond ASCII looks like letters, digits
// or marks of ASCII.
func looksASCII(r rune) bool {
	p, ok := prototypes()[r]
	if !ok {
		return false
	}
	for _, c := range p {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// wellKnown are characters of everyday typing that Unicode counts among the
// confusable ones, and that people do tell apart.
func wellKnown(r rune) bool {
	return strings.ContainsRune("–—‘’“”„…·×ıµ", r)
}
