package ras

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// The farm's answers are read loosely: letter case of keys, numbers as strings
// and the other way round differ between releases, and none of it matters.

var bom = []byte("\xef\xbb\xbf")

func trimBOM(b []byte) []byte { return bytes.TrimPrefix(b, bom) }

// foldedObject parses a JSON object and returns its members by lower-case
// name; the first of two spellings wins.
func foldedObject(body []byte) (map[string]json.RawMessage, bool) {
	var raw map[string]json.RawMessage
	if json.Unmarshal(body, &raw) != nil || raw == nil {
		return nil, false
	}
	out := make(map[string]json.RawMessage, len(raw))
	for k, v := range raw {
		lower := strings.ToLower(k)
		if _, taken := out[lower]; !taken || k == lower {
			out[lower] = v
		}
	}
	return out, true
}

func looseString(raw json.RawMessage) string {
	var s string
	if len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
		return ""
	}
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	switch raw[0] {
	case '{', '[':
		return ""
	}
	return string(raw)
}

// looseInt returns 0 for anything that isn't a whole number.
func looseInt(raw json.RawMessage) int64 {
	s := strings.TrimSpace(looseString(raw))
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n
	}
	if f, err := strconv.ParseFloat(s, 64); err == nil && f == float64(int64(f)) {
		return int64(f)
	}
	return 0
}

// looseBool returns nil for a missing or unreadable value: "the farm didn't
// say" must not look like false.
func looseBool(raw json.RawMessage) *bool {
	var b bool
	switch strings.ToLower(strings.TrimSpace(looseString(raw))) {
	case "true", "1":
		b = true
	case "false", "0":
	default:
		return nil
	}
	return &b
}
