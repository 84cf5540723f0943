package farmsim

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
			return refuse("%s: must be a number", name)
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
