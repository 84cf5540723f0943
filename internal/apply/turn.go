package apply

import (
	"context"
	"net/url"
	"sync"
	"time"

	"rassync/internal/ras"
	"rassync/internal/runs"
)

// turn is who may think: changes are carried out side by side, but only while
// they wait for the farm or for the disk. Whoever has the turn can read and change
// what the run knows; it is given up for the time of a request. So what a run knows
// changes only across requests, and needs no locks of its own.
type turn struct {
	mu   sync.Mutex
	cond *sync.Cond
}

func newTurn() *turn {
	t := &turn{}
	t.cond = sync.NewCond(&t.mu)
	return t
}

// take waits for the turn; give gives it up.
func (t *turn) take() {
	if t != nil {
		t.mu.Lock()
	}
}

func (t *turn) give() {
	if t != nil {
		t.mu.Unlock()
	}
}

// wait gives the turn up until something has changed.
func (t *turn) wait() {
	if t != nil {
		t.cond.Wait()
	}
}

// changed wakes whoever waits.
func (t *turn) changed() {
	if t != nil {
		t.cond.Broadcast()
	}
}

// reserve waits until nobody else is at what the key names, and keeps others from
// it until release.
func (t *turn) reserve(busy map[string]bool, key string) {
	for busy[key] {
		t.wait()
	}
	busy[key] = true
}

func (t *turn) release(busy map[string]bool, key string) {
	delete(busy, key)
	t.changed()
}

// givingWriter gives the turn up while it waits.
type givingWriter struct {
	Writer
	turn *turn
}

// Get implements Writer.
func (w *givingWriter) Get(ctx context.Context, path string, query url.Values) (*ras.Answer, error) {
	w.turn.give()
	defer w.turn.take()
	return w.Writer.Get(ctx, path, query)
}

// Send implements Writer.
func (w *givingWriter) Send(ctx context.Context, req ras.Request) (*ras.Answer, error) {
	w.turn.give()
	defer w.turn.take()
	return w.Writer.Send(ctx, req)
}

// ApplySettings implements Writer.
func (w *givingWriter) ApplySettings(ctx context.Context) error {
	w.turn.give()
	defer w.turn.take()
	return w.Writer.ApplySettings(ctx)
}

// Pause implements Writer.
func (w *givingWriter) Pause(ctx context.Context, d time.Duration, reason string) error {
	w.turn.give()
	defer w.turn.take()
	return w.Writer.Pause(ctx, d, reason)
}

// groupRecorder is a Recorder that can flush the lines of several changes at once.
type groupRecorder interface {
	// Write writes a line; wait returns when it is safe.
	Write(runs.Entry) (wait func() error, err error)
}

// note writes a line of the journal. When it returns, the line is safe.
func (r *task) note(e runs.Entry) error {
	j, ok := r.Journal.(groupRecorder)
	if !ok {
		return r.Journal.Append(e)
	}
	wait, err := j.Write(e)
	if err != nil {
		return err
	}
	r.turn.give()
	defer r.turn.take()
	return wait()
}
