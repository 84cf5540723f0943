package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"rassync/internal/app"
	"rassync/internal/model"
	"rassync/internal/printable"
	"rassync/internal/render"
)

// exitInterrupted is the code of a second signal, which main knows itself.
const exitInterrupted = 130

// call is one call of rassync: the world around it, what the flags for all
// commands say, and how its errors are to be shown.
type call struct {
	*app.App
	out *counter

	output outputFile
	// events is the stream of --events, nil without it; eventResult collects the
	// result that goes into it.
	events      *eventStream
	eventsTo    string
	eventResult *bytes.Buffer
	progress    *reading // that is shown now
	noColor     bool
	plain       bool
	quiet       bool

	began  bool   // a command's own code has been reached
	format string // of the result, "" where the command knows only text
}

// counter knows whether a result has been written.
type counter struct {
	w io.Writer
	n int64
	// endure takes a failed write for none: of a run that changes the farm, what
	// cannot be shown is no reason to stop. failed is the first failure.
	endure bool
	failed error
}

func (c *counter) Write(p []byte) (int, error) {
	if c.failed != nil && c.endure {
		return len(p), nil
	}
	n, err := c.w.Write(p)
	c.n += int64(n)
	if err != nil && c.failed == nil {
		c.failed = err
	}
	if c.endure {
		return len(p), nil
	}
	return n, err
}

// flush writes what the writer below holds back.
func (c *counter) flush() {
	if w, ok := c.w.(*printable.Writer); ok {
		// What cannot be written was an error of the last write.
		_ = w.Close()
	}
}

// WriteCommands passes what an agent is to take for commands.
func (c *counter) WriteCommands(p []byte) (int, error) {
	to, ok := c.w.(printable.CommandWriter)
	if !ok {
		return c.Write(p)
	}
	n, err := to.WriteCommands(p)
	c.n += int64(n)
	return n, err
}

// run carries out one command line and gives its exit code.
func run(ctx context.Context, env *app.Env, args []string) int {
	a, err := app.New(env, version())
	if err != nil {
		fmt.Fprintln(env.Err, "rassync: the schemas cannot be read:", err)
		return app.Failed.Outcome().Code
	}
	return runWith(ctx, a, args)
}

// runWith is run with schemas that are loaded already.
func runWith(ctx context.Context, a *app.App, args []string) int {
	e := *a.Env
	safeOut, safeErr := printable.NewWriter(e.Out), printable.NewWriter(e.Err)
	defer safeOut.Close()
	defer safeErr.Close()
	out := &counter{w: safeOut}
	e.Out, e.Err = out, safeErr
	c := &call{App: a, out: out}
	// cobra keeps the completions of every flag for good, and these keep c: whoever
	// calls often, as tests do, would keep the schemas of each call.
	defer func() { c.App = nil }()
	a.Env, a.Say = &e, c.say
	root := newRoot(c)
	root.SetArgs(args)
	root.SetIn(e.In)
	root.SetOut(out)
	root.SetErr(e.Err)
	err := execute(ctx, root)
	var crash *app.CrashError
	if err != nil && !c.began && !errors.As(err, &crash) {
		// Everything that goes wrong before a command begins is its usage.
		err = &app.Failure{Class: app.Input, Err: err, Hint: usageHint(root, args, err)}
		switch {
		case asksForEvents(args):
			c.events = c.eventsOnStdout()
			c.events.send(event{Type: "start", FormatVersion: "1", Command: commandName(root, args), Version: c.Tool.Version})
		case asksForJSON(args):
			c.format = "json"
		}
	}
	if !c.out.endure && c.out.failed != nil && readerGone(c.out.failed) {
		return app.Failed.Outcome().Code // whoever read the result has gone, and knows
	}
	code := c.finish(err)
	c.out.flush()
	if c.out.failed != nil && !readerGone(c.out.failed) {
		c.Warn("not all of the result was written: %v", c.out.failed)
	}
	if werr := c.output.close(); werr != nil {
		c.showError(werr)
		if code == 0 {
			code = app.Failed.Outcome().Code
		}
	}
	return code
}

// execute carries out a command; a crash in it is an error like others.
func execute(ctx context.Context, root *cobra.Command) (err error) {
	defer func() {
		if crash := recover(); crash != nil {
			err = caught(crash)
		}
	}()
	return root.ExecuteContext(ctx)
}

// usageHint says where to look, or which command may have been meant.
func usageHint(root *cobra.Command, args []string, why error) string {
	cmd, rest, err := root.Find(args)
	if err != nil || cmd == nil {
		cmd = root
	}
	if cmd.HasSubCommands() && len(rest) > 0 && !strings.HasPrefix(rest[0], "-") {
		var names []string
		for _, sub := range cmd.Commands() {
			names = append(names, sub.Name())
		}
		if hint := model.DidYouMean(rest[0], names); hint != "" {
			return hint
		}
	}
	if cmd == root {
		return "rassync help shows the commands"
	}
	if strings.Contains(why.Error(), "missing unit in duration") {
		return "a duration has a unit: 5s, 2m, 1h30m"
	}
	return cmd.CommandPath() + " --help shows its arguments and flags"
}

// commandName is the command that a command line means, as far as it says so.
func commandName(root *cobra.Command, args []string) string {
	if cmd, _, err := root.Find(args); err == nil {
		return cmd.Name()
	}
	return root.Name()
}

// asksForJSON tells whether a command line that could not be read asks for
// JSON: whoever parses stdout is to find a document there.
func asksForJSON(args []string) bool {
	for i, a := range args {
		if a == "--format=json" || a == "--format" && i+1 < len(args) && args[i+1] == "json" {
			return true
		}
	}
	return false
}

