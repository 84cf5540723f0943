package workspace

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"sort"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"rassync/internal/model"
)

// rule is a JSON Schema in the form that the walk checks by itself. It knows
// the words that our schemas use; any other word marks the kind as residual:
// what such a word forbids the JSON Schema library alone finds.
type rule struct {
	typ      string // "" if alternatives or an enumeration say more
	enum     []string
	constant string
	min, max *float64
	minLen   int
	maxLen   int
	pattern  *regexp.Regexp
	required []string
	props    map[string]*rule
	open     bool // other properties are allowed
	items    *rule
	unique   bool
	minItems int
	maxItems int
	any      []*rule
}

// kindRules is all that the walk needs to know of a kind.
type kindRules struct {
	kind     *model.Kind
	top      *rule
	spec     *rule
	keys     []string // keys of a document, in the order of the schema
	gated    bool
	residual []string // words of the schema that the rules do not cover
	flat     map[string]any

	err error // of the rules

	suggested sync.Map // suggestion -> what it said: one slip is often made many times

	taken     taken
	once      sync.Once
	schema    *jsonschema.Schema
	schemaErr error
}

// ruleSet compiles the schemas of a catalog, each when it is first needed.
type ruleSet struct {
	cat   *model.Catalog
	mu    sync.Mutex
	docs  map[string]map[string]any
	kinds map[string]*kindRules

	verdicts verdicts
}

// rulesOf are the rules of a catalog, which are made once.
func rulesOf(cat *model.Catalog) *ruleSet {
	type key struct{}
	return cat.Derived(key{}, func() any { return newRuleSet(cat) }).(*ruleSet)
}

func newRuleSet(cat *model.Catalog) *ruleSet {
	return &ruleSet{cat: cat, docs: map[string]map[string]any{}, kinds: map[string]*kindRules{}}
}

// of gives the rules of a kind. An error is a broken schema, not broken input.
func (s *ruleSet) of(k *model.Kind) (*kindRules, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if kr := s.kinds[k.Name]; kr != nil {
		return kr, kr.err
	}
	kr := &kindRules{kind: k}
	s.kinds[k.Name] = kr
	file := k.Name + ".json"
	doc, err := s.doc(file)
	if err == nil {
		var flat any
		if flat, err = s.inline(doc, file, 0, false); err == nil {
			kr.flat = flat.(map[string]any)
			kr.top = kr.compile(kr.flat, "")
			kr.spec = kr.top.props["spec"]
			if kr.spec == nil {
				kr.spec = &rule{typ: "object", props: map[string]*rule{}}
			}
			for _, name := range []string{"kind", "site", "name", "mark", "renamedFrom", "confirm", "spec", "unknown"} {
				if kr.top.props[name] != nil {
					kr.keys = append(kr.keys, name)
				}
			}
		}
	}
	if err != nil {
		kr.err = fmt.Errorf("schema %s: %w", k.Name, err)
	}
	k.Spec.Walk(func(p *model.Property) { kr.gated = kr.gated || p.Gate != "" || len(p.When) > 0 })
	return kr, kr.err
}

func (s *ruleSet) doc(file string) (map[string]any, error) {
	if d := s.docs[file]; d != nil {
		return d, nil
	}
	data, ok := s.cat.Files()[file]
	if !ok {
		return nil, fmt.Errorf("no such file %s", file)
	}
	var d map[string]any
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, err
	}
	s.docs[file] = d
	return d, nil
}

//nolint:funlen // one case after another
func (kr *kindRules) compile(v any, where string) *rule {
	r := &rule{open: true}
	m, ok := v.(map[string]any)
	if !ok {
		kr.residue(where, "boolean schema")
		return r
	}
	number := func(v any) *float64 {
		f, ok := v.(float64)
		if !ok {
			kr.residue(where, "bound that is no number")
			return nil
		}
		return &f
	}
	whole := func(v any) int {
		f, _ := v.(float64)
		return int(f)
	}
	words := make([]string, 0, len(m))
	for w := range m {
		words = append(words, w)
	}
	sort.Strings(words)
	for _, w := range words {
		v := m[w]
		switch w {
		case "$schema", "$comment", "title", "description", "default", "examples", "markdownDescription", "deprecationMessage":
		case "type":
			if r.typ, ok = v.(string); !ok {
				kr.residue(where, "type")
			}
		case "enum":
			list, _ := v.([]any)
			for _, e := range list {
				s, ok := e.(string)
				if !ok {
					kr.residue(where, "enum")
				}
				r.enum = append(r.enum, s)
			}
		case "const":
			if r.constant, ok = v.(string); !ok {
				kr.residue(where, "const")
			}
		case "minimum":
			r.min = number(v)
		case "maximum":
			r.max = number(v)
		case "minLength":
			r.minLen = whole(v)
		case "maxLength":
			r.maxLen = whole(v)
		case "minItems":
			r.minItems = whole(v)
		case "maxItems":
			r.maxItems = whole(v)
			if r.maxItems == 0 {
				kr.residue(where, "maxItems")
			}
		case "uniqueItems":
			r.unique, _ = v.(bool)
		case "pattern":
			text, _ := v.(string)
			re, err := regexp.Compile(text)
			if err != nil {
				kr.residue(where, "pattern")
			}
			r.pattern = re
		case "required":
			list, _ := v.([]any)
			for _, e := range list {
				s, _ := e.(string)
				r.required = append(r.required, s)
			}
		case "additionalProperties":
			if r.open, ok = v.(bool); !ok {
				r.open = true
				kr.residue(where, w)
			}
		case "properties":
			props, _ := v.(map[string]any)
			r.props = make(map[string]*rule, len(props))
			for name, sub := range props {
				r.props[name] = kr.compile(sub, where+"/"+name)
			}
		case "items":
			r.items = kr.compile(v, where+"/items")
		case "anyOf", "oneOf":
			if len(r.any) > 0 {
				kr.residue(where, w)
			}
			list, _ := v.([]any)
			for _, sub := range list {
				r.any = append(r.any, kr.compile(sub, where+"/"+w))
			}
		default:
			kr.residue(where, w)
		}
	}
	if r.typ == "" && r.props != nil {
		r.typ = "object"
	}
	return r
}

func (kr *kindRules) residue(where, word string) {
	if entry := where + " " + word; !slices.Contains(kr.residual, entry) {
		kr.residual = append(kr.residual, entry)
	}
}

// integerToo tells whether the schema of an enumeration takes numbers.
func (r *rule) integerToo() bool {
	return slices.ContainsFunc(r.any, func(a *rule) bool { return a.typ == "integer" })
}

// names are the names that the schema of an enumeration takes.
func (r *rule) names() []string {
	if r.enum != nil {
		return r.enum
	}
	for _, a := range r.any {
		if a.enum != nil {
			return a.enum
		}
	}
	return nil
}

// suggestion is a name that stands where some rule does not know it.
type suggestion struct {
	rule *rule
	name string
}

// near gives the names that a rule knows, and which of them may be meant.
func (kr *kindRules) near(r *rule, name string) (names []string, hint string) {
	names = slices.Sorted(maps.Keys(r.props))
	if known, ok := kr.suggested.Load(suggestion{r, name}); ok {
		return names, known.(string)
	}
	hint = model.DidYouMean(name, names)
	kr.suggested.Store(suggestion{r, name}, hint)
	return names, hint
}
