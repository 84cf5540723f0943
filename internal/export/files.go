package export

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"strings"

	"rassync/internal/model"
	"rassync/internal/ras"
)

// file reads a value that is a file. Costly ones are read when they are asked
// for; an object without such a file just does not show it.
func (r *reader) file(ctx context.Context, k *model.Kind, p *model.Property, o *model.Object) error {
	if p.File.Costly && !r.wants(o, p) {
		return nil
	}
	query := url.Values{}
	for name, v := range p.File.Query {
		query.Set(name, v)
	}
	path := SelfPath(strings.ReplaceAll(p.File.Get, "{self}", k.Self), o.ID)
	a := r.memo.ask(ctx, Asked{Path: path, Query: query})
	r.memo.forget(path, query) // no other object has this path
	var e *ras.Error
	switch {
	case a.err != nil && fatal(a.err):
		return a.err
	case errors.As(a.err, &e) && (e.Kind == ras.KindNotFound || e.Kind == ras.KindRefused) && p.File.Costly:
		r.hides(o, p) // there is none, or the read wants more than anybody has seen
		return nil
	case a.err != nil:
		r.failed(ctx, o, path, p, a.err)
		r.hides(o, p)
		return nil
	case len(a.raw) == 0:
		if !p.File.Costly {
			r.noSuchRead(o, path, errNothing, p.Path())
		}
		r.hides(o, p)
		return nil
	}
	sum := sha256.Sum256(a.raw)
	ref := model.FileRef{Digest: hex.EncodeToString(sum[:])}
	o.Spec[p.Name] = ref
	r.mu.Lock()
	r.farm.Files[ref.Digest] = a.raw
	r.mu.Unlock()
	return nil
}
