package model

import (
	"fmt"
	"sort"
	"strings"
)

// Missing is a property in force that an answer did not hold. That is not the
// same as nothing: the object may well have a value there.
type Missing struct {
	Prop *Property
	// Path is the property's place in the YAML; entries of lists are written
	// "rules[]".
	Path string
	// Own is the path, below the object, of the list entry that lacks it, with
	// a slash at the end; "" outside of lists.
	Own string
	// Told is false where the answer held a value that nobody can translate: a
	// reference to what could not be read. To ask again is no use then.
	Told bool
}

// Reads are the paths below the object under which the missing value may be
// read alone, the widest first.
func (m Missing) Reads() []string {
	if m.Own == unreachable {
		return nil
	}
	var out []string
	for p := m.Prop; p != nil && p.Name != "[]"; p = p.Parent {
		own := p.ownReads()
		for i := len(own) - 1; i >= 0; i-- {
			out = append(out, m.Own+own[i])
		}
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out
}

// Outer is the list at the top that holds the property, or the property itself
// outside of lists.
func (m Missing) Outer() *Property {
	p := m.Prop
	for at := p; at != nil; at = at.Parent {
		if at.Name == "[]" {
			p = at.Parent
		}
	}
	return p
}

type notAnswered struct{}

// NotAnswered stands, among the answers of parts, for one that was asked for
// and did not come: what is in it is not known.
var NotAnswered any = notAnswered{}

// unreachable stands for the path of an entry that has none of its own.
const unreachable = "-"

// ownReads are the paths under which p may be read alone although its values
// stand in the answer of what encloses it, the widest first.
func (p *Property) ownReads() []string {
	var out []string
	if p.Part != nil && !p.Part.Get {
		out = append(out, p.Part.At)
	}
	if p.List != nil && p.List.Get == "" && p.List.At != "" {
		out = append(out, p.List.At)
	}
	return out
}

// completed fills in what an answer lacks of p from reads of its own, as far
// as there were any.
func (p *Property) completed(here any, found bool, at place) (any, bool) {
	if len(at.parts) == 0 {
		return here, found
	}
	for _, own := range p.ownReads() {
		answer, read := at.parts[at.own+own]
		if !read {
			continue
		}
		v, ok := p.within(answer)
		switch {
		case !ok:
		case !found || here == nil:
			here, found = v, true
		default:
			here = Filled(here, v)
		}
	}
	return here, found
}

// within finds p's value in the answer to a read of its own. Such an answer
// may be the value itself, what holds it under its name, or the whole object.
func (p *Property) within(answer any) (any, bool) {
	m, isMap := answer.(map[string]any)
	if !isMap {
		_, isList := answer.([]any)
		return answer, isList && p.Type == TypeArray
	}
	steps := p.stepsFromTop()
	for i := range steps {
		if v, ok := follow(m, steps[i:]); ok {
			return v, true
		}
	}
	if p.shows(m) {
		return answer, true
	}
	return nil, false
}

// stepsFromTop are the read names from the entry or the spec down to p.
func (p *Property) stepsFromTop() []string {
	var steps []string
	for at := p; at != nil && at.Parent != nil && at.Name != "[]"; at = at.Parent {
		steps = append(append([]string{}, at.Read...), steps...)
		if at.Absolute {
			break
		}
	}
	return steps
}

func follow(m map[string]any, steps []string) (any, bool) {
	var v any = m
	for _, name := range steps {
		here, ok := v.(map[string]any)
		if !ok {
			return nil, false
		}
		if v, ok = here[name]; !ok {
			return nil, false
		}
	}
	return v, len(steps) > 0
}

// shows tells whether an answer is p's value itself: a block or the only entry
// of a list, by the names in it.
func (p *Property) shows(m map[string]any) bool {
	props := p.Props
	switch {
	case p.Codec == "ipRanges":
		_, v4 := m["iPv4s"]
		_, v6 := m["iPv6s"]
		return v4 || v6
	case p.Type == TypeArray && p.Items != nil && len(p.Items.Props) > 0:
		props = p.Items.Props
	case p.Type == TypeArray && p.Items != nil:
		props = []*Property{p.Items}
	case p.Type != TypeObject:
		return false
	}
	for _, c := range props {
		if len(c.Read) == 0 {
			continue
		}
		if _, ok := m[c.Read[0]]; ok {
			return true
		}
	}
	return false
}

// Filled is have with what it lacks taken from more.
func Filled(have, more any) any {
	h, ok := have.(map[string]any)
	m, more2 := more.(map[string]any)
	if !ok || !more2 {
		return have
	}
	out := make(map[string]any, len(h)+len(m))
	for name, v := range h {
		out[name] = v
	}
	for name, v := range m {
		if old, there := out[name]; there {
			out[name] = Filled(old, v)
		} else {
			out[name] = v
		}
	}
	return out
}

// entryPath is the path of a list's entry below the object.
func (p *Property) entryPath(entry any, above string) string {
	m, _ := entry.(map[string]any)
	if p.List == nil || p.List.ID == "" || p.List.At == "" || above == unreachable {
		return unreachable
	}
	id, ok := AsInt(m[p.List.ID])
	if !ok {
		return unreachable
	}
	return fmt.Sprintf("%s%s/%d/", above, p.List.At, id)
}

// lacks notes that c was not shown in the object out; told is false where it
// was, but in a way that cannot be understood.
func (d *Decoder) lacks(out map[string]any, c *Property, told bool) {
	if d.Absent == nil {
		return
	}
	absent, _ := out[EntryAbsent].(map[string]bool)
	if absent == nil {
		absent = map[string]bool{}
		out[EntryAbsent] = absent
	}
	absent[c.Name] = told
}

// keyAbsent tells whether an entry lacks what it is known by, and whether
// asking again may show it.
func (p *Property) keyAbsent(entry map[string]any) (lacks, told bool) {
	absent, _ := entry[EntryAbsent].(map[string]bool)
	if p.List == nil || len(absent) == 0 {
		return false, false
	}
	told = true
	for _, k := range p.List.Key {
		if t, without := absent[k]; without {
			lacks, told = true, told && t
		}
	}
	any := len(p.List.Key) == 0 && len(p.List.MatchAny) > 0
	for _, k := range p.List.MatchAny {
		_, without := absent[k]
		any = any && without
	}
	return lacks || any, told
}

// missing collects what the decoded spec lacks and is in force, and leaves the
// notes of lack in the entries of lists only.
func (d *Decoder) missing(p *Property, here, spec map[string]any, own string) {
	if absent, ok := here[EntryAbsent].(map[string]bool); ok {
		for name := range absent {
			c := p.Prop(name)
			if c == nil || gateClosed(c, here, spec) || c.Type == TypeObject && !Open(c, here, spec) {
				delete(absent, name)
				continue
			}
			if Open(c, here, spec) { // a single value that sleeps is not asked for
				d.Missing = append(d.Missing, Missing{Prop: c, Path: c.Path(), Own: own, Told: absent[name]})
			}
			if p.Name != "[]" && !c.InEntry() {
				d.Absent[c.Path()] = true
			}
		}
		if !p.InEntry() || len(absent) == 0 {
			delete(here, EntryAbsent)
		}
	}
	for _, c := range p.Props {
		switch v := here[c.Name].(type) {
		case map[string]any:
			if c.Structured() {
				d.missing(c, v, spec, own)
			}
		case []any:
			if !c.Items.Structured() {
				continue
			}
			for _, e := range v {
				m, ok := e.(map[string]any)
				if !ok {
					continue
				}
				sub := unreachable
				if id, has := AsInt(m[EntryID]); has && c.List != nil && c.List.At != "" && own != unreachable {
					sub = fmt.Sprintf("%s%s/%d/", own, c.List.At, id)
				}
				d.missing(c.Items, m, spec, sub)
			}
		}
	}
	if p.Parent == nil {
		sort.SliceStable(d.Missing, func(i, j int) bool {
			a, b := d.Missing[i], d.Missing[j]
			return a.Path < b.Path || a.Path == b.Path && a.Own < b.Own
		})
	}
}

// InEntry tells whether p stands in the entry of a list, or is one.
func (p *Property) InEntry() bool {
	for at := p; at != nil; at = at.Parent {
		if at.Name == "[]" {
			return true
		}
	}
	return false
}

// OwnPartGet is the part that holds p and is read by itself, nil if p stands
// in the object's own answer.
func (p *Property) OwnPartGet() *Property {
	for at := p; at != nil; at = at.Parent {
		if at.Part != nil && at.Part.Get || at.List != nil && at.List.Get != "" {
			return at
		}
	}
	return nil
}

// Unsure lists what cannot be relied on where the farm does not show some
// properties: those, and what one of them may switch off.
func (k *Kind) Unsure(absent map[string]bool) []string {
	var out []string
	for path := range absent {
		out = append(out, path)
	}
	if len(out) == 0 {
		return nil
	}
	for _, p := range k.gated {
		if p.InEntry() || absent[p.Path()] {
			continue
		}
		switches := []string{p.Gate}
		for name := range p.When {
			switches = append(switches, name)
		}
		for _, name := range switches {
			if rest, ok := strings.CutPrefix(name, "./"); ok {
				name = join(p.Parent.Path(), rest)
			}
			if name != "" && (&Object{Absent: absent}).Hides(name) {
				out = append(out, p.Path())
				break
			}
		}
	}
	sort.Strings(out)
	return out
}
