package export

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/sync/errgroup"

	"rassync/internal/model"
	"rassync/internal/ras"
)

// details decodes every object of the whole kinds, reading what the lists
// left out.
func (r *reader) details(ctx context.Context, whole map[string]bool) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(r.req.Parallel)
	members, err := r.memberships(ctx, whole)
	if err != nil {
		return err
	}
	for _, k := range r.cat.Kinds() {
		if !whole[k.Name] {
			continue
		}
		remote := k.NeedsRequests()
		for _, o := range r.farm.Objects[k.Name] {
			r.mu.Lock()
			body := r.raw[o]
			r.mu.Unlock()
			if !remote && (k.List == nil || k.List.CompleteIf == "" || has(body, k.List.CompleteIf) || k.Get == "") {
				r.decode(k, o, body, nil, members)
				continue
			}
			g.Go(func() error {
				if err := r.detail(ctx, k, o, body, members); err != nil {
					if fatal(err) {
						return err
					}
					r.notRead(k, siteOf(o), fmt.Errorf("%s: %w", o.Address, err))
				}
				return nil
			})
		}
	}
	return g.Wait()
}

func (r *reader) detail(ctx context.Context, k *model.Kind, o *model.Object, body map[string]any, members map[kindID]string) error {
	if k.List != nil && k.List.CompleteIf != "" && !has(body, k.List.CompleteIf) && k.Get != "" {
		full, err := r.memo.object(ctx, SelfPath(k.Get, o.ID), nil)
		if err != nil {
			return err
		}
		merged := map[string]any{}
		for n, v := range body {
			merged[n] = v
		}
		for n, v := range full {
			merged[n] = v
		}
		body = merged
	}
	parts, err := r.parts(ctx, k, o, body)
	if err != nil {
		return err
	}
	r.decode(k, o, body, parts, members)
	return r.extras(ctx, k, o)
}

// parts reads what stands under paths of its own, as far as it is wanted and
// in force.
func (r *reader) parts(ctx context.Context, k *model.Kind, o *model.Object, body map[string]any) (map[string]any, error) {
	need := k.Remote()
	if len(need) == 0 {
		return nil, nil
	}
	var base map[string]any // decoded if anything depends on it
	parts := map[string]any{}
	for _, p := range need {
		at := PartAt(p)
		if _, done := parts[at]; done || !r.wants(o, p) {
			continue
		}
		if conditional(p) {
			if base == nil {
				base = (&model.Decoder{Names: r.farm.Names, Site: o.Address.Site}).Spec(k, body, nil)
			}
			if !InForce(p, base) {
				continue
			}
		}
		path := Below(SelfPath(k.Self, o.ID), at, o.ID)
		v, err := r.memo.json(ctx, path, SiteQuery(k, o))
		r.memo.forget(path, SiteQuery(k, o)) // no other object has this path
		if err != nil {
			var e *ras.Error
			if errors.As(err, &e) && (e.Kind == ras.KindNotFound || e.Status == http.StatusMethodNotAllowed) {
				continue // an older farm, or a read that was only inferred
			}
			return nil, err
		}
		parts[at] = v
	}
	return parts, nil
}

func (r *reader) wants(o *model.Object, p *model.Property) bool {
	if r.req.Want != nil {
		return r.req.Want(o, p)
	}
	return !Costly(p)
}

// Costly tells whether a part is read only when it is asked for.
func Costly(p *model.Property) bool {
	return (p.Part != nil && p.Part.Costly) || (p.List != nil && p.List.Costly) || (p.File != nil && p.File.Costly)
}

// PartAt is the path below the object under which p is read.
func PartAt(p *model.Property) string {
	if p.List != nil && p.List.Get != "" {
		return p.List.Get
	}
	return p.Part.At
}

// conditional tells whether anything can switch p off.
func conditional(p *model.Property) bool {
	for at := p; at.Parent != nil; at = at.Parent {
		if at.Gate != "" || len(at.When) > 0 {
			return true
		}
	}
	return false
}

// InForce tells whether p and everything above it is switched on in spec.
func InForce(p *model.Property, spec map[string]any) bool {
	for at := p; at.Parent != nil; at = at.Parent {
		here, _ := model.Lookup(spec, at.Parent.Path())
		m, _ := here.(map[string]any)
		if !model.Open(at, m, spec) {
			return false
		}
	}
	return true
}

// extras reads what is neither in an answer nor in a part: files and values
// that stand in other lists.
func (r *reader) extras(ctx context.Context, k *model.Kind, o *model.Object) error {
	for _, p := range k.Spec.Props {
		switch {
		case p.File != nil:
			if err := r.file(ctx, k, p, o); err != nil {
				return err
			}
		case p.Lookup != nil:
			query := url.Values{}
			for name, v := range p.Lookup.Query {
				query.Set(name, strings.ReplaceAll(v, "{id}", o.ID))
			}
			list, err := r.memo.list(ctx, p.Lookup.Path, query)
			if err != nil {
				if fatal(err) {
					return err
				}
				continue // nice to have; the object is complete without it
			}
			for _, e := range list {
				m, _ := e.(map[string]any)
				fits := m != nil
				for name, v := range p.Lookup.Where {
					fits = fits && contains([]any{v}, m[name])
				}
				if fits {
					if s, ok := m[p.Lookup.Read].(string); ok {
						o.Spec[p.Name] = s
					}
					break
				}
			}
		}
	}
	return nil
}
