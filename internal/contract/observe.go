package contract

import (
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"

	"rassync/internal/model"
)

// Observed is what answers of a farm show of one kind: names and types, never
// values but the numbers of enumerations.
type Observed struct {
	Kind    string
	Objects int
	names   map[string]*seen
}

// seen is one name with what was answered for it.
type seen struct {
	types map[string]int
	ints  map[int64]int
}

// Observe looks at objects as they were answered.
func Observe(kind string, bodies []map[string]any) *Observed {
	o := &Observed{Kind: kind, Objects: len(bodies), names: map[string]*seen{}}
	for _, b := range bodies {
		o.object(b, "", 0)
	}
	return o
}

func (o *Observed) object(m map[string]any, at string, depth int) {
	if depth > maxDepth || len(o.names) > maxNames {
		return
	}
	for name, v := range m {
		path := name
		if at != "" {
			path = at + "." + name
		}
		o.value(v, path, depth)
	}
}

func (o *Observed) value(v any, path string, depth int) {
	s := o.names[path]
	if s == nil {
		s = &seen{types: map[string]int{}, ints: map[int64]int{}}
		o.names[path] = s
	}
	switch v := v.(type) {
	case nil:
		s.types["null"]++
	case bool:
		s.types["boolean"]++
	case string:
		s.types["string"]++
	case json.Number:
		if n, err := v.Int64(); err == nil {
			s.types["integer"]++
			if len(s.ints) < 200 {
				s.ints[n]++
			}
			return
		}
		s.types["number"]++
	case map[string]any:
		s.types["object"]++
		o.object(v, path, depth+1)
	case []any:
		s.types["array"]++
		for _, e := range v {
			o.value(e, path+"[]", depth+1)
		}
	}
}

// Shape lists the names with their types, for somebody who maintains schemas: no
// value is in it.
func (o *Observed) Shape() map[string]string {
	out := map[string]string{}
	for p, s := range o.names {
		out[p] = strings.Join(sortedKeys(s.types), "|")
	}
	return out
}

// What a look at answers finds, beside the sorts of a document.
const (
	NotShownName  What = "known, but not shown"
	UnknownName   What = "shown, but not known"
	UnknownNumber What = "number without a name"
	OtherType     What = "other type"
	LooksRenamed  What = "looks renamed"
)

// Findings compares what was observed with the schema of the kind. Numbers that
// fit are no confirmation: what they mean cannot be read.
func (o *Observed) Findings(cat *model.Catalog) []Finding {
	k := cat.Kind(o.Kind)
	if k == nil || o.Objects == 0 {
		return nil
	}
	t := &tree{names: map[string]*name{}}
	for p, s := range o.names {
		t.names[p] = &name{path: p, typ: s.only()}
	}
	c := &comparer{cat: cat, kind: k, layer: &KindLayer{Kind: k.Name, Properties: map[string]*Correction{}}, reads: map[string]*side{"": {tree: t, taken: map[string]bool{}, call: "the answer"}}, writes: map[string][]*side{}}
	spots := c.places()
	for _, s := range spots {
		s.claim()
	}
	say := func(path string, what What, choices []string, format string, args ...any) {
		c.findings = append(c.findings, Finding{k.Name, path, what, fmt.Sprintf(format, args...), choices})
	}
	for _, s := range spots {
		if s.special || s.read == nil || s.readAt == "" || strings.Contains(s.readAt, "[]") {
			continue
		}
		found := o.find(s)
		if found == nil {
			if s.p.Structured() || s.p.Gone != "" {
				continue
			}
			up := ""
			if i := strings.LastIndexByte(s.readAt, '.'); i >= 0 {
				up = s.readAt[:i]
				if o.names[up] == nil {
					continue // the block around it says so
				}
			}
			if like := alike(s.readAt, s.read.free(up, wireType(s.p))); len(like) > 0 {
				say(s.p.Path(), LooksRenamed, paths(like), "%s is not shown, and a name like it of the same type is", s.readAt)
				continue
			}
			say(s.p.Path(), NotShownName, nil, "%s is in none of %s", s.readAt, model.Count(o.Objects, "object", "objects"))
			continue
		}
		if have, want := found.only(), wireType(s.p); have != "" && !compatible(have, want) {
			say(s.p.Path(), OtherType, nil, "the farm answers %s, the schema has %s", have, want)
		}
		if e := s.p.Enum; e != nil && !s.p.Flags {
			for _, n := range sortedInts(found.ints) {
				if _, known := e.ByNum[n]; !known {
					say(s.p.Path(), UnknownNumber, nil, "%d has no name", n)
				}
			}
		}
	}
	known := k.KnownReadNames()
	for _, n := range t.below("") {
		if !c.reads[""].taken[n.path] && !c.leadsToKnown(c.reads[""], n.path) && !known[strings.ToLower(n.path)] && !k.Spec.Open {
			say(n.path, UnknownName, nil, "of type %s; it is kept under unknown", strings.Join(sortedKeys(o.names[n.path].types), " or "))
		}
	}
	sort.SliceStable(c.findings, func(i, j int) bool { return c.findings[i].Path < c.findings[j].Path })
	return c.findings
}

func (o *Observed) find(s *spot) *seen {
	for _, at := range append([]string{s.readAt}, spelled(s.readAt, s.p.Spellings)...) {
		if f := o.names[at]; f != nil {
			return f
		}
	}
	return nil
}

// only is the one type that was answered, null aside; "" for none or several.
func (s *seen) only() string {
	out := ""
	for t := range s.types {
		switch {
		case t == "null":
		case out != "":
			return ""
		default:
			out = t
		}
	}
	return out
}

// compatible tells whether a farm may answer a type for another: integers for
// numbers, names for enumerations, one element for a list.
func compatible(have, want string) bool {
	switch {
	case have == want, want == "":
		return true
	case want == "number":
		return have == "integer"
	case want == "integer":
		return have == "string" // enumerations and codecs may be answered by name
	case want == "array":
		return have == "object"
	case want == "string":
		return slices.Contains([]string{"integer", "boolean"}, have)
	}
	return false
}

func sortedInts(m map[int64]int) []int64 {
	out := make([]int64, 0, len(m))
	for n := range m {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}
