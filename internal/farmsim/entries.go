package farmsim

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sort"
	"strconv"
	"strings"

	"rassync/internal/model"
)

// listCall is an operation on a list below an object, or below an entry of
// another list.
type listCall struct {
	o       *object // a copy for writes
	ls      *list
	root    any    // what the list's path starts from
	prefix  string // of the keys of entry secrets
	rest    []string
	entries []any
	index   int // of the entry that the path names; -1 if it names none
}

func (s *listCall) entry() map[string]any {
	m, _ := s.entries[s.index].(map[string]any)
	return m
}

// below walks down to a list: chain are the lists on the way, the last one is
// meant; entry tells that the path names an entry of it.
func (f *Farm) below(c *call, chain []*list, entry bool, do func(*call, *listCall) *answer) *answer {
	o, a := c.pick()
	if a != nil {
		return a
	}
	if c.method != http.MethodGet {
		if a := f.locked(o); a != nil {
			return a
		}
		o = o.copy()
	}
	params := c.params
	if !c.kind.single() {
		params = params[1:]
	}
	s := &listCall{o: o, index: -1}
	for i, ls := range chain {
		s.ls = ls
		if i == 0 {
			s.root = o.root(ls.holder)
		}
		s.entries = ls.entriesOf(s.root)
		last := i == len(chain)-1
		if last && !entry {
			break
		}
		if len(params) == 0 {
			return problem(http.StatusNotFound, c.path, "no such entry")
		}
		s.index = f.find(ls, s.entries, params[0])
		if s.index < 0 {
			return problem(http.StatusNotFound, c.path, "no entry %s in %s", params[0], ls.at)
		}
		s.prefix += fmt.Sprintf("%s[%s].", ls.yaml, params[0])
		params = params[1:]
		if !last {
			s.root, s.index = s.entries[s.index], -1
		}
	}
	s.rest = params
	return do(c, s)
}

// find looks for the entry that a path names: by id where entries have one,
// else by key.
func (f *Farm) find(ls *list, entries []any, name string) int {
	for i, e := range entries {
		if ls.prop.List.ID != "" {
			m, _ := e.(map[string]any)
			if id, ok := asInt(m[ls.prop.List.ID]); ok && strconv.FormatInt(id, 10) == name {
				return i
			}
			continue
		}
		if strings.EqualFold(ls.keyText(e), name) {
			return i
		}
	}
	return -1
}

// keyText is an entry's key as a path writes it.
func (ls *list) keyText(e any) string {
	if ls.items == nil {
		v, _ := valueAt(e, ls.prop.Items.Read)
		return fmt.Sprint(v)
	}
	for _, f := range ls.items.fields {
		if len(ls.prop.List.Key) > 0 && f.yaml == ls.prop.List.Key[0] {
			v, _ := valueAt(e, f.path)
			return fmt.Sprint(v)
		}
	}
	return ""
}

// keyFields are the fields that make an entry's identity.
func (ls *list) keyFields() []*field {
	var out []*field
	for _, name := range ls.prop.List.Key {
		for _, f := range ls.items.fields {
			if f.yaml == name {
				out = append(out, f)
			}
		}
	}
	return out
}

// identityOf is what makes two entries the same.
func (ls *list) identityOf(e any) string {
	if ls.items == nil {
		v, _ := valueAt(e, ls.prop.Items.Read)
		return strings.ToLower(string(appendJSON(nil, v)))
	}
	if len(ls.prop.List.MatchAny) > 0 {
		return ""
	}
	var parts []string
	fields := ls.keyFields()
	if len(fields) == 0 && len(ls.items.opens) > 0 {
		return ls.openIdentity(e)
	}
	if len(fields) == 0 {
		fields = ls.items.fields
	}
	for _, f := range fields {
		v, _ := valueAt(e, f.path)
		if s, ok := v.(string); ok && f.prop.Codec == "account" {
			v = bareAccount(s)
		}
		parts = append(parts, strings.ToLower(string(appendJSON(nil, v))))
	}
	return strings.Join(parts, "\x00")
}

