package farmsim

import "maps"

// Fork makes a farm that holds what this one holds now, staged and applied,
// ids and all, and goes its own way from here: a proof that tries many ways
// from one state makes that state once. Sessions, locks and faults stay
// behind.
func (f *Farm) Fork() *Farm {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := &Farm{
		opts: f.opts, sw: f.sw, kinds: f.kinds, secrets: f.secrets, settings: f.settings,
		sessions: map[string]*session{}, locks: map[lockKey]string{}, denied: map[string]bool{},
		unknown: maps.Clone(f.unknown), counts: map[string]int{}, inherits: map[*field][]source{},
	}
	n.window.start = f.opts.Clock.Now()
	n.routes = n.route()
	n.staged, n.applied = f.staged.fork(), f.applied.fork()
	return n
}

// fork is a snapshot that can be written on.
func (w *world) fork() *world {
	c := w.snapshot()
	c.next = maps.Clone(w.next)
	if w.tree != nil {
		c.tree = map[int64]map[int64]*kind{}
		for parent, kids := range w.tree {
			c.tree[parent] = maps.Clone(kids)
		}
	}
	return c
}
