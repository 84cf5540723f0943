package workspace

import (
	"errors"
	"sort"
	"strings"
	"unicode/utf8"

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

func (p *patcher) offset(line, col int) int {
	if line < 1 || line > len(p.lines) {
		return len(p.src)
	}
	at := p.lines[line-1]
	for i := 1; i < col && at < len(p.src); i++ {
		_, size := utf8.DecodeRuneInString(p.src[at:])
		at += size
	}
	return at
}

func (p *patcher) start(n *yaml.Node) int { return p.offset(n.Line, n.Column) }

// lineStart and lineStop are the borders of the line that holds an offset;
// lineStop is behind the line break.
func (p *patcher) lineStart(at int) int {
	i := sort.SearchInts(p.lines, at+1) - 1
	if i < 0 {
		return 0
	}
	return p.lines[i]
}

func (p *patcher) lineStop(at int) int {
	i := sort.SearchInts(p.lines, at+1)
	if i >= len(p.lines) {
		return len(p.src)
	}
	return p.lines[i]
}

// content is where the text of a node begins behind its anchor and tag.
func (p *patcher) content(n *yaml.Node) int {
	at := p.start(n)
	for at < len(p.src) && (p.src[at] == '&' || p.src[at] == '!') {
		for at < len(p.src) && !isSpace(p.src[at]) {
			at++
		}
		for at < len(p.src) && isSpace(p.src[at]) {
			at++
		}
	}
	return at
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// end is the offset behind a node; indent is that of the key or dash in front
// of it.
func (p *patcher) end(n *yaml.Node, indent int) (int, error) {
	switch n.Kind {
	case yaml.AliasNode:
		return p.start(n) + 1 + len(n.Value), nil
	case yaml.MappingNode, yaml.SequenceNode:
		if n.Style&yaml.FlowStyle != 0 {
			return p.flowEnd(n)
		}
		if len(n.Content) == 0 {
			return 0, errPatch
		}
		last := n.Content[len(n.Content)-1]
		inner := n.Column - 1
		if n.Kind == yaml.MappingNode {
			inner = n.Content[len(n.Content)-2].Column - 1
		}
		if empty(last) {
			return p.start(last), nil
		}
		return p.end(last, inner)
	}
	at := p.content(n)
	switch {
	case empty(n):
		return p.start(n), nil
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return p.blockEnd(at, indent)
	case n.Style&yaml.DoubleQuotedStyle != 0:
		for i := at + 1; i < len(p.src); i++ {
			switch p.src[i] {
			case '\\':
				i++
			case '"':
				return i + 1, nil
			}
		}
		return 0, errPatch
	case n.Style&yaml.SingleQuotedStyle != 0:
		for i := at + 1; i < len(p.src); i++ {
			if p.src[i] != '\'' {
				continue
			}
			if i+1 < len(p.src) && p.src[i+1] == '\'' {
				i++
				continue
			}
			return i + 1, nil
		}
		return 0, errPatch
	}
	return p.plainEnd(at, n.Value)
}

// empty tells whether a node is a value that nobody wrote.
func empty(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Value == "" && n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
}

// plainEnd follows a plain scalar through the text by its value: line breaks
// in it are folded to spaces.
func (p *patcher) plainEnd(at int, value string) (int, error) {
	for i := 0; i < len(value); {
		switch {
		case at >= len(p.src):
			return 0, errPatch
		case p.src[at] == value[i] && p.src[at] != '\n':
			at++
			i++
		case isSpace(p.src[at]):
			for at < len(p.src) && isSpace(p.src[at]) {
				at++
			}
			if value[i] == ' ' {
				i++
			}
			for i < len(value) && value[i] == '\n' {
				i++
			}
		default:
			return 0, errPatch
		}
	}
	return at, nil
}

// blockEnd finds the last line of a literal or folded scalar, its line break
// left out.
func (p *patcher) blockEnd(at, indent int) (int, error) {
	header := p.src[at:p.lineStop(at)]
	header, _, _ = strings.Cut(header, "#")
	keep := strings.Contains(header, "+")
	end := at + len(strings.TrimRight(header, " \t\r\n"))
	width := -1
	for i := 1; i < len(header); i++ {
		if header[i] >= '1' && header[i] <= '9' {
			width = max(indent, 0) + int(header[i]-'0')
		}
	}
	for pos := p.lineStop(at); pos < len(p.src); {
		next := p.lineStop(pos)
		row := strings.TrimRight(p.src[pos:next], "\r\n")
		lead := len(row) - len(strings.TrimLeft(row, " "))
		blank := lead == len(row)
		if !blank {
			if width < 0 {
				if lead <= indent {
					break
				}
				width = lead
			}
			if lead < width {
				break
			}
		}
		if !blank || keep {
			end = pos + len(row)
		}
		pos = next
	}
	return end, nil
}

// flowEnd finds the bracket that closes a flow collection.
func (p *patcher) flowEnd(n *yaml.Node) (int, error) {
	at := p.content(n) + 1
	if len(n.Content) > 0 {
		last := n.Content[len(n.Content)-1]
		if empty(last) {
			last = n.Content[max(0, len(n.Content)-2)]
		}
		var err error
		if at, err = p.end(last, 0); err != nil {
			return 0, err
		}
	}
	closing := byte(']')
	if n.Kind == yaml.MappingNode {
		closing = '}'
	}
	for ; at < len(p.src); at++ {
		switch c := p.src[at]; {
		case c == closing:
			return at + 1, nil
		case c == '#':
			at = p.lineStop(at) - 1
		case isSpace(c), c == ',', c == ':':
		default:
			return 0, errPatch
		}
	}
	return 0, errPatch
}

// set makes the value in a slot equal to want.
func (p *patcher) set(s slot, prop *model.Property, have, want any) error {
	if same(have, want) {
		return nil
	}
	n := s.node
	if n.Kind != yaml.AliasNode && n.Anchor == "" && n.Style&yaml.TaggedStyle == 0 {
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
	from := p.start(s.node)
	to := from
	if !empty(s.node) {
		var err error
		if to, err = p.end(s.node, s.indent); err != nil {
			return err
		}
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

// trailing gives the comment at the end of a line, with the blanks before it.
func trailing(rest string) string {
	rest = strings.TrimRight(rest, "\r\n")
	t := strings.TrimLeft(rest, " \t")
	if !strings.HasPrefix(t, "#") || len(t) == len(rest) {
		return ""
	}
	return rest
}

// styled writes a value on one line in the quotes of the old one.
func (p *patcher) styled(old *yaml.Node, prop *model.Property, v any, flow bool) string {
	if s, ok := v.(string); ok && old.Kind == yaml.ScalarNode {
		switch {
		case old.Style&yaml.DoubleQuotedStyle != 0:
			return doubleText(s)
		case old.Style&yaml.SingleQuotedStyle != 0 && singleText(s):
			return "'" + strings.ReplaceAll(s, "'", "''") + "'"
		}
	}
	if flow {
		return flowValue(prop, v)
	}
	return scalarText(v)
}

// flowText writes a list of scalars in brackets.
func flowText(list []any) (string, bool) {
	for _, v := range list {
		switch v := v.(type) {
		case string:
			if strings.Contains(v, "\n") {
				return "", false
			}
		case map[string]any, []any:
			return "", false
		}
	}
	return flowValue(nil, list), true
}

func flowValue(p *model.Property, v any) string {
	switch v := v.(type) {
	case map[string]any:
		parts := make([]string, 0, len(v))
		for _, name := range orderedKeys(p, v) {
			parts = append(parts, flowScalar(name)+": "+flowValue(p.Prop(name), v[name]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case []any:
		parts := make([]string, len(v))
		for i, e := range v {
			var ip *model.Property
			if p != nil {
				ip = p.Items
			}
			parts[i] = flowValue(ip, e)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case string:
		return flowScalar(v)
	}
	return scalarText(v)
}

func (p *patcher) sequence(s slot, prop *model.Property, have, want []any) error {
	n := s.node
	var ip *model.Property
	if prop != nil {
		ip = prop.Items
	}
	pairs := match(prop, want, have)
	inPlace := len(have) == len(want)
	for i, j := range pairs {
		inPlace = inPlace && i == j
	}
	flow := n.Style&yaml.FlowStyle != 0
	if inPlace && flow {
		for i, e := range n.Content {
			if err := p.set(slot{e, p.start(e), 0, true}, ip, have[i], want[i]); err != nil {
				return err
			}
		}
		return nil
	}
	if flow {
		return p.flowList(s, prop, pairs, have, want)
	}
	indent := n.Column - 1
	dashes := make([]int, len(n.Content))
	for i, e := range n.Content {
		at, err := p.dash(e, indent)
		if err != nil {
			return p.replace(s, prop, want)
		}
		dashes[i] = at
	}
	if inPlace {
		for i, e := range n.Content {
			if err := p.set(slot{e, dashes[i] + 1, indent, false}, ip, have[i], want[i]); err != nil {
				return err
			}
		}
		return nil
	}
	return p.shuffle(s, prop, ip, indent, dashes, pairs, have, want)
}

// dash finds the dash in front of an entry.
func (p *patcher) dash(e *yaml.Node, indent int) (int, error) {
	at := p.start(e) - 1
	for at >= 0 && isSpace(p.src[at]) {
		at--
	}
	if at < 0 || p.src[at] != '-' || at-p.lineStart(at) != indent {
		return 0, errPatch
	}
	return at, nil
}

// shuffle puts the entries of a block list together anew: entries that stay
// keep their text with the comments above it.
func (p *patcher) shuffle(s slot, prop, ip *model.Property, indent int, dashes, pairs []int, have, want []any) error {
	n := s.node
	type chunk struct{ gap, text string }
	chunks := make([]chunk, len(n.Content))
	begin, stop := 0, 0
	if first := p.lineStart(dashes[0]); strings.TrimSpace(p.src[first:dashes[0]]) != "" {
		return p.replace(s, prop, want)
	}
	wanted := make([]any, len(have))
	for i, j := range pairs {
		if j >= 0 {
			wanted[j] = want[i]
		}
	}
	for i, e := range n.Content {
		line := p.lineStart(dashes[i])
		floor := stop
		if i == 0 {
			floor = p.lineStop(s.after)
			if floor > line {
				floor = line
			}
		}
		lead := p.above(line, floor)
		if i == 0 {
			begin, stop = lead, lead
		}
		end := dashes[i] + 1
		if !empty(e) {
			var err error
			if end, err = p.end(e, indent); err != nil {
				return err
			}
		}
		next := p.lineStop(end - 1)
		outer := p.edits
		p.edits = nil
		if wanted[i] != nil {
			if err := p.set(slot{e, dashes[i] + 1, indent, false}, ip, have[i], wanted[i]); err != nil {
				return err
			}
		}
		text, err := applyEdits(p.src, lead, next, p.edits)
		p.edits = outer
		if err != nil {
			return err
		}
		chunks[i] = chunk{p.src[stop:lead], text}
		stop = next
	}
	var b strings.Builder
	add := func(text string) {
		if s := b.String(); s != "" && !strings.HasSuffix(s, "\n") {
			b.WriteString(p.eol)
		}
		b.WriteString(text)
	}
	for i, j := range pairs {
		if j < 0 {
			e := newEmitter(p.eol)
			e.entry(indent, prop, want[i])
			add(e.b.String())
			continue
		}
		if chunks[j].gap != "" {
			add(chunks[j].gap)
		}
		add(chunks[j].text)
	}
	text := b.String()
	if stop == len(p.src) && !strings.HasSuffix(p.src, "\n") {
		text = trimEOL(text)
	}
	p.edits = append(p.edits, edit{begin, stop, text})
	return nil
}

// flowList puts a flow list together anew; entries that stay keep their text.
func (p *patcher) flowList(s slot, prop *model.Property, pairs []int, have, want []any) error {
	n := s.node
	end, err := p.end(n, s.indent)
	if err != nil {
		return err
	}
	if _, ok := flowText(want); !ok || strings.ContainsAny(p.src[p.start(n):end], "\r\n") {
		return p.replace(s, prop, want)
	}
	parts := make([]string, len(want))
	for i, j := range pairs {
		if j < 0 || !same(have[j], want[i]) || empty(n.Content[j]) {
			parts[i] = flowValue(nil, want[i])
			continue
		}
		stop, err := p.end(n.Content[j], 0)
		if err != nil {
			return err
		}
		parts[i] = p.src[p.start(n.Content[j]):stop]
	}
	p.edits = append(p.edits, edit{p.start(n), end, "[" + strings.Join(parts, ", ") + "]"})
	return nil
}
