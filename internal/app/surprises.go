package app

import (
	"fmt"
	"sort"
	"strings"

	"rassync/internal/export"
	"rassync/internal/model"
)

// surprises tells, a line a kind, what the farm answered that no schema knows,
// and what was not compared because it may be a secret.
func surprises(cat *model.Catalog, live *export.Farm) []string {
	var out []string
	for _, kind := range cat.Names() {
		for _, f := range []struct {
			what  string
			paths map[string]int
		}{
			{"properties that no schema knows, compared as far as they are declared", live.Findings.Unknown[kind]},
			{"numbers of enumerations that no schema knows, kept as they are", live.Findings.NewNumbers[kind]},
			{"not compared, because by its name it may be a secret or another property", live.Findings.HeldBack[kind]},
		} {
			if len(f.paths) == 0 || !live.Read[kind] {
				continue
			}
			var list []string
			for path, n := range f.paths {
				list = append(list, fmt.Sprintf("%s (%d)", path, n))
			}
			sort.Strings(list)
			out = append(out, kind+": "+f.what+": "+strings.Join(list, ", "))
		}
	}
	return out
}
