package model

import (
	"rassync/internal/vocabulary"
)

// List is an array that is changed entry by entry.
type List struct {
	At               string     `word:"at" doc:"path below the object"`
	Mode             EntryMode  `word:"mode" doc:"how entries are compared"`
	Key              []string   `word:"key" doc:"yaml names that an entry is known by"`
	MatchAny         []string   `word:"matchAny" doc:"entries are the same if one of these is"`
	ID               string     `word:"id" doc:"read name of the entry's id"`
	Get              string     `word:"get" doc:"path of a read of its own"`
	Costly           bool       `word:"costly" doc:"read only when asked for"`
	AddWord          EntryWord  `word:"add" doc:"how an entry is added"`
	RemoveWord       EntryWord  `word:"remove" doc:"how an entry is removed"`
	Update           *EntryCall `word:"update" doc:"how an entry is changed"`
	Priority         string     `word:"priority" doc:"read name of the place"`
	PriorityWritable bool       `word:"priorityWritable" doc:"updates take the place"`
	Answer           Answer     `word:"answer" doc:"what adding answers"`
	TextAs           string     `word:"textAs" doc:"property that an element which is a plain text is read as"`
	Twins            bool       `word:"twins" doc:"several entries may have the same key"`
	First            bool       `word:"first" doc:"a new object may already hold one entry"`
	Rename           string     `word:"rename" doc:"name of the new name in the entry's update"`
	Skip             []Skip     `word:"skip" doc:"entries that are no configuration"`

	Add      EntryCall
	Remove   EntryCall
	NoAdd    bool // entries come by themselves: the API has no call to add one
	NoRemove bool
}

// EntryCall says how an entry of a list is named in a request.
type EntryCall struct {
	By     EntryName      `word:"by" doc:"how the call names the entry"`
	Fields []string       `word:"fields" doc:"yaml names that the body takes; all if left out"`
	Query  map[string]any `word:"query" doc:"constants of the query"`
	Site   string         `word:"site" doc:"name under which the body holds the site's id"` // of add
}

// EntryWord is a call, or that there is none.
type EntryWord struct {
	Call EntryCall
	None bool
}

// Forms are a call and false.
func (*EntryWord) Forms() []any { return []any{EntryCall{}, vocabulary.False{}} }

// Take sets it.
func (w *EntryWord) Take(v any) {
	call, ok := v.(EntryCall)
	*w = EntryWord{call, !ok}
}

// apart tells whether the list has calls of its own: otherwise it is written
// with what encloses it, or cell by cell.
func (l *List) apart() bool { return l.At != "" || l.Get != "" }

// EntryBase is the path of one entry of the property, or base where entries have
// none.
func (at CallPlace) EntryBase() string {
	if l := at.Prop.List; l != nil && l.apart() {
		return PathBelow(PathBelow(at.Base, l.At), "{entry}")
	}
	return at.Base
}

// calls are the read of the list, and how entries are added, removed and changed.
func (l *List) calls(at CallPlace) []Call {
	if !l.apart() {
		return nil
	}
	path, entry := PathBelow(at.Base, l.At), at.EntryBase()
	place := func(call EntryCall) string {
		if call.By == "body" {
			return path
		}
		return entry
	}
	read := path
	if l.Get != "" {
		read = PathBelow(at.Base, l.Get)
	}
	out := []Call{{Method: "GET", Path: read, Word: "list", Sent: l.Get != ""}, {Method: "GET", Path: entry, Word: "list"}}
	if !l.NoAdd {
		out = append(out, Call{Method: "POST", Path: place(l.Add), Word: "list.add", Sent: true})
	}
	if !l.NoRemove {
		out = append(out, Call{Method: "DELETE", Path: place(l.Remove), Word: "list.remove", Sent: true})
	}
	if l.Update != nil {
		// An entry that is a plain text is its own key: another one is removed
		// and added.
		out = append(out, Call{Method: "PUT", Path: place(*l.Update), Word: "list.update", Sent: at.Prop.Items != nil && at.Prop.Items.Type == TypeObject})
	}
	return out
}
