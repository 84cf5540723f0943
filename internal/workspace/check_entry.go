package workspace

import (
	"fmt"

	"rassync/internal/model"
)

// entries checks the names of entries of other objects' lists: where the object
// and its list are declared, the entry must be among them.
func (c *checker) entries(k *model.Kind, o *model.Object) {
	if !k.NamesEntries() {
		return
	}
	model.WalkEntries(k.Spec, o.Spec, "", func(p *model.Property, siblings map[string]any, path string) {
		ref, ok := model.RefOf(p, siblings[p.Name], siblings)
		if !ok {
			if object, empty := siblings[p.EntryOf.Object].(string); ref.Name != "" && empty && object == "" {
				c.fail(o, path, fmt.Sprintf("%q is an entry of nothing: %s is empty", short(ref.Name), p.EntryOf.Object), "name the object there, or leave this out")
			}
			return
		}
		for _, a := range c.candidates(p.Beside().Ref, ref.Object, o.Address.Site) {
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
			for _, e := range entries {
				name := model.EntryKey(lp, e)
				if model.SameName(name, ref.Name) {
					return
				}
				names = append(names, name)
			}
			hint := model.DidYouMean(ref.Name, names)
			if hint == "" {
				hint = "declare it there, or correct the name"
			}
			c.fail(o, path, fmt.Sprintf("%s has no entry %q in %s", t.Address, short(ref.Name), p.EntryOf.List), hint)
			return
		}
	})
}
