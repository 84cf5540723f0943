package plan

import (
	"fmt"
	"sort"
	"strings"

	"rassync/internal/model"
)

// deletes lists what goes: what a rollback takes back, and with Prune what is
// not declared in exclusive kinds, and what its document says may go.
func (b *builder) deletes() {
	for _, a := range b.Absent {
		if live := b.Live.Find(a); live != nil && b.wantOf[live] == nil && b.selected(a) {
			b.delete(live)
		}
	}
	if b.Exclusive == nil {
		return
	}
	defer b.warnConfirmedButKept()
	left := 0
	for _, k := range b.Catalog.Kinds() {
		if !b.Live.Read[k.Name] || k.Shape != model.Collection {
			continue
		}
		for _, o := range b.Live.Objects[k.Name] {
			if o.Builtin || b.wantOf[o] != nil || !k.CanDelete() || !b.selected(o.Address) || b.changeOf(o) != nil {
				continue
			}
			goes := b.confirmingDoc(o) != nil
			if !goes && !b.Exclusive(k.Name, o.Address.Site) || goes && !b.Prune {
				continue
			}
			if b.Protected != nil && b.Protected(o.Address) && !goes {
				b.warnings = append(b.warnings, fmt.Sprintf("%s is not declared, but protected: left alone", o.Address))
				continue
			}
			if o.Unsure != "" {
				b.warnings = append(b.warnings, fmt.Sprintf("%s is not declared, but left alone: this farm does not show %s, so nobody can say whether it is configuration", o.Address, o.Unsure))
				continue
			}
			if !b.Prune {
				left++
				continue
			}
			b.delete(o)
		}
	}
	if left > 0 {
		b.warnings = append(b.warnings, fmt.Sprintf("%s not declared although the kind is exclusive; --prune would delete what is not declared", objects(left, "")))
	}
}

// confirmingDoc is the document that says of a live object that it may be deleted.
func (b *builder) confirmingDoc(live *model.Object) *model.Object {
	for _, a := range allAddresses(live) {
		if d := b.going[a.Key()]; d != nil {
			return d
		}
	}
	return nil
}

// warnConfirmedButKept warns of objects that may be deleted by their document and are not.
func (b *builder) warnConfirmedButKept() {
	var without []string
	for _, d := range b.going {
		live := b.Live.Find(d.Address)
		if live == nil || !b.selected(d.Address) || b.changeOf(live) != nil {
			continue
		}
		switch k := b.Catalog.Kind(d.Address.Kind); {
		case live.Builtin || !k.CanDelete():
			b.warnings = append(b.warnings, fmt.Sprintf("%s is left alone although its document says confirm: delete: it cannot be deleted", d.Address))
		case !b.Prune:
			without = append(without, d.Address.String())
		}
	}
	if len(without) > 0 {
		sort.Strings(without)
		b.warnings = append(b.warnings, fmt.Sprintf("%s on the farm although %s confirm: delete: without --prune nothing is deleted: %s",
			objects(len(without), ""), map[bool]string{true: "its document says", false: "their documents say"}[len(without) == 1], listed(without)))
	}
}

// listed names some of many.
func listed(names []string) string {
	s := strings.Join(names[:min(len(names), maxNamed)], ", ")
	if more := len(names) - maxNamed; more > 0 {
		s += fmt.Sprintf(" and %d more", more)
	}
	return s
}

func (b *builder) delete(o *model.Object) {
	k := b.Catalog.Kind(o.Address.Kind)
	if o.Builtin {
		b.warnings = append(b.warnings, fmt.Sprintf("%s is built in and cannot be deleted: left alone", o.Address))
		return
	}
	c := &change{Change: Change{Action: Delete, Fields: []Field{}, Before: o}, live: o}
	if d := b.confirmingDoc(o); d != nil {
		c.Confirmed = true
		c.Source = &Source{File: d.Source.File, Line: d.Source.Line}
	}
	b.describe(k, c, nil)
	b.put(c)
}
