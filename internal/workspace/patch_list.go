package workspace

import (
	"strings"

	"gopkg.in/yaml.v3"

	"rassync/internal/model"
)

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
	indent := p.listIndent(n)
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
