package model

// Membership is an object's place in a group that is written on the group.
type Membership struct {
	Of     string       `word:"of" doc:"kind of the group"`
	At     string       `word:"at" doc:"path below the group"`
	Bodies []MemberBody `word:"bodies" doc:"bodies, the likeliest first"`
}

// MemberBody is the name of the property that holds the ids; "" is an array of
// them.
type MemberBody string

type memberArray string

// Words is the only value.
func (memberArray) Words() []string { return []string{"array"} }

type memberProperty struct {
	Property string `word:"property" doc:"name of the property that holds the ids"`
}

// Forms are "array" and a property.
func (*MemberBody) Forms() []any { return []any{memberArray(""), memberProperty{}} }

// Take sets it.
func (b *MemberBody) Take(v any) {
	if p, ok := v.(memberProperty); ok {
		*b = MemberBody(p.Property)
	}
}

// calls are the read and the write of the group's members.
func (m *Membership) calls(at CallPlace) []Call {
	of := at.Catalog.Kind(m.Of)
	if of == nil {
		return nil
	}
	path := PathBelow(of.Self, m.At)
	return []Call{{Method: "GET", Path: path, Word: "membership", Sent: true}, {Method: "PUT", Path: path, Word: "membership", Sent: true}}
}
