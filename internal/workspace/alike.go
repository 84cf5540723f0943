package workspace

import (
	"hash/maphash"
	"sync"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// Thousands of documents of a kind differ in a few texts alone. Two documents are
// alike if they differ in nothing but texts of which the schema wants no more than
// a length that both have: the library, which has taken the one, takes the other.

// maxAlike bounds what is remembered of one kind.
const maxAlike = 100000

// taken remembers what the documents were like that the library has taken.
type taken struct {
	mu   sync.Mutex
	seed maphash.Seed
	like map[uint64]bool
	text *texts
}

// texts says where a schema takes any text of some lengths. It is read off the
// schema itself, and not off what the walk made of it: the library judges the
// walk.
type texts struct {
	any      bool
	min, max int // characters; max 0: no limit
	props    map[string]*texts
	items    *texts
}

// textsOf reads a schema whose references are in place; nil where every value
// counts.
func textsOf(v any) *texts {
	schema, ok := v.(map[string]any)
	if !ok {
		return nil
	}
	t := &texts{props: map[string]*texts{}}
	plain := schema["type"] == "string"
	for word, value := range schema {
		switch word {
		case "title", "description", "default", "examples", "markdownDescription", "deprecationMessage", "$comment", "type":
		case "minLength", "maxLength":
			n, whole := value.(float64)
			plain = plain && whole
			if word == "minLength" {
				t.min = int(n)
			} else {
				t.max = int(n)
			}
		case "properties":
			props, _ := value.(map[string]any)
			for name, below := range props {
				t.props[name] = textsOf(below)
			}
			plain = false
		case "items":
			t.items = textsOf(value)
			plain = false
		case "$schema", "$id", "required", "additionalProperties", "minItems", "maxItems":
			plain = false
		default:
			return nil // a word that may look at the values below
		}
	}
	t.any = plain
	return t
}

// takes tells whether any text of the length of s is taken.
func (t *texts) takes(s string) bool {
	if t == nil || !t.any {
		return false
	}
	if t.min == 0 && t.max == 0 {
		return true
	}
	n := utf8.RuneCountInString(s)
	return n >= t.min && (t.max == 0 || n <= t.max)
}

// likeness is what a document has in common with those that are alike; false for
// one that must be judged by itself.
func (kr *kindRules) likeness(root *yaml.Node) (uint64, bool) {
	kr.taken.mu.Lock()
	if kr.taken.like == nil {
		kr.taken.like, kr.taken.seed, kr.taken.text = map[uint64]bool{}, maphash.MakeSeed(), textsOf(kr.flat)
	}
	l := &liker{}
	l.hash.SetSeed(kr.taken.seed)
	kr.taken.mu.Unlock()
	ok := l.node(root, kr.taken.text, 0)
	return l.hash.Sum64(), ok
}

func (kr *kindRules) isTaken(like uint64) bool {
	kr.taken.mu.Lock()
	defer kr.taken.mu.Unlock()
	return kr.taken.like[like]
}

func (kr *kindRules) take(like uint64) {
	kr.taken.mu.Lock()
	defer kr.taken.mu.Unlock()
	if len(kr.taken.like) < maxAlike {
		kr.taken.like[like] = true
	}
}

// liker works out a likeness.
type liker struct{ hash maphash.Hash }

// node takes in a node; t is nil where every value counts. It is false for aliases
// and merge keys, and for what is nested too deep.
func (l *liker) node(n *yaml.Node, t *texts, depth int) bool {
	if depth > maxDepth {
		return false
	}
	switch n.Kind {
	case yaml.MappingNode:
		l.hash.WriteByte('{')
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			if key.Kind != yaml.ScalarNode || key.Tag == "!!merge" {
				return false
			}
			l.text(key.Value)
			var below *texts
			if t != nil {
				below = t.props[key.Value]
			}
			if !l.node(n.Content[i+1], below, depth+1) {
				return false
			}
		}
		l.hash.WriteByte('}')
	case yaml.SequenceNode:
		l.hash.WriteByte('[')
		var below *texts
		if t != nil {
			below = t.items
		}
		for _, e := range n.Content {
			if !l.node(e, below, depth+1) {
				return false
			}
		}
		l.hash.WriteByte(']')
	case yaml.ScalarNode:
		if n.Tag == "!!str" && t.takes(n.Value) {
			l.hash.WriteByte('t')
			return true
		}
		l.text(n.Tag)
		l.text(n.Value)
	default:
		return false
	}
	return true
}

// text takes in a text with its length, so that two texts are not one.
func (l *liker) text(s string) {
	n := len(s)
	l.hash.Write([]byte{'s', byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)})
	l.hash.WriteString(s)
}
