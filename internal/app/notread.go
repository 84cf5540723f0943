package app

import (
	"fmt"
	"strings"

	"rassync/internal/export"
	"rassync/internal/ras"
)

// Incomplete is the failure of an export that lacks kinds which the farm did
// not let it read: as a backup it must not pass for a whole one.
func (x *Exported) Incomplete() error {
	return unread(x.Missing, "the export is incomplete: %s", "what was read is written; leave out with --except what the account need not see")
}

// NotCompared is the failure of a comparison that found nothing, but could
// not see everything.
func NotCompared(list []export.NotRead) error {
	return unread(list, "not everything was compared: %s", "leave out with --except what the account need not see")
}

// Unseen is NotCompared for what the folder declares alone: an empty plan must
// not stand for objects that nobody could see.
func (p *Planned) Unseen() error {
	var list []export.NotRead
	for _, n := range p.Live.NotRead {
		for _, d := range p.Folder.Objects() {
			if d.Address.Kind == n.Kind && (n.Site == "" || strings.EqualFold(n.Site, d.Address.Site)) {
				list = append(list, n)
				break
			}
		}
	}
	return NotCompared(list)
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

// blind is the failure of a plan whose objects cannot be seen: they must not
// pass for deleted ones.
func (s *scope) blind(live *export.Farm) error {
	var list []export.NotRead
	for _, n := range live.NotRead {
		if s.whole[n.Kind] {
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
