// Package facts holds what is known of the REST API, apart from the schemas,
// and compares the two.
//
// The facts stand in schemas/facts: one line for each name that was read in a
// reference page, a sample, a script or a guide, with its evidence, and one
// line for each resource with its operations and sources. They are written
// from what was read and never from the schemas, so a schema that says
// something else is found out. Where a schema goes beyond the facts or departs
// from them, schemas/facts/deviations.tsv says so and why.
//
// A new fact enters there first. Compare then tells what the schemas lack.
package facts

//go:generate go test rassync/internal/facts -run TestWireTableIsCurrent -count=1 -update
