package contract

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"rassync/internal/coverage"
	"rassync/internal/model"
)

// operations are those of a document beside those that the schemas know of.
type operations struct {
	doc *Document
	// claims are the calls of each kind; claimed are all of them and the rest of
	// the list of operations.
	claims  map[string][]coverage.Claim
	claimed map[string]coverage.Claim
	listed  map[string]bool
	// whole: the document has most operations, so that what it lacks is gone.
	whole bool
	// moved are operations that the document has at another path.
	moved map[string]*operation
	used  map[string]bool
}

func newOperations(cat *model.Catalog, d *Document, known []coverage.Operation) *operations {
	o := &operations{doc: d, claims: map[string][]coverage.Claim{}, claimed: map[string]coverage.Claim{}, listed: map[string]bool{}, moved: map[string]*operation{}, used: map[string]bool{}}
	for _, op := range known {
		o.listed[opKey(op.Method, op.Path)] = true
	}
	have := 0
	for _, k := range cat.Kinds() {
		o.claims[k.Name] = coverage.ClaimsOf(cat, k)
		for _, claim := range o.claims[k.Name] {
			key := opKey(claim.Method, claim.Path)
			if _, twice := o.claimed[key]; twice {
				continue
			}
			o.claimed[key] = claim
			if d.ops[key] != nil {
				have++
			}
		}
	}
	o.whole = 3*have >= 2*len(o.claimed)
	return o
}

// find gives the operation of a claim, at whatever path the document has it.
func (o *operations) find(claim coverage.Claim) *operation {
	key := opKey(claim.Method, claim.Path)
	if op := o.doc.ops[key]; op != nil {
		return op
	}
	return o.moved[key]
}

// findings lists operations that nobody knows, and known ones that are gone.
func (o *operations) findings() []Finding {
	var out []Finding
	for key, op := range o.doc.ops {
		if _, claimed := o.claimed[key]; !claimed && !o.listed[key] && !o.used[key] && strings.HasPrefix(strings.ToLower(op.path), "/api/") {
			out = append(out, Finding{What: UnknownCall, Text: op.method + " " + op.path + ": no kind calls it"})
		}
	}
	if !o.whole {
		return out
	}
	for key, claim := range o.claimed {
		if claim.Sent && o.doc.ops[key] == nil && o.moved[key] == nil {
			out = append(out, Finding{Kind: claim.By, Path: claim.Prop, What: GoneOperation, Text: claim.Method + " " + claim.Path + " is not in the document"})
		}
	}
	return out
}

// unknown are the operations of the document that nobody claims.
func (o *operations) unknown() []*operation {
	var out []*operation
	for key, op := range o.doc.ops {
		if _, claimed := o.claimed[key]; !claimed && !o.listed[key] && !o.used[key] {
			out = append(out, op)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].path+out[i].method < out[j].path+out[j].method })
	return out
}

// calls compares where the calls of a kind go and how they name the site; it
// tells whether the document says anything of that.
func (c *comparer) calls() bool {
	c.movedKind()
	c.movedParts()
	said := false
	calls := &Calls{}
	for _, claim := range c.ops.claims[c.kind.Name] {
		op := c.ops.find(claim)
		if op == nil || claim.Prop != "" {
			continue
		}
		switch claim.Word {
		case "list":
			if c.kind.List != nil && claim.Path == c.kind.List.Path {
				said = true
				c.siteOfList(calls, op)
			}
		case "self":
			if c.kind.SiteQuery != "" {
				said = true
				c.siteOfSingleton(calls, op)
			}
		case "create":
			said = true
			c.siteOfCreate(calls, op)
		case "update":
			said = true
			c.shapeOfUpdate(calls, op)
		}
	}
	if c.layer.Calls == nil {
		c.layer.Calls = calls
	} else {
		merge(c.layer.Calls, calls)
	}
	c.layer.Calls = c.layer.Calls.tidy()
	return said
}

