package contract

import (
	"slices"
	"sort"
	"strings"

	"rassync/internal/facts"
	"rassync/internal/model"
)

// match is where one schema of a document has a property.
type match struct {
	side    *side
	now     *name // nil: nowhere, or nobody knows where
	how     how
	why     string
	choices []string
}

// how is the way in which a property was found.
type how int

const (
	asWas   how = iota // under its name, at its place
	renamed            // at its place, under another name
	moved              // under its name, at another place
	asked              // several could be it
	lost               // nothing is left that could be it
	silent             // the document does not say
)

// ok tells whether the property was found; so may be asked of nothing.
func (m *match) ok() bool { return m != nil && m.now != nil }

func (m *match) gone() bool { return m != nil && m.how == lost }

// want is a property that a side should have.
type want struct {
	spot *spot
	at   string // where it should be
	typ  string
}

// match looks for every property in every schema that should have it. What is
// not under its name is paired with what nobody claims, place by place.
func (c *comparer) match() {
	bySide := map[*side][]*want{}
	var order []*side
	add := func(s *side, w *want) {
		if bySide[s] == nil {
			order = append(order, s)
		}
		bySide[s] = append(bySide[s], w)
	}
	for _, s := range c.spots {
		if s.special && !s.p.Anywhere {
			continue
		}
		if s.read != nil && s.readAt != "" && !s.p.Anywhere {
			if m := c.readAsWas(s); m != nil {
				s.found[s.read] = m
			} else {
				add(s.read, &want{s, s.readAt, wireType(s.p)})
			}
		}
		for _, w := range slices.Concat(s.writes, s.typed) {
			if m := s.writeAsWas(w); m != nil {
				s.found[w] = m
			} else {
				add(w, &want{s, s.names[0], wireType(s.p)})
			}
		}
	}
	for _, side := range order {
		c.pair(side, bySide[side])
	}
	c.agree()
}

// readAsWas finds a property where the built-in schema reads it.
func (c *comparer) readAsWas(s *spot) *match {
	for _, at := range append([]string{s.readAt}, spelled(s.readAt, s.p.Spellings)...) {
		if n := s.read.tree.names[at]; n != nil {
			return &match{side: s.read, now: n}
		}
	}
	return nil
}

// writeAsWas finds a property in a body under one of the names that the built-in
// schema has for it, flat or in the shape of the answer.
func (s *spot) writeAsWas(w *side) *match {
	for i, n := range s.names {
		if found := w.tree.names[n]; found != nil {
			m := &match{side: w, now: found}
			if i > 0 && !slices.Contains(s.p.Spellings, lastStep(n)) {
				m.how, m.why = renamed, "of the names that it could have the document has this one"
			}
			return m
		}
	}
	if found := w.tree.names[s.nested]; found != nil && s.nested != "" {
		if p := bodyPrefix(s); p != "" && strings.HasSuffix(s.nested, "[]."+s.names[0][len(p):]) {
			return &match{side: w, now: found}
		}
		if upOf(s.nested) == upOf(s.names[0]) {
			return &match{side: w, now: found, how: renamed, why: "the body has the name of the answer"}
		}
		return &match{side: w, now: found, how: moved, why: "the body has the shape of the answer there"}
	}
	return nil
}

// pair matches what is missing in a schema with what nobody claims there.
func (c *comparer) pair(side *side, wants []*want) {
	groups := map[string][]*want{}
	var keys []string
	for _, w := range wants {
		if to, ok := c.answers[c.kind.Name+"."+w.spot.p.Path()]; ok && side.tree.names[to] != nil {
			side.taken[to] = true
			w.spot.found[side] = &match{side: side, now: side.tree.names[to], how: howFar(w.at, to), why: "said on the command line"}
			continue
		}
		if n := c.elsewhere(side, w); n != nil {
			side.taken[n.path] = true
			w.spot.found[side] = &match{side: side, now: n, how: moved, why: "the one place that has this name and type"}
			continue
		}
		key := upOf(w.at) + " " + w.typ
		if groups[key] == nil {
			keys = append(keys, key)
		}
		groups[key] = append(groups[key], w)
	}
	sort.Strings(keys)
	for _, key := range keys {
		c.pairPlace(side, groups[key])
	}
}

func howFar(was, now string) how {
	if upOf(was) == upOf(now) {
		return renamed
	}
	return moved
}

func upOf(at string) string {
	if i := strings.LastIndexByte(at, '.'); i >= 0 {
		return at[:i]
	}
	return ""
}

