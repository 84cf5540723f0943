package workspace

import (
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// describe says what a node is, in the words of a reader.
func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "an alias"
	}
	switch n.Tag {
	case "!!null":
		return "nothing"
	case "!!bool":
		return "true or false"
	case "!!int", "!!float":
		return "a number"
	case "!!str", "!!timestamp", "!!merge":
		return "text"
	}
	return "a value with the tag " + n.Tag
}

// isText tells whether a scalar is text. Dates are: JSON Schema has no others.
func isText(n *yaml.Node) bool {
	return n.Tag == "!!str" || n.Tag == "!!timestamp" || n.Tag == "!!merge"
}

// quoteHint says how to make text of what YAML takes for something else.
func quoteHint(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode {
		return ""
	}
	switch n.Tag {
	case "!!null":
		return `write "" for an empty text, or leave the property out`
	case "!!bool", "!!int", "!!float":
		if len(n.Value) <= 40 {
			return `put it in quotes: "` + n.Value + `"`
		}
		return "put it in quotes"
	}
	return ""
}

// keyIndex finds keys that stand twice. Small mappings, which almost all are,
// need no memory for it.
type keyIndex struct{ first map[string]*yaml.Node }

// before finds the key of mapping n that stands before position i and is the
// same as the key there. Positions must be asked for in ascending order.
func (x *keyIndex) before(n *yaml.Node, i int) *yaml.Node {
	key := n.Content[i]
	if key.Kind != yaml.ScalarNode {
		return nil
	}
	if len(n.Content) <= 128 {
		for j := 0; j < i; j += 2 {
			if n.Content[j].Value == key.Value && n.Content[j].Kind == yaml.ScalarNode {
				return n.Content[j]
			}
		}
		return nil
	}
	if x.first == nil {
		x.first = make(map[string]*yaml.Node, len(n.Content)/2)
	}
	if first := x.first[key.Value]; first != nil {
		return first
	}
	x.first[key.Value] = key
	return nil
}

var (
	decimal    = regexp.MustCompile(`^[-+]?(0|[1-9][0-9]*)$`)
	otherBase  = regexp.MustCompile(`^[-+]?0[xo][0-9A-Fa-f]+$`)
	floatDigit = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)
)

// number reads a scalar as int64 or float64. Spellings that YAML programs
// read differently (010, 1_000) are refused.
func number(n *yaml.Node) (any, bool) {
	switch n.Tag {
	case "!!int":
		if decimal.MatchString(n.Value) {
			if i, err := strconv.ParseInt(n.Value, 10, 64); err == nil {
				return i, true
			}
			f, err := strconv.ParseFloat(n.Value, 64)
			return f, err == nil
		}
		if otherBase.MatchString(n.Value) {
			i, err := strconv.ParseInt(strings.TrimPrefix(n.Value, "+"), 0, 64)
			return i, err == nil
		}
	case "!!float":
		if !floatDigit.MatchString(n.Value) {
			return nil, false
		}
		f, err := strconv.ParseFloat(n.Value, 64)
		if err != nil {
			return nil, false
		}
		if f == float64(int64(f)) && f > -1<<53 && f < 1<<53 {
			return int64(f), true
		}
		return f, true
	}
	return nil, false
}