// tidy leaves out what says nothing.
func (c *Calls) tidy() *Calls {
	if c.count() == 0 {
		return nil
	}
	if c.List != nil && *c.List == (ListCall{}) {
		c.List = nil
	}
	if m := c.Create; m != nil && m.Path == "" && len(m.Paths) == 0 && m.Site == "" && m.SiteName == "" {
		c.Create = nil
	}
	if c.Update != nil && *c.Update == (UpdateCall{}) {
		c.Update = nil
	}
	if c.Delete != nil && c.Delete.Path == "" {
		c.Delete = nil
	}
	return c
}

// merge lays further corrections of calls over others.
func merge(into, more *Calls) {
	if more.SiteQuery != "" {
		into.SiteQuery = more.SiteQuery
	}
	if more.List != nil {
		if into.List == nil {
			into.List = &ListCall{}
		}
		into.List.Site = more.List.Site
	}
	if more.Create != nil {
		if into.Create == nil {
			into.Create = &CreateCall{}
		}
		into.Create.Site, into.Create.SiteName = more.Create.Site, more.Create.SiteName
	}
	if more.Update != nil {
		if into.Update == nil {
			into.Update = &UpdateCall{}
		}
		into.Update.Shape = more.Update.Shape
	}
}

// siteName finds the one query of an operation that picks a site, if the known
// one is not there.
func siteName(op *operation, known string) (string, bool) {
	if slices.ContainsFunc(op.query, func(q string) bool { return strings.EqualFold(q, known) }) {
		return "", true
	}
	var like []string
	for _, q := range op.query {
		if strings.Contains(strings.ToLower(q), "site") && !slices.Contains(like, q) {
			like = append(like, q)
		}
	}
	if len(like) != 1 {
		return "", false
	}
	return like[0], true
}

func (c *comparer) siteOfList(calls *Calls, op *operation) {
	if c.kind.List.Site == "" || len(op.query) == 0 && op.method == "GET" {
		return
	}
	name, ok := siteName(op, c.kind.List.Site)
	switch {
	case !ok:
		c.say("", Question, fmt.Sprintf("GET %s takes no query %s; how does it know the site?", op.path, c.kind.List.Site), op.query...)
	case name != "":
		calls.List = &ListCall{Site: name}
		c.say("", OtherCall, fmt.Sprintf("GET %s takes the site as %s and not %s", op.path, name, c.kind.List.Site))
	}
}

func (c *comparer) siteOfSingleton(calls *Calls, op *operation) {
	if len(op.query) == 0 {
		return // some pages leave the query out; the call takes it all the same
	}
	name, ok := siteName(op, c.kind.SiteQuery)
	switch {
	case !ok:
		c.say("", Question, fmt.Sprintf("%s %s takes no query %s; how does it know the site?", op.method, op.path, c.kind.SiteQuery), op.query...)
	case name != "":
		calls.SiteQuery = name
		c.say("", OtherCall, fmt.Sprintf("%s %s takes the site as %s and not %s", op.method, op.path, name, c.kind.SiteQuery))
	}
}

// siteOfCreate compares how a create names the site: in the body, in the query,
// or in both.
func (c *comparer) siteOfCreate(calls *Calls, op *operation) {
	m := c.kind.Create
	if m == nil || m.Site == "none" || op.body == nil || len(op.body.names) == 0 {
		return
	}
	inBody, inQuery := "", ""
	for _, n := range op.body.below("") {
		if strings.EqualFold(n.path, m.SiteName) || strings.EqualFold(n.path, "siteId") {
			inBody = n.path
		}
	}
	for _, q := range op.query {
		if strings.EqualFold(q, m.SiteName) || strings.EqualFold(q, "siteId") {
			inQuery = q
		}
	}
	site := map[[2]bool]string{{true, false}: "body", {false, true}: "query", {true, true}: "both"}[[2]bool{inBody != "", inQuery != ""}]
	if site == "" || site == string(m.Site) || m.Site == "body" && inBody != "" || m.Site == "query" && inQuery != "" {
		return
	}
	calls.Create = &CreateCall{Site: site}
	if name := inBody + inQuery; site != "both" && name != m.SiteName {
		calls.Create.SiteName = name
	}
	c.say("", OtherCall, fmt.Sprintf("POST %s takes the site in: %s (the built-in schema has: %s)", op.path, site, m.Site))
}

