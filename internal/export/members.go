package export

import (
	"context"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"rassync/internal/model"
)

// members tells which group an object is in.
type members struct {
	of     map[kindID]string
	unread map[string]bool // property and site: some group's members were not read
}

func newMembers() *members { return &members{of: map[kindID]string{}, unread: map[string]bool{}} }

// unsure tells whether the object may be in a group that could not be read.
func (m *members) unsure(k *model.Kind, p *model.Property, o *model.Object) bool {
	return m.unread[k.Name+"."+p.Name+" "+strings.ToLower(o.Address.Site)]
}

// memberships reads who is in which group, for kinds whose place in a group
// is written on the group.
func (r *reader) memberships(ctx context.Context, whole map[string]bool) (*members, error) {
	out := newMembers()
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
					r.mu.Lock()
					body := r.raw[pool]
					r.mu.Unlock()
					list, err := r.memo.listOf(ctx, about(group, pool, body, p.Membership.At, SelfPath(group.Self, pool.ID)+"/"+p.Membership.At, nil))
					if err != nil {
						if fatal(err) {
							return err
						}
						r.failed(ctx, pool, SelfPath(group.Self, pool.ID)+"/"+p.Membership.At, nil, err)
						mu.Lock()
						defer mu.Unlock()
						out.unread[k.Name+"."+p.Name+" "+strings.ToLower(pool.Address.Site)] = true
						return nil
					}
					mu.Lock()
					defer mu.Unlock()
					for _, e := range list {
						id, ok := model.AsInt(e)
						if m, isObject := e.(map[string]any); isObject {
							id, ok = model.AsInt(m["id"])
						}
						if ok && r.farm.Names.ofID(k.Name, id) == nil {
							r.loses(lostRef{[]string{k.Name}, id, pool, ""})
						}
						if ok {
							out.of[kindID{k.Name + "." + p.Name, id}] = r.farm.Names.refText(p.Ref, pool, pool.Address.Site)
						}
					}
					return nil
				})
			}
		}
	}
	return out, g.Wait()
}
