package plan

import (
	"fmt"

	"rassync/internal/model"
	"rassync/internal/printable"
)

// lookalikes warns of new names that nobody can tell from one that the farm has.
func (b *builder) lookalikes(changes []*change) {
	var fresh []*change
	for _, c := range changes {
		if c.Name != "" && (c.Action == Create || c.RenamedFrom != "") {
			fresh = append(fresh, c)
		}
	}
	if len(fresh) == 0 {
		return
	}
	there := map[string][]*model.Object{}
	for _, o := range b.Live.All() {
		if o.Address.Name != "" {
			there[b.look(o.Address)] = append(there[b.look(o.Address)], o)
		}
	}
	for _, c := range fresh {
		a := model.Address{Site: c.Site, Kind: c.Kind, Name: c.Name}
		for _, o := range there[b.look(a)] {
			if o != c.live && model.Fold(o.Address.Unmarked().Name) != model.Fold(a.Unmarked().Name) {
				b.warnings = append(b.warnings, fmt.Sprintf("%s looks like %s, which is another object: %s", c.Address, o.Address, printable.Points(c.Name, o.Address.Name)))
			}
		}
	}
}

// look is the same for names that look alike where they must not.
func (b *builder) look(a model.Address) string {
	key := printable.Look(a.Unmarked().Name) + "\x00" + a.Site
	if b.Catalog.Kind(a.Kind).Tree == nil { // there is one tree for all published items
		key += "\x00" + a.Kind
	}
	return key
}
