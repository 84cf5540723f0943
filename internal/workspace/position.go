package workspace

import (
	"sort"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"rassync/internal/model"
)

// parsed is a document whose nodes are at hand.
type parsed struct {
	file string
	line int // lines in front of it
	root *yaml.Node
}

// Position finds where a value of an object is declared. path is relative to
// spec ("rules[2].criteria", "rules[Sales only].enabled") or names a key beside
// it ("name"). The nearest declared value above counts where the path itself
// is not declared; the empty path is the document.
//
// Only the text of the files is kept: the document is parsed anew, the last
// one is remembered. Safe for concurrent use.
func (ws *Workspace) Position(o *model.Object, path string) model.Source {
	if over, ok := ws.layers[o.Source]; ok && path != "" {
		if at, found := ws.find(over, path); found {
			return at
		}
	}
	at, _ := ws.find(o.Source, path)
	return at
}

// LaidOver finds where an overlay sets a value of an object; false if none does.
func (ws *Workspace) LaidOver(o *model.Object, path string) (model.Source, bool) {
	over, ok := ws.layers[o.Source]
	if !ok {
		return model.Source{}, false
	}
	return ws.find(over, path)
}

// find looks for the path in the document at source; found tells whether all
// of it is declared there.
func (ws *Workspace) find(source model.Source, path string) (model.Source, bool) {
	doc := ws.parsedAt(source)
	if doc.root == nil || path == "" {
		return source, doc.root != nil
	}
	steps := splitSteps(path)
	at := doc.root
	top := lookup(doc.root, steps[0])
	spec := lookup(doc.root, "spec")
	if len(steps) > 1 && steps[0] == "spec" {
		steps = steps[1:]
	}
	if spec != nil && lookup(spec, steps[0]) != nil || top == nil {
		if spec == nil {
			return source, false
		}
		at = spec
	}
	found := true
	for _, s := range steps {
		next := child(at, s)
		if next == nil {
			found = false
			break
		}
		at = next
	}
	if at == doc.root || at == spec && !found {
		return source, false
	}
	return model.Source{File: source.File, Line: doc.line + at.Line, Col: at.Column}, found
}

// child is one step down: a key, an index, or the label of an entry.
func child(n *yaml.Node, s string) *yaml.Node {
	n = resolve(n)
	label, entry := strings.CutPrefix(s, "[")
	if !entry {
		return lookup(n, s)
	}
	label = strings.TrimSuffix(label, "]")
	if n.Kind != yaml.SequenceNode {
		return nil
	}
	if i, err := strconv.Atoi(label); err == nil && i >= 0 && i < len(n.Content) {
		return n.Content[i]
	}
	for _, e := range n.Content {
		e := resolve(e)
		if e.Kind == yaml.ScalarNode && e.Value == label {
			return e
		}
		if e.Kind != yaml.MappingNode {
			continue
		}
		for i := 1; i < len(e.Content); i += 2 {
			if v := resolve(e.Content[i]); v.Kind == yaml.ScalarNode && v.Value == label {
				return e
			}
		}
	}
	return nil
}

// splitSteps parts "rules[2].criteria" into "rules", "[2]", "criteria". Dots
// inside brackets belong to the label.
func splitSteps(path string) []string {
	var out []string
	start, depth := 0, 0
	cut := func(end int) {
		if end > start {
			out = append(out, path[start:end])
		}
	}
	for i := 0; i < len(path); i++ {
		switch path[i] {
		case '.':
			if depth == 0 {
				cut(i)
				start = i + 1
			}
		case '[':
			if depth == 0 {
				cut(i)
				start = i
			}
			depth++
		case ']':
			if depth > 0 {
				depth--
			}
			if depth == 0 {
				cut(i + 1)
				start = i + 1
			}
		}
	}
	cut(len(path))
	if len(out) == 0 {
		out = append(out, path)
	}
	return out
}

// parsedAt parses the document that holds a position.
func (ws *Workspace) parsedAt(at model.Source) parsed {
	src := ws.files[at.File]
	if src == nil || len(src.segs) == 0 {
		return parsed{}
	}
	i := sort.Search(len(src.segs), func(i int) bool { return src.segs[i].line >= at.Line }) - 1
	if i < 0 {
		return parsed{}
	}
	seg := src.segs[i]
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if ws.last.file == at.File && ws.last.line == seg.line && ws.last.root != nil {
		return ws.last
	}
	root, err := parse(src.text[seg.start:seg.end])
	if err != nil || root == nil {
		return parsed{}
	}
	ws.last = parsed{at.File, seg.line, root}
	return ws.last
}