// same tells whether two entries are the same member. Principals match by sid
// where both have one, else by account.
func (ls *list) same(a, b any) bool {
	if ls.items == nil || len(ls.prop.List.MatchAny) == 0 {
		return ls.identityOf(a) == ls.identityOf(b)
	}
	for _, name := range ls.prop.List.MatchAny {
		for _, f := range ls.items.fields {
			if f.yaml != name {
				continue
			}
			v, _ := valueAt(a, f.path)
			w, _ := valueAt(b, f.path)
			s, _ := v.(string)
			t, _ := w.(string)
			if s == "" || t == "" {
				continue
			}
			return strings.EqualFold(bareAccount(s), bareAccount(t))
		}
	}
	return false
}

func entryKey(ls *list, e any) string {
	m, _ := e.(map[string]any)
	return fmt.Sprintf("%s#%v", ls.at, m[ls.prop.List.ID])
}

func (f *Farm) getEntries(c *call, s *listCall) *answer {
	v, ok := valueAt(s.root, s.ls.path)
	if !ok {
		v = zero(s.ls.prop)
	}
	v = f.hideEntries(s, clone(v))
	if list, ok := v.([]any); ok {
		s.ls.sayOwn(list)
		list = append(s.ls.shipped(), list...)
		v = list
		if len(list) == 1 && f.sw.SingleAsObject {
			if m, isMap := list[0].(map[string]any); isMap {
				return okBytes(appendJSON(nil, f.finishAnswer(m)))
			}
		}
	}
	return okBytes(appendJSON(nil, f.finishAnswer(v)))
}

func (f *Farm) hideEntries(s *listCall, v any) any {
	list, ok := v.([]any)
	if !ok || len(s.o.hidden) == 0 {
		return v
	}
	kept := list[:0]
	for _, e := range list {
		if !s.o.hidden[entryKey(s.ls, e)] {
			kept = append(kept, e)
		}
	}
	return kept
}

// sayOwn marks entries as what they are: configuration, unlike those that come with
// the product.
func (ls *list) sayOwn(entries []any) {
	for _, skip := range ls.prop.List.Skip {
		for name, c := range skip.Where {
			own := int64(0)
			for slices.ContainsFunc(c.Values, func(v any) bool { return sameValue(plain(v), own) }) {
				own++
			}
			for _, e := range entries {
				m, ok := e.(map[string]any)
				if _, said := m[name]; ok && !said && !c.Not {
					m[name] = own
				}
			}
		}
	}
}

// shipped are entries that come with the product and are no configuration:
// one for each reason to leave some out.
func (ls *list) shipped() []any {
	var out []any
	for _, skip := range ls.prop.List.Skip {
		e := map[string]any{}
		for name, c := range skip.Where {
			if !c.Not {
				e[name] = plain(c.Values[0])
			}
		}
		if len(e) == 0 || ls.items == nil {
			continue
		}
		for _, key := range ls.keyFields() {
			setAt(e, key.path, "As shipped")
		}
		out = append(out, e)
	}
	return out
}

func (f *Farm) getEntry(c *call, s *listCall) *answer {
	return okBytes(appendJSON(nil, f.finishAnswer(s.entry())))
}

