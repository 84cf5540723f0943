package farmsim

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"sort"
	"strconv"
	"strings"

	"rassync/internal/model"
)

// Disagreement is how a farm contradicts the schemas that it is made from, as
// a real one may: it leaves things out of its answers, answers some of them with
// a status, and writes names in another way. The zero value is a farm that
// agrees. What it holds is untouched: only its answers differ.
type Disagreement struct {
	// Hide are places that no answer shows.
	Hide []Place
	// Answers are reads that are answered with a status instead.
	Answers []StatusAt

	// Seed makes the choices by chance below; the same seed chooses the same.
	Seed uint64
	// HideShare is the share of all names, blocks and lists among them, that
	// answers leave out: for some paths the name is never there, for some
	// objects it is not. What says which object is meant stays.
	HideShare float64
	// DropShare is the share of objects that lists leave out.
	DropShare float64
	// FailShare is the share of paths below an object that are answered 404.
	FailShare float64
	// UpperShare is the share of objects whose names are shown in capitals.
	UpperShare float64

	// LeastLengths makes the farm refuse texts that are shorter than the facts
	// allow, although it shows such texts itself.
	LeastLengths bool
	// FoldersDisable makes a folder that is switched off switch off what lies in
	// it, for good.
	FoldersDisable bool
	// Replicate makes the farm copy, along with the settings that a flag stands
	// for, the flag itself to the other sites; NoReplicate makes it copy nothing.
	Replicate, NoReplicate bool
	// ShortUpdates makes updates take only what pages of older versions show:
	// nothing of which no page tells whether an update takes it.
	ShortUpdates bool
	// OneSiteRead makes reads that are documented without a site answer for the
	// licensing site, whichever is asked.
	OneSiteRead bool
	// StillTimes leaves the time of an object's last change as it was when a list
	// below it changes. StillSettings never moves the number of the settings,
	// AppliedSettings only when changes are applied.
	StillTimes, StillSettings, AppliedSettings bool
}

// Place is a name inside the answers to some paths.
type Place struct {
	Path string // * stands for one segment, ** for any number of them
	Name string // dotted; entries of lists are gone through
}

// StatusAt is a status for the reads of some paths.
type StatusAt struct {
	Path   string
	Status int
}

// ParsePlace reads a place written PATH:NAME.
func ParsePlace(text string) (Place, error) {
	path, name, ok := strings.Cut(text, ":")
	if !ok || !strings.HasPrefix(path, "/") || name == "" {
		return Place{}, fmt.Errorf("%q: want a path and a name, such as /api/LogonHours:criteria", text)
	}
	return Place{path, name}, nil
}

// ParseStatusAt reads a status written PATH=STATUS.
func ParseStatusAt(text string) (StatusAt, error) {
	i := strings.LastIndexByte(text, '=')
	if i < 0 || !strings.HasPrefix(text, "/") {
		return StatusAt{}, fmt.Errorf("%q: want a path and a status, such as /api/RDS/Host=503", text)
	}
	n, err := strconv.Atoi(text[i+1:])
	if err != nil || n < 200 || n > 599 {
		return StatusAt{}, fmt.Errorf("%q: %q is no status", text, text[i+1:])
	}
	return StatusAt{text[:i], n}, nil
}

// answers tells whether anything changes the answers to reads.
func (d *Disagreement) answers() bool {
	return d != nil && (len(d.Hide)+len(d.Answers) > 0 || d.HideShare+d.DropShare+d.FailShare+d.UpperShare > 0)
}

// disagree changes the answer to a read.
func (f *Farm) disagree(c *call, ends []*endpoint, a *answer) *answer {
	d := f.opts.Disagree
	if !d.answers() || c.r.Method != http.MethodGet || a.status != http.StatusOK || len(ends) == 0 || ends[0].kind == nil {
		return a
	}
	for _, s := range d.Answers {
		if pathFits(s.Path, c.path) {
			return problem(s.Status, c.path, "made to answer so")
		}
	}
	isList := ends[0].merge != nil
	depth := strings.Count(strings.Trim(c.path, "/"), "/")
	if base := strings.Count(strings.Trim(ends[0].kind.Self, "/"), "/"); depth > base && !isList && d.chance("fail", pathShape(c.path)) < d.FailShare {
		return problem(http.StatusNotFound, c.path, "made to answer so")
	}
	v, err := parseJSON(a.body)
	if err != nil || len(a.body) == 0 {
		return a
	}
	x := &disagreeing{d: d, path: c.path, shape: pathShape(c.path), self: ends[0].kind.Self, keep: map[string]bool{"id": true, "siteId": true}}
	for _, e := range ends {
		x.keeps(e.kind)
	}
	if list, ok := v.([]any); ok && isList && ends[0].kind != f.siteKind() {
		kept := list[:0:0]
		for _, e := range list {
			if d.chance("drop", x.shape, idOf(e)) >= d.DropShare {
				kept = append(kept, e)
			}
		}
		v = kept
	}
	out := *a
	out.body = appendJSON(nil, x.value(v, "", ""))
	return &out
}

