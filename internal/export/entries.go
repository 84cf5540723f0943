package export

import (
	"context"
	"fmt"
	"strings"

	"rassync/internal/model"
)

// entryKey is a list of one object.
type entryKey struct {
	kindID
	list string
}

// entrySet translates the entries of one list between ids and names.
type entrySet struct {
	names []string // in the farm's order
	ids   map[string]int64
	byID  map[int64]string
}

// setOf collects the entries of a decoded list.
func setOf(p *model.Property, list []any) *entrySet {
	s := &entrySet{ids: map[string]int64{}, byID: map[int64]string{}}
	for _, e := range list {
		m, _ := e.(map[string]any)
		id, ok := model.AsInt(m[model.EntryID])
		if !ok {
			continue
		}
		name := model.EntryKey(p, e)
		s.names = append(s.names, name)
		s.ids[model.Fold(name)], s.byID[id] = id, name
	}
	return s
}

func (n *Names) entries(o *model.Object, list string) *entrySet {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.lists[entryKey{kindID{o.Address.Kind, asID(o.ID)}, list}]
}

func (n *Names) keep(o *model.Object, list string, s *entrySet) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.lists == nil {
		n.lists = map[entryKey]*entrySet{}
	}
	n.lists[entryKey{kindID{o.Address.Kind, asID(o.ID)}, list}] = s
}

// dropEntries forgets the lists of an object that was written.
func (n *Names) dropEntries(o *model.Object) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for k := range n.lists {
		if k.kindID == (kindID{o.Address.Kind, asID(o.ID)}) {
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
	kinds := ref.Prop.Beside().Ref
	o := n.Resolve(kinds, ref.Object, site)
	if o == nil {
		return 0, fmt.Errorf("there is no %s %q", strings.Join(kinds, " or "), ref.Object)
	}
	if s := n.entries(o, ref.Prop.EntryOf.List); s != nil {
		if id, ok := s.ids[model.Fold(ref.Name)]; ok {
			return id, nil
		}
	}
	return 0, fmt.Errorf("%s has no entry %q in %s", o.Address, ref.Name, ref.Prop.EntryOf.List)
}

// FindEntry tells whether the farm has the entry that is meant; the list is
// read again if it is not among those known.
func (f *Farm) FindEntry(ctx context.Context, g Getter, ref model.EntryRef, site string) (bool, error) {
	if _, err := f.Names.EntryID(ref, site); err == nil {
		return true, nil
	}
	o := f.Names.Resolve(ref.Prop.Beside().Ref, ref.Object, site)
	if o == nil {
		return false, nil
	}
	f.Names.dropEntries(o)
	if _, err := f.again(g, nil).entriesOf(ctx, o, ref.Prop.EntryOf.List); err != nil {
		return false, err
	}
	_, err := f.Names.EntryID(ref, site)
	return err == nil, nil
}

// entriesOf gives the entries of an object's list, reading them if nobody has:
// once an object and list.
func (r *reader) entriesOf(ctx context.Context, o *model.Object, list string) (*entrySet, error) {
	if s := r.farm.Names.entries(o, list); s != nil {
		return s, nil
	}
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
	s := setOf(p, all)
	r.farm.Names.keep(o, list, s)
	return s, nil
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
		model.WalkEntries(k.Spec, d.Spec, "", func(p *model.Property, siblings map[string]any, _ string) {
			name, _ := siblings[p.EntryOf.Object].(string)
			t := r.farm.Names.Resolve(p.Beside().Ref, name, d.Address.Site)
			if name == "" || t == nil {
				return
			}
			if _, err := r.entriesOf(ctx, t, p.EntryOf.List); err != nil && fatal(err) {
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
	model.WalkEntries(k.Spec, o.Spec, "", func(p *model.Property, siblings map[string]any, path string) {
		id, isID := siblings[p.Name].(int64)
		if !isID || failed != nil {
			return
		}
		name, told := siblings[p.EntryOf.Object].(string)
		if !told || name != "" && r.unreadKind(p.Beside().Ref) {
			delete(siblings, p.Name)
			r.hides(o, p)
			return
		}
		if t := r.farm.Names.Resolve(p.Beside().Ref, name, o.Address.Site); name != "" && t != nil {
			s, err := r.entriesOf(ctx, t, p.EntryOf.List)
			switch {
			case err != nil && fatal(err):
				failed = err
				return
			case err != nil:
				delete(siblings, p.Name)
				r.failed(ctx, t, p.EntryOf.List, nil, err)
				r.hides(o, p)
				return
			}
			if s == nil {
				delete(siblings, p.Name)
				r.hides(o, p)
				return
			}
			if entry, known := s.byID[id]; known {
				siblings[p.Name] = entry
				return
			}
		}
		r.dangling(o, path)
	})
	if failed == nil {
		r.refsByName(k.Spec, o.Spec, o)
	}
	return failed
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
