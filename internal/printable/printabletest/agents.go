// Package printabletest tells tests what the agents of CI systems would take for
// a command.
package printabletest

import (
	"regexp"
	"strings"
	"unicode"
)

var azureCommand = regexp.MustCompile(`(?i)##vso\[`)

// azure tells whether the agent of Azure Pipelines finds a command in a line: it
// looks for the mark anywhere.
func azure(line string) bool {
	return azureCommand.MatchString(line) || strings.Contains(line, "##[")
}

// gitHub tells whether the runner of GitHub finds one: the old form anywhere, the
// new one at the start of a line, behind blanks of all sorts.
func gitHub(line string) bool {
	if at := strings.Index(line, "##["); at >= 0 && strings.Contains(line[at:], "]") {
		return true
	}
	rest, ok := strings.CutPrefix(strings.TrimLeftFunc(line, unicode.IsSpace), "::")
	return ok && strings.Contains(rest, "::")
}

// Command gives the first line of a text that one of the agents takes for a
// command, "" if there is none. Their comparisons pass over characters that
// Unicode lets a display leave out, and over control characters.
func Command(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\r' && r != '\t' || unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) {
			return -1
		}
		return r
	}, text)
	for _, line := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		if azure(line) || gitHub(line) {
			return line
		}
	}
	return ""
}
