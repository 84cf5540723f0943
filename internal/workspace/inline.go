package workspace

import (
	"fmt"
	"path"
	"strings"
)

// inline puts what $ref names in its place, keys beside it overriding, as the
// catalog does (draft-07 by the letter would ignore them). names: v maps the
// names of properties to schemas, so that no key of it is a word.
func (s *ruleSet) inline(v any, file string, depth int, names bool) (any, error) {
	if depth > 100 {
		return nil, fmt.Errorf("%s: the schema refers to itself", file)
	}
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			var err error
			if out[i], err = s.inline(e, file, depth+1, false); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		out := map[string]any{}
		if ref, ok := v["$ref"].(string); ok && !names {
			base, at, err := s.target(ref, file)
			if err != nil {
				return nil, err
			}
			flat, err := s.inline(base, at, depth+1, false)
			if err != nil {
				return nil, err
			}
			if m, ok := flat.(map[string]any); ok {
				out = m
			}
		}
		for name, e := range v {
			switch name {
			case "$ref", "$id", "x-ras", "definitions":
				if !names {
					continue
				}
			}
			sub, err := s.inline(e, file, depth+1, name == "properties" && !names)
			if err != nil {
				return nil, err
			}
			out[name] = sub
		}
		return out, nil
	}
	return v, nil
}

func (s *ruleSet) target(ref, file string) (any, string, error) {
	name, fragment, _ := strings.Cut(ref, "#")
	at := file
	if name != "" {
		at = path.Join(path.Dir(file), name)
	}
	doc, err := s.doc(at)
	if err != nil {
		return nil, "", fmt.Errorf("$ref %q: %w", ref, err)
	}
	var node any = doc
	for _, step := range strings.Split(strings.Trim(fragment, "/"), "/") {
		if step == "" {
			continue
		}
		m, _ := node.(map[string]any)
		if node = m[step]; node == nil {
			return nil, "", fmt.Errorf("$ref %q: no such definition", ref)
		}
	}
	return node, at, nil
}
