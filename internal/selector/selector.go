package selector

import (
	"errors"
	"fmt"
	"strings"

	"rassync/internal/model"
)

// Selector picks objects by site, kind and name.
type Selector struct {
	text             string
	site, kind, name *Glob // nil: any
	// wide is name where a slash is nothing but a character: kinds that lie in
	// no folders. cat tells them apart; without it all names are paths.
	wide *Glob
	cat  *model.Catalog
}

// String is the selector as it was written.
func (s Selector) String() string { return s.text }

// Match tells whether the selector picks the object. A pattern for sites does
// not pick farm-wide objects, unless it is a lone star.
func (s Selector) Match(a model.Address) bool {
	if s.kind != nil && !s.kind.Match(a.Kind) {
		return false
	}
	if s.site != nil && !s.site.Match(a.Site) {
		return false
	}
	name := s.name
	if s.wide != nil && s.flat(a.Kind) {
		name = s.wide
	}
	// A mark may be left out: all objects of the name are picked then.
	return name == nil || name.Match(a.Name) || name.Match(a.Unmarked().Name)
}

// flat tells whether the objects of a kind lie in no folders.
func (s Selector) flat(kind string) bool {
	if s.cat == nil {
		return false
	}
	k := s.cat.Kind(kind)
	return k != nil && k.Tree == nil && k.Order == nil
}

// setName sets the pattern of names.
func (s *Selector) setName(g *Glob) {
	s.name = g
	if g != nil {
		w := g.wide()
		s.wide = &w
	}
}

// Parse reads one selector. The catalog says which kinds there are; without
// one every first part of a path is taken as a kind.
func Parse(text string, cat *model.Catalog) (Selector, error) {
	s := Selector{text: text, cat: cat}
	if strings.TrimSpace(text) == "" {
		return s, errors.New("a selector is empty; write a kind, Kind/name, Site/Kind/name, site:NAME, kind:NAME or name:NAME")
	}
	if word, rest, ok := strings.Cut(text, ":"); ok && !strings.ContainsAny(word, `/\`) {
		return s.prefixed(word, rest, cat)
	}
	parts := split(text)
	if parts[0] == "" {
		return s, fmt.Errorf("selector %q: nothing stands before its first slash", text)
	}
	return s.path(parts, cat)
}

func (s Selector) prefixed(word, rest string, cat *model.Catalog) (Selector, error) {
	if rest == "" {
		return s, fmt.Errorf("selector %q: nothing stands behind the colon", s.text)
	}
	if word == "site" {
		rest = model.UnescapeSegment(rest)
	}
	g, err := s.glob(rest)
	if err != nil {
		return s, err
	}
	switch word {
	case "site":
		s.site = g
	case "name":
		s.setName(g)
	case "kind":
		s.kind = g
		if cat != nil && !fits(*g, cat) {
			return s, unknownKind(s.text, rest, cat)
		}
	default:
		hint := model.DidYouMean(word, []string{"site", "kind", "name"})
		if hint == "" {
			hint = "site:, kind: and name: are known"
		}
		return s, fmt.Errorf("selector %q: unknown word %q before the colon (%s)", s.text, word, hint)
	}
	return s, nil
}

// path reads Kind, Kind/name, Site/Kind and Site/Kind/name.
func (s Selector) path(parts []string, cat *model.Catalog) (Selector, error) {
	globs := make([]*Glob, min(2, len(parts)))
	for i := range globs {
		var err error
		if globs[i], err = s.glob(parts[i]); err != nil {
			return s, err
		}
	}
	kindAt := 0
	if cat != nil {
		kindAt = kindPart(globs, cat)
		if kindAt < 0 {
			wrong := parts[0]
			if len(parts) > 2 && parts[1] != "" {
				wrong = parts[1]
			}
			return s, unknownKind(s.text, wrong, cat)
		}
	}
	s.kind = globs[kindAt]
	if kindAt == 1 {
		g, err := s.glob(model.UnescapeSegment(parts[0]))
		if err != nil {
			return s, err
		}
		s.site = g
	}
	if len(parts) > kindAt+1 {
		g, err := s.glob(strings.Join(parts[kindAt+1:], "/"))
		if err != nil {
			return s, err
		}
		s.setName(g)
	}
	return s, nil
}

// kindPart decides which part of a path is the kind; -1 if none is.
func kindPart(globs []*Glob, cat *model.Catalog) int {
	first := fits(*globs[0], cat)
	if first && (globs[0].literal() || len(globs) == 1) {
		return 0
	}
	second := len(globs) > 1 && fits(*globs[1], cat)
	switch {
	case second && globs[1].literal():
		return 1
	case first && !globs[0].all():
		return 0
	case second:
		return 1
	case first:
		return 0
	}
	return -1
}

func fits(g Glob, cat *model.Catalog) bool {
	for _, k := range cat.Names() {
		if g.Match(k) {
			return true
		}
	}
	return false
}

func unknownKind(text, part string, cat *model.Catalog) error {
	hint := model.DidYouMean(part, cat.Names())
	if hint == "" {
		hint = "write Kind, Kind/name, Site/Kind/name, site:NAME, kind:NAME or name:NAME"
	}
	return fmt.Errorf("selector %q: there is no kind %q (%s)", text, part, hint)
}

func (s Selector) glob(pattern string) (*Glob, error) {
	g, err := ParseGlob(pattern)
	if err != nil {
		return nil, fmt.Errorf("selector %q: %w", s.text, err)
	}
	return &g, nil
}

// split parts a selector at its slashes; an escaped slash does not part.
func split(text string) []string {
	var parts []string
	start := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '/':
			parts = append(parts, text[start:i])
			start = i + 1
		}
	}
	return append(parts, text[start:])
}

// Set picks what one of Only picks (all objects if there is none) and none of
// Except does.
type Set struct {
	Only   []Selector
	Except []Selector
}

// ParseSet reads both lists; the error holds every selector that is wrong.
func ParseSet(only, except []string, cat *model.Catalog) (Set, error) {
	var set Set
	var errs []error
	read := func(texts []string) (out []Selector) {
		for _, t := range texts {
			s, err := Parse(t, cat)
			if err != nil {
				errs = append(errs, err)
				continue
			}
			out = append(out, s)
		}
		return out
	}
	set.Only, set.Except = read(only), read(except)
	return set, errors.Join(errs...)
}

// Match tells whether the set picks the object.
func (s Set) Match(a model.Address) bool {
	return (len(s.Only) == 0 || Any(s.Only, a)) && !Any(s.Except, a)
}

// Any tells whether one of the selectors picks the object.
func Any(selectors []Selector, a model.Address) bool {
	for _, s := range selectors {
		if s.Match(a) {
			return true
		}
	}
	return false
}

// PicksKind tells whether the selector can pick an object of the kind.
func (s Selector) PicksKind(k *model.Kind) bool {
	if s.kind != nil && !s.kind.Match(k.Name) {
		return false
	}
	return k.Scope != model.ScopeFarm || s.site == nil || s.site.Match("")
}
