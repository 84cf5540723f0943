package export

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

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
	// Parallel bounds the requests under way at once (at least 1).
	Parallel int
	// Progress is told of each list as it comes in; nil for none.
	Progress func(kind, site string, objects int)
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
	anew  bool            // reads what was written: nothing remembered counts
	blind bool            // leaves ids of entries as they are
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
			Findings: Findings{Unknown: map[string]map[string]int{}, NewNumbers: map[string]map[string]int{}, HeldBack: map[string]map[string]int{}, Skipped: map[string]int{}}}}
	if err := r.readSites(ctx); err != nil {
		return nil, fmt.Errorf("reading the list of sites: %w", err)
	}
	whole := map[string]bool{}
	for _, k := range req.Kinds {
		whole[k] = true
	}
	needed := map[string]bool{}
	for k := range whole {
		needed[k] = true
		r.neededFor(cat.Kind(k), needed)
	}
	for _, k := range req.Names {
		needed[k] = true
	}
	if err := r.lists(ctx, needed); err != nil {
		return nil, err
	}
	r.memo.forgetBut(lookups(cat))
	r.nameTree()
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
func (r *reader) neededFor(k *model.Kind, needed map[string]bool) {
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

// folders decodes the folders of published items that are read whole, as far
// as their list shows them: what they pass down must be known.
func (r *reader) folders(whole map[string]bool) {
	for k := range whole {
		tree := r.cat.Kind(k).Tree
		if tree == nil || whole[tree.Folder] {
			continue
		}
		for _, o := range r.farm.Objects[tree.Folder] {
			if o.Spec == nil {
				r.decode(r.cat.Kind(tree.Folder), o, r.raw[o], nil, nil)
			}
		}
	}
}

// fatal tells whether an error concerns every further request.
func fatal(err error) bool {
	var e *ras.Error
	if !errors.As(err, &e) {
		return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
	}
	switch e.Kind {
	case ras.KindRights, ras.KindNotFound, ras.KindRefused, ras.KindServer, ras.KindNotJSON, ras.KindLocked, ras.KindConflict, ras.KindTooLarge:
		return false
	}
	return true
}

func (r *reader) readSites(ctx context.Context) error {
	k := r.cat.Kind(model.SiteKind)
	if k == nil {
		return errors.New("no schema for sites")
	}
	list, err := r.memo.list(ctx, k.List.Path, nil)
	if err != nil {
		return err
	}
	for i, e := range list {
		body, ok := e.(map[string]any)
		if !ok {
			return fmt.Errorf("GET %s: element %d of the list is no JSON object", k.List.Path, i)
		}
		o := r.objectOf(k, body, nil)
		if o == nil {
			continue
		}
		if err := known(k, o, k.List.Path, i); err != nil {
			return err
		}
		r.farm.Objects[k.Name] = append(r.farm.Objects[k.Name], o)
		r.sites[asID(o.ID)] = o
		r.order = append(r.order, o)
	}
	if len(r.order) == 0 {
		return errors.New("the farm answered no site at all: the account has no right to see any")
	}
	sort.SliceStable(r.order, func(i, j int) bool {
		if r.order[i].Builtin != r.order[j].Builtin {
			return r.order[i].Builtin
		}
		return asID(r.order[i].ID) < asID(r.order[j].ID)
	})
	r.farm.Sites = r.order
	return nil
}

func asID(s string) int64 {
	i, _ := strconv.ParseInt(s, 10, 64)
	return i
}

// objectOf makes the object of a list element, without its values; nil for
// what is of another kind or no configuration.
func (r *reader) objectOf(k *model.Kind, body map[string]any, site *model.Object) *model.Object {
	for name, allowed := range k.Filter {
		if !contains(allowed, body[name]) {
			return nil
		}
	}
	for _, s := range k.Skip {
		if s.Fits(body) {
			r.mu.Lock()
			r.farm.Findings.Skipped[k.Name+": "+s.Why]++
			r.mu.Unlock()
			return nil
		}
	}
	name := k.ReadName(body)
	o := &model.Object{Address: model.Address{Kind: k.Name, Name: name}}
	if id, ok := model.AsInt(body["id"]); ok {
		o.ID = strconv.FormatInt(id, 10)
	} else if s, ok := body["id"].(string); ok {
		o.ID = s
	}
	if site != nil {
		o.Address.Site, o.SiteID = site.Address.Name, site.ID
	}
	o.Builtin = k.IsBuiltin(name)
	for read, values := range k.BuiltinWhere {
		o.Builtin = o.Builtin || contains(values, body[read])
	}
	if k.Tree != nil {
		o.ParentID, _ = model.AsInt(body[k.Tree.Parent])
		o.Previous, _ = model.AsInt(body[k.Tree.Previous])
	}
	r.mu.Lock()
	r.raw[o] = body
	r.mu.Unlock()
	return o
}

// known refuses an element of a list that has no name or no id: it could not
// be spoken of, and left out it would pass for deleted.
func known(k *model.Kind, o *model.Object, path string, place int) error {
	switch {
	case k.Shape != model.Collection:
	case o.Address.Name == "":
		return fmt.Errorf("GET %s: element %d of the list has no %s", path, place, k.Identity.Read)
	case o.ID == "":
		return fmt.Errorf("GET %s: element %d of the list has no id", path, place)
	}
	return nil
}

func contains(list []any, v any) bool {
	for _, e := range list {
		if e == v || fmt.Sprint(e) == fmt.Sprint(v) {
			return true
		}
	}
	return false
}

// lists reads one list a kind and site, in parallel.
func (r *reader) lists(ctx context.Context, needed map[string]bool) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(r.req.Parallel)
	type found struct {
		k    *model.Kind
		site *model.Object
		list []*model.Object
	}
	var results []*found
	for _, k := range r.cat.Kinds() {
		if !needed[k.Name] || k.Name == model.SiteKind || k.Shape == model.OrderShape {
			continue
		}
		targets := []*model.Object{nil}
		if k.Scope == model.ScopeSite {
			targets = targets[:0]
			for _, s := range r.order {
				if r.req.Sites == nil || containsFold(r.req.Sites, s.Address.Name) || k.Sites != "" {
					targets = append(targets, s)
				}
			}
		}
		for _, site := range targets {
			f := &found{k: k, site: site}
			results = append(results, f)
			g.Go(func() error {
				list, err := r.list(ctx, f.k, f.site)
				if err != nil {
					if fatal(err) {
						return err
					}
					r.notRead(f.k, f.site, err)
					return nil
				}
				f.list = list
				if r.req.Progress != nil {
					r.req.Progress(f.k.Name, siteName(f.site), len(list))
				}
				return nil
			})
		}
	}
	if err := g.Wait(); err != nil {
		return err
	}
	seen := map[kindID]*model.Object{}
	for _, f := range results {
		for _, o := range f.list {
			if f.k.Sites == "" {
				r.farm.Objects[f.k.Name] = append(r.farm.Objects[f.k.Name], o)
				continue
			}
			key := kindID{f.k.Name, asID(o.ID)}
			if seen[key] == nil {
				seen[key] = o
				r.home(f.k, o)
				r.farm.Objects[f.k.Name] = append(r.farm.Objects[f.k.Name], o)
			}
		}
	}
	return nil
}

