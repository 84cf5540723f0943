package facts

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"rassync/internal/coverage"
	"rassync/internal/model"
)

// The ways in which a schema and the facts can differ.
const (
	WhatRead      = "read name"      // a schema reads a name that no fact has
	WhatWrite     = "write name"     // a schema sends a name that no fact has
	WhatUnread    = "not read"       // a fact that no schema reads
	WhatUnwritten = "not written"    // a fact that no schema sends
	WhatNumber    = "number"         // names and numbers of an enumeration
	WhatType      = "type"           //
	WhatLimit     = "limit"          // bounds and lengths
	WhatRequired  = "required"       // needed on create
	WhatCreate    = "create only"    //
	WhatReference = "reference"      //
	WhatSecret    = "secret"         //
	WhatQuery     = "query"          // query parameters
	WhatPath      = "path"           // a call that no list of operations has
	WhatUnclaimed = "not called"     // an operation of a resource that its kind does not call
	WhatSpelling  = "other spelling" // a second name of one setting
)

// Problem is a place where a schema and the facts differ.
type Problem struct {
	Kind  string
	Path  string // yaml path; of facts that no schema has: the name
	What  string
	Value string
	// Facts are the lines that say otherwise.
	Facts string
}

func (p Problem) String() string {
	s := fmt.Sprintf("%s.%s: %s: %s", p.Kind, p.Path, p.What, p.Value)
	if p.Facts != "" {
		s += " (" + p.Facts + ")"
	}
	return s
}

// Comparer compares kinds with the facts.
type Comparer struct {
	cat      *model.Catalog
	resource map[string]*Resource
	ops      map[string]bool
	excluded func(method, path string) bool
	called   map[string]bool // by any kind
	// at are the resources of each kind, with the place where it has them.
	at map[string][]placed
}

// placed is a resource at its place in a kind.
type placed struct {
	*Resource
	base *model.Property
	// via is the call whose answer the facts describe, where it is not the
	// one that base is read with: "Filter:".
	via string
}

// NewComparer finds the places of all resources. An error names one that does
// not exist.
func NewComparer(cat *model.Catalog, data *Data, ops []coverage.Operation, exclusions []coverage.Exclusion) (*Comparer, error) {
	c := &Comparer{cat: cat, resource: map[string]*Resource{}, ops: map[string]bool{}, called: map[string]bool{}, at: map[string][]placed{}}
	for _, op := range ops {
		c.ops[operationKey(op.Method, op.Path)] = true
		if op.Probable != "" {
			c.ops[operationKey(op.Method, op.Probable)] = true
		}
	}
	c.excluded = func(method, path string) bool {
		return slices.ContainsFunc(exclusions, func(e coverage.Exclusion) bool { return e.Fits(coverage.Operation{Method: method, Path: path}) })
	}
	for _, claim := range coverage.Claims(cat) {
		c.called[operationKey(claim.Method, claim.Path)] = true
	}
	for _, r := range data.Resources {
		c.resource[r.Name] = r
		for _, place := range r.Places {
			place, via, _ := strings.Cut(place, "@")
			if via != "" {
				via += ":"
			}
			kind, path, _ := strings.Cut(place, ":")
			k := cat.Kind(kind)
			if k == nil {
				return nil, fmt.Errorf("%s: the resource %s stands in the kind %s, which has no schema", resourcesFile, r.Name, kind)
			}
			base := k.Spec.Find(path)
			if base == nil {
				return nil, fmt.Errorf("%s: the resource %s stands in %s of %s, which does not exist", resourcesFile, r.Name, path, kind)
			}
			if base.Type == model.TypeArray && base.Items != nil {
				base = base.Items
			}
			c.at[kind] = append(c.at[kind], placed{r, base, via})
		}
	}
	return c, nil
}

// Kind compares one kind and gives every difference, deviations included.
func (c *Comparer) Kind(k *model.Kind) []Problem {
	v := &view{c: c, kind: k, used: map[use]bool{}, sources: map[string][]string{}}
	v.properties()
	v.identity()
	v.unused()
	v.calls()
	sort.Slice(v.problems, func(i, j int) bool { return v.problems[i].key() < v.problems[j].key() })
	return slices.CompactFunc(v.problems, func(a, b Problem) bool { return a.key() == b.key() })
}

