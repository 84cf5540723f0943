package workspace

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"

	"rassync/internal/model"
)

// listOf names a list by what it holds.
func listOf(p *model.Property, r *rule) string {
	switch {
	case p != nil && p.Flags:
		return "a list of names"
	case p != nil && len(p.Ref) > 0:
		return "a list of names"
	case r.items == nil:
		return "a list"
	}
	switch r.items.typ {
	case "object":
		return "a list of mappings"
	case "integer", "number":
		return "a list of numbers"
	case "string", "":
		return "a list of text"
	}
	return "a list"
}

func (w *walker) list(n *yaml.Node, p *model.Property, r *rule) (any, bool) {
	if n.Kind != yaml.SequenceNode {
		hint := ""
		switch {
		case n.Kind == yaml.ScalarNode && n.Tag == "!!null":
			hint = "write [] for an empty list, or leave the property out"
		case n.Kind == yaml.ScalarNode && len(n.Value) <= 40:
			hint = "write [" + n.Value + "]"
		case n.Kind == yaml.MappingNode:
			hint = "begin each entry with a dash"
		}
		return w.wrong(n, listOf(p, r), hint)
	}
	var ip *model.Property
	ir := r.items
	if ir == nil {
		ir = &rule{open: true}
	}
	flags := p != nil && p.Flags
	var kinds []string
	if p != nil {
		ip = p.Items
		if len(p.Ref) > 0 && (ip == nil || len(ip.Ref) == 0) {
			kinds = p.Ref
		}
	}
	out := make([]any, 0, len(n.Content))
	var seen valueSet
	ok := true
	for i, e := range n.Content {
		w.path = append(w.path, step{index: i})
		var v any
		var good bool
		if flags {
			if v, good = w.flag(e, p, ir); !good {
				ok = false
			}
		} else if v, good = w.value(e, ip, ir); !good {
			ok = false
		}
		if good {
			if s, text := v.(string); text {
				if kinds != nil {
					w.refer(e, p, kinds, s)
				}
				if p != nil && !flags {
					if problem, hint := p.Form().Check(p, s); problem != "" {
						w.fail(e, problem, hint)
					}
				}
			}
			if r.unique && seen.twice(v) {
				w.fail(e, "duplicate entry", "take one of them out")
			}
			out = append(out, v)
		}
		w.path = w.path[:len(w.path)-1]
		if w.spent {
			return nil, false
		}
	}
	switch {
	case len(n.Content) < r.minItems:
		w.refuse(n, fmt.Sprintf("the list has %s, at least %d are needed", model.Count(len(n.Content), "entry", "entries"), r.minItems), "")
	case r.maxItems > 0 && len(n.Content) > r.maxItems:
		w.refuse(n, fmt.Sprintf("the list has %s, at most %d are allowed", model.Count(len(n.Content), "entry", "entries"), r.maxItems), "")
	}
	return out, ok
}

// valueSet finds values that stand twice in a list.
type valueSet struct{ seen map[any]bool }

func (s *valueSet) twice(v any) bool {
	switch v.(type) {
	case map[string]any, []any:
		v = model.Hash(v)
	}
	if s.seen[v] {
		return true
	}
	if s.seen == nil {
		s.seen = map[any]bool{}
	}
	s.seen[v] = true
	return false
}

// flag reads one name or bit of a mask.
func (w *walker) flag(from *yaml.Node, p *model.Property, r *rule) (any, bool) {
	n := w.enter(from)
	if n == nil {
		return nil, false
	}
	if from.Kind == yaml.AliasNode {
		defer w.leave(from)
	}
	if p.Spans && n.Kind == yaml.ScalarNode && isText(n) && strings.Contains(n.Value, "-") {
		if problem, hint := p.Form().Check(p, n.Value); problem != "" {
			w.fail(n, problem, hint)
			return nil, false
		}
		return n.Value, true
	}
	return w.enum(n, p, r)
}
