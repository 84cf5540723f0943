package apply

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/ras"
	"rassync/internal/runs"
)

// verify reads back every touched object: what the farm accepted but did not
// take is named value by value, what it did not take away or put in order too.
func (r *task) verify(ctx context.Context) {
	lists := &asked{from: r.Writer, answers: map[string]*ras.Answer{}}
	looks := r.looksBack()
	gone := map[string]bool{} // sites, and what belongs to them
	for i := range r.plan.Changes {
		if c := &r.plan.Changes[i]; c.Action == plan.Delete && c.Kind == model.SiteKind {
			gone[model.Fold(c.Name)] = true
		}
	}
	for i := range r.plan.Changes {
		c := &r.plan.Changes[i]
		if c.Action == plan.Update && !gone[model.Fold(c.Site)] && !r.unfinished[c.Address] {
			r.verifyCopies(ctx, c)
		}
		if c.Action == plan.Delete || gone[model.Fold(c.Site)] || r.unfinished[c.Address] || r.twins[c.Address] {
			continue // what was not done is named already
		}
		if c.Action == plan.Reorder {
			r.verifyOrder(ctx, lists, c)
			continue
		}
		live := r.Live.Find(c.Desired.Address)
		if live == nil {
			continue
		}
		now, err := looks.Object(ctx, r.Writer, live, r.wantedBack(c))
		if err != nil {
			r.unverified(c.Address, err)
			continue
		}
		if now == nil {
			r.deviates(Deviation{Address: c.Address, Want: "to exist", Have: "gone"}, "it was written, and is not on the farm")
			continue
		}
		if r.result.ChangedAt == nil {
			r.result.ChangedAt = map[string]string{}
		}
		r.result.ChangedAt[c.Address] = now.ChangedAt
		_, fields := plan.Compare(r.cat.Kind(c.Kind), c.Reads(r.cat.Kind(c.Kind)), now, r.Live.Names, only{}, false)
		planned := map[string]bool{}
		for _, f := range c.Fields {
			planned[f.Path] = true
		}
		if c.Action == plan.Create || c.Action == plan.Replace {
			r.verifyFiles(c, now)
		}
		r.noteRead(c, now, fields)
		for _, f := range fields {
			if !r.taken(c.Address, f.Path) {
				continue
			}
			if p := r.cat.Kind(c.Kind).Spec.Find(f.Path); p != nil && p.InheritsDown != nil {
				continue
			}
			r.deviates(Deviation{Address: c.Address, Path: f.Path, Want: f.After, Have: f.Before}, fmt.Sprintf("%s: wrote %v, the farm reads back %v", f.Path, f.After, f.Before))
		}
	}
	for _, o := range r.deleted {
		if gone[model.Fold(o.Address.Site)] {
			continue
		}
		still, err := looks.Remains(ctx, r.Writer, o)
		switch {
		case err != nil:
			r.unverified(o.Address.String(), err)
		case still:
			r.deviates(Deviation{Address: o.Address.String(), Want: "to be gone", Have: "there"}, "it was deleted, and is still on the farm")
		}
	}
}

// readBack notes, of a run that the farm stopped, how what it has done reads now: a
// rollback is to tell what the farm made of it from what others change later.
func (r *task) readBack(ctx context.Context) error {
	looks := r.looksBack()
	for i := range r.plan.Changes {
		c := &r.plan.Changes[i]
		if !r.did[c.Address] || c.Action == plan.Delete || c.Action == plan.Reorder || r.twins[c.Address] {
			continue
		}
		live := r.Live.Find(c.Desired.Address)
		if live == nil {
			continue
		}
		now, err := looks.Object(ctx, r.Writer, live, r.wantedBack(c))
		if err != nil {
			return nil // nothing is noted, so nothing is taken for certain
		}
		if now == nil {
			continue
		}
		_, fields := plan.Compare(r.cat.Kind(c.Kind), c.Reads(r.cat.Kind(c.Kind)), now, r.Live.Names, only{}, false)
		r.noteRead(c, now, fields)
	}
	return r.note(runs.Entry{Event: runs.Checked})
}

