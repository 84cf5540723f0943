package printable

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"sync"
	"unicode/utf8"
)

// Writer stands in front of stdout or stderr. Whatever is written through it,
// in whatever pieces, an agent finds no command in it, and a terminal nothing
// but the colours that rassync uses itself.
type Writer struct {
	mu    sync.Mutex
	to    io.Writer
	held  []byte // what cannot be judged before more comes
	began bool   // something has been written
	inner bool   // something but blanks stands in the line
	hash  bool   // the last character is a number sign
}

// NewWriter makes a Writer; Close it when all is written.
func NewWriter(to io.Writer) *Writer { return &Writer{to: to} }

// CommandWriter takes lines that an agent is to take for commands: the
// annotations of a pull request, which are encoded as the agent asks.
type CommandWriter interface {
	WriteCommands(p []byte) (int, error)
}

// WriteCommands passes lines through as they are.
func (w *Writer) WriteCommands(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.flush(); err != nil {
		return 0, err
	}
	w.began, w.inner, w.hash = true, false, false
	return w.to.Write(p)
}

// Write passes a piece of text on.
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := p
	if len(w.held) > 0 {
		text = append(w.held, p...)
		w.held = nil
	}
	out := make([]byte, 0, len(text)+16)
	for len(text) > 0 {
		n := w.step(text, &out, false)
		if n == 0 {
			w.held = bytes.Clone(text)
			break
		}
		text = text[n:]
	}
	if _, err := w.to.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Close writes what is held back.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.flush()
}

func (w *Writer) flush() error {
	var out []byte
	for len(w.held) > 0 {
		w.held = w.held[w.step(w.held, &out, true):]
	}
	if len(out) == 0 {
		return nil
	}
	_, err := w.to.Write(out)
	return err
}

// The colours of rassync, and how one begins.
var (
	colour      = regexp.MustCompile(`^\x1b\[(?:0|1|2|31|32|33|36)m`)
	colourBegun = regexp.MustCompile(`^\x1b(?:\[[0-9]{0,2})?$`)
)

// step passes one character on and gives its length; 0 if it cannot be judged
// before more comes. last says that nothing more comes.
func (w *Writer) step(text []byte, out *[]byte, last bool) int {
	c := text[0]
	more := len(text) > 1 || last
	switch {
	case c == '\n' || c == '\r':
		w.inner, w.hash = false, false
		*out = append(*out, c)
		return w.done(1)
	case c == ' ' || c == '\t':
		w.hash = false
		*out = append(*out, c)
		return w.done(1)
	case c == 0x1b:
		if m := colour.Find(text); m != nil {
			w.hash = false
			*out = append(*out, m...)
			return w.done(len(m))
		}
		if !last && colourBegun.Match(text) {
			return 0
		}
	case c == '#' && w.hash:
		if !more {
			return 0
		}
		// Agents compare as if the start of a colour were not there.
		if commandLetter(string(text[1:])) || len(text) > 1 && text[1] == 0x1b {
			w.inner = true
			return w.escape(out, '#', 1)
		}
	case c == ':' && !w.inner:
		if !more {
			return 0
		}
		if len(text) > 1 && text[1] == ':' {
			w.inner = true
			return w.escape(out, ':', 1)
		}
	}
	r, n := utf8.DecodeRune(text)
	if r == utf8.RuneError && n == 1 {
		if !last && !utf8.FullRune(text) {
			return 0
		}
		w.inner, w.hash = true, false
		*out = fmt.Appendf(*out, "<0x%02X>", c)
		return w.done(1)
	}
	w.inner, w.hash = true, c == '#'
	// A mark of UTF-8 at the very beginning is for programs that ask for it.
	if Hidden(r) && (r != 0xfeff || w.began) {
		return w.escape(out, r, n)
	}
	*out = append(*out, text[:n]...)
	return w.done(n)
}

func (w *Writer) escape(out *[]byte, r rune, n int) int {
	w.hash = false
	*out = fmt.Appendf(*out, "<U+%04X>", r)
	return w.done(n)
}

func (w *Writer) done(n int) int {
	w.began = true
	return n
}
