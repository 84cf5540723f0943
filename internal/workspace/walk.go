package workspace

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"rassync/internal/model"
)

// Bounds on what aliases may make of one document.
const (
	maxAliases = 1000
	maxNodes   = 1000000
	maxDepth   = 1000
)

// walker turns the nodes of one document into canonical values and collects
// all that is wrong with them.
type walker struct {
	file  string
	line  int    // lines in front of the document
	raw   []byte // text of the document
	rules *kindRules
	root  *yaml.Node // of the document
	obj   *model.Object
	addr  string
	path  []step
	files *fileStore // nil: files are not looked at
	diags model.Diagnostics
	uses  []use

	refused int // faults that the schema finds as well
	aliases int
	nodes   int
	active  []*yaml.Node // anchors being followed
	spent   bool         // a bound is passed; nothing more is read
}

// step is one part of a yaml path: a name, or the index of an entry.
type step struct {
	name  string
	index int
}

// use is a reference to another object.
type use struct {
	obj   *model.Object
	prop  *model.Property
	kinds []string
	name  string
	path  string
	line  int
	col   int
}

func (w *walker) at(n *yaml.Node) model.Source {
	return model.Source{File: w.file, Line: w.line + n.Line, Col: n.Column}
}

func (w *walker) say(severity model.Severity, n *yaml.Node, summary, hint string) {
	if len(w.diags) >= maxFaults && (w.spent || severity != model.Error) {
		return
	}
	if len(w.diags) >= maxFaults {
		w.spent = true
		summary, hint = fmt.Sprintf("the rest of the document is not looked at: there are %d findings already", maxFaults), "correct these first"
	}
	w.diags = append(w.diags, model.Diagnostic{Severity: severity, Source: w.at(n), Address: w.addr, Path: pathText(w.path), Summary: summary, Hint: hint})
}

func (w *walker) fail(n *yaml.Node, summary, hint string) { w.say(model.Error, n, summary, hint) }

// refuse reports what the schema does not take: the library must say so too.
func (w *walker) refuse(n *yaml.Node, summary, hint string) {
	w.refused++
	w.fail(n, summary, hint)
}

func (w *walker) wrong(n *yaml.Node, expected, hint string) (any, bool) {
	summary := "expected " + expected + ", found " + describe(n)
	if n.Kind == yaml.ScalarNode && !slices.Contains([]string{"!!str", "!!null", "!!bool", "!!int", "!!float", "!!timestamp", "!!merge"}, n.Tag) {
		w.fail(n, summary, hint) // JSON has no tags: the schema says nothing of them
		return nil, false
	}
	w.refuse(n, summary, hint)
	return nil, false
}

func pathText(path []step) string {
	var b strings.Builder
	for _, s := range path {
		switch {
		case s.name == "":
			b.WriteString("[" + strconv.Itoa(s.index) + "]")
		case b.Len() > 0:
			b.WriteString("." + s.name)
		default:
			b.WriteString(s.name)
		}
	}
	return b.String()
}

// enter counts a node and follows an alias; the caller calls leave with what
// it gave. nil means that the node must not be read.
func (w *walker) enter(n *yaml.Node) *yaml.Node {
	if w.spent {
		return nil
	}
	w.nodes++
	if w.nodes > maxNodes {
		w.spent = true
		w.fail(n, fmt.Sprintf("the aliases of this document expand to more than %d values", maxNodes), "write the values out")
		return nil
	}
	if n.Kind != yaml.AliasNode {
		return n
	}
	w.aliases++
	switch {
	case w.aliases > maxAliases:
		w.spent = true
		w.fail(n, fmt.Sprintf("the document holds or expands to more than %d aliases", maxAliases), "write the values out")
		return nil
	case slices.Contains(w.active, n.Alias):
		w.spent = true
		w.fail(n, fmt.Sprintf("the anchor %q holds itself", n.Value), "write the value out")
		return nil
	}
	w.active = append(w.active, n.Alias)
	return n.Alias
}

// leave ends what enter began.
func (w *walker) leave(n *yaml.Node) {
	if n.Kind == yaml.AliasNode {
		w.active = w.active[:len(w.active)-1]
	}
}

// fields visits the pairs of a mapping: its own, then those that merge keys
// bring in and it does not hold itself.
func (w *walker) fields(n *yaml.Node, visit func(key, value *yaml.Node)) {
	var merges []*yaml.Node
	var keys keyIndex
	for i := 0; i+1 < len(n.Content) && !w.spent; i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind == yaml.ScalarNode && key.Tag == "!!merge" {
			merges = append(merges, value)
			continue
		}
		if !w.goodKey(n, i, &keys) {
			continue
		}
		visit(key, value)
	}
	if len(merges) == 0 {
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		seen[n.Content[i].Value] = true
	}
	for _, m := range merges {
		w.merged(m, seen, visit)
	}
}

func (w *walker) merged(from *yaml.Node, seen map[string]bool, visit func(key, value *yaml.Node)) {
	n := w.enter(from)
	if n == nil {
		return
	}
	defer w.leave(from)
	switch n.Kind {
	case yaml.SequenceNode:
		for _, e := range n.Content {
			w.merged(e, seen, visit)
		}
	case yaml.MappingNode:
		var deeper []*yaml.Node
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			switch {
			case key.Kind == yaml.ScalarNode && key.Tag == "!!merge":
				deeper = append(deeper, value)
			case key.Kind == yaml.ScalarNode && !seen[key.Value] && isText(key):
				seen[key.Value] = true
				visit(key, value)
			}
		}
		for _, d := range deeper {
			w.merged(d, seen, visit)
		}
	default:
		w.fail(from, "<< takes a mapping or a list of mappings, found "+describe(n), "name an anchor: <<: *name")
	}
}

// goodKey tells whether the key at i is text that stands for the first time.
func (w *walker) goodKey(n *yaml.Node, i int, keys *keyIndex) bool {
	key := n.Content[i]
	if key.Kind != yaml.ScalarNode || !isText(key) {
		hint := ""
		if key.Kind == yaml.ScalarNode {
			hint = "put it in quotes if it is a name"
		}
		w.fail(key, "expected a key that is text, found "+describe(key), hint)
		return false
	}
	if first := keys.before(n, i); first != nil {
		w.fail(key, fmt.Sprintf("duplicate key %q", key.Value), fmt.Sprintf("first on line %d", w.line+first.Line))
		return false
	}
	return true
}
