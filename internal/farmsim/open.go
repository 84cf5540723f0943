package farmsim

import (
	"fmt"
	"slices"
	"strings"

	"rassync/internal/model"
)

// Objects whose properties nobody has read hold stand-in values here, under
// names that no vendor would choose. The farm takes a write to a name that an
// object holds, of the type that it holds, and refuses any other.

// openSpot is a place where a schema says: whatever the farm answers.
type openSpot struct {
	prop   *model.Property
	holder string
	path   []string // from the root of the holder
	base   int      // how much of path belongs to the part itself
	body   string
}

// standInPrefix begins every name that an open object can hold.
const standInPrefix = "standIn"

// AnywhereGroup is the nested object into which the farm puts a value whose
// place nobody knows; in a State it stands there too.
const AnywhereGroup = "standInGroup"

// standIns are the values that a new open object holds.
func standIns() map[string]any {
	return map[string]any{
		"standInText":   "as shipped",
		"standInNumber": int64(7),
		"standInFlag":   true,
		"standInList":   []any{"first", "second"},
		"standIn":       map[string]any{"standInMode": int64(1), "standInLabel": "inner", "standInDeep": map[string]any{"standInLevel": int64(2)}},
	}
}

// open notes an open place of a layout.
func (l *layout) open(p *model.Property, at spot) {
	l.opens = append(l.opens, &openSpot{prop: p, holder: at.holder, path: at.path, base: at.base, body: at.body})
	l.knows(at.holder, at.path).open = true
}

// at is the object that an open place holds.
func (s *openSpot) at(root any) map[string]any {
	if len(s.path) == 0 {
		m, _ := root.(map[string]any)
		return m
	}
	v, _ := valueAt(root, s.path)
	m, _ := v.(map[string]any)
	return m
}

// fillOpen puts the stand-ins where they lack.
func (l *layout) fillOpen(root func(string) any) {
	for _, s := range l.opens {
		m := s.at(root(s.holder))
		if m == nil {
			holder, ok := root(s.holder).(map[string]any)
			if !ok || len(s.path) == 0 {
				continue
			}
			m = map[string]any{}
			setAt(holder, s.path, m)
		}
		for name, v := range standIns() {
			if _, ok := m[name]; !ok {
				m[name] = v
			}
		}
	}
}

// isStandIn tells whether a name may stand in an open object.
func isStandIn(name string) bool {
	return strings.HasPrefix(name, standInPrefix) || name == futureName || name == futureEntry
}

// writeOpen takes a value that an open object holds, in the shape of the
// answer.
func (t *target) writeOpen(b *body, path []string, v any) (bool, error) {
	for _, s := range t.l.opens {
		group := s.path[min(s.base, len(s.path)):]
		if s.body != b.at || !slices.Equal(group, path[:len(path)-1]) {
			continue
		}
		if m := s.at(t.root(s.holder)); m != nil {
			if taken, err := setHeld(m, path[len(path)-1], v); taken || err != nil {
				return taken, err
			}
		}
	}
	sub, ok := v.(map[string]any)
	leads := slices.ContainsFunc(t.l.opens, func(s *openSpot) bool {
		group := s.path[min(s.base, len(s.path)):]
		return s.body == b.at && len(group) >= len(path) && slices.Equal(group[:len(path)], path)
	})
	if !ok || !leads {
		return false, nil
	}
	for _, name := range sortedKeys(sub) {
		next := append(slices.Clone(path), name)
		if taken, err := t.writeOpen(b, next, sub[name]); err != nil {
			return true, err
		} else if !taken {
			return true, fmt.Errorf("unknown property %s", strings.Join(next, "."))
		}
	}
	return true, nil
}

// setHeld replaces a value that is there by one of the same type. A nested
// object is replaced as a whole: what a body leaves out is gone.
func setHeld(m map[string]any, name string, v any) (bool, error) {
	old, held := m[name]
	if !held || !isStandIn(name) {
		return false, nil
	}
	if v == nil {
		return true, nil
	}
	if err := sameShape(old, v); err != nil {
		return true, fmt.Errorf("%s: %w", name, err)
	}
	m[name] = clone(plain(v))
	return true, nil
}

func sameShape(old, v any) error {
	switch o := old.(type) {
	case map[string]any:
		m, ok := v.(map[string]any)
		if !ok {
			return fmt.Errorf("must be an object")
		}
		for _, name := range sortedKeys(m) {
			if _, known := o[name]; !known {
				return fmt.Errorf("unknown property %s", name)
			}
		}
	case []any:
		if _, ok := v.([]any); !ok {
			return fmt.Errorf("must be an array")
		}
	case string:
		if _, ok := v.(string); !ok {
			return fmt.Errorf("must be a string")
		}
	case bool:
		if _, ok := v.(bool); !ok {
			return fmt.Errorf("must be true or false")
		}
	case int64, float64:
		switch v.(type) {
		case int64, float64:
		default:
			return fmt.Errorf("must be a number")
		}
	}
	return nil
}

// openIdentity is what makes two entries without a key the same: everything
// but what the list itself gives them.
func (ls *list) openIdentity(e any) string {
	m, _ := e.(map[string]any)
	out := make(map[string]any, len(m))
	for name, v := range m {
		if !ls.items.ownName(name) {
			out[name] = v
		}
	}
	return string(appendJSON(nil, out))
}

// fillOpen gives the values of open objects other values of the same type.
func (g *generator) fillOpen(l *layout, root func(string) any) {
	for _, s := range l.opens {
		if m := s.at(root(s.holder)); m != nil {
			for _, name := range sortedKeys(m) {
				if isStandIn(name) && name != AnywhereGroup && !g.chance(25) {
					m[name] = g.like(m[name])
				}
			}
		}
	}
}

// like is another value of the same type.
func (g *generator) like(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for _, name := range sortedKeys(v) {
			out[name] = g.like(v[name])
		}
		return out
	case []any:
		out := []any{}
		for range g.r.IntN(4) {
			switch g.r.IntN(3) {
			case 0:
				out = append(out, int64(g.r.IntN(100)))
			case 1:
				out = append(out, map[string]any{"standInItem": pick(g, nastyNames)})
			default:
				out = append(out, pick(g, nastyNames))
			}
		}
		return out
	case string:
		return pick(g, slices.Concat(nastyNames, nastyTexts[1:]))
	case bool:
		return g.chance(50)
	case int64, float64:
		if g.chance(30) {
			return float64(g.r.IntN(1000)) + 0.5
		}
		return int64(g.r.IntN(100000)) - 50
	}
	return v
}

// refusedIn finds a name that the options let the farm refuse, at any depth.
func (f *Farm) refusedIn(name string, v any) string {
	if slices.Contains(f.opts.RefuseProperties, name) {
		return name
	}
	if m, ok := v.(map[string]any); ok {
		for _, sub := range sortedKeys(m) {
			if bad := f.refusedIn(sub, m[sub]); bad != "" {
				return bad
			}
		}
	}
	return ""
}
