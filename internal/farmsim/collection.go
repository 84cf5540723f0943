package farmsim

import (
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"

	"rassync/internal/model"
)

// meant tells, of several kinds that are created under one path, whether the
// query's constants are those of k.
func (c *call) meant(k *kind) bool {
	if k.Create == nil {
		return false
	}
	for name, v := range k.Create.Query {
		if said(k, name) {
			continue
		}
		if c.query[strings.ToLower(name)] != fmt.Sprint(v) {
			return false
		}
	}
	return true
}

// said tells whether a property of the kind may say another value than the
// constant of a create's query.
func said(k *kind, name string) bool {
	for _, fl := range k.layout.fields {
		if fl.prop.Query != "" && strings.EqualFold(fl.prop.Query, name) {
			return true
		}
	}
	return false
}

// list answers the objects of all kinds that share the path.
func (f *Farm) list(c *call, ends []*endpoint) *answer {
	var objects []*object
	denied := 0
	for _, e := range ends {
		k := e.kind
		if f.denied[k.Name] {
			denied++
			continue
		}
		site := int64(-1)
		if k.siteScoped() && k.List.Site != "" {
			id, a := c.site(k.List.Site)
			if a != nil {
				return a
			}
			site = id
		}
		for _, o := range f.staged.all(k) {
			if f.inList(o, site) && c.wanted(o) {
				objects = append(objects, o)
			}
		}
	}
	if denied == len(ends) && !f.sw.NoRightsEmpty {
		return problem(http.StatusUnauthorized, c.path, "no rights on these objects")
	}
	if len(ends) > 1 {
		sort.SliceStable(objects, func(i, j int) bool { return objects[i].id < objects[j].id })
	}
	if len(objects) == 1 && f.sw.SingleAsObject {
		return okBytes(f.show(objects[0], true))
	}
	f.warm(objects)
	b := []byte{'['}
	for i, o := range objects {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, f.show(o, true)...)
	}
	return okBytes(append(b, ']'))
}

// warm encodes a long list on all processors.
func (f *Farm) warm(objects []*object) {
	const worth = 500
	workers := runtime.GOMAXPROCS(0)
	if len(objects) < worth || workers < 2 {
		return
	}
	var wg sync.WaitGroup
	for i := range workers {
		part := objects[len(objects)*i/workers : len(objects)*(i+1)/workers]
		wg.Go(func() {
			for _, o := range part {
				f.show(o, true)
			}
		})
	}
	wg.Wait()
}

// inList tells whether a site's list holds the object. The tree of published
// items is one for the farm (two-sided reading 2).
func (f *Farm) inList(o *object, site int64) bool {
	if site < 0 {
		return true
	}
	if o.kind.Tree == nil {
		return o.site == site
	}
	if !f.sw.ItemsBySite {
		return true
	}
	sites, has := f.sitesOf(o)
	if !has {
		return o.site == site
	}
	for _, id := range sites {
		if id == site {
			return true
		}
	}
	return false
}

// sitesOf lists the sites that an item is published in.
func (f *Farm) sitesOf(o *object) ([]int64, bool) {
	fl := o.kind.sitesField()
	if fl == nil {
		return nil, false
	}
	var out []int64
	for _, e := range listAt(o.root(fl.holder), fl.path) {
		if id, ok := asInt(e); ok {
			out = append(out, id)
		}
	}
	return out, true
}

func (k *kind) sitesField() *field {
	if k.Sites == "" {
		return nil
	}
	for _, f := range k.layout.fields {
		if f.yaml == k.Sites {
			return f
		}
	}
	return nil
}

// wanted applies the filter parameters of lists: Name, Server, ip.
func (c *call) wanted(o *object) bool {
	for _, name := range []string{"name", strings.ToLower(o.kind.Identity.Read)} {
		if want, given := c.query[name]; given && want != "" && !strings.EqualFold(bareAccount(want), bareAccount(o.name())) {
			return false
		}
	}
	return true
}

// pick finds the object that the path names.
func (c *call) pick() (*object, *answer) {
	k := c.kind
	if k.single() {
		var site int64
		if k.siteScoped() {
			id, a := c.site(k.SiteQuery)
			if a != nil {
				return nil, a
			}
			site = id
			if c.r.Method == http.MethodGet && k.SiteUnsure && c.f.opts.Disagree != nil && c.f.opts.Disagree.OneSiteRead {
				site = c.f.licensingSite(c.f.staged)
			}
		}
		o := c.f.staged.get(k, site)
		if o == nil {
			o = c.f.singleton(c.f.staged, k, site)
			c.f.staged.set(k, site, o)
		}
		return o, nil
	}
	o := c.f.staged.get(k, c.id(0))
	if o == nil {
		name := ""
		if len(c.params) > 0 {
			name = c.params[0]
		}
		return nil, problem(http.StatusNotFound, c.path, "no %s has the id %s", k.Name, name)
	}
	return o, nil
}

