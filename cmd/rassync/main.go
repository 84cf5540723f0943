//go:generate go test rassync/cmd/rassync -run TestCommandReference -count=1 -update

// Command rassync keeps the configuration of a Parallels RAS farm in git.
package main

import (
	"context"
	"os"

	"rassync/internal/app"
)

func main() { os.Exit(start()) }

// start runs rassync until it is done or interrupted.
func start() int {
	if code, done := asInit(); done {
		return code
	}
	app.CalmGC()
	neverExitTwo()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	watchSignals(os.Stderr, cancel, os.Exit)
	return run(ctx, systemEnv(), os.Args[1:])
}
