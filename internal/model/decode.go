package model

import (
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
	"strings"
)

// Names translates between the ids of the API and the names of the YAML.
type Names interface {
	// NameOf gives the text by which an object in site refers to the object
	// with this id of one of kinds.
	NameOf(kinds []string, id int64, site string) (string, bool)
	// IDOf is the inverse.
	IDOf(kinds []string, ref, site string) (int64, error)
}

// Hidden keys of canonical maps: what the farm knows an entry by, and what it
// does not show of it. They are never declared, never compared and never
// written to YAML.
const (
	EntryID     = "$id"
	EntryAbsent = "$absent"
)

// Decoder turns answers into canonical values.
type Decoder struct {
	Names Names
	Site  string // name of the site the object was read in
	// Unknown collects what no schema knows: dotted read path -> value as
	// received. Nil to drop it.
	Unknown map[string]any
	// Absent collects yaml paths of properties the answer did not hold; those
	// of list entries stand in the entries (EntryAbsent). Nil to drop them.
	Absent map[string]bool
	// Missing are the properties in force that the answer did not hold, entries
	// of lists included. Filled beside Absent.
	Missing []Missing
	// Unread tells whether objects of one of these kinds could not be read:
	// then nobody can say what a number stands for. Nil: all were read.
	Unread func(kinds []string) bool
	// NewNumbers collects yaml paths of enumerations with unknown numbers.
	NewNumbers map[string]bool
	// HeldBack collects yaml paths of open values that look like secrets.
	HeldBack map[string]bool
	// Spelled collects, of settings that have several names, the one that the
	// answer has, by the name of the schema.
	Spelled map[string]string
	// Dangling collects yaml paths of references to objects nobody knows; Lost is
	// told of each, nil for nobody.
	Dangling map[string]bool
	Lost     func(kinds []string, id int64, path string)

	untold  bool // the value at hand refers to what could not be read
	keyless bool // the value at hand lacks what says which value it is
}

// Spec decodes an object of kind k: body is the answer of the list or of the
// object's own read, parts the answers of parts that were read on their own,
// by Part.At (or List.Get).
func (d *Decoder) Spec(k *Kind, body map[string]any, parts map[string]any) map[string]any {
	spec := d.object(k.Spec, place{root: body, here: body, parts: parts})
	if d.Unknown != nil {
		leftOver(k.known.root, body, "", d.Unknown)
		for at, n := range k.known.parts {
			if v, ok := parts[at]; ok {
				leftOver(n, v, at+":", d.Unknown)
			}
		}
		for name, v := range d.Unknown {
			if SecretIn(name[strings.LastIndexAny(name, ".:")+1:], v) != "" || k.RefuseUnknown(name, v) != "" {
				delete(d.Unknown, name)
				d.holdBack(name)
				continue
			}
			d.Unknown[name] = plainJSON(v)
		}
	}
	k.Prune(spec)
	if d.Absent != nil {
		d.missing(k.Spec, spec, spec, "")
	}
	for name := range d.Unknown {
		// What is not in force is not kept, nor what nobody knows of it.
		if list, _, inEntry := strings.Cut(name, "["); inEntry {
			if _, there := Lookup(spec, list); !there {
				delete(d.Unknown, name)
			}
		}
	}
	return spec
}

// PathInEntry is p's path from the entry of a list that holds it, or from the
// spec.
func (p *Property) PathInEntry() string {
	for at := p.Parent; at != nil; at = at.Parent {
		if at.Name == "[]" {
			return strings.TrimPrefix(p.Path(), at.Path()+".")
		}
	}
	return p.Path()
}

// place is where a property is looked for: the answer's root, the value the
// enclosing object stands at, and the answers of parts. In the entry of a list,
// own is the path of the entry below the object, ending in a slash.
type place struct {
	root, here any
	parts      map[string]any
	path       string
	own        string
}

func (d *Decoder) object(p *Property, at place) map[string]any {
	out := make(map[string]any, len(p.Props))
	for _, c := range p.Props {
		if c.WriteOnly || c.Membership != nil || c.File != nil || c.Lookup != nil {
			continue
		}
		if c.Shared && !c.Meant(out) {
			continue
		}
		from, answered := at, true
		if c.Part != nil && c.Part.Get {
			v, read := at.parts[at.own+c.Part.At]
			if !read {
				continue
			}
			from = place{v, v, at.parts, at.path, at.own}
			answered = v != NotAnswered
		}
		if c.List != nil && c.List.Get != "" {
			v, read := at.parts[at.own+c.List.Get]
			if !read {
				continue
			}
			if from.here = v; v == NotAnswered {
				d.lacks(out, c, true)
				continue
			}
		} else {
			if c.Absolute {
				from.here = from.root
			}
			found, steps := answered, c.Read
			if c.Anywhere && c.node != nil {
				steps = nil
				from.here, found = c.node.find(from.root, c.Read[len(c.Read)-1])
			}
			if !answered {
				steps = nil
			}
			for _, name := range steps {
				m, ok := from.here.(map[string]any)
				if !ok {
					found = false
					break
				}
				if len(c.Spellings) > 0 {
					name = d.spelling(c, m)
				}
				if from.here, ok = m[name]; !ok {
					found = false
					break
				}
			}
			if from.here, found = c.completed(from.here, found, at); !found {
				d.lacks(out, c, true)
				continue
			}
		}
		from.path = c.below(p, at.path)
		v, ok := d.value(c, from)
		switch {
		case d.untold || d.keyless:
			d.lacks(out, c, d.keyless)
			d.untold, d.keyless = false, false
		case ok:
			out[c.Name] = v
		case c.Type == TypeObject:
			d.lacks(out, c, true) // nothing, or no object: a block is not empty by that
		}
	}
	if p.Open && p.node != nil {
		d.open(p, at, out)
	}
	for name := range p.Follows(out) {
		delete(out, name)
	}
	return out
}

