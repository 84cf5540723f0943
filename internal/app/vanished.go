package app

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/runs"
	"rassync/internal/selector"
	"rassync/internal/workspace"
)

// vanished lists the objects that were declared when the folder was last applied
// or exported and have no document any more. Nothing deletes them, and nothing else
// would say so.
func (a *App) vanished(f *Folder, farm string, sel selector.Set) ([]model.Address, error) {
	last, err := f.Store().Declared(farm)
	if err != nil {
		return nil, err
	}
	known := map[model.Address]bool{}
	for _, o := range append(f.Objects(), f.Going()...) {
		known[o.Address.Key()] = true
		if o.RenamedFrom != "" {
			old := o.Address
			old.Name = o.RenamedFrom
			known[old.Key()] = true
			old.Name = o.OldName()
			known[old.Key()] = true
		}
	}
	var out []model.Address
	for _, text := range last.Objects {
		addr, err := a.Catalog.ParseAddress(text)
		if err != nil || known[addr.Key()] || !sel.Match(addr) {
			continue // of another version's kinds, or still declared
		}
		if k := a.Catalog.Kind(addr.Kind); k.Shape != model.Collection || f.Config.Mode(addr.Kind, addr.Site) == workspace.Exclusive {
			continue // settings stay by themselves; of exclusive kinds plans speak anyhow
		}
		out = append(out, addr)
	}
	return out, nil
}

// stillThere says of objects without documents that they are on the farm and stay.
func stillThere(p *Planned, gone []model.Address) {
	folders := map[model.Address]bool{}
	var names []string
	for _, addr := range gone {
		live := p.Live.Find(addr)
		if live == nil || live.Builtin || folders[live.Address.Key()] {
			continue
		}
		folders[live.Address.Key()] = true
		names = append(names, live.Address.String())
	}
	for i := range p.Plan.Changes {
		if c := &p.Plan.Changes[i]; c.Action == plan.Delete || c.RenamedFrom != "" {
			old := model.Address{Site: c.Site, Kind: c.Kind, Name: first(c.RenamedFrom, c.Name)}
			names = slices.DeleteFunc(names, func(n string) bool { return model.Fold(n) == model.Fold(old.String()) })
		}
	}
	if len(names) == 0 {
		return
	}
	sort.Strings(names)
	p.Plan.NoLongerDeclared = names
	text := model.Count(len(names), "object is no longer declared; it stays", "objects are no longer declared; they stay") + " (additive): " + strings.Join(names[:min(len(names), 10)], ", ")
	if more := len(names) - 10; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	p.Plan.Warnings = append(p.Plan.Warnings, text+". A document that says confirm: delete, with --prune, deletes one; plan --since plans the delete of a deleted document")
}

// noteDeclared remembers what is declared, once it was applied or exported. Objects
// that the selection leaves out stay as they were remembered.
func (a *App) noteDeclared(f *Folder, farm string, sel selector.Set, declared []model.Address) {
	store := f.Store()
	seen := map[string]bool{}
	list := []string{}
	add := func(name string) {
		if !seen[name] {
			seen[name] = true
			list = append(list, name)
		}
	}
	for _, addr := range declared {
		add(addr.String())
	}
	if last, err := store.Declared(farm); err == nil {
		for _, text := range last.Objects {
			if addr, err := a.Catalog.ParseAddress(text); err == nil && !sel.Match(addr) {
				add(text)
			}
		}
	}
	sort.Strings(list)
	if err := store.NoteDeclared(farm, runs.Declared{Objects: list}); err != nil {
		a.Warn("what is declared could not be noted, so the next plan will not say which documents are gone: %v", err)
	}
}

// NoteApplied remembers what was declared when a plan of a folder was carried out.
func (a *App) NoteApplied(s *Session, p *Planned) {
	if p.declares == nil {
		return // a plan file without its documents
	}
	var declared []model.Address
	for _, o := range p.declares {
		declared = append(declared, o.Address)
	}
	a.noteDeclared(p.Folder, s.Farm().GUID, p.selection, declared)
}
