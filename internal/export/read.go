package export

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"rassync/internal/model"
	"rassync/internal/ras"
)

// Request says what to read.
type Request struct {
	// Kinds are read with all their properties; nil means every kind.
	Kinds []string
	// Names are kinds of which only the names are needed.
	Names []string
	// Sites limits the read to these sites by name; nil means all.
	Sites []string
	// Want decides which objects' parts are read that need a request of
	// their own, and whether costly ones are; nil reads all but the costly.
	Want func(o *model.Object, p *model.Property) bool
	// Entries are documents: the entries of other objects' lists that they name
	// are read too, so that a plan can tell whether there are such entries.
	Entries []*model.Object
	// Version gives the farm's version, "" if it is not known. It is asked for
	// only where an answer lacks something that not every release has. Nil:
	// not known.
	Version func(context.Context) string
	// Memory answers what need not be asked for again; nil: everything is asked.
	Memory Memory
	// Parallel bounds the requests under way at once (at least 1).
	Parallel int
	// Progress is told of each list as it comes in; nil for none.
	Progress func(kind, site string, objects int)
	// Steps is told how many lists and objects have been read, of how many that are
	// known to be needed; the second number grows while the first is still below it.
	Steps func(done, of int)
}

type reader struct {
	cat   *model.Catalog
	memo  *memo
	req   Request
	farm  *Farm
	mu    sync.Mutex
	raw   map[*model.Object]map[string]any
	sites map[int64]*model.Object
	order []*model.Object // sites, the licensing site first
	steps steps
	of    *Farm // as it was read, where something of it is read anew
	anew  bool  // reads what was written: nothing remembered counts
	blind bool  // leaves ids of entries as they are
	lost  []lostRef
}

// Read reads the farm. Kinds that the farm refuses are listed as not read;
// an error is returned only for what concerns all of them: no connection, no
// logon, no list of sites.
func Read(ctx context.Context, g Getter, cat *model.Catalog, req Request) (*Farm, error) {
	if req.Kinds == nil {
		req.Kinds = cat.Names()
	}
	if req.Parallel < 1 {
		req.Parallel = 1
	}
	r := &reader{cat: cat, memo: newMemo(g), req: req,
		raw: map[*model.Object]map[string]any{}, sites: map[int64]*model.Object{},
		farm: &Farm{Catalog: cat, Names: newNames(cat), Objects: map[string][]*model.Object{}, Read: map[string]bool{}, Files: map[string][]byte{},
			Findings: newFindings(), version: req.Version, learnt: newLearnt()}}
	r.memo.memory = req.Memory
	if err := r.readSites(ctx); err != nil {
		return nil, fmt.Errorf("reading the list of sites: %w", err)
	}
	whole, needed := req.kinds(cat)
	early := r.settingsParts(whole)
	if err := r.lists(ctx, needed, early); err != nil {
		return nil, err
	}
	keep := lookups(cat)
	for _, a := range early {
		keep[a.Path] = true
	}
	r.memo.forgetBut(keep)
	if err := r.unlistedFolders(ctx); err != nil {
		return nil, err
	}
	r.nameTree()
	r.markTwins()
	if err := r.strangers(ctx, whole, needed); err != nil {
		return nil, err
	}
	for _, k := range cat.Kinds() {
		sortObjects(r.farm.Objects[k.Name])
		for _, o := range r.farm.Objects[k.Name] {
			if !r.farm.Names.Add(o) {
				r.farm.Findings.Same = append(r.farm.Findings.Same, o.Address.String())
			}
		}
	}
	if err := r.details(ctx, whole); err != nil {
		return nil, err
	}
	r.missed()
	if err := r.askUnlisted(ctx); err != nil {
		return nil, err
	}
	if err := r.allNamed(ctx, whole); err != nil {
		return nil, err
	}
	if err := r.learnEntries(ctx, req.Entries); err != nil {
		return nil, err
	}
	for k := range whole {
		r.farm.Read[k] = true
	}
	r.folders(whole)
	r.orders(whole)
	return r.farm, nil
}

// neededFor adds the kinds whose names the values of k need.
func neededFor(k *model.Kind, needed map[string]bool) {
	k.Spec.Walk(func(p *model.Property) {
		for _, ref := range p.Ref {
			needed[ref] = true
		}
	})
	if k.Tree != nil {
		needed[k.Tree.Folder] = true
	}
	if k.Order != nil {
		for _, of := range k.Order.Of {
			needed[of] = true
		}
	}
}

// lookups are the lists that are read again for values of single objects.
func lookups(cat *model.Catalog) map[string]bool {
	paths := map[string]bool{}
	for _, k := range cat.Kinds() {
		for _, p := range k.Spec.Props {
			if p.Lookup != nil {
				paths[p.Lookup.Path] = true
			}
		}
	}
	return paths
}

// fatal tells whether an error concerns every further request.
func fatal(err error) bool {
	if errors.As(err, new(single)) {
		return false
	}
	var e *ras.Error
	if !errors.As(err, &e) {
		return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
	}
	switch e.Kind {
	case ras.KindRights, ras.KindNotFound, ras.KindRefused, ras.KindServer, ras.KindNotJSON, ras.KindLocked, ras.KindConflict, ras.KindTooLarge, ras.KindRedirect:
		return false
	default:
		return true
	}
}
