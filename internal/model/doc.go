// Package model holds what the rest of rassync speaks of: kinds (read from
// the schema files), objects with their addresses and values, references,
// secrets, and the YAML documents that people edit.
//
// Three shapes of one object meet here. The YAML shape is nested and speaks
// in names; it is also the canonical value that everything compares. The read
// shape is what GET answers; the write shape is what POST and PUT take. The
// schema of a kind says how they map, so no kind has code of its own.
package model

//go:generate go test rassync/internal/model -run TestMetaIsCurrent -count=1 -update
