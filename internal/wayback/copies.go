package wayback

import (
	"maps"
	"slices"
	"strings"

	"rassync/internal/model"
	"rassync/internal/plan"
)

// copying is what of an object the farm changed itself, along with others that
// the run wrote.
type copying struct {
	// group are the properties that were copied, with what they became; flags those
	// that some farms copy along.
	group map[string]any
	flags map[string]bool
	// other are the paths that are neither what was copied nor on the way to it.
	other map[string]bool
}

// mayWrite tells whether a property is among what was copied.
func (c copied) mayWrite(k *model.Kind, path string) bool {
	if slices.ContainsFunc(c.effect.Fields, func(f plan.Field) bool { return top(f.Path) == top(path) }) {
		return true
	}
	flag := k.Spec.Prop(c.effect.Because)
	return flag != nil && flag.AlsoChanges != nil && slices.ContainsFunc(k.Group(flag), func(p *model.Property) bool { return p.Name == top(path) })
}

// copyingTo works out what was copied to an object, and where it is something else
// by now. nil: nothing was.
func (a *aimer) copyingTo(t *touched, now *model.Object) *copying {
	if len(t.copies) == 0 {
		return nil
	}
	k := a.cat.Kind(now.Address.Kind)
	c := &copying{group: map[string]any{}, flags: map[string]bool{}, other: map[string]bool{}}
	var passing []map[string]any // what may have been copied on the way there, or back
	for _, x := range t.copies {
		if x.effect.Maybe { // what a folder passes down
			for _, f := range x.effect.Fields {
				c.group[f.Path] = f.After
			}
			continue
		}
		var before map[string]any
		was := a.before(x.from)
		if was != nil {
			before = was.Spec
		}
		maps.Copy(c.group, plan.CopiedFrom(a.cat, x.from.change, x.effect, before))
		c.flags[x.effect.Because] = true
		at := func(source *model.Object) {
			c := *x.from.change
			c.Desired = source
			passing = append(passing, plan.CopiedFrom(a.cat, &c, x.effect, nil))
		}
		if source := a.nowOf[was]; !x.from.done && source != nil {
			at(source)
		}
		if was != nil && was.Spec[x.effect.Because] == true { // an earlier rollback got so far
			at(was)
		}
	}
	differ := func(group map[string]any) []plan.Field {
		return plan.Differences(k, &model.Object{Address: now.Address, Spec: group}, now, a.names, nil)
	}
	for _, f := range differ(c.group) {
		c.other[f.Path] = true
	}
	for _, group := range passing {
		still := map[string]bool{}
		for _, f := range differ(group) {
			still[f.Path] = true
		}
		for path := range c.other {
			if _, copied := group[top(path)]; copied {
				c.other[path] = c.other[path] && still[path]
			}
		}
	}
	return c
}

// made tells whether the farm itself made a property what it is now; known is
// false for what it had no part in.
func (c *copying) made(k *model.Kind, f plan.Field) (mine, known bool) {
	if c == nil {
		return false, false
	}
	if c.flags[f.Path] {
		return f.Before == true, true
	}
	if _, copied := c.group[top(f.Path)]; !copied {
		return false, false
	}
	unit := told(k, f.Path)
	return !c.other[unit] && !coversOther(c.other, unit) && !insideOther(c.other, unit), true
}

// insideOther tells whether others changed something around of what differs: the
// entry that it belongs to is gone, say.
func insideOther(other map[string]bool, path string) bool {
	for q, yes := range other {
		if yes && inside(path, q) {
			return true
		}
	}
	return false
}

// top is the property at the top of spec that a path belongs to.
func top(path string) string {
	path, _, _ = strings.Cut(path, ".")
	path, _, _ = strings.Cut(path, "[")
	return path
}
