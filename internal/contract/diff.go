package contract

import (
	"fmt"
	"sort"
	"strings"

	"rassync/internal/coverage"
	"rassync/internal/facts"
	"rassync/internal/model"
)

// Change is what two contracts differ in for one property.
type Change struct {
	Kind string `json:"kind"`
	Path string `json:"path"`
	Text string `json:"text"`
	// Edit: documents that declare the property must be edited; the rest is
	// taken care of by the layer.
	Edit bool `json:"edit"`
	// Documents declare it: FILE:LINE and the address.
	Documents []string `json:"documents,omitempty"`
}

// Diff lists what differs between two contracts.
func Diff(a, b *model.Catalog) []Change {
	out := []Change{}
	for _, k := range a.Kinds() {
		other := b.Kind(k.Name)
		if other == nil {
			continue
		}
		say := func(p *model.Property, edit bool, format string, args ...any) {
			out = append(out, Change{Kind: k.Name, Path: p.Path(), Text: fmt.Sprintf(format, args...), Edit: edit})
		}
		for _, text := range callsDiffer(a, b, k, other) {
			out = append(out, Change{Kind: k.Name, Text: text})
		}
		k.Spec.Walk(func(p *model.Property) {
			if p.Parent == nil || p.Name == "[]" {
				return
			}
			q := other.Spec.Find(p.Path())
			if q == nil || p.Gone == "" && q.Gone != "" {
				say(p, true, "is gone")
				return
			}
			if p.Gone != "" && q.Gone == "" {
				say(p, false, "is there again")
			}
			if facts.Shown(p) && facts.Shown(q) && facts.ReadAt(p, k.Spec) != facts.ReadAt(q, other.Spec) {
				say(p, false, "is read at %s and not %s", facts.ReadAt(q, other.Spec), facts.ReadAt(p, k.Spec))
			}
			if facts.Sent(p) && facts.Sent(q) && strings.Join(p.Write, "|") != strings.Join(q.Write, "|") {
				say(p, false, "is written as %s and not %s", strings.Join(q.Write, " or "), strings.Join(p.Write, " or "))
			}
			if p.CreateAs != q.CreateAs {
				say(p, false, "a create calls it %s and not %s", createName(q), createName(p))
			}
			if facts.Sent(p) && !facts.Sent(q) {
				say(p, true, "cannot be written any more")
			}
			if !p.RequiredOnCreate && q.RequiredOnCreate {
				say(p, true, "is required on create")
			}
			numbersDiffer(p, q, say)
			if d := limitsDiffer(p, q); d != "" {
				say(p, true, "%s", d)
			}
		})
		other.Spec.Walk(func(q *model.Property) {
			if q.Parent != nil && q.Name != "[]" && k.Spec.Find(q.Path()) == nil {
				say(q, false, "is new")
			}
		})
	}
	return out
}

func createName(p *model.Property) string {
	if p.CreateAs != "" {
		return p.CreateAs
	}
	return strings.Join(p.Write, " or ")
}

// callsDiffer says which calls go elsewhere.
func callsDiffer(a, b *model.Catalog, k, other *model.Kind) []string {
	set := func(cat *model.Catalog, k *model.Kind) map[string]bool {
		out := map[string]bool{}
		for _, c := range coverage.ClaimsOf(cat, k) {
			if c.Sent {
				out[c.Method+" "+c.Path] = true
			}
		}
		return out
	}
	was, now := set(a, k), set(b, other)
	var out []string
	for _, call := range sortedKeys(was) {
		if !now[call] {
			out = append(out, call+" is called no more")
		}
	}
	for _, call := range sortedKeys(now) {
		if !was[call] {
			out = append(out, call+" is called")
		}
	}
	return out
}

func numbersDiffer(p, q *model.Property, say func(*model.Property, bool, string, ...any)) {
	if p.Enum == nil || q.Enum == nil {
		return
	}
	var texts []string
	lost := false
	for _, name := range p.Enum.Order {
		n, known := p.Enum.ByName[name]
		m, still := q.Enum.ByName[name]
		switch {
		case known && !still:
			texts = append(texts, fmt.Sprintf("%s (%d) is gone", name, n))
			lost = true
		case known && m != n:
			texts = append(texts, fmt.Sprintf("%s is %d and not %d", name, m, n))
		}
	}
	for _, name := range q.Enum.Order {
		if _, had := p.Enum.ByName[name]; !had {
			if m, ok := q.Enum.ByName[name]; ok {
				texts = append(texts, fmt.Sprintf("%s (%d) is new", name, m))
			}
		}
	}
	if len(texts) > 0 {
		say(p, lost, "%s", strings.Join(texts, ", "))
	}
}

// limitsDiffer says which limits are narrower.
func limitsDiffer(p, q *model.Property) string {
	var out []string
	if a, b := max(p.MinLength, p.WriteMinLength), max(q.MinLength, q.WriteMinLength); b > a {
		out = append(out, fmt.Sprintf("takes at least %d characters and not %d", b, a))
	}
	if q.MaxLength > 0 && (p.MaxLength == 0 || q.MaxLength < p.MaxLength) {
		out = append(out, fmt.Sprintf("takes at most %d characters", q.MaxLength))
	}
	if q.Minimum != nil && (p.Minimum == nil || *q.Minimum > *p.Minimum) {
		out = append(out, fmt.Sprintf("is at least %g", *q.Minimum))
	}
	if q.Maximum != nil && (p.Maximum == nil || *q.Maximum < *p.Maximum) {
		out = append(out, fmt.Sprintf("is at most %g", *q.Maximum))
	}
	return strings.Join(out, ", ")
}

// Touch notes for each change that needs an edit which documents declare the
// property, or, where a create needs it, do not.
func Touch(changes []Change, objects []*model.Object) {
	for i := range changes {
		c := &changes[i]
		if !c.Edit {
			continue
		}
		for _, o := range objects {
			if o.Address.Kind != c.Kind {
				continue
			}
			_, declared := model.Lookup(o.Spec, strings.SplitN(c.Path, "[", 2)[0])
			if declared != strings.Contains(c.Text, "required on create") {
				c.Documents = append(c.Documents, fmt.Sprintf("%s:%d %s", o.Source.File, o.Source.Line, o.Address))
			}
		}
		sort.Strings(c.Documents)
	}
}
