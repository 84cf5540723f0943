package contract

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"rassync/internal/coverage"
	"rassync/internal/facts"
	"rassync/internal/model"
)

// Finding is what a document says of one property or operation.
type Finding struct {
	Kind string `json:"kind"`
	Path string `json:"path,omitempty"`
	What What   `json:"what"`
	// Text says it in words, with the reasons.
	Text string `json:"text"`
	// Choices are the candidates of a question.
	Choices []string `json:"choices,omitempty"`
}

// What is the sort of a finding.
type What string

// The sorts of findings.
const (
	Confirmed     What = "confirmed"
	Renamed       What = "renamed"
	NewName       What = "new"
	GoneName      What = "gone"
	OtherNumber   What = "other number"
	OtherBound    What = "other bound"
	NowRequired   What = "newly required"
	NotRequired   What = "no longer required"
	NotWritten    What = "no longer written"
	OtherPlace    What = "other place"
	Question      What = "question"
	UnknownCall   What = "unknown operation"
	GoneOperation What = "operation gone"
)

// Comparison is a document beside the built-in schemas.
type Comparison struct {
	Document string    `json:"document,omitempty"`
	Version  string    `json:"version,omitempty"`
	SHA256   string    `json:"sha256"`
	Kinds    []string  `json:"kinds"` // that the document says something of
	Findings []Finding `json:"findings"`
}

// Differs tells whether anything is not as the built-in schemas have it.
func (c *Comparison) Differs() bool {
	return slices.ContainsFunc(c.Findings, func(f Finding) bool { return f.What != Confirmed && f.What != UnknownCall })
}

// Compare holds a document against the built-in schemas: what differs, and the
// layer that says so. known are the operations that the schemas know of.
func Compare(cat *model.Catalog, d *Document, file, date string, known []coverage.Operation) (*Comparison, *Layer, error) {
	out := &Comparison{Document: file, Version: d.Version, SHA256: d.SHA256, Findings: []Finding{}}
	origin := Origin{Source: FromOpenAPI, File: file, SHA256: d.SHA256, Version: d.Version, Date: date}
	var kinds []*KindLayer
	claimed := map[string]bool{}
	for _, op := range known {
		claimed[opKey(op.Method, op.Path)] = true
	}
	for _, k := range cat.Kinds() {
		c := &comparer{cat: cat, kind: k, doc: d, layer: &KindLayer{Kind: k.Name, From: origin, Properties: map[string]*Correction{}}}
		for _, claim := range coverage.ClaimsOf(cat, k) {
			claimed[opKey(claim.Method, claim.Path)] = true
		}
		if !c.compare() {
			continue
		}
		out.Kinds = append(out.Kinds, k.Name)
		out.Findings = append(out.Findings, c.findings...)
		if len(c.layer.Properties) > 0 {
			kinds = append(kinds, c.layer)
		}
	}
	for key, op := range d.ops {
		if !claimed[key] && strings.HasPrefix(strings.ToLower(op.path), "/api/") {
			out.Findings = append(out.Findings, Finding{What: UnknownCall, Text: op.method + " " + op.path + ": no kind calls it"})
		}
	}
	sort.SliceStable(out.Findings, func(i, j int) bool {
		a, b := out.Findings[i], out.Findings[j]
		if a.Kind != b.Kind {
			return a.Kind < b.Kind
		}
		if a.Path != b.Path {
			return a.Path < b.Path
		}
		return a.Text < b.Text
	})
	l, err := New(kinds...)
	return out, l, err
}

// comparer compares one kind.
type comparer struct {
	cat      *model.Catalog
	kind     *model.Kind
	doc      *Document
	layer    *KindLayer
	findings []Finding

	reads  map[string]*side // by the call: "" for the object itself
	writes map[string][]*side
}

// side is one schema of the document with what the kind claims of it.
type side struct {
	tree  *tree
	taken map[string]bool
	call  string
}

func (c *comparer) say(path string, what What, text string, choices ...string) {
	c.findings = append(c.findings, Finding{c.kind.Name, path, what, text, choices})
}

func (c *comparer) correction(path string) *Correction {
	if c.layer.Properties[path] == nil {
		c.layer.Properties[path] = &Correction{}
	}
	return c.layer.Properties[path]
}

// compare tells whether the document says anything of the kind.
func (c *comparer) compare() bool {
	c.sides()
	if len(c.reads) == 0 && len(c.writes) == 0 {
		return false
	}
	places := c.places()
	for _, p := range places {
		p.claim()
	}
	for _, p := range places {
		if !p.special {
			c.property(p)
		}
	}
	c.news()
	return true
}

