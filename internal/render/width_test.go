package render

import (
	"strings"
	"testing"
)

func TestCells(t *testing.T) {
	for _, c := range []struct {
		s    string
		want int
	}{
		{"", 0},
		{"Buchhaltung", 11},
		{"Büro", 4},
		{"Bu\u0308ro", 4}, // the same, written with a combining mark
		{"会計", 4},
		{"🖥 host", 6},
		{"\x1b[31mred\x1b[0m", 3},
	} {
		if got := Cells(c.s); got != c.want {
			t.Errorf("Cells(%q) = %d, want %d", c.s, got, c.want)
		}
	}
}

func TestShortKeepsToTheWidth(t *testing.T) {
	for _, s := range []string{"update Main/PubRDSApp/会計/会計システム", strings.Repeat("x", 90), "short"} {
		for _, width := range []int{10, 20, 40} {
			if got := short(s, width); Cells(got) > width {
				t.Errorf("short(%q, %d) = %q takes %d", s, width, got, Cells(got))
			}
		}
	}
	if got := short("short", 10); got != "short" {
		t.Errorf("got %q", got)
	}
}

func TestWrappedCountsCells(t *testing.T) {
	p := &printer{o: Options{Width: 40}}
	p.wrapped("  ", "  ", strings.Repeat("会計システム ", 12))
	for _, line := range strings.Split(strings.TrimSpace(p.String()), "\n") {
		if Cells(line) > 40 {
			t.Errorf("%q takes %d columns", line, Cells(line))
		}
	}
	plain := &printer{o: Options{Width: 40, Plain: true}}
	plain.wrapped("  ", "  ", strings.Repeat("word ", 30))
	if n := strings.Count(plain.String(), "\n"); n != 1 {
		t.Errorf("plain text is broken into %d lines", n)
	}
}