// addEntry adds a member: 201 without a body (with the entry where the schema
// says so), 409 if it is there already.
func (f *Farm) addEntry(c *call, s *listCall) *answer {
	if s.ls.prop.Codec == "ipRanges" {
		return f.addRange(c, s)
	}
	if a := f.siteOfEntry(c, s); a != nil {
		return a
	}
	key := ""
	if s.ls.prop.List.Add.By == "key" {
		if len(s.rest) == 0 {
			return problem(http.StatusNotFound, c.path, "no such path")
		}
		key = s.rest[0]
	}
	var entry any
	var a *answer
	if s.ls.items == nil {
		entry, a = f.scalarEntry(c, s, key)
	} else {
		entry, a = f.objectEntry(c, s, key)
	}
	if a != nil {
		return a
	}
	for _, e := range s.entries {
		if !s.ls.prop.List.Twins && s.ls.same(e, entry) {
			return problem(http.StatusConflict, c.path, "%s is there already", s.ls.at)
		}
	}
	if m, ok := entry.(map[string]any); ok && s.ls.items != nil {
		f.mark(m, futureMark)
		f.newEntry(s.o, s.ls, m, true)
	}
	entries := append(append([]any(nil), s.entries...), entry)
	f.number(s.ls, entries)
	f.store(s, entries)
	if v, asked := s.ls.prop.List.Add.Query["noInstall"]; asked && c.query["noinstall"] != fmt.Sprint(v) {
		f.effects = append(f.effects, fmt.Sprintf("installed an agent for an entry of %s in %s %s", s.ls.at, s.o.kind.Name, s.o.name()))
	}
	if s.ls.prop.List.Answer == "object" {
		return created(appendJSON(nil, f.finishAnswer(entry)))
	}
	return created(nil)
}

// siteOfEntry finds, where the body of an add says whose entry it is, the site
// that it names: without a name it is the licensing site, whatever the query
// says.
func (f *Farm) siteOfEntry(c *call, s *listCall) *answer {
	name := s.ls.prop.List.Add.Site
	if name == "" {
		return nil
	}
	in, a := c.object()
	if a != nil {
		return a
	}
	site, given := asInt(in[name])
	if !given {
		site = f.licensingSite(f.staged)
	}
	if !slices.Contains(f.siteIDs(f.staged), site) {
		return refuse("%s: no site has the id %d", name, site)
	}
	if site == s.o.site {
		return nil
	}
	o := f.staged.get(s.o.kind, site)
	if o == nil {
		o = f.singleton(f.staged, s.o.kind, site)
	}
	s.o = o.copy()
	s.root = s.o.root(s.ls.holder)
	s.entries = s.ls.entriesOf(s.root)
	return nil
}

// newEntry gives an entry its id, and hides it under two-sided reading 7.
func (f *Farm) newEntry(o *object, ls *list, m map[string]any, hide bool) {
	spec := ls.prop.List
	if spec.ID == "" {
		return
	}
	o.seq++
	m[spec.ID] = o.seq
	if hide && f.sw.FreshRuleAfterApply && (spec.Priority != "" || spec.NoAdd) && slices.Contains(o.kind.layout.lists, ls) {
		o.hidden[entryKey(ls, m)] = true
	}
}

// mark gives an entry the property that no schema knows (two-sided reading
// 10), unless it has one.
func (f *Farm) mark(m map[string]any, value int64) {
	if _, given := m[futureEntry]; f.sw.UnknownProperties && !given {
		m[futureEntry] = value
	}
}

// number makes priorities dense, in the order of the entries.
func (f *Farm) number(ls *list, entries []any) {
	name := ls.prop.List.Priority
	if name == "" {
		return
	}
	sort.SliceStable(entries, func(i, j int) bool { return place(entries[i], name) < place(entries[j], name) })
	for i, e := range entries {
		if m, ok := e.(map[string]any); ok {
			m[name] = int64(i + 1)
		}
	}
}

func place(e any, name string) int64 {
	m, _ := e.(map[string]any)
	if i, ok := asInt(m[name]); ok && i > 0 {
		return i
	}
	return 1 << 40 // new ones last
}

// store puts the entries back and commits the object.
func (f *Farm) store(s *listCall, entries []any) {
	s.ls.setEntries(s.o, s.root, entries)
	f.touchBelow(s.o)
	f.staged.put(s.o)
	f.replicate(s.o)
}

