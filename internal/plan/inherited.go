package plan

import (
	"rassync/internal/model"
)

// While a folder differs from what its items declare, the farm shows the folder's value
// in theirs: such a difference is none.

// masked: the farm may show a folder's status in place of an item's own while
// the folder is not open; the item's own can't be seen then. A farm that shows
// anything else below such a folder shows every item's own.
func (b *builder) masked(o *model.Object, p *model.Property, have any) bool {
	k := b.Catalog.Kind(o.Address.Kind)
	if k.Tree == nil {
		return false
	}
	status, hidden := b.passedDown(k, o, p, true)
	return hidden && model.Equal(p, status, have) && !b.showsOwn(p.Name)
}

// passedDown is the status that the nearest folder above that is not open
// passes down. With plan, folders that this plan opens count as open.
func (b *builder) passedDown(k *model.Kind, o *model.Object, p *model.Property, plan bool) (any, bool) {
	if b.folderAt == nil {
		b.folderAt = map[string]*model.Object{}
		for _, f := range b.Live.Objects[k.Tree.Folder] {
			b.folderAt[model.Fold(f.Address.Name)] = f
		}
	}
	for path := o.Address.Name; ; {
		folder, _ := model.ParentPath(path)
		if folder == "" {
			return nil, false
		}
		path = folder
		f := b.folderAt[model.Fold(folder)]
		if f == nil {
			continue
		}
		v, ok := f.Spec[p.Name]
		if !ok || v == p.InheritsDown {
			continue
		}
		if d := b.wantOf[f]; plan && d != nil {
			if w, declared := d.Spec[p.Name]; declared && w == p.InheritsDown {
				continue // this plan opens the folder: the item's own will show
			}
		}
		return v, true
	}
}

// showsOwn tells whether some item below a folder that is not open shows
// another status than the folder.
func (b *builder) showsOwn(name string) bool {
	if b.own != nil {
		return *b.own
	}
	found := false
	for _, k := range b.Catalog.Kinds() {
		p := k.Spec.Prop(name)
		if k.Tree == nil || p == nil {
			continue
		}
		for _, o := range b.Live.Objects[k.Name] {
			if status, hidden := b.passedDown(k, o, p, false); hidden {
				if v, ok := o.Spec[name]; ok && v != status {
					found = true
				}
			}
		}
	}
	b.own = &found
	return found
}
