package farmsim

import (
	"fmt"
	"sort"
)

// Published items form one linked list per folder, folders and items mixed:
// previousId names the sibling in front, 0 the first place (protocol notes,
// ordering). All kinds that share a tree share one id space.

func (o *object) parent() int64 {
	if o.kind.Tree == nil {
		return 0
	}
	id, _ := asInt(o.raw[o.kind.Tree.Parent])
	return id
}

func (o *object) previous() int64 {
	id, _ := asInt(o.raw[o.kind.Tree.Previous])
	return id
}

// item finds a published item of any kind of the tree.
func (f *Farm) item(w *world, of *kind, id int64) *object {
	for _, k := range f.kinds {
		if k.Tree != nil && k.space == of.space {
			if o := w.get(k, id); o != nil {
				return o
			}
		}
	}
	return nil
}

// next is the sibling behind an item.
func (f *Farm) nextOf(w *world, of *kind, parent, id int64) *object {
	for sibling, k := range w.tree[parent] {
		if k.space != of.space || sibling == id {
			continue
		}
		if o := w.get(k, sibling); o != nil && o.previous() == id {
			return o
		}
	}
	return nil
}

// lastOf is the last child of a folder, 0 if it is empty.
func (f *Farm) lastOf(w *world, of *kind, parent, except int64) int64 {
	front := map[int64]bool{}
	for sibling, k := range w.tree[parent] {
		if k.space == of.space && sibling != except {
			front[w.get(k, sibling).previous()] = true
		}
	}
	for sibling, k := range w.tree[parent] {
		if k.space == of.space && sibling != except && !front[sibling] {
			return sibling
		}
	}
	return 0
}

func (f *Farm) setPrevious(w *world, o *object, id int64) {
	c := o.copy()
	c.raw[o.kind.Tree.Previous] = id
	w.put(c)
}

// unchain takes an item out of its chain.
func (f *Farm) unchain(w *world, o *object) {
	if o.kind.Tree == nil {
		return
	}
	if next := f.nextOf(w, o.kind, o.parent(), o.id); next != nil {
		f.setPrevious(w, next, o.previous())
	}
}

// chain puts an item, which is in no chain now, behind a sibling; previous
// nil means the place that two-sided reading 3 gives.
func (f *Farm) chain(w *world, o *object, parent int64, previous *int64) error {
	t := o.kind.Tree
	if parent != t.Root {
		folder := f.item(w, o.kind, parent)
		if folder == nil {
			return fmt.Errorf("%s: no folder has the id %d", t.Parent, parent)
		}
		if folder.kind.Name != t.Folder {
			return fmt.Errorf("%s: %d is no folder", t.Parent, parent)
		}
	}
	var front int64
	switch {
	case previous != nil:
		front = *previous
	case f.sw.NewItemLast:
		front = f.lastOf(w, o.kind, parent, o.id)
	}
	if front != 0 {
		sibling := f.item(w, o.kind, front)
		if sibling == nil || sibling.parent() != parent || sibling.id == o.id {
			return fmt.Errorf("%s: %d is no sibling in the folder %d", t.Previous, front, parent)
		}
	}
	next := f.nextOf(w, o.kind, parent, front)
	if front == 0 {
		next = f.firstOf(w, o.kind, parent, o.id)
	}
	o.raw[t.Parent], o.raw[t.Previous] = parent, front
	if next != nil && next.id != o.id {
		f.setPrevious(w, next, o.id)
	}
	return nil
}

// firstOf is the first child of a folder.
func (f *Farm) firstOf(w *world, of *kind, parent, except int64) *object {
	for sibling, k := range w.tree[parent] {
		if k.space == of.space && sibling != except {
			if o := w.get(k, sibling); o.previous() == 0 {
				return o
			}
		}
	}
	return nil
}

// move takes an item to another place.
func (f *Farm) move(w *world, o *object, parent int64, previous *int64) error {
	if previous != nil && parent == o.parent() && *previous == o.previous() {
		return nil
	}
	for up := parent; up != o.kind.Tree.Root; {
		if up == o.id {
			return fmt.Errorf("%s: a folder cannot be put into itself", o.kind.Tree.Parent)
		}
		at := f.item(w, o.kind, up)
		if at == nil {
			break
		}
		up = at.parent()
	}
	f.unchain(w, o)
	c := w.get(o.kind, o.id).copy()
	// Out of the chain, so that nothing finds it as a sibling.
	w.drop(o)
	if err := f.chain(w, c, parent, previous); err != nil {
		return err
	}
	f.touch(c)
	w.put(c)
	return nil
}

// checkTree finds items outside a chain.
func (f *Farm) checkTree(w *world) []error {
	spaces := map[string]map[int64][]*object{}
	for _, k := range f.kinds {
		if k.Tree == nil {
			continue
		}
		for _, o := range w.all(k) {
			if spaces[k.space] == nil {
				spaces[k.space] = map[int64][]*object{}
			}
			spaces[k.space][o.parent()] = append(spaces[k.space][o.parent()], o)
		}
	}
	var bad []error
	for _, folders := range spaces {
		for parent, items := range folders {
			t := items[0].kind.Tree
			if parent != t.Root && !f.sw.DanglingDeletes {
				if o := f.item(w, items[0].kind, parent); o == nil || o.kind.Name != t.Folder {
					bad = append(bad, fmt.Errorf("%s %d is no folder", t.Parent, parent))
				}
			}
			byPrevious := map[int64]*object{}
			for _, o := range items {
				byPrevious[o.previous()] = o
			}
			n := 0
			for at := byPrevious[0]; at != nil && n <= len(items); at = byPrevious[at.id] {
				n++
			}
			if n != len(items) {
				bad = append(bad, fmt.Errorf("the %d items of folder %d are no chain of %s", len(items), parent, t.Previous))
			}
		}
	}
	sort.Slice(bad, func(i, j int) bool { return bad[i].Error() < bad[j].Error() })
	return bad
}