// change finds the object and refuses if it is locked.
func (c *call) change() (*object, *answer) {
	o, a := c.pick()
	if a != nil {
		return nil, a
	}
	if a := c.f.locked(o); a != nil {
		return nil, a
	}
	return o.copy(), nil
}

// changeBy is change for a call whose body is an object.
func (c *call) changeBy() (*object, map[string]any, *answer) {
	o, a := c.change()
	if a != nil {
		return nil, nil, a
	}
	in, a := c.object()
	return o, in, a
}

func (f *Farm) getOne(c *call) *answer {
	o, a := c.pick()
	if a != nil {
		return a
	}
	return okBytes(f.show(o, false))
}

// create makes an object: 201 with the object, its id and the defaults.
func (f *Farm) create(c *call) *answer {
	k := c.kind
	if k.file != nil {
		return f.upload(c)
	}
	in, a := c.object()
	if a != nil {
		return a
	}
	o := f.fresh(k)
	site, a := f.siteOfCreate(c, in)
	if a != nil {
		return a
	}
	o.site = site
	flat, nested := f.shapesOf(k.layout.bodies[""].shapes, true)
	t := &target{v: &valuer{f: f, w: f.staged, site: site}, l: k.layout, o: o, create: true, flat: flat, nested: nested, created: map[*field]bool{}}
	var parent int64
	var previous *int64
	if k.Tree != nil {
		parent = k.Tree.Root
	}
	unnamed := c.chosen != "" && slices.Contains(k.Create.Unnamed, c.chosen)
	err := t.write(k.layout.bodies[""], in, func(name string, v any) (bool, error) {
		switch {
		case name == k.Identity.Write && v == nil:
			return true, nil
		case name == k.Identity.Write && unnamed:
			return true, fmt.Errorf("%s: this create takes none", name)
		case name == k.Identity.Write:
			return true, f.setName(o, v)
		case k.siteScoped() && (strings.EqualFold(name, siteKey) || strings.EqualFold(name, k.Create.SiteName)):
			return true, nil // read by siteOfCreate, or ignored
		case k.Tree != nil && name == k.Tree.Parent:
			id, ok := asInt(v)
			if v != nil && !ok {
				return true, fmt.Errorf("%s: a number is wanted", name)
			}
			parent = id
			return true, nil
		case k.Tree != nil && name == k.Tree.Previous:
			id, ok := asInt(v)
			if v != nil && !ok {
				return true, fmt.Errorf("%s: a number is wanted", name)
			}
			if v != nil {
				previous = &id
			}
			return true, nil
		}
		return false, nil
	})
	if err != nil {
		return refuse("%v", err)
	}
	if unnamed {
		o.raw[k.Identity.Read] = fmt.Sprint(k.Title, " ", f.staged.fresh(k)) // until an update gives it a name
	}
	if o.name() == "" && k.Name != "Site" {
		return refuse("%s is required", k.Identity.Write)
	}
	if err := t.choose(c.chosen); err != nil {
		return refuse("%v", err)
	}
	if err := t.missing(k.layout.bodies[""].fields); err != nil {
		return refuse("%v", err)
	}
	if a := f.queryValues(c, t); a != nil {
		return a
	}
	if k.Name == "Site" && o.name() == "" {
		o.raw[k.Identity.Read] = fmt.Sprint(in["server"])
	}
	o.id = f.staged.fresh(k)
	f.switchOnCreated(t)
	f.second(f.staged, o)
	if a := f.nameFree(c, o, parent); a != nil {
		return a
	}
	if a := f.locked(o); a != nil {
		return a
	}
	f.firstRules(o)
	f.brought(o)
	if err := f.entriesThere(f.staged, k.layout, o.site, func(holder string) any { return o.root(holder) }); err != nil {
		return refuse("%v", err)
	}
	if fl := k.sitesField(); fl != nil && !t.created[fl] {
		setAt(t.root(fl.holder), fl.path, []any{site})
	}
	if k.Tree != nil {
		if err := f.chain(f.staged, o, parent, previous); err != nil {
			return refuse("%v", err)
		}
	}
	f.finish(f.staged, o)
	f.touch(o)
	f.staged.put(o)
	if a := f.newSite(o, in); a != nil {
		return a
	}
	if v, asked := k.Create.Query["noInstall"]; asked && c.query["noinstall"] != fmt.Sprint(v) {
		f.effects = append(f.effects, fmt.Sprintf("installed an agent for %s %s", k.Name, o.name()))
	}
	if k.Create.Answer == "none" {
		return created(nil)
	}
	return created(f.show(o, false))
}

