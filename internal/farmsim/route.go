package farmsim

import (
	"net/http"
	"slices"
	"strings"

	"rassync/internal/model"
)

// endpoint is one operation of one kind.
type endpoint struct {
	kind  *kind
	open  bool // needs no token
	do    func(*call) *answer
	owns  func(*call) bool // of several kinds that share the path: this one is meant
	merge func(*call, []*endpoint) *answer
}

// routeNode is a place in the tree of paths. Literal segments go before
// parameters; letter case does not count (protocol notes).
type routeNode struct {
	literal map[string]*routeNode
	param   *routeNode
	ends    map[string][]*endpoint
}

func (n *routeNode) add(method, path string, e *endpoint) {
	if path == "" {
		return
	}
	for _, s := range strings.Split(strings.Trim(path, "/"), "/") {
		if strings.HasPrefix(s, "{") {
			if n.param == nil {
				n.param = &routeNode{}
			}
			n = n.param
			continue
		}
		if n.literal == nil {
			n.literal = map[string]*routeNode{}
		}
		s = strings.ToLower(s)
		next := n.literal[s]
		if next == nil {
			next = &routeNode{}
			n.literal[s] = next
		}
		n = next
	}
	if n.ends == nil {
		n.ends = map[string][]*endpoint{}
	}
	if e.kind != nil && slices.ContainsFunc(n.ends[method], func(o *endpoint) bool { return o.kind == e.kind }) {
		return // two words of one schema name the same operation
	}
	n.ends[method] = append(n.ends[method], e)
}

// find looks for the operation; without one it gives the methods that the
// path does take.
func (n *routeNode) find(method string, segments []string) ([]*endpoint, []string, []string) {
	var (
		found   []*endpoint
		params  []string
		allowed []string
	)
	var walk func(n *routeNode, rest, got []string)
	walk = func(n *routeNode, rest, got []string) {
		if n == nil || found != nil {
			return
		}
		if len(rest) == 0 {
			if ends := n.ends[method]; len(ends) > 0 {
				found, params = ends, slices.Clone(got)
				return
			}
			for m := range n.ends {
				allowed = append(allowed, m)
			}
			return
		}
		walk(n.literal[strings.ToLower(rest[0])], rest[1:], got)
		walk(n.param, rest[1:], append(got, rest[0]))
	}
	walk(n, segments, nil)
	slices.Sort(allowed)
	return found, params, slices.Compact(allowed)
}

// route lays out all paths.
func (f *Farm) route() *routeNode {
	n := &routeNode{}
	n.add(http.MethodPost, "/api/Session/logon", &endpoint{open: true, do: f.logon})
	n.add(http.MethodPost, "/api/Session/logoff", &endpoint{do: f.logoff})
	n.add(http.MethodPost, "/api/Session/{id}/logoff", &endpoint{do: f.throwOut})
	n.add(http.MethodPost, "/api/Settings/apply", &endpoint{do: f.applySettings})
	n.add(http.MethodGet, "/api/WebService/version", &endpoint{do: f.version})
	for _, name := range sortedKeys(f.kinds) {
		k := f.kinds[name]
		switch k.Shape {
		case model.Collection:
			f.routeCollection(n, k)
		case model.Singleton:
			f.routeSingleton(n, k)
		case model.OrderShape:
			f.routeOrder(n, k)
		}
	}
	return n
}

func (f *Farm) routeCollection(n *routeNode, k *kind) {
	owns := func(c *call) bool { return f.staged.get(k, c.id(0)) != nil }
	one := func(do func(*call) *answer) *endpoint { return &endpoint{kind: k, do: do, owns: owns} }
	n.add(http.MethodGet, k.List.Path, &endpoint{kind: k, merge: f.list})
	if k.Tree != nil {
		// The mixed list of all published items.
		if i := strings.Index(k.Self, "/{"); i > 0 {
			n.add(http.MethodGet, k.Self[:i], &endpoint{kind: k, merge: f.list})
		}
		n.add(http.MethodPost, k.Tree.Move, one(f.moveItem))
	}
	if k.Get != "" {
		n.add(http.MethodGet, k.Get, one(f.getOne))
	}
	if k.Create != nil {
		for _, made := range k.CreateCalls() {
			n.add(http.MethodPost, made.Path, &endpoint{kind: k, do: f.createBy(made.Value), owns: func(c *call) bool { return c.meant(k) }})
		}
	}
	if k.Update != nil {
		n.add(http.MethodPut, k.Update.Path, one(f.update(k, k.layout.bodies[""])))
	}
	if k.Delete != "" {
		n.add(http.MethodDelete, k.Delete, one(f.remove))
	}
	if k.file != nil {
		n.add(http.MethodGet, strings.ReplaceAll(k.file.prop.File.Get, "{self}", k.Self), one(f.getFile))
	}
	for _, m := range k.groups {
		path := k.Self + "/" + m.field.prop.Membership.At
		n.add(http.MethodGet, path, one(f.getMembers(m)))
		n.add(http.MethodPut, path, one(f.putMembers(m)))
	}
	f.routeParts(n, k, owns)
}

