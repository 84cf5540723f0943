package farmsim

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
)

// State is what a farm holds, as plain data: kind -> objects in read shape.
// Beside what an answer shows, an object has
//
//	siteId     of everything that belongs to a site (singletons: their key)
//	$parts     answers of parts and lists that are read on their own, by path
//	$secrets   what went in and is never answered, by write name
//	$member    groups that list the object, by yaml property: id
//	$file      the bytes of an image, base64
//	$files     the bytes of files beside the values, by yaml path, base64
type State map[string][]Object

// Keys of an object in a State that no answer shows.
const (
	partsKey   = "$parts"
	secretsKey = "$secrets"
	memberKey  = "$member"
	fileKey    = "$file"
	filesKey   = "$files"
	siteKey    = "siteId"
)

// LoadSeed reads a folder with one file per kind, <Kind>.json: an array of
// objects. What the objects hold is checked by New, against the catalog.
func LoadSeed(fsys fs.FS) (State, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, fmt.Errorf("seed: %w", err)
	}
	s := State{}
	var bad []error
	for _, e := range entries {
		if e.IsDir() || path.Ext(e.Name()) != ".json" {
			continue
		}
		kind := strings.TrimSuffix(e.Name(), ".json")
		data, err := fs.ReadFile(fsys, e.Name())
		if err != nil {
			return nil, fmt.Errorf("seed: %w", err)
		}
		v, err := parseJSON(data)
		if err != nil {
			bad = append(bad, fmt.Errorf("seed %s: %w", e.Name(), err))
			continue
		}
		list, ok := v.([]any)
		if !ok {
			bad = append(bad, fmt.Errorf("seed %s: must be an array of objects", e.Name()))
			continue
		}
		s[kind] = []Object{}
		for i, el := range list {
			o, ok := el.(map[string]any)
			if !ok {
				bad = append(bad, fmt.Errorf("seed %s: element %d is no object", e.Name(), i))
				continue
			}
			s[kind] = append(s[kind], o)
		}
	}
	if len(s) == 0 && len(bad) == 0 {
		return nil, errors.New("seed: no <Kind>.json file in the folder")
	}
	if err := errors.Join(bad...); err != nil {
		return nil, err
	}
	return s, nil
}

