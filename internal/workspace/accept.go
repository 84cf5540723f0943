package workspace

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"rassync/internal/leak"
	"rassync/internal/model"
)

// refuses says why the schema does not take a canonical value; "" if it does.
// It is the rule applied to values instead of nodes: what a farm holds may be
// more than the schema allows, and must not make an export invalid.
func (r *rule) refuses(v any) string {
	if len(r.any) > 0 {
		var why []string
		for _, a := range r.any {
			w := a.refuses(v)
			if w == "" {
				return ""
			}
			why = append(why, w)
		}
		return strings.Join(why, "; ")
	}
	switch r.typ {
	case "string":
		if _, ok := v.(string); !ok {
			return "it is no text"
		}
	case "boolean":
		if _, ok := v.(bool); !ok {
			return "it is not true or false"
		}
	case "integer", "number":
		var f float64
		switch n := v.(type) {
		case int64:
			f = float64(n)
		case float64:
			if r.typ == "integer" && n != float64(int64(n)) {
				return "it is no whole number"
			}
			f = n
		default:
			return "it is no number"
		}
		if r.min != nil && f < *r.min || r.max != nil && f > *r.max {
			return fmt.Sprintf("%v is out of bounds", v)
		}
	case "array":
		list, ok := v.([]any)
		if !ok {
			return "it is no list"
		}
		return r.refusesList(list)
	case "object":
		m, ok := v.(map[string]any)
		if !ok {
			return "it is no mapping"
		}
		for name, e := range m {
			if sub := r.props[name]; sub != nil {
				if why := sub.refuses(e); why != "" {
					return name + ": " + why
				}
			} else if !r.open {
				return fmt.Sprintf("%q is not known", name)
			}
		}
		return r.lacks(m)
	}
	s, isText := v.(string)
	switch {
	case r.enum != nil && !(isText && slices.Contains(r.enum, s)):
		return fmt.Sprintf("%q is not among the known names", fmt.Sprint(v))
	case r.constant != "" && s != r.constant:
		return fmt.Sprintf("it is not %q", r.constant)
	case !isText:
	case utf8.RuneCountInString(s) < r.minLen:
		return "the text is too short"
	case r.maxLen > 0 && utf8.RuneCountInString(s) > r.maxLen:
		return "the text is too long"
	case r.pattern != nil && !r.pattern.MatchString(s):
		return "the text does not match the pattern"
	}
	return ""
}

func (r *rule) refusesList(list []any) string {
	var seen valueSet
	for _, e := range list {
		if r.unique && seen.twice(e) {
			return "duplicate entry"
		}
		if r.items != nil {
			if why := r.items.refuses(e); why != "" {
				return why
			}
		}
	}
	switch {
	case len(list) < r.minItems:
		return "the list has too few entries"
	case r.maxItems > 0 && len(list) > r.maxItems:
		return "the list has too many entries"
	}
	return ""
}

func (r *rule) lacks(m map[string]any) string {
	for _, name := range r.required {
		if _, ok := m[name]; !ok {
			return fmt.Sprintf("%q is missing", name)
		}
	}
	return ""
}

// Unplaced is a value of the farm that could not be written.
type Unplaced struct {
	Address model.Address
	Path    string // "" for the whole object
	Why     string
	Whole   bool // no file holds the object at all
	Ignored bool // because the folder's configuration says so
}

// placer makes a live spec fit for a file: hidden keys go, and so does what
// the published schema refuses. Nothing goes without being reported.
type placer struct {
	addr     model.Address
	unplaced []Unplaced
}

func (c *placer) drop(path, why string) {
	c.unplaced = append(c.unplaced, Unplaced{Address: c.addr, Path: path, Why: why})
}

