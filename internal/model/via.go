package model

import "strings"

// Via is how a property travels: one of these words, or a part that holds a
// list, or a list that is a matrix.
type Via struct {
	QueryWord  *QueryWord  `word:"query" doc:"as a parameter of the create"`
	Call       string      `word:"call" is:"path" doc:"by a PUT of its own without a body"` // with {value}
	Lookup     *LookupRead `word:"lookup" doc:"read from elsewhere"`
	Part       *Part       `word:"part" doc:"written through a path of its own"`
	List       *List       `word:"list" doc:"changed entry by entry"`
	File       *File       `word:"file" doc:"the value is a file beside the document"`
	Cells      *Cells      `word:"cells" doc:"a matrix that is read whole and written value by value"`
	Membership *Membership `word:"membership" doc:"the object's place in a group"`
}

// clash tells whether there are several ways that exclude each other: a part, a
// list and a matrix go together.
func (v *Via) clash() bool {
	together, alone := 0, 0
	for _, t := range v.transports() {
		switch t.(type) {
		case *Part, *List, *Cells:
			together = 1
		default:
			alone++
		}
	}
	return together+alone > 1
}

// Transport is a way in which a property travels. Each is one file, via_*.go:
// its words, what they must not say, and the calls that it makes. Reading and
// sending is done by packages export and apply.
type Transport interface {
	// calls lists the operations for a property of an object or entry at base.
	calls(at CallPlace) []Call
}

// CallPlace is where a property stands.
type CallPlace struct {
	Catalog *Catalog
	Kind    *Kind
	Prop    *Property
	Base    string // path of the object, or of the entry of a list that encloses the property
}

// Call is an operation that follows from a word.
type Call struct {
	Method, Path, Word string
	// Sent tells whether the call is really made. What a read answers may come
	// by a wider read instead.
	Sent bool
	// Seen is the page that documents a call which the list of operations
	// lacks; "" for all others.
	Seen string
}

// transports are the ways in which the property travels, in a fixed order.
func (v *Via) transports() []Transport {
	var out []Transport
	add := func(is bool, t Transport) {
		if is {
			out = append(out, t)
		}
	}
	add(v.QueryWord != nil, v.QueryWord)
	add(v.Part != nil, v.Part)
	add(v.Lookup != nil, v.Lookup)
	add(v.File != nil, v.File)
	add(v.Call != "", callVia(v.Call))
	add(v.Cells != nil, v.Cells)
	add(v.Membership != nil, v.Membership)
	add(v.List != nil, v.List)
	return out
}

// Calls lists the operations by which a property travels, where bodies of the
// object do not carry it.
func (at CallPlace) Calls() []Call {
	var out []Call
	for _, t := range at.Prop.transports() {
		out = append(out, t.calls(at)...)
	}
	return out
}

// self puts the object's path in place of {self}.
func (at CallPlace) self(path string) string {
	return strings.ReplaceAll(path, "{self}", at.Kind.Self)
}

// PathBelow appends a relative path; one that starts with a slash stands alone.
func PathBelow(base, at string) string {
	if strings.HasPrefix(at, "/") {
		return at
	}
	if at == "" {
		return base
	}
	return base + "/" + at
}