// sides finds the schemas of the document that belong to the kind.
func (c *comparer) sides() {
	c.reads, c.writes = map[string]*side{}, map[string][]*side{}
	readers := map[string]map[string]bool{} // of each call
	claims := coverage.ClaimsOf(c.cat, c.kind)
	for _, claim := range claims {
		if claim.Method == "GET" && claim.Prop != "" {
			key := opKey("GET", claim.Path)
			if readers[key] == nil {
				readers[key] = map[string]bool{}
			}
			readers[key][claim.Prop] = true
		}
	}
	for _, claim := range claims {
		op := c.doc.find(claim.Method, claim.Path)
		if op == nil {
			continue
		}
		call := claim.Method + " " + op.path
		switch {
		case claim.Method == "GET" && claim.Prop == "" && op.answer != nil && len(op.answer.names) > 0:
			// The list and the object itself show the same; together they show most.
			if r := c.reads[""]; r != nil {
				for p, n := range op.answer.names {
					if r.tree.names[p] == nil {
						r.tree.names[p] = n
					}
				}
				continue
			}
			names := map[string]*name{}
			for p, n := range op.answer.names {
				names[p] = n
			}
			c.reads[""] = &side{&tree{names: names}, map[string]bool{}, call}
		case claim.Method == "GET" && len(readers[opKey("GET", claim.Path)]) > 1:
			// Several properties are parts of one answer, each in its own way.
		case claim.Method == "GET" && claim.Sent && op.answer != nil && len(op.answer.names) > 0:
			c.reads[claim.Prop] = &side{op.answer, map[string]bool{}, call}
		case (claim.Word == "update" || claim.Word == "create" || claim.Word == "part" || claim.Word == "list.add" || claim.Word == "list.update") && op.body != nil && len(op.body.names) > 0:
			c.writes[claim.Prop] = append(c.writes[claim.Prop], &side{op.body, map[string]bool{}, call})
		}
	}
}

// spot is a property with where the document would have it.
type spot struct {
	p         *model.Property
	special   bool // its place depends on more than its name: claimed, not compared
	read      *side
	readAt    string
	writes    []*side
	names     []string // that bodies may use
	onCreates []*side  // those of writes that are creates
}

// places lays out the properties of the kind.
func (c *comparer) places() []*spot {
	var out []*spot
	c.kind.Spec.Walk(func(p *model.Property) {
		if p.Parent == nil || p.Name == "[]" {
			return
		}
		s := &spot{p: p, special: p.Anywhere || p.Lookup != nil || p.File != nil || p.Membership != nil || p.Shared}
		for at := p; at != nil; at = at.Parent {
			s.special = s.special || at.Cells != nil
		}
		if facts.Shown(p) {
			s.read, s.readAt = c.readOf(p)
		}
		if facts.Sent(p) {
			s.names = append(slices.Clone(p.Write), p.Spellings...)
			base := facts.BodyOf(p)
			prop := base.Path()
			if base.Name == "[]" {
				prop = base.Parent.Path()
			}
			if base.Parent == nil {
				prop = ""
			}
			for _, w := range c.writes[prop] {
				create := strings.HasPrefix(w.call, "POST ")
				if create && p.UpdateOnly || !create && p.CreateOnly || create && prop == "" && c.kind.Create != nil && c.kind.Create.Fields != nil && !c.kind.Create.Fields[p.Name] {
					continue
				}
				s.writes = append(s.writes, w)
				if create {
					s.onCreates = append(s.onCreates, w)
				}
			}
		}
		if s.read != nil || len(s.writes) > 0 {
			out = append(out, s)
		}
	})
	return out
}

// readOf finds the answer that shows a property, and its place there.
func (c *comparer) readOf(p *model.Property) (*side, string) {
	at := facts.ReadAt(p, c.kind.Spec)
	if i := strings.LastIndexByte(at, ':'); i >= 0 {
		for up := p; up != nil; up = up.Parent {
			if up.List != nil && up.List.Get != "" || up.Part != nil && up.Part.Get {
				return c.reads[up.Path()], strings.TrimPrefix(strings.TrimPrefix(at[i+1:], "[]"), ".")
			}
		}
		return nil, ""
	}
	return c.reads[""], at
}