// siteOfCreate finds where a new object lands: two-sided reading 15 where the
// schema knows both ways; a parameter in the wrong place is ignored.
func (f *Farm) siteOfCreate(c *call, in map[string]any) (int64, *answer) {
	k := c.kind
	if !k.siteScoped() {
		return 0, nil
	}
	how := k.Create.Site
	if how == "both" {
		how = "query"
		if f.sw.CreateSiteInBody {
			how = "body"
		}
	}
	switch how {
	case "query":
		return c.site(k.Create.SiteName)
	case "body":
		for name, v := range in {
			if !strings.EqualFold(name, k.Create.SiteName) || v == nil {
				continue
			}
			id, ok := asInt(v)
			if !ok {
				return 0, refuse("%s: a number is wanted", name)
			}
			if s := f.siteKind(); s != nil && f.staged.get(s, id) == nil {
				return 0, refuse("%s: no site has the id %d", name, id)
			}
			return id, nil
		}
	}
	return f.licensingSite(f.staged), nil
}

// setName sets the name of an object.
func (f *Farm) setName(o *object, v any) error {
	s, ok := v.(string)
	if !ok {
		return fmt.Errorf("%s: a text is wanted", o.kind.Identity.Write)
	}
	if n := len([]rune(s)); n < 1 || n > 255 {
		return fmt.Errorf("%s: 1 to 255 characters are wanted", o.kind.Identity.Write)
	}
	if o.kind.Identity.Codec == "account" {
		var err error
		if s, err = f.account(s); err != nil {
			return err
		}
	}
	o.raw[o.kind.Identity.Read] = s
	return nil
}

// nameFree refuses a second object of the same name (two-sided reading 16):
// in the same site, of published items in the same folder.
func (f *Farm) nameFree(c *call, o *object, parent int64) *answer {
	if o.name() == "" {
		return nil
	}
	builtin := false
	for _, b := range o.kind.Builtin {
		builtin = builtin || strings.EqualFold(b, o.name())
	}
	if f.sw.DuplicateNames && !builtin && o.kind.Name != "Site" && o.kind.Name != "AdminAccount" {
		return nil
	}
	key := o.fullName()
	if o.kind.Identity.Codec == "account" {
		key = bareAccount(key)
	}
	for _, name := range sortedKeys(f.kinds) {
		k := f.kinds[name]
		if k != o.kind && (k.layout == nil || k.space != o.kind.space || o.kind.Tree != nil) {
			continue
		}
		for _, other := range f.staged.all(k) {
			if other.id == o.id && k == o.kind {
				continue
			}
			if o.kind.Tree != nil && other.parent() != parent || o.kind.Tree == nil && other.site != o.site {
				continue
			}
			theirs := other.fullName()
			if k.Identity.Codec == "account" {
				theirs = bareAccount(theirs)
			}
			if strings.EqualFold(theirs, key) {
				return problem(http.StatusConflict, c.path, "%s %q exists already", k.Name, o.name())
			}
		}
	}
	return nil
}

// queryValues reads the properties that a create takes in its query.
func (f *Farm) queryValues(c *call, t *target) *answer {
	for _, fl := range t.l.fields {
		p := fl.prop
		if p.Query == "" {
			continue
		}
		text, given := c.query[strings.ToLower(p.Query)]
		if !given {
			if p.RequiredOnCreate {
				return refuse("the query parameter %s is required", p.Query)
			}
			continue
		}
		var v any = text
		if i, err := strconv.ParseInt(text, 10, 64); err == nil {
			v = i
		} else if b, err := strconv.ParseBool(text); err == nil {
			if v = b; p.Invert {
				v = !b
			}
		}
		if err := t.set(fl, v); err != nil {
			return refuse("%s: %v", p.Query, err)
		}
		if t.l.kind.Filter != nil {
			for name, values := range t.l.kind.Filter {
				at, _ := valueAt(t.o.raw, strings.Split(name, "."))
				fits := false
				for _, want := range values {
					fits = fits || sameValue(want, at)
				}
				if !fits {
					return refuse("%s: %s makes no %s", p.Query, text, t.l.kind.Name)
				}
			}
		}
	}
	return nil
}

