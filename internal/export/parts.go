package export

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"rassync/internal/model"
)

// probes is how many objects of a kind are read with all that may bring what
// their answers lack, before it is known what never does.
const probes = 3

// details decodes every object of the whole kinds, reading what the lists
// left out. The first few of a kind are read one after the other: what no
// further read shows of them is not asked for again, and the same farm is read
// in the same way each time.
func (r *reader) details(ctx context.Context, whole map[string]bool) error {
	members, err := r.memberships(ctx, whole)
	if err != nil {
		return err
	}
	type job struct {
		k *model.Kind
		o *model.Object
	}
	var first [][]job
	var rest []job
	count := 0
	for _, k := range r.cat.Kinds() {
		if !whole[k.Name] {
			continue
		}
		var asking []job
		for _, o := range r.farm.Objects[k.Name] {
			if k.NeedsRequests() || !r.keepListed(ctx, k, o, members) {
				asking = append(asking, job{k, o})
			}
		}
		n := min(probes, len(asking))
		count += len(asking)
		first, rest = append(first, asking[:n]), append(rest, asking[n:]...)
	}
	r.expect(count)
	one := func(ctx context.Context, j job) error {
		r.mu.Lock()
		body := r.raw[j.o]
		r.mu.Unlock()
		err := r.detail(ctx, j.k, j.o, body, members, r.byID(j.k, j.o))
		r.did()
		return err
	}
	g, inner := errgroup.WithContext(ctx)
	g.SetLimit(r.req.Parallel)
	for _, jobs := range first {
		g.Go(func() error {
			for _, j := range jobs {
				if err := one(inner, j); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	r.farm.learnt.settle()
	g, inner = errgroup.WithContext(ctx)
	g.SetLimit(r.req.Parallel)
	for _, j := range rest {
		g.Go(func() error { return one(inner, j) })
	}
	return g.Wait()
}

// keepListed keeps what the list shows of an object, if that is all there is
// to read of it.
func (r *reader) keepListed(ctx context.Context, k *model.Kind, o *model.Object, members *members) bool {
	r.mu.Lock()
	body := r.raw[o]
	r.mu.Unlock()
	d := r.decoder(o)
	spec := d.Spec(k, body, nil)
	if len(r.incomplete(o, d, r.byID(k, o))) > 0 || len(r.asks(k, o, d, nil)) > 0 {
		return false
	}
	r.keep(ctx, k, o, body, d, spec, members)
	return true
}

// detail reads one object whole: its parts, then, as long as something in
// force is missing, the answers that may hold it. What no answer holds is noted as
// not shown. An error is returned only for what concerns every read.
func (r *reader) detail(ctx context.Context, k *model.Kind, o *model.Object, body map[string]any, members *members, more *further) error {
	parts := map[string]any{}
	var err error
	if slices.ContainsFunc(k.Remote(), conditional) {
		// Which parts are in force must be known before they are asked for.
		d := r.decoder(o)
		d.Spec(k, body, nil)
		if body, err = r.once(ctx, k, o, body, d, more); err != nil {
			return err
		}
		more = nil
	}
	if err := r.parts(ctx, k, o, body, parts); err != nil {
		return err
	}
	d := r.decoder(o)
	spec := d.Spec(k, body, parts)
	if len(r.incomplete(o, d, more)) > 0 {
		if body, err = r.once(ctx, k, o, body, d, more); err != nil {
			return err
		}
		d = r.decoder(o)
		spec = d.Spec(k, body, parts)
	}
	for tried := map[string]bool{}; ; {
		asks := r.asks(k, o, d, tried)
		if len(asks) == 0 {
			break
		}
		for at := range asks {
			tried[at] = true
			if err := r.ask(ctx, k, o, body, at, parts, asks[at]); err != nil {
				return err
			}
		}
		d = r.decoder(o)
		spec = d.Spec(k, body, parts)
		for at, lacks := range asks {
			if parts[at] != nil {
				r.farm.learnt.note(k, at, lacks, d.Missing)
			}
		}
	}
	r.keep(ctx, k, o, body, d, spec, members)
	return r.extras(ctx, k, o)
}

// once reads an object once more if its answer lacks something.
func (r *reader) once(ctx context.Context, k *model.Kind, o *model.Object, body map[string]any, d *model.Decoder, more *further) (map[string]any, error) {
	lacks := r.incomplete(o, d, more)
	if len(lacks) == 0 {
		return body, nil
	}
	whole, err := more.read(ctx, body)
	switch {
	case err != nil && fatal(err):
		return body, err
	case err != nil:
		r.failed(ctx, o, more.path, nil, err, pathsOf(lacks)...)
		return body, nil
	}
	now := r.decoder(o)
	now.Spec(k, whole, nil)
	r.farm.learnt.note(k, more.how, lacks, now.Missing)
	return whole, nil
}

// parts reads what stands under paths of its own, as far as it is wanted, in
// force and not read yet.
func (r *reader) parts(ctx context.Context, k *model.Kind, o *model.Object, body map[string]any, parts map[string]any) error {
	var base map[string]any // decoded if anything depends on it
	for _, p := range k.Remote() {
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
		v, err := r.memo.json(ctx, about(k, o, body, at, path, SiteQuery(k, o)))
		r.memo.forget(path, SiteQuery(k, o)) // no other object has this path
		if err != nil {
			if fatal(err) {
				return err
			}
			if errors.Is(err, errNothing) {
				r.noSuchRead(o, path, err, p.Path())
			} else {
				r.failed(ctx, o, path, p, err, p.Path())
			}
			v = model.NotAnswered
		}
		parts[at] = v
	}
	return nil
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
				r.failed(ctx, o, p.Lookup.Path, p, err)
			}
			r.hides(o, p)
			for _, e := range list {
				m, _ := e.(map[string]any)
				if m != nil && p.Lookup.Where.Fits(func(name string) any { return m[name] }) {
					if s, ok := m[p.Lookup.Read].(string); ok {
						o.Spec[p.Name] = s
						r.shows(o, p)
					}
					break
				}
			}
		}
	}
	return nil
}
