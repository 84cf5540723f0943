package workspace

import (
	"strconv"
	"strings"

	"rassync/internal/model"
)

// merger lays what a farm holds over what a document declares. What the
// document leaves out stays out unless fill is set; what the farm does not
// tell (secrets, values that are switched off) stays as it is declared.
type merger struct {
	fill bool
	keep func(path string) bool // values to leave alone; nil for none
}

// object merges the properties of p.
func (m *merger) object(p *model.Property, declared, live map[string]any, path string) map[string]any {
	out := make(map[string]any, len(declared))
	for name, d := range declared {
		l, ok := live[name]
		c := p.Prop(name)
		sub := joinPath(path, name)
		if !ok || (c != nil && c.WriteOnly) || (m.keep != nil && m.keep(sub)) {
			out[name] = d
			continue
		}
		out[name] = m.value(c, d, l, sub)
	}
	if m.fill {
		for name, l := range live {
			if _, ok := declared[name]; !ok {
				out[name] = l
			}
		}
	}
	return out
}

func (m *merger) value(p *model.Property, declared, live any, path string) any {
	switch d := declared.(type) {
	case model.SecretRef:
		return declared
	case model.FileRef:
		l, ok := live.(model.FileRef)
		if !ok {
			return declared
		}
		d.Digest = l.Digest // the content changes, not the name
		return d
	case map[string]any:
		if l, ok := live.(map[string]any); ok {
			return m.object(p, d, l, path)
		}
	case []any:
		if l, ok := live.([]any); ok && p != nil && p.Spans {
			if model.Equal(p, d, l) {
				return d
			}
			return l
		}
		if l, ok := live.([]any); ok {
			return m.list(p, d, l, path)
		}
	}
	if model.Equal(p, declared, live) {
		return declared
	}
	return live
}

// list merges entry by entry. Where order has no meaning the declared order
// stays; new entries follow.
func (m *merger) list(p *model.Property, declared, live []any, path string) []any {
	ip := p
	if p != nil && (len(p.Ref) == 0 || p.Items != nil && p.Items.Type == model.TypeObject) {
		ip = p.Items // otherwise the list itself says what its names refer to
	}
	pairs := match(p, live, declared)
	merged := make([]any, len(live))
	at := make([]int, len(declared)) // declared -> live
	for i := range at {
		at[i] = -1
	}
	for i, l := range live {
		merged[i] = l
		if j := pairs[i]; j >= 0 {
			at[j] = i
			merged[i] = m.value(ip, declared[j], l, path+"["+strconv.Itoa(j)+"]")
		}
	}
	if !model.Unordered(p) {
		return merged
	}
	out := make([]any, 0, len(live))
	for j := range declared {
		if at[j] >= 0 {
			out = append(out, merged[at[j]])
		}
	}
	for i := range live {
		if pairs[i] < 0 {
			out = append(out, merged[i])
		}
	}
	return out
}

// match pairs each entry of want with one of have: by the schema's keys, and
// where those say nothing, by being the same.
func match(p *model.Property, want, have []any) []int {
	pairs := model.Match(p, want, have)
	used := make([]bool, len(have))
	missing := false
	for _, j := range pairs {
		if j >= 0 {
			used[j] = true
		} else {
			missing = true
		}
	}
	if !missing {
		return pairs
	}
	free := map[string][]int{}
	for j, h := range have {
		if !used[j] {
			key := model.Hash(h)
			free[key] = append(free[key], j)
		}
	}
	for i, w := range want {
		if pairs[i] >= 0 || len(free) == 0 {
			continue
		}
		if js := free[model.Hash(w)]; len(js) > 0 {
			pairs[i], free[model.Hash(w)] = js[0], js[1:]
		}
	}
	return pairs
}

// unknown merges what no schema knows: declared values follow the farm.
func (m *merger) unknown(declared, live map[string]any) map[string]any {
	if len(declared) == 0 && !m.fill {
		return declared
	}
	out := make(map[string]any, len(declared))
	for name, d := range declared {
		out[name] = d
		if l, ok := live[name]; ok && !same(d, l) {
			out[name] = l
		}
	}
	if m.fill {
		for name, l := range live {
			out[name] = l
		}
	}
	if len(out) == 0 {
		return declared
	}
	return out
}

func joinPath(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// same compares canonical values by the letter: what differs needs new text.
func same(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for name, v := range a {
			w, ok := b[name]
			if !ok || !same(v, w) {
				return false
			}
		}
		return true
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !same(a[i], b[i]) {
				return false
			}
		}
		return true
	case model.FileRef:
		b, ok := b.(model.FileRef)
		return ok && a.Path == b.Path
	case model.SecretRef:
		b, ok := b.(model.SecretRef)
		return ok && a.Env == b.Env && a.File == b.File
	case int64:
		if f, ok := b.(float64); ok {
			return float64(a) == f
		}
	case float64:
		if i, ok := b.(int64); ok {
			return a == float64(i)
		}
	}
	return a == b
}

// trimEOL takes the line break off the end of a text.
func trimEOL(s string) string { return strings.TrimSuffix(strings.TrimSuffix(s, "\n"), "\r") }
