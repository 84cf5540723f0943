package printable

import (
	_ "embed"
	"fmt"
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

// Look is the same for names that look alike: that of Skeleton, whatever the
// number of blanks.
func Look(s string) string {
	plain := true
	for i := 0; i < len(s) && plain; i++ {
		plain = s[i] >= ' ' && s[i] < 0x7f
	}
	if plain {
		// What the table says of ASCII, without reading the table.
		s = asciiLook.Replace(s)
	} else {
		s = Skeleton(strings.Map(func(r rune) rune {
			if Hidden(r) && !Ignorable(r) {
				return ' '
			}
			return r
		}, s))
	}
	return strings.Join(strings.Fields(s), " ")
}

var asciiLook = strings.NewReplacer("0", "O", "1", "l", "I", "l", "|", "l", "m", "rn", `"`, "''", "`", "'", "%", "º/₀")

// Points writes the first letter in which a differs from b with its code point,
// and that of b behind it.
func Points(a, b string) string {
	x, y := []rune(a), []rune(b)
	for i := range x {
		if i >= len(y) || x[i] != y[i] {
			other := "nothing"
			if i < len(y) {
				other = describe(y[i])
			}
			return "letter " + strconv.Itoa(i+1) + " is " + describe(x[i]) + " here and " + other + " there"
		}
	}
	if len(y) > len(x) {
		return "letter " + strconv.Itoa(len(x)+1) + " is nothing here and " + describe(y[len(x)]) + " there"
	}
	return "they are equal"
}

func describe(r rune) string {
	if Hidden(r) {
		return fmt.Sprintf("U+%04X", r)
	}
	return fmt.Sprintf("%q (U+%04X)", r, r)
}
