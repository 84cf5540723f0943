// Package examples holds what to start from and what to copy: the seed farm
// of the demo, pipelines for the usual CI systems, and a scheduled backup.
package examples

import (
	"embed"
	"io/fs"
)

//go:generate go test rassync/internal/seedgen -run TestSeedIsCurrent -count=1 -update

// Files are the files of the seed farm, one a kind, in the format of
// `rassync sim --seed`.
//
//go:embed seed/*.json
var Files embed.FS

// Seed is the folder of the seed farm.
func Seed() fs.FS {
	sub, err := fs.Sub(Files, "seed")
	if err != nil {
		panic(err) // a constant path that is embedded
	}
	return sub
}
