package model

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"rassync/internal/printable"
)

// Names that no schema knows are sent as they are, so they must not be another
// way to write what the schema does know: impacts, safety limits and secrets
// hang on the known names. A farm may take names whatever their letter case.

// apiName is what every name of the API looks like.
var apiName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// entryLabels tell the entries of a list apart in a path.
var entryLabels = regexp.MustCompile(`\[[^\]]*\]`)

// foldName makes names equal that a farm or a reader may take for the same.
func foldName(s string) string {
	s = strings.Map(func(r rune) rune {
		if printable.Ignorable(r) {
			return -1
		}
		return r
	}, norm.NFKC.String(s))
	return strings.ToLower(strings.ToUpper(s))
}

// itself stands for the names that say which object an object is.
const itself = "the object itself"

// foreign are the names under which an object is read and written, folded, with
// the path of the property that has them.
type foreign map[string]string

func (f foreign) add(path string, names ...string) {
	for _, n := range names {
		if n = foldName(n); n != "" && f[n] == "" {
			f[n] = path
		}
	}
}

func (f foreign) property(p *Property) {
	at := "spec." + p.Path()
	f.add(at, p.Name, p.Query)
	f.add(at, p.Read...)
	f.add(at, p.Spellings...)
	for _, name := range append(p.Write[:len(p.Write):len(p.Write)], p.CreateAs) {
		first, _, _ := strings.Cut(name, ".")
		f.add(at, name, first)
	}
	if p.File != nil {
		f.add(at, p.File.Field)
	}
	for name := range p.ReadOnly {
		f.add(at, name)
	}
}

// wherever adds a property that is read in whatever group it stands.
func (f foreign) wherever(p *Property) {
	if p.Anywhere && len(p.Read) > 0 {
		f.add("spec."+p.Path(), p.Read[len(p.Read)-1])
	}
}

// indexForeign notes which names are known, for the object and for each open
// place in it.
func (k *Kind) indexForeign() {
	all, deep := foreign{}, foreign{}
	k.Spec.Walk(func(p *Property) {
		if p == k.Spec || p.Name == "[]" {
			return
		}
		all.property(p)
		deep.wherever(p)
	})
	own := itself
	all.add(own, "id", "siteId", k.SiteQuery, k.Identity.Read, k.Identity.Also)
	all.add(own, k.Identity.Rename...)
	all.add(own, never[:]...)
	for name := range k.ReadOnly {
		all.add(own, name)
	}
	for name := range k.Filter {
		all.add(own, name)
	}
	if k.Tree != nil {
		all.add(own, k.Tree.Parent, k.Tree.Previous)
	}
	k.foreign, k.anywhere = all, deep
	k.Spec.Walk(func(p *Property) {
		if p.Open {
			p.foreign, p.anywhere = p.besides()
		}
	})
}

// besides are the names of the request that carries what an open object holds:
// those of the same part or entry, wherever they are read.
func (p *Property) besides() (beside, anywhere foreign) {
	top := p
	for !top.ownRequest() && top.Parent != nil {
		top = top.Parent
	}
	beside, anywhere = foreign{}, foreign{}
	var walk func(q *Property)
	walk = func(q *Property) {
		for _, c := range q.Props {
			beside.property(c)
			anywhere.wherever(c)
			if !c.ownRequest() && c.Items == nil {
				walk(c)
			}
		}
	}
	walk(top)
	return beside, anywhere
}

// ownRequest tells whether what p holds travels apart from what is around it.
func (p *Property) ownRequest() bool { return p.Part != nil || p.Name == "[]" }

