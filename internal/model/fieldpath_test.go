package model

import (
	"strings"
	"testing"
)

// TestSplitField: labels are names that people give, and may hold brackets and dots.
func TestSplitField(t *testing.T) {
	for path, want := range map[string]string{
		"a.b":                   "a.b",
		"a[x].b":                "a.b x",
		"a[x][y].b[z]":          "a.b x y z",
		"a[]":                   "a ",
		"a[x]y].b":              "a.b x]y",
		"a[x[0]].b":             "a.b x[0]",
		`a[{"l":[7],"m":[]}].b`: `a.b {"l":[7],"m":[]}`,
		"a[DOM\\u.v].password":  "a.password DOM\\u.v",
		"unknown.a[x].b":        "unknown.a.b x",
		"a[x":                   "a x",
		"":                      "",
	} {
		property, labels := SplitField(path)
		if got := strings.Join(append([]string{property}, labels...), " "); got != want {
			t.Errorf("%q: %q instead of %q", path, got, want)
		}
	}
}
