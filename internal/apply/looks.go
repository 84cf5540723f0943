package apply

import (
	"context"
	"net/url"
	"strings"
	"time"

	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/ras"
)

// Before an object is written, or kept in a snapshot, the farm is looked at: is it
// still what the plan was made from? One list answers that for all objects of a
// kind and site, and what it says holds for a while. Objects that this run has
// written are never taken from a look of before.

// Window is the longest time for which a look at the farm counts.
const Window = 10 * time.Second

// fewObjects is how many objects are read by their ids although one list would
// show them: a long list is a dear request too. longList is when a list is long.
const (
	fewObjects = 3
	longList   = 500
)

// Looks are the latest looks at the objects that a plan touches.
type Looks struct {
	farm *export.Farm
	now  func() time.Time
	turn *turn // nil: nobody else takes part
	// touched are the ids that are asked for, by list.
	touched map[string]map[string]bool
	lists   map[string]*listLook
	objects map[objectID]*objectLook
	shared  map[string]*sharedAnswer // reads that tell of several objects
	busy    map[string]bool          // what somebody is just reading
	// clock counts looks and writes; written is when an object was written last.
	clock   int
	written map[objectID]int
	// several are the reads that tell of several objects; moved is when something
	// was written last that they may tell otherwise since.
	several map[string]bool
	moved   int
	// holders are the kinds whose entries other objects name; renamed is when one of
	// them was written last: names that were read before may be others since.
	holders map[string]bool
	renamed int
	// names counts how often objects got other names or went: what was decoded
	// before refers to them by those that they had.
	names int
}

type objectID struct{ kind, site, id string }

type when struct {
	at    time.Time
	clock int
}

type listLook struct {
	when
	look *export.Look
}

type objectLook struct {
	when
	object *model.Object
	want   func(*model.Object, *model.Property) bool
}

type sharedAnswer struct {
	when
	answer *ras.Answer
}

// NewLooks prepares to look at the objects that a plan touches.
func NewLooks(live *export.Farm, p *plan.Plan, now func() time.Time) *Looks {
	l := &Looks{farm: live, now: now, touched: map[string]map[string]bool{}, lists: map[string]*listLook{}, objects: map[objectID]*objectLook{},
		shared: map[string]*sharedAnswer{}, busy: map[string]bool{}, written: map[objectID]int{}, several: map[string]bool{}, holders: map[string]bool{}}
	for _, k := range live.Catalog.Kinds() {
		k.Spec.Walk(func(p *model.Property) {
			if p.EntryOf != nil {
				for _, holder := range p.EntryKinds() {
					l.holders[holder] = true
				}
			}
		})
		for _, p := range k.Spec.Props {
			if p.Membership != nil {
				l.several["/"+p.Membership.At] = true
			}
			if p.Lookup != nil {
				l.several[p.Lookup.Path] = true
			}
		}
	}
	for i := range p.Changes {
		if c := &p.Changes[i]; c.Action != plan.Create && c.Action != plan.Reorder {
			l.expect(Before(live, c))
		}
	}
	return l
}

// Before is the live object that a change is about; nil if it is not there.
func Before(live *export.Farm, c *plan.Change) *model.Object {
	if c.Before != nil {
		return c.Before
	}
	return LiveOf(live, c)
}

// LiveOf finds the object of a change, by its old name or its own, on the farm as
// it was read; nil if it is not there.
func LiveOf(live *export.Farm, c *plan.Change) *model.Object {
	a := model.Address{Site: c.Site, Kind: c.Kind, Name: c.Name}
	if c.RenamedFrom != "" {
		old := a
		old.Name = c.RenamedFrom
		if o := live.Find(old); o != nil {
			return o
		}
	}
	return live.Find(a)
}

func idOf(o *model.Object) objectID { return objectID{o.Address.Kind, o.SiteID, o.ID} }

func (l *Looks) listOf(o *model.Object) (key, path string, query url.Values) {
	if path, query = export.ListOf(l.farm.Catalog.Kind(o.Address.Kind), o); path == "" {
		return "", "", nil
	}
	return path + "?" + query.Encode(), path, query
}

// expect notes that an object will be looked at.
func (l *Looks) expect(o *model.Object) {
	if o == nil {
		return
	}
	key, _, _ := l.listOf(o)
	if key == "" {
		return
	}
	if l.touched[key] == nil {
		l.touched[key] = map[string]bool{}
	}
	l.touched[key][o.ID] = true
}

// writes notes that something is sent for an object: what was seen of it before
// does not count any more.
func (l *Looks) writes(o *model.Object) {
	l.clock++
	l.written[idOf(o)] = l.clock
	if k := l.farm.Catalog.Kind(o.Address.Kind); k != nil && hasMembership(k) {
		l.moved = l.clock
	}
	if l.holders[o.Address.Kind] {
		l.renamed = l.clock
	}
}

// renames notes that an object has another name, or went: references to it read
// otherwise from now on.
func (l *Looks) renames() {
	l.names++
	clear(l.objects)
}

// counts tells whether a look still counts for an object.
func (l *Looks) counts(w when, o *model.Object) bool {
	return w.clock > l.written[idOf(o)] && l.now().Sub(w.at) <= Window
}

func (l *Looks) tick() when {
	l.clock++
	return when{clock: l.clock}
}

// byList tells whether a list is read rather than the object by its id.
func (l *Looks) byList(o *model.Object, key string) bool {
	k, n := l.farm.Catalog.Kind(o.Address.Kind), len(l.touched[key])
	switch {
	case key == "":
		return false
	case k.Get == "":
		return true
	}
	return n > 1 && (n > fewObjects || len(l.farm.Objects[o.Address.Kind]) < longList)
}

