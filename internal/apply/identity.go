package apply

import (
	"context"
	"fmt"

	"rassync/internal/model"
)

// secondPart checks the part of a new object's name that the farm works out
// by itself: the object that was made may not be the one that was declared.
// It is taken back then, so that no object stays under an address that nobody
// wrote.
func (r *task) secondPart(ctx context.Context, k *model.Kind, desired, live *model.Object) error {
	if k.Identity.Also == "" || model.SameName(k.OwnName(live.Address.Name), k.OwnName(desired.Address.Name)) {
		return nil
	}
	_, want, _ := model.CutName(desired.Address.Name)
	_, have, _ := model.CutName(live.Address.Name)
	err := fmt.Errorf("the farm gave it the %s %q, not %q", k.Identity.Also, have, want)
	hint := fmt.Sprintf("declare %s, or correct what it is made from", live.Address.Name)
	if k.Delete == "" {
		return fmt.Errorf("%w: it is %s now (%s)", err, live.Address, hint)
	}
	if rerr := r.remove(ctx, k, live); rerr != nil {
		return fmt.Errorf("%w: it is %s now and could not be taken back: %w", err, live.Address, rerr)
	}
	return fmt.Errorf("%w: it was taken back (%s)", err, hint)
}

// stray finds the object that a create made under another second part of its
// name: the only one of its first part that was not there before.
func (r *task) stray(ctx context.Context, k *model.Kind, a model.Address, siteID string) (*model.Object, error) {
	if k.Identity.Also == "" {
		return nil, nil
	}
	all, err := r.Live.SearchFirst(ctx, r.Writer, a, siteID)
	if err != nil {
		return nil, err
	}
	var found *model.Object
	for _, o := range all {
		if r.Live.Find(o.Address) != nil {
			continue
		}
		if found != nil {
			return nil, nil
		}
		found = o
	}
	return found, nil
}