// shapeOfUpdate ends the choice of shapes where the document shows the body.
func (c *comparer) shapeOfUpdate(calls *Calls, op *operation) {
	if c.kind.Update == nil || len(c.kind.Update.Shapes) < 2 || op.body == nil || len(op.body.names) == 0 {
		return
	}
	// Names that stand in objects of the body are corrected one by one, so that
	// the rest of it is flat.
	calls.Update = &UpdateCall{Shape: "flat"}
}

// movedKind notices that all calls of a kind have gone to one other path.
//
//nolint:funlen // one case after another
func (c *comparer) movedKind() {
	k := c.kind
	base := baseOf(k)
	if base == "" || !c.ops.whole {
		return
	}
	own := 0
	for _, claim := range c.ops.claims[k.Name] {
		if !claim.Sent || !below(claim.Path, base) {
			continue
		}
		if c.ops.doc.ops[opKey(claim.Method, claim.Path)] != nil {
			return
		}
		if claim.Prop == "" {
			own++
		}
	}
	if own == 0 {
		return
	}
	var fits []string
	for _, op := range c.ops.unknown() {
		to := strings.TrimSuffix(op.path, "/")
		if op.method != "GET" || strings.HasSuffix(to, "}") || op.answer == nil {
			continue
		}
		hits := 0
		for _, claim := range c.ops.claims[k.Name] {
			if claim.Sent && claim.Prop == "" && below(claim.Path, base) && c.ops.doc.ops[opKey(claim.Method, to+claim.Path[len(base):])] != nil {
				hits++
			}
		}
		if 3*hits >= 2*own && c.resembles(op) {
			fits = append(fits, to)
		}
	}
	switch {
	case len(fits) == 0:
		return
	case len(fits) > 1:
		c.say("", Question, "the calls below "+base+" are gone; which of these are they?", fits...)
		return
	}
	to := fits[0]
	for _, claim := range c.ops.claims[k.Name] {
		if !below(claim.Path, base) {
			continue
		}
		at := opKey(claim.Method, to+claim.Path[len(base):])
		if op := c.ops.doc.ops[at]; op != nil {
			c.ops.moved[opKey(claim.Method, claim.Path)] = op
			c.ops.used[at] = true
		}
	}
	change := func(path string) string {
		if path == "" || !below(path, base) {
			return ""
		}
		return to + path[len(base):]
	}
	calls := &Calls{Self: change(k.Self)}
	if k.Get != "" && k.Get != k.Self {
		calls.Get = change(k.Get)
	}
	if k.List != nil {
		calls.List = &ListCall{Path: change(k.List.Path)}
	}
	if k.Create != nil {
		calls.Create = &CreateCall{Path: change(k.Create.Path)}
		for by, path := range k.Create.Paths {
			if p := change(path); p != "" {
				if calls.Create.Paths == nil {
					calls.Create.Paths = map[string]string{}
				}
				calls.Create.Paths[by] = p
			}
		}
	}
	if k.Update != nil {
		calls.Update = &UpdateCall{Path: change(k.Update.Path)}
	}
	if k.Delete != "" {
		calls.Delete = &PathCall{Path: change(k.Delete)}
	}
	c.layer.Calls = calls
	c.say("", OtherCall, fmt.Sprintf("what was below %s is below %s: all calls of the kind are gone, and these are new and show the same names", base, to))
}

func below(path, base string) bool {
	return strings.EqualFold(path, base) || len(path) > len(base) && strings.EqualFold(path[:len(base)], base) && path[len(base)] == '/'
}

// baseOf is the path that all calls of a kind begin with.
func baseOf(k *model.Kind) string {
	if k.Shape == model.OrderShape || len(k.Filter) > 0 || k.Tree != nil {
		return ""
	}
	base := k.Self
	if i := strings.Index(base, "/{"); i >= 0 {
		base = base[:i]
	}
	return base
}

