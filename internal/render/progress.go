package render

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"rassync/internal/apply"
)

// ApplyProgress shows the events of a run as they come: plain lines for a
// log, or one line that is written over on a terminal, with everything that
// needs attention on lines of its own. Events may come from several
// goroutines.
type ApplyProgress struct {
	mu   sync.Mutex
	w    io.Writer
	o    Options
	live bool
	used int // columns of the line that is written over
}

// NewApplyProgress makes a renderer. terminal says that w is a terminal whose
// line can be written over.
func NewApplyProgress(w io.Writer, o Options, terminal bool) *ApplyProgress {
	return &ApplyProgress{w: w, o: o, live: terminal}
}

// Event shows one event.
func (a *ApplyProgress) Event(e apply.Event) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	s, important := eventLine(e)
	p := &printer{o: a.o}
	if e.Type == apply.RequestSent && !a.o.Verbose && !a.live {
		return nil
	}
	if a.live && !important {
		line := short(s, a.o.width()-1)
		_, err := io.WriteString(a.w, "\r"+pad(line, a.used))
		a.used = Cells(line)
		return err
	}
	if a.live && a.used > 0 {
		p.WriteString("\r" + strings.Repeat(" ", a.used) + "\r")
		a.used = 0
	}
	switch {
	case e.Err != nil || e.Type == apply.ChangeFailed || e.Type == apply.RunInterrupted:
		s = p.paint(red, s)
	case e.Type == apply.NotConverged, e.Type == apply.ChangeSkipped, e.Type == apply.Notice:
		s = p.paint(yellow, s)
	}
	if a.live {
		p.linef("%s", s)
	} else {
		p.linef("%s %s", e.Time.UTC().Format(time.RFC3339), s)
	}
	return p.flush(a.w)
}

// eventLine says what happened in one line, and whether it must stay to be
// read.
func eventLine(e apply.Event) (line string, important bool) {
	head := ""
	if e.Of > 0 && e.Step > 0 {
		head = fmt.Sprintf("[%d/%d] ", e.Step, e.Of)
	}
	what := strings.TrimSpace(Escape(e.Action) + " " + Name(e.Address))
	message := Escape(e.Message)
	if e.Err != nil {
		message = joined(message, Escape(e.Err.Error()))
	}
	switch e.Type {
	case apply.RunStarted:
		return joined(fmt.Sprintf("started, %s", count(e.Of, "change", "changes")), message), true
	case apply.ChangeStarted:
		return head + joined(what, message), e.Err != nil
	case apply.RequestSent:
		return head + joined(strings.TrimSpace(what+" "+Escape(e.Request)), message), e.Err != nil
	case apply.ChangeDone:
		return head + joined(what+" done", message), e.Err != nil
	case apply.ChangeFailed:
		return head + joined(what+" failed", message), true
	case apply.ChangeSkipped:
		return head + joined(what+" skipped", message), true
	case apply.SettingsApply:
		return joined("settings applied", message), true
	case apply.NotConverged:
		if e.Err != nil {
			return joined(what, message), true // nobody knows
		}
		return joined(strings.TrimSpace("not as written: "+what), message), true
	case apply.RunFinished:
		return joined("finished", message), true
	case apply.RunInterrupted:
		return joined("interrupted", message), true
	default:
		return head + joined(what, message), true
	}
}

// joined puts a message behind a text.
func joined(s, message string) string {
	switch {
	case message == "":
		return s
	case s == "":
		return message
	}
	return s + ": " + message
}

// RunSummary writes at the end of a run what was done, what was not, and what
// needs attention.
func RunSummary(w io.Writer, events []apply.Event, o Options) error {
	p := &printer{o: o}
	var done, failed, skipped, requests, of int
	var applied, interrupted bool
	var attention []string
	for _, e := range events {
		of = max(of, e.Of)
		switch e.Type {
		case apply.ChangeDone:
			done++
		case apply.ChangeFailed:
			failed++
		case apply.ChangeSkipped:
			skipped++
		case apply.RequestSent:
			requests++
			applied = false // by what was activated in between
		case apply.SettingsApply:
			applied = e.Err == nil
		case apply.RunInterrupted:
			interrupted = true
		default: // counts nothing
		}
		if slices.Contains([]apply.EventType{apply.ChangeFailed, apply.NotConverged, apply.ChangeSkipped}, e.Type) {
			line, _ := eventLine(e)
			attention = append(attention, line)
		}
	}
	parts := []string{fmt.Sprintf("%d of %s done", done, count(of, "change", "changes"))}
	for _, c := range []struct {
		n    int
		what string
	}{{failed, "failed"}, {skipped, "skipped"}} {
		if c.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.what))
		}
	}
	if left := of - done - failed - skipped; left > 0 {
		// A run that came to its end has passed over nothing but what the run
		// that it resumes had done.
		what := "not begun"
		if events[len(events)-1].Type == apply.RunFinished {
			what = "done before"
		}
		parts = append(parts, fmt.Sprintf("%d %s", left, what))
	}
	parts = append(parts, count(requests, "request", "requests"))
	if n := len(events); n > 1 && events[n-1].Time.After(events[0].Time) {
		parts = append(parts, events[n-1].Time.Sub(events[0].Time).Round(100*time.Millisecond).String())
	}
	line := strings.Join(parts, ", ")
	switch {
	case applied:
		line += "; settings applied"
	case done > 0:
		line += "; settings not applied: the changes are staged"
	}
	if interrupted {
		line = "interrupted: " + line
	}
	p.linef("%s", p.paint(bold, line))
	for _, s := range attention {
		p.linef("  %s", s)
	}
	return p.flush(w)
}
