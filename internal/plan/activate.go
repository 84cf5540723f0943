package plan

import (
	"sort"
	"strings"

	"rassync/internal/model"
)

// Activation is the activation of the farm's settings within a run: what was
// made before must be in force before something else can be written.
type Activation struct {
	// For are the addresses of the changes that must be in force.
	For []string `json:"for"`
	Why string   `json:"why"`
}

// Activates tells whether carrying the plan out activates the settings before
// its end, and the first reason for that.
func (p *Plan) Activates() (why string, yes bool) {
	for i := range p.Changes {
		c := &p.Changes[i]
		for _, a := range []*Activation{c.ActivateBefore, c.ActivateWithin} {
			if a != nil {
				return strings.Join(a.For, ", ") + ": " + a.Why, true
			}
		}
	}
	return "", false
}

// activates tells whether the change must be in force before what depends on
// it is written.
func (b *builder) activates(c *change) bool {
	return b.Catalog.Kind(c.Kind).Activates(string(c.Action))
}

// waits tells whether c can be written only when first is in force. Deletes
// take away; they need nothing to be there.
func (b *builder) waits(c, first *change) bool {
	return c.Action != Delete && b.activates(first)
}

// levels counts, for each change, how many activations stand before it at
// least. Changes of one level need none between them.
func (b *builder) levels() {
	any := false
	for _, c := range b.changes {
		any = any || b.activates(c)
	}
	if !any {
		return
	}
	done := map[*change]bool{}
	var visit func(c *change)
	visit = func(c *change) {
		if done[c] {
			return
		}
		done[c] = true // a cycle is found elsewhere
		for n := range c.needs {
			visit(n)
			level := n.level
			if b.waits(c, n) {
				level++
			}
			c.level = max(c.level, level)
		}
	}
	for _, c := range b.changes {
		visit(c)
	}
}

// activations puts an activation in front of each change that needs one: as
// late as possible, and for everything that waits for one by then.
func (b *builder) activations(sorted []*change) {
	pending := map[*change]bool{}
	for _, c := range sorted {
		needed := false
		for n := range c.needs {
			needed = needed || pending[n] && b.waits(c, n)
		}
		if needed {
			c.ActivateBefore = b.activation(pending)
			clear(pending)
		}
		if !b.activates(c) {
			continue
		}
		if c.Action == Replace && len(c.Relinks) > 0 && b.Catalog.Kind(c.Kind).Replace == "createFirst" {
			// What refers to the old object is moved to the new one in the same step.
			pending[c] = true
			c.ActivateWithin = b.activation(pending)
			clear(pending)
			if !b.Catalog.Kind(c.Kind).Activates(string(Update)) { // its last step is a rename
				continue
			}
		}
		pending[c] = true
	}
}

func (b *builder) activation(pending map[*change]bool) *Activation {
	a := &Activation{}
	why := map[string]bool{}
	for c := range pending {
		a.For = append(a.For, c.Address)
		why[b.Catalog.Kind(c.Kind).Activate.Why] = true
	}
	sort.Strings(a.For)
	reasons := make([]string, 0, len(why))
	for w := range why {
		reasons = append(reasons, w)
	}
	sort.Strings(reasons)
	a.Why = strings.Join(reasons, "; ")
	return a
}

// kindEdges adds what the word after says: kinds that come first, whether or
// not anything refers to them. Deletes run backwards.
func (b *builder) kindEdges() {
	type place struct {
		kind string
		goes bool
	}
	at := map[place][]*change{}
	for _, c := range b.changes {
		p := place{c.Kind, c.Action == Delete}
		at[p] = append(at[p], c)
	}
	for _, k := range b.Catalog.Kinds() {
		for _, first := range k.After {
			for _, goes := range []bool{false, true} {
				for _, c := range at[place{k.Name, goes}] {
					for _, other := range at[place{first, goes}] {
						if c.Site != "" && other.Site != "" && !model.SameName(c.Site, other.Site) {
							continue
						}
						if goes {
							follow(other, c, "goes before the "+first+" that it was made after")
						} else {
							follow(c, other, "a "+first+" comes before any "+k.Name)
						}
					}
				}
			}
		}
	}
}

// follow notes that c comes after first, unless a better reason is known.
func follow(c, first *change, why string) {
	if _, ok := c.needs[first]; !ok && c != first {
		c.needs[first] = why
	}
}

// liveRefs adds the references that an object keeps although its document
// leaves them out, as far as what they name must be in force first.
func (b *builder) liveRefs(k *model.Kind, c *change, need func(*change, string)) {
	if c.live == nil || c.live.Spec == nil || c.Desired == nil {
		return
	}
	walkRefs(k.Spec, over(k.Spec, c.Desired.Spec, c.live.Spec), "", func(_ *model.Property, kinds []string, ref, path string) {
		if t := b.Live.Names.Resolve(kinds, ref, c.live.Address.Site); t != nil {
			if first := b.changeOf(t); first != nil && b.activates(first) {
				need(first, path+" refers to it")
			}
		}
	})
}
