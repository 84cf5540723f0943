package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// canAsk tells whether a person can be asked.
func (a *App) canAsk() bool { return a.InTerminal && a.ErrTerminal }

// ask puts a question that is answered by the whole word yes; anything else
// is a no.
func (a *App) ask(ctx context.Context, question string) (bool, error) {
	line, err := a.askLine(ctx, question)
	return strings.EqualFold(line, "yes"), err
}

// askLine asks for a line of text.
func (a *App) askLine(ctx context.Context, question string) (string, error) {
	fmt.Fprint(a.Err, question)
	type answer struct {
		line string
		err  error
	}
	// Nothing can end a read from a terminal: it is left behind when the
	// question is interrupted.
	got := make(chan answer, 1)
	go func() {
		line, err := bufio.NewReader(a.In).ReadString('\n')
		got <- answer{line, err}
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(a.Err)
		return "", ctx.Err()
	case g := <-got:
		if g.err != nil && !errors.Is(g.err, io.EOF) {
			return "", g.err
		}
		return strings.TrimSpace(g.line), nil
	}
}

// Confirm asks before something is written to the farm. Without a terminal
// and without the flag that answers yes it refuses.
func (a *App) Confirm(ctx context.Context, yes bool, question string) error {
	if yes {
		return nil
	}
	if err := a.CanConfirm(yes); err != nil {
		return err
	}
	ok, err := a.ask(ctx, question+" (yes/no) ")
	if ctx.Err() != nil {
		return &Failure{Class: Interrupted, Err: errors.New("nothing was written: interrupted at the question")}
	}
	if err != nil {
		return err
	}
	if !ok {
		return Failf(Refused, "nothing was written: not confirmed")
	}
	return nil
}

// CanConfirm tells whether somebody can say yes, or has: asked before a farm is
// read, so that nobody waits only to be refused.
func (a *App) CanConfirm(yes bool) error {
	if yes || a.canAsk() {
		return nil
	}
	return Failf(Refused, "nothing was written: there is no terminal to confirm on").With("pass --yes to write without a question")
}

// Message is something said beside the result.
type Message struct {
	// Warning must be seen even where notices are not wanted.
	Warning bool
	Text    string
}

// Notice tells something that is no result and no error.
func (a *App) Notice(format string, args ...any) { a.say(false, format, args...) }

// Warn tells something that must be seen.
func (a *App) Warn(format string, args ...any) { a.say(true, format, args...) }

func (a *App) say(warning bool, format string, args ...any) {
	if a.Say != nil {
		a.Say(Message{Warning: warning, Text: fmt.Sprintf(format, args...)})
	}
}
