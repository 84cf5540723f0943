package main

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
)

// asInit runs rassync as a child where it is the first process of a container. The
// kernel keeps such a process from signals that it does not handle, its own SIGABRT
// too: a crash of the Go runtime would end with 2 after all. done is false where it
// is not the first process.
func asInit() (code int, done bool) {
	if os.Getpid() != 1 {
		return 0, false
	}
	exe, err := os.Executable()
	if err != nil {
		return 0, false
	}
	cmd := exec.Command(exe, os.Args[1:]...) //nolint:noctx // it ends when it ends, or by the signals passed on
	cmd.Args[0] = os.Args[0]
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	if err := cmd.Start(); err != nil {
		return 0, false
	}
	go func() {
		for s := range signals {
			// From a terminal the child gets it as well; from docker stop it does not.
			if s == os.Interrupt && isTerminal(os.Stdin) {
				continue
			}
			_ = cmd.Process.Signal(s)
		}
	}()
	err = cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
			return 128 + int(status.Signal()), true
		}
		return exit.ExitCode(), true
	}
	if err != nil {
		return 1, true
	}
	return 0, true
}