// home decides under which site an object that is in several of them is
// written: the first of its sites, the licensing site before others.
func (r *reader) home(k *model.Kind, o *model.Object) {
	p := k.Spec.Prop(k.Sites)
	v := any(r.raw[o])
	for _, name := range p.Read {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	ids, _ := v.([]any)
	in := map[int64]bool{}
	for _, e := range ids {
		if i, ok := model.AsInt(e); ok {
			in[i] = true
		}
	}
	if i, ok := model.AsInt(v); ok {
		in[i] = true
	}
	for _, s := range r.order {
		if in[asID(s.ID)] {
			if len(o.InSites) == 0 {
				o.Address.Site, o.SiteID = s.Address.Name, s.ID
			}
			o.InSites = append(o.InSites, s.Address.Name)
		}
	}
}

func siteName(o *model.Object) string {
	if o == nil {
		return ""
	}
	return o.Address.Name
}

func containsFold(list []string, s string) bool {
	for _, e := range list {
		if strings.EqualFold(e, s) {
			return true
		}
	}
	return false
}

func (r *reader) notRead(k *model.Kind, site *model.Object, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.farm.NotRead = append(r.farm.NotRead, NotRead{Kind: k.Name, Site: siteName(site), Err: err})
	sort.Slice(r.farm.NotRead, func(i, j int) bool {
		a, b := r.farm.NotRead[i], r.farm.NotRead[j]
		return a.Kind < b.Kind || (a.Kind == b.Kind && a.Site < b.Site)
	})
}

func (r *reader) list(ctx context.Context, k *model.Kind, site *model.Object) ([]*model.Object, error) {
	query := url.Values{}
	if k.Shape == model.Singleton {
		if k.SiteQuery != "" && site != nil {
			query.Set(k.SiteQuery, site.ID)
		}
		body := map[string]any{}
		if !k.NoRead {
			var err error
			if body, err = r.memo.object(ctx, k.Self, query); err != nil {
				return nil, err
			}
		}
		o := &model.Object{Address: model.Address{Kind: k.Name}, Builtin: true}
		if site != nil {
			o.Address.Site, o.SiteID = site.Address.Name, site.ID
		}
		r.mu.Lock()
		r.raw[o] = body
		r.mu.Unlock()
		return []*model.Object{o}, nil
	}
	if k.List.Site != "" && site != nil {
		query.Set(k.List.Site, site.ID)
	}
	list, err := r.memo.list(ctx, k.List.Path, query)
	if err != nil {
		return nil, err
	}
	out := make([]*model.Object, 0, len(list))
	for i, e := range list {
		body, ok := e.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("GET %s: element %d of the list is no JSON object", k.List.Path, i)
		}
		if o := r.objectOf(k, body, site); o != nil {
			if err := known(k, o, k.List.Path, i); err != nil {
				return nil, err
			}
			o.Rank = r.rank(k, body, i)
			out = append(out, o)
		}
	}
	return out, nil
}

