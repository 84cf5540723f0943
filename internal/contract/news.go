package contract

import (
	"fmt"
	"slices"
	"strings"

	"rassync/internal/facts"
	"rassync/internal/model"
)

// plainTypes are those of single values.
var plainTypes = []string{"string", "boolean", "integer", "number"}

// news lists names that no schema knows. What a body takes becomes a property of
// its own; what is only shown stays under unknown.
func (c *comparer) news() {
	c.asked = map[string]bool{}
	for _, f := range c.findings {
		for _, choice := range f.Choices {
			c.asked[choice] = true
		}
	}
	for _, w := range c.sortedWrites("") {
		for _, n := range w.tree.below("") {
			c.newInBody(w, n, "")
		}
	}
	if read := c.reads[""]; read != nil {
		c.newInAnswer(read)
	}
}

// sortedWrites are the bodies of one request, those of updates first.
func (c *comparer) sortedWrites(prop string) []*side {
	out := slices.Clone(c.writes[prop])
	slices.SortStableFunc(out, func(a, b *side) int {
		switch {
		case a.creates == b.creates:
			return strings.Compare(a.call, b.call)
		case a.creates:
			return 1
		}
		return -1
	})
	return out
}

// newInBody takes a name of a body over, and what lies in it.
func (c *comparer) newInBody(w *side, n *name, at string) {
	last := lastStep(n.path)
	yaml := last
	if at != "" {
		yaml = at + "." + last
	}
	if w.taken[n.path] || c.asked[n.path] || n.deprecated || c.control(n.path) {
		return
	}
	if c.layer.Properties[yaml] != nil && c.layer.Properties[yaml].New != nil {
		return // another body said so
	}
	read := c.reads[""]
	shown := read != nil && read.tree.names[n.path] != nil
	if _, known := c.kind.ReadOnly[n.path]; known || c.ofBlock(w, n) || c.isFile(n.path) {
		return
	}
	if p := c.kind.Spec.Find(yaml); p != nil && p.NoWrite && !p.Structured() && p.Path() == yaml && compatible(n.typ, wireType(p)) {
		c.correction(yaml).Write = &n.path
		c.say(yaml, NowWritten, fmt.Sprintf("%s takes it, and the built-in schema only reads it", w.call))
		return
	}
	if c.kind.KnownReadNames()[strings.ToLower(n.path)] || c.knownApart(n.path) {
		return // what has a call of its own may come with a create too
	}
	if read != nil && read.taken[n.path] || c.kind.Spec.Find(yaml) != nil {
		c.say("", Question, fmt.Sprintf("%s takes %s, which no schema knows as written", w.call, n.path))
		return
	}
	corr := &Correction{New: &NewProperty{Type: n.typ, Title: n.title}, WriteOnly: !shown}
	inside := w.tree.below(n.path)
	switch {
	case slices.Contains(plainTypes, n.typ):
		corr.MaxLength, corr.Minimum, corr.Maximum = n.maxLength, sensible(n.min), sensible(n.max)
		if n.typ == "integer" && n.listed && named(n.numbers) {
			corr.Numbers = map[string]int64{}
			for num, label := range n.numbers {
				corr.Numbers[label] = num
			}
			if len(corr.Numbers) != len(n.numbers) {
				corr.Numbers = nil // two values of one name
			}
		}
	case n.typ == "array" && slices.Contains(plainTypes, elementOf(w.tree, n)) && !model.LooksSecret(last, ""):
		corr.New.Items = elementOf(w.tree, n)
	case n.typ == "object" && len(inside) > 0 && strings.Count(n.path, ".") < 4:
		corr.WriteOnly = false
	default:
		c.say("", Question, fmt.Sprintf("%s takes %s, which no schema knows", w.call, n.path))
		return
	}
	if at != "" {
		place := n.path
		corr.Write = &place
	}
	if w.creates && len(c.sortedWrites("")) > 1 && !slices.ContainsFunc(c.writes[""], func(o *side) bool { return !o.creates && o.tree.names[n.path] != nil }) {
		corr.CreateOnly = true
	}
	if w.creates && w.tree.required[n.path] {
		yes := true
		corr.Required = &yes
	}
	c.layer.Properties[yaml] = corr
	if shown {
		read.taken[n.path] = true
	}
	c.say(yaml, NewName, fmt.Sprintf("%s takes it, and no schema knows it", w.call))
	if n.typ == "object" {
		for _, sub := range inside {
			c.newInBody(w, sub, yaml)
		}
	}
}

