package plan

import (
	"slices"
	"strings"

	"rassync/internal/model"
)

// ThreeWay is what a plan of a range of commits says beside its changes: how
// base, documents and farm differ where nothing is to be done, or where
// somebody has to decide.
type ThreeWay struct {
	// Base says what the documents are compared with: a commit, a folder or a
	// snapshot.
	Base   string `json:"base"`
	Commit string `json:"commit,omitempty"`
	// Touched counts the documents that the range changes, adds or takes away.
	Touched int `json:"touched"`
	// Conflicts are values that the range and the farm have both changed.
	Conflicts []Compared `json:"conflicts"`
	// Drift are values that the range does not touch and the farm has changed.
	Drift []Compared `json:"drift"`
	// Already are changes of the range that the farm has already.
	Already []Compared `json:"already"`
}

// Open counts the conflicts that nobody has decided.
func (t *ThreeWay) Open() int {
	n := 0
	if t != nil {
		for _, c := range t.Conflicts {
			if !c.Applied {
				n++
			}
		}
	}
	return n
}

// Compared is one value of three sides.
type Compared struct {
	Address  string `json:"address"`
	Path     string `json:"path,omitempty"` // "" for the object itself
	Base     any    `json:"base"`
	Declared any    `json:"declared"`
	Farm     any    `json:"farm"`
	// Why says what is special about it.
	Why string `json:"why,omitempty"`
	// By and At say who changed the object last and when, where the farm shows it.
	By string `json:"by,omitempty"`
	At string `json:"at,omitempty"`
	// Applied: the plan writes the declared value all the same, because it was
	// asked to.
	Applied bool    `json:"applied,omitempty"`
	Source  *Source `json:"source,omitempty"`
}

// Division parts the differences of one object by who made them.
type Division struct {
	// Touched holds the paths of the properties that the range changes.
	Touched []string

	Conflicts, Drift, Already []Compared
	// Merged is the declared object with the lists merged that both sides have
	// changed: what the farm changed of entries that the range does not touch stays.
	Merged *model.Object
}

// Divide compares an object as it was in the base, as it is declared, and as
// the farm has it. base or live may be nil: the object was not declared, or is
// not on the farm.
func Divide(k *model.Kind, base, want, live *model.Object, names Resolver, sent Sent) Division {
	if k.Shape == model.OrderShape {
		out := divideOrder(base, want, live)
		out.Merged = want
		return out
	}
	out := Division{Merged: want}
	mine := ownChanges(k, base, want, names)
	for _, f := range mine {
		if p := propertyPath(f.Path); !slices.Contains(out.Touched, p) {
			out.Touched = append(out.Touched, p)
		}
	}
	switch {
	case live == nil && base != nil:
		if len(mine) > 0 {
			out.Conflicts = append(out.Conflicts, Compared{Why: "the object was deleted on the farm"})
		} else {
			out.Drift = append(out.Drift, Compared{Why: "the object was deleted on the farm"})
		}
		return out
	case live == nil:
		return out
	}
	theirs := theirChanges(k, base, live, names)
	var lists []string
	if base != nil {
		out.Merged, lists = mergeLists(k, base, want, live, mine, theirs, names, &out)
	}
	farm := Differences(k, want, live, names, sent)
	for _, f := range farm {
		c := Compared{Path: f.Path, Declared: f.After, Farm: f.Before}
		changed, was := find(theirs, f.Path)
		if base != nil {
			c.Base = was
		}
		switch {
		case slices.Contains(lists, propertyPath(f.Path)):
			// What differs in it was noted when it was merged.
		case !touches(out.Touched, f.Path):
			c.Base = f.After
			out.Drift = append(out.Drift, c)
		case base != nil && changed:
			if own, _ := find(mine, f.Path); !own {
				c.Why = "it is part of a value that the range changes, and that is written as a whole"
			}
			out.Conflicts = append(out.Conflicts, c)
		}
	}
	for _, m := range mine {
		if differs, _ := find(farm, m.Path); !differs {
			out.Already = append(out.Already, Compared{Path: m.Path, Base: m.Before, Declared: m.After, Farm: m.After})
		}
	}
	return out
}

// ownChanges are what the range changes of an object.
func ownChanges(k *model.Kind, base, want *model.Object, names Resolver) []Field {
	if base == nil {
		base = &model.Object{Address: want.Address}
	}
	return Differences(k, want, base, names, declaredThen{base})
}

// theirChanges are what the farm has changed since the base.
func theirChanges(k *model.Kind, base, live *model.Object, names Resolver) []Field {
	if base == nil {
		return nil
	}
	return Differences(k, base, live, names, unchanged{})
}

// divideOrder compares the order of siblings. Items that only one side has say
// nothing of the order of the others.
func divideOrder(base, want, live *model.Object) Division {
	var out Division
	wantItems := items(want)
	if base != nil && sameItems(items(base), wantItems) {
		if live != nil && !sameItems(common(items(live), wantItems), common(wantItems, items(live))) {
			out.Drift = append(out.Drift, Compared{Path: "items", Base: items(base), Declared: wantItems, Farm: items(live)})
		}
		return out
	}
	out.Touched = []string{"items"}
	if live == nil {
		return out
	}
	liveItems := items(live)
	switch {
	case sameItems(liveItems, wantItems):
		out.Already = append(out.Already, Compared{Path: "items", Base: listOrNil(base), Declared: wantItems, Farm: liveItems})
	case base != nil && !sameItems(common(liveItems, items(base)), common(items(base), liveItems)):
		out.Conflicts = append(out.Conflicts, Compared{Path: "items", Base: items(base), Declared: wantItems, Farm: liveItems})
	}
	return out
}

func listOrNil(o *model.Object) any {
	if o == nil {
		return nil
	}
	return items(o)
}

