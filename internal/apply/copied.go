package apply

import (
	"context"
	"fmt"
	"strings"

	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/runs"
)

// untouched checks, before the farm changes other objects along with this one,
// that these are still what they were: what somebody else has changed there since
// the plan would be lost without a word.
func (r *run) untouched(ctx context.Context, c *plan.Change, again bool) error {
	for _, e := range c.AlsoChanges {
		if e.Maybe || r.relinked[e.Address] {
			continue
		}
		o, err := r.other(e)
		if err != nil {
			return err
		}
		own := r.changeOf(e.Address)
		if o == nil || again {
			r.relinked[e.Address] = true
			continue
		}
		want := func(*model.Object, *model.Property) bool { return true }
		if own != nil {
			want = own.Wanted()
		}
		now, err := r.Live.Reread(ctx, r.Writer, o, want)
		if err != nil {
			return err
		}
		if now == nil {
			return &StaleError{Address: e.Address, Gone: true}
		}
		if own != nil && own.PreImage != "" && !plan.SamePreImage(r.cat, r.Live.Names, now, own.PreImage, want) || !holds(now, e, func(f plan.Field) any { return f.Before }) {
			return &StaleError{Address: e.Address}
		}
		r.relinked[e.Address] = true
	}
	return nil
}

// other finds the object of an effect.
func (r *run) other(e plan.Effect) (*model.Object, error) {
	a, err := r.cat.ParseAddress(e.Address)
	if err != nil {
		return nil, err
	}
	return r.Live.Find(a), nil
}

func (r *run) changeOf(address string) *plan.Change {
	for i := range r.plan.Changes {
		if c := &r.plan.Changes[i]; c.Address == address && c.Action != plan.Reorder {
			return c
		}
	}
	return nil
}

// holds tells whether an object has these values. Entries of lists have no place
// of their own to look at.
func holds(o *model.Object, e plan.Effect, value func(plan.Field) any) bool {
	for _, f := range e.Fields {
		if !same(o, f.Path, value(f)) {
			return false
		}
	}
	return true
}

func same(o *model.Object, path string, want any) bool {
	if strings.Contains(path, "[") {
		return true
	}
	have, _ := model.Lookup(o.Spec, path)
	a, errA := model.DigestJSON(have)
	b, errB := model.DigestJSON(want)
	return errA == nil && errB == nil && a == b
}

// noteCopies writes down what the farm has changed along with a change.
func (r *run) noteCopies(c *plan.Change) error {
	for _, e := range c.AlsoChanges {
		if o, err := r.other(e); err == nil && o != nil {
			r.Looks.writes(o)
		}
		if e.Maybe {
			continue
		}
		line := runs.Entry{Event: "copied", Address: c.Address, Object: e.Address}
		for _, f := range e.Fields {
			line.Fields = append(line.Fields, f.Path)
		}
		if err := r.Journal.Append(line); err != nil {
			return err
		}
	}
	return nil
}

// verifyCopies reads back what the farm was to change along with a change. What
// has a change of its own is read back as that.
func (r *run) verifyCopies(ctx context.Context, c *plan.Change) {
	for _, e := range c.AlsoChanges {
		if e.Maybe || r.changeOf(e.Address) != nil {
			continue
		}
		o, err := r.other(e)
		if o == nil && err == nil {
			continue
		}
		var now *model.Object
		if err == nil {
			now, err = r.Live.Reread(ctx, r.Writer, o, func(*model.Object, *model.Property) bool { return true })
		}
		switch {
		case err != nil:
			r.unverified(e.Address, err)
			continue
		case now == nil:
			r.deviates(Deviation{Address: e.Address, Want: "to exist", Have: "gone"}, "it was to be changed along with "+c.Address+", and is not on the farm")
			continue
		}
		for _, f := range e.Fields {
			if have, _ := model.Lookup(now.Spec, f.Path); !same(now, f.Path, f.After) {
				r.deviates(Deviation{Address: e.Address, Path: f.Path, Want: f.After, Have: have}, fmt.Sprintf("%s: %s was to copy %v here, the farm reads back %v", f.Path, c.Address, f.After, have))
			}
		}
	}
}
