package workspace

import (
	"fmt"
	"strings"

	"rassync/internal/model"
)

// parent checks that the folder of a published item exists. There is one tree
// for all sites, so the folder may be declared in any of them.
func (c *checker) parent(k *model.Kind, o *model.Object) {
	up, _ := model.ParentPath(o.Address.Name)
	if up == "" || !c.strict {
		return
	}
	if c.folder(k.Tree.Folder, up) != nil {
		return
	}
	if before := c.renamedFolder(k.Tree.Folder, up); before != nil {
		c.fail(o, "name", fmt.Sprintf("there is no folder %q: it is renamed", short(up)), fmt.Sprintf("write %q", before.Address.Name))
		return
	}
	c.fail(o, "name", fmt.Sprintf("there is no folder %q", short(up)), c.orDeclare(up, func() []string { return c.foldersBut(k, up) }, "a "+k.Tree.Folder+" of this name"))
}

// foldersBut leaves out what lies in the folder that is missing.
func (c *checker) foldersBut(k *model.Kind, path string) []string {
	var out []string
	for _, name := range c.folderNames(k) {
		if !strings.HasPrefix(model.Fold(name), model.Fold(path)+"/") {
			out = append(out, name)
		}
	}
	return out
}

func (c *checker) folderNames(k *model.Kind) []string {
	var out []string
	for _, o := range c.ws.Objects {
		if o.Address.Kind == k.Tree.Folder {
			out = append(out, o.Address.Name)
		}
	}
	return out
}

func (c *checker) folder(kind, path string) *model.Object {
	for _, f := range c.trees[model.Fold(path)] {
		if f.Address.Kind == kind {
			return f
		}
	}
	return nil
}

// renamedFolder finds the folder that had this path before.
func (c *checker) renamedFolder(kind, path string) *model.Object {
	for _, o := range c.moved {
		if o.Address.Kind == kind && model.SameName(o.OldName(), path) {
			return o
		}
	}
	return nil
}

// cycles finds folders that renames would put inside each other. Paths alone
// cannot make a circle; a folder that is moved below where it was can.
func (c *checker) cycles() {
	if len(c.moved) == 0 {
		return
	}
	was := map[string]*model.Object{} // folders by the path they are moved from
	for _, o := range c.moved {
		if k := c.ws.cat.Kind(o.Address.Kind); k.Tree != nil && k.Tree.Folder == o.Address.Kind {
			was[model.Fold(o.OldName())] = o
		}
	}
	// above is the moved folder that would hold o.
	above := func(o *model.Object) *model.Object {
		up, _ := model.ParentPath(o.Address.Name)
		for up != "" {
			if c.folder(o.Address.Kind, up) != nil {
				return nil
			}
			if f := was[model.Fold(up)]; f != nil {
				return f
			}
			up, _ = model.ParentPath(up)
		}
		return nil
	}
	done := map[*model.Object]bool{}
	for _, o := range c.ws.Objects {
		if was[model.Fold(o.OldName())] != o {
			continue
		}
		var chain []*model.Object
		on := map[*model.Object]bool{}
		at := o
		for at != nil && !on[at] && !done[at] {
			on[at] = true
			chain = append(chain, at)
			at = above(at)
		}
		if at != nil && on[at] {
			names := make([]string, 0, len(chain))
			for i := len(chain) - 1; i >= 0; i-- {
				names = append(names, chain[i].RenamedFrom)
				if chain[i] == at {
					break
				}
			}
			if len(names) == 1 {
				c.fail(at, "renamedFrom", fmt.Sprintf("the rename makes a cycle: the folder %q would be moved into itself", names[0]), "")
			} else {
				c.fail(at, "renamedFrom", "the renames make a cycle: the folders would hold each other: "+strings.Join(names, ", "), "")
			}
		}
		for _, f := range chain {
			done[f] = true
		}
	}
}

