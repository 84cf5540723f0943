package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/ras"
	"rassync/internal/runs"
)

// Some farms take a second object of the same name. Two runs that make the same
// object at once, in two clones or pipelines, would leave two. So a run looks at
// the names again after its creates, and before anything depends on them: where
// there is more than one, the object with the smallest id stays, and each run takes
// back what it made beyond that. Ids grow, so whoever posted later sees the other.

// fresh is an object that this run, or the one that it resumes, has made.
type fresh struct {
	change  *plan.Change
	desired *model.Object
	siteID  string
	parent  int64
	ids     []string // that the run knows to have made
}

// noteBeside notes, before an object is made, which objects of its name there are:
// what comes is none of them.
func (r *task) noteBeside(a model.Address) string {
	key := a.String()
	if r.beside[key] == "" {
		var ids []string
		for _, o := range r.Live.Names.Namesakes(a) {
			ids = append(ids, o.ID)
		}
		slices.Sort(ids)
		if r.beside[key] = strings.Join(ids, ","); len(ids) == 0 {
			r.beside[key] = "none"
		}
	}
	return r.beside[key]
}

// madeAlready looks for what an earlier try has made; nil if it made nothing.
func (r *task) madeAlready(ctx context.Context, desired *model.Object, siteID string, parent int64) (*model.Object, error) {
	a := desired.Address
	before, sent := r.beside[a.String()]
	mine := r.MadeBefore[a.String()]
	switch {
	case a.Mark() == "" && before == "": // an earlier version did not note it
		return r.Live.Search(ctx, r.Writer, a, siteID, parent)
	case !sent && len(mine) == 0:
		return nil, nil // no create was sent
	}
	list, err := r.Live.Listed(ctx, r.Writer, a, siteID)
	if err != nil {
		return nil, err
	}
	k := r.cat.Kind(a.Kind)
	var found []*model.Object
	for _, o := range list {
		if !model.SameName(o.Address.Name, k.OwnName(a.Name)) || k.Tree != nil && o.ParentID != parent {
			continue
		}
		if slices.Contains(mine, o.ID) {
			found = []*model.Object{o}
			break
		}
		if sent && !slices.Contains(strings.Split(before, ","), o.ID) {
			found = append(found, o)
		}
	}
	switch {
	case len(found) == 0:
		return nil, nil
	case len(found) == 1 && (before != "" || slices.Contains(mine, found[0].ID)):
		found[0].Address = a
		return found[0], nil
	}
	return nil, fmt.Errorf("nobody knows which object the run has made: %d of the name %s may be it; look at them in the console, keep the right one, and plan again", len(found), a.Unmarked().Name)
}

// TwinError says that somebody else made the same object at the same time, and that
// what the run had made of it was taken back.
type TwinError struct {
	Address    string
	Mine, Stay string // ids
}

// Error says which object stays.
func (e *TwinError) Error() string {
	return fmt.Sprintf("somebody else made %s at the same time (id %s): what this run had made of it (id %s) was taken back", e.Address, e.Stay, e.Mine)
}

// noteFresh keeps an object in mind that must be looked for again.
func (r *task) noteFresh(c *plan.Change, desired, live *model.Object, siteID string, parent int64, posted bool) {
	if desired.Address.Mark() != "" {
		return // several of this name are declared
	}
	f := &fresh{change: c, desired: desired, siteID: siteID, parent: parent, ids: r.MadeBefore[desired.Address.String()]}
	if posted {
		f.ids = append(f.ids[:len(f.ids):len(f.ids)], live.ID)
	}
	r.fresh = append(r.fresh, f)
}

// lookAgain looks for others of the name of what was made; only concerns those that
// the change c needs, nil all of them. One list is read per kind and site.
func (r *task) lookAgain(ctx context.Context, c *plan.Change) error {
	needed := map[string]bool{}
	if c != nil {
		for _, d := range c.DependsOn {
			if !c.OnlyOrdered(d) {
				needed[d] = true
			}
		}
	}
	if c != nil && len(needed) == 0 {
		return nil
	}
	// Who needs what somebody else just looks for waits for the answer.
	r.turn.reserve(r.busy, namesakes)
	defer r.turn.release(r.busy, namesakes)
	type place struct{ kind, site string }
	due := map[place]bool{}
	for _, f := range r.fresh {
		if c == nil || needed[f.change.Address] || needed[f.desired.Address.String()] {
			due[place{f.desired.Address.Kind, f.siteID}] = true
		}
	}
	if len(due) == 0 {
		return nil
	}
	var later, now []*fresh
	for _, f := range r.fresh {
		if due[place{f.desired.Address.Kind, f.siteID}] {
			now = append(now, f)
		} else {
			later = append(later, f)
		}
	}
	r.fresh = later
	lists := map[place]map[string][]*model.Object{} // by name
	for _, f := range now {
		at := place{f.desired.Address.Kind, f.siteID}
		list, have := lists[at]
		if !have {
			all, err := r.Live.Listed(ctx, r.Writer, f.desired.Address, f.siteID)
			if err != nil {
				r.unverified(f.desired.Address.String(), fmt.Errorf("whether somebody else made it too is not known: %w", err))
			}
			list = map[string][]*model.Object{}
			for _, o := range all {
				name := model.Fold(o.Address.Name)
				list[name] = append(list[name], o)
			}
			lists[at] = list
		}
		if err := r.oneStays(ctx, f, list[model.Fold(r.cat.Kind(at.kind).OwnName(f.desired.Address.Name))]); err != nil {
			return err
		}
	}
	return nil
}

