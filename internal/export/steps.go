package export

import "sync"

// steps counts what has been read, for whoever waits for it.
type steps struct {
	mu       sync.Mutex
	done, of int
}

// expect notes reads that are known to come.
func (r *reader) expect(n int) { r.count(0, n) }

// did notes that one of them is done.
func (r *reader) did() { r.count(1, 0) }

func (r *reader) count(done, more int) {
	if r.req.Steps == nil {
		return
	}
	// Told under the lock: the numbers must not run backwards.
	r.steps.mu.Lock()
	defer r.steps.mu.Unlock()
	r.steps.done += done
	r.steps.of += more
	r.req.Steps(r.steps.done, r.steps.of)
}
