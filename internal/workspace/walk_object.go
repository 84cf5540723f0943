package workspace

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"rassync/internal/model"
)

func (w *walker) object(n *yaml.Node, p *model.Property, r *rule) (any, bool) {
	if n.Kind != yaml.MappingNode {
		hint := ""
		if p != nil && n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
			hint = "leave the property out, or write what is below it"
		}
		return w.wrong(n, "a mapping", hint)
	}
	if r.props == nil && r.open && (p == nil || !p.Open) {
		return w.plain(n)
	}
	if len(w.path) > maxDepth {
		w.spent = true
		w.fail(n, "the document is nested too deeply", "")
		return nil, false
	}
	out := make(map[string]any, len(n.Content)/2)
	ok := true
	present := 0
	w.fields(n, func(key, value *yaml.Node) {
		cr := r.props[key.Value]
		if cr == nil {
			if r.open {
				w.path = append(w.path, step{name: key.Value})
				defer func() { w.path = w.path[:len(w.path)-1] }()
				if p != nil && p.Open && !w.mayBeOpen(key, p) {
					ok = false
					return
				}
				if s := p.OpenSecret(key.Value); s != nil && value.Kind == yaml.MappingNode {
					if v, good := w.value(value, s, r); good && w.mayBeNamed(key, p.RefuseOpen(key.Value, nil)) {
						out[key.Value] = v
					} else {
						ok = false
					}
					return
				}
				if v, good := w.plain(value); good {
					if p != nil && p.Open && (!w.noSecret(key, v, p.OpenSecret(key.Value) != nil) || !w.mayBeNamed(key, p.RefuseOpen(key.Value, v))) {
						ok = false
						return
					}
					out[key.Value] = v
				}
				return
			}
			w.unknown(key, p, r)
			ok = false
			return
		}
		name := key.Value
		c := p.Prop(name)
		if c != nil {
			name = c.Name // the schema's copy of the name: one for all objects
		}
		present++
		w.path = append(w.path, step{name: name})
		if v, good := w.value(value, c, cr); good {
			out[name] = v
		} else {
			ok = false
		}
		w.path = w.path[:len(w.path)-1]
	})
	if w.spent {
		return nil, false
	}
	for _, name := range r.required {
		if _, has := out[name]; !has && !hasKey(n, name) {
			w.refuse(n, fmt.Sprintf("%q is missing", name), "")
			ok = false
		}
	}
	return out, ok
}

func hasKey(n *yaml.Node, name string) bool {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return true
		}
	}
	return false
}

// unknown says why a property is not taken.
func (w *walker) unknown(key *yaml.Node, p *model.Property, r *rule) {
	readOnly := w.rules.kind.ReadOnly
	spec := p == w.rules.kind.Spec
	if p != nil && !spec {
		readOnly = p.ReadOnly
	}
	if p != nil {
		if why, known := readOnly[key.Value]; known {
			switch {
			case why == "":
				w.refuse(key, fmt.Sprintf("%q is read-only: the farm sets it", key.Value), "take it out")
			case strings.HasPrefix(why, "deprecated"):
				w.refuse(key, fmt.Sprintf("%q is %s", key.Value, why), "take it out")
			default:
				w.refuse(key, fmt.Sprintf("%q cannot be written: %s", key.Value, why), "take it out")
			}
			return
		}
	}
	names, hint := w.rules.near(r, key.Value)
	switch {
	case spec && slices.Contains(w.rules.keys, key.Value):
		hint = "it stands beside spec, not in it: check the indentation"
	case hint == "" && len(names) <= 8:
		hint = "known are " + strings.Join(names, ", ")
	}
	w.refuse(key, fmt.Sprintf("unknown property %q", short(key.Value)), hint)
}

// plain converts a value of which the schema says nothing.
func (w *walker) plain(from *yaml.Node) (any, bool) {
	n := w.enter(from)
	if n == nil {
		return nil, false
	}
	if from.Kind == yaml.AliasNode {
		defer w.leave(from)
	}
	if len(w.path) > maxDepth {
		w.spent = true
		w.fail(n, "the document is nested too deeply", "")
		return nil, false
	}
	switch n.Kind {
	case yaml.MappingNode:
		out := make(map[string]any, len(n.Content)/2)
		ok := true
		w.fields(n, func(key, value *yaml.Node) {
			w.path = append(w.path, step{name: key.Value})
			v, good := w.plain(value)
			// The names of unknown itself are paths; its own check knows them.
			if why := model.RefuseNames(map[string]any{key.Value: nil}); why != "" && !(len(w.path) == 2 && w.path[0].name == "unknown") {
				good = w.mayBeNamed(key, why)
			}
			w.path = w.path[:len(w.path)-1]
			ok = ok && good
			out[key.Value] = v
		})
		return out, ok
	case yaml.SequenceNode:
		out := make([]any, 0, len(n.Content))
		for i, e := range n.Content {
			w.path = append(w.path, step{index: i})
			v, good := w.plain(e)
			w.path = w.path[:len(w.path)-1]
			if !good {
				return nil, false
			}
			out = append(out, v)
		}
		return out, true
	}
	switch n.Tag {
	case "!!null":
		return nil, true
	case "!!bool":
		v, ok := truth(n)
		if !ok {
			w.fail(n, fmt.Sprintf("expected true or false, found %q", short(n.Value)), "")
			return nil, false
		}
		return v, true
	case "!!int", "!!float":
		if v, ok := number(n); ok {
			return v, true
		}
		w.fail(n, fmt.Sprintf("%.40s is a number that programs read differently", n.Value), "write it with plain digits, or in quotes")
		return nil, false
	}
	if !isText(n) {
		w.fail(n, "expected a plain value, found "+describe(n), "tags are not supported")
		return nil, false
	}
	return n.Value, !w.secretInside(n)
}
