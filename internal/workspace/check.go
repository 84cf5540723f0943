package workspace

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"rassync/internal/model"
)

// checker does the checks that need more than one document.
type checker struct {
	ws     *Workspace
	strict bool
	diags  model.Diagnostics
	byKey  map[model.Address]*model.Object
	marked map[model.Address][]*model.Object // those with a mark, by their address without it
	sites  map[string]string                 // declared sites, folded -> as written
	names  map[string][]string               // kind -> names, for suggestions
	trees  map[string][]*model.Object        // folded path -> published items of all sites
	moved  map[model.Address]*model.Object   // by the name the object had before

	suggested int
	unsaid    int // errors above maxFaults
}

func (c *checker) say(severity model.Severity, at model.Source, o *model.Object, path, summary, hint string) {
	if len(c.diags) >= maxFaults {
		if severity == model.Error {
			c.unsaid++
		}
		return
	}
	c.diags = append(c.diags, model.Diagnostic{Severity: severity, Source: at, Address: o.Address.String(), Path: path, Summary: summary, Hint: hint})
}

func (c *checker) fail(o *model.Object, path, summary, hint string) {
	c.say(model.Error, c.ws.Position(o, path), o, path, summary, hint)
}

// unique finds objects that are declared twice. Letter case makes no other
// object of a name.
func (c *checker) unique(objects []*model.Object) {
	seen := make(map[model.Address]*model.Object, len(objects))
	for _, o := range objects {
		key := o.Address.Key()
		first := seen[key]
		if first == nil {
			seen[key] = o
			continue
		}
		hint := "keep one of them"
		if first.Address != o.Address {
			hint = "names are case-insensitive; " + hint
		}
		c.say(model.Error, o.Source, o, "", "the object is declared twice, first at "+first.Source.String(), hint)
	}
}

func (c *checker) check(uses []use) {
	objects := c.ws.Objects
	c.byKey = make(map[model.Address]*model.Object, len(objects))
	c.marked = map[model.Address][]*model.Object{}
	c.sites = map[string]string{}
	c.trees = map[string][]*model.Object{}
	for _, o := range objects {
		if _, twice := c.byKey[o.Address.Key()]; !twice {
			c.byKey[o.Address.Key()] = o
		}
		if o.Address.Kind == model.SiteKind {
			c.sites[model.Fold(o.Address.Name)] = o.Address.Name
			c.sites[model.Fold(o.Address.Unmarked().Name)] = o.Address.Name
		}
		if k := c.ws.cat.Kind(o.Address.Kind); k.Tree != nil {
			low := model.Fold(o.Address.Name)
			c.trees[low] = append(c.trees[low], o)
			if o.Address.Mark() != "" { // which may be left out where it is clear who is meant
				low = model.Fold(o.Address.Unmarked().Name)
				c.trees[low] = append(c.trees[low], o)
			}
		}
		if o.Address.Mark() != "" {
			key := o.Address.Unmarked().Key()
			c.marked[key] = append(c.marked[key], o)
		}
	}
	c.renames()
	c.siteNames()
	c.lookalikes()
	for _, u := range uses {
		c.reference(u)
	}
	for _, o := range objects {
		k := c.ws.cat.Kind(o.Address.Kind)
		c.creatable(k, o)
		if k.Sites != "" {
			c.ownSite(k, o)
		}
		c.entries(k, o)
		c.strayUnknown(k, o)
		if k.Tree != nil {
			c.parent(k, o)
		}
		if k.Order != nil {
			c.order(k, o)
		}
	}
	c.cycles()
}

// renames checks renamedFrom against everything else.
func (c *checker) renames() {
	c.moved = map[model.Address]*model.Object{}
	for _, o := range c.ws.Objects {
		if o.RenamedFrom == "" {
			continue
		}
		old := o.Address
		old.Name = o.OldName()
		if old.Key() == o.Address.Key() {
			continue // a change of letter case
		}
		if first := c.moved[old.Key()]; first != nil {
			c.fail(o, "renamedFrom", fmt.Sprintf("%s is renamed twice, first at %s", old, c.ws.Position(first, "renamedFrom")), "keep one of them")
			continue
		}
		c.moved[old.Key()] = o
		if other := c.byKey[old.Key()]; other != nil {
			c.fail(o, "renamedFrom", fmt.Sprintf("%s is also declared, at %s", old, other.Source), "take renamedFrom out once the rename is done")
		}
	}
}

// siteNames finds sites that nobody declares, each reported once a file.
func (c *checker) siteNames() {
	if !c.strict {
		return
	}
	type place struct{ site, file string }
	said := map[place]bool{}
	for _, o := range c.ws.Objects {
		site := o.Address.Site
		if site == "" || c.sites[model.Fold(site)] != "" {
			continue
		}
		p := place{model.Fold(site), o.Source.File}
		if said[p] {
			continue
		}
		said[p] = true
		c.fail(o, "site", fmt.Sprintf("there is no site %q", short(site)), c.orDeclare(site, c.siteList, fmt.Sprintf("{kind: Site, name: %s}", site)))
	}
}

func (c *checker) siteList() []string {
	var out []string
	for _, name := range c.sites {
		out = append(out, name)
	}
	sort.Strings(out)
	return out
}

// orDeclare suggests what was meant, or how to declare what is missing.
func (c *checker) orDeclare(name string, among func() []string, declare string) string {
	// Suggesting compares with every name there is: worth it for people, not
	// for thousands of errors that one slip causes.
	if c.suggested++; c.suggested <= 200 {
		if hint := model.DidYouMean(name, among()); hint != "" {
			return hint
		}
	}
	return "declare " + declare + ", or set references: farm in " + ConfigFile
}

