package seedgen

import (
	"encoding/base64"
	"fmt"
	"sort"
	"strings"

	"rassync/internal/farmsim"
	"rassync/internal/model"
)

// values are the defaults of a new object that no schema states: what a fresh
// object of the farm holds.
var values = map[string]m{
	"PubRDSApp":          {"colorDepth": "ClientSpecified", "waitForPrintersTimeout": 20},
	"RDSHost":            {"port": 3389, "maxSessions": 250},
	"RDSDefaultSettings": {"port": 3389, "maxSessions": 250},
}

// encode turns a declaration into an object of a State.
func (f *farm) encode(o *object) (m, error) {
	e := &encoder{object: o, raw: m{}, parts: m{}, member: m{}, farm: f}
	e.Encoder = model.Encoder{Names: f, Site: o.site}
	spec := m{}
	for name, v := range values[o.kind.Name] {
		spec[name] = v
	}
	for _, p := range o.kind.Spec.Props { // as a console leaves a new object: switched on, inheriting
		switch {
		case p.Type == model.TypeBoolean && strings.HasPrefix(p.Name, "inherit") && !p.HasDefault,
			p.Name == "enabled" && p.Parent == o.kind.Spec:
			spec[p.Name] = true
		case p.Name == "enabledMode":
			spec[p.Name] = "Enabled"
		}
	}
	for name, v := range o.spec {
		spec[name] = v
	}
	if err := e.block(o.kind.Spec, spec, place{}); err != nil {
		return nil, err
	}
	for name, v := range o.extra {
		e.raw[name] = v
	}
	if o.kind.Shape == model.Collection {
		e.raw["id"] = o.id
		name := o.name
		if o.kind.Tree != nil {
			_, name = model.ParentPath(o.name)
			e.raw[o.kind.Tree.Parent], e.raw[o.kind.Tree.Previous] = o.parent, o.front
		}
		if o.kind.Identity.Also != "" {
			name, e.raw[o.kind.Identity.Also], _ = model.CutName(name)
		}
		e.raw[o.kind.Identity.Read] = name
	}
	if o.kind.Scope == model.ScopeSite {
		id, err := f.IDOf([]string{model.SiteKind}, o.site, "")
		if err != nil {
			return nil, err
		}
		e.raw["siteId"] = id
	}
	if len(e.parts) > 0 {
		e.raw["$parts"] = e.parts
	}
	if len(e.member) > 0 {
		e.raw["$member"] = e.member
	}
	return e.raw, nil
}

// encoder writes one object.
type encoder struct {
	model.Encoder
	object *object
	raw    m
	parts  m
	member m
	seq    int64 // last id of an entry
	farm   *farm
	// siblings are the declared values beside the one that is written.
	siblings m
}

// place is where the values of a block stand: in an entry of a list, in a
// part that is read on its own, or in the object.
type place struct {
	entry m
	part  string
	path  []string
}

func (e *encoder) set(at place, v any) {
	root := e.raw
	switch {
	case at.entry != nil:
		root = at.entry
	case at.part != "" && len(at.path) == 0:
		e.parts[at.part] = v
		return
	case at.part != "":
		if e.parts[at.part] == nil {
			e.parts[at.part] = m{}
		}
		root = e.parts[at.part].(m)
	}
	for _, name := range at.path[:len(at.path)-1] {
		if root[name] == nil {
			root[name] = m{}
		}
		root = root[name].(m)
	}
	root[at.path[len(at.path)-1]] = v
}

// block writes the values of an object.
func (e *encoder) block(p *model.Property, spec m, at place) error {
	names := make([]string, 0, len(spec))
	for name := range spec {
		names = append(names, name)
	}
	sort.Strings(names)
	above := e.siblings
	defer func() { e.siblings = above }()
	for _, name := range names {
		e.siblings = spec
		c := p.Prop(name)
		if c == nil && p.Open { // under the name that the farm would answer
			at := at
			at.path = append(append([]string(nil), at.path...), name)
			e.set(at, plain(spec[name]))
			continue
		}
		if c == nil {
			return fmt.Errorf("%s: no such property", strings.TrimPrefix(p.Path()+"."+name, "."))
		}
		if err := e.property(c, spec[name], at); err != nil {
			return fmt.Errorf("%s: %w", c.Path(), err)
		}
	}
	return nil
}