// pairPlace matches names of one place and type.
func (c *comparer) pairPlace(side *side, wants []*want) {
	up, typ := upOf(wants[0].at), wants[0].typ
	free := side.free(up, typ)
	// Letter case first, then names that share a word, as long as it is one to one.
	for _, alike := range []struct {
		fits func(was, now string) bool
		why  string
	}{
		{func(was, now string) bool { return strings.EqualFold(was, now) }, "only the letter case differs"},
		{func(was, now string) bool { return contains(was, now) }, "of this type and place one name is gone, and one that holds it is new"},
		{shareWord, "of this type and place one name is gone, and one like it is new"},
	} {
		for _, w := range wants {
			if w.spot.found[side] != nil {
				continue
			}
			one := only(w, free, side, alike.fits)
			if one == nil || slices.ContainsFunc(wants, func(o *want) bool {
				return o != w && o.spot.found[side] == nil && alike.fits(lastStep(o.at), lastStep(one.path))
			}) {
				continue
			}
			side.taken[one.path] = true
			w.spot.found[side] = &match{side: side, now: one, how: renamed, why: alike.why}
		}
	}
	left := slices.DeleteFunc(slices.Clone(free), func(n *name) bool { return side.taken[n.path] })
	var open []*want
	for _, w := range wants {
		if w.spot.found[side] == nil {
			open = append(open, w)
		}
	}
	for _, w := range open {
		w.spot.found[side] = c.unmatched(side, w, left, len(open))
	}
}

// unmatched says what is known of a property that no name can be paired with.
func (c *comparer) unmatched(side *side, w *want, left []*name, open int) *match {
	if slices.Contains(w.spot.typed, side) {
		return &match{side: side, how: silent} // a create of another type need not take it
	}
	likely := slices.DeleteFunc(slices.Clone(left), func(n *name) bool { return !shareWord(lastStep(w.at), lastStep(n.path)) && !sameValues(w, n) })
	switch {
	case len(left) == 1 && open == 1 && sameValues(w, left[0]):
		side.taken[left[0].path] = true
		return &match{side: side, now: left[0], how: renamed, why: "of this type and place one name is gone and one is new, with the same values"}
	case len(likely) > 0:
		return &match{side: side, how: asked, choices: paths(likely)}
	case len(left) > 0 && (len(left) <= 3 || open == 1):
		return &match{side: side, how: asked, choices: paths(left)}
	case c.says(side, w):
		return &match{side: side, how: lost}
	}
	return &match{side: side, how: silent}
}

// says tells whether the document would have the property here if there were one:
// it knows all calls that could hold it, and the block around it.
func (c *comparer) says(side *side, w *want) bool {
	s := w.spot
	if side == s.read {
		if s.p.Structured() && !showsAnything(s.p) {
			return false
		}
		if len(c.kind.Filter) > 0 {
			return false // kinds share this list, and it may show what they have in common
		}
		if c.missing[" read"] && side == c.reads[""] || c.shownApart(s.p) {
			return false
		}
		up := upOf(s.readAt)
		if up == "" || side.tree.names[up] != nil || side.tree.names[strings.TrimSuffix(up, "[]")] != nil {
			return true
		}
		// The block is not there at all: the block itself says so, if anything does.
		return s.p.Parent == c.kind.Spec
	}
	return true
}

// shownApart tells whether a part or list around a property has an answer of its
// own in the document that shows it, though rassync reads it elsewhere.
func (c *comparer) shownApart(p *model.Property) bool {
	for at := p.Parent; at != nil && at.Parent != nil; at = at.Parent {
		if at.Part == nil && at.List == nil {
			continue
		}
		for _, claim := range c.ops.claims[c.kind.Name] {
			if claim.Method != "GET" || claim.Prop != at.Path() {
				continue
			}
			op := c.ops.find(claim)
			if op == nil || op.answer == nil {
				continue
			}
			place := strings.Join(p.Read, ".")
			for up := p.Parent; up != at && up.Name != "[]"; up = up.Parent {
				place = strings.TrimPrefix(strings.Join(up.Read, ".")+"."+place, ".")
			}
			if op.answer.names[place] != nil {
				return true
			}
		}
	}
	return false
}

// showsAnything tells whether answers hold anything of a block.
func showsAnything(p *model.Property) bool {
	any := false
	p.Walk(func(q *model.Property) { any = any || q != p && !q.Structured() && facts.Shown(q) })
	return any
}

// agree turns a question into a rename where answers and bodies have one and the
// same new name for a property.
func (c *comparer) agree() {
	for _, s := range c.spots {
		read := s.found[s.read]
		if s.read == nil || read == nil {
			continue
		}
		for _, w := range s.writes {
			m := s.found[w]
			if m == nil {
				continue
			}
			switch {
			case read.how == renamed && m.how == asked:
				if n := w.tree.names[bodyPrefix(s)+lastStep(read.now.path)]; n != nil && !w.taken[n.path] && slices.Contains(m.choices, n.path) {
					w.taken[n.path] = true
					s.found[w] = &match{side: w, now: n, how: renamed, why: "answers have this name now too"}
				}
			case read.how == asked && m.how == renamed:
				for _, choice := range read.choices {
					if lastStep(choice) == lastStep(m.now.path) && !s.read.taken[choice] {
						s.read.taken[choice] = true
						read = &match{side: s.read, now: s.read.tree.names[choice], how: renamed, why: "bodies have this name now too"}
						s.found[s.read] = read
						break
					}
				}
			case read.how == asked && m.how == asked && len(read.choices) == 1 && len(m.choices) == 1 && lastStep(read.choices[0]) == lastStep(m.choices[0]):
				to := read.choices[0]
				if s.read.taken[to] || w.taken[m.choices[0]] {
					continue
				}
				s.read.taken[to], w.taken[m.choices[0]] = true, true
				why := "of this type and place one name is gone and one is new, in answers and in bodies"
				read = &match{side: s.read, now: s.read.tree.names[to], how: renamed, why: why}
				s.found[s.read] = read
				s.found[w] = &match{side: w, now: w.tree.names[m.choices[0]], how: renamed, why: why}
			}
		}
	}
}

