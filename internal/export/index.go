package export

import (
	"sync"

	"rassync/internal/model"
)

// index finds objects of a farm that was read, and what lies in a folder, however
// many there are. It is made when it is first asked for, and follows what an apply
// makes, moves and deletes.
type index struct {
	mu    sync.Mutex
	made  bool
	byID  map[objectKey]*model.Object
	place map[*model.Object]int // in Objects, or somewhat before
	kids  map[int64]map[*model.Object]bool
}

type objectKey struct{ kind, id string }

func (x *index) add(f *Farm, o *model.Object, place int) {
	if o.ID == "" {
		return
	}
	if key := (objectKey{o.Address.Kind, o.ID}); x.byID[key] == nil {
		x.byID[key] = o
	}
	x.place[o] = place
	if k := f.Catalog.Kind(o.Address.Kind); k != nil && k.Tree != nil {
		if x.kids[o.ParentID] == nil {
			x.kids[o.ParentID] = map[*model.Object]bool{}
		}
		x.kids[o.ParentID][o] = true
	}
}

func (x *index) drop(o *model.Object) {
	if key := (objectKey{o.Address.Kind, o.ID}); x.byID[key] == o {
		delete(x.byID, key)
	}
	delete(x.place, o)
	delete(x.kids[o.ParentID], o)
}

// indexed gives the index; the caller unlocks it.
func (f *Farm) indexed() *index {
	f.index.mu.Lock()
	if !f.index.made {
		f.index.made = true
		f.index.byID, f.index.place, f.index.kids = map[objectKey]*model.Object{}, map[*model.Object]int{}, map[int64]map[*model.Object]bool{}
		for _, list := range f.Objects {
			for i, o := range list {
				f.index.add(f, o, i)
			}
		}
	}
	return &f.index
}

// In lists what lies in a folder (0: top level), in no order.
func (f *Farm) In(parent int64) []*model.Object {
	x := f.indexed()
	defer x.mu.Unlock()
	out := make([]*model.Object, 0, len(x.kids[parent]))
	for o := range x.kids[parent] {
		out = append(out, o)
	}
	return out
}

// placeOf finds an object in the list of its kind: where it was, or before it by as
// many as were deleted. -1 if it is not there.
func (x *index) placeOf(list []*model.Object, o *model.Object) int {
	at, known := x.place[o]
	if !known {
		return -1
	}
	for i := min(at, len(list)-1); i >= 0; i-- {
		if list[i] == o {
			x.place[o] = i
			return i
		}
	}
	return -1
}

// Remember puts an object that was made or read anew in place of its old
// state, so that references find it.
func (f *Farm) Remember(o *model.Object) {
	x := f.indexed()
	defer x.mu.Unlock()
	list := f.Objects[o.Address.Kind]
	if old := x.byID[objectKey{o.Address.Kind, o.ID}]; old != nil && o.ID != "" && old.SiteID == o.SiteID {
		if i := x.placeOf(list, old); i >= 0 {
			f.Names.Remove(old) // with the entries of its lists: they may have changed
			list[i] = o
			x.drop(old)
			x.add(f, o, i)
			f.Names.Add(o)
			return
		}
	}
	f.Objects[o.Address.Kind] = append(list, o)
	x.add(f, o, len(list))
	f.Names.Add(o)
	if o.Address.Kind == model.SiteKind {
		f.Sites = append(f.Sites, o)
	}
}

// Forget drops an object that was deleted.
func (f *Farm) Forget(o *model.Object) {
	x := f.indexed()
	defer x.mu.Unlock()
	list := f.Objects[o.Address.Kind]
	old := x.byID[objectKey{o.Address.Kind, o.ID}]
	if old == nil {
		return
	}
	if i := x.placeOf(list, old); i >= 0 {
		f.Objects[o.Address.Kind] = append(list[:i:i], list[i+1:]...)
		x.drop(old)
		f.Names.Remove(old)
	}
}
