package app

import (
	"fmt"
	"sort"
	"strings"

	"rassync/internal/model"
	"rassync/internal/plan"
)

// builtInVersion is the release that the built-in schemas describe.
const builtInVersion = "v21.2"

// unsureNumbers warns where a plan sends values of enumerations to a release that
// is newer than the built-in schemas and whose contract nobody has imported: a
// number that has moved would be sent as another value without a word.
func (a *App) unsureNumbers(p *plan.Plan) []string {
	if a.Contract != nil || !model.Newer(p.Farm.Version, builtInVersion) {
		return nil
	}
	seen := map[string]bool{}
	for i := range p.Changes {
		c := &p.Changes[i]
		k := a.Catalog.Kind(c.Kind)
		for _, f := range c.Fields {
			if q := k.Spec.Find(f.Path); q != nil && q.Enum != nil && f.After != nil {
				seen[c.Kind+"."+q.Path()] = true
			}
		}
	}
	if len(seen) == 0 {
		return nil
	}
	var names []string
	for n := range seen {
		names = append(names, n)
	}
	sort.Strings(names)
	return []string{fmt.Sprintf("RAS %s is newer than what the built-in schemas describe (%s), and nothing confirms what the numbers of %s mean there: import its contract first (rassync contract import)",
		p.Farm.Version, builtInVersion, strings.Join(names, ", "))}
}
