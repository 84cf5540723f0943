package farmsim

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// create makes an object: 201 with the object, its id and the defaults.
//
//nolint:funlen // one case after another
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
				return true, fmt.Errorf("%s: must be a number", name)
			}
			parent = id
			return true, nil
		case k.Tree != nil && name == k.Tree.Previous:
			id, ok := asInt(v)
			if v != nil && !ok {
				return true, fmt.Errorf("%s: must be a number", name)
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
				return 0, refuse("%s: must be a number", name)
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
		return fmt.Errorf("%s: must be a string", o.kind.Identity.Write)
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
