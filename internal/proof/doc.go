// Package proof holds the proofs that are generated from the schemas: for
// every kind, a plan after an export is empty; a change, applied, leaves an
// empty plan and can be rolled back; a wiped farm is built up again to the
// same bytes. They run on the simulated farm, under every reading of the
// facts that say two things. It has no code but tests.
package proof
