package export

import (
	"context"
	"fmt"
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

// unlistedFolders reads by their ids the folders that items lie in and that no
// list showed. Where that shows nothing the items have no path: they are left
// out, and their kinds count as not read.
func (r *reader) unlistedFolders(ctx context.Context) error {
	for _, fk := range r.cat.Kinds() {
		if fk.Tree == nil || fk.Tree.Folder != fk.Name {
			continue
		}
		known := map[int64]bool{fk.Tree.Root: true}
		for _, o := range r.farm.Objects[fk.Name] {
			known[asID(o.ID)] = true
		}
		for {
			found, err := r.unlisted(ctx, fk, known)
			if err != nil {
				return err
			}
			if len(found) == 0 {
				break
			}
			r.farm.Objects[fk.Name] = append(r.farm.Objects[fk.Name], found...)
		}
		r.withoutPath(fk)
	}
	return nil
}

// unlisted reads the folders above what is known, once each.
func (r *reader) unlisted(ctx context.Context, fk *model.Kind, known map[int64]bool) ([]*model.Object, error) {
	var found []*model.Object
	for _, k := range r.cat.Kinds() {
		if k.Tree == nil || k.Tree.Folder != fk.Name {
			continue
		}
		for _, item := range r.farm.Objects[k.Name] {
			id := item.ParentID
			if known[id] || fk.Get == "" {
				continue
			}
			known[id] = true
			body, err := r.memo.object(ctx, SelfPath(fk.Get, strconv.FormatInt(id, 10)))
			if err != nil {
				if fatal(err) {
					return nil, err
				}
				continue
			}
			if o := r.objectOf(fk, body, siteOf(item)); o != nil && o.Address.Name != "" && asID(o.ID) == id {
				if o.SiteID = item.SiteID; fk.Sites != "" {
					r.home(fk, o)
				}
				found = append(found, o)
			}
		}
	}
	return found, nil
}

// withoutPath takes out the items whose folder nobody can name.
func (r *reader) withoutPath(fk *model.Kind) {
	for again := true; again; {
		again = false
		folders := map[int64]bool{fk.Tree.Root: true}
		for _, o := range r.farm.Objects[fk.Name] {
			folders[asID(o.ID)] = true
		}
		for _, k := range r.cat.Kinds() {
			if k.Tree == nil || k.Tree.Folder != fk.Name {
				continue
			}
			var kept []*model.Object
			for _, o := range r.farm.Objects[k.Name] {
				if folders[o.ParentID] {
					kept = append(kept, o)
					continue
				}
				again = again || k == fk
				r.notRead(k, siteOf(o), fmt.Errorf("%q (id %s) lies in the folder with the id %d, which the farm does not show", o.Address.Name, o.ID, o.ParentID))
			}
			r.farm.Objects[k.Name] = kept
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
