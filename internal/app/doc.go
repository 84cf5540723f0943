// Package app wires the engines together: it finds out which farm is meant
// and whether it may be trusted, reads as much of it as a question needs,
// makes plans, and carries them out with lock, snapshot and journal.
//
// The commands above it turn flags into calls of this package, and what comes
// back into text and exit codes. Nothing here prints a result, knows a flag or
// ends the process.
package app
