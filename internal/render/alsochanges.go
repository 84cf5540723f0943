package render

import (
	"fmt"

	"rassync/internal/plan"
)

// maxEffects is how many other objects of a change are shown.
const maxEffects = 20

// alsoChanges says which other objects a change changes, a line each.
func alsoChanges(c plan.Change) []string {
	var out []string
	for i, e := range c.AlsoChanges {
		if i == maxEffects {
			out = append(out, fmt.Sprintf("and %d more", len(c.AlsoChanges)-i))
			break
		}
		out = append(out, e.String())
	}
	return out
}
