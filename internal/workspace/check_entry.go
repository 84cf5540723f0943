package workspace

import (
	"fmt"
	"slices"
	"strings"

	"rassync/internal/model"
)

// entries checks the names of entries of other objects' lists: where the object
// and its list are declared, the entry must be among them.
func (c *checker) entries(k *model.Kind, o *model.Object) {
	if !k.NamesEntries() {
		return
	}
	model.WalkEntries(k.Spec, o.Spec, "", func(e model.EntryValue) {
		p := e.Prop
		ref, ok := e.Ref()
		if !ok {
			if object, told := e.Object(); ref.Name != "" && told && object == "" {
				c.fail(o, e.Path, fmt.Sprintf("%q is an entry of nothing: %s is empty", short(ref.Name), p.EntryOf.Object), "name the object there, or leave this out")
			}
			return
		}
		for _, a := range c.candidates(p.EntryKinds(), ref.Object, o.Address.Site) {
			t := c.byKey[a.Key()]
			if t == nil {
				continue
			}
			list, declared := model.Lookup(t.Spec, p.EntryOf.List)
			if !declared {
				return
			}
			lp := c.ws.cat.Kind(t.Address.Kind).Spec.Find(p.EntryOf.List)
			var names []string
			entries, _ := list.([]any)
			for _, entry := range entries {
				name := p.EntryName(lp, entry)
				if name == "" || model.SameName(name, ref.Name) {
					return // by its name, or one whose name only the farm knows
				}
				names = append(names, name)
			}
			if p.EntryOf.Kind != "" && lp.List.NoRemove {
				return // what is not declared is there all the same
			}
			hint := model.DidYouMean(ref.Name, names)
			if hint == "" {
				hint = "declare it there, or correct the name"
			}
			c.fail(o, e.Path, fmt.Sprintf("%s has no entry %q in %s", t.Address, short(ref.Name), p.EntryOf.List), hint)
			return
		}
	})
}

// strayUnknown finds what is kept of entries that the list does not have: it is
// sent with its entry, and without one never.
func (c *checker) strayUnknown(k *model.Kind, o *model.Object) {
	for name := range o.Unknown {
		at, _, inEntry := strings.Cut(name, "[")
		p := k.Spec.Find(at)
		if !inEntry || p == nil {
			continue
		}
		list, _ := model.Lookup(o.Spec, at)
		entries, _ := list.([]any)
		if slices.ContainsFunc(entries, func(e any) bool { return strings.HasPrefix(name, at+"["+model.EntryLabel(p, e)+"].") }) {
			continue
		}
		path := "unknown." + name
		c.say(model.Warning, c.ws.Position(o, path), o, path, fmt.Sprintf("%s has no such entry here, so this is never sent", at), "correct the name of the entry, or take the line out")
	}
}
