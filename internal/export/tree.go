package export

import (
	"strconv"
	"strings"

	"rassync/internal/model"
)

// folders decodes the folders of published items that are read whole, as far
// as their list shows them: what they pass down must be known.
func (r *reader) folders(whole map[string]bool) {
	for k := range whole {
		tree := r.cat.Kind(k).Tree
		if tree == nil || whole[tree.Folder] {
			continue
		}
		for _, o := range r.farm.Objects[tree.Folder] {
			if o.Spec == nil {
				d := r.decoder(o)
				o.Spec = d.Spec(r.cat.Kind(tree.Folder), r.raw[o], nil)
			}
		}
	}
}

// nameTree turns the names of published items into folder paths.
func (r *reader) nameTree() {
	for _, k := range r.cat.Kinds() {
		if k.Tree == nil {
			continue
		}
		folders := map[int64]*model.Object{}
		for _, o := range r.farm.Objects[k.Tree.Folder] {
			folders[asID(o.ID)] = o
		}
		called := segments(r.farm.Objects[k.Tree.Folder])
		for _, o := range r.farm.Objects[k.Name] {
			if k.Name == k.Tree.Folder {
				continue
			}
			o.Address.Name = r.treePath(k.Tree, folders, called, o)
		}
	}
	for _, k := range r.cat.Kinds() {
		if k.Tree == nil || k.Name != k.Tree.Folder {
			continue
		}
		folders := map[int64]*model.Object{}
		for _, o := range r.farm.Objects[k.Name] {
			folders[asID(o.ID)] = o
		}
		called := segments(r.farm.Objects[k.Name])
		paths := map[*model.Object]string{}
		for _, o := range r.farm.Objects[k.Name] {
			paths[o] = r.treePath(k.Tree, folders, called, o)
		}
		for o, path := range paths {
			o.Address.Name = path
		}
	}
}

func (r *reader) treePath(t *model.Tree, folders map[int64]*model.Object, called map[int64]string, o *model.Object) string {
	name := model.EscapeSegment(o.Address.Name)
	if o.Address.Kind == t.Folder && folders[asID(o.ID)] == o {
		name = called[asID(o.ID)]
	}
	names := []string{name}
	seen := map[int64]bool{}
	for id := o.ParentID; id != t.Root; {
		f := folders[id]
		if f == nil || seen[id] {
			// The folder is not in any list (no right to see it, or a loop):
			// its id keeps the path unique.
			names = append([]string{"#" + strconv.FormatInt(id, 10)}, names...)
			break
		}
		seen[id] = true
		names = append([]string{called[id]}, names...)
		id = f.ParentID
	}
	return strings.Join(names, "/")
}
