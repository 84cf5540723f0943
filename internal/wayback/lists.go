package wayback

import (
	"maps"
	"slices"
	"strings"

	"rassync/internal/model"
)

// paths are properties of an object.
type paths map[string]bool

// differing are the properties of an object that differ from before the run:
// those that go back, and those that others have changed and that stay.
type differing struct{ back, stay paths }

// under tells whether something at or below a path goes back.
func (p paths) under(path string) bool {
	for q := range p {
		if q == path || inside(q, path) {
			return true
		}
	}
	return false
}

// covered tells whether the path itself goes back, by itself or with what it is
// part of.
func (p paths) covered(path string) bool {
	for q := range p {
		if q == path || inside(path, q) {
			return true
		}
	}
	return false
}

// partial is the part of was that goes back. What does not is left out of
// objects; lists are whole, because what a list leaves out would go: their other
// entries are as they are now.
func partial(p *model.Property, was, now map[string]any, at string, d differing) map[string]any {
	out := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(was)) {
		path := join(at, name)
		if !d.back.under(path) && !d.back.covered(path) {
			continue
		}
		c := p.Prop(name)
		switch w := was[name].(type) {
		case map[string]any:
			if c.Structured() && !d.back.covered(path) {
				n, _ := now[name].(map[string]any)
				out[name] = partial(c, w, n, path, d)
				continue
			}
		case []any:
			if c != nil && c.List != nil && c.Items.Structured() && c.Cells == nil {
				n, _ := now[name].([]any)
				out[name] = merged(c, w, n, path, d)
				continue
			}
		}
		out[name] = was[name]
	}
	return out
}

// merged is a list as it is now with those of its entries taken back that go
// back: removed ones come, added ones go, changed ones change.
func merged(p *model.Property, was, now []any, at string, d differing) []any {
	if !d.stay.under(at) {
		return was
	}
	pairs := model.Match(p, was, now)
	label := func(e any) string { return at + "[" + model.EntryLabel(p, e) + "]" }
	from := make([]int, len(now)) // place in was
	for j := range from {
		from[j] = -1
	}
	for i, j := range pairs {
		if j >= 0 {
			from[j] = i
		}
	}
	type placed struct {
		entry any
		place int // in was; of what was not there, that of the entry in front
		added bool
	}
	var out []placed
	front := -1
	for j, e := range now {
		if from[j] < 0 {
			if !d.back.covered(label(e)) {
				out = append(out, placed{visible(e), front, true})
			}
			continue
		}
		front = from[j]
		out = append(out, placed{mergedEntry(p.Items, was[front], e, label(was[front]), d), front, false})
	}
	for i, e := range was {
		if pairs[i] >= 0 || !d.back.covered(label(e)) {
			continue
		}
		k := 0 // behind the entry that it followed
		for n, o := range out {
			if !o.added && o.place < i {
				k = n + 1
			}
		}
		out = slices.Insert(out, k, placed{e, i, false})
	}
	if d.back[at] {
		slices.SortStableFunc(out, func(a, b placed) int { return a.place - b.place })
	}
	list := make([]any, len(out))
	for i, e := range out {
		list[i] = e.entry
	}
	return list
}

// mergedEntry is an entry as it is now with what goes back taken back.
func mergedEntry(p *model.Property, was, now any, at string, d differing) any {
	w, isMap := was.(map[string]any)
	n, isMap2 := now.(map[string]any)
	switch {
	case d.back.covered(at):
		return was
	case !isMap || !isMap2:
		return visible(now)
	}
	out, _ := visible(n).(map[string]any)
	for name, v := range partial(p, w, n, at, d) {
		out[name] = overlay(v, out[name])
	}
	return out
}

// overlay lays what goes back over what is there now.
func overlay(v, now any) any {
	m, ok := v.(map[string]any)
	n, ok2 := now.(map[string]any)
	if !ok || !ok2 {
		return v
	}
	out := maps.Clone(n)
	for name, e := range m {
		out[name] = overlay(e, n[name])
	}
	return out
}

// visible leaves out what only the engine knows, such as ids of entries.
func visible(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, e := range v {
			if !strings.HasPrefix(name, "$") {
				out[name] = visible(e)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = visible(e)
		}
		return out
	}
	return v
}

// withoutAdded takes back what was added to a plain list and brings back what
// was removed from it; what others added or removed since stays so.
func withoutAdded(p *model.Property, was, wrote, now []any) []any {
	key := func(e any) string { return model.EntryKey(p, e) }
	has := func(list []any, e any) bool {
		return slices.ContainsFunc(list, func(x any) bool { return key(x) == key(e) })
	}
	out := []any{}
	for _, e := range now {
		if has(was, e) || !has(wrote, e) {
			out = append(out, e)
		}
	}
	for _, e := range was {
		if !has(wrote, e) && !has(out, e) {
			out = append(out, e)
		}
	}
	return out
}

func join(at, name string) string {
	if at == "" {
		return name
	}
	return at + "." + name
}
