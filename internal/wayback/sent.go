package wayback

import (
	"slices"
	"strings"

	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/runs"
)

// touched is an object for which the run sent something that the farm took, or
// may have taken.
type touched struct {
	address string
	change  *plan.Change // nil: the run only moved its references
	created bool
	deleted bool
	fields  map[string]bool
	entries map[string]bool // entries of lists that were added or removed
	done    bool            // the run finished with it
	checked bool            // ... and read back what became of it
	all     bool            // anything may have been sent: journals of earlier versions do not say
	// made is the id of the object that a create made; temp that of the one which
	// a replacement made under a temporary name.
	made, temp string
	// beside are the ids of what had the name before the create: see runs.Entry.
	beside      string
	tempCreated bool
	// digest is how a new object read once everything was written, reads are the
	// properties that read back otherwise than written; see runs.Entry.
	digest string
	reads  map[string]string
	// copies are what the farm itself changed along with other objects; besides
	// says that the run sent nothing else for this one.
	copies  []copied
	besides bool
}

// sent collects what the entries of a journal say was sent.
type sent struct {
	cat     *model.Catalog
	changes map[string]*plan.Change // by address and action
	ids     map[string]string       // of the objects before the run, by address of the change
	byKey   map[string]*touched
	list    []*touched
}

// sentBy reads a journal.
func sentBy(cat *model.Catalog, entries []runs.Entry, p *plan.Plan, ids map[string]string) *sent {
	s := &sent{cat: cat, changes: map[string]*plan.Change{}, ids: ids, byKey: map[string]*touched{}}
	for i := range p.Changes {
		c := &p.Changes[i]
		s.changes[c.Address+" "+string(c.Action)] = c
	}
	read := map[string]runs.Entry{}
	actions := map[string]string{} // of the changes that were begun; several may be under way
	for i, e := range entries {
		switch e.Event {
		case "begin":
			actions[e.Address] = e.Action
		case "send":
			if e.Address != "" && e.Request != runs.ActivateRequest && taken(entries[i+1:], e) {
				s.send(e, actions[e.Address])
			}
		case "done":
			if t := s.byKey[e.Address+" "+e.Action]; t != nil {
				t.done = true
			}
		case runs.Checked:
			s.checked()
		case "finished":
			switch e.Result { // earlier versions noted no more than that
			case "done", "not converged", "not verified", "incomplete":
				s.checked()
			}
		case "made":
			if t := s.of(e, actions[e.Address]); t != nil && e.Object == "" {
				t.made = e.ID
			} else if t != nil {
				t.temp = e.ID
			}
		case "read":
			read[e.Address] = e
		}
	}
	for _, t := range s.list {
		if e, ok := read[t.address]; ok {
			t.digest, t.reads = e.Digest, e.Reads
		}
	}
	s.effects()
	return s
}

// checked notes that everything that is done was read back.
func (s *sent) checked() {
	for _, t := range s.list {
		t.checked = t.done
	}
}

// copied is what the farm changed of an object along with another one.
type copied struct {
	from   *touched
	effect plan.Effect
}

// effects adds what the farm changed along with what was sent.
func (s *sent) effects() {
	for _, t := range slices.Clone(s.list) {
		if t.change == nil || t.change.Action != plan.Update {
			continue
		}
		for _, e := range t.change.AlsoChanges {
			if len(e.Sites) > 0 {
				continue // nobody can see what it was there
			}
			i := slices.IndexFunc(s.list, func(o *touched) bool { return o.address == e.Address })
			if i < 0 {
				s.list = append(s.list, &touched{address: e.Address, fields: map[string]bool{}, entries: map[string]bool{}, besides: true})
				i = len(s.list) - 1
			}
			s.list[i].copies = append(s.list[i].copies, copied{t, e})
		}
	}
}