// disagreeing changes one answer.
type disagreeing struct {
	d     *Disagreement
	path  string
	shape string
	self  string
	keep  map[string]bool // names that stay: they say which object is meant
	names map[string]bool // names of objects
	last  map[string]bool // names that stay at any depth: they say which entries are configuration
}

func (x *disagreeing) keeps(k *kind) {
	x.keep[k.Identity.Read], x.keep[k.Identity.Also] = true, true
	for name := range k.Filter {
		x.keep[name] = true
	}
	for name := range k.BuiltinWhere {
		x.keep[name] = true
	}
	for _, s := range k.Skip {
		for name := range s.Where {
			x.keep[name] = true
		}
	}
	if k.Tree != nil {
		x.keep[k.Tree.Parent], x.keep[k.Tree.Previous] = true, true
	}
	if p := k.Spec.Prop(k.Sites); p != nil {
		x.keep[p.Read[0]] = true
	}
	if k.step != "" {
		x.keep[k.step] = true
	}
	if x.names == nil {
		x.names, x.last = map[string]bool{}, map[string]bool{}
	}
	k.Spec.Walk(func(p *model.Property) {
		if p.List == nil {
			return
		}
		for _, s := range p.List.Skip {
			for name := range s.Where {
				x.last[name] = true
			}
		}
	})
	if k.Identity.Read != "" && k.Identity.Codec == "" && len(k.Builtin) == 0 && k.Name != model.SiteKind {
		x.names[k.Identity.Read] = true
	}
}

// value is v as the farm shows it. at is the dotted name of the place, id that
// of the object it belongs to.
func (x *disagreeing) value(v any, at, id string) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = x.value(e, at, id)
		}
		return out
	case map[string]any:
		if at == "" {
			id = idOf(v)
		}
		out := make(map[string]any, len(v))
		for _, name := range namesOf(v) {
			sub := name
			if at != "" {
				sub = at + "." + name
			}
			if x.hides(sub, id) {
				continue
			}
			e := x.value(v[name], sub, id)
			if s, ok := e.(string); ok && at == "" && x.names[name] && x.d.chance("upper", id, name) < x.d.UpperShare {
				e = strings.ToUpper(s)
			}
			out[name] = e
		}
		return out
	}
	return v
}

// hides tells whether the answer leaves out a name.
func (x *disagreeing) hides(name, id string) bool {
	for _, h := range x.d.Hide {
		if strings.EqualFold(h.Name, name) && pathFits(h.Path, x.path) {
			return true
		}
	}
	if x.d.HideShare == 0 || x.keep[name] || strings.HasSuffix(name, ".id") || strings.HasSuffix(name, ".name") || strings.HasSuffix(name, ".priority") || strings.Contains(name, standInPrefix) || x.last[name[strings.LastIndexByte(name, '.')+1:]] {
		return false
	}
	return x.d.chance("never", x.shape, name) < x.d.HideShare || x.d.chance("here", x.self, id, name) < x.d.HideShare/4
}

// chance is a number from 0 to 1 that depends on the seed and the parts alone.
func (d *Disagreement) chance(parts ...string) float64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d", d.Seed)
	for _, p := range parts {
		fmt.Fprintf(h, "|%s", strings.ToLower(p))
	}
	n := h.Sum64()
	n ^= n >> 33 // the low bits of a short text hardly mix
	n *= 0xff51afd7ed558ccd
	n ^= n >> 33
	return float64(n>>11) / (1 << 53)
}

func idOf(v any) string {
	m, _ := v.(map[string]any)
	return fmt.Sprint(m["id"])
}

func namesOf(m map[string]any) []string {
	out := make([]string, 0, len(m))
	for name := range m {
		out = append(out, name)
	}
	sort.Strings(out)
	return out
}

