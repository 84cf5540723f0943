package apply

import "sync"

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
