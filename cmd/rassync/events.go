package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"rassync/internal/app"
	"rassync/internal/apply"
	"rassync/internal/leak"
	"rassync/internal/printable"
)

// eventsToStdout is the value of --events without a file.
const eventsToStdout = "-"

// event is one line of --events (schemas/formats/events.json). What a type does
// not have is left out.
type event struct {
	Type string    `json:"type"`
	Time time.Time `json:"time"`

	// Of the start.
	FormatVersion string `json:"formatVersion,omitempty"`
	Command       string `json:"command,omitempty"`
	Version       string `json:"version,omitempty"`

	Farm *eventFarm `json:"farm,omitempty"`

	// Of what is read.
	Kind    string  `json:"kind,omitempty"`
	Site    string  `json:"site,omitempty"`
	Objects *int    `json:"objects,omitempty"`
	Reads   int     `json:"reads,omitempty"`
	Seconds float64 `json:"seconds,omitempty"`

	// Of a run.
	Address string `json:"address,omitempty"`
	Action  string `json:"action,omitempty"`
	Step    int    `json:"step,omitempty"`
	Done    *int   `json:"done,omitempty"`
	Of      int    `json:"of,omitempty"`
	Request string `json:"request,omitempty"`

	Message string          `json:"message,omitempty"`
	Error   any             `json:"error,omitempty"` // a text, or of type error the body of an error document
	Result  json.RawMessage `json:"result,omitempty"`

	// Of the end of a session, and of the end.
	*sessionCost
	ExitCode *int   `json:"exitCode,omitempty"`
	Meaning  string `json:"meaning,omitempty"`
}

type eventFarm struct {
	URL  string `json:"url"`
	GUID string `json:"guid"`
	Name string `json:"name"`
}

func number(n int) *int { return &n }

// eventStream writes events as they happen. The nil stream writes none.
type eventStream struct {
	mu   sync.Mutex
	w    io.Writer
	file *os.File // nil for stdout
	now  func() time.Time
	err  error // the first line that could not be written
}

// send writes one event. A line that cannot be written stops nothing: finish
// tells of it.
func (s *eventStream) send(e event) {
	if s == nil {
		return
	}
	if e.Time.IsZero() {
		e.Time = s.now()
	}
	e.Time = e.Time.UTC()
	s.mu.Lock()
	defer s.mu.Unlock()
	line, err := jsonLine(e)
	if err == nil {
		_, err = s.w.Write(line)
	}
	if s.err == nil {
		s.err = err
	}
}

// jsonLine is an event as a line of JSON that is safe to show.
func jsonLine(e event) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(e); err != nil {
		return nil, err
	}
	return printable.JSON(leak.MaskJSON(b.Bytes())), nil
}

// ofRun turns an event of a run into a line.
func ofRun(e apply.Event) event {
	out := event{Type: string(e.Type), Time: e.Time, Address: e.Address, Action: e.Action, Step: e.Step, Of: e.Of, Request: e.Request, Message: e.Message}
	if e.Err != nil {
		out.Error = e.Err.Error()
	}
	return out
}

// addEvents adds --events.
func addEvents(cmd *cobra.Command, c *call) {
	f := cmd.Flags()
	f.StringVar(&c.eventsTo, "events", "", "write what happens as JSON lines, one event a line, while it happens: to stdout, the result among them, or to `FILE` (--events=FILE); rassync schema events describes them")
	f.Lookup("events").NoOptDefVal = eventsToStdout
}

// beginEvents opens the stream that --events asks for. On stdout events and a
// result do not mix: the result becomes one of them, as JSON.
func (c *call) beginEvents(cmd *cobra.Command, format *formatFlag) error {
	switch c.eventsTo {
	case "":
		return nil
	case eventsToStdout:
		if format != nil && cmd.Flags().Changed("format") && format.value != "json" && c.output.path == "" {
			return app.Failf(app.Input, "--events writes JSON lines to stdout, where --format %s would be", format.value).With("send one of them to a file: --events=FILE or --output FILE")
		}
		c.events = c.eventsOnStdout()
		if c.output.path == "" {
			if format != nil {
				format.value = "json"
			}
			c.eventResult = &bytes.Buffer{}
		}
	default:
		if err := writableFolder("--events", c.eventsTo); err != nil {
			return err
		}
		file, err := os.Create(c.eventsTo)
		if err != nil {
			return &app.Failure{Class: app.Input, Err: err}
		}
		c.events = &eventStream{w: file, file: file, now: c.Now}
	}
	c.events.send(event{Type: "start", FormatVersion: "1", Command: cmd.Name(), Version: c.Tool.Version})
	return nil
}

// eventsOnStdout writes to stdout itself, wherever results go. That nobody reads
// it any more stops nothing.
func (c *call) eventsOnStdout() *eventStream {
	return &eventStream{w: &counter{w: c.out.w, endure: true}, now: c.Now}
}

// endEvents writes the result, the error and the end, and closes a file.
func (c *call) endEvents(err error, outcome app.Outcome) error {
	s := c.events
	if s == nil {
		return nil
	}
	if c.eventResult != nil && c.eventResult.Len() > 0 {
		var compact bytes.Buffer
		if json.Compact(&compact, c.eventResult.Bytes()) == nil {
			s.send(event{Type: "result", Result: compact.Bytes()})
		}
	}
	if err != nil && !isOutcome(err) {
		body, jerr := errorBodyOf(err, outcome)
		if jerr != nil {
			return jerr
		}
		s.send(event{Type: "error", Error: body})
	}
	s.send(event{Type: "end", ExitCode: number(outcome.Code), Meaning: outcome.Meaning})
	if s.file != nil {
		if cerr := s.file.Close(); s.err == nil {
			s.err = cerr
		}
	}
	return s.err
}

// asksForEvents tells whether a command line that could not be read asks for
// events on stdout: whoever reads them is to find the error there.
func asksForEvents(args []string) bool {
	return slices.ContainsFunc(args, func(a string) bool { return a == "--events" || strings.TrimPrefix(a, "--events=") == eventsToStdout })
}