// looksBack prepares to look at all that was written.
func (r *task) looksBack() *Looks {
	l := NewLooks(r.Live, &plan.Plan{}, r.Now)
	l.turn = r.Looks.turn
	for i := range r.plan.Changes {
		if c := &r.plan.Changes[i]; c.Action != plan.Delete && c.Action != plan.Reorder && !r.unfinished[c.Address] && !r.twins[c.Address] {
			l.expect(r.Live.Find(c.Desired.Address))
		}
	}
	for _, o := range r.deleted {
		l.expect(o)
	}
	return l
}

// wantedBack says which parts of an object are read back: those that were written.
func (r *task) wantedBack(c *plan.Change) func(*model.Object, *model.Property) bool {
	wanted, like := c.Wanted(), r.asSample[c.Address]
	if c.Action != plan.Create || len(like) == 0 {
		return wanted
	}
	return func(o *model.Object, p *model.Property) bool { return wanted(o, p) && !like[p] }
}

// noteRead writes down how an object reads once everything is written: of what
// is made, all of it, by its hash; of what is changed, the properties that the
// farm shows otherwise than they were sent. Whatever differs from that later was
// changed by somebody.
func (r *task) noteRead(c *plan.Change, now *model.Object, fields []plan.Field) {
	e := runs.Entry{Event: "read", Address: c.Address, ID: now.ID}
	if c.Action == plan.Create {
		e.Digest = plan.PreImage(r.cat, r.Live.Names, now, c.Wanted())
	}
	for _, f := range fields {
		if e.Reads == nil {
			e.Reads = map[string]string{}
		}
		e.Reads[f.Path] = model.Hash(f.Before)
	}
	if e.Digest == "" && len(e.Reads) == 0 {
		return
	}
	if err := r.note(e); err != nil {
		r.unverified(c.Address, err)
	}
}

// verifyOrder reads the line of siblings again.
func (r *task) verifyOrder(ctx context.Context, g export.Getter, c *plan.Change) {
	line, target, _, err := r.lineOf(ctx, g, c)
	if err != nil {
		r.unverified(c.Address, err)
		return
	}
	want, have := namesOf(export.Known(target)), namesOf(export.Known(line))
	if !slices.Equal(want, have) {
		r.deviates(Deviation{Address: c.Address, Path: "items", Want: want, Have: have},
			fmt.Sprintf("items: wrote %s, the farm reads back %s", strings.Join(want, ", "), strings.Join(have, ", ")))
	}
}

func namesOf(line []*model.Object) []string {
	var out []string
	for _, o := range line {
		out = append(out, o.Address.Name)
	}
	return out
}

// deletedBefore has what an earlier run deleted looked for again, unless this
// plan puts something else in its place.
func (r *task) deletedBefore(c *plan.Change) {
	if c.Action != plan.Delete {
		return
	}
	if r.stays[c.Address] {
		return
	}
	if o := r.find(c); o != nil {
		r.deleted = append(r.deleted, o)
	}
}

func (r *task) deviates(d Deviation, message string) {
	r.result.NotConverged = append(r.result.NotConverged, d)
	r.emit(Event{Type: NotConverged, Address: d.Address, Message: message})
}

func (r *task) unverified(address string, err error) {
	r.result.Unverified = append(r.result.Unverified, Failure{Address: address, Err: err})
	r.emit(Event{Type: NotConverged, Address: address, Message: "could not be read back", Err: err})
}

// asked answers the same question once: many objects stand in one list.
type asked struct {
	from    export.Getter
	answers map[string]*ras.Answer
}

// Get implements export.Getter.
func (a *asked) Get(ctx context.Context, path string, query url.Values) (*ras.Answer, error) {
	key := path + "?" + query.Encode()
	if ans, have := a.answers[key]; have {
		return ans, nil
	}
	ans, err := a.from.Get(ctx, path, query)
	if err == nil {
		a.answers[key] = ans
	}
	return ans, err
}

// verifyFiles names the files of a new object that no known call writes and
// that are not what is declared.
func (r *task) verifyFiles(c *plan.Change, now *model.Object) {
	k := r.cat.Kind(c.Kind)
	for _, f := range plan.Differences(k, c.Desired, now, r.Live.Names, only{}) {
		if p := k.Spec.Find(f.Path); p != nil && p.File != nil && f.Note == plan.NoKnownCall {
			r.deviates(Deviation{Address: c.Address, Path: f.Path, Want: f.After, Have: f.Before}, fmt.Sprintf("%s: no known call writes it; declared is %v, the farm shows %v", f.Path, f.After, f.Before))
		}
	}
}