// resembles tells whether an answer shows most names of the kind.
func (c *comparer) resembles(op *operation) bool {
	known, hits, all := c.kind.KnownReadNames(), 0, 0
	for _, n := range op.answer.below("") {
		all++
		if known[strings.ToLower(n.path)] {
			hits++
		}
	}
	return all > 1 && 2*hits > all
}

// movedParts notices that a part or a list of the kind has gone to another path
// below its object.
func (c *comparer) movedParts() {
	c.kind.Spec.Walk(func(p *model.Property) {
		at := ""
		switch {
		case p.Part != nil:
			at = p.Part.At
		case p.List != nil && p.List.At != "" && !strings.HasPrefix(p.List.At, "/"):
			at = p.List.At
		default:
			return
		}
		var gone []coverage.Claim
		base := ""
		for _, claim := range c.ops.claims[c.kind.Name] {
			if claim.Prop != p.Path() || !claim.Sent {
				continue
			}
			if c.ops.find(claim) != nil {
				return
			}
			i := strings.Index(strings.ToLower(claim.Path), "/"+strings.ToLower(at))
			if i < 0 || p.List != nil && p.List.Get != "" && claim.Method == "GET" {
				continue
			}
			gone, base = append(gone, claim), claim.Path[:i]
		}
		if len(gone) == 0 || !c.ops.whole {
			return
		}
		c.movedPart(p, gone, base, at)
	})
}

func (c *comparer) movedPart(p *model.Property, gone []coverage.Claim, base, at string) {
	var fits []string
	for _, op := range c.ops.unknown() {
		if op.method != gone[0].Method {
			continue
		}
		rest := gone[0].Path[len(base)+1+len(at):] // behind the part: /{entry}
		prefix := parameter.ReplaceAllString(strings.ToLower(base), "{}") + "/"
		path := parameter.ReplaceAllString(op.path, "{}")
		tail := parameter.ReplaceAllString(rest, "{}")
		if !strings.HasPrefix(strings.ToLower(path), prefix) || !strings.HasSuffix(strings.ToLower(path), strings.ToLower(tail)) || len(path) <= len(prefix)+len(tail) {
			continue
		}
		to := path[len(prefix) : len(path)-len(tail)]
		if strings.Contains(to, "{") || slices.Contains(fits, to) {
			continue
		}
		if op.body != nil && !c.bodyResembles(p, op.body) {
			continue
		}
		fits = append(fits, to)
	}
	if len(fits) == 0 {
		return
	}
	if len(fits) > 1 {
		c.say(p.Path(), Question, fmt.Sprintf("%s %s is gone; which of these is it?", gone[0].Method, gone[0].Path), fits...)
		return
	}
	to := fits[0]
	for _, claim := range gone {
		key := opKey(claim.Method, base+"/"+to+claim.Path[len(base)+1+len(at):])
		if op := c.ops.doc.ops[key]; op != nil {
			c.ops.moved[opKey(claim.Method, claim.Path)] = op
			c.ops.used[key] = true
		}
	}
	c.correction(p.Path()).Path = &to
	c.say(p.Path(), OtherCall, fmt.Sprintf("%s %s is gone, and the same below %s is new", gone[0].Method, gone[0].Path, to))
}

// bodyResembles tells whether a body takes at least half of what a part or an
// entry of a list is written with.
func (c *comparer) bodyResembles(p *model.Property, body *tree) bool {
	of := p
	if p.Type == model.TypeArray && p.Items != nil {
		of = p.Items
	}
	all, hits := 0, 0
	of.Walk(func(q *model.Property) {
		if len(q.Write) == 0 || q.NoWrite || q.Structured() {
			return
		}
		all++
		for _, n := range q.Write {
			if body.names[n] != nil {
				hits++
				break
			}
		}
	})
	return all > 0 && 2*hits >= all
}
