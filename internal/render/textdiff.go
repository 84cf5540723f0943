package render

import (
	"fmt"
	"strings"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// Bounds of a diff of texts; only the number of lines shown can be lifted.
const (
	diffContext  = 3
	diffShown    = 40
	diffMaxLines = 4000
)

// diffLine is one line of a diff: ' ' kept, '-' taken out, '+' put in, '@'
// the head of a hunk, '.' a remark.
type diffLine struct {
	op   byte
	text string
}

// lineDiff compares two texts line by line and gives the hunks of a unified
// diff. The result depends on nothing but the texts.
func lineDiff(before, after string) []diffLine {
	all := editScript(before, after)
	var out []diffLine
	oldAt, newAt := 1, 1
	for i := 0; i < len(all); {
		if all[i].op == ' ' {
			oldAt, newAt, i = oldAt+1, newAt+1, i+1
			continue
		}
		start := max(0, i-diffContext)
		end := hunkEnd(all, i)
		lead := i - start
		head := len(out)
		out = append(out, diffLine{op: '@'})
		oldN, newN := 0, 0
		for _, l := range all[start:end] {
			out = append(out, l)
			if l.op != '+' {
				oldN++
			}
			if l.op != '-' {
				newN++
			}
		}
		out[head].text = fmt.Sprintf("@@ -%d,%d +%d,%d @@", oldAt-lead, oldN, newAt-lead, newN)
		oldAt, newAt, i = oldAt-lead+oldN, newAt-lead+newN, end
	}
	return out
}

// hunkEnd finds where the hunk that starts with the change at i ends: after
// its context, unless the next change is near.
func hunkEnd(all []diffLine, i int) int {
	last := i
	for j := i; j < len(all) && j-last <= 2*diffContext; j++ {
		if all[j].op != ' ' {
			last = j
		}
	}
	return min(len(all), last+1+diffContext)
}

func editScript(before, after string) []diffLine {
	old, now := splitLines(before), splitLines(after)
	if len(old)+len(now) > diffMaxLines {
		return []diffLine{{'-', fmt.Sprintf("(%d lines)", len(old))}, {'+', fmt.Sprintf("(%d lines)", len(now))}}
	}
	// Each distinct line becomes one character, so that the differ compares
	// whole lines.
	ids := map[string]rune{}
	var names []string
	encode := func(lines []string) []rune {
		out := make([]rune, len(lines))
		for i, l := range lines {
			id, known := ids[l]
			if !known {
				id = lineRune(len(names))
				ids[l] = id
				names = append(names, l)
			}
			out[i] = id
		}
		return out
	}
	a, b := encode(old), encode(now)
	byRune := make(map[rune]string, len(names))
	for l, r := range ids {
		byRune[r] = l
	}
	differ := diffmatchpatch.New()
	differ.DiffTimeout = 0 // never give up early: the same texts, the same diff
	var out []diffLine
	for _, d := range differ.DiffMainRunes(a, b, false) {
		op := byte(' ')
		switch d.Type {
		case diffmatchpatch.DiffDelete:
			op = '-'
		case diffmatchpatch.DiffInsert:
			op = '+'
		case diffmatchpatch.DiffEqual:
		}
		for _, r := range d.Text {
			out = append(out, diffLine{op, byRune[r]})
		}
	}
	return out
}

// lineRune gives the n-th character that stands for a line, none of them a
// surrogate.
func lineRune(n int) rune {
	r := rune(n + 1)
	if r >= 0xd800 {
		r += 0x800
	}
	return r
}

func splitLines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(strings.ReplaceAll(s, "\r\n", "\n"), "\n"), "\n")
}

// shorten cuts a diff unless everything is wanted, and says so.
func shorten(lines []diffLine, all bool) []diffLine {
	if all || len(lines) <= diffShown {
		return lines
	}
	out := append([]diffLine(nil), lines[:diffShown]...)
	return append(out, diffLine{'.', fmt.Sprintf("... %s not shown (--verbose shows them)", count(len(lines)-diffShown, "line", "lines"))})
}
