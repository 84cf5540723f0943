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
	OtherCall     What = "other call"
	NoNumbers     What = "numbers not confirmed"
	NowWritten    What = "now written"
	NotShown      What = "no longer shown"
	NotTaken      What = "not taken over"
	Question      What = "question"
	UnknownCall   What = "unknown operation"
	GoneOperation What = "operation gone"
)

// Quiet tells whether a finding asks nothing of anybody.
func (w What) Quiet() bool { return w == Confirmed || w == UnknownCall }

// Comparison is a document beside the built-in schemas.
type Comparison struct {
	Document string   `json:"document,omitempty"`
	Version  string   `json:"version,omitempty"`
	SHA256   string   `json:"sha256"`
	Kinds    []string `json:"kinds"` // that the document says something of
	// Whole: the document has most operations of the API, so that what it lacks
	// is gone.
	Whole    bool      `json:"whole"`
	Findings []Finding `json:"findings"`
}

// Differs tells whether anything is not as the built-in schemas have it.
func (c *Comparison) Differs() bool {
	return slices.ContainsFunc(c.Findings, func(f Finding) bool { return !f.What.Quiet() && f.What != NoNumbers })
}

// Compare holds a document against the built-in schemas: what differs, and the
// layer that says so. known are the operations that the schemas know of; answers
// are what somebody said to the questions of an earlier comparison, by
// "KIND.property".
func Compare(cat *model.Catalog, d *Document, file, date string, known []coverage.Operation, answers map[string]string) (*Comparison, *Layer, error) {
	out := &Comparison{Document: file, Version: d.Version, SHA256: d.SHA256, Findings: []Finding{}}
	origin := Origin{Source: FromOpenAPI, File: file, SHA256: d.SHA256, Version: d.Version, Date: date}
	ops := newOperations(cat, d, known)
	out.Whole = ops.whole
	var kinds []*KindLayer
	for _, k := range cat.Kinds() {
		c := &comparer{cat: cat, kind: k, ops: ops, answers: answers, layer: &KindLayer{Kind: k.Name, From: origin, Properties: map[string]*Correction{}}}
		if !c.compare() {
			continue
		}
		out.Kinds = append(out.Kinds, k.Name)
		out.Findings = append(out.Findings, c.findings...)
		if len(c.layer.Properties) > 0 || c.layer.Calls.count() > 0 {
			kinds = append(kinds, c.layer)
		}
	}
	out.Findings = append(out.Findings, ops.findings()...)
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
	ops      *operations
	answers  map[string]string
	layer    *KindLayer
	findings []Finding

	reads  map[string]*side // by the property whose call it is: "" for the object itself
	writes map[string][]*side
	// missing are calls of which the document says nothing, by property and way.
	missing map[string]bool
	spots   []*spot
	asked   map[string]bool // names that a question offers
}

// side is one schema of the document with what the kind claims of it.
type side struct {
	tree    *tree
	taken   map[string]bool
	call    string
	creates bool // its body makes an object or an entry
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
	said := c.calls()
	c.sides()
	if len(c.reads) == 0 && len(c.writes) == 0 {
		return said
	}
	c.spots = c.places()
	for _, s := range c.spots {
		s.claim()
	}
	c.claimOwn()
	c.match()
	for _, s := range c.spots {
		if !s.special || s.p.Anywhere {
			c.property(s)
		}
	}
	c.news()
	return true
}

// sides finds the schemas of the document that belong to the kind.
func (c *comparer) sides() {
	c.reads, c.writes, c.missing = map[string]*side{}, map[string][]*side{}, map[string]bool{}
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
		reads := claim.Method == "GET" && claim.Prop == "" && (claim.Word == "list" || claim.Word == "get" || claim.Word == "self")
		partRead := claim.Method == "GET" && claim.Prop != "" && claim.Sent && (claim.Word == "part" || claim.Word == "list")
		writes := slices.Contains([]string{"update", "create", "part", "list.add", "list.update"}, claim.Word) && claim.Method != "GET" && claim.Sent
		op := c.ops.find(claim)
		switch {
		case op == nil:
			if claim.Sent && (reads || partRead || writes) {
				c.missing[claim.Prop+" "+way(claim)] = true
			}
			continue
		case reads && op.answer != nil && len(op.answer.names) > 0:
			c.addRead(op)
		case partRead && len(readers[opKey("GET", claim.Path)]) > 1:
			// Several properties are parts of one answer, each in its own way.
		case partRead && op.answer != nil && len(op.answer.names) > 0:
			c.reads[claim.Prop] = &side{tree: op.answer, taken: map[string]bool{}, call: "GET " + op.path}
		case writes && (op.body == nil || len(op.body.names) == 0):
			c.missing[claim.Prop+" "+way(claim)] = true // the call is there, and its body is not described
		case writes:
			c.writes[claim.Prop] = append(c.writes[claim.Prop], &side{tree: op.body, taken: map[string]bool{}, call: claim.Method + " " + op.path, creates: way(claim) == "create"})
		}
	}
}

