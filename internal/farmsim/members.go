package farmsim

// getMembers answers the whole objects that belong to a group.
func (f *Farm) getMembers(m *membership) func(*call) *answer {
	return func(c *call) *answer {
		g, a := c.pick()
		if a != nil {
			return a
		}
		b := []byte{'['}
		n := 0
		var one *object
		for _, o := range f.staged.all(m.member) {
			if id, in := o.member[m.field.yaml]; !in || id != g.id {
				continue
			}
			if n > 0 {
				b = append(b, ',')
			}
			b = append(b, f.show(o, false)...)
			one = o
			n++
		}
		if n == 1 && f.sw.SingleAsObject {
			return okBytes(f.show(one, false))
		}
		return okBytes(append(b, ']'))
	}
}

// putMembers moves objects into a group and takes none out (two-sided
// reading 13).
func (f *Farm) putMembers(m *membership) func(*call) *answer {
	return func(c *call) *answer {
		g, a := c.change()
		if a != nil {
			return a
		}
		v, a := c.value()
		if a != nil {
			return a
		}
		ids, isArray := v.([]any)
		if name := m.objectBody(); f.sw.MembersObject && name != "" {
			body, isMap := v.(map[string]any)
			if !isMap {
				return refuse("must be an object with %s", name)
			}
			for key := range body {
				if key != name {
					return refuse("unknown property %s", key)
				}
			}
			ids, isArray = body[name].([]any)
		}
		if !isArray {
			return refuse("must be an array of ids")
		}
		for _, e := range ids {
			id, isInt := asInt(e)
			o := f.staged.get(m.member, id)
			if !isInt || o == nil || o.site != g.site {
				return refuse("no %s of the site has the id %v", m.member.Name, e)
			}
			if a := f.locked(o); a != nil {
				return a
			}
			n := o.copy()
			n.member[m.field.yaml] = g.id
			f.staged.put(n)
		}
		return done()
	}
}

// objectBody is the property that holds the ids when the body is an object.
func (m *membership) objectBody() string {
	for _, name := range m.field.prop.Membership.Bodies {
		if name != "" {
			return string(name)
		}
	}
	return ""
}