// pathShape is a path with its ids taken out.
func pathShape(path string) string {
	segments := strings.Split(path, "/")
	for i, s := range segments {
		if s != "" && strings.Trim(s, "0123456789") == "" {
			segments[i] = "{}"
		}
	}
	return strings.Join(segments, "/")
}

// pathFits tells whether a path fits a pattern; letter case does not count.
func pathFits(pattern, path string) bool {
	return segmentsFit(strings.Split(strings.ToLower(strings.Trim(pattern, "/")), "/"), strings.Split(strings.ToLower(strings.Trim(path, "/")), "/"))
}

func segmentsFit(pattern, path []string) bool {
	if len(pattern) == 0 {
		return len(path) == 0
	}
	if pattern[0] == "**" {
		for i := 0; i <= len(path); i++ {
			if segmentsFit(pattern[1:], path[i:]) {
				return true
			}
		}
		return false
	}
	return len(path) > 0 && (pattern[0] == "*" || pattern[0] == path[0]) && segmentsFit(pattern[1:], path[1:])
}

// switchOff gives what lies in a folder the folder's status, if it is one that
// the farm passes down for good.
func (f *Farm) switchOff(folder *object) {
	d := f.opts.Disagree
	k := folder.kind
	if d == nil || !d.FoldersDisable || k.Tree == nil || k.Tree.Folder != k.Name {
		return
	}
	for _, fl := range k.layout.fields {
		if fl.prop.InheritsDown == nil || fl.holder != "" {
			continue
		}
		status, ok := valueAt(folder.raw, fl.path)
		if !ok || sameValue(status, wireOf(fl.prop, fl.prop.InheritsDown)) {
			continue
		}
		for _, name := range sortedKeys(f.kinds) {
			below := f.kinds[name]
			if below.Tree == nil || below.Tree.Folder != k.Name {
				continue
			}
			for _, o := range f.staged.all(below) {
				if o.id == folder.id && below == k || !f.liesIn(o, folder) {
					continue
				}
				changed := o.copy()
				setAt(changed.raw, fl.path, status)
				f.staged.put(changed)
			}
		}
	}
}

// liesIn tells whether an item lies in a folder, at any depth.
func (f *Farm) liesIn(o, folder *object) bool {
	for up, n := o.parent(), 0; up != 0 && n < 100; n++ {
		if up == folder.id {
			return true
		}
		at := f.item(f.staged, o.kind, up)
		if at == nil {
			return false
		}
		up = at.parent()
	}
	return false
}

// ParseDisagreement reads words such as "seed=7,hide=0.1,least-lengths".
func ParseDisagreement(text string) (*Disagreement, error) {
	d := &Disagreement{Seed: 1}
	shares := map[string]*float64{"hide": &d.HideShare, "drop": &d.DropShare, "fail": &d.FailShare, "upper": &d.UpperShare}
	switches := map[string]*bool{"least-lengths": &d.LeastLengths, "folders-disable": &d.FoldersDisable, "replicate": &d.Replicate, "no-replicate": &d.NoReplicate, "short-updates": &d.ShortUpdates, "one-site-reads": &d.OneSiteRead, "still-times": &d.StillTimes, "still-settings": &d.StillSettings, "applied-settings": &d.AppliedSettings}
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' }) {
		name, value, given := strings.Cut(word, "=")
		var err error
		switch {
		case name == "seed":
			d.Seed, err = strconv.ParseUint(value, 10, 64)
		case shares[name] != nil:
			if *shares[name], err = strconv.ParseFloat(value, 64); err == nil && (*shares[name] < 0 || *shares[name] > 1) {
				err = fmt.Errorf("a share is from 0 to 1")
			}
		case switches[name] != nil && !given:
			*switches[name] = true
		default:
			err = fmt.Errorf("known are %s", strings.Join(DisagreementWords(), ", "))
		}
		if err != nil {
			return nil, fmt.Errorf("%q: %w", word, err)
		}
	}
	return d, nil
}

// DisagreementWords lists the words that ParseDisagreement takes.
func DisagreementWords() []string {
	return []string{"seed=", "hide=", "drop=", "fail=", "upper=", "least-lengths", "folders-disable", "replicate", "no-replicate", "short-updates", "one-site-reads", "still-times", "still-settings", "applied-settings"}
}