// scalarEntry reads a member that is a text or an id.
func (f *Farm) scalarEntry(c *call, s *listCall, key string) (any, *answer) {
	p := s.ls.prop
	item := p.Items
	if item == nil {
		return nil, refuse("this list cannot be changed")
	}
	v := &valuer{f: f, w: f.staged, site: s.o.site}
	var in any = key
	if key == "" {
		body, a := c.value()
		if a != nil {
			return nil, a
		}
		if in, a = f.bareMember(item, body); a != nil {
			return nil, a
		}
	}
	var w any
	var err error
	switch {
	case len(item.Ref) > 0:
		w, err = v.ref(item, item.Ref, in, false)
	case len(p.Ref) > 0:
		w, err = v.ref(p, p.Ref, in, false)
	default:
		w, err = v.value(item, in)
	}
	if err != nil {
		return nil, refuse("%v", err)
	}
	if w == "" {
		return nil, refuse("an empty member")
	}
	return wrap(w, item.Read), nil
}

// objectEntry reads a member that is an object.
func (f *Farm) objectEntry(c *call, s *listCall, key string) (any, *answer) {
	in := map[string]any{}
	if len(c.data) > 0 || key == "" {
		m, a := c.object()
		if a != nil {
			return nil, a
		}
		in = m
	}
	l := s.ls.items
	entry := map[string]any{}
	l.fillEntry(entry)
	t := &target{v: &valuer{f: f, w: f.staged, site: s.o.site}, l: l, o: s.o, entry: entry, create: true, flat: true, created: map[*field]bool{},
		prefix: s.prefix + fmt.Sprintf("%s[%d].", s.ls.yaml, s.o.seq+1)}
	if key != "" {
		if fields := s.ls.keyFields(); len(fields) > 0 {
			v := any(key)
			if id, err := strconv.ParseInt(key, 10, 64); err == nil && refKinds(fields[0].prop) != nil {
				v = id
			}
			if err := t.set(fields[0], v); err != nil {
				return nil, refuse("%v", err)
			}
			if given, ok := in[f.sw.writeName(fields[0].prop)]; ok && given != nil && !sameValue(given, v) {
				return nil, refuse("the path and the body name different members")
			}
		}
	}
	err := t.write(l.bodies[""], in, func(name string, v any) (bool, error) {
		if spec := s.ls.prop.List; spec.PriorityWritable && name == spec.Priority {
			return true, nil // a new entry goes last whatever it asks for
		}
		if name != "" && name == s.ls.prop.List.Add.Site {
			return true, nil // says whose entry it is, see siteOfEntry
		}
		return false, nil
	})
	if err == nil {
		err = t.missing(l.bodies[""].fields)
	}
	if err == nil && len(s.ls.prop.List.MatchAny) == 0 {
		for _, k := range s.ls.keyFields() {
			if v, _ := valueAt(entry, k.path); v == "" || v == nil {
				err = fmt.Errorf("%s is required", f.sw.writeName(k.prop))
			}
		}
	}
	if err == nil {
		err = f.resolve(f.staged, l, entry)
	}
	if err == nil {
		err = f.entriesThere(f.staged, l, s.o.site, func(string) any { return entry })
	}
	if err != nil {
		return nil, refuse("%v", err)
	}
	f.switchOnEntry(s.ls, entry, t.created)
	return entry, nil
}

// switchOnEntry applies two-sided reading 18 to an entry.
func (f *Farm) switchOnEntry(ls *list, entry map[string]any, given map[*field]bool) {
	for _, fl := range ls.items.fields {
		if !fl.shown || len(fl.path) != 1 || given[fl] {
			continue
		}
		if v, ok := f.onValue(fl.prop, fl.path[0], true); ok {
			entry[fl.path[0]] = v
		}
	}
}