// candidates are the addresses that a reference may mean.
func (c *checker) candidates(kinds []string, ref, site string) []model.Address {
	if rest, ok := strings.CutPrefix(ref, "//"); ok {
		s, name, _ := strings.Cut(rest, "/")
		site, ref = model.UnescapeSegment(s), name
	}
	if kind, name, ok := strings.Cut(ref, ":"); ok && slices.Contains(kinds, kind) {
		kinds, ref = []string{kind}, name
	}
	if strings.HasPrefix(ref, "%2F/") {
		ref = "/" + ref[3:]
	}
	out := make([]model.Address, 0, len(kinds))
	for _, kind := range kinds {
		a := model.Address{Site: site, Kind: kind, Name: ref}
		if k := c.ws.cat.Kind(kind); k != nil && k.Scope == model.ScopeFarm {
			a.Site = ""
		}
		out = append(out, a)
	}
	return out
}

// exists tells whether the object is declared, built in or made by a rename.
func (c *checker) exists(a model.Address) bool {
	if c.byKey[a.Key()] != nil || len(c.marked[a.Key()]) == 1 {
		return true
	}
	k := c.ws.cat.Kind(a.Kind)
	if k == nil {
		return false
	}
	if slices.ContainsFunc(k.Builtin, func(b string) bool { return model.SameName(b, a.Name) }) {
		return true
	}
	if k.Tree != nil && k.Sites != "" {
		// A published item stands in all sites that it is published to.
		for _, o := range c.trees[model.Fold(a.Name)] {
			if o.Address.Kind == a.Kind && inSites(k, o, a.Site) {
				return true
			}
		}
	}
	return false
}

func inSites(k *model.Kind, o *model.Object, site string) bool {
	list, _ := o.Spec[k.Sites].([]any)
	return slices.ContainsFunc(list, func(s any) bool { t, _ := s.(string); return model.SameName(t, site) })
}

func (c *checker) reference(u use) {
	site := u.obj.Address.Site
	candidates := c.candidates(u.kinds, u.name, site)
	var found []model.Address
	for _, a := range candidates {
		if c.exists(a) {
			found = append(found, a)
		}
	}
	at := model.Source{File: u.obj.Source.File, Line: u.line, Col: u.col}
	if _, layered := c.ws.layers[u.obj.Source]; layered && len(found) != 1 && c.ws.Position(u.obj, u.path).File != at.File {
		return // an overlay says something else here, and that was looked at
	}
	switch {
	case len(found) == 1:
		return
	case len(c.twins(candidates)) > 1:
		c.say(model.Error, at, u.obj, u.path, fmt.Sprintf("several objects are called %q", short(u.name)), "write "+strings.Join(c.twins(candidates), " or "))
		return
	case len(found) > 1:
		kinds := make([]string, len(found))
		for i, a := range found {
			kinds[i] = a.Kind + ":" + u.name
		}
		c.say(model.Error, at, u.obj, u.path, fmt.Sprintf("%q may mean several objects", short(u.name)), "write "+strings.Join(kinds, " or "))
		return
	case !c.strict:
		return
	}
	what := strings.Join(u.kinds, " or ")
	a := candidates[0]
	for _, cand := range candidates {
		if before := c.moved[cand.Key()]; before != nil {
			c.say(model.Error, at, u.obj, u.path, fmt.Sprintf("there is no %s %q: it is renamed", what, short(u.name)), fmt.Sprintf("write %q", before.Address.Name))
			return
		}
	}
	where := ""
	if a.Site != "" {
		where = fmt.Sprintf(" in site %s", short(a.Site))
	}
	declare := "it"
	if len(u.kinds) == 1 {
		declare = "a " + u.kinds[0] + " of this name"
	}
	c.say(model.Error, at, u.obj, u.path, fmt.Sprintf("there is no %s %q%s", what, short(a.Name), where), c.orDeclare(a.Name, func() []string { return c.near(u.kinds, a.Site) }, declare))
}

// twins are the names with their marks of the objects that a reference without
// a mark could mean.
func (c *checker) twins(candidates []model.Address) []string {
	var out []string
	for _, a := range candidates {
		for _, o := range c.marked[a.Key()] {
			out = append(out, o.Address.Name)
		}
	}
	return out
}

// near lists the names that a reference could have meant.
func (c *checker) near(kinds []string, site string) []string {
	if c.names == nil {
		c.names = map[string][]string{}
		for _, o := range c.ws.Objects {
			key := o.Address.Kind + "\x00" + model.Fold(o.Address.Site)
			c.names[key] = append(c.names[key], o.Address.Name)
		}
	}
	var out []string
	for _, kind := range kinds {
		k := c.ws.cat.Kind(kind)
		if k == nil {
			continue
		}
		s := site
		if k.Scope == model.ScopeFarm {
			s = ""
		}
		out = append(out, c.names[kind+"\x00"+model.Fold(s)]...)
		out = append(out, k.Builtin...)
	}
	return out
}

// ownSite: a published item belongs to the sites that it is published to.
func (c *checker) ownSite(k *model.Kind, o *model.Object) {
	list, declared := o.Spec[k.Sites].([]any)
	if !declared || inSites(k, o, o.Address.Site) {
		return
	}
	if len(list) == 0 {
		c.fail(o, k.Sites, "the list is empty", fmt.Sprintf("it must hold the document's own site, %s", o.Address.Site))
		return
	}
	c.fail(o, k.Sites, fmt.Sprintf("the document's own site %s is not in the list", o.Address.Site), "add it, or move the document to one of the sites")
}