// Follows are the properties of the object p that follow from another one
// beside them in these values: they are neither declared nor sent.
func (p *Property) Follows(values map[string]any) map[string]bool {
	var out map[string]bool
	for _, c := range p.Props {
		if c.Replaces == "" || values[c.Name] == nil || values[c.Name] == "" {
			continue
		}
		if out == nil {
			out = map[string]bool{}
		}
		out[c.Replaces] = true
	}
	return out
}

// spelling is the name under which m has the setting: the newest of those it
// holds.
func (d *Decoder) spelling(p *Property, m map[string]any) string {
	for _, name := range append(p.Spellings[:len(p.Spellings):len(p.Spellings)], p.Read[0]) {
		if _, ok := m[name]; ok {
			if d.Spelled != nil {
				d.Spelled[p.Read[0]] = name
			}
			return name
		}
	}
	return p.Read[0]
}

// below is c's path below the path at which p stands: its own, except in the
// entries of lists.
func (c *Property) below(p *Property, path string) string {
	if path == p.path && c.path != "" {
		return c.path
	}
	return join(path, c.Name)
}

func (d *Decoder) value(p *Property, at place) (any, bool) {
	w := at.here
	if w == nil {
		switch {
		case p.Type == TypeArray:
			return []any{}, true
		case p.Type == TypeString && p.Enum == nil, len(p.Ref) > 0:
			return "", true
		}
		return nil, false
	}
	if p.Cells != nil {
		return trimCells(p, d.array(p, at).([]any)), true
	}
	return p.Form().decode(d, p, at)
}

// asItIs decodes a value that has no form of its own.
func (d *Decoder) asItIs(p *Property, at place) (any, bool) {
	w := at.here
	switch p.Type {
	case TypeObject:
		if !p.Structured() {
			return plainJSON(w), true
		}
		if _, ok := w.(map[string]any); !ok {
			return nil, false
		}
		return d.object(p, at), true
	case TypeArray:
		return d.array(p, at), true
	case TypeString:
		if s, ok := w.(string); ok {
			return s, true
		}
		return fmt.Sprint(plainJSON(w)), true
	default:
		return plainJSON(w), true
	}
}

//nolint:funlen // one case after another
func (d *Decoder) array(p *Property, at place) any {
	list, ok := at.here.([]any)
	if !ok {
		list, ok = Keyed(at.here)
	}
	if !ok {
		// A list with one element may be answered as the element itself.
		list = []any{at.here}
	}
	keyless, untold := false, false // whether what the entries are cannot be told
	if d.Absent != nil && p.List.untold(list) {
		d.keyless = true
	}
	list = p.List.configured(list)
	out := make([]any, 0, len(list))
	if p.Items == nil || (p.Items.Type == TypeObject && !p.Items.Structured()) {
		for _, e := range list {
			out = append(out, plainJSON(e))
		}
		return out
	}
	if p.List != nil && p.List.Priority != "" {
		list = append([]any(nil), list...)
		sort.SliceStable(list, func(i, j int) bool { return rank(list[i], p.List.Priority) < rank(list[j], p.List.Priority) })
	}
	for i, e := range list {
		sub := place{e, e, at.parts, fmt.Sprintf("%s[%d]", at.path, i), p.entryPath(e, at.own)}
		it := p.Items
		if it.Type != TypeObject {
			for _, name := range it.Read {
				if m, ok := sub.here.(map[string]any); ok {
					if sub.here, ok = m[name]; !ok {
						d.keyless = d.Absent != nil
					}
				}
			}
			if len(it.Ref) == 0 && len(p.Ref) > 0 {
				out = append(out, d.ref(p.Ref, p.RefNone, sub.path, sub.here))
			} else if v, ok := d.value(it, sub); ok {
				out = append(out, v)
			}
			continue
		}
		m, ok := e.(map[string]any)
		if !ok {
			// An entry that is a bare value stands for its first property.
			if len(it.Props) == 0 { // as it is: there is no name to read it under
				if e != nil {
					out = append(out, plainJSON(e))
				}
				continue
			}
			first := it.Props[0]
			if p.List != nil && p.List.TextAs != "" {
				first = it.Prop(p.List.TextAs)
			}
			m = map[string]any{first.Read[0]: e}
			sub.root, sub.here = m, m
		}
		outer, left := d.Unknown, map[string]any(nil)
		if outer != nil {
			left = map[string]any{}
			d.Unknown = left
		}
		entry := d.object(it, sub)
		d.Unknown = outer
		if p.List != nil && p.List.ID != "" {
			if id, ok := m[p.List.ID]; ok {
				entry[EntryID] = plainJSON(id)
			}
		}
		if outer != nil {
			if it.known.root != nil {
				leftOver(it.known.root, m, "", left)
			}
			for name, v := range left {
				outer[p.PathInEntry()+"["+EntryLabel(p, entry)+"]."+name] = v
			}
		}
		if lacks, told := p.keyAbsent(entry); lacks {
			keyless, untold = keyless || told, untold || !told
		}
		out = append(out, entry)
	}
	d.keyless, d.untold = d.keyless || keyless, d.untold || untold
	if Unordered(p) {
		sort.SliceStable(out, func(i, j int) bool { return EntryKey(p, out[i]) < EntryKey(p, out[j]) })
	}
	return out
}

