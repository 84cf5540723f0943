package plan

import (
	"fmt"
	"slices"
	"strings"

	"rassync/internal/model"
)

// Unlike lists where a plan that was computed again from what it wants says
// something else than the plan says itself: what it shows would not be what it
// does. Values that no farm shows again may be missing in the second plan, as
// this machine may know that they were sent already; none may be missing in
// the first.
func Unlike(cat *model.Catalog, said, again *Plan) []string {
	var out []string
	byAddress := map[string]*Change{}
	for i := range again.Changes {
		byAddress[again.Changes[i].Address] = &again.Changes[i]
	}
	var order, orderAgain []string
	gone := map[string]bool{}
	for i := range said.Changes {
		c := &said.Changes[i]
		other := byAddress[c.Address]
		if other == nil {
			if !onlyUnseen(cat, c) {
				out = append(out, c.Address+": nothing is to be done")
			}
			gone[c.Address] = true
			continue
		}
		delete(byAddress, c.Address)
		order = append(order, c.Address)
		for _, what := range c.unlike(cat, other, gone) {
			out = append(out, c.Address+": "+what)
		}
	}
	for i := range again.Changes {
		c := &again.Changes[i]
		if byAddress[c.Address] != nil {
			out = append(out, c.Address+": is changed and not shown")
			continue
		}
		orderAgain = append(orderAgain, c.Address)
	}
	if len(out) == 0 && !slices.Equal(order, orderAgain) {
		out = append(out, "the changes come in another order")
	}
	counted := Summary{Unchanged: said.Summary.Unchanged}
	for i := range said.Changes {
		counted.count(&said.Changes[i])
	}
	if counted != said.Summary {
		out = append(out, "it counts its changes otherwise than it lists them")
	}
	return out
}

// unlike lists what differs between two accounts of one change.
func (c *Change) unlike(cat *model.Catalog, again *Change, gone map[string]bool) []string {
	var out []string
	differs := func(what string, said, now any) {
		a, errA := model.DigestJSON(said)
		b, errB := model.DigestJSON(now)
		if errA != nil || errB != nil || a != b {
			out = append(out, what)
		}
	}
	k := cat.Kind(c.Kind)
	differs("the action is another one", c.Action, again.Action)
	differs("kind, site or name is another one", []string{c.Kind, c.Site, c.Name, c.RenamedFrom}, []string{again.Kind, again.Site, again.Name, again.RenamedFrom})
	said, unseen := c.seen(k, again)
	for _, f := range again.Fields {
		i := slices.IndexFunc(said, func(s Field) bool { return s.Path == f.Path && sameField(k, s, f) })
		if i < 0 {
			out = append(out, f.Path+" is not shown as it would be written")
			continue
		}
		said = slices.Delete(said, i, i+1)
	}
	for _, f := range said {
		out = append(out, f.Path+" is shown and would not be written")
	}
	impacts := c.Impact
	if unseen {
		impacts = slices.DeleteFunc(slices.Clone(c.Impact), func(i Impact) bool { return !slices.Contains(again.Impact, i) && c.hides(k, i.Path) })
	}
	differs("the effects are others", orEmpty(impacts), orEmpty(again.Impact))
	if !unseen {
		differs("whether it can be undone is another answer", c.Reversible, again.Reversible)
	} else if c.Reversible && !again.Reversible {
		out = append(out, "whether it can be undone is another answer")
	}
	needs := slices.DeleteFunc(slices.Clone(c.DependsOn), func(a string) bool { return gone[a] })
	differs("what must come first is another answer", orEmpty(needs), orEmpty(again.DependsOn))
	differs("what is linked to the new object is another answer", orEmpty(c.Relinks), orEmpty(again.Relinks))
	differs("what else it changes is another answer", certain(c.AlsoChanges), certain(again.AlsoChanges))
	differs("when settings are activated is another answer", []*Activation{c.ActivateBefore, c.ActivateWithin}, []*Activation{again.ActivateBefore, again.ActivateWithin})
	differs("the folder it is put into is another one", c.Place.folder(), again.Place.folder())
	differs("the object it was computed from is another one", c.PreImage, again.PreImage)
	return out
}

