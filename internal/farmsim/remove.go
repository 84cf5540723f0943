package farmsim

import (
	"strings"
)

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