// removeEntry takes a member out: 204, 404 if it is not there.
func (f *Farm) removeEntry(c *call, s *listCall) *answer {
	if s.ls.prop.Codec == "ipRanges" {
		return f.removeRange(c, s)
	}
	index := s.index
	if index < 0 {
		want, a := f.named(c, s)
		if a != nil {
			return a
		}
		for i, e := range s.entries {
			if s.ls.same(e, want) {
				index = i
				break
			}
		}
	}
	if index < 0 {
		return problem(http.StatusNotFound, c.path, "no such member in %s", s.ls.at)
	}
	delete(s.o.hidden, entryKey(s.ls, s.entries[index]))
	entries := append(append([]any(nil), s.entries[:index]...), s.entries[index+1:]...)
	f.number(s.ls, entries)
	f.store(s, entries)
	return done()
}

// unplaced is a body with what the contract has in nested objects of it under
// dotted names.
func (f *Farm) unplaced(fields []*field, in map[string]any) map[string]any {
	out := maps.Clone(in)
	for _, fl := range fields {
		place := strings.Split(f.sw.writeName(fl.prop), ".")
		if len(place) < 2 {
			continue
		}
		if v, ok := valueAt(in, place); ok {
			delete(out, place[0])
			out[strings.Join(place, ".")] = v
		}
	}
	return out
}

// named reads the body of a DELETE or PUT that names the member it is for.
func (f *Farm) named(c *call, s *listCall) (any, *answer) {
	if s.ls.items == nil {
		return f.scalarName(c, s)
	}
	in, a := c.object()
	if a != nil {
		return nil, a
	}
	want := map[string]any{}
	hit := false
	if len(s.ls.items.opens) > 0 && len(s.ls.prop.List.Key) == 0 {
		// The body is the entry as it was added.
		s.ls.items.fillEntry(want)
	}
	for name, v := range f.unplaced(s.ls.items.bodies[""].fields, in) {
		fl := (*field)(nil)
		for _, other := range s.ls.items.bodies[""].fields {
			if f.sw.writeName(other.prop) == name {
				fl = other
			}
		}
		if len(s.ls.items.opens) > 0 && fl == nil && isStandIn(name) {
			if v != nil {
				want[name], hit = plain(v), true
			}
			continue
		}
		if fl == nil || c.method == http.MethodDelete && !s.ls.names(fl) {
			return nil, refuse("unknown property %s", name)
		}
		if v != nil {
			setAt(want, fl.path, v)
			hit = true
		}
	}
	if !hit {
		return nil, refuse("the body names no member")
	}
	return want, nil
}

// names tells whether a removal may hold the field: the fields that the schema
// lists, else the whole entry as it was added (the reference says: the same
// body as POST).
func (ls *list) names(f *field) bool {
	if fields := ls.prop.List.Remove.Fields; len(fields) > 0 {
		return contains(fields, f.yaml)
	}
	return true
}

func (f *Farm) scalarName(c *call, s *listCall) (any, *answer) {
	body, a := c.value()
	if a != nil {
		return nil, a
	}
	if body, a = f.bareMember(s.ls.prop.Items, body); a != nil {
		return nil, a
	}
	return wrap(body, s.ls.prop.Items.Read), nil
}

// bareMember takes a member that is a text or an id out of its body: bare or
// under a name, and as an array of one where the call takes several ("[]").
func (f *Farm) bareMember(item *model.Property, body any) (any, *answer) {
	name, many := strings.CutSuffix(f.sw.writeName(item), "[]")
	if name != "" {
		m, isMap := body.(map[string]any)
		if !isMap {
			return nil, refuse("the body is no JSON object")
		}
		for got := range m {
			if got != name {
				return nil, refuse("unknown property %s", got)
			}
		}
		if body = m[name]; body == nil {
			return nil, refuse("%s is required", name)
		}
	}
	if list, isList := body.([]any); many {
		if !isList || len(list) != 1 {
			return nil, refuse("must be an array of one")
		}
		body = list[0]
	}
	return body, nil
}

