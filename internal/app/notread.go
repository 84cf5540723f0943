package app

import (
	"fmt"
	"slices"

	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/ras"
)

// Incomplete is the failure of an export that lacks kinds which the farm did
// not let it read: as a backup it must not pass for a whole one.
func (x *Exported) Incomplete() error {
	return unread(x.Missing, "the export is incomplete: %s", "what was read is written; leave out with --except what the account need not see")
}

// failed is the failure of an export whose reads went wrong: the folder is
// left as it is.
func (x *Exported) failed() error {
	return unread(broken(x.Missing), "nothing was written: %s", "try again; if the farm keeps failing there, leave that kind out with --except kind:NAME")
}

// broken are the lists of which no sensible answer came. What the account may
// not see, or the release does not have, is another thing: the farm said so.
func broken(list []export.NotRead) []export.NotRead {
	var out []export.NotRead
	for _, n := range list {
		switch ras.KindOf(n.Err) {
		case ras.KindRights, ras.KindNotFound, ras.KindRefused:
		default:
			out = append(out, n)
		}
	}
	return out
}

// NotCompared is the failure of a comparison that found nothing, but could
// not see everything.
func NotCompared(list []export.NotRead) error {
	return unread(list, "not everything was compared: %s", "leave out with --except what the account need not see")
}

// Unseen is NotCompared for what the folder declares alone: an empty plan must
// not stand for objects that nobody could see.
func (p *Planned) Unseen() error { return NotCompared(p.unseen()) }

// unseen are the lists that hold what the folder declares, or what it puts
// into an order.
func (p *Planned) unseen() []export.NotRead {
	var list []export.NotRead
	for _, n := range p.Live.NotRead {
		for _, d := range p.Folder.Objects() {
			k := p.Live.Catalog.Kind(d.Address.Kind)
			holds := k.Name == n.Kind || k.Order != nil && slices.Contains(k.Order.Of, n.Kind)
			if holds && (n.Site == "" || d.Address.Site == "" || model.SameName(n.Site, d.Address.Site)) {
				list = append(list, n)
				break
			}
		}
	}
	return list
}

// whole is the failure of a plan for which a list could not be read although
// nothing forbids it: to carry out the rest would pass for all of it.
func (p *Planned) whole() error {
	return unread(broken(p.unseen()), "nothing was written: %s", "try again; if the farm keeps failing there, leave that kind out with --except kind:NAME")
}

// Unwritten is the failure of a plan, or of its apply, that leaves declared
// differences because no known call writes them.
func (p *Planned) Unwritten(class Class) error {
	if len(p.Plan.Unwritable) == 0 {
		return nil
	}
	var objects []string
	for _, u := range p.Plan.Unwritable {
		objects = append(objects, u.String())
	}
	values := "one declared difference could not be planned"
	if len(objects) > 1 {
		values = fmt.Sprintf("%d declared differences could not be planned", len(objects))
	}
	return Failf(class, "%s: no known call of the API writes them", values).With("make them in the console, or take them out of the documents").About(objects)
}

// Short is the failure of a plan, or of its apply, that is not all of what is
// declared: something could not be seen, or no known call writes it.
func (p *Planned) Short(class Class) error {
	if err := p.Unseen(); err != nil {
		return err
	}
	return p.Unwritten(class)
}

// blind is the failure of a plan whose objects cannot be seen: they must not
// pass for deleted ones.
func (s *scope) blind(live *export.Farm) error {
	var list []export.NotRead
	for _, n := range live.NotRead {
		// Of what is needed by name alone, such as the siblings of what is put
		// into an order, the account need not see everything.
		if s.whole[n.Kind] || s.names[n.Kind] && len(broken([]export.NotRead{n})) > 0 {
			list = append(list, n)
		}
	}
	return unread(list, "nothing was written: %s", "use an account that may see what the plan touches")
}

// unread makes a failure of what was not read. Missing rights are the usual
// reason; anything else is an error of its own.
func unread(list []export.NotRead, format, hint string) error {
	class := Auth
	var objects []string
	for _, n := range list {
		switch ras.KindOf(n.Err) {
		case ras.KindNotFound:
			continue // an older release has no such kind: nothing is missing
		case ras.KindRights:
		default:
			class = Failed
		}
		objects = append(objects, n.String())
	}
	if len(objects) == 0 {
		return nil
	}
	lists := "one list was not read"
	if len(objects) > 1 {
		lists = fmt.Sprintf("%d lists were not read", len(objects))
	}
	return Failf(class, format, lists).With("%s", hint).About(objects)
}
