package model

import (
	"strings"

	"rassync/internal/vocabulary"
)

// Values that words share and that are more than a text.

// OneOrMore are one name or several.
type OneOrMore []string

// Forms are a text and a list.
func (*OneOrMore) Forms() []any { return []any{"", []string{}} }

// Take sets them.
func (n *OneOrMore) Take(v any) {
	switch v := v.(type) {
	case string:
		*n = OneOrMore{v}
	case []string:
		*n = v
	}
}

// NameSet is a list of names that are looked up; nil is all.
type NameSet map[string]bool

// Forms is a list.
func (*NameSet) Forms() []any { return []any{[]string{}} }

// Take sets it.
func (s *NameSet) Take(v any) {
	*s = NameSet{}
	for _, name := range v.([]string) {
		(*s)[name] = true
	}
}

// Conditions are names with the values that fit: one, or a list.
type Conditions map[string][]any

// Forms is a mapping.
func (*Conditions) Forms() []any { return []any{map[string]any{}} }

// Take sets them.
func (c *Conditions) Take(v any) {
	*c = Conditions{}
	for name, values := range v.(map[string]any) {
		list, several := values.([]any)
		if !several {
			list = []any{values}
		}
		(*c)[name] = list
	}
}

// PathText is a path of the API, among the forms of a word.
type PathText string

// Shape says what a path looks like.
func (PathText) Shape() string { return "a path that begins with / or {self}" }

// Fits tells whether the text is a path.
func (PathText) Fits(s string) bool {
	return strings.HasPrefix(s, "/") || strings.HasPrefix(s, "{self}")
}

var _ = []vocabulary.Union{(*OneOrMore)(nil), (*NameSet)(nil), (*Conditions)(nil), (*GetWord)(nil)}
