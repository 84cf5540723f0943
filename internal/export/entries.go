package export

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"rassync/internal/model"
)

// entryKey is a list of one object.
type entryKey struct {
	kindID
	site string // of settings, which have no id
	list string
}

func keyOf(o *model.Object, list string) entryKey {
	key := entryKey{kindID: kindID{o.Address.Kind, asID(o.ID)}, list: list}
	if o.ID == "" {
		key.site = model.Fold(o.Address.Site)
	}
	return key
}

// entrySet translates the entries of one list between ids and names.
type entrySet struct {
	names []string // in the farm's order
	ids   map[string]int64
	byID  map[int64]string
}

// setOf collects the entries of a decoded list as ref names them. A name that
// several entries have names none of them.
func setOf(ref, p *model.Property, list []any) *entrySet {
	s := &entrySet{ids: map[string]int64{}, byID: map[int64]string{}}
	for _, e := range list {
		m, _ := e.(map[string]any)
		id, ok := model.AsInt(m[model.EntryID])
		if !ok {
			continue
		}
		name := ref.EntryName(p, e)
		other, twice := s.ids[model.Fold(name)]
		if ref.EntryOf.By != "" && (name == "" || twice) {
			if s.byID[id] = ""; twice {
				s.byID[other] = ""
			}
			continue
		}
		s.names = append(s.names, name)
		s.ids[model.Fold(name)], s.byID[id] = id, name
	}
	for name, id := range s.ids {
		if s.byID[id] == "" {
			delete(s.ids, name)
		}
	}
	s.names = slices.DeleteFunc(s.names, func(n string) bool { _, ok := s.ids[model.Fold(n)]; return !ok })
	return s
}

func (n *Names) entries(o *model.Object, list string) *entrySet {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.lists[keyOf(o, list)]
}

func (n *Names) keep(o *model.Object, list string, s *entrySet) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.lists == nil {
		n.lists = map[entryKey]*entrySet{}
	}
	n.lists[keyOf(o, list)] = s
}

// dropEntries forgets the lists of an object that was written.
func (n *Names) dropEntries(o *model.Object) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for k := range n.lists {
		if k == keyOf(o, k.list) {
			delete(n.lists, k)
		}
	}
}

// Entries lists the names of the entries of an object's list, as far as they
// were read.
func (n *Names) Entries(o *model.Object, list string) ([]string, bool) {
	s := n.entries(o, list)
	if s == nil {
		return nil, false
	}
	return s.names, true
}

// EntryID implements model.EntryNames.
func (n *Names) EntryID(ref model.EntryRef, site string) (int64, error) {
	o := n.EntryHolder(ref.Prop, ref.Object, site)
	if o == nil {
		return 0, fmt.Errorf("there is no %s %q", strings.Join(ref.Prop.EntryKinds(), " or "), ref.Object)
	}
	if s := n.entries(o, ref.Prop.EntryOf.List); s != nil {
		if id, ok := s.ids[model.Fold(ref.Name)]; ok {
			return id, nil
		}
	}
	return 0, fmt.Errorf("%s has no entry %q in %s", o.Address, ref.Name, ref.Prop.EntryOf.List)
}

// EntryHolder is the object whose list p refers to: the one that is named, or the
// site's settings, which are there whether they were read or not.
func (n *Names) EntryHolder(p *model.Property, object, site string) *model.Object {
	o := n.Resolve(p.EntryKinds(), object, site)
	if o == nil && p.EntryOf.Kind != "" {
		return &model.Object{Address: inScope(n.cat, p.EntryOf.Kind, site, "")}
	}
	return o
}

