package workspace

import (
	"errors"
	"sort"
	"strings"

	"gopkg.in/yaml.v3"

	"rassync/internal/model"
)

// This file changes values in the text of a document and leaves every other
// byte as it is. The parser tells where values begin; where they end is worked
// out from the text. That is guesswork in the corners of YAML, so whoever
// patches reads the result back and compares (see update.go).

// edit replaces a range of the text.
type edit struct {
	start, end int
	text       string
}

// patcher collects the edits of one document.
type patcher struct {
	src   string
	lines []int // offsets of the lines' starts
	eol   string
	edits []edit
}

// errPatch says that a value's place in the text cannot be worked out.
var errPatch = errors.New("the text cannot be changed in place")

// slot is the place of a value: behind a key, behind a dash, or inside flow
// brackets.
type slot struct {
	node   *yaml.Node
	after  int // offset behind the colon or dash
	indent int // of the key or dash
	flow   bool
}

func newPatcher(src, eol string) *patcher {
	p := &patcher{src: src, eol: eol}
	for pos := 0; pos < len(src); pos = lineEnd([]byte(src[pos:]), 0) + pos {
		p.lines = append(p.lines, pos)
	}
	return p
}

// apply gives src with the edits done.
func applyEdits(src string, from, to int, edits []edit) (string, error) {
	sort.SliceStable(edits, func(i, j int) bool { return edits[i].start < edits[j].start })
	var b strings.Builder
	at := from
	for _, e := range edits {
		if e.start < at || e.end > to || e.end < e.start {
			return "", errPatch
		}
		b.WriteString(src[at:e.start])
		b.WriteString(e.text)
		at = e.end
	}
	b.WriteString(src[at:to])
	return b.String(), nil
}

// set makes the value in a slot equal to want.
func (p *patcher) set(s slot, prop *model.Property, have, want any) error {
	if same(have, want) {
		return nil
	}
	n := s.node
	if n.Kind != yaml.AliasNode {
		switch w := want.(type) {
		case map[string]any:
			if h, ok := have.(map[string]any); ok && n.Kind == yaml.MappingNode && len(n.Content) > 0 {
				return p.mapping(s, prop, h, w)
			}
		case []any:
			if h, ok := have.([]any); ok && n.Kind == yaml.SequenceNode && len(h) == len(n.Content) && len(h) > 0 && len(w) > 0 {
				return p.sequence(s, prop, h, w)
			}
		}
	}
	return p.replace(s, prop, want)
}

func (p *patcher) mapping(s slot, prop *model.Property, have, want map[string]any) error {
	n := s.node
	flow := n.Style&yaml.FlowStyle != 0
	own := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		own[n.Content[i].Value] = i
	}
	for name := range have {
		if _, stays := want[name]; !stays {
			return p.replace(s, prop, want) // never asked for by a merge
		}
	}
	var added []string
	for _, name := range orderedKeys(prop, want) {
		h, declared := have[name] // by a merge key
		if _, ok := own[name]; !ok && !(declared && same(h, want[name])) {
			added = append(added, name)
		}
	}
	if flow && len(added) > 0 {
		return p.replace(s, prop, want)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		w, ok := want[key.Value]
		if !ok || same(have[key.Value], w) {
			continue
		}
		after, err := p.colon(key)
		if err != nil {
			return err
		}
		sub := slot{value, after, key.Column - 1, flow}
		if err := p.set(sub, prop.Prop(key.Value), have[key.Value], w); err != nil {
			return err
		}
	}
	for _, name := range added {
		if err := p.insert(n, prop, name, want[name], want); err != nil {
			return err
		}
	}
	return nil
}

// colon is the offset behind the colon of a key.
func (p *patcher) colon(key *yaml.Node) (int, error) {
	at, err := p.end(key, 0)
	if err != nil {
		return 0, err
	}
	for at < len(p.src) && (p.src[at] == ' ' || p.src[at] == '\t') {
		at++
	}
	if at >= len(p.src) || p.src[at] != ':' {
		return 0, errPatch
	}
	return at + 1, nil
}

// insert adds a key to a block mapping, behind the last of those that the
// schema has before it.
func (p *patcher) insert(n *yaml.Node, prop *model.Property, name string, v any, want map[string]any) error {
	indent := n.Content[0].Column - 1
	e := newEmitter(p.eol)
	e.pair(indent, prop.Prop(name), name, v)
	return p.insertText(n, prop, name, e.b.String(), want)
}

