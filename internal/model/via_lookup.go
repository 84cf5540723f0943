package model

// LookupRead is a value that is read from another list.
type LookupRead struct {
	Path  string            `word:"path" is:"path" doc:"read of the list"`
	Query map[string]string `word:"query" doc:"of that read"`
	Where Predicate         `word:"where" doc:"read name -> values of the element"`
	Read  string            `word:"read" doc:"read name of the value"`
}

// calls is the read of the list.
func (l *LookupRead) calls(CallPlace) []Call {
	return []Call{{Method: "GET", Path: l.Path, Word: "lookup", Sent: true}}
}