// claim marks what a property takes of the document.
func (s *spot) claim() {
	if name, anywhere := strings.CutPrefix(s.readAt, "*."); anywhere && s.read != nil {
		for at := range s.read.tree.names {
			if at == name || strings.HasSuffix(at, "."+name) {
				s.read.taken[at] = true
			}
		}
	}
	if s.read != nil && s.readAt != "" {
		for _, at := range append([]string{s.readAt}, spelled(s.readAt, s.p.Spellings)...) {
			if s.read.tree.names[at] != nil {
				s.read.taken[at] = true
			}
		}
	}
	for _, w := range s.writes {
		for _, n := range s.names {
			if w.tree.names[n] != nil {
				w.taken[n] = true
			}
		}
	}
}

func spelled(at string, spellings []string) []string {
	up := at[:strings.LastIndexByte(at, '.')+1]
	var out []string
	for _, s := range spellings {
		out = append(out, up+s)
	}
	return out
}

// property compares one property.
func (c *comparer) property(s *spot) {
	path := s.p.Path()
	readNow, readGone := c.readName(s)
	writeNow, writeGone := c.writeName(s)
	switch {
	case readGone && (writeGone || len(s.writes) == 0 && len(s.names) == 0):
		c.correction(path).Gone = true
		c.say(path, GoneName, fmt.Sprintf("%s no longer shows %s%s", s.read.call, s.readAt, andBodies(s)))
		return
	case writeGone && !readGone && s.read != nil && s.read.tree.names[s.readAt] != nil:
		c.correction(path).ReadOnly = true
		c.say(path, NotWritten, fmt.Sprintf("%s takes no %s any more, and it is still shown", s.writes[0].call, strings.Join(s.names, " or ")))
	}
	if readNow == nil && writeNow == nil {
		return
	}
	n := writeNow
	if n == nil {
		n = readNow
	}
	before := len(c.findings)
	c.numbers(s.p, n, readNow)
	if writeNow != nil {
		c.bounds(s.p, writeNow)
	}
	c.required(s)
	if len(c.findings) == before && c.layer.Properties[path] == nil {
		c.correction(path).Confirmed = true
		c.say(path, Confirmed, "as the built-in schema has it")
	}
}

func andBodies(s *spot) string {
	if len(s.writes) == 0 {
		return ""
	}
	return ", and " + s.writes[0].call + " takes no " + strings.Join(s.names, " or ")
}

// readName finds a property in the answer; gone says that it is not there and
// nothing took its place.
func (c *comparer) readName(s *spot) (now *name, gone bool) {
	if s.read == nil || s.readAt == "" {
		return nil, false
	}
	for _, at := range append([]string{s.readAt}, spelled(s.readAt, s.p.Spellings)...) {
		if n := s.read.tree.names[at]; n != nil {
			return n, false
		}
	}
	up := ""
	if i := strings.LastIndexByte(s.readAt, '.'); i >= 0 {
		up = s.readAt[:i]
	}
	if up != "" && s.read.tree.names[up] == nil && s.read.tree.names[strings.TrimSuffix(up, "[]")] == nil {
		// The whole block is not there: one with the same name elsewhere is the
		// same nested otherwise.
		if moved := s.read.elsewhere(s.p, s.readAt); moved != "" && c.canMove(s.p) {
			c.moved(s, moved)
			return s.read.tree.names[moved], false
		}
		return nil, s.p.Parent == c.kind.Spec
	}
	if moved := s.read.elsewhere(s.p, s.readAt); moved != "" && c.canMove(s.p) {
		c.moved(s, moved)
		return s.read.tree.names[moved], false
	}
	candidates := s.read.free(up, wireType(s.p))
	lost := len(c.lostAt(s.read, up, wireType(s.p)))
	if n := only(alike(s.readAt, candidates)); n != nil && (lost == 1 || len(alike(n.path, c.lostAt(s.read, up, wireType(s.p)))) == 1) {
		c.renamedRead(s, n)
		return n, false
	}
	if len(candidates) > 0 {
		c.say(s.p.Path(), Question, fmt.Sprintf("%s no longer shows %s; which of these is it?", s.read.call, s.readAt), paths(candidates)...)
		return nil, false
	}
	return nil, true
}

func (c *comparer) renamedRead(s *spot, n *name) {
	last := n.path[strings.LastIndexByte(n.path, '.')+1:]
	own := strings.Join(s.p.Read, ".")
	to := own[:strings.LastIndexByte(own, '.')+1] + last
	c.correction(s.p.Path()).Read = &to
	s.read.taken[n.path] = true
	c.say(s.p.Path(), Renamed, fmt.Sprintf("%s is %s in answers: of this type and place one name is gone and one like it is new (%s)", s.readAt, n.path, s.read.call))
}

