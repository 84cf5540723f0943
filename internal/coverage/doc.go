// Package coverage compares what the kinds do with what the API offers.
//
// Every operation of the API is claimed by a kind, excluded with a reason, or
// open. Claims are derived from the words of the schemas and never written
// down by hand; exclusions stand in a data file. Configuration that no kind
// manages yet is open and is never excluded.
package coverage

//go:generate go test rassync/internal/coverage -run TestReadmeCountsRight -count=1 -update
