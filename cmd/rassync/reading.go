package main

import (
	"fmt"
	"io"
	"strings"
	"sync"

	"rassync/internal/render"
)

// reading shows on a terminal what has been read so far, on one line that is
// written over. Lists come in from several goroutines.
type reading struct {
	mu      sync.Mutex
	w       io.Writer
	lists   int
	objects int
	used    int
}

// reading gives a line of progress; nil where nobody would see it.
func (c *call) reading() *reading {
	if c.quiet || c.Debug || !c.overwrites() {
		return nil
	}
	return &reading{w: c.Err}
}

// listed notes a list that came in.
func (r *reading) listed(kind, _ string, objects int) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lists++
	r.objects += objects
	line := fmt.Sprintf("reading: %s, %s (%s)", plural(r.lists, "list", "lists"), plural(r.objects, "object", "objects"), kind)
	fmt.Fprintf(r.w, "\r%s%s", line, strings.Repeat(" ", max(0, r.used-render.Cells(line))))
	r.used = render.Cells(line)
}

// done takes the line away.
func (r *reading) done() {
	if r == nil || r.used == 0 {
		return
	}
	fmt.Fprintf(r.w, "\r%s\r", strings.Repeat(" ", r.used))
}