// canMove tells whether a read name may be given from the root of the answer:
// entries and parts have places of their own.
func (c *comparer) canMove(p *model.Property) bool {
	return facts.BodyOf(p).Parent == nil && !p.Structured() && !strings.Contains(facts.ReadAt(p, c.kind.Spec), "[]")
}

func (c *comparer) moved(s *spot, to string) {
	s.read.taken[to] = true
	at := "/" + to
	c.correction(s.p.Path()).Read = &at
	c.say(s.p.Path(), OtherPlace, fmt.Sprintf("%s is shown at %s (%s)", s.readAt, to, s.read.call))
}

// elsewhere finds the one place that holds a name of the same type outside of
// the expected place.
func (s *side) elsewhere(p *model.Property, at string) string {
	last := at[strings.LastIndexByte(at, '.')+1:]
	found := ""
	for path, n := range s.tree.names {
		if s.taken[path] || strings.Contains(path, "[]") || path[strings.LastIndexByte(path, '.')+1:] != last || n.typ != wireType(p) {
			continue
		}
		if found != "" {
			return ""
		}
		found = path
	}
	return found
}

// free lists the names of a place and type that nothing claims.
func (s *side) free(up, typ string) []*name {
	var out []*name
	for _, n := range s.tree.below(up) {
		if !s.taken[n.path] && n.typ == typ && !n.deprecated {
			out = append(out, n)
		}
	}
	return out
}

// lostAt lists what properties of a place and type were called that the side no
// longer shows.
func (c *comparer) lostAt(s *side, up, typ string) []*name {
	var out []*name
	for _, o := range c.places() {
		if o.read != s || o.special || o.readAt == "" || wireType(o.p) != typ || s.tree.names[o.readAt] != nil {
			continue
		}
		if i := strings.LastIndexByte(o.readAt, '.'); (i < 0 && up == "") || (i >= 0 && o.readAt[:i] == up) {
			out = append(out, &name{path: o.readAt})
		}
	}
	return out
}

// alike picks the names that share a word with another one: a new name for the
// same thing keeps one of its words. Anything less is no reason to take one for
// the other.
func alike(path string, candidates []*name) []*name {
	mine := wordsOf(path)
	var out []*name
	for _, n := range candidates {
		if slices.ContainsFunc(wordsOf(n.path), func(w string) bool { return slices.Contains(mine, w) }) {
			out = append(out, n)
		}
	}
	return out
}

// wordsOf parts the last step of a name in camel case into its words.
func wordsOf(path string) []string {
	last := path[strings.LastIndexByte(path, '.')+1:]
	var out []string
	start := 0
	cut := func(end int) {
		if w := strings.ToLower(last[start:end]); len(w) > 2 {
			out = append(out, w)
		}
		start = end
	}
	for i := 1; i < len(last); i++ {
		up, before := last[i] >= 'A' && last[i] <= 'Z', last[i-1] >= 'A' && last[i-1] <= 'Z'
		if up && !before {
			cut(i)
		}
	}
	cut(len(last))
	return out
}

func only(list []*name) *name {
	if len(list) == 1 {
		return list[0]
	}
	return nil
}

// writeName finds a property in the bodies.
func (c *comparer) writeName(s *spot) (now *name, gone bool) {
	if len(s.writes) == 0 {
		return nil, false
	}
	for _, w := range s.writes {
		for _, n := range s.names {
			if found := w.tree.names[n]; found != nil {
				return found, false
			}
		}
	}
	w := s.writes[0]
	typ := wireType(s.p)
	candidates := w.free("", typ)
	lost := 0
	var missing []*name
	for _, o := range c.places() {
		if !o.special && len(o.writes) > 0 && o.writes[0].call == w.call && wireType(o.p) == typ && !slices.ContainsFunc(o.names, func(n string) bool { return w.tree.names[n] != nil }) {
			lost++
			missing = append(missing, &name{path: o.names[0]})
		}
	}
	// A new name that answers have too is the better reason.
	if s.read != nil {
		if r := c.layer.Properties[s.p.Path()]; r != nil && r.Read != nil {
			last := (*r.Read)[strings.LastIndexAny(*r.Read, "./")+1:]
			for _, n := range candidates {
				if n.path == last {
					c.renamedWrite(s, n, "answers have this name now too")
					return n, false
				}
			}
		}
	}
	if n := only(alike(s.names[0], candidates)); n != nil && (lost == 1 || len(alike(n.path, missing)) == 1) {
		c.renamedWrite(s, n, "of this type one name is gone and one like it is new")
		return n, false
	}
	if len(candidates) > 0 && lost > 0 {
		c.say(s.p.Path(), Question, fmt.Sprintf("%s takes no %s; which of these is it?", w.call, strings.Join(s.names, " or ")), paths(candidates)...)
		return nil, false
	}
	return nil, true
}