func (p Problem) key() string { return p.Kind + "\t" + p.Path + "\t" + p.What + "\t" + p.Value }

// All compares every kind.
func (c *Comparer) All() []Problem {
	var out []Problem
	for _, k := range c.cat.Kinds() {
		out = append(out, c.Kind(k)...)
	}
	return out
}

// Unexplained leaves out what the deviations explain, and adds deviations of
// these kinds that explain nothing any more.
func (d *Data) Unexplained(problems []Problem, kinds ...string) []Problem {
	explained := make([]bool, len(d.Deviations))
	var out []Problem
	for _, p := range problems {
		known := false
		for i, dev := range d.Deviations {
			if dev.What == p.What && dev.of(p.Kind) && like(dev.Path, p.Path) && like(dev.Value, p.Value) {
				known, explained[i] = true, true
			}
		}
		if !known {
			out = append(out, p)
		}
	}
	for i, dev := range d.Deviations {
		if explained[i] || !slices.ContainsFunc(kinds, dev.of) {
			continue
		}
		out = append(out, Problem{Kind: strings.Join(dev.Kinds, ","), Path: dev.Path, What: "needless deviation", Value: dev.What + " " + dev.Value, Facts: dev.Source})
	}
	return out
}

func (d Deviation) of(kind string) bool {
	return slices.ContainsFunc(d.Kinds, func(k string) bool { return like(k, kind) })
}

// like compares s with a pattern in which * is any text.
func like(pattern, s string) bool {
	head, tail, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == s
	}
	if !strings.HasPrefix(s, head) {
		return false
	}
	for s = s[len(head):]; ; s = s[1:] {
		if like(tail, s) {
			return true
		}
		if s == "" {
			return false
		}
	}
}

// use is a fact that a property reads or writes.
type use struct {
	fact *Fact
	base *model.Property
	side string
}

// view is the comparison of one kind.
type view struct {
	c        *Comparer
	kind     *model.Kind
	problems []Problem
	used     map[use]bool
	// sources are the facts behind each property, for the table of the wire.
	sources map[string][]string
}

func (v *view) note(path, what, value string, facts []*Fact) {
	var at []string
	for _, f := range facts {
		at = append(at, f.Source)
	}
	v.problems = append(v.problems, Problem{v.kind.Name, path, what, value, strings.Join(at, " ")})
}

func (v *view) properties() {
	v.kind.Spec.Walk(func(p *model.Property) {
		if p.Parent == nil {
			return
		}
		facts := v.matched(p)
		for _, f := range facts {
			v.sources[p.Path()] = append(v.sources[p.Path()], f.Resource+"."+f.Name)
		}
		v.values(p, facts)
		if p != v.kind.Chooser() { // it chooses a call and is not sent
			v.rules(p, facts)
		}
	})
}

// matched finds the facts of a property, and notes names that no fact has.
func (v *view) matched(p *model.Property) []*Fact {
	var read, written []*Fact
	if Shown(p) {
		read = v.read(p)
	}
	if Sent(p) && p != v.kind.Chooser() && v.kind.Shape != model.OrderShape {
		written = v.written(p, read)
	}
	if name := strings.Join(p.Read, "."); Shown(p) && name != "" && v.kind.Shape != model.OrderShape && (p.List == nil || p.List.Get == "") && len(read) == 0 {
		// Names are the same on both sides unless it is known otherwise.
		if !slices.ContainsFunc(written, func(f *Fact) bool { return f.ReadAs == "" && last(f.Name) == last(name) }) {
			v.note(p.Path(), WhatRead, name, nil)
		}
	}
	for _, name := range p.Spellings {
		if !slices.ContainsFunc(read, func(f *Fact) bool { return last(f.Name) == name && f.Spelling == p.Read[0] }) {
			v.note(p.Path(), WhatSpelling, name, nil)
		}
	}
	if p.Query != "" {
		written = append(written, v.asked(p)...)
	}
	if p.List != nil || p.Part != nil || p.Cells != nil || p.Structured() || p.NoWrite || p.Call != "" || p.Type == model.TypeArray {
		v.through(p, read)
	}
	return append(read, written...)
}

