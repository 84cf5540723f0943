package model

import "strings"

// known holds the read names that a schema knows, one tree for the object's
// own answer and one for each part that is read on its own. What an answer
// holds beyond them is unknown and kept as it is.
type known struct {
	root  *wireNode
	parts map[string]*wireNode
}

// wireNode is a place in an answer. A leaf is taken whole.
type wireNode struct {
	leaf     bool
	subs     map[string]*wireNode
	open     *Property       // the open object that stands here
	source   *wireNode       // root of the answer
	anywhere map[string]bool // of a root: names that are read wherever they stand
}

func (n *wireNode) at(names []string) *wireNode {
	for _, name := range names {
		if n.subs == nil {
			n.subs = map[string]*wireNode{}
		}
		next := n.subs[name]
		if next == nil {
			next = &wireNode{source: n.source}
			n.subs[name] = next
		}
		n = next
	}
	return n
}

// skipped notes the names by which something is told to be no configuration.
func (n *wireNode) skipped(list []Skip) {
	for _, s := range list {
		for name := range s.Where {
			n.at([]string{name}).leaf = true
		}
	}
}

// KnownReadNames are the names at the top of the object's answer that the
// schema knows, in lower case: properties, and what is no configuration.
func (k *Kind) KnownReadNames() map[string]bool {
	out := map[string]bool{}
	for name := range k.known.root.subs {
		out[strings.ToLower(name)] = true
	}
	return out
}

// index prepares what decoding looks up again and again.
func (k *Kind) index() {
	k.known = knownBelow(k.Spec)
	root := k.known.root
	for name := range k.ReadOnly {
		root.at([]string{name}).leaf = true
	}
	for name := range k.Filter {
		root.at([]string{name}).leaf = true
	}
	if k.Identity.Read != "" {
		root.at([]string{k.Identity.Read}).leaf = true
	}
	if k.Identity.Also != "" {
		root.at([]string{k.Identity.Also}).leaf = true
	}
	if p := k.Chooser(); p != nil { // it is nothing that a later change could send
		p.CreateOnly, p.RequiredOnCreate = true, true
	}
	if k.Tree != nil {
		root.at([]string{k.Tree.Parent}).leaf = true
		root.at([]string{k.Tree.Previous}).leaf = true
	}
	root.skipped(k.Skip)
	root.at([]string{"siteId"}).leaf = true
	root.at([]string{"id"}).leaf = true
	k.Spec.Walk(func(p *Property) {
		p.path, p.codec = p.Path(), p.Form()
		if (p.Part != nil && p.Part.Get) || (p.List != nil && p.List.Get != "") {
			k.remote = append(k.remote, p)
		}
		if p.Open && p.node != nil && p.Name != "[]" {
			for name := range k.ReadOnly {
				p.node.at([]string{name}).leaf = true
			}
		}
		k.namesEntries = k.namesEntries || p.EntryOf != nil || p.RefBy == "name"
		if p.Gate != "" || len(p.When) > 0 {
			k.gated = append(k.gated, p)
		}
		if p.Items != nil && p.Items.Type == TypeObject {
			p.Items.known = knownBelow(p.Items)
			if l := p.List; l != nil {
				if l.ID != "" {
					p.Items.known.root.at([]string{l.ID}).leaf = true
				}
				if l.Priority != "" {
					p.Items.known.root.at([]string{l.Priority}).leaf = true
				}
				p.Items.known.root.skipped(l.Skip)
			}
		}
	})
	k.indexForeign()
}

func knownBelow(top *Property) known {
	kn := known{root: newRoot(), parts: map[string]*wireNode{}}
	var walk func(p *Property, source, place *wireNode)
	walk = func(p *Property, source, place *wireNode) {
		if p.Part != nil && p.Part.Get {
			source = kn.parts[p.Part.At]
			if source == nil {
				source = newRoot()
				kn.parts[p.Part.At] = source
			}
			place = source
		}
		if p.Secret && len(p.Read) > 0 {
			place.at(p.Read).leaf = true // should an answer hold it, it must not be kept as unknown
			return
		}
		if p.WriteOnly || p.Lookup != nil || p.Membership != nil || p.File != nil || (p.List != nil && p.List.Get != "") {
			return
		}
		if p.Anywhere && len(p.Read) > 0 {
			source.anywhere[p.Read[len(p.Read)-1]] = true
			p.node = source
			return
		}
		for _, name := range p.Spellings {
			place.at([]string{name}).leaf = true
		}
		at := place
		if p.Absolute {
			at = source
		}
		at = at.at(p.Read)
		for name := range p.ReadOnly {
			at.at([]string{name}).leaf = true
		}
		if p.Type != TypeObject || p.Codec != "" || (len(p.Props) == 0 && !p.Open && p != top) {
			at.leaf = true
			return
		}
		if p.Open {
			at.opened(p)
		}
		for _, c := range p.Props {
			walk(c, source, at)
		}
	}
	for name := range top.ReadOnly {
		kn.root.at([]string{name}).leaf = true
	}
	if top.Open {
		kn.root.opened(top)
	}
	for _, c := range top.Props {
		walk(c, kn.root, kn.root)
	}
	return kn
}

func newRoot() *wireNode {
	n := &wireNode{anywhere: map[string]bool{}}
	n.source = n
	return n
}

// opened notes that an open object stands here: it takes what is not known.
func (n *wireNode) opened(p *Property) {
	n.open, p.node = p, n
	for _, name := range never {
		n.at([]string{name}).leaf = true
	}
}

// leftOver collects what v holds beyond n, by dotted path.
func leftOver(n *wireNode, v any, path string, out map[string]any) {
	m, ok := v.(map[string]any)
	if !ok || n.leaf {
		return
	}
	for name, sub := range m {
		next := n.subs[name]
		deeper, isMap := sub.(map[string]any)
		switch {
		case next != nil:
			if isMap && !next.leaf {
				leftOver(next, deeper, join(path, name), out)
			}
		case n.isAnywhere(name), n.open != nil && n.open.takes(name), out == nil:
		case isMap && n.source.holdsAnywhere(deeper):
			leftOver(&wireNode{source: n.source}, deeper, join(path, name), out)
		default:
			out[join(path, name)] = sub
		}
	}
}

// holdsAnywhere tells whether m holds, at any depth, a name that is read
// wherever it stands.
func (n *wireNode) holdsAnywhere(m map[string]any) bool {
	if n == nil || len(n.anywhere) == 0 {
		return false
	}
	for name, v := range m {
		if n.anywhere[name] {
			return true
		}
		if sub, ok := v.(map[string]any); ok && n.holdsAnywhere(sub) {
			return true
		}
	}
	return false
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