func (c *placer) object(p *model.Property, r *rule, m map[string]any, path string) map[string]any {
	out := make(map[string]any, len(m))
	for _, name := range orderedKeys(p, m) {
		sub := joinPath(path, name)
		cr := r.props[name]
		if cr == nil && !r.open {
			c.drop(sub, "the schema has no such property")
			continue
		}
		if m[name] == nil && cr != nil {
			continue // nothing is written as nothing
		}
		if v, ok := c.value(p.Prop(name), cr, m[name], sub); ok {
			out[name] = v
		}
	}
	return out
}

func (c *placer) value(p *model.Property, r *rule, v any, path string) (any, bool) {
	switch v := v.(type) {
	case model.SecretRef, model.FileRef:
		return v, true
	case map[string]any:
		if r != nil && r.props != nil {
			out := c.object(p, r, v, path)
			if why := r.lacks(out); why != "" {
				c.drop(path, why)
				return nil, false
			}
			return out, true
		}
	case []any:
		if c.secretIn(v, path) {
			return nil, false
		}
		if p != nil && p.Items.Structured() && r != nil && r.items != nil {
			return c.entries(p, r, v, path)
		}
	}
	if c.secretIn(v, path) {
		return nil, false
	}
	if p != nil && len(p.Ref) > 0 {
		if why := danglingRef(p, v); why != "" {
			c.drop(path, why)
			return nil, false
		}
	}
	if _, isName := v.(string); p != nil && p.EntryOf != nil && p.EntryOf.Kind == "" && !isName {
		c.drop(path, fmt.Sprintf("it refers to entry %v of %s, which is not in its %s", v, p.EntryOf.Object, p.EntryOf.List))
		return nil, false
	}
	v = jsonNumber(v)
	if r != nil {
		if why := r.refuses(v); why != "" {
			c.drop(path, "the schema refuses it: "+why)
			return nil, false
		}
	}
	return v, true
}

// secretIn drops a value that holds a secret: a file is for everyone to read, and
// what it leaves out the farm keeps.
func (c *placer) secretIn(v any, path string) bool {
	what := leak.InValue(v)
	if what == "" {
		return false
	}
	c.drop(path, "it holds "+what+", and secrets do not stand in files: rassync leaves it as it is on the farm")
	return true
}

// entries places a list of objects: one that lacks an entry would say that
// the entry is gone, so the list goes as a whole.
func (c *placer) entries(p *model.Property, r *rule, list []any, path string) (any, bool) {
	out := make([]any, len(list))
	for i, e := range list {
		m, ok := e.(map[string]any)
		if !ok {
			if why := r.items.refuses(e); why != "" {
				c.drop(path, "an entry is no mapping")
				return nil, false
			}
			out[i] = jsonNumber(e)
			continue
		}
		sub := fmt.Sprintf("%s[%d]", path, i)
		before := len(c.unplaced)
		v := c.object(p.Items, r.items, m, sub)
		if why := r.items.lacks(v); why != "" {
			if len(c.unplaced) == before {
				c.drop(sub, why)
			}
			c.drop(path, "one of its entries cannot be written")
			return nil, false
		}
		out[i] = v
	}
	shallow := *r
	shallow.items = nil
	if why := shallow.refusesList(out); why != "" {
		c.drop(path, "the schema refuses it: "+why)
		return nil, false
	}
	return out, true
}

// danglingRef finds ids that nobody could turn into a name.
func danglingRef(p *model.Property, v any) string {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	for _, e := range list {
		if _, ok := e.(string); !ok {
			return fmt.Sprintf("it refers to %v, which is no known %s", e, strings.Join(p.Ref, " or "))
		}
	}
	return ""
}

// jsonNumber brings numbers of other Go types into canonical form.
func jsonNumber(v any) any {
	switch n := v.(type) {
	case int:
		return int64(n)
	case int32:
		return int64(n)
	}
	return v
}

// unknown places what no schema knows.
func (c *placer) unknown(m map[string]any) map[string]any {
	if leak.InValue(m) == "" {
		return m
	}
	out := make(map[string]any, len(m))
	for _, name := range sortedKeys(m) {
		if !c.secretIn(m[name], "unknown."+name) {
			out[name] = m[name]
		}
	}
	return out
}