// order checks what an order document lists.
func (c *checker) order(k *model.Kind, o *model.Object) {
	folder := o.Address.Name
	chain := k.Order.By == "chain"
	if chain && k.HasName() {
		if folder == "/" {
			folder = ""
		} else if c.strict && !c.anyFolder(k, folder) {
			c.fail(o, "name", fmt.Sprintf("there is no folder %q", short(folder)), c.orDeclare(folder, func() []string { return c.orderedFolders(k) }, "the folder"))
			return
		}
	}
	items, _ := o.Spec["items"].([]any)
	seen := map[string]bool{}
	for i, item := range items {
		path := fmt.Sprintf("items[%d]", i)
		kinds, name, site := k.Order.Of, "", ""
		switch it := item.(type) {
		case string:
			name = it
		case map[string]any:
			name, _ = it["name"].(string)
			site, _ = it["site"].(string)
			if kind, ok := it["kind"].(string); ok {
				kinds = []string{kind}
			}
		}
		key := model.Fold(strings.Join(kinds, ",") + "\x00" + site + "\x00" + name)
		if seen[key] {
			c.fail(o, path, fmt.Sprintf("%q is listed twice", short(name)), "take one of them out")
			continue
		}
		seen[key] = true
		full := name
		if chain && folder != "" {
			full = folder + "/" + name
		}
		var found []*model.Object
		for _, kind := range kinds {
			found = append(found, c.listed(o, kind, full, site)...)
		}
		switch {
		case len(found) > 1 && chain:
			c.fail(o, path, fmt.Sprintf("%q may mean %s or %s", short(name), found[0].Address, found[1].Address), "write {kind: ..., name: ..., site: ...}")
		case len(found) == 0 && c.strict && !c.builtin(kinds, name):
			if now := c.renamedItem(kinds, full, o.Address.Site, site); now != nil {
				c.fail(o, path, fmt.Sprintf("there is no %s %q any more: it is renamed to %q", strings.Join(kinds, " or "), short(full), short(now.Address.Name)), c.moveEntry(k, o, now))
				continue
			}
			c.fail(o, path, fmt.Sprintf("there is no %s %q", strings.Join(kinds, " or "), short(full)), c.orDeclare(name, func() []string { return c.siblings(k, o.Address.Site, folder, chain) }, "it"))
		}
	}
}

// renamedItem finds what an item of an order is called now, if a document renames it.
func (c *checker) renamedItem(kinds []string, name string, sites ...string) *model.Object {
	for _, site := range append(sites, c.siteList()...) {
		for _, kind := range kinds {
			if now := c.moved[(model.Address{Kind: kind, Site: site, Name: name}).Key()]; now != nil {
				return now
			}
		}
	}
	return nil
}

// moveEntry says what to do with the entry of an item that was renamed or moved.
func (c *checker) moveEntry(k *model.Kind, order, now *model.Object) string {
	by := now.Source.String()
	folder, name := model.ParentPath(now.Address.Name)
	if k.Order.By == "chain" && !model.SameName(folder, strings.Trim(order.Address.Name, "/")) {
		if folder == "" {
			folder = "/"
		}
		return fmt.Sprintf("%s moves it: take the entry out here, and write it into the order of %q", by, folder)
	}
	if k.Order.By != "chain" {
		name = now.Address.Name
	}
	return fmt.Sprintf("%s renames it: write %q here", by, name)
}

func (c *checker) orderedFolders(k *model.Kind) []string {
	seen := map[string]bool{}
	var out []string
	for _, of := range k.Order.Of {
		if ok := c.ws.cat.Kind(of); ok != nil && ok.Tree != nil && !seen[ok.Tree.Folder] {
			seen[ok.Tree.Folder] = true
			out = append(out, c.folderNames(ok)...)
		}
	}
	return out
}

// anyFolder tells whether one of the ordered kinds has a folder of this path.
func (c *checker) anyFolder(k *model.Kind, path string) bool {
	for _, of := range k.Order.Of {
		if ok := c.ws.cat.Kind(of); ok != nil && ok.Tree != nil && c.folder(ok.Tree.Folder, path) != nil {
			return true
		}
	}
	return false
}

// listed finds the objects that an entry of an order names.
func (c *checker) listed(o *model.Object, kind, name, site string) []*model.Object {
	k := c.ws.cat.Kind(kind)
	if k == nil {
		return nil
	}
	if k.Tree != nil {
		var out []*model.Object
		for _, t := range c.trees[model.Fold(name)] {
			if t.Address.Kind == kind && (site == "" || model.SameName(site, t.Address.Site) || inSites(k, t, site)) {
				out = append(out, t)
			}
		}
		return out
	}
	a := model.Address{Kind: kind, Name: name, Site: o.Address.Site}
	if k.Scope == model.ScopeFarm {
		a.Site = ""
	} else if site != "" {
		a.Site = site
	}
	if f := c.byKey[a.Key()]; f != nil {
		return []*model.Object{f}
	}
	return c.marked[a.Key()]
}

func (c *checker) builtin(kinds []string, name string) bool {
	for _, kind := range kinds {
		if k := c.ws.cat.Kind(kind); k != nil && k.IsBuiltin(name) {
			return true
		}
	}
	return false
}

// siblings lists what an order could name: that of a site names what is in it.
func (c *checker) siblings(k *model.Kind, site, folder string, chain bool) []string {
	var out []string
	for _, of := range k.Order.Of {
		for _, other := range c.ws.Objects {
			if other.Address.Kind != of || site != "" && !model.SameName(other.Address.Site, site) {
				continue
			}
			name := other.Address.Name
			if chain {
				up, _ := model.ParentPath(name)
				if !model.SameName(up, folder) {
					continue
				}
				name = strings.TrimPrefix(name[len(up):], "/")
			}
			out = append(out, name)
		}
	}
	return out
}
