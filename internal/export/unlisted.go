package export

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rassync/internal/model"
)

// A list may leave out objects without a word. What refers to them gives it away:
// an id that no list has is asked for, and if the farm shows the object, the list
// was not whole. That is a read that failed: nothing of that kind may pass for gone,
// and none is made a second time.

// lostRef is a reference to an object that no list has.
type lostRef struct {
	kinds []string
	id    int64
	from  *model.Object
	path  string // yaml path in from; "" for a member of a group
}

func (r *reader) loses(l lostRef) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lost = append(r.lost, l)
}

// askUnlisted asks for the objects that others refer to and no list has.
func (r *reader) askUnlisted(ctx context.Context) error {
	slices.SortStableFunc(r.lost, func(a, b lostRef) int {
		return strings.Compare(a.from.Address.String()+" "+a.path, b.from.Address.String()+" "+b.path)
	})
	shown := map[kindID]bool{}
	for _, l := range r.lost {
		for _, name := range l.kinds {
			k, key := r.cat.Kind(name), kindID{name, l.id}
			if k == nil || k.Get == "" || k.List == nil {
				continue
			}
			there, asked := shown[key]
			if !asked {
				var err error
				if there, err = r.leftOut(ctx, k, l); err != nil {
					return err
				}
				shown[key] = there
			}
			if there {
				r.untell(l)
			}
		}
	}
	return nil
}

// leftOut tells whether the farm shows an object by its id that its list leaves out;
// then the list was not read.
func (r *reader) leftOut(ctx context.Context, k *model.Kind, l lostRef) (bool, error) {
	id := strconv.FormatInt(l.id, 10)
	body, err := r.memo.object(ctx, SelfPath(k.Get, id))
	if err != nil {
		if fatal(err) {
			return false, err
		}
		return false, nil // it is gone, or nobody can say
	}
	var site *model.Object
	if siteID, ok := model.AsInt(body["siteId"]); ok && k.Scope == model.ScopeSite {
		site = r.sites[siteID]
	}
	if r.req.Sites != nil && (site == nil || !containsFold(r.req.Sites, site.Address.Name)) {
		return false, nil // of a site that was not asked for
	}
	o := r.objectOf(k, body, site)
	if o == nil || o.ID != id || o.Address.Name == "" {
		return false, nil // of another kind, or no configuration
	}
	r.mu.Lock()
	delete(r.raw, o)
	r.mu.Unlock()
	if r.farm.NotReadErr(k.Name, siteName(site)) == nil {
		r.notRead(k, site, fmt.Errorf("GET %s: the list leaves out %s (id %s), which %s refers to and the farm shows by its id", k.List.Path, o.Address.Name, id, l.from.Address))
	}
	return true, nil
}

// untell takes out a value whose reference nobody can name although the farm has what
// it means.
func (r *reader) untell(l lostRef) {
	path, _, _ := strings.Cut(l.path, "[")
	p := r.cat.Kind(l.from.Address.Kind).Spec.Find(path)
	if path == "" || p == nil || l.from.Absent[path] {
		return
	}
	at := l.from.Spec
	names := strings.Split(path, ".")
	for _, name := range names[:len(names)-1] {
		at, _ = at[name].(map[string]any)
	}
	delete(at, names[len(names)-1])
	r.hides(l.from, p)
}