// taken tells whether the farm carried a request out, or may have: only an
// answer that says no makes sure that it did not.
func taken(after []runs.Entry, sent runs.Entry) bool {
	for _, e := range after {
		switch {
		case e.Address != sent.Address: // of another change that was under way
		case e.Event == "answer" && e.Request == sent.Request:
			return e.Error == "" || e.Error == "unknown-outcome" || e.Error == "server" || e.Error == "failed" || e.Error == "throttled" || e.Error == "connection" || e.Error == "canceled"
		case e.Event == "send":
			return true
		}
	}
	return true
}

func (s *sent) send(e runs.Entry, action string) {
	t := s.of(e, action)
	if t == nil {
		return
	}
	temp := t.change != nil && s.isTemp(t.change, e)
	switch e.Does {
	case "create":
		if temp {
			t.tempCreated = true
		} else {
			t.created = true
			if t.beside == "" {
				t.beside = e.Beside
			}
		}
	case "delete":
		if temp {
			t.tempCreated = false
		} else {
			t.deleted = true
		}
	case "update", "add", "remove":
		if e.Does != "update" && len(e.Fields) > 0 {
			t.entries[e.Fields[0]] = true
		}
		for _, f := range e.Fields {
			if temp && f == "name" {
				t.created = true // the new object has the name now
				t.made = e.ID
			}
			t.fields[f] = true
		}
	default: // a run of an earlier version
		t.all = true
		if t.change == nil {
			return
		}
		switch t.change.Action {
		case plan.Create:
			t.created = true
		case plan.Delete:
			t.deleted = true
		case plan.Replace:
			t.created, t.deleted, t.tempCreated = true, true, true
		case plan.Update, plan.Reorder: // the object is there before and after
		}
	}
}

// of finds, or begins, what is known of the object of an entry.
func (s *sent) of(e runs.Entry, action string) *touched {
	c := s.changes[e.Address+" "+action]
	key, address := e.Address+" "+action, e.Address
	if e.Object != "" && c != nil && !s.isOwn(c, e) && !s.isTemp(c, e) {
		if _, err := s.cat.ParseAddress(e.Object); err != nil {
			return nil
		}
		key, address, c = e.Object, e.Object, nil
	}
	t := s.byKey[key]
	if t == nil {
		t = &touched{address: address, change: c, fields: map[string]bool{}, entries: map[string]bool{}}
		s.byKey[key] = t
		s.list = append(s.list, t)
	}
	return t
}

// isOwn tells whether an entry is about the object of the change itself, which
// may have another name by then.
func (s *sent) isOwn(c *plan.Change, e runs.Entry) bool {
	// Ids count for each kind on their own.
	if a, err := s.cat.ParseAddress(e.Object); err != nil || a.Kind != c.Kind {
		return false
	}
	if e.ID != "" && e.ID == s.ids[c.Address] {
		return true
	}
	t := s.byKey[c.Address+" "+string(c.Action)]
	return t != nil && e.ID != "" && e.ID == t.made
}

func (s *sent) isTemp(c *plan.Change, e runs.Entry) bool {
	a, err := s.cat.ParseAddress(e.Object)
	return err == nil && e.Object != "" && a.Kind == c.Kind && strings.EqualFold(a.Name, plan.TempName(c.Name))
}

// covers tells whether something was sent of a property: of itself, of what it
// is part of, or of a part of it.
func (t *touched) covers(path string) bool {
	if t.all || t.deleted {
		return true
	}
	for f := range t.fields {
		if f == path || inside(f, path) || inside(path, f) {
			return true
		}
	}
	return false
}

// between tells whether a property may be neither as before nor as wanted
// because the run did not get to its end: it had taken an entry away, or had not
// written all of one that it added.
func (t *touched) between(path string) bool {
	if t.done {
		return false
	}
	for e := range t.entries {
		if path == e || inside(path, e) {
			return true
		}
	}
	return false
}

// inside tells whether a path lies below another.
func inside(path, above string) bool {
	rest, ok := strings.CutPrefix(path, above)
	return ok && rest != "" && (rest[0] == '.' || rest[0] == '[')
}
