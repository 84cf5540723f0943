package printable

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"rassync/internal/printable/printabletest"
)

// The code points that Unicode lets a display leave out, as its file lists them.
var ignorable = &unicode.RangeTable{R16: []unicode.Range16{
	{Lo: 0xad, Hi: 0xad, Stride: 1}, {Lo: 0x34f, Hi: 0x34f, Stride: 1}, {Lo: 0x61c, Hi: 0x61c, Stride: 1}, {Lo: 0x115f, Hi: 0x1160, Stride: 1},
	{Lo: 0x17b4, Hi: 0x17b5, Stride: 1}, {Lo: 0x180b, Hi: 0x180f, Stride: 1}, {Lo: 0x200b, Hi: 0x200f, Stride: 1}, {Lo: 0x202a, Hi: 0x202e, Stride: 1},
	{Lo: 0x2060, Hi: 0x206f, Stride: 1}, {Lo: 0x3164, Hi: 0x3164, Stride: 1}, {Lo: 0xfe00, Hi: 0xfe0f, Stride: 1}, {Lo: 0xfeff, Hi: 0xfeff, Stride: 1},
	{Lo: 0xffa0, Hi: 0xffa0, Stride: 1}, {Lo: 0xfff0, Hi: 0xfff8, Stride: 1},
}, R32: []unicode.Range32{
	{Lo: 0x1bca0, Hi: 0x1bca3, Stride: 1}, {Lo: 0x1d173, Hi: 0x1d17a, Stride: 1}, {Lo: 0xe0000, Hi: 0xe0fff, Stride: 1},
}}

func TestEveryCodePoint(t *testing.T) {
	n := 0
	for r := rune(0); r <= unicode.MaxRune; r++ {
		must := unicode.Is(ignorable, r) || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp) || unicode.Is(unicode.Zs, r) && r != ' '
		if unicode.Is(ignorable, r) {
			n++
		}
		if must && !Hidden(r) {
			t.Errorf("%U is shown", r)
		}
		if Hidden(r) && (unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.Sm, unicode.Sc, unicode.Sk) && !unicode.Is(ignorable, r)) {
			t.Errorf("%U is hidden", r)
		}
	}
	if n != 4174 {
		t.Errorf("the list of the test has %d code points instead of 4174", n)
	}
}

func TestEscape(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                     "plain",
		`C:\Windows\System32\new`:   `C:\Windows\System32\new`,
		"Zürich, 東京, Ελλάδα, 👍":     "Zürich, 東京, Ελλάδα, 👍",
		"Бухгалтерия – с почтой":    "Бухгалтерия – с почтой",
		"\x1b[31mred":               "<U+001B>[31mred",
		"a\nb\tc\rd":                "a<U+000A>b<U+0009>c<U+000D>d",
		"\u202eabc":                 "<U+202E>abc",
		"a\u200bb":                  "a<U+200B>b",
		"CRM client\ufe0f":          "CRM client<U+FE0F>",
		"a\u00a0b\u2003c":           "a<U+00A0>b<U+2003>c",
		"\xff":                      "<0xFF>",
		"\x7f":                      "<U+007F>",
		"\U000e0041":                "<U+E0041>",
		"replacement \ufffd itself": "replacement \ufffd itself",
		"<U+200B> and <0xFF>":       "<U+003C>U+200B> and <U+003C>0xFF>",
		"a < b <u>":                 "a < b <u>",
		"S\u0430les":                "S<U+0430>les",
		"Z\u0075\u0308rich":         "Zu<U+0308>rich",
		"a\u0338\u0338\u0338\u0338": "a\u0338\u0338\u0338<U+0338>",
		"\u0301x":                   "<U+0301>x",
		"##vso[task.x]":             "#<U+0023>vso[task.x]",
		"##[error]":                 "#<U+0023>[error]",
		"###[error]":                "##<U+0023>[error]",
		"## heading":                "## heading",
		"  ::add-mask::x":           "  <U+003A>:add-mask::x",
		"::1":                       "::1",
		"a ::b:: c":                 "a ::b:: c",
		"x\u2215y":                  "x<U+2215>y",
		"会議室Ａ":                      "会議室Ａ",
		"Ａ":                         "<U+FF21>",
	} {
		if got := Escape(in); got != want {
			t.Errorf("Escape(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		" a":                   "<U+0020>a",
		"a ":                   "a<U+0020>",
		"a  b":                 "a <U+0020>b",
		"\u0421\u041e\u041c":   "<U+0421><U+041E><U+041C>", // looks like COM
		"\u0421\u041e\u041c 1": "<U+0421><U+041E><U+041C> 1",
		"Почта":                "Почта",
	} {
		if got := Name(in); got != want {
			t.Errorf("Name(%q) = %q, want %q", in, got, want)
		}
	}
}

// unescape is what a reader does in their head.
func unescape(s string) string {
	s = regexp.MustCompile(`<0x([0-9A-F]{2})>|<U\+([0-9A-F]{4,6})>`).ReplaceAllStringFunc(s, func(e string) string {
		digits, bits := e[3:len(e)-1], 32
		if e[1] == '0' {
			bits = 8
		}
		n, err := strconv.ParseUint(digits, 16, bits)
		if err != nil {
			return e
		}
		if bits == 8 {
			return string([]byte{byte(n)})
		}
		return string(rune(n))
	})
	return s
}

func FuzzEscape(f *testing.F) {
	for _, s := range []string{"", "a", "\x1b[2J", "##vso[x]y", "::error::x", "<U+0041>", "\u202e", "a\xff\xfeb", "e\u0301\u0301", "\u0430a", "<<U+<0x", "\ufffd"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, out := range []string{Escape(s), Name(s)} {
			if !utf8.ValidString(out) || strings.ContainsFunc(out, Hidden) {
				t.Errorf("%q gives %q", s, out)
			}
			if got := unescape(out); got != s {
				t.Errorf("%q is printed as %q, which stands for %q", s, out, got)
			}
			if printabletest.Command(out) != "" {
				t.Errorf("%q gives a command: %q", s, out)
			}
		}
	})
}