// RefuseUnknown tells why a path cannot stand under unknown, "" if it can.
func (k *Kind) RefuseUnknown(path string, v any) string {
	name := path[strings.LastIndexAny(path, ".:]")+1:]
	if why := refuseName(name, v); why != "" {
		return why
	}
	if why := k.anywhere.inside(v); why != "" {
		return why
	}
	if strings.ContainsAny(path, "[") {
		plain := entryLabels.ReplaceAllString(path, "")
		within := plain[:max(0, strings.LastIndexByte(plain, '.'))]
		list := k.Spec.Find(within)
		if p := list; p != nil && p.Items == nil { // a group inside an entry
			for p != nil && p.Name != "[]" {
				p = p.Parent
			}
			if p != nil && list.Type == TypeObject {
				return knownAs(list.ownNames(), name)
			}
		}
		if list == nil || list.Items == nil || list.Items.Type != TypeObject {
			return fmt.Sprintf("%q is no entry of a list that has properties", path[:max(0, strings.LastIndexByte(path, '.'))])
		}
		return knownAs(list.Items.ownNames(), name)
	}
	for _, part := range strings.FieldsFunc(path, func(r rune) bool { return r == '.' }) {
		if i := strings.LastIndexByte(part, ':'); i >= 0 {
			part = part[i+1:]
		}
		if !apiName.MatchString(part) {
			return noAPIName(part)
		}
	}
	if strings.ContainsAny(path, ".:") {
		return k.refuseInside(path)
	}
	return knownAs(k.foreign, name)
}

// refuseInside tells why a path with dots cannot stand under unknown: the groups
// that it leads through must be known ones, as only those are not kept whole, and
// its last name must be unknown there.
func (k *Kind) refuseInside(path string) string {
	n, rest := k.known.root, path
	if part, inPart, ok := strings.Cut(path, ":"); ok {
		if n, rest = k.known.parts[part], inPart; n == nil {
			return fmt.Sprintf("no part of the object is read at %q", part)
		}
	}
	names := strings.Split(rest, ".")
	for i, name := range names {
		next := n.folded(name)
		switch last := i == len(names)-1; {
		case last && next != nil:
			return fmt.Sprintf("%q is known to the schema", rest)
		case last:
			return ""
		case next == nil && len(n.source.anywhere) > 0:
			// A group that holds known names is not kept whole.
			for _, below := range names[i:] {
				if why := knownAs(k.anywhere, below); why != "" {
					return why
				}
			}
			return ""
		case next == nil:
			return fmt.Sprintf("there is no group %q: a group that no schema knows is written whole, %s: {...}", strings.Join(names[:i+1], "."), names[0])
		case next.leaf:
			return fmt.Sprintf("%q is known to the schema, and holds no %q", strings.Join(names[:i+1], "."), names[i+1])
		}
		n = next
	}
	return ""
}

// folded finds a name below a place in an answer, however it is written.
func (n *wireNode) folded(name string) *wireNode {
	if next := n.subs[name]; next != nil {
		return next
	}
	for have, next := range n.subs {
		if foldName(have) == foldName(name) {
			return next
		}
	}
	return nil
}

// ownNames are the names of what p holds.
func (p *Property) ownNames() foreign {
	known := foreign{}
	for _, c := range p.Props {
		known.property(c)
	}
	return known
}

// inside looks for names that are read in whatever group they stand: a group
// that no schema knows must not bring them.
func (f foreign) inside(v any) string {
	m, ok := v.(map[string]any)
	if !ok || len(f) == 0 {
		return ""
	}
	for _, name := range sortedNames(m) {
		if why := knownAs(f, name); why != "" {
			return why
		}
		if why := f.inside(m[name]); why != "" {
			return why
		}
	}
	return ""
}

// FoldedName makes names equal that a farm or a reader may take for the same.
func FoldedName(s string) string { return foldName(s) }

// NamesItself tells whether a name says which object an object is.
func (k *Kind) NamesItself(name string) bool { return k.foreign[foldName(name)] == itself }

// WrittenAt is where a property stands in the body that brings it, folded: two
// that have the same place are sent under one name. "" if it is not sent.
func WrittenAt(p *Property) string {
	if p.NoWrite || len(p.Write) == 0 {
		return ""
	}
	return placeOf(p, func(q *Property) []string { return q.Write })
}

