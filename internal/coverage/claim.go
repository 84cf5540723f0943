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
	at := model.CallPlace{Catalog: c.cat, Kind: c.kind, Prop: p, Base: base}
	for _, call := range at.Calls() {
		c.add(call.Method, call.Path, call.Word, call.Sent)
		if call.Seen != "" {
			c.claims[len(c.claims)-1].Seen = call.Seen
		}
	}
	for _, sub := range p.Props {
		c.below(sub, base)
	}
	if p.Items != nil {
		c.below(p.Items, at.EntryBase())
	}
}
