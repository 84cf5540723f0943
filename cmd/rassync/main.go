// Command rassync keeps the configuration of a Parallels RAS farm in git.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"rassync/internal/app"
)

func main() { os.Exit(start()) }

// start runs rassync until it is done or interrupted. The first signal lets
// what is under way finish; a second one ends at once.
func start() int {
	app.CalmGC()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		fmt.Fprintln(os.Stderr, "\nrassync: interrupted: what is under way is finished first; a second interrupt ends at once")
		cancel()
		<-signals
		os.Exit(exitInterrupted)
	}()
	return run(ctx, systemEnv(), os.Args[1:])
}