// read finds the facts of what answers show as p.
func (v *view) read(p *model.Property) []*Fact {
	var out []*Fact
	for _, r := range v.c.at[v.kind.Name] {
		if !below(p, r.base) {
			continue
		}
		at := ReadAt(p, r.base)
		if p == r.base {
			if at = strings.Join(p.Read, "."); at == "" {
				at = "."
			}
		}
		for _, f := range r.Facts {
			if reads := f.reads(); reads != "" && (r.via+reads == at || p.Anywhere && last(reads) == last(at) || isSpelling(p, f) && r.via+reads == respelled(at, reads)) {
				v.used[use{f, r.base, SideRead}] = true
				out = append(out, f)
			}
		}
	}
	return out
}

// below tells whether p stands below base, or is it.
func below(p, base *model.Property) bool {
	for at := p; at != nil; at = at.Parent {
		if at == base {
			return true
		}
	}
	return false
}

// isSpelling tells whether the fact is another name of the property.
func isSpelling(p *model.Property, f *Fact) bool {
	return f.Spelling != "" && slices.Contains(p.Spellings, last(f.Name)) && f.Spelling == p.Read[0]
}

// respelled is the place at under the last step of name.
func respelled(at, name string) string {
	return strings.TrimSuffix(at, last(at)) + last(name)
}

// reads is the name under which answers show the fact; "" if they do not.
func (f *Fact) reads() string {
	switch f.Side {
	case SideQuery:
		return ""
	case SideWrite:
		return f.ReadAs
	}
	return f.Name
}

// writes is the name under which bodies hold the fact; "" if they do not.
func (f *Fact) writes() string {
	if f.Side == SideWrite || f.Side == SideBoth {
		return f.Name
	}
	return ""
}

// written finds the facts of the names that a body holds.
func (v *view) written(p *model.Property, read []*Fact) []*Fact {
	var out []*Fact
	body := BodyOf(p)
	for _, name := range append(p.Write[:len(p.Write):len(p.Write)], p.Spellings...) {
		found := false
		if name == "" || name == "[]" {
			continue // the value is the body itself
		}
		for _, r := range v.c.at[v.kind.Name] {
			own := BodyOf(r.base) == body || r.base == p
			for _, f := range r.Facts {
				ok := own && f.writes() == strings.TrimSuffix(name, "[]") ||
					below(p, r.base) && slices.Contains(read, f) && last(f.Name) == name
				if ok {
					found = true
					v.used[use{f, r.base, SideWrite}] = true
					out = append(out, f)
				}
			}
		}
		if !found {
			v.note(p.Path(), WhatWrite, name, nil)
		}
	}
	return out
}

// asked finds the query parameter that a create takes for the property.
func (v *view) asked(p *model.Property) []*Fact {
	var out []*Fact
	for _, r := range v.c.at[v.kind.Name] {
		for _, f := range r.Facts {
			if f.Side == SideQuery && f.Name == p.Query {
				v.used[use{f, r.base, SideQuery}] = true
				out = append(out, f)
			}
		}
	}
	if len(out) == 0 && !slices.Contains(v.queries("POST"), p.Query) {
		v.note(p.Path(), WhatQuery, p.Query, nil)
	}
	return out
}

// queries are the names of the queries of the kind's resources.
func (v *view) queries(method string) []string {
	var out []string
	for _, r := range v.c.at[v.kind.Name] {
		for _, op := range append(slices.Clone(r.Operations), r.Inferred...) {
			m, rest, _ := strings.Cut(op, " ")
			_, query, ok := strings.Cut(rest, "?")
			if ok && m == method {
				out = append(out, strings.Split(query, "&")...)
			}
		}
	}
	return out
}

// through marks facts as written whose property is changed entry by entry, by
// a path of its own, or through what it holds.
func (v *view) through(p *model.Property, read []*Fact) {
	for _, r := range v.c.at[v.kind.Name] {
		for _, f := range r.Facts {
			if slices.Contains(read, f) && below(p, r.base) {
				v.used[use{f, r.base, SideWrite}] = true
			}
		}
	}
}
