package main

import (
	"encoding/json"
	"strings"

	"rassync/internal/model"
)

func plural(n int, one, many string) string { return model.Count(n, one, many) }

// squeeze leaves one blank between words.
func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

func rawJSON(b []byte) json.RawMessage { return json.RawMessage(b) }

// wrapped breaks a text into lines of at most width characters.
func wrapped(text string, width int) []string {
	var out []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			out = append(out, line)
			line = ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return append(out, line)
}
