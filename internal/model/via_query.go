package model

// QueryWord is a parameter of the create.
type QueryWord struct {
	Name   string `word:"name" doc:"of the parameter"`
	Invert bool   `word:"invert" doc:"the parameter says the opposite"`
}

// calls: the create is the kind's own.
func (*QueryWord) calls(CallPlace) []Call { return nil }
