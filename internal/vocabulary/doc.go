// Package vocabulary closes a vocabulary: the words that may stand in a schema
// are the tagged fields of structs, and what a word may hold is the type of its
// field. Whatever is not there is refused, with the file, the place and the
// word that was probably meant; schemas/meta.json, for the editors of
// contributors, is made from the same structs.
//
// It knows the form of a schema only. The words themselves are in the package
// that works with them; whether a word names a property or a kind that exists
// is checked where the schemas are loaded.
package vocabulary
