package farmsim

import "net/http"

// Lists of addresses read as {iPv4s, iPv6s} of {from, to} and are written one
// at a time as {ip, ipType}; a single address reads back as from = to
// (reference page of the criteria).

// rangeOf reads the body of an add or a removal.
func (f *Farm) rangeOf(c *call) (string, map[string]any, *answer) {
	in, a := c.object()
	if a != nil {
		return "", nil, a
	}
	for name := range in {
		if name != "ip" && name != "ipType" {
			return "", nil, refuse("unknown property %s", name)
		}
	}
	text, isText := in["ip"].(string)
	version, isInt := asInt(in["ipType"])
	if !isText || !isInt || version < 0 || version > 1 {
		return "", nil, refuse("ip and ipType (0 Version4, 1 Version6) are required")
	}
	r, err := parseRange(text, version == 1)
	if err != nil {
		return "", nil, refuse("%v", err)
	}
	if version == 1 {
		return "iPv6s", r, nil
	}
	return "iPv4s", r, nil
}

// rangesAt is the value that holds both lists.
func (s *listCall) rangesAt() map[string]any {
	v, _ := valueAt(s.root, s.ls.path)
	m, ok := v.(map[string]any)
	if !ok {
		m, _ = zero(s.ls.prop).(map[string]any)
	}
	return clone(m).(map[string]any)
}

func (s *listCall) setRanges(m map[string]any) {
	if len(s.ls.path) == 0 {
		s.o.parts[s.ls.holder] = m
		return
	}
	if root, ok := s.root.(map[string]any); ok {
		setAt(root, s.ls.path, m)
	}
}

func (f *Farm) addRange(c *call, s *listCall) *answer {
	version, r, a := f.rangeOf(c)
	if a != nil {
		return a
	}
	m := s.rangesAt()
	list, _ := m[version].([]any)
	for _, e := range list {
		if sameValue(e, r) {
			return problem(http.StatusConflict, c.path, "the address is there already")
		}
	}
	m[version] = append(list, r)
	s.setRanges(m)
	f.touchBelow(s.o)
	f.staged.put(s.o)
	return created(nil)
}

func (f *Farm) removeRange(c *call, s *listCall) *answer {
	version, r, a := f.rangeOf(c)
	if a != nil {
		return a
	}
	m := s.rangesAt()
	list, _ := m[version].([]any)
	for i, e := range list {
		if sameValue(e, r) {
			m[version] = append(list[:i:i], list[i+1:]...)
			s.setRanges(m)
			f.touchBelow(s.o)
			f.staged.put(s.o)
			return done()
		}
	}
	return problem(http.StatusNotFound, c.path, "the address is not in the list")
}
