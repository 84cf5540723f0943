package render

import (
	"regexp"
	"strings"

	"github.com/mattn/go-runewidth"
)

// sgr is a colour, which takes no room.
var sgr = regexp.MustCompile("\x1b\\[[0-9;]*m")

// Cells is the number of columns that a text takes on a terminal: two for a
// Chinese character or an emoji, none for an accent that is written by itself.
func Cells(s string) int { return columns().StringWidth(sgr.ReplaceAllString(s, "")) }

// columns measures alike on every machine, whatever its locale.
func columns() *runewidth.Condition { return &runewidth.Condition{StrictEmojiNeutral: true} }

// short cuts a line to the width of a terminal.
func short(s string, width int) string {
	if Cells(s) <= width {
		return s
	}
	return columns().Truncate(s, max(3, width), "...")
}

// pad fills a text up with blanks to so many columns.
func pad(s string, width int) string { return s + strings.Repeat(" ", max(0, width-Cells(s))) }
