package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"rassync/internal/model"
)

// pair finds the live object of every declared one. Folders come first, from
// the top down: what lies in them is looked for where they are.
func (b *builder) pair() {
	list := slices.Clone(b.Desired)
	depth := func(d *model.Object) int {
		if k := b.Catalog.Kind(d.Address.Kind); k.Tree == nil || k.Tree.Folder != k.Name {
			return 1 << 30
		}
		return strings.Count(d.Address.Name, "/")
	}
	// Then those that have a mark, so that none is taken for another.
	unmarked := func(d *model.Object) int {
		if d.Address.Mark() == "" {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(list, func(x, y *model.Object) int { return cmp.Or(depth(x)-depth(y), unmarked(x)-unmarked(y)) })
	for _, d := range list {
		k := b.Catalog.Kind(d.Address.Kind)
		if k.Shape == model.OrderShape {
			continue
		}
		live := b.counterpart(k, d)
		if live == nil || b.wantOf[live] != nil {
			continue
		}
		b.liveOf[d], b.wantOf[live] = live, d
		if k.Tree != nil && k.Tree.Folder == k.Name && !model.SameName(live.Address.Name, d.Address.Name) {
			b.folders[model.Fold(d.Address.Name)] = live.Address.Name
		}
	}
	b.pairNamesakes()
}

// counterpart finds the live object that a document is about: under its name,
// or under one that it may still have.
func (b *builder) counterpart(k *model.Kind, d *model.Object) *model.Object {
	if live := b.Live.ByID(k.Name, d.ID); live != nil {
		return live // of a snapshot: an id says more than a name
	}
	if live := b.Live.Find(d.Address); live != nil {
		return live
	}
	a := d.Address
	for _, name := range farmNames(d, b.renamed, b.folders) {
		a.Name = name
		live := b.Live.Find(a)
		switch {
		case live == nil:
		case name == d.OldName():
			return live
		case k.Tree != nil && b.declared[a.Key()] == nil:
			if d.RenamedFrom != "" {
				b.warnings = append(b.warnings, fmt.Sprintf("%s is taken for %s, which is where a run that stopped between two requests leaves it", a, d.Address))
			}
			return live
		}
	}
	if k.Replace == "createFirst" {
		// A run that died while it replaced the object left the new one
		// under its temporary name: it only needs its name.
		a.Name = TempName(d.Address.Name)
		return b.Live.Find(a)
	}
	return nil
}

// renames are the folders that get another name: declared path, folded, to
// the path on the farm.
type renames map[string]string

// farmPath translates a declared path to the one on the farm: folders above
// it may be renamed by this very plan.
func (r renames) farmPath(path string) string {
	if len(r) == 0 {
		return path
	}
	folder, _ := model.ParentPath(path)
	if folder == "" {
		return path
	}
	own := path[len(folder):]
	if old, ok := r[model.Fold(folder)]; ok {
		return old + own
	}
	return r.farmPath(folder) + own
}

// farmNames lists the names under which the farm may have a declared object
// beside its own, likeliest first. A run that stopped on the way may have put
// it into its new folder and not given it its new name yet, or have renamed a
// folder above it. documents are the renames that the documents ask for, farm
// those of them that the farm does not have yet.
func farmNames(d *model.Object, documents, farm renames) []string {
	var out []string
	add := func(name string) {
		if name != "" && !model.SameName(name, d.Address.Name) && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	if old := d.OldName(); old != "" {
		add(old)
		folder, _ := model.ParentPath(d.Address.Name)
		between := strings.TrimPrefix(folder+"/"+old[strings.LastIndexByte(old, '/')+1:], "/")
		add(between)
		add(farm.farmPath(between))
		add(documents.declaredPath(old))
	}
	add(farm.farmPath(d.Address.Name))
	return out
}

// declaredPath translates a path on the farm to the one it has once the
// folders above it are renamed.
func (r renames) declaredPath(path string) string {
	best, to := "", path
	for declared, old := range r {
		if rest := len(old); len(path) > rest && path[rest] == '/' && model.SameName(path[:rest], old) && len(old) > len(best) {
			best, to = old, declared+path[rest:]
		}
	}
	return to
}