// way parts calls into those that read, make and change.
func way(claim coverage.Claim) string {
	switch {
	case claim.Method == "GET":
		return "read"
	case claim.Word == "create" || claim.Word == "list.add":
		return "create"
	}
	return "update"
}

// addRead adds an answer that shows the object: the list and the object itself
// show the same; together they show most.
func (c *comparer) addRead(op *operation) {
	r := c.reads[""]
	if r == nil {
		r = &side{tree: &tree{names: map[string]*name{}}, taken: map[string]bool{}, call: "GET " + op.path}
		c.reads[""] = r
	}
	for p, n := range op.answer.names {
		if r.tree.names[p] == nil {
			r.tree.names[p] = n
		}
	}
}

// spot is a property with where the document would have it.
type spot struct {
	p       *model.Property
	special bool // its place depends on more than its name: claimed, not compared
	request string
	read    *side
	readAt  string
	writes  []*side
	also    []*side  // bodies that may take it too, and need not
	typed   []*side  // creates of the types that a kind has: some of them take it
	claims  []*side  // bodies that hold it for another reason, such as to name an entry
	names   []string // that bodies may use, with their place
	nested  string   // its place in a body of the shape of the answer

	found map[*side]*match
}

// places lays out the properties of the kind.
func (c *comparer) places() []*spot {
	var out []*spot
	c.kind.Spec.Walk(func(p *model.Property) {
		if p.Parent == nil || p.Name == "[]" {
			return
		}
		s := &spot{p: p, special: p.Anywhere || p.Lookup != nil || p.File != nil || p.Membership != nil || p.Shared, found: map[*side]*match{}}
		for at := p; at != nil; at = at.Parent {
			s.special = s.special || at.Cells != nil
		}
		if facts.Shown(p) {
			s.read, s.readAt = c.readOf(p)
		}
		if facts.Sent(p) && p != c.kind.Chooser() { // that one is said by the path
			c.bodiesOf(s)
		}
		if s.read != nil || len(s.writes) > 0 {
			out = append(out, s)
		}
	})
	return out
}

// bodiesOf finds the bodies that bring a property.
func (c *comparer) bodiesOf(s *spot) {
	p := s.p
	prefix, base := "", facts.BodyOf(p)
	if base.Name == "[]" && base.Parent.List == nil && len(base.Parent.Write) > 0 {
		// Written whole, with what is around the list.
		prefix = base.Parent.Write[0] + "[]."
		base = facts.BodyOf(base.Parent)
	}
	s.request = base.Path()
	if base.Name == "[]" {
		s.request = base.Parent.Path()
	}
	if base.Parent == nil {
		s.request = ""
	}
	for _, n := range append(slices.Clone(p.Write), p.Spellings...) {
		s.names = append(s.names, prefix+n)
	}
	s.nested = strings.Join(nestedPlace(p, base), ".")
	for _, w := range c.writes[s.request] {
		switch {
		case w.creates && p.UpdateOnly, !w.creates && (p.CreateOnly && !p.IfRefused || p.OneTime), !w.creates && !updated(p, base):
			s.claims = append(s.claims, w)
		case w.creates && s.request == "" && c.kind.Create != nil && !c.kind.Create.Takes(p):
			s.also = append(s.also, w)
		case w.creates && s.request == "" && c.kind.Create != nil && c.kind.Create.By != "":
			s.typed = append(s.typed, w)
		default:
			s.writes = append(s.writes, w)
		}
	}
	if len(s.writes) == 0 && len(s.typed) > 0 && !c.missing[s.request+" update"] {
		s.writes, s.typed = s.typed, nil
	}
}

