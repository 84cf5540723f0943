package model

import (
	"fmt"
	"strings"
)

// combine adds the files that are made from those of all kinds.
func (c *Catalog) combine() (err error) {
	if c.files[AnyFile], err = c.anyKind(false); err != nil {
		return err
	}
	c.files[MaybeFile], err = c.anyKind(true)
	return err
}

// check finds references to kinds and properties that do not exist.
func (c *Catalog) check() error {
	for _, k := range c.Kinds() {
		if err := k.checkAlsoChanges(); err != nil {
			return fmt.Errorf("schema %s: %w", k.Name, err)
		}
		var bad []string
		k.Spec.Walk(func(p *Property) {
			for _, r := range p.Ref {
				if c.kinds[r] == nil {
					bad = append(bad, fmt.Sprintf("%s refers to the kind %s, which has no schema", p.Path(), r))
				}
			}
			if p.Gate != "" && k.beside(p, p.Gate) == nil {
				bad = append(bad, fmt.Sprintf("%s: when %s does not exist", p.Path(), p.Gate))
			}
			for w := range p.When {
				if k.beside(p, w) == nil {
					bad = append(bad, fmt.Sprintf("%s: when %s does not exist", p.Path(), w))
				}
			}
			if why := c.entryOf(p); why != "" {
				bad = append(bad, p.Path()+": "+why)
			}
			if p.Membership != nil && c.kinds[p.Membership.Of] == nil {
				bad = append(bad, fmt.Sprintf("%s: no kind %s", p.Path(), p.Membership.Of))
			}
		})
		if k.Order != nil {
			for _, of := range k.Order.Of {
				if c.kinds[of] == nil {
					bad = append(bad, "order of the kind "+of+", which has no schema")
				}
			}
		}
		if k.Sites != "" && k.Spec.Prop(k.Sites) == nil {
			bad = append(bad, "sites: no property "+k.Sites)
		}
		bad = append(bad, k.missingNames()...)
		if bad = append(bad, c.checkWords(k)...); len(bad) > 0 {
			return fmt.Errorf("schema %s: %s", k.Name, strings.Join(bad, "; "))
		}
	}
	if s := c.afterCycle(); s != "" {
		return fmt.Errorf("schemas: the word after makes a cycle: %s", s)
	}
	return nil
}

// entryList says what is wrong with the list that a reference to an entry names.
func (c *Catalog) entryList(p *Property) string {
	of := p.EntryOf
	var kinds []string
	switch {
	case (of.Kind == "") == (of.Object == ""):
		return "needs either object or kind"
	case of.Kind != "":
		if k := c.kinds[of.Kind]; k == nil || k.Shape != Singleton {
			return of.Kind + " is no kind of settings"
		}
		kinds = []string{of.Kind}
	case p.Parent.Prop(of.Object) == nil || len(p.Parent.Prop(of.Object).Ref) == 0:
		return fmt.Sprintf("no reference %s beside it", of.Object)
	default:
		kinds = p.Parent.Prop(of.Object).Ref
	}
	for _, kind := range kinds {
		k := c.kinds[kind]
		if k == nil {
			continue
		}
		l := k.Spec.Find(of.List)
		switch {
		case l == nil || l.List == nil || l.List.ID == "":
			return fmt.Sprintf("%s has no list %s whose entries have an id", kind, of.List)
		case of.By == "" && len(l.List.Key) != 1:
			return fmt.Sprintf("the entries of %s of %s have not one key: say by what they are named", of.List, kind)
		case of.By != "" && l.Items.Prop(of.By) == nil:
			return fmt.Sprintf("the entries of %s of %s have no %s", of.List, kind, of.By)
		}
	}
	return ""
}

// entryOf says what is wrong with a reference to an entry, or with a matrix;
// "" if nothing is.
func (c *Catalog) entryOf(p *Property) string {
	if p.EntryOf != nil {
		if why := c.entryList(p); why != "" {
			return "entryOf: " + why
		}
	}
	if cells := p.Cells; cells != nil {
		if p.List == nil || p.Items == nil || p.Items.Prop(cells.Row) == nil {
			return fmt.Sprintf("cells: must be a list with the key %s", cells.Row)
		}
		for column := range cells.Numbers {
			at := p.Items.Prop(column)
			if at == nil || at.Prop(cells.Own) == nil || at.Prop(cells.Objects) == nil || p.CellObject(column) == nil {
				return fmt.Sprintf("cells: no column %s with %s and %s", column, cells.Own, cells.Objects)
			}
		}
	}
	if p.Call != "" && len(p.Ref) == 0 {
		return "call: only references are set by a call of their own"
	}
	return ""
}

// beside finds the property that a gate or condition names: from the spec
// down, or next to p if the name starts with "./".
func (k *Kind) beside(p *Property, name string) *Property {
	if rest, ok := strings.CutPrefix(name, "./"); ok {
		return p.Parent.Find(rest)
	}
	return k.Spec.Find(name)
}