// nameTree turns the names of published items into folder paths.
func (r *reader) nameTree() {
	for _, k := range r.cat.Kinds() {
		if k.Tree == nil {
			continue
		}
		folders := map[int64]*model.Object{}
		for _, o := range r.farm.Objects[k.Tree.Folder] {
			folders[asID(o.ID)] = o
		}
		for _, o := range r.farm.Objects[k.Name] {
			if k.Name == k.Tree.Folder {
				continue
			}
			o.Address.Name = r.treePath(k.Tree, folders, o)
		}
	}
	for _, k := range r.cat.Kinds() {
		if k.Tree == nil || k.Name != k.Tree.Folder {
			continue
		}
		folders := map[int64]*model.Object{}
		for _, o := range r.farm.Objects[k.Name] {
			folders[asID(o.ID)] = o
		}
		paths := map[*model.Object]string{}
		for _, o := range r.farm.Objects[k.Name] {
			paths[o] = r.treePath(k.Tree, folders, o)
		}
		for o, path := range paths {
			o.Address.Name = path
		}
	}
}

func (r *reader) treePath(t *model.Tree, folders map[int64]*model.Object, o *model.Object) string {
	names := []string{model.EscapeSegment(o.Address.Name)}
	seen := map[int64]bool{}
	for id := o.ParentID; id != t.Root; {
		f := folders[id]
		if f == nil || seen[id] {
			// The folder is not in any list (no right to see it, or a loop):
			// its id keeps the path unique.
			names = append([]string{"#" + strconv.FormatInt(id, 10)}, names...)
			break
		}
		seen[id] = true
		names = append([]string{model.EscapeSegment(f.Address.Name)}, names...)
		id = f.ParentID
	}
	return strings.Join(names, "/")
}

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

func siteOf(o *model.Object) *model.Object {
	if o.Address.Site == "" {
		return nil
	}
	return &model.Object{Address: model.Address{Name: o.Address.Site}}
}

func has(body map[string]any, name string) bool {
	_, ok := body[name]
	return ok
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

// SelfPath puts an object's id into a path template.
func SelfPath(template, id string) string {
	i := strings.IndexByte(template, '{')
	j := strings.IndexByte(template, '}')
	if i < 0 || j < i {
		return template
	}
	return template[:i] + url.PathEscape(id) + template[j+1:]
}

// Below is the path of what stands at a path below base. One that starts with
// a slash stands beside the object instead, and holds its id.
func Below(base, at, id string) string {
	if strings.HasPrefix(at, "/") {
		return SelfPath(at, id)
	}
	return base + "/" + at
}

// SiteQuery is the query that picks the site of a singleton, on its own path
// and everything below it.
func SiteQuery(k *model.Kind, o *model.Object) url.Values {
	if k.SiteQuery == "" || o.SiteID == "" {
		return nil
	}
	return url.Values{k.SiteQuery: {o.SiteID}}
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

func (r *reader) decode(k *model.Kind, o *model.Object, body map[string]any, parts map[string]any, members map[kindID]string) {
	d := &model.Decoder{Names: r.farm.Names, Site: o.Address.Site, Unknown: map[string]any{}, Absent: map[string]bool{}, NewNumbers: map[string]bool{}, HeldBack: map[string]bool{}, Dangling: map[string]bool{}}
	o.Spec = d.Spec(k, body, parts)
	if len(d.Unknown) > 0 {
		o.Unknown = d.Unknown
	}
	if len(d.Absent) > 0 {
		o.Absent = d.Absent
	}
	for _, p := range k.Spec.Props {
		if p.Membership == nil {
			continue
		}
		if group, ok := members[kindID{k.Name + "." + p.Name, asID(o.ID)}]; ok {
			o.Spec[p.Name] = group
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.raw, o)
	f := &r.farm.Findings
	for path := range d.Unknown {
		count(f.Unknown, k.Name, entryNames.ReplaceAllString(path, "[]"))
	}
	for path := range d.NewNumbers {
		count(f.NewNumbers, k.Name, path)
	}
	for path := range d.HeldBack {
		count(f.HeldBack, k.Name, entryNames.ReplaceAllString(path, "[]"))
	}
	for path := range d.Dangling {
		f.Dangling = append(f.Dangling, o.Address.String()+" "+path)
	}
}

// entryNames are the labels of list entries: one line a property is enough.
var entryNames = regexp.MustCompile(`\[[^\]]*\]`)

func count(m map[string]map[string]int, kind, path string) {
	if m[kind] == nil {
		m[kind] = map[string]int{}
	}
	m[kind][path]++
}

// rank is the place of an object among those it is ordered with: what the farm
// says, or else its place in the list.
func (r *reader) rank(k *model.Kind, body map[string]any, place int) int64 {
	for _, order := range r.cat.Kinds() {
		if order.Order == nil || order.Order.By != "step" || !slices.Contains(order.Order.Of, k.Name) {
			continue
		}
		if n, ok := model.AsInt(body[order.Order.Read]); ok {
			return n
		}
	}
	return int64(place)
}
