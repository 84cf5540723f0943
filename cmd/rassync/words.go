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
