package export

import (
	"strings"

	"rassync/internal/model"
)

// mark gives a name of its own to each of several objects that share one, and
// to an object whose name looks as if it had a mark: the id, which stays when
// the others are renamed or go.
func mark(o *model.Object) {
	if o.ID != "" {
		o.Address.Name = model.WithMark(o.Address.Name, o.ID)
	}
}

// markSites tells sites of one name apart, before anything is said to be in one.
func (r *reader) markSites() {
	named := map[string]int{}
	for _, s := range r.order {
		named[model.Fold(s.Address.Name)]++
	}
	for _, s := range r.order {
		if _, looks := model.CutMark(s.Address.Name); looks != "" || named[model.Fold(s.Address.Name)] > 1 {
			mark(s)
		}
	}
}

// markTwins tells apart all other objects that could be called by one address.
func (r *reader) markTwins() {
	for _, k := range r.cat.Kinds() {
		if k.Shape != model.Collection || k.Name == model.SiteKind || k.Tree != nil && k.Name == k.Tree.Folder {
			continue
		}
		list := r.farm.Objects[k.Name]
		at := make(map[model.Address]*model.Object, len(list))
		twins := map[*model.Object]bool{}
		for _, o := range list {
			if _, looks := model.CutMark(o.Address.Name); looks != "" {
				twins[o] = true
			}
			for _, a := range addresses(o) {
				other := at[a.Key()]
				if other == nil {
					at[a.Key()] = o
				} else if other != o && other.ID != o.ID {
					twins[other], twins[o] = true, true
				}
			}
		}
		for o := range twins {
			mark(o)
		}
	}
}

// segments are the names of folders as they stand in a path, by the folder's
// id: those that share a name in one place carry their mark.
func segments(folders []*model.Object) map[int64]string {
	type place struct {
		parent int64
		name   string
	}
	named := map[place]int{}
	for _, f := range folders {
		named[place{f.ParentID, model.Fold(f.Address.Name)}]++
	}
	out := make(map[int64]string, len(folders))
	for _, f := range folders {
		name := model.EscapeSegment(f.Address.Name)
		if _, looks := model.CutMark(f.Address.Name); looks != "" || named[place{f.ParentID, model.Fold(f.Address.Name)}] > 1 {
			name = model.WithMark(name, f.ID)
		}
		out[asID(f.ID)] = name
	}
	return out
}

// known finds what an address means beyond the exact one: by its mark an
// object that needs none any more, without a mark the only one of its name,
// in a folder whose mark came or went. The caller holds the lock.
func (n *Names) known(a model.Address) *model.Object {
	if o := n.byName[a.Key()]; o != nil {
		return o
	}
	if k := n.cat.Kind(a.Kind); k != nil && k.Tree != nil {
		path := model.LivePath(a.Name, func(mark string) (string, bool) {
			f := n.byID[kindID{k.Tree.Folder, asID(mark)}]
			if f == nil {
				return "", false
			}
			return f.Address.Name, true
		})
		// The mark of the object itself is looked at below.
		if a.Name != path && k.Name != k.Tree.Folder {
			a.Name = path
			if o := n.byName[a.Key()]; o != nil {
				return o
			}
		} else if up, _ := model.ParentPath(path); k.Name == k.Tree.Folder && up != "" {
			a.Name = up + a.Name[strings.LastIndexByte(a.Name, '/'):]
			if o := n.byName[a.Key()]; o != nil {
				return o
			}
		}
	}
	bare := a.Unmarked().Key()
	if id := a.Mark(); id != "" {
		o := n.byID[kindID{a.Kind, asID(id)}]
		if o == nil {
			return nil
		}
		for _, b := range addresses(o) {
			if b.Unmarked().Key() == bare {
				return o
			}
		}
		return nil
	}
	if twins := n.marked[bare]; len(twins) == 1 {
		return twins[0]
	}
	return nil
}

// Marked gives the object of a kind that has this mark, whatever it is called.
func (n *Names) Marked(kind, mark string) *model.Object {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.byID[kindID{kind, asID(mark)}]
}

// Namesakes lists the objects that an address without its mark could mean.
func (n *Names) Namesakes(a model.Address) []*model.Object {
	n.mu.RLock()
	defer n.mu.RUnlock()
	bare := a.Unmarked()
	out := append([]*model.Object(nil), n.marked[bare.Key()]...)
	if o := n.byName[bare.Key()]; o != nil {
		out = append(out, o)
	}
	return out
}

// Alias lets an object be found under another address too.
func (n *Names) Alias(a model.Address, o *model.Object) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.byName[a.Key()] == nil {
		n.byName[a.Key()] = o
	}
}

// Folder finds a folder of published items by its path, in whatever site.
func (f *Farm) Folder(k *model.Kind, path string) *model.Object {
	for _, s := range f.Sites {
		if o := f.Find(model.Address{Site: s.Address.Name, Kind: k.Tree.Folder, Name: path}); o != nil {
			return o
		}
	}
	return nil
}
