package farmsim

import (
	"slices"
)

// world is the farm's configuration: the staged one, or the applied one.
type world struct {
	tables map[string]*table
	next   map[string]int64 // last id by space
	stamp  int64            // counts changes
	undo   []undo           // of the transaction under way
	tree   map[int64]map[int64]*kind
}

// table holds the objects of one kind in order of their ids. A singleton has
// the id of its site, 0 in the farm.
type table struct {
	byID map[int64]*object
	ids  []int64
}

type undo struct {
	kind   *kind
	id     int64
	before *object // nil: there was none
}

func newWorld(kinds map[string]*kind) *world {
	w := &world{tables: map[string]*table{}, next: map[string]int64{}, tree: map[int64]map[int64]*kind{}}
	for name, k := range kinds {
		if k.layout != nil {
			w.tables[name] = &table{byID: map[int64]*object{}}
		}
	}
	return w
}

// snapshot copies the world; the objects are shared.
func (w *world) snapshot() *world {
	c := &world{tables: make(map[string]*table, len(w.tables)), next: map[string]int64{}, stamp: w.stamp}
	for name, t := range w.tables {
		byID := make(map[int64]*object, len(t.byID))
		for id, o := range t.byID {
			byID[id] = o
		}
		c.tables[name] = &table{byID: byID, ids: slices.Clone(t.ids)}
	}
	return c
}

func (w *world) get(k *kind, id int64) *object {
	if t := w.tables[k.Name]; t != nil {
		return t.byID[id]
	}
	return nil
}

// all gives the objects of a kind in order of their ids.
func (w *world) all(k *kind) []*object {
	t := w.tables[k.Name]
	if t == nil {
		return nil
	}
	out := make([]*object, len(t.ids))
	for i, id := range t.ids {
		out[i] = t.byID[id]
	}
	return out
}

// put adds an object or replaces it.
func (w *world) put(o *object) {
	t := w.tables[o.kind.Name]
	before := t.byID[o.id]
	w.undo = append(w.undo, undo{o.kind, o.id, before})
	w.set(o.kind, o.id, o)
}

// drop removes an object.
func (w *world) drop(o *object) {
	w.undo = append(w.undo, undo{o.kind, o.id, w.get(o.kind, o.id)})
	w.set(o.kind, o.id, nil)
}

func (w *world) set(k *kind, id int64, o *object) {
	t := w.tables[k.Name]
	w.stamp++
	if before := t.byID[id]; before != nil && k.Tree != nil {
		delete(w.tree[before.parent()], id)
	}
	i, found := slices.BinarySearch(t.ids, id)
	if o == nil {
		if found {
			t.ids = slices.Delete(t.ids, i, i+1)
		}
		delete(t.byID, id)
		return
	}
	if !found {
		t.ids = slices.Insert(t.ids, i, id)
	}
	t.byID[id] = o
	if id > w.next[k.space] {
		w.next[k.space] = id
	}
	if k.Tree != nil {
		below := w.tree[o.parent()]
		if below == nil {
			below = map[int64]*kind{}
			w.tree[o.parent()] = below
		}
		below[id] = k
	}
}

// begin starts a transaction; what was changed since is undone by rollback.
func (w *world) begin() { w.undo = w.undo[:0] }

func (w *world) rollback() {
	for i := len(w.undo) - 1; i >= 0; i-- {
		u := w.undo[i]
		w.set(u.kind, u.id, u.before)
	}
	w.undo = w.undo[:0]
}

func (w *world) changed() bool { return len(w.undo) > 0 }

// fresh draws an id.
func (w *world) fresh(k *kind) int64 {
	w.next[k.space]++
	return w.next[k.space]
}

// same tells whether two worlds hold the same configuration.
func (w *world) same(other *world) bool {
	for name, t := range w.tables {
		u := other.tables[name]
		if u == nil || len(t.byID) != len(u.byID) {
			return false
		}
		for id, o := range t.byID {
			if u.byID[id] != o {
				return false
			}
		}
	}
	return true
}
