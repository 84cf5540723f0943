// Package seedgen makes the seed farm in examples/seed: the farm of the demo,
// of `rassync sim` and of training.
//
// One file per family says what the farm holds, in the words of the YAML
// documents: names of enumerations, references by name, secrets left out.
// encode turns that into what the farm answers (ids, numbers, nesting), which
// is the format that farmsim.LoadSeed reads. The result holds only what is
// declared here; the simulated farm completes an object when it loads it, so
// that the files stay readable and a new property of a schema changes none.
//
// After a change here, `go generate ./examples` writes the files anew; a test
// fails until that is done.
package seedgen