// switchOnCreated applies two-sided reading 18 to what a create left out.
func (f *Farm) switchOnCreated(t *target) {
	for _, fl := range t.l.fields {
		if !fl.shown || len(fl.path) != 1 || fl.holder != "" || t.created[fl] {
			continue
		}
		if v, ok := f.onValue(fl.prop, fl.path[0], true); ok {
			t.root("")[fl.path[0]] = v
		}
	}
}

// firstRules gives a fresh object the rule that two-sided reading 6 knows.
func (f *Farm) firstRules(o *object) {
	if !f.sw.FreshItemHasRule {
		return
	}
	for _, ls := range o.kind.layout.lists {
		if !ls.prop.List.First || ls.prop.List.NoAdd || ls.items == nil {
			continue
		}
		entry := map[string]any{}
		ls.items.fillEntry(entry)
		entry["name"] = "Rule 1"
		f.mark(entry, futureMark)
		f.newEntry(o, ls, entry, false)
		f.switchOnEntry(ls, entry, nil)
		ls.setEntries(o, o.root(ls.holder), []any{entry})
		f.number(ls, []any{entry})
	}
}

// update makes the handler of a PUT: 204, only the given fields change.
func (f *Farm) update(k *kind, b *body) func(*call) *answer {
	return func(c *call) *answer {
		o, in, a := c.changeBy()
		if a != nil {
			return a
		}
		flat, nested := f.shapesOf(b.shapes, false)
		t := &target{v: &valuer{f: f, w: f.staged, site: o.site}, l: k.layout, o: o, flat: flat, nested: nested}
		renamed := false
		err := t.write(b, in, func(name string, v any) (bool, error) {
			if b.at != "" || name != f.renameName(k) {
				return false, nil
			}
			if v == nil || v == o.name() {
				return true, nil
			}
			if o.builtin() && len(k.Builtin) > 0 {
				return true, fmt.Errorf("%s is built in and cannot be renamed", o.name())
			}
			renamed = true
			return true, f.setName(o, v)
		})
		if err != nil {
			return refuse("%v", err)
		}
		if err := f.entriesThere(f.staged, k.layout, o.site, func(holder string) any { return o.root(holder) }); err != nil {
			return refuse("%v", err)
		}
		if renamed {
			if a := f.nameFree(c, o, o.parent()); a != nil {
				return a
			}
		}
		if a := f.lastStanding(o, true); a != nil {
			return a
		}
		f.derive(o)
		f.touch(o)
		f.staged.put(o)
		f.switchOff(o)
		f.replicate(o)
		return done()
	}
}

// renameName is the name under which a new name is sent; "" if the kind
// cannot be renamed.
func (f *Farm) renameName(k *kind) string {
	names := k.Identity.Rename
	if len(names) == 0 {
		return ""
	}
	return names[min(f.sw.WriteAlternative, len(names)-1)]
}

// remove deletes an object.
func (f *Farm) remove(c *call) *answer {
	o, a := c.change()
	if a != nil {
		return a
	}
	k := o.kind
	if o.builtin() {
		return refuse("%s %s is built in and cannot be deleted", k.Name, o.name())
	}
	if a := f.lastStanding(o, false); a != nil {
		return a
	}
	if k.Name == "Site" {
		f.clearSite(o)
		f.staged.drop(o)
		return done()
	}
	if a := f.inUse(o); a != nil {
		return a
	}
	f.unchain(f.staged, o)
	if now := f.staged.get(k, o.id); now != nil {
		f.staged.drop(now)
	}
	f.closeGap(o)
	return done()
}

// lastStanding keeps the account in use and the last root administrator.
func (f *Farm) lastStanding(o *object, update bool) *answer {
	if o.kind.Name == "Broker" && update && o.builtin() && o.raw["enabled"] == false {
		return refuse("The primary broker %s cannot be disabled.", o.name())
	}
	if o.kind.Name != "AdminAccount" {
		return nil
	}
	const root = int64(1)
	if strings.EqualFold(bareAccount(o.name()), bareAccount(f.opts.Username)) {
		if !update {
			return refuse("The account %s is in use and cannot be deleted.", o.name())
		}
		if o.raw["enabled"] == false {
			return refuse("The account %s is in use and cannot be disabled.", o.name())
		}
	}
	if update && o.raw["permissions"] == root {
		return nil
	}
	roots := 0
	for _, other := range f.staged.all(o.kind) {
		if other.id != o.id && other.raw["permissions"] == root {
			roots++
		}
	}
	before := f.staged.get(o.kind, o.id)
	if roots == 0 && before != nil && before.raw["permissions"] == root {
		return refuse("At least one root administrator must remain.")
	}
	return nil
}