func (c *comparer) renamedWrite(s *spot, n *name, why string) {
	to := n.path
	c.correction(s.p.Path()).Write = &to
	for _, w := range s.writes {
		w.taken[n.path] = true
	}
	c.say(s.p.Path(), Renamed, fmt.Sprintf("%s is %s in bodies: %s (%s)", strings.Join(s.names, " or "), to, why, s.writes[0].call))
}

func paths(list []*name) []string {
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = n.path
	}
	return out
}

// wireType is the type that a property has on the wire.
func wireType(p *model.Property) string {
	switch {
	case p.Enum != nil && !p.Flags, p.Flags, len(p.Ref) > 0 && p.RefBy == "" && p.Type != model.TypeArray:
		return "integer"
	case p.Codec == "number":
		return "integer"
	}
	return string(p.Type)
}

// numbers compares an enumeration: by name where the document has names.
func (c *comparer) numbers(p *model.Property, n, shown *name) {
	nums := n.numbers
	if len(nums) == 0 && shown != nil {
		nums = shown.numbers
	}
	if p.Enum == nil || len(nums) == 0 {
		return
	}
	ours := map[string]string{}
	for _, o := range p.Enum.Order {
		ours[plain(o)] = o
	}
	corrected := map[string]int64{}
	var texts []string
	for num, label := range nums {
		if label == "" {
			continue
		}
		own, known := ours[plain(label)]
		if !known && c.sharedList() {
			continue // of another kind in the same list
		}
		if !known {
			if old, used := p.Enum.ByNum[num]; used && nums[num] != "" && plain(old) != plain(label) {
				continue // another word for it, or another meaning: asked below
			}
			own = label
		}
		if have, ok := p.Enum.ByName[own]; !ok || have != num {
			corrected[own] = num
			if ok {
				texts = append(texts, fmt.Sprintf("%s is %d and not %d", own, num, have))
			} else {
				texts = append(texts, fmt.Sprintf("%s is %d", own, num))
			}
		}
	}
	if len(corrected) > 0 {
		all := map[string]int64{}
		for name, num := range p.Enum.ByName {
			if _, taken := nums[num]; taken && corrected[name] == 0 {
				all[name] = num
			}
		}
		used := map[int64]bool{}
		for _, num := range corrected {
			used[num] = true
		}
		for name, num := range all {
			if used[num] {
				delete(all, name)
			}
		}
		for name, num := range corrected {
			all[name] = num
		}
		c.correction(p.Path()).Numbers = all
		slices.Sort(texts)
		c.say(p.Path(), OtherNumber, strings.Join(texts, ", "))
	}
	for _, name := range p.Enum.Order {
		num, ok := p.Enum.ByName[name]
		label, listed := nums[num]
		if ok && listed && label != "" && plain(label) != plain(name) && ours[plain(label)] == "" {
			c.say(p.Path(), Question, fmt.Sprintf("the document calls %d %q, the built-in schema %q: the same?", num, label, name))
		}
	}
}

// sharedList tells whether the list of the kind holds other kinds too.
func (c *comparer) sharedList() bool { return len(c.kind.Filter) > 0 }

