package app

import (
	"rassync/internal/coverage"
	"rassync/internal/model"
)

// versionPath is the read that tells the farm's version.
const versionPath = "/api/WebService/version"

// readPaths lists every path that may be read: those that the schemas name,
// and nothing else.
func readPaths(cat *model.Catalog) []string {
	seen := map[string]bool{}
	var out []string
	for _, c := range coverage.Claims(cat) {
		if c.Method == "GET" && c.Sent && !seen[c.Path] {
			seen[c.Path] = true
			out = append(out, c.Path)
		}
	}
	return out
}
