package plan

import (
	"fmt"
	"strings"

	"rassync/internal/model"
)

// A folder may hold items of kinds that the API does not list. They stand in the
// chain of their siblings all the same, so that the place of what is moved, or
// made again, beside them is not known.

// behindUnlisted begins what is said of an item that loses its place.
const behindUnlisted = "it stands behind an item that rassync does not list"

// LosesPlace tells whether a change takes an item from a place that nothing brings
// it back to.
func (c *Change) LosesPlace() bool { return strings.Contains(c.IrreversibleBecause, behindUnlisted) }

// unlisted says which changes lose the place that an item has behind one that is
// not listed, and which orders hold such items.
func (b *builder) unlisted() {
	ids := map[int64]bool{}
	for _, k := range b.Catalog.Kinds() {
		if k.Tree == nil {
			continue
		}
		if b.Live.NotReadErr(k.Name, "") != nil {
			return // nobody can tell
		}
		for _, o := range b.Live.Objects[k.Name] {
			if id, ok := model.AsInt(o.ID); ok {
				ids[id] = true
			}
		}
	}
	behind := func(o *model.Object) bool { return o != nil && o.Previous > 0 && !ids[o.Previous] }
	for _, c := range b.changes {
		k := b.Catalog.Kind(c.Kind)
		switch {
		case k.Tree != nil && behind(c.live) && (c.Action == Delete || c.Action == Replace || b.moves(c)):
			c.Reversible = false
			why := fmt.Sprintf("%s (id %d), and loses that place", behindUnlisted, c.live.Previous)
			c.IrreversibleBecause = strings.TrimPrefix(c.IrreversibleBecause+"; "+why, "; ")
		case c.Action == Reorder && k.Order.By == "chain":
			for _, g := range b.groupsOf {
				if g.kind != k || g.address.Key() != c.Desired.Address.Key() {
					continue
				}
				for _, o := range g.live {
					if behind(o) {
						b.warnings = append(b.warnings, fmt.Sprintf("%s: %s stands behind an item that rassync does not list (id %d): where that one stands afterwards is not known", c.Address, o.Address, o.Previous))
					}
				}
			}
		}
	}
}
