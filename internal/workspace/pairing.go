package workspace

import (
	"sort"

	"rassync/internal/model"
)

// pair finds the document of each live object: by its address, by its mark
// whatever it is called now, and where several objects have one name and the
// marks do not say more, by likeness. What a document declares is brought up to
// the object afterwards, mark and name included, so a wrong guess among equals
// costs no value.
func (w *writer) pair(objects []*model.Object) map[*model.Object]*treeDoc {
	out := make(map[*model.Object]*treeDoc, len(objects))
	taken := map[*treeDoc]bool{}
	take := func(o *model.Object, d *treeDoc) {
		out[o], taken[d] = d, true
	}
	type id struct{ kind, mark string }
	byID := make(map[id]*model.Object, len(objects))
	byKey := make(map[model.Address]*model.Object, len(objects))
	for _, o := range objects {
		byID[id{o.Address.Kind, o.ID}] = o
		byKey[o.Address.Key()] = o
		if d := w.byKey[o.Address.Key()]; d != nil && !taken[d] {
			take(o, d)
		}
	}
	var left []*treeDoc // documents that may be of an object under another address
	for _, d := range w.docs {
		if !taken[d] && d == w.byKey[d.obj.Address.Key()] && w.cat.Kind(d.obj.Address.Kind).Shape != model.Singleton {
			left = append(left, d)
		}
	}
	for _, d := range left {
		a := d.obj.Address
		k := w.cat.Kind(a.Kind)
		if k.Tree != nil || k.Order != nil {
			folder := w.folderKind(k)
			b := a
			b.Name = model.LivePath(a.Name, func(mark string) (string, bool) {
				if o := byID[id{folder, mark}]; o != nil {
					return o.Address.Name, true
				}
				return "", false
			})
			if o := byKey[b.Key()]; o != nil && out[o] == nil {
				take(o, d)
				continue
			}
		}
		if mark := a.Mark(); mark != "" {
			if o := byID[id{a.Kind, mark}]; o != nil && out[o] == nil {
				take(o, d)
			}
		}
	}
	w.pairNamesakes(objects, left, out, taken, take)
	return out
}

// folderKind is the kind of the folders in a name of this kind.
func (w *writer) folderKind(k *model.Kind) string {
	if k.Tree != nil {
		return k.Tree.Folder
	}
	for _, of := range k.Order.Of {
		if ordered := w.cat.Kind(of); ordered != nil && ordered.Tree != nil {
			return ordered.Tree.Folder
		}
	}
	return ""
}

// pairNamesakes pairs what is left of each name, the most alike first.
func (w *writer) pairNamesakes(objects []*model.Object, left []*treeDoc, out map[*model.Object]*treeDoc, taken map[*treeDoc]bool, take func(*model.Object, *treeDoc)) {
	docs := map[model.Address][]*treeDoc{}
	for _, d := range left {
		if !taken[d] {
			key := d.obj.Address.Unmarked().Key()
			docs[key] = append(docs[key], d)
		}
	}
	if len(docs) == 0 {
		return
	}
	type match struct {
		o     *model.Object
		d     *treeDoc
		alike int
	}
	var all []match
	for _, o := range objects {
		if out[o] != nil {
			continue
		}
		k := w.cat.Kind(o.Address.Kind)
		for _, d := range docs[o.Address.Unmarked().Key()] {
			n := alike(d.obj.Spec, o.Spec)
			if k.OwnName(d.obj.Address.Name) == k.OwnName(o.Address.Name) {
				n++
			}
			all = append(all, match{o, d, n})
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].alike > all[j].alike })
	for _, m := range all {
		if out[m.o] == nil && !taken[m.d] {
			take(m.o, m.d)
		}
	}
}

// alike counts the values that two objects have in common.
func alike(a, b map[string]any) int {
	n := 0
	for name, v := range a {
		w, ok := b[name]
		if !ok {
			continue
		}
		am, aok := v.(map[string]any)
		bm, bok := w.(map[string]any)
		switch {
		case aok && bok:
			n += alike(am, bm)
		case same(v, w):
			n++
		}
	}
	return n
}

// addressFor is the address that a document is to have: that of its object,
// without changing more of the text than it must. A rename that is still to be
// made stays, and so does a mark that is not needed any more.
func (w *writer) addressFor(d *treeDoc, live *model.Object) model.Address {
	a := d.obj.Address
	k := w.cat.Kind(a.Kind)
	if k.Shape == model.OrderShape {
		a.Name = live.Address.Name
		return a
	}
	if k.Shape != model.Collection || w.byOld[live.Address.Key()] == d || d.obj.RenamedFrom != "" && k.OwnName(d.obj.OldName()) == k.OwnName(live.Address.Name) {
		return a
	}
	name := live.Address.Name
	if k.Tree != nil {
		have, _ := model.ParentPath(a.Name)
		if folder, _ := model.ParentPath(name); folder != "" && model.SameName(folder, have) {
			name = have + name[len(folder):]
		}
	}
	if _, mark := model.CutMark(name); mark == "" && a.Mark() != "" {
		name = model.WithMark(name, live.ID)
	}
	a.Name = name
	return a
}