func items(o *model.Object) []any {
	list, _ := o.Spec["items"].([]any)
	return list
}

// common are the entries of a that b has too, in the order of a.
func common(a, b []any) []any {
	in := map[string]bool{}
	for _, e := range b {
		in[model.Hash(e)] = true
	}
	var out []any
	for _, e := range a {
		if in[model.Hash(e)] {
			out = append(out, e)
		}
	}
	return out
}

func sameItems(a, b []any) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if model.Hash(a[i]) != model.Hash(b[i]) {
			return false
		}
	}
	return true
}

// Reduced is the part of a declared object that a range of commits touches, or
// of it what is not to be left alone. What is left out is not managed by the
// plan. The flags that switch a touched value on go along with it.
func Reduced(k *model.Kind, want *model.Object, paths []string) *model.Object {
	out := *want
	out.Spec, out.Unknown = map[string]any{}, nil
	for _, path := range paths {
		if name, ok := strings.CutPrefix(path, unknownPrefix); ok {
			if v, there := lookupOwn(want.Unknown, name); there {
				if out.Unknown == nil {
					out.Unknown = map[string]any{}
				}
				setPath(out.Unknown, name, v)
			}
			continue
		}
		keep(k.Spec, &out, want, path)
	}
	return &out
}

const unknownPrefix = "unknown."

// keep copies a property and the flags that it depends on.
func keep(spec *model.Property, out, want *model.Object, path string) {
	v, ok := model.Lookup(want.Spec, path)
	if !ok {
		return
	}
	if _, done := model.Lookup(out.Spec, path); done {
		return
	}
	setPath(out.Spec, path, model.Clone(v))
	for p := spec.Find(path); p != nil; p = p.Parent {
		flags := []string{p.Gate}
		for name := range p.When {
			flags = append(flags, name)
		}
		for _, with := range p.SecretWith {
			flags = append(flags, "./"+with)
		}
		for _, f := range flags {
			if f == "" {
				continue
			}
			if beside, ok := strings.CutPrefix(f, "./"); ok {
				f = beside
				if up := p.Parent; up != nil && up.Path() != "" {
					f = up.Path() + "." + beside
				}
			}
			keep(spec, out, want, f)
		}
	}
}

// lookupOwn finds a value by its whole name first: names that no schema knows
// may hold dots.
func lookupOwn(m map[string]any, name string) (any, bool) {
	if v, ok := m[name]; ok {
		return v, true
	}
	return model.Lookup(m, name)
}

func setPath(m map[string]any, path string, v any) {
	for {
		name, rest, deeper := strings.Cut(path, ".")
		if !deeper {
			m[name] = v
			return
		}
		next, ok := m[name].(map[string]any)
		if !ok {
			next = map[string]any{}
			m[name] = next
		}
		m, path = next, rest
	}
}

// propertyPath is the path of the property that a field belongs to: entries of
// lists are changed through their list.
func propertyPath(path string) string {
	before, _, _ := strings.Cut(path, "[")
	return before
}

// overlap tells whether one path is, holds or lies in the other.
func overlap(a, b string) bool {
	in := func(a, b string) bool {
		rest, ok := strings.CutPrefix(a, b)
		return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
	}
	return in(a, b) || in(b, a)
}

func touches(touched []string, path string) bool {
	for _, t := range touched {
		if overlap(t, propertyPath(path)) {
			return true
		}
	}
	return false
}

// find tells whether a path is among fields, and its value of the second side.
func find(fields []Field, path string) (bool, any) {
	for _, f := range fields {
		if overlap(f.Path, path) {
			return true, f.After
		}
	}
	return false, nil
}

// declaredThen compares values that no read shows with what was declared.
type declaredThen struct{ base *model.Object }

// State implements Sent.
func (s declaredThen) State(_ model.Address, path string, value any) SentState {
	if old, ok := model.Lookup(s.base.Spec, path); ok && model.Equal(nil, value, old) {
		return SentSame
	}
	return SentOther
}

// unchanged takes values that no read shows for what they were.
type unchanged struct{}

// State implements Sent.
func (unchanged) State(model.Address, string, any) SentState { return SentSame }

// View is what a plan of a range looks at of a declared object: what stands
// under paths of its own on the farm only where the range touches it, because
// each of these costs a request.
func View(k *model.Kind, base, want *model.Object, names Resolver) *model.Object {
	var touched []string
	if base != nil && want != base {
		for _, f := range ownChanges(k, base, want, names) {
			touched = append(touched, propertyPath(f.Path))
		}
	} else if base == nil {
		return want
	}
	out := *want
	out.Spec, _ = model.Clone(want.Spec).(map[string]any)
	for _, p := range k.Remote() {
		if !touches(touched, p.Path()) {
			removePath(out.Spec, p.Path())
		}
	}
	return &out
}

// Within is of an object what another one declares too, at the top: what is
// looked at of one must not be missed on the other.
func Within(o, view *model.Object) *model.Object {
	out := *o
	out.Spec = within(o.Spec, view.Spec)
	return &out
}

func within(m, view map[string]any) map[string]any {
	out := make(map[string]any, len(m))
	for name, v := range m {
		w, there := view[name]
		if !there {
			continue
		}
		mv, isMap := v.(map[string]any)
		wv, isMap2 := w.(map[string]any)
		if isMap && isMap2 {
			v = within(mv, wv)
		}
		out[name] = v
	}
	return out
}

func removePath(m map[string]any, path string) {
	for {
		name, rest, deeper := strings.Cut(path, ".")
		if !deeper {
			delete(m, name)
			return
		}
		next, ok := m[name].(map[string]any)
		if !ok {
			return
		}
		m, path = next, rest
	}
}
