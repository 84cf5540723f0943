package app

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// canAsk tells whether a person can be asked.
func (a *App) canAsk() bool { return a.InTerminal && a.ErrTerminal }

// ask puts a question that is answered by the whole word yes; anything else
// is a no.
func (a *App) ask(question string) (bool, error) {
	fmt.Fprint(a.Err, question)
	line, err := bufio.NewReader(a.In).ReadString('\n')
	if err != nil && err != io.EOF {
		return false, err
	}
	return strings.EqualFold(strings.TrimSpace(line), "yes"), nil
}

// Confirm asks before something is written to the farm. Without a terminal
// and without the flag that answers yes it refuses.
func (a *App) Confirm(yes bool, question string) error {
	if yes {
		return nil
	}
	if !a.canAsk() {
		return Failf(Refused, "nothing was written: there is no terminal to confirm on").With("pass --yes to write without a question")
	}
	ok, err := a.ask(question + " (yes/no) ")
	if err != nil {
		return err
	}
	if !ok {
		return Failf(Refused, "nothing was written: not confirmed")
	}
	return nil
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
