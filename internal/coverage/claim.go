package coverage

import (
	"strings"

	"rassync/internal/model"
)

// Tool is the claimant of what rassync itself calls.
const Tool = "rassync"

// Claim is an operation that is taken care of: by a kind, or by rassync
// itself.
type Claim struct {
	Method string
	Path   string
	By     string // name of the kind, or Tool
	Family string
	Word   string // the word of the schema that it follows from
	// Prop is the yaml path of the property whose word it is; "" for words of
	// the kind.
	Prop string
	// Sent tells whether the call is really made. What a read answers may
	// come by a wider read instead.
	Sent bool
	// Seen is the page that documents a call which the list of operations
	// lacks; "" for all others.
	Seen string
}

// Claims derives from the schemas every operation that the kinds take care
// of, in the order of kinds and properties.
func Claims(cat *model.Catalog) []Claim {
	out := []Claim{
		{"POST", "/api/Session/logon", Tool, toolFamily, "logon", "", true, ""},
		{"POST", "/api/Session/logoff", Tool, toolFamily, "logoff", "", true, ""},
		{"POST", "/api/Settings/apply", Tool, toolFamily, "apply", "", true, ""},
		{"GET", "/api/WebService/version", Tool, toolFamily, "version", "", true, ""},
	}
	for _, k := range cat.Kinds() {
		out = append(out, ClaimsOf(cat, k)...)
	}
	return out
}

// ClaimsOf derives the claims of one kind. An operation can be claimed more
// than once, by several words.
func ClaimsOf(cat *model.Catalog, k *model.Kind) []Claim {
	c := claimant{cat: cat, kind: k}
	c.ofKind()
	c.below(k.Spec, k.Self)
	return c.claims
}

// claimant collects the claims of one kind.
type claimant struct {
	cat    *model.Catalog
	kind   *model.Kind
	prop   *model.Property // whose words are read now; nil: the kind's own
	claims []Claim
}

func (c *claimant) add(method, path, word string, sent bool) {
	if path == "" {
		return
	}
	prop := ""
	if c.prop != nil {
		prop = c.prop.Path()
	}
	c.claims = append(c.claims, Claim{method, path, c.kind.Name, c.kind.Family, word, prop, sent, ""})
}

func (c *claimant) ofKind() {
	k := c.kind
	if k.List != nil {
		c.add("GET", k.List.Path, "list", true)
	}
	switch {
	case k.Get != "":
		c.add("GET", k.Get, "get", true)
	case k.NoRead:
	case k.Shape == model.Singleton:
		c.add("GET", k.Self, "self", true)
	case k.Shape == model.Collection:
		c.add("GET", k.Self, "list", false)
	}
	for _, call := range k.CreateCalls() {
		c.add("POST", call.Path, "create", true)
	}
	if k.Update != nil {
		c.add("PUT", k.Update.Path, "update", true)
	}
	c.add("DELETE", k.Delete, "delete", true)
	if k.Tree != nil {
		c.add("POST", k.Tree.Move, "move", true)
		if k.Tree.All != "" {
			c.add("GET", k.Tree.All, "list", true)
		}
	}
	if k.Order != nil {
		c.ofOrder(k.Order)
	}
	for _, operation := range k.SameAs {
		method, path, _ := strings.Cut(operation, " ")
		c.add(method, path, "sameAs", false)
	}
}

func (c *claimant) ofOrder(o *model.Order) {
	for _, name := range o.Of {
		of := c.cat.Kind(name)
		if of == nil {
			continue
		}
		if o.Path != "" {
			c.add("PUT", strings.ReplaceAll(o.Path, "{self}", of.Self), "order", true)
		} else if of.Tree != nil {
			c.add("POST", of.Tree.Move, "order", true)
		}
	}
}

// below walks the properties; base is the path of the object, or of the
// entry of a list that encloses them.
func (c *claimant) below(p *model.Property, base string) {
	c.prop = p
	if part := p.Part; part != nil {
		at := under(base, part.At)
		c.add("GET", at, "part", part.Get)
		if part.Put {
			c.add("PUT", at, "part", true)
		}
	}
	if p.Lookup != nil {
		c.add("GET", p.Lookup.Path, "lookup", true)
	}
	if p.File != nil {
		c.ofFile(p.File)
	}
	if p.Call != "" {
		c.add("PUT", strings.ReplaceAll(p.Call, "{self}", c.kind.Self), "call", true)
	}
	if p.Cells != nil {
		c.add(string(p.Cells.Method), under(base, p.Cells.At), "cells", true)
	}
	if p.Membership != nil {
		c.ofMembership(p.Membership)
	}
	inner := base
	if p.List != nil {
		inner = c.ofList(p, base)
	}
	for _, sub := range p.Props {
		c.below(sub, base)
	}
	if p.Items != nil {
		c.below(p.Items, inner)
	}
}

// ofFile claims the calls of a file. One whose body is not known is taken care
// of, in that a difference is shown, and never sent.
func (c *claimant) ofFile(f *model.File) {
	if f.Get != "" {
		c.add("GET", strings.ReplaceAll(f.Get, "{self}", c.kind.Self), "file", true)
		c.claims[len(c.claims)-1].Seen = f.Seen
	}
	if f.Put != nil {
		c.add(string(f.Put.Method), strings.ReplaceAll(f.Put.Path, "{self}", c.kind.Self), "file.put", len(f.Put.Fields) > 0)
	}
}

func (c *claimant) ofMembership(m *model.Membership) {
	of := c.cat.Kind(m.Of)
	if of == nil {
		return
	}
	at := under(of.Self, m.At)
	c.add("GET", at, "membership", true)
	c.add("PUT", at, "membership", true)
}

// ofList claims the calls of a list and gives the path of one entry.
func (c *claimant) ofList(p *model.Property, base string) string {
	l := p.List
	if l.At == "" && l.Get == "" {
		return base // written with what encloses it, or cell by cell
	}
	at := under(base, l.At)
	entry := under(at, "{entry}")
	place := func(call model.EntryCall) string {
		if call.By == "body" {
			return at
		}
		return entry
	}
	read := at
	if l.Get != "" {
		read = under(base, l.Get)
	}
	c.add("GET", read, "list", l.Get != "")
	c.add("GET", entry, "list", false)
	if !l.NoAdd {
		c.add("POST", place(l.Add), "list.add", true)
	}
	if !l.NoRemove {
		c.add("DELETE", place(l.Remove), "list.remove", true)
	}
	if l.Update != nil {
		// An entry that is a plain text is its own key: another one is removed
		// and added.
		c.add("PUT", place(*l.Update), "list.update", p.Items != nil && p.Items.Type == model.TypeObject)
	}
	return entry
}

// under appends a relative path; one that starts with a slash stands alone.
func under(base, at string) string {
	if strings.HasPrefix(at, "/") {
		return at
	}
	if at == "" {
		return base
	}
	return base + "/" + at
}
