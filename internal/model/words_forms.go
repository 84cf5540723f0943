package model

import (
	"fmt"
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

// Conditions are names with the values that fit.
type Conditions map[string][]any

// Predicate is a condition on what an object holds: names with the values that
// fit, each a value, a list of them, or {"not": ...}. All must fit.
type Predicate map[string]Condition

// Condition are the values that one name may have, or may not.
type Condition struct {
	Values []any
	Not    bool
}

// condition is how a negated condition is written.
type condition struct {
	Not any `word:"not" doc:"a value, or a list of those that do not fit"`
}

// Forms are an object with not, a list, and values.
func (*Condition) Forms() []any {
	return []any{condition{}, []any{}, "", vocabulary.Flag(true), int64(0), float64(0), vocabulary.Null{}}
}

// Take sets it.
func (c *Condition) Take(v any) {
	if n, ok := v.(condition); ok {
		c.Not, v = true, n.Not
	}
	switch v := v.(type) {
	case []any:
		c.Values = v
	case vocabulary.Flag:
		c.Values = []any{bool(v)}
	case vocabulary.Null:
		c.Values = []any{nil}
	default:
		c.Values = []any{v}
	}
}

// Fits tells whether all conditions fit; get gives the value of a name.
func (p Predicate) Fits(get func(name string) any) bool {
	for name, c := range p {
		if among(c.Values, get(name)) == c.Not {
			return false
		}
	}
	return true
}

// positive are the conditions of a predicate that has no negation.
func (p Predicate) positive(word string) (Conditions, error) {
	if p == nil {
		return nil, nil
	}
	out := Conditions{}
	for name, c := range p {
		if c.Not {
			return nil, fmt.Errorf("%s.%s: not is for skip", word, name)
		}
		out[name] = c.Values
	}
	return out, nil
}

// PathText is a path of the API, among the forms of a word.
type PathText string

// Shape says what a path looks like.
func (PathText) Shape() string { return "a path that begins with / or {self}" }

// Fits tells whether the text is a path.
func (PathText) Fits(s string) bool {
	return strings.HasPrefix(s, "/") || strings.HasPrefix(s, "{self}")
}

var _ = []vocabulary.Union{(*OneOrMore)(nil), (*NameSet)(nil), (*Condition)(nil), (*GetWord)(nil)}
