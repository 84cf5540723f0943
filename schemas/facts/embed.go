// Package facts holds what is known of the REST API: one line for each name
// that was read somewhere, with its evidence. See internal/facts.
package facts

import "embed"

// Files are the tables.
//
//go:embed *.tsv
var Files embed.FS
