package main

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// watchSignals ends a run in order when a signal comes. The first one lets what is
// under way finish; a second interrupt ends at once. SIGHUP says that the terminal
// or the connection is gone; it may come more than once, and never ends at once.
// On Windows the console's close, logoff and shutdown come as SIGTERM.
func watchSignals(say io.Writer, cancel func(), exit func(int)) {
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // nohup wants it ignored
		signal.Notify(signals, syscall.SIGHUP)
	}
	// Whoever reads the output may go before the work is done: a failed write is
	// no reason to die in the middle of it.
	signal.Ignore(syscall.SIGPIPE)
	go func() {
		<-signals
		// The terminal may be gone: cancel before a write to it can hang.
		cancel()
		fmt.Fprintln(say, "\nrassync: interrupted: finishing the current change; interrupt again to stop now")
		for s := range signals {
			if s != syscall.SIGHUP {
				exit(exitInterrupted)
			}
		}
	}()
}
