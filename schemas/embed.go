// Package schemas holds the contract of every kind: one JSON Schema a kind,
// shared blocks, and the list of the API's operations.
package schemas

import "embed"

// Files are the schema files, embedded so that one executable is enough.
//
//go:embed *.json blocks/*.json
var Files embed.FS
