package model_test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"rassync/internal/model"
	"rassync/internal/vocabulary"
)

// TestEveryWordHasAnExample: the reference has one line for each word, in the
// section of what it is on, with an example that the vocabulary takes.
func TestEveryWordHasAnExample(t *testing.T) {
	data, err := os.ReadFile("../../schemas/README.md")
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile("(?m)^\\| `(\\w+)` \\| `(.*?)` \\| (.+) \\|$")
	for _, c := range []struct {
		section string
		words   []string
		wrap    func(example string) string
	}{
		{"### On a kind", vocabulary.WordsOf(model.KindWords{}), func(s string) string {
			return `{"x-ras": {` + s + `}}`
		}},
		{"### On a property", vocabulary.WordsOf(model.PropertyWords{}), func(s string) string {
			return `{"x-ras": {}, "properties": {"spec": {"properties": {"a": {"x-ras": {` + s + `}}}}}}`
		}},
		{"### Transports", vocabulary.WordsOf(model.Via{}), func(s string) string {
			return `{"x-ras": {}, "properties": {"spec": {"properties": {"a": {"x-ras": {` + s + `}}}}}}`
		}},
	} {
		_, text, ok := strings.Cut(string(data), c.section)
		if !ok {
			t.Fatalf("no section %q", c.section)
		}
		text, _, _ = strings.Cut(text, "\n#")
		var told []string
		for _, m := range row.FindAllStringSubmatch(text, -1) {
			told = append(told, m[1])
			file := c.wrap(m[2])
			if !json.Valid([]byte(file)) {
				t.Errorf("%s: %s: the example is no JSON: %s", c.section, m[1], m[2])
				continue
			}
			if !strings.Contains(m[2], `"`+m[1]+`"`) {
				t.Errorf("%s: %s: the example has not the word: %s", c.section, m[1], m[2])
			}
			_, err := model.Load(fstest.MapFS{"Thing.json": {Data: []byte(file)}})
			if err != nil && (strings.Contains(err.Error(), "unknown word") || strings.Contains(err.Error(), ", not ") || strings.Contains(err.Error(), " is not ")) {
				t.Errorf("%s: %s: %v", c.section, m[1], err)
			}
		}
		slices.Sort(told)
		want := slices.Sorted(slices.Values(c.words))
		if !slices.Equal(told, want) {
			t.Errorf("%s: the reference has %v, the vocabulary %v", c.section, told, want)
		}
	}
}