func rank(e any, name string) int64 {
	m, _ := e.(map[string]any)
	i, _ := AsInt(m[name])
	return i
}

// AsInt reads whole numbers in any of the forms JSON and YAML give them.
func AsInt(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case int:
		return int64(v), true
	case float64:
		if v == float64(int64(v)) {
			return int64(v), true
		}
	case json.Number:
		i, ok := number(v).(int64)
		return i, ok
	case string:
		i, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64)
		return i, err == nil
	}
	return 0, false
}

// plainJSON turns decoded JSON into canonical values.
func plainJSON(v any) any {
	switch v := v.(type) {
	case json.Number:
		return number(v)
	case map[string]any:
		m := make(map[string]any, len(v))
		for k, e := range v {
			m[k] = plainJSON(e)
		}
		return m
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = plainJSON(e)
		}
		return out
	}
	return v
}

// Prune takes out what an inherit flag switches off, and blocks whose
// condition does not hold: those values are not in force and must neither be
// exported nor compared. Single values under a condition stay: they are
// harmless, and a backup keeps them.
func (k *Kind) Prune(spec map[string]any) {
	if len(k.gated) == 0 {
		return
	}
	prune(k.Spec, spec, spec)
}

func prune(p *Property, m, spec map[string]any) {
	for _, c := range p.Props {
		v, ok := m[c.Name]
		if !ok {
			continue
		}
		if !Open(c, m, spec) && (c.Type == TypeObject || gateClosed(c, m, spec)) {
			delete(m, c.Name)
			continue
		}
		if sub, ok := v.(map[string]any); ok && c.Type == TypeObject {
			prune(c, sub, spec)
		}
	}
}

// Open tells whether p counts: its gate is not closed and its conditions hold
// in spec. here is the object that encloses p's value.
func Open(p *Property, here, spec map[string]any) bool {
	if gateClosed(p, here, spec) {
		return false
	}
	for name := range p.When {
		v, ok := beside(name, here, spec)
		if !ok {
			continue
		}
		if !Holds(p, name, v) {
			return false
		}
	}
	return true
}

// Meant tells whether, of the properties that share a place in the answer, p
// is the one that the values beside it speak of.
func (p *Property) Meant(here map[string]any) bool {
	for name, allowed := range p.When {
		v, ok := beside(name, here, nil)
		if !ok || !Fits(allowed, v) {
			return false
		}
	}
	return true
}

// fitsUnnumbered tells whether a condition names a value whose number nobody
// has seen, and the farm shows a number that nobody knows.
func fitsUnnumbered(p *Property, name string, allowed []any, v any) bool {
	if _, isNum := v.(int64); !isNum {
		return false
	}
	q := p.Parent
	rest, near := strings.CutPrefix(name, "./")
	for !near && q.Parent != nil {
		q = q.Parent
	}
	q = q.Find(rest)
	for _, a := range allowed {
		if unnumbered(q, a, v) {
			return true
		}
	}
	return false
}

// Holds is Open for one condition of p whose value is v.
func Holds(p *Property, name string, v any) bool {
	return Fits(p.When[name], v) || fitsUnnumbered(p, name, p.When[name], v)
}

// Fits tells whether a value is among those a condition allows.
func Fits(allowed []any, v any) bool {
	for _, a := range allowed {
		if a == v {
			return true
		}
	}
	return false
}

func gateClosed(p *Property, here, spec map[string]any) bool {
	if p.Gate == "" {
		return false
	}
	v, ok := beside(p.Gate, here, spec)
	return ok && v == true
}

func beside(name string, here, spec map[string]any) (any, bool) {
	if rest, ok := strings.CutPrefix(name, "./"); ok {
		return Lookup(here, rest)
	}
	return Lookup(spec, name)
}