// say shows a notice or a warning of the engines.
func (c *call) say(m app.Message) {
	kind := "notice"
	if m.Warning {
		kind = "warning"
	}
	c.events.send(event{Type: kind, Message: m.Text})
	if c.quiet && !m.Warning {
		return
	}
	c.progress.aside()
	fmt.Fprintf(c.Err, "rassync: %s\n", render.Escape(m.Text))
}

// finish shows the error of a command and gives the exit code.
func (c *call) finish(err error) int {
	outcome := app.ClassOf(err).Outcome()
	if eerr := c.endEvents(err, outcome); eerr != nil {
		c.Warn("not all events were written: %v", eerr)
	}
	if err == nil || isOutcome(err) {
		return outcome.Code
	}
	var crash *app.CrashError
	if errors.As(err, &crash) {
		c.showStack(crash)
	}
	c.showError(err)
	if c.format == "json" && c.out.n == 0 && c.eventResult == nil {
		if werr := c.errorJSON(err, outcome); werr != nil {
			fmt.Fprintln(c.Err, "rassync:", werr)
		}
	}
	return outcome.Code
}

// isOutcome tells whether an error only says which exit code a command has.
func isOutcome(err error) bool {
	var f *app.Failure
	return errors.As(err, &f) && f.Err == nil && err == error(f) //nolint:errorlint // the error itself, not one that wraps it
}

// showError tells people what went wrong, on which objects, and what to try.
func (c *call) showError(err error) {
	var f *app.Failure
	var ds model.Diagnostics
	if errors.As(err, &f) {
		ds = f.Diagnostics
	}
	if len(ds) == 0 {
		errors.As(err, &ds)
	}
	if len(ds) > 0 {
		shown := render.Diagnostics(c.Err, ds, c.errOptions()) == nil
		var all model.Diagnostics
		if shown && errors.As(err, &all) {
			return // the diagnostics are all there is to say
		}
	}
	fmt.Fprintf(c.Err, "rassync: error: %s\n", render.Escape(err.Error()))
	if f != nil {
		for i, o := range f.Objects {
			if i == 50 {
				fmt.Fprintf(c.Err, "  and %d more\n", len(f.Objects)-i)
				break
			}
			fmt.Fprintf(c.Err, "  %s\n", render.Name(o))
		}
	}
	if hint := app.HintOf(err); hint != "" {
		fmt.Fprintf(c.Err, "  hint: %s\n", render.Escape(hint))
	}
}

// errorDocument is what stands on stdout in place of a JSON result
// (schemas/formats/error.json).
type errorDocument struct {
	FormatVersion string    `json:"formatVersion"`
	Error         errorBody `json:"error"`
}

type errorBody struct {
	Class    string   `json:"class"`
	ExitCode int      `json:"exitCode"`
	Message  string   `json:"message"`
	Hint     string   `json:"hint,omitempty"`
	Objects  []string `json:"objects,omitempty"`
	// Diagnostics are those of validate, where the input is at fault.
	Diagnostics json.RawMessage `json:"diagnostics,omitempty"`
}

func (c *call) errorJSON(err error, outcome app.Outcome) error {
	body, jerr := errorBodyOf(err, outcome)
	if jerr != nil {
		return jerr
	}
	return render.JSON(c.Out, errorDocument{"1", body})
}

func errorBodyOf(err error, outcome app.Outcome) (errorBody, error) {
	body := errorBody{Class: outcome.Name, ExitCode: outcome.Code, Message: err.Error(), Hint: app.HintOf(err)}
	var f *app.Failure
	if errors.As(err, &f) {
		body.Objects = f.Objects
		if len(f.Diagnostics) > 0 {
			var list jsonBuffer
			if derr := render.DiagnosticsJSON(&list, f.Diagnostics); derr != nil {
				return body, derr
			}
			body.Diagnostics = json.RawMessage(list)
		}
	}
	return body, nil
}

type jsonBuffer []byte

func (b *jsonBuffer) Write(p []byte) (int, error) {
	*b = append(*b, p...)
	return len(p), nil
}

// envPlain asks for --plain.
const envPlain = "RASSYNC_PLAIN"

// isPlain tells whether the output is for a screen reader.
func (c *call) isPlain() bool {
	v := c.Getenv(envPlain)
	return c.plain || v != "" && v != "0"
}

// overwrites tells whether progress is shown on a line that is written over.
func (c *call) overwrites() bool { return c.ErrTerminal && !c.isPlain() }

// options lay out what goes to stdout.
func (c *call) options() render.Options { return c.layout(c.OutTerminal) }

// errOptions lay out what goes to stderr.
func (c *call) errOptions() render.Options { return c.layout(c.ErrTerminal) }

func (c *call) layout(terminal bool) render.Options {
	plain := c.isPlain()
	return render.Options{Color: terminal && !plain && !c.noColor && !c.NoColor, Width: c.Width, Unicode: c.Unicode && !plain, Plain: plain}
}

// action is what a command does once its flags are read.
type action func(ctx context.Context, args []string) error

// begin makes the function that cobra calls; from here on errors are not
// about usage any more. format is the command's --format, nil if it has none.
func (c *call) begin(format *formatFlag, do action) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		c.began = true
		if err := c.beginEvents(cmd, format); err != nil {
			return err
		}
		if format != nil {
			c.format = format.value
		}
		if c.eventResult != nil {
			c.out.w, c.OutTerminal = c.eventResult, false
		}
		if c.output.path != "" {
			if err := c.output.open(); err != nil {
				return err
			}
			// A file is shown by somebody later, in a log for example.
			c.out.w, c.OutTerminal = printable.NewWriter(&c.output.buf), false
		}
		if err := c.takeContract(cmd, args); err != nil {
			return err
		}
		return do(cmd.Context(), args)
	}
}
