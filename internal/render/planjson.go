package render

import (
	"io"

	"rassync/internal/plan"
)

// PlanJSON writes the plan as one document of the published format
// (schemas/formats/plan.json).
func PlanJSON(w io.Writer, p *plan.Plan) error {
	doc := *p
	doc.Changes = make([]plan.Change, len(p.Changes))
	for i, c := range p.Changes {
		c.Fields = notNil(c.Fields)
		c.Impact = notNil(c.Impact)
		c.DependsOn = notNil(c.DependsOn)
		doc.Changes[i] = c
	}
	doc.Warnings = notNil(p.Warnings)
	return writeJSON(w, &doc)
}

// notNil makes a list that JSON writes as [] and never as null.
func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
