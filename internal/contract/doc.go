// Package contract corrects the built-in schemas by what a farm's own contract
// says: names, places, numbers, bounds, and properties that the farm has more or
// less.
//
// A layer is data: one YAML file per kind in the folder contract/ of a
// workspace, committed and reviewed like the documents. It patches the schema
// files before a catalogue is made from them, so that everything that works
// from the catalogue follows: export, validate, plan, apply, explain, editors,
// coverage and the simulated farm. The YAML names of the built-in schemas stay,
// so that documents outlive a rename of the API.
//
// A layer can only say what something is called and what values it takes. It
// has no word for what is secret, what stops a plan or what a change does, so it
// can unmark none of them.
package contract