// oneStays takes back what this run made beyond the object that stays.
func (r *task) oneStays(ctx context.Context, f *fresh, list []*model.Object) error {
	k := r.cat.Kind(f.desired.Address.Kind)
	var named []*model.Object
	for _, o := range list {
		if model.SameName(o.Address.Name, k.OwnName(f.desired.Address.Name)) && (k.Tree == nil || o.ParentID == f.parent) {
			named = append(named, o)
		}
	}
	if len(named) < 2 {
		return nil
	}
	stays := named[0]
	for _, o := range named[1:] {
		if smallerID(o.ID, stays.ID) {
			stays = o
		}
	}
	address := f.desired.Address.String()
	for _, o := range named {
		if o == stays || !slices.Contains(f.ids, o.ID) {
			continue
		}
		mine := &model.Object{ID: o.ID, Address: f.desired.Address, SiteID: f.siteID, ParentID: o.ParentID}
		if err := r.remove(ctx, k, mine); err != nil {
			return &runError{fmt.Errorf("%s exists twice, and what this run made (id %s) could not be taken back: %w", address, o.ID, err)}
		}
		if live := r.Live.Find(f.desired.Address); live != nil && live.ID == o.ID {
			r.forget(live)
		}
		twin := &TwinError{Address: address, Mine: o.ID, Stay: stays.ID}
		r.twins[f.change.Address] = true
		r.result.Twins = append(r.result.Twins, Failure{Address: address, Err: twin})
		r.result.Done--
		r.emit(Event{Type: Notice, Address: address, Message: twin.Error()})
		if err := r.note(runs.Entry{Event: runs.Undone, Address: f.change.Address, Action: string(f.change.Action), ID: o.ID, Error: twin.Error()}); err != nil {
			return &runError{err}
		}
		if r.Sent != nil {
			r.Sent.Forget(f.desired.Address)
			if err := r.Sent.Save(); err != nil {
				return &runError{err}
			}
		}
	}
	if r.Live.Find(f.desired.Address) == nil {
		// What comes next refers to the one that stays.
		live, err := r.Live.Reread(ctx, r.Writer, stays, plan.WantOf(f.desired))
		if err != nil || live == nil {
			return err
		}
		live.Address, live.SiteID = f.desired.Address, f.siteID
		r.Live.Remember(live)
	}
	return nil
}

func smallerID(a, b string) bool {
	x, xok := model.AsInt(a)
	y, yok := model.AsInt(b)
	if xok && yok {
		return x < y
	}
	return a < b
}

// A POST whose answer was lost may still be carried out: by a farm that is slow, or
// by something in between that sends it on. To send it again would be a guess, so it
// is looked for instead, as long as it can still arrive.

// lostPost is a POST whose answer was lost.
type lostPost struct {
	left    time.Duration // how long it can still arrive
	earlier bool          // sent by the run that this one resumes
	err     error         // how it was lost
}

// DoubtError says that nobody knows whether an object was made.
type DoubtError struct {
	Address string
	key     string
	err     error
}

// Error says what was not done.
func (e *DoubtError) Error() string {
	return fmt.Sprintf("nobody knows whether the farm made %s: the answer was lost and it is not there so far, and sending it again could make it twice (%v)", e.Address, e.err)
}

// maybeLate tells whether a request that failed may still be carried out.
func maybeLate(err error) bool {
	var e *ras.Error
	return errors.As(err, &e) && e.Kind == ras.KindUnknownOutcome && e.Status != 500
}

// waitForLost waits a little for a POST that may still arrive. It answers whether
// it is worth to look again.
func (r *task) waitForLost(d *DoubtError) bool {
	p := r.lostPosts[d.key]
	if p.left <= 0 {
		if p.earlier { // long ago by now: it can no longer arrive
			delete(r.lostPosts, d.key)
			return true
		}
		return false
	}
	if r.latePause = min(max(2*r.latePause, time.Second), longestLatePause); r.latePause > p.left {
		r.latePause = p.left
	}
	if err := r.Writer.Pause(r.interrupted, r.latePause, "looking for what a lost request may have made"); err != nil {
		return false
	}
	p.left -= r.latePause
	return true
}

// longestLatePause is the longest time between two looks for a lost create.
const longestLatePause = 10 * time.Second
