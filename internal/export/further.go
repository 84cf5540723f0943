package export

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"rassync/internal/model"
	"rassync/internal/ras"
)

// further is another read of an object that may hold what its answer lacks.
type further struct {
	how  string // for what is learnt of it
	path string
	read func(ctx context.Context, body map[string]any) (map[string]any, error)
}

// The ways in which an object is read once more.
const (
	byIDRead   = "by id"
	inListRead = "in its list"
)

// byID reads an object that was seen in a list by its id; nil where the API
// has no such read.
func (r *reader) byID(k *model.Kind, o *model.Object) *further {
	if k.Shape != model.Collection || k.Get == "" || o.ID == "" {
		return nil
	}
	path := SelfPath(k.Get, o.ID)
	return &further{how: byIDRead, path: path, read: func(ctx context.Context, body map[string]any) (map[string]any, error) {
		full, err := r.memo.objectOf(ctx, about(k, o, body, "", path, nil))
		r.memo.forget(path, nil)
		if err != nil {
			return nil, err
		}
		return laidOver(body, full), nil
	}}
}

// laidOver is top with what it lacks taken from base.
func laidOver(base, top map[string]any) map[string]any {
	out, _ := model.Filled(top, base).(map[string]any)
	return out
}

// incomplete are the properties whose absence says that an answer is not all
// there is, as far as the further read has ever shown them.
func (r *reader) incomplete(o *model.Object, d *model.Decoder, more *further) []model.Missing {
	if more == nil {
		return nil
	}
	var out []model.Missing
	for _, m := range d.Missing {
		if !m.Told || m.Prop.Deprecated || strings.Contains(m.Path, "[]") || m.Prop.OwnPartGet() != nil {
			continue
		}
		// What is read before a write must hold all that the plan was made from.
		if (more.how == inListRead || r.wants(o, r.cat.Kind(o.Address.Kind).Spec)) && !r.farm.learnt.never(o.Address.Kind, more.how, m.Path) {
			out = append(out, m)
		}
	}
	return out
}

// asks are the reads below an object, not tried yet, that may show what it
// lacks.
func (r *reader) asks(k *model.Kind, o *model.Object, d *model.Decoder, tried map[string]bool) map[string][]model.Missing {
	var out map[string][]model.Missing
	for _, m := range d.Missing {
		if !m.Told || !r.wants(o, m.Outer()) {
			continue
		}
		for _, at := range m.Reads() {
			if tried[at] || !r.cat.Answers(Below(k.Self, at, "{id}")) || r.farm.learnt.never(k.Name, at, m.Path) {
				continue
			}
			if out == nil {
				out = map[string][]model.Missing{}
			}
			out[at] = append(out[at], m)
			break
		}
	}
	return out
}

// ask reads what stands at a path below an object. That there is nothing, or
// no such read, leaves the property not shown.
func (r *reader) ask(ctx context.Context, k *model.Kind, o *model.Object, body map[string]any, at string, parts map[string]any, lacks []model.Missing) error {
	path := Below(SelfPath(k.Self, o.ID), at, o.ID)
	v, err := r.memo.json(ctx, about(k, o, body, at, path, SiteQuery(k, o)))
	r.memo.forget(path, SiteQuery(k, o))
	switch {
	case err == nil:
		parts[at] = v
	case fatal(err):
		return err
	case missingPath(err), errors.Is(err, errNothing):
		parts[at] = model.NotAnswered
		r.noSuchRead(o, path, err, pathsOf(lacks)...)
	default:
		r.failed(ctx, o, path, nil, err, pathsOf(lacks)...)
	}
	return nil
}

// missingPath tells whether the farm says that there is nothing at a path.
func missingPath(err error) bool {
	var e *ras.Error
	return errors.As(err, &e) && (e.Kind == ras.KindNotFound || e.Status == http.StatusMethodNotAllowed)
}

// failed notes a read that failed. A path that the farm does not know is no
// failure if the facts say that its release need not have it.
func (r *reader) failed(ctx context.Context, o *model.Object, path string, p *model.Property, err error, shows ...string) {
	if missingPath(err) && (p != nil && !r.released(ctx, p) || r.older(ctx)) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.farm.Failed = append(r.farm.Failed, FailedRead{Address: o.Address, Path: path, Err: err, Shows: shows})
	slices.SortStableFunc(r.farm.Failed, func(a, b FailedRead) int {
		return strings.Compare(a.Address.String()+" "+a.Path, b.Address.String()+" "+b.Path)
	})
}

// noSuchRead notes a read that the farm answers as if it did not have it.
func (r *reader) noSuchRead(o *model.Object, path string, err error, shows ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.farm.Missed = append(r.farm.Missed, FailedRead{Address: o.Address, Path: path, Err: err, Shows: shows})
}

