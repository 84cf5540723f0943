package model

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// CreateCall is one of the calls that make objects of a kind.
type CreateCall struct {
	Value string // of the property that chooses it, "" if there is one call only
	Path  string
}

// CreateCalls lists the calls that make objects of the kind, in a fixed order.
func (k *Kind) CreateCalls() []CreateCall {
	switch {
	case k.Create == nil:
		return nil
	case len(k.Create.Paths) == 0:
		return []CreateCall{{Path: k.Create.Path}}
	}
	var out []CreateCall
	for v, path := range k.Create.Paths {
		out = append(out, CreateCall{v, path})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Value < out[j].Value })
	return out
}

// Chooser is the property whose value chooses the call that makes an object;
// nil if the kind has one call only. Its value is never sent.
func (k *Kind) Chooser() *Property {
	if k.Create == nil || k.Create.By == "" {
		return nil
	}
	return k.Spec.Find(k.Create.By)
}

// NoCallError says that the API cannot make such an object.
type NoCallError struct {
	Kind, By string
	Value    any
	Known    []string
}

// Error says which value has no call.
func (e *NoCallError) Error() string {
	return fmt.Sprintf("the API has no call that creates a %s whose %s is %v", e.Kind, e.By, e.Value)
}

// Hint lists the values that have one.
func (e *NoCallError) Hint() string { return "it has calls for " + strings.Join(e.Known, ", ") }

// CreatePath is the path that makes an object with this spec. A spec without
// the value that chooses among several paths gives an error too.
func (k *Kind) CreatePath(spec map[string]any) (string, error) {
	if k.Create == nil {
		return "", fmt.Errorf("the API has no call that creates a %s", k.Name)
	}
	if k.Chooser() == nil {
		return k.Create.Path, nil
	}
	v, _ := Lookup(spec, k.Create.By)
	if path, ok := k.Create.Paths[fmt.Sprint(v)]; ok {
		return path, nil
	}
	e := &NoCallError{Kind: k.Name, By: k.Create.By, Value: v}
	if v == nil {
		e.Value = "not given"
	}
	for _, c := range k.CreateCalls() {
		e.Known = append(e.Known, c.Value)
	}
	return "", e
}

// Names tells whether the create of an object like this takes its name;
// otherwise an update gives it.
func (k *Kind) Names(spec map[string]any) bool {
	if k.Create == nil || len(k.Create.Unnamed) == 0 {
		return true
	}
	v, _ := Lookup(spec, k.Create.By)
	return !slices.Contains(k.Create.Unnamed, fmt.Sprint(v))
}

// Activates tells whether such a change must be activated before what depends
// on it can be written. Making an object anew is a create.
func (k *Kind) Activates(action string) bool {
	if k == nil || k.Activate == nil {
		return false
	}
	for _, on := range k.Activate.On {
		if string(on) == action || on == "create" && action == "replace" {
			return true
		}
	}
	return false
}

// ReadName is an object's name in an answer: of two parts where the schema
// says so.
func (k *Kind) ReadName(body map[string]any) string {
	part := func(read string) string {
		switch v := body[read].(type) {
		case nil, map[string]any, []any: // no name
			return ""
		default:
			return fmt.Sprint(v)
		}
	}
	name := part(k.Identity.Read)
	if k.Identity.Codec == "account" {
		name = DecodeAccount(name)
	}
	if k.Identity.Also != "" && name != "" {
		name += "@" + part(k.Identity.Also)
	}
	return name
}

// SentName is what a create sends of a name.
func (k *Kind) SentName(name string) string {
	name, _ = CutMark(name)
	if k.Identity.Also != "" {
		if first, _, ok := CutName(name); ok {
			return first
		}
	}
	return name
}

// CutName parts a name of two parts at its last "@".
func CutName(name string) (first, also string, ok bool) {
	name, _ = CutMark(name)
	i := strings.LastIndexByte(name, '@')
	if i < 0 {
		return name, "", false
	}
	return name[:i], name[i+1:], true
}

// Takes tells whether the body of a create takes the property.
func (c *Create) Takes(p *Property) bool {
	return c.Fields == nil || p.OneTime || c.Fields[p.Path()]
}

// checkWords finds words of a kind that do not fit together.
func (c *Catalog) checkWords(k *Kind) []string {
	var bad []string
	note := func(format string, args ...any) { bad = append(bad, fmt.Sprintf(format, args...)) }
	if k.Create != nil && (k.Create.By != "" || len(k.Create.Paths) > 0) {
		p := k.Chooser()
		switch {
		case p == nil:
			note("create.paths: no property %q", k.Create.By)
		case p.Parent != k.Spec:
			note("create.paths: %s does not stand at the top of spec", k.Create.By)
		case len(k.Create.Paths) == 0:
			note("create.paths: no path")
		case p.OneTime || p.Query != "":
			note("create.paths: %s is sent by itself", k.Create.By)
		case p.Enum != nil:
			for _, call := range k.CreateCalls() {
				if _, ok := p.Enum.ByName[call.Value]; !ok && !p.Enum.Unnumbered[call.Value] {
					note("create.paths: %s has no value %s", k.Create.By, call.Value)
				}
			}
		}
	}
	for _, a := range k.After {
		if c.kinds[a] == nil {
			note("after the kind %s, which has no schema", a)
		}
	}
	if k.Activate != nil {
		if len(k.Activate.On) == 0 || k.Activate.Why == "" {
			note("activate: on and why are needed")
		}
		for _, on := range k.Activate.On {
			if on != "create" && on != "update" {
				note("activate: on %q: create or update", on)
			}
		}
	}
	if k.Identity.Also != "" && (len(k.Identity.Rename) > 0 || k.Replace == "createFirst" || k.Tree != nil || k.Identity.Codec != "") {
		note("identity.also: such a name can neither be changed nor replaced by a temporary one, and is no path or account")
	}
	k.Spec.Walk(func(p *Property) {
		if p.Invert && (p.Query == "" || p.Type != TypeBoolean) {
			note("%s: invert is for a boolean with a query", p.Path())
		}
	})
	return bad
}

// afterCycle names the members of a cycle of the word after; "" if there is
// none.
func (c *Catalog) afterCycle() string {
	done := map[string]bool{}
	for _, name := range c.names {
		var path []string
		on := map[string]int{}
		var visit func(name string) string
		visit = func(name string) string {
			if at, ok := on[name]; ok {
				return strings.Join(append(path[at:], name), " after ")
			}
			k := c.kinds[name]
			if k == nil || done[name] {
				return ""
			}
			on[name] = len(path)
			path = append(path, name)
			for _, a := range k.After {
				if s := visit(a); s != "" {
					return s
				}
			}
			delete(on, name)
			path = path[:len(path)-1]
			done[name] = true
			return ""
		}
		if s := visit(name); s != "" {
			return s
		}
	}
	return ""
}