// updated tells whether the call that changes an entry of a list takes a
// property: what names the entry stands in the path, and some take few.
func updated(p, base *model.Property) bool {
	if base.Name != "[]" || base.Parent.List == nil {
		return true
	}
	l := base.Parent.List
	if slices.Contains(l.Key, p.Name) || slices.Contains(l.MatchAny, p.Name) {
		return false
	}
	return l.Update == nil || len(l.Update.Fields) == 0 || slices.Contains(l.Update.Fields, p.Name)
}

// nestedPlace is where a property stands in a body that has the shape of the
// answer.
func nestedPlace(p, base *model.Property) []string {
	if p == base || p.Parent == nil || len(p.Read) == 0 && p.Parent == base {
		return p.Read
	}
	if p.Parent == base || p.Absolute {
		return p.Read
	}
	up := nestedPlace(p.Parent, base)
	if p.Name == "[]" {
		if len(up) == 0 {
			return nil
		}
		return append(append([]string(nil), up[:len(up)-1]...), up[len(up)-1]+"[]")
	}
	return append(append([]string(nil), up...), p.Read...)
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
	for _, w := range slices.Concat(s.writes, s.also, s.typed, s.claims) {
		for _, n := range append(slices.Clone(s.names), s.nested) {
			if w.tree.names[n] != nil {
				w.taken[n] = true
			}
		}
	}
}

// claimOwn marks what answers and bodies hold of the object itself: its id, its
// name, its place, who changed it.
func (c *comparer) claimOwn() {
	known := c.kind.KnownReadNames()
	// Kinds that share a list show each other's names there.
	for _, other := range c.cat.Kinds() {
		if c.kind.List != nil && other.List != nil && other.List.Path == c.kind.List.Path && other != c.kind {
			for n := range other.KnownReadNames() {
				known[n] = true
			}
		}
	}
	for prop, r := range c.reads {
		for at := range r.tree.names {
			switch {
			case prop == "" && (known[strings.ToLower(at)] || c.control(at)):
				r.taken[at] = true
			case c.ofEntry(at[strings.LastIndexByte(at, '.')+1:]) && strings.Contains(at, "[]"), prop != "" && c.ofEntry(at):
				r.taken[at] = true
			}
		}
	}
	for prop, list := range c.writes {
		for _, w := range list {
			for at := range w.tree.names {
				if _, known := c.kind.ReadOnly[at]; prop == "" && (known || c.control(at)) || prop != "" && c.ofEntry(at) {
					w.taken[at] = true
				}
			}
		}
	}
}

// ofEntry tells whether a name says which entry of a list one is, or where.
func (c *comparer) ofEntry(n string) bool {
	if strings.EqualFold(n, "id") || strings.EqualFold(n, "siteId") {
		return true
	}
	found := false
	c.kind.Spec.Walk(func(p *model.Property) {
		if l := p.List; l != nil && n != "" {
			found = found || slices.ContainsFunc([]string{l.ID, l.Priority, l.Rename, l.Add.Site}, func(s string) bool { return strings.EqualFold(s, n) })
		}
	})
	return found
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
	before := len(c.findings)
	read := s.found[s.read]
	c.readName(s, read)
	if s.p.Anywhere {
		c.somewhere(s)
	}
	update, create := c.writeName(s)
	if c.gone(s, read, update, create) {
		return
	}
	n := first(update, create)
	if n == nil && read.ok() {
		n = read.now
	}
	if n == nil {
		return
	}
	var shown *name
	if read.ok() {
		shown = read.now
	}
	c.types(s.p, n, shown)
	c.numbers(s.p, n, shown)
	if w := first(update, create); w != nil {
		c.bounds(s.p, w)
	}
	c.required(s)
	if len(c.findings) == before && c.layer.Properties[path] == nil {
		c.correction(path).Confirmed = true
		c.say(path, Confirmed, "as the built-in schema has it")
	}
}

func first(list ...*match) *name {
	for _, m := range list {
		if m.ok() {
			return m.now
		}
	}
	return nil
}