// inUse refuses to delete what others hold (two-sided reading 17). A
// reference that an inherit flag or a condition puts to sleep holds nothing;
// it is taken out.
func (f *Farm) inUse(o *object) *answer {
	k := o.kind
	if k.Tree != nil && o.kind.Name == k.Tree.Folder && !f.sw.DanglingDeletes {
		if first := f.firstOf(f.staged, k, o.id, 0); first != nil {
			return refuse("The folder %s is not empty: it holds %s.", o.name(), first.name())
		}
	}
	for _, name := range sortedKeys(f.kinds) {
		holder := f.kinds[name]
		if holder.layout == nil || !holder.refersTo(k.Name) {
			continue
		}
		for _, other := range f.staged.all(holder) {
			if holder == k && other.id == o.id {
				continue
			}
			inUse, sleeping, member := false, false, false
			other.visitRefs(func(kinds []string, id int64, asleep bool) (bool, bool) {
				if id == o.id && contains(kinds, k.Name) {
					if asleep {
						sleeping = true
					} else {
						inUse = true
					}
				}
				return false, true
			})
			for yaml, id := range other.member {
				if fl := holder.members[yaml]; fl != nil && fl.prop.Membership.Of == k.Name && id == o.id {
					member = true
				}
			}
			inUse = inUse || f.namedBy(other, o)
			if inUse && !f.sw.DanglingDeletes {
				return refuse("%s %s is in use by %s %s.", k.Name, o.name(), holder.Name, other.name())
			}
			if !sleeping && !member {
				continue
			}
			n := other.copy()
			n.visitRefs(func(kinds []string, id int64, asleep bool) (bool, bool) {
				return asleep && id == o.id && contains(kinds, k.Name), false
			})
			for yaml, id := range n.member {
				if fl := holder.members[yaml]; fl != nil && fl.prop.Membership.Of == k.Name && id == o.id {
					delete(n.member, yaml)
				}
			}
			f.join(f.staged, n)
			f.staged.put(n)
		}
	}
	return nil
}

func contains(list []string, s string) bool {
	for _, e := range list {
		if e == s {
			return true
		}
	}
	return false
}

// refersTo tells whether objects of a kind may hold ids of another.
func (k *kind) refersTo(name string) bool {
	if !k.refers {
		return false
	}
	for _, f := range k.members {
		if f.prop.Membership.Of == name {
			return true
		}
	}
	return k.layout.refersTo(name)
}

func (l *layout) refersTo(name string) bool {
	for _, r := range l.refs {
		if contains(r.kinds, name) {
			return true
		}
	}
	for _, ls := range l.lists {
		if ls.items != nil && ls.items.refersTo(name) {
			return true
		}
	}
	return false
}

// moveItem takes a published item to another place in the tree.
func (f *Farm) moveItem(c *call) *answer {
	o, in, a := c.changeBy()
	if a != nil {
		return a
	}
	t := o.kind.Tree
	parent := o.parent()
	var previous *int64
	for name, v := range in {
		id, isInt := asInt(v)
		if name != t.Parent && name != t.Previous {
			return refuse("unknown property %s", name)
		}
		if v == nil {
			continue
		}
		if !isInt {
			return refuse("%s: a number is wanted", name)
		}
		if name == t.Parent {
			parent = id
		} else {
			previous = &id
		}
	}
	if parent != o.parent() {
		c2 := o.copy()
		c2.raw[t.Parent] = parent
		if a := f.nameFree(c, c2, parent); a != nil {
			return a
		}
	}
	if err := f.move(f.staged, o, parent, previous); err != nil {
		return refuse("%v", err)
	}
	return done()
}

// wholeAnswers are the parts whose read answers the whole object (reference
// page of the criteria of logon hours).
var wholeAnswers = map[string]bool{"LogonHours Criteria": true}

func (f *Farm) getPart(b *body) func(*call) *answer {
	return func(c *call) *answer {
		o, a := c.pick()
		if a != nil {
			return a
		}
		at := b.prop
		if b.prop.Part.Get {
			return okBytes(f.showPart(o, b.at))
		}
		if wholeAnswers[o.kind.Name+" "+b.at] {
			return okBytes(f.show(o, false))
		}
		path := pathOf(at)
		if at.Type != model.TypeObject && len(path) > 0 {
			path = path[:len(path)-1]
		}
		v, _ := valueAt(f.visible(o, false), path)
		return okBytes(appendJSON(nil, f.finishAnswer(v)))
	}
}
