package model

// callVia is the path of a PUT of its own, without a body.
type callVia string

func (c callVia) calls(at CallPlace) []Call {
	return []Call{{Method: "PUT", Path: at.self(string(c)), Word: "call", Sent: true}}
}