// somewhere compares a property that is read wherever it stands: a document tells
// where.
func (c *comparer) somewhere(s *spot) {
	if s.read == nil || !c.canMove(s.p) {
		return
	}
	last := s.p.Read[len(s.p.Read)-1]
	found := ""
	for at := range s.read.tree.names {
		if at == last || strings.HasSuffix(at, "."+last) && !strings.Contains(at, "[]") {
			if found != "" {
				return
			}
			found = at
		}
	}
	if found == "" {
		return
	}
	at := "/" + found
	c.correction(s.p.Path()).Read = &at
	c.say(s.p.Path(), OtherPlace, fmt.Sprintf("it is shown at %s (%s); the built-in schema looks for it everywhere", found, s.read.call))
}

// types notes a type that a property has not in the schemas: nothing can be
// confirmed then.
func (c *comparer) types(p *model.Property, list ...*name) {
	for _, n := range list {
		if n != nil && n.typ != "" && !compatible(n.typ, wireType(p)) {
			c.say(p.Path(), Question, fmt.Sprintf("the document has it as %s, the built-in schema as %s", n.typ, wireType(p)))
			return
		}
	}
}

// gone notes what the document no longer has, and tells whether that is all of
// the property.
func (c *comparer) gone(s *spot, read, update, create *match) bool {
	path := s.p.Path()
	readGone := read != nil && read.gone()
	written := update != nil || create != nil
	writeGone := written && (update == nil || update.gone()) && (create == nil || create.gone())
	switch {
	case readGone && (writeGone || !written && len(s.names) == 0):
		c.correction(path).Gone = true
		c.say(path, GoneName, fmt.Sprintf("%s no longer shows %s%s", s.read.call, s.readAt, andBodies(s)))
		return true
	case read == nil && !facts.Shown(s.p) && writeGone:
		c.correction(path).Gone = true
		c.say(path, GoneName, strings.TrimPrefix(andBodies(s), ", and "))
		return true
	case writeGone && read.ok():
		c.correction(path).ReadOnly = true
		c.say(path, NotWritten, fmt.Sprintf("%s takes no %s any more, and it is still shown", s.writes[0].call, strings.Join(s.names, " or ")))
	case readGone && first(update, create) != nil && s.read != nil:
		c.correction(path).WriteOnly = true
		c.say(path, NotShown, fmt.Sprintf("%s no longer shows %s, and bodies still take it", s.read.call, s.readAt))
	case update != nil && create != nil && update.gone() && create.ok() && !s.p.CreateOnly && !s.p.IfRefused:
		c.correction(path).CreateOnly = true
		c.say(path, NotWritten, fmt.Sprintf("%s takes no %s any more, a create still does", callOf(s, false), strings.Join(s.names, " or ")))
	case update != nil && create != nil && create.gone() && update.ok() && !s.p.UpdateOnly:
		c.correction(path).UpdateOnly = true
		c.say(path, NotWritten, fmt.Sprintf("%s takes no %s, an update does", callOf(s, true), strings.Join(s.names, " or ")))
	}
	return false
}

func callOf(s *spot, creates bool) string {
	for _, w := range s.writes {
		if w.creates == creates {
			return w.call
		}
	}
	return ""
}

func andBodies(s *spot) string {
	if len(s.writes) == 0 {
		return ""
	}
	return ", and " + s.writes[0].call + " takes no " + strings.Join(s.names, " or ")
}

// readName takes over where answers show a property.
func (c *comparer) readName(s *spot, m *match) {
	if m == nil {
		return
	}
	path := s.p.Path()
	switch m.how {
	case asWas:
	case moved:
		at := "/" + m.now.path
		c.correction(path).Read = &at
		c.say(path, OtherPlace, fmt.Sprintf("%s is shown at %s (%s)", s.readAt, m.now.path, s.read.call))
	case renamed:
		last := lastStep(m.now.path)
		own := strings.Join(s.p.Read, ".")
		to := own[:strings.LastIndexByte(own, '.')+1] + last
		c.correction(path).Read = &to
		c.say(path, Renamed, fmt.Sprintf("%s is %s in answers: %s (%s)", s.readAt, m.now.path, m.why, s.read.call))
	case asked:
		c.say(path, Question, fmt.Sprintf("%s no longer shows %s; which of these is it?", s.read.call, s.readAt), m.choices...)
	case lost, silent: // said for the property as a whole
	}
}

