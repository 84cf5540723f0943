package farmsim

import "sort"

// step moves an object one place up (0) or down (1) in the order of its kind
// and site (reference page of the order of logon hours).
func (f *Farm) step(c *call) *answer {
	o, in, a := c.changeBy()
	if a != nil {
		return a
	}
	for name := range in {
		if name != "direction" {
			return refuse("unknown property %s", name)
		}
	}
	direction, isInt := asInt(in["direction"])
	if !isInt || direction < 0 || direction > 1 {
		return refuse("direction must be 0 (up) or 1 (down)")
	}
	read := o.kind.step
	at, _ := asInt(o.raw[read])
	want := at - 1
	if direction == 1 {
		want = at + 1
	}
	for _, other := range f.staged.all(o.kind) {
		if other.site != o.site {
			continue
		}
		if place, _ := asInt(other.raw[read]); place != want || other.id == o.id {
			continue
		}
		if other.builtin() || o.builtin() {
			return refuse("%s is built in and keeps its place", other.name())
		}
		n := other.copy()
		n.raw[read], o.raw[read] = at, want
		f.staged.put(n)
		f.touch(o)
		f.staged.put(o)
		return done()
	}
	return done() // at the end already
}

// closeGap renumbers the order after a delete.
func (f *Farm) closeGap(gone *object) {
	read := gone.kind.step
	if _, ok := gone.kind.ReadOnly["priority"]; ok && read == "" {
		read = "priority"
	}
	if read == "" {
		return
	}
	var rest []*object
	for _, o := range f.staged.all(gone.kind) {
		if o.site == gone.site {
			rest = append(rest, o)
		}
	}
	sort.SliceStable(rest, func(i, j int) bool {
		a, _ := asInt(rest[i].raw[read])
		b, _ := asInt(rest[j].raw[read])
		return a < b
	})
	for i, o := range rest {
		if o.raw[read] != int64(i) {
			c := o.copy()
			c.raw[read] = int64(i)
			f.staged.put(c)
		}
	}
}
