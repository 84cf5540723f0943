package plan

import (
	"rassync/internal/export"
	"rassync/internal/model"
)

// Input is what a plan is made of.
type Input struct {
	Catalog *model.Catalog
	Desired []*model.Object
	// Absent are objects to delete whatever the options say: what a run that
	// is rolled back had created.
	Absent []model.Address
	Live   *export.Farm

	// Selected tells which objects may be changed; nil means all.
	Selected func(model.Address) bool
	// NotSelected is the hint about declared objects that are needed, and
	// neither on the farm nor selected; "" for the usual one.
	NotSelected string
	// Exclusive tells where what is not declared is deleted, if Prune is set.
	Exclusive func(kind, site string) bool
	Prune     bool
	// MarksGone: an object whose mark the farm does not have is gone, and
	// others of its name are others. What a run found on this farm is known
	// that surely; a document may have been written for another farm.
	MarksGone bool
	// Protected objects are never deleted or replaced.
	Protected func(model.Address) bool
	// Sent remembers values that cannot be read back.
	Sent          Sent
	RotateSecrets bool
	// SkipIncomplete leaves out new objects that a create could not make, and
	// what needs them, instead of refusing the plan.
	SkipIncomplete bool
	// WriteUnseen has declared values written that the farm does not show.
	WriteUnseen bool
	// GoesBack: what is wanted was there once, so that sites which one of them copies
	// its settings to get back their own.
	GoesBack bool
	// LaidOver finds where an overlay sets a value; nil without an overlay.
	LaidOver func(o *model.Object, path string) (model.Source, bool)
	// Position finds the place of a property in a document.
	Position func(o *model.Object, path string) model.Source

	Tool Tool
	Farm Farm
}

// Want says which parts of live objects must be read to plan these objects:
// those the documents declare.
func Want(desired []*model.Object) func(o *model.Object, p *model.Property) bool {
	byAddress := map[model.Address]*model.Object{}
	byName := map[model.Address]*model.Object{}
	byBare := map[model.Address]*model.Object{} // whatever mark they have
	byID := map[string]*model.Object{}          // of snapshots
	renames := renames{}
	for _, d := range desired {
		if d.ID != "" {
			byID[d.Address.Kind+" "+d.ID] = d
		}
		byAddress[d.Address.Key()] = d
		byBare[bareKey(d.Address)] = d
		if d.RenamedFrom != "" {
			renames[model.Fold(d.Address.Name)] = d.OldName()
		}
	}
	for _, d := range desired {
		for _, name := range farmNames(d, renames, renames) {
			a := d.Address
			a.Name = name
			byName[a.Key()] = d
		}
	}
	return func(o *model.Object, p *model.Property) bool {
		if d := byID[o.Address.Kind+" "+o.ID]; d != nil {
			return declares(d, o, p)
		}
		for _, a := range allAddresses(o) {
			for _, m := range []map[model.Address]*model.Object{byAddress, byName} {
				if d := m[a.Key()]; d != nil {
					return declares(d, o, p)
				}
			}
			if byBare[bareKey(a)] != nil {
				return true // which of several it is turns out once all are read
			}
		}
		return declares(nil, o, p)
	}
}

// WantOf says which parts of one live object must be read to compare it with
// its document, whatever the farm calls it now; without one, nil, only what
// every plan looks at.
func WantOf(d *model.Object) func(o *model.Object, p *model.Property) bool {
	return func(o *model.Object, p *model.Property) bool { return declares(d, o, p) }
}

func declares(d, o *model.Object, p *model.Property) bool {
	if d != nil {
		_, declared := model.Lookup(d.Spec, p.Path())
		return declared
	}
	// What settings refer to is looked at in any case (see release), and what
	// others refer to if their own answer should show it.
	return refersBelow(p) && (o.Builtin && o.Address.Name == "" || p.OwnPartGet() == nil)
}

// refersBelow tells whether a property or what stands below it holds
// references.
func refersBelow(p *model.Property) bool {
	found := false
	p.Walk(func(c *model.Property) { found = found || len(c.Ref) > 0 })
	return found
}

func allAddresses(o *model.Object) []model.Address {
	out := []model.Address{o.Address}
	for _, s := range o.InSites {
		out = append(out, model.Address{Site: s, Kind: o.Address.Kind, Name: o.Address.Name})
	}
	return out
}