// knownApart tells whether a property that another call writes has the name: it
// means the same, and effects hang on it there.
func (c *comparer) knownApart(at string) bool {
	found := false
	c.kind.Spec.Walk(func(p *model.Property) {
		found = found || p.Parent != nil && facts.BodyOf(p).Parent != nil && slices.ContainsFunc(p.Write, func(n string) bool { return strings.EqualFold(n, at) })
	})
	return found
}

// isFile tells whether a name of a form is the field of a file.
func (c *comparer) isFile(n string) bool {
	found := false
	c.kind.Spec.Walk(func(p *model.Property) {
		found = found || p.File != nil && (strings.EqualFold(p.File.Field, n) || strings.EqualFold(p.Name, n))
	})
	return found
}

// ofBlock tells whether a name of a body is the place of others that are known.
func (c *comparer) ofBlock(w *side, n *name) bool {
	for at := range w.taken {
		if strings.HasPrefix(at, n.path+".") || strings.HasPrefix(at, n.path+"[].") {
			return true
		}
	}
	return false
}

func named(nums map[int64]string) bool {
	for _, label := range nums {
		if label == "" {
			return false
		}
	}
	return len(nums) > 1
}

func sensible(f *float64) *float64 {
	if f == nil || everyInteger(*f) {
		return nil
	}
	return f
}

func elementOf(t *tree, n *name) string {
	if e := t.names[n.path+"[]"]; e != nil {
		return e.typ
	}
	return ""
}

// newInAnswer lists names that are only shown: at the top of the answer, and in
// the blocks that a schema knows.
func (c *comparer) newInAnswer(read *side) {
	blocks := map[string]string{"": ""} // place in the answer -> path in the YAML
	c.kind.Spec.Walk(func(p *model.Property) {
		if p.Structured() && p.Parent != nil && p.Name != "[]" && facts.Shown(p) && !p.Open {
			if at := facts.ReadAt(p, c.kind.Spec); at != "" && !strings.ContainsAny(at, ":[*") {
				if _, have := blocks[at]; !have {
					blocks[at] = p.Path()
				}
			}
		}
	})
	for _, at := range sortedKeys(blocks) {
		for _, n := range read.tree.below(at) {
			if read.taken[n.path] || c.asked[n.path] || n.deprecated || c.leadsToKnown(read, n.path) {
				continue
			}
			if w, in := c.bodyWith(n, blocks[at]); w != nil {
				c.newInBlock(read, w, in, n, blocks[at])
				continue
			}
			path := n.path
			c.say(path, NewName, fmt.Sprintf("%s shows it, no body takes it, and no schema knows it: it is kept under unknown", read.call))
		}
	}
}

// leadsToKnown tells whether a name is on the way to one that a property reads.
func (c *comparer) leadsToKnown(read *side, at string) bool {
	for path := range read.taken {
		if strings.HasPrefix(path, at+".") || strings.HasPrefix(path, at+"[]") {
			return true
		}
	}
	return false
}

// bodyWith finds the body that takes a new name inside a known block: flat, or in
// the shape of the answer.
func (c *comparer) bodyWith(n *name, block string) (*side, *name) {
	if block == "" || !slices.Contains(plainTypes, n.typ) {
		return nil, nil
	}
	for _, w := range c.sortedWrites("") {
		for _, at := range []string{lastStep(n.path), n.path} {
			if found := w.tree.names[at]; found != nil && !w.taken[at] && !c.asked[at] && found.typ == n.typ {
				return w, found
			}
		}
	}
	return nil, nil
}

func (c *comparer) newInBlock(read, w *side, in, n *name, block string) {
	path := block + "." + lastStep(n.path)
	if c.kind.Spec.Find(path) != nil {
		return
	}
	write := in.path
	// The body was taken for one of the whole object before: it belongs here.
	if corr := c.layer.Properties[in.path]; corr != nil && corr.New != nil {
		delete(c.layer.Properties, in.path)
		c.findings = slices.DeleteFunc(c.findings, func(f Finding) bool { return f.Path == in.path && f.What == NewName })
	}
	w.taken[in.path], read.taken[n.path] = true, true
	c.layer.Properties[path] = &Correction{New: &NewProperty{Type: n.typ, Title: n.title}, Write: &write, MaxLength: in.maxLength}
	c.say(path, NewName, fmt.Sprintf("%s shows it, %s takes it, and no schema knows it", read.call, w.call))
}