// FindEntry tells whether the farm has the entry that is meant; the list is
// read again if it is not among those known.
func (f *Farm) FindEntry(ctx context.Context, g Getter, ref model.EntryRef, site string) (bool, error) {
	if _, err := f.Names.EntryID(ref, site); err == nil {
		return true, nil
	}
	o := f.Names.EntryHolder(ref.Prop, ref.Object, site)
	if o == nil {
		return false, nil
	}
	f.Names.dropEntries(o)
	if _, err := f.again(g, nil).entriesOf(ctx, o, ref.Prop); err != nil {
		return false, err
	}
	_, err := f.Names.EntryID(ref, site)
	return err == nil, nil
}

// entriesOf gives the entries of the object's list that ref refers to, reading them
// if nobody has: once an object and list.
func (r *reader) entriesOf(ctx context.Context, o *model.Object, ref *model.Property) (*entrySet, error) {
	list := ref.EntryOf.List
	if s := r.farm.Names.entries(o, list); s != nil {
		return s, nil
	}
	o = r.inSite(o)
	k := r.cat.Kind(o.Address.Kind)
	p := k.Spec.Find(list)
	spec := o.Spec
	if r.anew {
		spec = nil // what is remembered may be older than the last write
	}
	entries, ok := model.Lookup(spec, list)
	if !ok && !r.anew {
		r.mu.Lock()
		raw := r.raw[o]
		r.mu.Unlock()
		if raw != nil {
			entries, ok = model.Lookup((&model.Decoder{Names: r.farm.Names, Site: o.Address.Site}).Spec(k, raw, nil), list)
		}
	}
	if !ok {
		sub := r.farm.again(r.memo.from, func(_ *model.Object, q *model.Property) bool { return q == p || p.OwnPart() == q })
		sub.blind = true
		body, err := sub.body(ctx, k, o)
		if err != nil {
			return nil, err
		}
		if body == nil {
			return nil, nil
		}
		now, err := sub.refresh(ctx, k, o, body, nil)
		if err != nil {
			return nil, err
		}
		if entries, ok = model.Lookup(now.Spec, list); !ok {
			return nil, nil // the farm does not show them
		}
	}
	all, _ := entries.([]any)
	s := setOf(ref, p, all)
	r.farm.Names.keep(o, list, s)
	return s, nil
}

// inSite gives settings that nobody has read yet the id of their site.
func (r *reader) inSite(o *model.Object) *model.Object {
	if o.ID != "" || o.SiteID != "" || o.Address.Site == "" {
		return o
	}
	for _, s := range r.farm.Sites {
		if model.SameName(s.Address.Name, o.Address.Site) {
			c := *o
			c.SiteID = s.ID
			return &c
		}
	}
	return o
}

// allNamed is named for every object that was read whole.
func (r *reader) allNamed(ctx context.Context, whole map[string]bool) error {
	for _, k := range r.cat.Kinds() {
		if !whole[k.Name] || !k.NamesEntries() {
			continue
		}
		for _, o := range r.farm.Objects[k.Name] {
			if o.Spec == nil {
				continue
			}
			if err := r.named(ctx, k, o); err != nil {
				return err
			}
		}
	}
	return nil
}

// learnEntries reads the entries that documents name, as far as the farm has
// the objects that hold them. A list that cannot be read is left to the run,
// which reads it again.
func (r *reader) learnEntries(ctx context.Context, docs []*model.Object) error {
	for _, d := range docs {
		k := r.cat.Kind(d.Address.Kind)
		if k == nil || !k.NamesEntries() {
			continue
		}
		var failed error
		model.WalkEntries(k.Spec, d.Spec, "", func(e model.EntryValue) {
			ref, names := e.Ref()
			if !names || failed != nil || !r.hasSite(d.Address.Site) {
				return
			}
			t := r.farm.Names.EntryHolder(e.Prop, ref.Object, d.Address.Site)
			if t == nil {
				return
			}
			if _, err := r.entriesOf(ctx, t, e.Prop); err != nil && fatal(err) {
				failed = err
			}
		})
		if failed != nil {
			return failed
		}
	}
	return nil
}

