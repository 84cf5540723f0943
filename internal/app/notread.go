package app

import (
	"errors"
	"fmt"
	"slices"

	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/ras"
)

// Incomplete is the failure of an export that lacks what the farm did not let
// it read: as a backup it must not pass for a whole one.
func (x *Exported) Incomplete() error {
	const hint = "what was read is written, the files of the rest are as they were; leave out with --except what the account need not see"
	if err := x.leftOut(); err != nil {
		return err
	}
	if len(x.failed) == 0 {
		return unread(x.Missing, Partial, "the export is incomplete: %s", hint)
	}
	var objects []string
	for _, n := range x.Missing {
		objects = append(objects, n.String())
	}
	for _, f := range x.failed {
		objects = append(objects, f.String())
	}
	what := model.Count(len(x.failed), "read of an object failed", "reads of objects failed")
	if n := len(x.Missing); n > 0 {
		what += ", " + model.Count(n, "list was not read", "lists were not read")
	}
	class := Partial
	if rights(x.Missing, x.failed) {
		class = Auth
	}
	return Failf(class, "the export is incomplete: %s", what).With("%s", hint).About(objects)
}

// leftOut is the failure of an export that has no place for an object of the farm.
func (x *Exported) leftOut() error {
	if x.Written == nil {
		return nil
	}
	var objects []string
	for _, u := range x.Written.Unplaced {
		if u.Whole && !u.Ignored {
			objects = append(objects, fmt.Sprintf("%s: %s", u.Address, u.Why))
		}
	}
	if len(objects) == 0 {
		return nil
	}
	for _, n := range x.Missing {
		objects = append(objects, n.String())
	}
	for _, f := range x.failed {
		objects = append(objects, f.String())
	}
	return Failf(Partial, "the export is incomplete: it lacks %s", model.Count(len(objects), "thing that the farm has or may have", "things that the farm has or may have")).
		With("rename in the console what cannot be written, or leave it out with --except").About(objects)
}

// rights tells whether nothing but missing rights kept things from being read.
func rights(lists []export.NotRead, reads []export.FailedRead) bool {
	for _, n := range lists {
		if ras.KindOf(n.Err) != ras.KindRights {
			return false
		}
	}
	for _, f := range reads {
		if ras.KindOf(f.Err) != ras.KindRights {
			return false
		}
	}
	return true
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
	return unread(withoutUnknownKinds(list), Failed, "not everything was compared: %s", "leave out with --except what the account need not see")
}

// Unseen is the failure of a comparison that could not see all of what the
// folder declares: an empty plan must not stand for that.
func (p *Planned) Unseen() error {
	if err := unread(p.unseen(), Failed, "not everything was compared: %s", "leave out with --except what the account need not see"); err != nil {
		return err
	}
	if len(p.Plan.NotShown) == 0 {
		return nil
	}
	return Failf(Failed, "not everything was compared: the farm does not show %s", model.Count(len(p.Plan.NotShown), "declared value", "declared values")).
		With("take them out of the documents, or send them with --write-unseen").About(plan.UnseenLines(p.Plan.NotShown))
}

// unseen are the lists on which something hangs that the folder declares.
func (p *Planned) unseen() []export.NotRead {
	return slices.DeleteFunc(slices.Clone(p.Live.NotRead), func(n export.NotRead) bool {
		return !slices.ContainsFunc(p.Plan.NotRead, func(r plan.NotRead) bool { return r.Kind == n.Kind && r.Site == n.Site })
	})
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
		var f *Failure
		if class == Partial && errors.As(err, &f) && f.Class == Failed {
			f.Class = Partial
		}
		return err
	}
	return p.Unwritten(class)
}

// Lost is the failure of a rollback or restore after which something is still
// not as it was.
func (p *Planned) Lost() error {
	if len(p.NotRestorable) > 0 {
		lost := "one thing does not come back"
		if n := len(p.NotRestorable); n > 1 {
			lost = fmt.Sprintf("%d things do not come back", n)
		}
		objects := slices.Clone(p.NotRestorable)
		for _, u := range p.Plan.Unwritable {
			objects = append(objects, u.String())
		}
		return Failf(Partial, "not everything is as it was: %s", lost).With("supply it again, or make it by hand").About(objects)
	}
	return nil
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
	return unread(withoutUnknownKinds(list), Failed, "nothing was written: %s", "use an account that may see what the plan touches")
}

// withoutUnknownKinds leaves out the kinds that the farm says it does not have:
// of an older release nothing is missing.
func withoutUnknownKinds(list []export.NotRead) []export.NotRead {
	return slices.DeleteFunc(slices.Clone(list), func(n export.NotRead) bool { return ras.KindOf(n.Err) == ras.KindNotFound })
}

// unread makes a failure of what was not read. Missing rights are a class of
// their own.
func unread(list []export.NotRead, class Class, format, hint string) error {
	if len(list) == 0 {
		return nil
	}
	var objects []string
	rights := true
	for _, n := range list {
		rights = rights && ras.KindOf(n.Err) == ras.KindRights
		objects = append(objects, n.String())
	}
	if rights {
		class = Auth
	}
	lists := "one list was not read"
	if len(objects) > 1 {
		lists = fmt.Sprintf("%d lists were not read", len(objects))
	}
	return Failf(class, format, lists).With("%s", hint).About(objects)
}