// ReadAt is the same for answers.
func ReadAt(p *Property) string {
	if len(p.Read) == 0 {
		return ""
	}
	return placeOf(p, func(q *Property) []string { return q.Read })
}

func placeOf(p *Property, names func(*Property) []string) string {
	var out []string
	for at := p; at != nil && at.Parent != nil; at = at.Parent {
		if at != p && at.ownRequest() {
			return at.Path() + "/" + strings.Join(out, ".")
		}
		var own []string
		for _, n := range names(at) {
			own = append(own, foldName(n))
		}
		out = append(own, out...)
		if at.Absolute {
			break
		}
	}
	return strings.Join(out, ".")
}

// RefuseOpen tells why a name cannot stand in the open object p, "" if it can.
func (p *Property) RefuseOpen(name string, v any) string {
	if why := refuseName(name, v); why != "" {
		return why
	}
	if p.Prop(name) != nil {
		return ""
	}
	if why := knownAs(p.foreign, name); why != "" {
		return why
	}
	return p.anywhere.inside(v)
}

func knownAs(f foreign, name string) string {
	if at := f[foldName(name)]; at != "" {
		return fmt.Sprintf("%q is known as %s", name, at)
	}
	return ""
}

// refuseName looks at a name and at all names inside its value.
func refuseName(name string, v any) string {
	if !apiName.MatchString(name) {
		return noAPIName(name)
	}
	return RefuseNames(v)
}

func noAPIName(name string) string {
	return fmt.Sprintf("%q is no name of the API: those have letters, digits and _ only", name)
}

// RefuseNames tells why a value that is sent as it is cannot be: it holds a
// name that no API has. "" if it can.
func RefuseNames(v any) string {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range sortedNames(v) {
			if name == EntryID {
				continue // the engine's own mark: documents cannot hold it
			}
			if entryIDs.MatchString(name) {
				// An element of a list that came as an object keyed by id.
				if why := RefuseNames(v[name]); why != "" {
					return why
				}
				continue
			}
			if why := refuseName(name, v[name]); why != "" {
				return why
			}
		}
	case []any:
		for _, e := range v {
			if why := RefuseNames(e); why != "" {
				return why
			}
		}
	}
	return ""
}

// RefuseForeign gives what an object declares under names that it cannot have:
// the check of documents, for objects that come another way.
func (k *Kind) RefuseForeign(o *Object) []string {
	var out []string
	note := func(path, why string) {
		if why != "" {
			out = append(out, path+": "+why)
		}
	}
	for _, name := range sortedNames(o.Unknown) {
		note("unknown", k.RefuseUnknown(name, o.Unknown[name]))
		note("unknown", secretWhy(name, o.Unknown[name]))
	}
	var walk func(p *Property, v any)
	walk = func(p *Property, v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, name := range sortedNames(v) {
				c := p.Prop(name)
				switch {
				case name == EntryID:
				case c != nil:
					walk(c, v[name])
				case p != nil && p.Open:
					note(p.Path(), p.RefuseOpen(name, v[name]))
					note(p.Path(), secretWhy(name, v[name]))
				case p == nil || !p.Secret && p.File == nil:
					note(pathOf(p), refuseName(name, v[name]))
				}
			}
		case []any:
			for _, e := range v {
				walk(items(p), e)
			}
		}
	}
	walk(k.Spec, o.Spec)
	return out
}

func sortedNames(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }

func pathOf(p *Property) string {
	if p == nil {
		return "spec"
	}
	return p.Path()
}

func secretWhy(path string, v any) string {
	if at := SecretIn(path[strings.LastIndexAny(path, ".:]")+1:], v); at != "" {
		return fmt.Sprintf("%q looks like a secret", at)
	}
	return ""
}