// missed parts the reads by id that this farm does not have from those that failed:
// no page describes them, and no object has one.
func (r *reader) missed() {
	r.farm.Failed = slices.DeleteFunc(r.farm.Failed, func(f FailedRead) bool {
		k := r.cat.Kind(f.Address.Kind)
		o := r.farm.Names.Find(f.Address)
		byID := k.Get != "" && o != nil && f.Path == SelfPath(k.Get, o.ID)
		none := missingPath(f.Err) && byID && !r.cat.Described(f.Path) && !r.memo.shown[model.PathShape(f.Path)]
		if none {
			r.farm.Missed = append(r.farm.Missed, f)
		}
		return none
	})
}

func pathsOf(list []model.Missing) []string {
	out := make([]string, len(list))
	for i, m := range list {
		out[i] = m.Path
	}
	return out
}

// hides and shows note whether the farm shows a value that no answer about the
// object itself holds.
func (r *reader) hides(o *model.Object, p *model.Property) {
	if o.Absent == nil {
		o.Absent = map[string]bool{}
	}
	o.Absent[p.Path()] = true
	o.NotShown = append(o.NotShown, p.Path())
	slices.Sort(o.NotShown)
	r.mu.Lock()
	defer r.mu.Unlock()
	count(r.farm.Findings.NotShown, o.Address.Kind, p.Path())
}

func (r *reader) shows(o *model.Object, p *model.Property) {
	delete(o.Absent, p.Path())
	o.NotShown = slices.DeleteFunc(o.NotShown, func(path string) bool { return path == p.Path() })
	r.mu.Lock()
	defer r.mu.Unlock()
	paths := r.farm.Findings.NotShown[o.Address.Kind]
	if paths[p.Path()]--; paths[p.Path()] <= 0 {
		delete(paths, p.Path())
	}
	if len(paths) == 0 {
		delete(r.farm.Findings.NotShown, o.Address.Kind)
	}
}

// listedRelease is the release whose operations the schemas list.
var listedRelease = [2]int{21, 2}

// older tells whether the farm is of an earlier release than the one whose
// operations are listed.
func (r *reader) older(ctx context.Context) bool {
	v, ok := r.version(ctx)
	return ok && (v[0] < listedRelease[0] || v[0] == listedRelease[0] && v[1] < listedRelease[1])
}

// released tells whether the farm's release has a property, as far as the
// facts say.
func (r *reader) released(ctx context.Context, p *model.Property) bool {
	for at := p; at != nil; at = at.Parent {
		if at.Since == "" && at.Until == "" {
			continue
		}
		v, ok := r.version(ctx)
		if !ok {
			return true
		}
		if since, given := release(at.Since); given && (v[0] < since[0] || v[0] == since[0] && v[1] < since[1]) {
			return false
		}
		if until, given := release(at.Until); given && v[0] > until[0] {
			return false
		}
	}
	return true
}

func (r *reader) version(ctx context.Context) ([2]int, bool) {
	if r.req.Version == nil {
		return [2]int{}, false
	}
	return release(r.req.Version(ctx))
}

// release reads the first two numbers of a version such as v20 or 21.2.1.
func release(text string) ([2]int, bool) {
	var out [2]int
	parts := strings.Split(strings.TrimPrefix(strings.ToLower(strings.TrimSpace(text)), "v"), ".")
	for i := range out {
		if i >= len(parts) {
			break
		}
		n, err := strconv.Atoi(parts[i])
		if err != nil {
			return out, i > 0
		}
		out[i] = n
	}
	return out, true
}

// learnt remembers which further reads never showed what was asked for.
type learnt struct {
	mu      sync.Mutex
	settled bool
	asked   map[string]int
	gave    map[string]bool
}

func newLearnt() *learnt { return &learnt{asked: map[string]int{}, gave: map[string]bool{}} }

func learntKey(kind, at, path string) string {
	segments := strings.Split(at, "/")
	for i, s := range segments {
		if s != "" && strings.Trim(s, "0123456789") == "" {
			segments[i] = "{}"
		}
	}
	return kind + " " + strings.Join(segments, "/") + " " + path
}

// note counts what a read was asked for, and whether it showed it: left is
// what is still missing.
func (l *learnt) note(k *model.Kind, at string, asked, left []model.Missing) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.settled && at != inListRead {
		return // what is asked for must not depend on which answer comes first
	}
	for _, m := range asked {
		key := learntKey(k.Name, at, m.Path)
		l.asked[key]++
		if !slices.ContainsFunc(left, func(s model.Missing) bool { return s.Path == m.Path && s.Own == m.Own }) {
			l.gave[key] = true
		}
	}
}

// settle ends the learning: from now on what never came is not asked for.
func (l *learnt) settle() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.settled = true
	for key := range l.gave {
		delete(l.asked, key)
	}
}

// never tells whether a read of a kind has never shown a property.
func (l *learnt) never(kind, at, path string) bool {
	if l == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	key := learntKey(kind, at, path)
	return l.settled && !l.gave[key] && l.asked[key] >= probes
}