func (f *Farm) routeSingleton(n *routeNode, k *kind) {
	if !k.NoRead {
		n.add(http.MethodGet, k.Self, &endpoint{kind: k, do: f.getOne})
	}
	if k.Update != nil {
		n.add(http.MethodPut, k.Update.Path, &endpoint{kind: k, do: f.update(k, k.layout.bodies[""])})
	}
	f.routeParts(n, k, nil)
}

// routeParts lays out what stands below one object: parts, lists, and the
// parts and lists of their entries.
func (f *Farm) routeParts(n *routeNode, k *kind, owns func(*call) bool) {
	for _, at := range k.layout.order {
		if at == "" {
			continue
		}
		b := k.layout.bodies[at]
		n.add(http.MethodGet, k.Self+"/"+at, &endpoint{kind: k, owns: owns, do: f.getPart(b)})
		if b.put {
			n.add(http.MethodPut, k.Self+"/"+at, &endpoint{kind: k, owns: owns, do: f.update(k, b)})
		}
	}
	f.routeCalls(n, k, owns)
	f.routeLists(n, k, owns, k.Self, k.layout, nil)
}

// routeLists lays out the lists of a layout; above are the lists whose
// entries stand on the way there.
func (f *Farm) routeLists(n *routeNode, k *kind, owns func(*call) bool, base string, l *layout, above []*list) {
	for _, ls := range l.lists {
		chain := append(slices.Clone(above), ls)
		path := base + "/" + ls.at
		if strings.HasPrefix(ls.at, "/") {
			path = ls.at // beside the object
		}
		entry := path + "/{entry}"
		spec := ls.prop.List
		end := func(do func(*call, *listCall) *answer, entry bool) *endpoint {
			return &endpoint{kind: k, owns: owns, do: func(c *call) *answer { return f.below(c, chain, entry, do) }}
		}
		n.add(http.MethodGet, path, end(f.getEntries, false))
		switch {
		case spec.NoAdd:
		case spec.Add.By == "key":
			n.add(http.MethodPost, entry, end(f.addEntry, false))
		default:
			n.add(http.MethodPost, path, end(f.addEntry, false))
		}
		switch {
		case spec.NoRemove:
		case spec.Remove.By == "body" || spec.Remove.By == "":
			n.add(http.MethodDelete, path, end(f.removeEntry, false))
		default:
			n.add(http.MethodDelete, entry, end(f.removeEntry, true))
		}
		if spec.Update != nil && ls.items != nil {
			if spec.Update.By == "body" {
				n.add(http.MethodPut, path, end(f.updateEntry, false))
			} else {
				n.add(http.MethodPut, entry, end(f.updateEntry, true))
			}
		}
		if spec.ID != "" {
			n.add(http.MethodGet, entry, end(f.getEntry, true))
		}
		if ls.items == nil {
			continue
		}
		for _, at := range ls.items.order {
			if at == "" {
				continue
			}
			b := ls.items.bodies[at]
			n.add(http.MethodGet, entry+"/"+at, end(f.getEntryPart(b), true))
			if b.put {
				n.add(http.MethodPut, entry+"/"+at, end(f.putEntryPart(b), true))
			}
		}
		f.routeLists(n, k, owns, entry, ls.items, chain)
	}
}

func (f *Farm) routeOrder(n *routeNode, k *kind) {
	if k.Order == nil || k.Order.By != "step" {
		return // a chain is changed by moves
	}
	for _, of := range k.Order.Of {
		target := f.kinds[of]
		if target == nil {
			continue
		}
		path := strings.ReplaceAll(k.Order.Path, "{self}", target.Self)
		n.add(http.MethodPut, path, &endpoint{kind: target, do: f.step,
			owns: func(c *call) bool { return f.staged.get(target, c.id(0)) != nil }})
	}
}