// Object gives an object as it is now, or was a moment ago; nil if it is gone.
// Parts that are not wanted are as they were when the farm was read.
func (l *Looks) Object(ctx context.Context, g export.Getter, o *model.Object, want func(*model.Object, *model.Property) bool) (*model.Object, error) {
	k := l.farm.Catalog.Kind(o.Address.Kind)
	if seen := l.objects[idOf(o)]; seen != nil && l.counts(seen.when, o) && covers(k, o, seen.want, want) && (seen.clock > l.renamed || !k.NamesEntries()) {
		now := *seen.object
		now.Spec, _ = model.Clone(seen.object.Spec).(map[string]any)
		return &now, nil
	}
	now, _, err := l.read(ctx, g, o, want)
	return now, err
}

// Whole is Object with the answers of the farm, as they were received. What is
// seen counts for Object, too.
func (l *Looks) Whole(ctx context.Context, g export.Getter, o *model.Object, want func(*model.Object, *model.Property) bool) (*model.Object, []export.Received, error) {
	now, answers, err := l.read(ctx, g, o, want)
	return now, answers, err
}

// covers tells whether a read that wanted some parts holds all that another wants.
func covers(k *model.Kind, o *model.Object, had, want func(*model.Object, *model.Property) bool) bool {
	for _, p := range export.UnreadParts(k, o, had) {
		if want(o, p) {
			return false
		}
	}
	return true
}

func (l *Looks) read(ctx context.Context, g export.Getter, o *model.Object, want func(*model.Object, *model.Property) bool) (*model.Object, []export.Received, error) {
	k := l.farm.Catalog.Kind(o.Address.Kind)
	own := export.NewRecorder(&sharing{looks: l, from: g})
	key, path, query := l.listOf(o)
	seen, names := l.tick(), l.names
	var now *model.Object
	var answers []export.Received
	var err error
	if l.byList(o, key) && !l.writtenSince(key, o) {
		var list *listLook
		if list, err = l.list(ctx, g, o, key, path, query); err != nil {
			return nil, nil, err
		}
		seen = list.when
		if now, err = l.farm.RereadIn(ctx, own, list.look, o, want); err == nil && now != nil {
			if a := list.look.Answer(o); a != nil {
				answers = append(answers, *a)
			}
		}
	} else {
		now, err = l.farm.Reread(ctx, own, o, want)
		seen.at = l.now()
	}
	if err != nil || now == nil {
		return nil, nil, err
	}
	answers = append(answers, own.Answers(k, o)...)
	export.Carry(k, o, now, want)
	if names == l.names {
		l.objects[idOf(o)] = &objectLook{when: seen, object: now, want: want}
	}
	copied := *now
	copied.Spec, _ = model.Clone(now.Spec).(map[string]any)
	return &copied, answers, nil
}

// writtenSince tells whether the object was written after its list was read: then
// it is read by its id, and the list goes on to count for the others.
func (l *Looks) writtenSince(key string, o *model.Object) bool {
	have := l.lists[key]
	return have != nil && l.farm.Catalog.Kind(o.Address.Kind).Get != "" && have.clock <= l.written[idOf(o)] && l.now().Sub(have.at) <= Window
}

// list gives a list that still counts, reading it if there is none.
func (l *Looks) list(ctx context.Context, g export.Getter, o *model.Object, key, path string, query url.Values) (*listLook, error) {
	l.turn.reserve(l.busy, key)
	defer l.turn.release(l.busy, key)
	if have := l.lists[key]; have != nil && l.counts(have.when, o) {
		return have, nil
	}
	seen := l.tick()
	look, err := export.ReadLook(ctx, g, path, query, l.touched[key])
	if err != nil {
		return nil, err
	}
	seen.at = l.now()
	l.lists[key] = &listLook{when: seen, look: look}
	return l.lists[key], nil
}

// Remains tells whether an object is still on the farm.
func (l *Looks) Remains(ctx context.Context, g export.Getter, o *model.Object) (bool, error) {
	key, path, query := l.listOf(o)
	if !l.byList(o, key) {
		return l.farm.Remains(ctx, g, o)
	}
	list, err := l.list(ctx, g, o, key, path, query)
	if err != nil {
		return false, err
	}
	return list.look.Shows(o), nil
}

// sharing asks once what tells of several objects: who is in a group, and the
// lists in which values of others stand.
type sharing struct {
	looks *Looks
	from  export.Getter
}

// Get implements export.Getter.
func (s *sharing) Get(ctx context.Context, path string, query url.Values) (*ras.Answer, error) {
	l := s.looks
	if !l.tellsOfSeveral(path) {
		return s.from.Get(ctx, path, query)
	}
	key := path + "?" + query.Encode()
	l.turn.reserve(l.busy, key)
	defer l.turn.release(l.busy, key)
	if have := l.shared[key]; have != nil && have.clock > l.moved && l.now().Sub(have.at) <= Window {
		return have.answer, nil
	}
	seen := l.tick()
	ans, err := s.from.Get(ctx, path, query)
	if err == nil {
		seen.at = l.now()
		l.shared[key] = &sharedAnswer{when: seen, answer: ans}
	}
	return ans, err
}

func hasMembership(k *model.Kind) bool {
	for _, p := range k.Spec.Props {
		if p.Membership != nil {
			return true
		}
	}
	return false
}

func (l *Looks) tellsOfSeveral(path string) bool {
	return l.several[path] || l.several[path[strings.LastIndexByte(path, '/'):]]
}
