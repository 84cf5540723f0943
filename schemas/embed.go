// Package schemas holds the contract of every kind: one JSON Schema a kind,
// shared blocks, the published formats of rassync's own documents, and the
// list of the API's operations with those that are no configuration.
package schemas

import "embed"

// Files are the schema files, embedded so that one executable is enough.
//
//go:embed *.json blocks/*.json formats/*.json operations.tsv exclusions.tsv
var Files embed.FS
