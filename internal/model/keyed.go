package model

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// entryIDs are what objects and entries are keyed by: numbers and GUIDs. No
// property of the API is called so.
var entryIDs = regexp.MustCompile(`^(\d{1,19}|\{?[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?)$`)

// Keyed gives the elements of a list that came as an object keyed by their ids,
// in the order of the ids. An element that does not tell its id gets that of its
// key. ok is false for any other object.
func Keyed(v any) (list []any, ok bool) {
	m, isMap := v.(map[string]any)
	if !isMap || len(m) == 0 {
		return nil, false
	}
	keys := make([]string, 0, len(m))
	for key, e := range m {
		if _, element := e.(map[string]any); !element || !entryIDs.MatchString(key) {
			return nil, false
		}
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b string) int {
		x, errX := strconv.ParseInt(a, 10, 64)
		y, errY := strconv.ParseInt(b, 10, 64)
		switch {
		case errX != nil || errY != nil, x == y:
			return strings.Compare(a, b)
		case x < y:
			return -1
		}
		return 1
	})
	for _, key := range keys {
		list = append(list, withID(m[key].(map[string]any), key))
	}
	return list, true
}

func withID(e map[string]any, key string) map[string]any {
	for name := range e {
		if strings.EqualFold(name, "id") {
			return e
		}
	}
	out := make(map[string]any, len(e)+1)
	for name, v := range e {
		out[name] = v
	}
	if n, err := strconv.ParseInt(key, 10, 64); err == nil {
		out["id"] = n
	} else {
		out["id"] = key
	}
	return out
}