// named turns ids of other objects' entries into their names, and brings the
// references that the farm shows by name into the form of names.
func (r *reader) named(ctx context.Context, k *model.Kind, o *model.Object) error {
	if r.blind || !k.NamesEntries() {
		return nil
	}
	var failed error
	model.WalkEntries(k.Spec, o.Spec, "", func(e model.EntryValue) {
		if failed == nil {
			failed = r.nameEntry(ctx, o, e)
		}
	})
	if failed == nil {
		r.refsByName(k.Spec, o.Spec, o)
	}
	return failed
}

// nameEntry turns one id of an entry into its name. Without the list nobody knows
// which entry is meant; the number of an entry that has no name of its own stays.
func (r *reader) nameEntry(ctx context.Context, o *model.Object, e model.EntryValue) error {
	p := e.Prop
	id, isID := e.Value().(int64)
	if !isID || o.Absent[e.Shown().Path()] {
		return nil
	}
	hide := func() {
		e.Drop()
		r.hides(o, e.Shown())
	}
	name, told := e.Object()
	settings := p.EntryOf.Kind != ""
	if !told || name != "" && r.unreadKind(p.EntryKinds()) || settings && r.farm.NotReadErr(p.EntryOf.Kind, o.Address.Site) != nil {
		hide()
		return nil
	}
	if t := r.farm.Names.EntryHolder(p, name, o.Address.Site); (name != "" || settings) && t != nil {
		s, err := r.entriesOf(ctx, t, p)
		switch {
		case err != nil && fatal(err):
			return err
		case err != nil:
			r.failed(ctx, t, p.EntryOf.List, nil, err)
			hide()
			return nil
		case s == nil && settings:
			return nil // a farm that shows no such list: the numbers are all there is
		case s == nil:
			hide()
			return nil
		}
		if entry, known := s.byID[id]; known {
			if entry != "" || p.EntryOf.By == "" {
				e.Set(entry)
			}
			return nil
		}
	}
	r.dangling(o, e.Path)
	return nil
}

func (r *reader) hasSite(name string) bool {
	return name == "" || slices.ContainsFunc(r.farm.Sites, func(s *model.Object) bool { return model.SameName(s.Address.Name, name) })
}

func (r *reader) dangling(o *model.Object, path string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.farm.Findings.Dangling = append(r.farm.Findings.Dangling, o.Address.String()+" "+path)
}

// refsByName looks up what the farm shows by name instead of by id. A name
// that nobody has is left out: it could not be written back.
func (r *reader) refsByName(p *model.Property, spec map[string]any, o *model.Object) {
	for _, c := range p.Props {
		v, ok := spec[c.Name]
		if !ok {
			continue
		}
		if sub, isMap := v.(map[string]any); isMap {
			r.refsByName(c, sub, o)
			continue
		}
		text, isText := v.(string)
		if c.RefBy != "name" || !isText || text == "" {
			continue
		}
		if t := r.farm.Names.shown(c.Ref, text, o.Address.Site); t != nil {
			spec[c.Name] = r.farm.Names.refText(c.Ref, t, o.Address.Site)
			continue
		}
		delete(spec, c.Name)
		if r.unreadKind(c.Ref) {
			r.hides(o, c)
			continue
		}
		r.dangling(o, c.Path())
	}
}

// shown finds the object that a shown name means: by its whole name, or by its
// part behind the domain if only one object has that.
func (n *Names) shown(kinds []string, text, site string) *model.Object {
	if o := n.Resolve(kinds, text, site); o != nil {
		return o
	}
	if strings.Contains(text, `\`) {
		return nil
	}
	n.mu.RLock()
	defer n.mu.RUnlock()
	var found *model.Object
	for _, o := range n.byID {
		for _, kind := range kinds {
			i := strings.LastIndexByte(o.Address.Name, '\\')
			if o.Address.Kind != kind || i < 0 || !model.SameName(o.Address.Name[i+1:], text) {
				continue
			}
			if found != nil && found != o {
				return nil
			}
			found = o
		}
	}
	return found
}
