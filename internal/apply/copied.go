package apply

import (
	"context"
	"fmt"

	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/runs"
)

// untouched checks, before the farm changes other objects along with this one,
// that these are still what they were: what somebody else has changed there since
// the plan would be lost without a word.
func (r *task) untouched(ctx context.Context, c *plan.Change, again bool) error {
	for _, e := range c.AlsoChanges {
		if !e.Copies() || r.relinked[e.Address] {
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
		if own != nil && own.PreImage != "" && !plan.SamePreImage(r.cat, r.Live.Names, now, own.PreImage, want) || !plan.SameFields(e.Fields, plan.NotYet(r.cat, c, e, r.Live, now)) {
			return &StaleError{Address: e.Address}
		}
		r.relinked[e.Address] = true
	}
	return nil
}

// other finds the object of an effect.
func (r *task) other(e plan.Effect) (*model.Object, error) {
	a, err := r.cat.ParseAddress(e.Address)
	if err != nil {
		return nil, err
	}
	return r.Live.Find(a), nil
}

func (r *task) changeOf(address string) *plan.Change { return r.changes[address] }

// noteCopies writes down what the farm has changed along with a change.
func (r *task) noteCopies(c *plan.Change) error {
	for _, e := range c.AlsoChanges {
		if o, err := r.other(e); err == nil && o != nil {
			r.Looks.writes(o)
		}
		if !e.Copies() {
			continue
		}
		line := runs.Entry{Event: "copied", Address: c.Address, Object: e.Address}
		for _, f := range e.Fields {
			line.Fields = append(line.Fields, f.Path)
		}
		if err := r.note(line); err != nil {
			return err
		}
	}
	return nil
}

// verifyCopies reads back what the farm was to change along with a change: every
// value and entry. What a change of its own writes is read back as that.
func (r *task) verifyCopies(ctx context.Context, c *plan.Change) {
	for _, e := range c.AlsoChanges {
		if !e.Copies() {
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
		own := r.changeOf(e.Address)
		for _, f := range plan.NotYet(r.cat, c, e, r.Live, now) {
			if own.Declares(f.Path) {
				continue
			}
			r.deviates(Deviation{Address: e.Address, Path: f.Path, Want: f.After, Have: f.Before}, fmt.Sprintf("%s: %s was to copy %v here, the farm reads back %v", f.Path, c.Address, f.After, f.Before))
		}
	}
}