// pieces are parts of names that look alike, hide, or are commands.
var pieces = []string{"a", "\u0430", "o", "\u043e", "\u03bf", "c", "\u0441", "Sales", "S\u0430les", "\u0421\u041e\u041c", "COM", " ", "\u00a0", "\u2009", "\u200b", "\ufe0f", "\u00ad",
	"\u00e9", "e\u0301", "\u212b", "\u00c5", "##", "#", "[", "vso[", "::", ":", "\n", "\r", "<U+0061>", "<", "\x1b[1m", "\xff", "x", "\u3164", "\u2800", "\u0301", "Ａ", "A", "\u24d0", "\u2160", "I"}

func madeName(r *rand.Rand) string {
	var b strings.Builder
	for range 1 + r.IntN(4) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

// look is what somebody sees of a text who cannot tell look-alikes apart.
func look(s string) string {
	s = norm.NFC.String(s)
	s = strings.Map(func(r rune) rune {
		if r >= 0x80 && unicode.Is(ignorable, r) {
			return -1
		}
		return r
	}, s)
	for _, pair := range []string{"\u0430a", "\u043eo", "\u03bfo", "\u0441c", "\u0421C", "\u041eO", "\u041cM", "\u00a0 ", "\u2009 ", "\u2800 ", "\uff21A", "\u2160I"} {
		r, n := utf8.DecodeRuneInString(pair)
		s = strings.ReplaceAll(s, string(r), pair[n:])
	}
	return strings.Join(strings.Fields(s), " ")
}

func TestNoTwoNamesPrintAlike(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	seen := map[string]string{}
	for range 60000 {
		s := madeName(r)
		printed := look(Name(s))
		if other, ok := seen[printed]; ok && other != s {
			t.Fatalf("%+q and %+q are both seen as %q", other, s, printed)
		}
		seen[printed] = s
	}
}

func TestTheParsersOfTheTest(t *testing.T) {
	for text, want := range map[string]bool{
		"x ##vso[task.setvariable variable=a]b": true, "##[command]x": true, "::add-mask::x": true, "ok\n  ::set-env name=a::b": true, "a\r::debug::": true,
		"#\u200b#vso[x]": true, "##VSO[x]": true, "## x": false, "a ::b::": false, "::1": false,
	} {
		if (printabletest.Command(text) != "") != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}

// Whatever is written, in whatever pieces, is no command, and nothing is lost.
func TestWriterLetsNoCommandThrough(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 20000 {
		var text strings.Builder
		for range 1 + r.IntN(6) {
			text.WriteString(pieces[r.IntN(len(pieces))])
		}
		var out bytes.Buffer
		w := NewWriter(&out)
		for rest := text.String(); rest != ""; {
			n := 1 + r.IntN(len(rest))
			if _, err := w.Write([]byte(rest[:n])); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if printabletest.Command(out.String()) != "" {
			t.Fatalf("%q gives %q", text.String(), out.String())
		}
		if strings.ContainsFunc(strings.NewReplacer("\n", "", "\r", "", "\x1b[1m", "").Replace(out.String()), Hidden) {
			t.Fatalf("%q gives %q", text.String(), out.String())
		}
		if strings.Contains(text.String(), "<U+") {
			continue
		}
		if got := unescape(out.String()); got != text.String() {
			t.Fatalf("%q comes out as %q", text.String(), got)
		}
	}
}

func TestWriterKeepsColoursAndMarks(t *testing.T) {
	for in, want := range map[string]string{
		"\x1b[31mred\x1b[0m\n":       "\x1b[31mred\x1b[0m\n",
		"\x1b[8mhidden":              "<U+001B>[8mhidden",
		"\x1b]0;title\x07":           "<U+001B>]0;title<U+0007>",
		"\ufeffnumber;name\r\n":      "\ufeffnumber;name\r\n",
		"a\ufeffb":                   "a<U+FEFF>b",
		"\rprogress   \r":            "\rprogress   \r",
		"## plan\n### Changes\nx: y": "## plan\n### Changes\nx: y",
		"Password: ":                 "Password: ",
		"ends in #":                  "ends in #",
		"ends in ##":                 "ends in ##",
	} {
		var out bytes.Buffer
		w := NewWriter(&out)
		for i := range len(in) {
			if _, err := w.Write([]byte{in[i]}); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil || out.String() != want {
			t.Errorf("%q gives %q", in, out.String())
		}
	}
}

func TestJSONKeepsTheValue(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 5000 {
		s := strings.ToValidUTF8(madeName(r), "")
		data, err := json.MarshalIndent(map[string]any{"name": s, "list": []string{s}}, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		printed := JSON(data)
		var back struct{ Name string }
		if err := json.Unmarshal(printed, &back); err != nil || back.Name != s {
			t.Fatalf("%q comes back as %q: %v", s, back.Name, err)
		}
		var out bytes.Buffer
		w := NewWriter(&out)
		if _, err := w.Write(printed); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil || !bytes.Equal(out.Bytes(), printed) || printabletest.Command(out.String()) != "" {
			t.Fatalf("%s is not printed as it is: %s", printed, out.Bytes())
		}
	}
}
