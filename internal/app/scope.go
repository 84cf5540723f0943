package app

import (
	"context"
	"sort"

	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/plan"
)

// scope collects which kinds a question needs.
type scope struct {
	cat   *model.Catalog
	whole map[string]bool
	names map[string]bool
}

func newScope(cat *model.Catalog) *scope {
	return &scope{cat: cat, whole: map[string]bool{}, names: map[string]bool{}}
}

// add reads a kind with its values. Siblings in an order are read by name: to
// put one of them somewhere, all must be known.
func (s *scope) add(kind string) {
	if s.whole[kind] {
		return
	}
	s.whole[kind] = true
	for _, k := range s.cat.Kinds() {
		if k.Order == nil {
			continue
		}
		member := k.Name == kind
		for _, of := range k.Order.Of {
			member = member || of == kind
		}
		if member {
			for _, of := range k.Order.Of {
				s.names[of] = true
			}
		}
	}
}

// referrers reads every kind that can refer to this one: what it still needs
// cannot be deleted, and moves along when it is made anew.
func (s *scope) referrers(kind string) {
	for _, k := range s.cat.Kinds() {
		k.Spec.Walk(func(p *model.Property) {
			for _, ref := range p.Ref {
				if ref == kind && !s.whole[k.Name] {
					s.add(k.Name)
				}
			}
		})
	}
}

// contents reads every kind whose objects lie in objects of this one.
func (s *scope) contents(kind string) {
	for _, k := range s.cat.Kinds() {
		switch {
		case k.Tree != nil && k.Tree.Folder == kind:
			s.names[k.Name] = true
		case kind == model.SiteKind && k.Scope == model.ScopeSite && k.Shape == model.Collection && k.CanDelete():
			s.names[k.Name] = true
		}
	}
}

// objects adds what is needed to plan these objects.
func (s *scope) objects(list []*model.Object) {
	for _, o := range list {
		if s.whole[o.Address.Kind] {
			continue
		}
		s.add(o.Address.Kind)
		if k := s.cat.Kind(o.Address.Kind); k != nil && k.Replace != "" {
			s.referrers(k.Name)
		}
	}
}

// deletes adds what is needed to delete objects of a kind.
func (s *scope) deletes(kind string) {
	s.add(kind)
	s.referrers(kind)
	s.contents(kind)
}

func (s *scope) request(want func(*model.Object, *model.Property) bool, parallel int) export.Request {
	req := export.Request{Kinds: []string{}, Want: want, Parallel: parallel}
	for k := range s.whole {
		req.Kinds = append(req.Kinds, k)
	}
	for k := range s.names {
		if !s.whole[k] {
			req.Names = append(req.Names, k)
		}
	}
	sort.Strings(req.Kinds)
	sort.Strings(req.Names)
	return req
}

// requestFor asks for what a plan of these objects needs.
func (s *scope) requestFor(desired []*model.Object, parallel int) export.Request {
	req := s.request(plan.Want(desired), parallel)
	req.Entries = desired
	return req
}

// see reads what a plan of these objects needs, and what was sent before: the
// ground on which a plan is made or checked. What cannot be seen must not pass
// for deleted.
func (a *App) see(ctx context.Context, s *Session, f *Folder, sc *scope, desired []*model.Object) (*Planned, error) {
	req := sc.requestFor(desired, s.Parallel)
	req.Version = s.Version
	live, err := export.Read(ctx, s.Reader(), a.Catalog, req)
	if err != nil {
		return nil, err
	}
	if err := sc.blind(live); err != nil {
		return nil, err
	}
	sent, err := a.sent(f, s.Farm().GUID)
	if err != nil {
		return nil, err
	}
	return &Planned{Live: live, Folder: f, Sent: sent}, nil
}