// seen leaves out of the fields those that no farm shows and that the second
// account does not have.
func (c *Change) seen(k *model.Kind, again *Change) (fields []Field, unseen bool) {
	for _, f := range c.Fields {
		there := slices.ContainsFunc(again.Fields, func(a Field) bool { return a.Path == f.Path })
		if !there && c.hides(k, f.Path) && c.wants(f) {
			unseen = true
			continue
		}
		fields = append(fields, f)
	}
	return fields, unseen
}

// wants tells whether a field that is shown is what the change would write. An
// entry of a list is not looked up: its list is compared as a whole.
func (c *Change) wants(f Field) bool {
	plain, labels := splitLabels(f.Path)
	if c.Desired == nil || len(labels) > 0 {
		return c.Desired != nil
	}
	value, _ := model.Lookup(c.Desired.Spec, plain)
	a, errA := model.DigestJSON(show(value))
	b, errB := model.DigestJSON(f.After)
	return errA == nil && errB == nil && a == b
}

// hides tells whether a value stands where no read shows it.
func (c *Change) hides(k *model.Kind, path string) bool {
	if k == nil {
		return false
	}
	plain, _ := splitLabels(path)
	for p := k.Spec.Find(plain); p != nil; p = p.Parent {
		if p.WriteOnly || p.Anywhere {
			return true
		}
	}
	return false
}

func onlyUnseen(cat *model.Catalog, c *Change) bool {
	k := cat.Kind(c.Kind)
	if c.Action != Update || len(c.Fields) == 0 {
		return false
	}
	for _, f := range c.Fields {
		if !c.hides(k, f.Path) || !c.wants(f) {
			return false
		}
	}
	return true
}

// sameField compares values; of what no farm shows the notes may differ, as
// they say what this machine knows.
func sameField(k *model.Kind, said, again Field) bool {
	if k != nil {
		plain, _ := splitLabels(said.Path)
		if p := k.Spec.Find(plain); p != nil && p.WriteOnly {
			said.Note, again.Note = "", ""
		}
	}
	a, errA := model.DigestJSON(said)
	b, errB := model.DigestJSON(again)
	return errA == nil && errB == nil && a == b
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// Beyond lists what a change wants and a document does not declare: nothing, if
// the change follows from the document.
func Beyond(wanted, declared map[string]any, path string) []string {
	var out []string
	for name, w := range wanted {
		at := joinPath(path, name)
		d, ok := declared[name]
		wm, isMap := w.(map[string]any)
		dm, alsoMap := d.(map[string]any)
		switch {
		case !ok:
			out = append(out, fmt.Sprintf("%s is not declared", at))
		case isMap && alsoMap:
			out = append(out, Beyond(wm, dm, at)...)
		default:
			a, errA := model.DigestJSON(show(w))
			b, errB := model.DigestJSON(show(d))
			if errA != nil || errB != nil || a != b {
				out = append(out, fmt.Sprintf("%s is declared otherwise", at))
			}
		}
	}
	slices.Sort(out)
	return out
}

// Rotates tells whether a plan sends secrets because of --rotate-secrets.
func (p *Plan) Rotates() bool { return p.notes(rotateNote) }

// WritesUnseen tells whether a plan writes what the farm does not show because
// of --write-unseen.
func (p *Plan) WritesUnseen() bool { return p.notes(forcedNote) }

func (p *Plan) notes(note string) bool {
	for i := range p.Changes {
		for _, f := range p.Changes[i].Fields {
			if strings.Contains(f.Note, note) {
				return true
			}
		}
	}
	return false
}

// rotateNote marks secrets that are sent again because somebody asked for it.
const rotateNote = "sent because of --rotate-secrets"