func (e *encoder) property(p *model.Property, v any, at place) error {
	if p.Part != nil && p.Part.Get {
		at.part, at.path = p.Part.At, nil
	}
	if p.Absolute {
		at.path = nil
	}
	at.path = append(append([]string(nil), at.path...), p.Read...)
	if p.Anywhere && len(p.Read) > 0 { // where this farm puts what has no known place
		at.path = []string{farmsim.AnywhereGroup, p.Read[len(p.Read)-1]}
	}
	switch {
	case p.Secret, p.WriteOnly:
		return fmt.Errorf("goes in and never comes out: it has no place in a seed")
	case p.Lookup != nil:
		return nil // read from another object
	case p.EntryOf != nil:
		if name, isName := v.(string); isName && name != "" {
			id, err := e.farm.entryID(p, e.siblings, name, e.object.site)
			if err != nil {
				return err
			}
			v = id
		}
	case p.RefBy == "name":
		e.set(at, v)
		return nil
	case p.File != nil && p.File.Field == "":
		if e.raw["$files"] == nil {
			e.raw["$files"] = m{}
		}
		e.raw["$files"].(m)[p.Name] = base64.StdEncoding.EncodeToString(v.([]byte))
		return nil
	case p.File != nil:
		e.raw["$file"] = base64.StdEncoding.EncodeToString(v.([]byte))
		return nil
	case p.Membership != nil:
		id, err := e.Names.IDOf([]string{p.Membership.Of}, v.(string), e.object.site)
		e.member[p.Name] = id
		return err
	case p.Codec == "ipRanges":
		e.set(at, ranges(texts(v)))
		return nil
	case p.List != nil:
		if p.List.Get != "" {
			at.part, at.path = p.List.Get, nil
		}
		return e.list(p, v, at)
	case p.Structured():
		return e.block(p, v.(m), at)
	}
	w, err := e.Value(p, plain(v))
	if err != nil {
		return err
	}
	e.set(at, w)
	return nil
}

// list writes the entries of an array.
func (e *encoder) list(p *model.Property, v any, at place) error {
	out := l{}
	for i, entry := range plain(v).(l) {
		fields, isObject := entry.(m)
		if !isObject {
			w, err := e.Value(p, l{entry})
			if err != nil {
				return err
			}
			scalar := w.(l)[0]
			if read := p.Items.Read; len(read) > 0 {
				out = append(out, m{read[0]: scalar})
				continue
			}
			out = append(out, scalar)
			continue
		}
		raw := m{}
		if p.Items.Prop("enabled") != nil && fields["enabled"] == nil {
			raw["enabled"] = true
		}
		if p.List.ID != "" {
			e.seq++
			raw[p.List.ID] = e.seq
		}
		if p.List.Priority != "" {
			raw[p.List.Priority] = int64(i + 1)
		}
		if err := e.block(p.Items, fields, place{entry: raw}); err != nil {
			return err
		}
		out = append(out, raw)
	}
	e.set(at, out)
	return nil
}

// ranges writes addresses as the farm shows them: a single one is a range of
// itself.
func ranges(list []string) m {
	four, six := l{}, l{}
	for _, text := range list {
		from, to, two := strings.Cut(text, "-")
		if !two {
			to = from
		}
		r := m{"from": from, "to": to}
		if strings.Contains(from, ":") {
			six = append(six, r)
		} else {
			four = append(four, r)
		}
	}
	return m{"iPv4s": four, "iPv6s": six}
}

// plain turns the types that are handy to write into those of the model.
func plain(v any) any {
	switch v := v.(type) {
	case int:
		return int64(v)
	case []string:
		out := make(l, len(v))
		for i, s := range v {
			out[i] = s
		}
		return out
	case []int:
		out := make(l, len(v))
		for i, n := range v {
			out[i] = int64(n)
		}
		return out
	case []m:
		out := make(l, len(v))
		for i, o := range v {
			out[i] = plain(o)
		}
		return out
	case l:
		out := make(l, len(v))
		for i, e := range v {
			out[i] = plain(e)
		}
		return out
	case m:
		out := make(m, len(v))
		for k, e := range v {
			out[k] = plain(e)
		}
		return out
	}
	return v
}

func texts(v any) []string {
	var out []string
	for _, e := range plain(v).(l) {
		out = append(out, e.(string))
	}
	return out
}