// insertText adds the text of a key; all holds every key there will be.
func (p *patcher) insertText(n *yaml.Node, prop *model.Property, name, text string, all map[string]any) error {
	rank := map[string]int{}
	for i, k := range orderedKeys(prop, all) {
		rank[k] = i
	}
	before := -1 // position of the key in front
	for i := 0; i+1 < len(n.Content); i += 2 {
		if r, ok := rank[n.Content[i].Value]; ok && r < rank[name] && (before < 0 || r > rank[n.Content[before].Value]) {
			before = i
		}
	}
	if before < 0 {
		first := p.start(n.Content[0])
		if line := p.lineStart(first); strings.TrimSpace(p.src[line:first]) == "" {
			at := p.above(line, 0)
			p.edits = append(p.edits, edit{at, at, text})
			return nil
		}
		before = 0
	}
	key, value := n.Content[before], n.Content[before+1]
	end := 0
	var err error
	if empty(value) {
		end, err = p.colon(key)
	} else {
		end, err = p.end(value, key.Column-1)
	}
	if err != nil {
		return err
	}
	p.addLine(max(end-1, 0), text)
	return nil
}

// addLine adds whole lines behind the line that holds an offset.
func (p *patcher) addLine(at int, text string) {
	stop := p.lineStop(at)
	if stop == len(p.src) && !strings.HasSuffix(p.src, "\n") {
		text = p.eol + trimEOL(text)
	}
	p.edits = append(p.edits, edit{stop, stop, text})
}

// above is the start of the comment lines directly above a line, not below
// floor.
func (p *patcher) above(line, floor int) int {
	for line > floor {
		prev := p.lineStart(line - 1)
		if prev < floor || !strings.HasPrefix(strings.TrimLeft(p.src[prev:line], " \t"), "#") {
			break
		}
		line = prev
	}
	return line
}

// replace writes a value anew; comments inside the old one are lost, one
// behind it or behind the key stays.
func (p *patcher) replace(s slot, prop *model.Property, want any) error {
	from, anchor := p.start(s.node), ""
	if s.node.Kind != yaml.AliasNode && s.node.Anchor != "" {
		// Others may refer to it: it stays where it is.
		anchor = "&" + s.node.Anchor
	}
	to := from
	if !empty(s.node) {
		var err error
		if to, err = p.end(s.node, s.indent); err != nil {
			return err
		}
	} else if anchor != "" {
		return errPatch
	}
	if anchor != "" {
		return p.replaceAnchored(s, prop, want, anchor, to)
	}
	if s.flow {
		p.edits = append(p.edits, edit{from, to, p.styled(s.node, prop, want, true)})
		return nil
	}
	inline := !strings.ContainsAny(p.src[s.after:to], "\r\n")
	head, body := newEmitter(p.eol).render(s.indent, prop, want)
	if body == "" {
		head = p.styled(s.node, prop, want, false)
	}
	if list, ok := want.([]any); ok && len(list) > 0 && s.node.Kind == yaml.SequenceNode && s.node.Style&yaml.FlowStyle != 0 && inline {
		if flow, ok := flowText(list); ok && len(flow) < 100 {
			head, body = flow, ""
		}
	}
	if inline && body == "" {
		if from <= s.after {
			from = s.after
			head = " " + head
		}
		p.edits = append(p.edits, edit{from, max(to, from), head})
		return nil
	}
	comment := trailing(p.src[s.after:p.lineStop(s.after)])
	if inline {
		comment = trailing(p.src[to:p.lineStop(to)])
		if comment != "" {
			to += len(strings.TrimRight(p.src[to:p.lineStop(to)], "\r\n"))
		}
	}
	text := ""
	if head != "" {
		text = " " + head
	}
	if body != "" && head == "" && p.src[s.after-1] == '-' {
		// The first key of an entry stands behind the dash.
		first, rest, _ := strings.Cut(strings.TrimLeft(body, " "), p.eol)
		p.edits = append(p.edits, edit{s.after, to, " " + first + comment + trimEOL(p.eol+rest)})
		return nil
	}
	text += comment
	if body != "" {
		text += p.eol + trimEOL(body)
	}
	p.edits = append(p.edits, edit{s.after, to, text})
	return nil
}

// replaceAnchored writes the value behind an anchor anew.
func (p *patcher) replaceAnchored(s slot, prop *model.Property, want any, anchor string, to int) error {
	from := p.start(s.node)
	if s.flow {
		p.edits = append(p.edits, edit{from, to, anchor + " " + p.styled(s.node, prop, want, true)})
		return nil
	}
	head, body := newEmitter(p.eol).render(s.indent, prop, want)
	if body == "" {
		head = p.styled(s.node, prop, want, false)
	}
	text := anchor
	if head != "" {
		text += " " + head
	}
	if body != "" {
		text += trailing(p.src[to:p.lineStop(to)]) + p.eol + trimEOL(body)
		if rest := trailing(p.src[to:p.lineStop(to)]); rest != "" {
			to += len(rest)
		}
	}
	p.edits = append(p.edits, edit{from, to, text})
	return nil
}

// trailing gives the comment at the end of a line, with the blanks before it.
func trailing(rest string) string {
	rest = strings.TrimRight(rest, "\r\n")
	t := strings.TrimLeft(rest, " \t")
	if !strings.HasPrefix(t, "#") || len(t) == len(rest) {
		return ""
	}
	return rest
}