// writeName takes over what bodies call a property: those that change and those
// that make an object apart.
func (c *comparer) writeName(s *spot) (update, create *match) {
	for _, w := range slices.Concat(s.writes, s.typed) {
		m := s.found[w]
		if m == nil || m.how == silent {
			continue
		}
		of := &update
		if w.creates {
			of = &create
		}
		if *of == nil || !(*of).ok() && m.ok() || (*of).gone() && m.how == asked {
			*of = m
		}
	}
	for _, incomplete := range []struct {
		m   **match
		way string
	}{{&update, "update"}, {&create, "create"}} {
		// Nothing is gone as long as pages are missing.
		if *incomplete.m != nil && (*incomplete.m).gone() && (c.missing[s.request+" update"] || c.missing[s.request+" create"]) {
			*incomplete.m = nil
		}
	}
	path := s.p.Path()
	to := ""
	for _, m := range []*match{update, create} {
		if m == nil {
			continue
		}
		if m.how == asked {
			c.say(path, Question, fmt.Sprintf("%s takes no %s; which of these is it?", m.side.call, strings.Join(s.names, " or ")), m.choices...)
			return update, create
		}
		if m.how == asWas || !m.ok() {
			if m.ok() && to == "" {
				to = s.names[0]
			}
			continue
		}
		at := m.now.path
		if i := strings.LastIndex(at, "[]."); i >= 0 && bodyPrefix(s) != "" {
			at = at[i+3:] // the list itself says where it is
		}
		switch {
		case to == "":
			to = at
			c.correction(path).Write = &to
		case to != at:
			c.correction(path).CreateAs = &at
		default:
			continue // the create calls it as the update does
		}
		what := Renamed
		if m.how == moved {
			what = OtherPlace
		}
		c.say(path, what, fmt.Sprintf("%s is %s in bodies: %s (%s)", strings.Join(s.names, " or "), m.now.path, m.why, m.side.call))
	}
	return update, create
}

// bodyPrefix is the place of the list that a property's entry is written whole in.
func bodyPrefix(s *spot) string {
	if i := strings.LastIndex(s.names[0], "[]."); i >= 0 {
		return s.names[0][:i+3]
	}
	return ""
}

func lastStep(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }

// canMove tells whether a read name may be given from the root of the answer:
// entries and parts have places of their own.
func (c *comparer) canMove(p *model.Property) bool {
	return facts.BodyOf(p).Parent == nil && !p.Structured() && !strings.Contains(facts.ReadAt(p, c.kind.Spec), "[]")
}

// wireType is the type that a property has on the wire.
func wireType(p *model.Property) string {
	switch {
	case p.Enum != nil && !p.Flags, p.Flags, len(p.Ref) > 0 && p.RefBy == "" && p.Type != model.TypeArray:
		return "integer"
	case p.Codec == "ipRanges":
		return "object"
	case strings.HasPrefix(string(p.Codec), "separated:"):
		return "string"
	}
	return string(p.Type)
}

// numbers compares an enumeration: by name where the document has names.
func (c *comparer) numbers(p *model.Property, n, shown *name) {
	nums := n.numbers
	if len(nums) == 0 && shown != nil {
		nums = shown.numbers
	}
	if p.Enum == nil {
		return
	}
	if !anyNamed(nums) {
		if len(p.Enum.ByName) > 0 {
			c.say(p.Path(), NoNumbers, "the document does not say what its numbers mean")
		}
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

func anyNamed(nums map[int64]string) bool {
	for _, label := range nums {
		if label != "" {
			return true
		}
	}
	return false
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
	if facts.BodyOf(s.p).Parent != nil {
		return
	}
	for _, w := range s.writes {
		m := s.found[w]
		if !w.creates || m == nil || len(w.tree.required) == 0 && s.p.RequiredOnCreate {
			continue // a document without any required names says nothing of them
		}
		if !m.ok() {
			continue
		}
		needs := w.tree.required[m.now.path]
		if needs == s.p.RequiredOnCreate {
			return
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
