package plan

import (
	"fmt"
	"strings"

	"rassync/internal/model"
)

func bareKey(a model.Address) model.Address { return a.Unmarked().Key() }

// isRenamed tells whether the object is to get another name, if only by the case
// of a letter, or another folder.
func (b *builder) isRenamed(k *model.Kind, d, live *model.Object) bool {
	return k.Shape == model.Collection && (k.OwnName(d.Address.Name) != k.OwnName(live.Address.Name) || b.moved(k, d, live))
}

// moved tells whether the object is to lie in another folder. Folders have no
// letter case of their own here: that is the folder's name.
func (b *builder) moved(k *model.Kind, d, live *model.Object) bool {
	if k.Tree == nil {
		return false
	}
	want, _ := model.ParentPath(b.folders.farmPath(d.Address.Name))
	have, _ := model.ParentPath(live.Address.Name)
	if model.SameName(want, have) {
		return false
	}
	f := b.Live.Folder(k, want) // under another mark, or none
	id, ok := int64(0), false
	if f != nil {
		id, ok = model.AsInt(f.ID)
	}
	return !ok || id != live.ParentID
}

// pairNamesakes looks at the documents that no live object has the address
// of, where the farm has objects of that name. Which of them is meant must be
// certain: a document is never bound to another object of its name.
func (b *builder) pairNamesakes() {
	for _, d := range b.Desired {
		k := b.Catalog.Kind(d.Address.Kind)
		if k.Shape != model.Collection || b.liveOf[d] != nil {
			continue
		}
		var free []*model.Object
		for _, o := range b.Live.Names.Namesakes(d.Address) {
			if b.wantOf[o] == nil {
				free = append(free, o)
			}
		}
		live, why, hint := b.namesake(k, d, free)
		switch {
		case live != nil:
			b.liveOf[d], b.wantOf[live] = live, d
			b.Live.Names.Alias(d.Address, live)
		case why != "" && b.selected(d.Address):
			b.unclear[d] = true
			b.fail(d, "name", why, hint)
		}
	}
}

// namesake picks the one that is meant among the live objects of the name that
// no document has; or says why it cannot. Nil and nothing: there is none, the
// object is to be made.
func (b *builder) namesake(k *model.Kind, d *model.Object, free []*model.Object) (live *model.Object, why, hint string) {
	mark := d.Address.Mark()
	// On a farm that was built anew the id may be that of something else, which
	// has a document of its own.
	if o := b.Live.Names.Marked(k.Name, mark); mark != "" && o != nil && b.wantOf[o] == nil {
		return nil, fmt.Sprintf("the object with mark %s is called %s on the farm now", mark, o.Address.Unmarked().Name),
			fmt.Sprintf("write that name, or renamedFrom: %s to give it this one back", o.Address.Unmarked().Name)
	}
	if mark == "" {
		var exact []*model.Object
		for _, o := range free {
			if k.OwnName(o.Address.Name) == k.OwnName(d.Address.Name) {
				exact = append(exact, o)
			}
		}
		switch {
		case len(exact) == 1:
			return exact[0], "", ""
		case len(free) == 0:
			return nil, "", ""
		}
		return nil, fmt.Sprintf("the farm has %d objects of this name", len(free)), "say which: " + marksOf(free)
	}
	for _, o := range free {
		df := b.differ(d, o)
		df.object(k.Spec, d.Spec, o.Spec, "")
		if o.Spec != nil && len(df.fields) == 0 && len(df.stuck) == 0 && k.OwnName(o.Address.Name) == k.OwnName(d.Address.Name) {
			return o, "", ""
		}
	}
	if len(free) == 0 || b.MarksGone {
		return nil, "", ""
	}
	return nil, fmt.Sprintf("the farm has no object with mark %s, but %s of this name", mark, model.Count(len(free), "another", "others")),
		fmt.Sprintf("if it was made anew, write %s; if it is gone, delete the document", marksOf(free))
}

func marksOf(list []*model.Object) string {
	out := make([]string, len(list))
	for i, o := range list {
		out[i] = "mark: " + o.ID
	}
	return strings.Join(out, " or ")
}
