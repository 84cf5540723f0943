// Package vocabulary holds every word that may stand in a schema, and what its
// value may be. It is closed: a word that is not in the table is refused, with
// the file, the place and the word that was probably meant, wherever it
// stands. schemas/README.md says what the words mean; schemas/meta.json, for
// the editors of contributors, is made from the table.
//
// It knows the form of a schema only. Whether a word names a property or a kind
// that exists is checked where the schemas are loaded.
package vocabulary

//go:generate go test rassync/internal/vocabulary -run TestMetaIsCurrent -count=1 -update
