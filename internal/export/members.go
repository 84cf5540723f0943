package export

import (
	"context"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"rassync/internal/model"
)

// memberships reads who is in which group, for kinds whose place in a group
// is written on the group.
func (r *reader) memberships(ctx context.Context, whole map[string]bool) (map[kindID]string, error) {
	out := map[kindID]string{}
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(r.req.Parallel)
	for _, k := range r.cat.Kinds() {
		if !whole[k.Name] || len(r.farm.Objects[k.Name]) == 0 {
			continue
		}
		for _, p := range k.Spec.Props {
			if p.Membership == nil {
				continue
			}
			group := r.cat.Kind(p.Membership.Of)
			for _, pool := range r.farm.Objects[group.Name] {
				g.Go(func() error {
					list, err := r.memo.list(ctx, SelfPath(group.Self, pool.ID)+"/"+p.Membership.At, nil)
					if err != nil {
						if fatal(err) {
							return err
						}
						r.notRead(k, siteOf(pool), fmt.Errorf("members of %s: %w", pool.Address, err))
						return nil
					}
					mu.Lock()
					defer mu.Unlock()
					for _, e := range list {
						id, ok := model.AsInt(e)
						if m, isObject := e.(map[string]any); isObject {
							id, ok = model.AsInt(m["id"])
						}
						if ok {
							out[kindID{k.Name + "." + p.Name, id}] = r.farm.Names.refText(p.Ref, pool, pool.Address.Site)
						}
					}
					return nil
				})
			}
		}
	}
	return out, g.Wait()
}
