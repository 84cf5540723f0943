package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"
	"time"

	"golang.org/x/term"

	"rassync/internal/app"
)

// systemEnv is the world as the operating system shows it.
func systemEnv() *app.Env {
	e := &app.Env{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		InTerminal: isTerminal(os.Stdin), OutTerminal: isTerminal(os.Stdout), ErrTerminal: isTerminal(os.Stderr),
		LookupEnv: os.LookupEnv, Now: time.Now, PID: os.Getpid(), Keyring: systemKeyring(),
	}
	if w, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil {
		e.Width = w
	}
	// Convention: any value, even an empty one, is set by intent.
	_, e.NoColor = os.LookupEnv("NO_COLOR")
	if os.Getenv("TERM") == "dumb" || e.OutTerminal && !sequences(os.Stdout) || e.ErrTerminal && !sequences(os.Stderr) {
		e.NoColor = true
	}
	e.Unicode = unicodeConsole(e.OutTerminal, os.Getenv)
	if e.InTerminal {
		e.ReadSecret = readSecret
	}
	if dir, err := os.UserConfigDir(); err == nil {
		e.ConfigDir = dir
	}
	if dir := os.Getenv("XDG_CONFIG_HOME"); dir != "" {
		e.ConfigDir = dir // on every system: scripts rely on it
	}
	e.Host, _ = os.Hostname()
	if u, err := user.Current(); err == nil {
		e.User = u.Username
	}
	if e.User == "" {
		e.User = os.Getenv("USER")
	}
	return e
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// readSecret asks on the terminal without echo. An interrupt gives the
// terminal its echo back.
func readSecret(ctx context.Context, prompt string) (string, error) {
	fd := int(os.Stdin.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", err
	}
	type answer struct {
		data []byte
		err  error
	}
	fmt.Fprint(os.Stderr, prompt)
	defer fmt.Fprintln(os.Stderr)
	got := make(chan answer, 1)
	go func() {
		data, err := term.ReadPassword(fd)
		got <- answer{data, err}
	}()
	select {
	case <-ctx.Done():
		return "", errors.Join(ctx.Err(), term.Restore(fd, before))
	case g := <-got:
		return string(g.data), g.err
	}
}
