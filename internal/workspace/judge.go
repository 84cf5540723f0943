package workspace

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"gopkg.in/yaml.v3"

	"rassync/internal/model"
)

// Whether a document is valid is decided by the JSON Schema library, on the
// schema that is published and on what the YAML says, not on what the walk made
// of it. The walk says why, in words and for people. Where the two disagree the
// document is refused and the disagreement named: one of them is wrong, and a
// document that only one of them takes is not sent anywhere.

// judge asks the library about the document that was just walked.
func (w *walker) judge(root *yaml.Node) {
	like, may := w.rules.likeness(root)
	if may && w.refused == 0 && w.rules.isTaken(like) {
		return
	}
	sch, err := w.rules.compiled()
	if err != nil {
		w.fail(root, err.Error(), "this is a fault of rassync, not of the file")
		return
	}
	doc, ok := plainDocument(root)
	if !ok {
		w.path = w.path[:0]
		w.fail(root, "the aliases of this document expand to too much, or hold themselves", "write the values out")
		return
	}
	err = sch.Validate(doc)
	if err == nil {
		if may {
			w.rules.take(like)
		}
		if w.refused > 0 {
			w.path = w.path[:0]
			w.fail(root, fmt.Sprintf("the JSON Schema of %s takes this document, and rassync's own check does not", w.rules.kind.Name), "one of them is wrong: please report it, with the output of rassync version")
		}
		return
	}
	var ve *jsonschema.ValidationError
	if !errors.As(err, &ve) {
		w.fail(root, "the schema cannot be applied: "+err.Error(), "")
		return
	}
	said := make([]string, 0, len(w.diags))
	for _, d := range w.diags {
		if d.Severity == model.Error {
			said = append(said, d.Path)
		}
	}
	w.leaves(root, ve, said)
}

// leaves reports the innermost causes of which nothing was said yet; of
// alternatives only the outer one, as each of them has its own complaint.
func (w *walker) leaves(root *yaml.Node, ve *jsonschema.ValidationError, said []string) {
	word := ve.KeywordLocation[strings.LastIndexByte(ve.KeywordLocation, '/')+1:]
	if len(ve.Causes) > 0 && word != "anyOf" && word != "oneOf" {
		for _, c := range ve.Causes {
			w.leaves(root, c, said)
		}
		return
	}
	n, path := nodeAt(root, ve.InstanceLocation)
	text := pathText(path)
	for _, s := range said {
		if within(s, text) || within(text, s) {
			return
		}
	}
	w.path = path
	if len(w.rules.residual) > 0 {
		w.fail(n, "the schema refuses it: "+ve.Message, "")
		return
	}
	w.fail(n, "the JSON Schema refuses what rassync's own check takes: "+ve.Message, "one of them is wrong: please report it, with the output of rassync version")
}

// within tells whether a path is another one or lies below it.
func within(path, other string) bool {
	rest, ok := strings.CutPrefix(path, other)
	return ok && (other == "" || rest == "" || rest[0] == '.' || rest[0] == '[')
}

// nodeAt finds what the library complains of, as far as there is a node.
func nodeAt(root *yaml.Node, location string) (*yaml.Node, []step) {
	n := root
	var path []step
	for i, part := range strings.Split(location, "/") {
		if i == 0 {
			continue
		}
		part = strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
		r := resolve(n)
		if r.Kind == yaml.SequenceNode {
			at, err := strconv.Atoi(part)
			if err != nil || at >= len(r.Content) {
				break
			}
			n = r.Content[at]
			path = append(path, step{index: at})
			continue
		}
		next := lookup(n, part)
		if next == nil {
			break
		}
		n = next
		if i > 1 || part != "spec" {
			path = append(path, step{name: part})
		}
	}
	return n, path
}

// plainDocument is the document as a JSON decoder would give it; false if its
// aliases make too much of it. A spec of which nothing is written is none.
func plainDocument(root *yaml.Node) (map[string]any, bool) {
	p := &plainer{left: maxAliased}
	doc, ok := p.node(root, 0, false).(map[string]any)
	if v, has := doc["spec"]; has && v == nil {
		delete(doc, "spec")
	}
	return doc, ok && p.left > 0
}

// maxAliased bounds what aliases may add to one document here.
const maxAliased = 100000

// plainer turns nodes into what JSON would hold, within bounds: aliases may
// hold themselves where the walk has not looked.
type plainer struct{ left int }

func (p *plainer) node(n *yaml.Node, depth int, aliased bool) any {
	if aliased = aliased || n.Kind == yaml.AliasNode; aliased {
		p.left--
	}
	if p.left <= 0 || depth > maxDepth {
		p.left = 0
		return nil
	}
	if n = resolve(n); n == nil {
		return nil
	}
	switch n.Kind {
	case yaml.MappingNode:
		m := make(map[string]any, len(n.Content)/2)
		p.pairs(m, n, depth+1, aliased)
		return m
	case yaml.SequenceNode:
		out := make([]any, len(n.Content))
		for i, e := range n.Content {
			out[i] = p.node(e, depth+1, aliased)
		}
		return out
	}
	switch n.Tag {
	case "!!null":
		return nil
	case "!!bool":
		switch n.Value {
		case "true", "True", "TRUE":
			return true
		case "false", "False", "FALSE":
			return false
		}
	case "!!int", "!!float":
		if v, ok := number(n); ok {
			return v
		}
		return 0.5 // a number, if nobody knows which: the walk has refused it
	}
	return n.Value
}

// pairs adds the pairs of a mapping that m does not hold yet: its own, then
// those of its merge keys.
func (p *plainer) pairs(m map[string]any, n *yaml.Node, depth int, aliased bool) {
	aliased = aliased || n.Kind == yaml.AliasNode
	if n = resolve(n); n == nil || depth > maxDepth {
		p.left = 0
		return
	}
	if n.Kind == yaml.SequenceNode {
		for _, e := range n.Content {
			p.pairs(m, e, depth+1, aliased)
		}
		return
	}
	merges := false
	for i := 0; i+1 < len(n.Content) && p.left > 0; i += 2 {
		key := n.Content[i]
		if key.Tag == "!!merge" {
			merges = true
		} else if _, has := m[key.Value]; !has {
			m[key.Value] = p.node(n.Content[i+1], depth, aliased)
		}
	}
	for i := 0; merges && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Tag == "!!merge" {
			p.pairs(m, n.Content[i+1], depth+1, aliased)
		}
	}
}

// verdicts remembers which texts were found valid, by content: the two sides
// of a comparison, and the base and the present of a plan, are mostly the same.
type verdicts struct {
	mu    sync.Mutex
	valid map[[sha256.Size]byte]bool
}

func (v *verdicts) known(key [sha256.Size]byte) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.valid[key]
}

func (v *verdicts) add(key [sha256.Size]byte) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.valid == nil {
		v.valid = map[[sha256.Size]byte]bool{}
	}
	v.valid[key] = true
}