// Save writes the folder that LoadSeed reads.
func (s State) Save(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, kind := range sortedKeys(s) {
		data, err := json.MarshalIndent(s[kind], "", "  ")
		if err != nil {
			return fmt.Errorf("seed %s: %w", kind, err)
		}
		if err := os.WriteFile(filepath.Join(dir, kind+".json"), append(data, '\n'), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// Clone copies the state.
func (s State) Clone() State {
	c := make(State, len(s))
	for kind, list := range s {
		out := make([]Object, len(list))
		for i, o := range list {
			out[i] = clone(o).(map[string]any)
		}
		c[kind] = out
	}
	return c
}

// Find gives the first object of a kind whose value at a dotted read path is
// v; nil if there is none.
func (s State) Find(kind, read string, v any) Object {
	for _, o := range s[kind] {
		if at, ok := valueAt(o, strings.Split(read, ".")); ok && sameValue(at, v) {
			return o
		}
	}
	return nil
}

// Count gives the number of objects of all kinds.
func (s State) Count() int {
	n := 0
	for _, list := range s {
		n += len(list)
	}
	return n
}

// state turns a world back into plain data.
func (w *world) state(kinds map[string]*kind) State {
	s := State{}
	for name, k := range kinds {
		if k.layout == nil {
			continue
		}
		for _, o := range w.all(k) {
			s[name] = append(s[name], o.plain())
		}
	}
	return s
}

func (o *object) plain() Object {
	m := clone(o.raw).(map[string]any)
	if o.kind.single() {
		delete(m, "id")
	} else {
		m["id"] = o.id
	}
	if o.site != 0 {
		m[siteKey] = o.site
	}
	if len(o.parts) > 0 {
		m[partsKey] = clone(o.parts)
	}
	if len(o.secrets) > 0 {
		m[secretsKey] = clone(o.secrets)
	}
	if len(o.member) > 0 {
		groups := map[string]any{}
		for k, v := range o.member {
			groups[k] = v
		}
		m[memberKey] = groups
	}
	if len(o.files) > 0 {
		files := map[string]any{}
		for yaml, data := range o.files {
			files[yaml] = base64.StdEncoding.EncodeToString(data)
		}
		m[filesKey] = files
	}
	if o.file != nil {
		m[fileKey] = base64.StdEncoding.EncodeToString(o.file)
	}
	return m
}

// build makes a world of a state and checks every value in it.
func (f *Farm) build(s State) (*world, error) {
	w := newWorld(f.kinds)
	var bad []error
	fail := func(kind string, i int, format string, args ...any) {
		bad = append(bad, fmt.Errorf("%s, object %d: %s", kind, i, fmt.Sprintf(format, args...)))
	}
	type loaded struct {
		o *object
		i int
	}
	var list []loaded
	for _, name := range sortedKeys(s) {
		k := f.kinds[name]
		if k == nil || k.layout == nil {
			bad = append(bad, fmt.Errorf("%s: no such kind of object", name))
			continue
		}
		for i, raw := range s[name] {
			o, err := k.load(raw)
			if err != nil {
				fail(name, i, "%v", err)
				continue
			}
			if w.get(k, o.id) != nil {
				fail(name, i, "the id %d stands twice", o.id)
				continue
			}
			w.set(k, o.id, o)
			list = append(list, loaded{o, i})
		}
	}
	for _, l := range list {
		if err := f.check(w, l.o); err != nil {
			fail(l.o.kind.Name, l.i, "%v", err)
		}
	}
	if err := f.checkSpaces(w); err != nil {
		bad = append(bad, err)
	}
	sort.SliceStable(bad, func(i, j int) bool { return bad[i].Error() < bad[j].Error() })
	if len(bad) > 20 {
		bad = append(bad[:20], fmt.Errorf("and %d more", len(bad)-20))
	}
	return w, errors.Join(bad...)
}

// load turns an object of a state into one of the farm.
func (k *kind) load(raw Object) (*object, error) {
	o := &object{kind: k, secrets: map[string]any{}, parts: map[string]any{}, member: map[string]int64{}, hidden: map[string]bool{}}
	o.raw = clone(plain(raw)).(map[string]any)
	take := func(key string) (any, bool) {
		v, ok := o.raw[key]
		delete(o.raw, key)
		return v, ok
	}
	if v, ok := take(partsKey); ok {
		if o.parts, ok = v.(map[string]any); !ok {
			return nil, fmt.Errorf("%s: must be an object", partsKey)
		}
	}
	if v, ok := take(secretsKey); ok {
		if o.secrets, ok = v.(map[string]any); !ok {
			return nil, fmt.Errorf("%s: must be an object", secretsKey)
		}
	}
	if v, ok := take(memberKey); ok {
		groups, ok := v.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("%s: must be an object", memberKey)
		}
		for yaml, v := range groups {
			id, ok := asInt(v)
			if !ok || k.members[yaml] == nil {
				return nil, fmt.Errorf("%s.%s: no such membership", memberKey, yaml)
			}
			o.member[yaml] = id
		}
	}
	if v, ok := take(fileKey); ok {
		text, _ := v.(string)
		data, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", fileKey, err)
		}
		o.file = data
	}
	if v, ok := take(filesKey); ok {
		files, _ := v.(map[string]any)
		for yaml, v := range files {
			text, _ := v.(string)
			data, err := base64.StdEncoding.DecodeString(text)
			if p := k.Spec.Find(yaml); err != nil || p == nil || p.File == nil {
				return nil, fmt.Errorf("%s.%s: no such file", filesKey, yaml)
			}
			if o.files == nil {
				o.files = map[string][]byte{}
			}
			o.files[yaml] = data
		}
	}
	if k.siteScoped() {
		v, _ := take(siteKey)
		site, ok := asInt(v)
		if !ok || site <= 0 {
			return nil, fmt.Errorf("siteId is missing")
		}
		o.site = site
	}
	if k.single() {
		o.id = o.site
		return o, nil
	}
	id, ok := asInt(o.raw["id"])
	if !ok || id <= 0 {
		return nil, fmt.Errorf("id is missing or no positive number")
	}
	o.id = id
	return o, nil
}

// check completes an object and validates it within its world.
func (f *Farm) check(w *world, o *object) error {
	var bad []string
	note := func(format string, args ...any) { bad = append(bad, fmt.Sprintf(format, args...)) }
	k := o.kind
	if o.site != 0 && w.get(f.siteKind(), o.site) == nil && f.siteKind() != nil {
		note("no site has the id %d", o.site)
	}
	if k.Identity.Read != "" && o.name() == "" {
		note("%s is missing", k.Identity.Read)
	}
	for at := range o.parts {
		if k.layout.known[at] == nil {
			note("%s.%s: no such part", partsKey, at)
		}
	}
	v := &valuer{f: f, w: w, site: o.site, seed: true}
	for _, at := range append([]string{""}, k.layout.holders...) {
		root := o.root(at)
		if root == nil {
			continue
		}
		if k.layout.bare[at] == nil {
			for _, name := range k.layout.strangers(at, root) {
				if at == "" && k.ownName(name) {
					continue
				}
				if !f.sw.UnknownProperties {
					note("%s: the schema knows no such property", strings.TrimPrefix(at+":"+name, ":"))
				}
			}
		}
	}
	if err := v.stored(k.layout, func(holder string) any { return o.root(holder) }); err != nil {
		note("%v", err)
	}
	for yaml, id := range o.member {
		group := f.kinds[k.members[yaml].prop.Membership.Of]
		if g := w.get(group, id); g == nil || g.site != o.site {
			note("%s: no %s of the site has the id %d", yaml, group.Name, id)
		}
	}
	if len(bad) > 0 {
		sort.Strings(bad)
		return errors.New(strings.Join(bad, "; "))
	}
	k.layout.complete(o)
	f.settle(w, o)
	f.second(w, o)
	f.finish(w, o)
	return nil
}

// settle gives what a state holds the form that this farm stores: accounts
// (two-sided reading 1), and the last id of an entry.
func (f *Farm) settle(w *world, o *object) {
	k := o.kind
	if k.Identity.Codec == "account" {
		o.raw[k.Identity.Read] = f.accountForm(o.name())
	}
	var walk func(l *layout, root func(string) any)
	walk = func(l *layout, root func(string) any) {
		for _, fl := range l.fields {
			if fl.prop.Codec != "account" || !fl.shown {
				continue
			}
			if m, ok := root(fl.holder).(map[string]any); ok {
				if s, ok := valueAt(m, fl.path); ok && s != "" {
					setAt(m, fl.path, f.accountForm(fmt.Sprint(s)))
				}
			}
		}
		for _, ls := range l.lists {
			if ls.items == nil {
				continue
			}
			for i, e := range ls.entriesOf(root(ls.holder)) {
				m, ok := e.(map[string]any)
				if !ok {
					continue
				}
				f.mark(m, int64(futureMark+i)) // not all as shipped
				if id, ok := asInt(m[ls.prop.List.ID]); ok && id > o.seq {
					o.seq = id
				}
				_ = f.resolve(w, ls.items, m)
				walk(ls.items, func(string) any { return m })
			}
		}
	}
	walk(k.layout, func(holder string) any { return o.root(holder) })
}

// strangers lists what an answer holds and the schema does not know.
func (l *layout) strangers(holder string, root any) []string {
	var out []string
	var walk func(n *names, v any, path string)
	walk = func(n *names, v any, path string) {
		m, ok := v.(map[string]any)
		if n == nil || n.leaf || !ok {
			return
		}
		for name, sub := range m {
			next := n.subs[name]
			at := strings.TrimPrefix(path+"."+name, ".")
			if next == nil {
				if !n.open || !isStandIn(name) {
					out = append(out, at)
				}
				continue
			}
			walk(next, sub, at)
		}
	}
	walk(l.known[holder], root, "")
	sort.Strings(out)
	return out
}

// ownName tells whether a top-level name belongs to every object of the kind
// although no property has it.
func (k *kind) ownName(name string) bool {
	if _, ok := k.ReadOnly[name]; ok {
		return true
	}
	if _, ok := k.Filter[name]; ok {
		return true
	}
	for _, s := range k.Skip {
		if _, ok := s.Where[name]; ok {
			return true
		}
	}
	if k.Tree != nil && (name == k.Tree.Parent || name == k.Tree.Previous) {
		return true
	}
	return name == "id" || name == k.Identity.Read || (name != "" && name == k.Identity.Also) || (k.step != "" && name == k.step) || name == futureName
}

// checkSpaces finds ids that collide between kinds of one space.
func (f *Farm) checkSpaces(w *world) error {
	seen := map[string]map[int64]string{}
	var bad []error
	for _, name := range sortedKeys(f.kinds) {
		k := f.kinds[name]
		if k.layout == nil || k.single() {
			continue
		}
		ids := seen[k.space]
		if ids == nil {
			ids = map[int64]string{}
			seen[k.space] = ids
		}
		for _, o := range w.all(k) {
			if other, twice := ids[o.id]; twice {
				bad = append(bad, fmt.Errorf("%s and %s share the id %d and a path", other, name, o.id))
			}
			ids[o.id] = name
		}
	}
	bad = append(bad, f.checkTree(w)...)
	return errors.Join(bad...)
}