// elsewhere finds the one place that holds a name of the same type outside of the
// expected place.
func (c *comparer) elsewhere(side *side, w *want) *name {
	reading := side == w.spot.read
	if reading && !c.canMove(w.spot.p) || w.spot.p.Structured() {
		return nil
	}
	last := lastStep(w.at)
	var found *name
	for path, n := range side.tree.names {
		switch {
		case side.taken[path] || lastStep(path) != last && !spelledOut(path, w.at) || !compatible(n.typ, w.typ):
			continue
		case reading && strings.Contains(path, "[]"), !reading && strings.Count(path, "[]") != strings.Count(w.at, "[]"):
			continue
		case !reading && !strings.HasPrefix(path, bodyPrefix(w.spot)):
			continue
		}
		if found != nil {
			return nil
		}
		found = n
	}
	return found
}

// spelledOut tells whether two places are the same words, nested otherwise:
// senderAddress and sender.address.
func spelledOut(a, b string) bool {
	join := func(s string) string { return strings.ToLower(strings.NewReplacer(".", "", "_", "").Replace(s)) }
	return strings.Contains(a, ".") != strings.Contains(b, ".") && join(a) == join(b)
}

// free lists the names of a place and type that nothing claims.
func (s *side) free(up, typ string) []*name {
	var out []*name
	for _, n := range s.tree.below(up) {
		if !s.taken[n.path] && n.typ == typ && !n.deprecated {
			out = append(out, n)
		}
	}
	return out
}

// only is the one free name that fits a property.
func only(w *want, free []*name, side *side, fits func(was, now string) bool) *name {
	var one *name
	for _, n := range free {
		if side.taken[n.path] || !fits(lastStep(w.at), lastStep(n.path)) {
			continue
		}
		if one != nil {
			return nil
		}
		one = n
	}
	return one
}

// alike picks the names that share a word with another one.
func alike(path string, candidates []*name) []*name {
	var out []*name
	for _, n := range candidates {
		if shareWord(lastStep(path), lastStep(n.path)) || contains(lastStep(path), lastStep(n.path)) {
			out = append(out, n)
		}
	}
	return out
}

// contains tells whether one name is the other with a word before or behind. A word
// before changes what many a name means: "tlsEnabled" is not "enabled".
func contains(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) == len(b) || len(a) < 2 {
		return false
	}
	word := func(r byte) bool { return r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' }
	if strings.EqualFold(a, b[:len(a)]) && word(b[len(a)]) {
		return true
	}
	return len(a) > 3 && strings.EqualFold(a, b[len(b)-len(a):]) && word(b[len(b)-len(a)]) && !slices.Contains(weakWords, strings.ToLower(a))
}

// weakWords stand in many names: sharing one of them says nothing.
var weakWords = []string{"enable", "enabled", "allow", "allowed", "use", "default", "setting", "settings", "type", "mode", "name", "value", "max", "min", "show", "inherit"}

// shareWord tells whether two names have a word in common: a new name for the
// same thing keeps one of its words. Anything less is no reason to take one for
// the other.
func shareWord(a, b string) bool {
	mine := wordsOf(a)
	return slices.ContainsFunc(wordsOf(b), func(w string) bool { return slices.Contains(mine, w) && !slices.Contains(weakWords, w) })
}

// wordsOf parts the last step of a name in camel case into its words.
func wordsOf(path string) []string {
	last := lastStep(path)
	var out []string
	start := 0
	cut := func(end int) {
		if w := strings.ToLower(strings.Trim(last[start:end], "_")); len(w) > 2 {
			out = append(out, w)
		}
		start = end
	}
	for i := 1; i < len(last); i++ {
		up, before := last[i] >= 'A' && last[i] <= 'Z', last[i-1] >= 'A' && last[i-1] <= 'Z'
		if up && !before || last[i] == '_' {
			cut(i)
		}
	}
	cut(len(last))
	return out
}

// sameValues tells whether a document gives a name the values of an enumeration
// of the schemas, most of them.
func sameValues(w *want, n *name) bool {
	e := w.spot.p.Enum
	if e == nil || len(n.numbers) == 0 {
		return false
	}
	hits := 0
	for _, l := range n.numbers {
		for own := range e.ByName {
			if plain(own) == plain(l) && l != "" {
				hits++
			}
		}
	}
	return hits >= 2 && 2*hits > len(n.numbers)
}

func paths(list []*name) []string {
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = n.path
	}
	return out
}
