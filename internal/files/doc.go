// Package files is the one way to files that somebody else names: a document,
// rassync.yaml, a plan, a snapshot, or what lies in the private folder. Being
// inside the folder is not enough: a path may have no component that starts
// with a dot, no link on the way, and must end at an ordinary file of bounded
// size. Files that the operator names are read here too, bounded and without
// waiting for a pipe.
package files
