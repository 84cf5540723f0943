package model

// Part is a group of properties with a path of its own.
type Part struct {
	At     string      `word:"at" doc:"path below the object"`
	Get    bool        `word:"get" doc:"must be read there"`
	Put    bool        `word:"put,either" doc:"is written there"`
	Costly bool        `word:"costly" doc:"read only when asked for"`
	Shapes []BodyShape `word:"shapes" doc:"bodies of the PUT"` // none = those of the object
}

// Defaults of a part.
func (p *Part) Defaults() { p.Put = true }

// calls are the read and the write of the part.
func (p *Part) calls(at CallPlace) []Call {
	path := PathBelow(at.Base, p.At)
	out := []Call{{Method: "GET", Path: path, Word: "part", Sent: p.Get}}
	if p.Put {
		out = append(out, Call{Method: "PUT", Path: path, Word: "part", Sent: true})
	}
	return out
}
