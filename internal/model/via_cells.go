package model

import (
	"rassync/internal/vocabulary"
)

// Cells is a matrix that is read whole and written cell by cell: rights by
// site, kind of object and object.
type Cells struct {
	At     string `word:"at" doc:"path of the call, below the object"`
	Method Method `word:"method" doc:"verb of the call"`
	Query  string `word:"query" doc:"query name of the site's id"`
	Row    string `word:"row" doc:"yaml name of the row's key, a reference to the site"`
	Type   string `word:"type" doc:"body name of the column's number"`
	Object string `word:"object" doc:"body name of the object's id"` // left out for the whole column
	Value  string `word:"value" doc:"body name of the value"`
	// Yaml names inside a column.
	Own     string `word:"own" doc:"yaml name of the value of the whole column"`
	Objects string `word:"objects" doc:"yaml name of the list of single objects"`
	Name    string `word:"name" doc:"yaml name of an object in that list, a reference"`

	NumberWords map[string]CellNumber `word:"numbers" doc:"column -> its number; null: nobody has seen it"`
	Numbers     map[string]*int64     // column -> its number; nil = nobody has seen it
	// Guessed are the columns whose number is only inferred.
	Guessed map[string]bool
}

// Defaults of a matrix.
func (c *Cells) Defaults() { c.Method = "PUT" }

// CellNumber is the number of a column: null where nobody has seen it.
type CellNumber struct {
	Number  *int64
	Guessed bool
}

type cellNumber struct {
	Number   int64    `word:"number" doc:"the number"`
	Evidence Evidence `word:"evidence" doc:"where it was read"`
}

// Forms are a number, null, and a number with its evidence.
func (*CellNumber) Forms() []any { return []any{int64(0), vocabulary.Null{}, cellNumber{}} }

// Take sets it.
func (c *CellNumber) Take(v any) {
	switch v := v.(type) {
	case int64:
		c.Number = &v
	case cellNumber:
		c.Number, c.Guessed = &v.Number, v.Evidence == "inferred"
	}
}

// calls is the call that sets one value.
func (c *Cells) calls(at CallPlace) []Call {
	return []Call{{Method: string(c.Method), Path: PathBelow(at.Base, c.At), Word: "cells", Sent: true}}
}