// plain is a name as two writers of it would have it.
func plain(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// bounds compares lengths and ranges of what a write takes.
func (c *comparer) bounds(p *model.Property, n *name) {
	least := max(p.MinLength, p.WriteMinLength)
	var texts []string
	if p.Type == model.TypeString {
		if n.minLength != nil && *n.minLength != least {
			c.correction(p.Path()).MinLength = n.minLength
			texts = append(texts, fmt.Sprintf("at least %d characters and not %d", *n.minLength, least))
		}
		if n.maxLength != nil && *n.maxLength != p.MaxLength {
			c.correction(p.Path()).MaxLength = n.maxLength
			texts = append(texts, fmt.Sprintf("at most %d characters and not %d", *n.maxLength, p.MaxLength))
		}
	}
	if p.Type == model.TypeInteger || p.Type == model.TypeNumber {
		if p.Enum == nil && n.min != nil && (p.Minimum == nil || *p.Minimum != *n.min) && !everyInteger(*n.min) {
			c.correction(p.Path()).Minimum = n.min
			texts = append(texts, fmt.Sprintf("at least %g", *n.min))
		}
		if p.Enum == nil && n.max != nil && (p.Maximum == nil || *p.Maximum != *n.max) && !everyInteger(*n.max) {
			c.correction(p.Path()).Maximum = n.max
			texts = append(texts, fmt.Sprintf("at most %g", *n.max))
		}
	}
	if len(texts) > 0 {
		c.say(p.Path(), OtherBound, strings.Join(texts, ", "))
	}
}

// everyInteger tells whether a bound is that of the type and says nothing.
func everyInteger(f float64) bool { return f <= -1<<31 || f >= 1<<31-1 }

// required compares what a create needs.
func (c *comparer) required(s *spot) {
	for _, w := range s.onCreates {
		needs := slices.ContainsFunc(s.names, func(n string) bool { return w.tree.required[n] })
		if r := c.layer.Properties[s.p.Path()]; r != nil && r.Write != nil {
			needs = needs || w.tree.required[*r.Write]
		}
		if needs == s.p.RequiredOnCreate || facts.BodyOf(s.p).Parent != nil {
			continue
		}
		if !needs && len(w.tree.required) == 0 {
			continue // a document without any required names says nothing of them
		}
		c.correction(s.p.Path()).Required = &needs
		if needs {
			c.say(s.p.Path(), NowRequired, w.call+" needs it")
		} else {
			c.say(s.p.Path(), NotRequired, w.call+" does not need it")
		}
		return
	}
}

// news lists names that no schema knows, and adds those that are plain values at
// the top of the object.
func (c *comparer) news() {
	read := c.reads[""]
	skip := c.kind.KnownReadNames()
	// Kinds that share a list show each other's names there.
	for _, other := range c.cat.Kinds() {
		if c.kind.List != nil && other.List != nil && other.List.Path == c.kind.List.Path && other != c.kind {
			for n := range other.KnownReadNames() {
				skip[n] = true
			}
		}
	}
	asked := map[string]bool{}
	for _, f := range c.findings {
		for _, choice := range f.Choices {
			asked[choice] = true
		}
	}
	seen := map[string]bool{}
	for _, w := range c.writes[""] {
		for _, n := range w.tree.below("") {
			if w.taken[n.path] || seen[n.path] || asked[n.path] || n.deprecated || c.kind.KnownReadNames()[strings.ToLower(n.path)] || c.control(n.path) {
				continue
			}
			seen[n.path] = true
			shown := read != nil && read.tree.names[n.path] != nil
			if c.kind.Spec.Prop(n.path) != nil || !slices.Contains([]string{"string", "boolean", "integer", "number"}, n.typ) {
				c.say("", Question, fmt.Sprintf("%s takes %s, which no schema knows", w.call, n.path))
				continue
			}
			corr := c.correction(n.path)
			corr.New = &NewProperty{Type: n.typ, Title: n.title}
			corr.MaxLength = n.maxLength
			corr.WriteOnly = !shown
			if shown {
				read.taken[n.path] = true
			}
			c.say(n.path, NewName, fmt.Sprintf("%s takes it, and no schema knows it", w.call))
		}
	}
	if read == nil {
		return
	}
	for _, n := range read.tree.below("") {
		if read.taken[n.path] || seen[n.path] || asked[n.path] || n.deprecated || skip[strings.ToLower(n.path)] || c.kind.Spec.Prop(n.path) != nil {
			continue
		}
		c.say(n.path, NewName, fmt.Sprintf("%s shows it, no body takes it, and no schema knows it: it is kept under unknown", read.call))
	}
}

// control tells whether a name of a body is no property: the object's name, its
// place, its site.
func (c *comparer) control(n string) bool {
	k := c.kind
	names := append([]string{k.Identity.Write, k.Identity.Read, "id", "name"}, k.Identity.Rename...)
	if k.Create != nil {
		names = append(names, k.Create.SiteName, "siteId")
	}
	if k.Tree != nil {
		names = append(names, k.Tree.Parent, k.Tree.Previous)
	}
	return slices.ContainsFunc(names, func(s string) bool { return strings.EqualFold(s, n) })
}