// updateEntry changes an entry: 204.
func (f *Farm) updateEntry(c *call, s *listCall) *answer {
	in, a := c.object()
	if a != nil {
		return a
	}
	if s.index < 0 { // the body names the entry
		key := map[string]any{}
		for _, fl := range s.ls.keyFields() {
			setAt(key, fl.path, in[f.sw.writeName(fl.prop)])
		}
		for i, e := range s.entries {
			if s.ls.same(e, key) {
				s.index = i
			}
		}
		if s.index < 0 {
			return problem(http.StatusNotFound, c.path, "no such member in %s", s.ls.at)
		}
	}
	spec := s.ls.prop.List
	entry := clone(s.entry()).(map[string]any)
	t := &target{v: &valuer{f: f, w: f.staged, site: s.o.site}, l: s.ls.items, o: s.o, entry: entry, flat: true, prefix: s.prefix}
	var to int64
	err := t.write(s.ls.items.bodies[""], in, func(name string, v any) (bool, error) {
		if spec.PriorityWritable && name == spec.Priority {
			n, ok := asInt(v)
			if v != nil && !ok {
				return true, fmt.Errorf("%s: must be a number", name)
			}
			to = n
			return true, nil
		}
		if spec.Rename != "" {
			for _, key := range s.ls.keyFields() {
				switch name {
				case spec.Rename:
					return true, t.set(key, v)
				case f.sw.writeName(key.prop):
					return true, fmt.Errorf("unknown property %s", name)
				}
			}
		}
		if len(spec.Update.Fields) > 0 {
			for _, fl := range s.ls.items.fields {
				if f.sw.writeName(fl.prop) == name && !contains(spec.Update.Fields, fl.yaml) {
					return true, fmt.Errorf("unknown property %s", name)
				}
			}
		}
		return false, nil
	})
	if err == nil {
		err = f.resolve(f.staged, s.ls.items, entry)
	}
	if err == nil {
		err = f.entriesThere(f.staged, s.ls.items, s.o.site, func(string) any { return entry })
	}
	if err != nil {
		return refuse("%v", err)
	}
	for i, e := range s.entries {
		if i != s.index && !s.ls.prop.List.Twins && s.ls.same(e, entry) {
			return problem(http.StatusConflict, c.path, "%s is there already", s.ls.at)
		}
	}
	entries := append([]any(nil), s.entries...)
	entries[s.index] = entry
	if to > 0 && spec.Priority != "" {
		entries = append(entries[:s.index:s.index], entries[s.index+1:]...)
		at := min(int(to)-1, len(entries))
		entries = append(entries[:at:at], append([]any{entry}, entries[at:]...)...)
		for i, e := range entries {
			e.(map[string]any)[spec.Priority] = int64(i + 1)
		}
	}
	f.store(s, entries)
	return done()
}

// getEntryPart and putEntryPart read and write a part of an entry, such as
// the criteria of a rule.
func (f *Farm) getEntryPart(b *body) func(*call, *listCall) *answer {
	return func(c *call, s *listCall) *answer {
		v, _ := valueAt(s.entry(), pathOf(b.prop))
		return okBytes(appendJSON(nil, f.finishAnswer(v)))
	}
}

func (f *Farm) putEntryPart(b *body) func(*call, *listCall) *answer {
	return func(c *call, s *listCall) *answer {
		in, a := c.object()
		if a != nil {
			return a
		}
		entry := clone(s.entry()).(map[string]any)
		t := &target{v: &valuer{f: f, w: f.staged, site: s.o.site}, l: s.ls.items, o: s.o, entry: entry, flat: true, prefix: s.prefix}
		if err := t.write(b, in, nil); err != nil {
			return refuse("%v", err)
		}
		entries := append([]any(nil), s.entries...)
		entries[s.index] = entry
		f.store(s, entries)
		return done()
	}
}
