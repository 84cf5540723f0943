package facts

import (
	"fmt"
	"slices"
	"strings"

	"rassync/internal/coverage"
	"rassync/internal/model"
)

// Wire writes the table of everything that the schemas put on the wire: one
// line for each name and each call, with the facts behind it. It is committed,
// so that whoever changes a name, a number or a path changes a line that a
// reviewer sees.
func (c *Comparer) Wire(deviations []Deviation) string {
	var b strings.Builder
	b.WriteString("# Made from the schemas by `make generate`; do not edit. What every property is called on the wire,\n" +
		"# and every call that is made. source: the facts behind it, or why it has none.\n")
	b.WriteString("kind\tpath\tread\twrite\tvalues\tlimits\trules\trefers\tevidence\tsource\n")
	for _, k := range c.cat.Kinds() {
		v := &view{c: c, kind: k, used: map[use]bool{}, sources: map[string][]string{}}
		v.properties()
		v.identity()
		line := func(cells ...string) { b.WriteString(k.Name + "\t" + strings.Join(cells, "\t") + "\n") }
		line(identityPath, readable(k.Identity.Read, k.Identity.Also), readable(append([]string{k.Identity.Write}, k.Identity.Rename...)...), "", "", string(k.Identity.Codec), "", evidence(k.Evidence), v.source(identityPath, deviations))
		for _, call := range calls(c.cat, k) {
			line(call, "", "", "", "", "", "", "", "")
		}
		k.Spec.Walk(func(p *model.Property) {
			if p.Parent == nil || p.Name == "[]" && len(p.Read) == 0 && len(p.Write) == 0 && len(p.Ref) == 0 && p.Enum == nil {
				return
			}
			line(p.Path(), wireRead(p), wireWrite(p), wireValues(p), wireLimits(p), strings.Join(wireRules(p), ","), strings.Join(wireRefers(p), ","), evidence(p.Evidence), v.source(p.Path(), deviations))
		})
	}
	return b.String()
}

// wireRefers are the kinds, or the lists of settings and objects, that a value refers
// to.
func wireRefers(p *model.Property) []string {
	if p.EntryOf == nil {
		return p.Ref
	}
	var out []string
	for _, kind := range p.EntryKinds() {
		out = append(out, kind+":"+p.EntryOf.List)
	}
	return out
}

func evidence(e model.Evidence) string {
	if e == "" {
		return "rest"
	}
	return string(e)
}

func readable(names ...string) string {
	return strings.Join(slices.DeleteFunc(names, func(s string) bool { return s == "" }), " | ")
}

// calls lists the calls of a kind: "(update) PUT /api/...".
func calls(cat *model.Catalog, k *model.Kind) []string {
	var out []string
	for _, claim := range coverage.ClaimsOf(cat, k) {
		if !claim.Sent {
			continue
		}
		at := claim.Word
		if claim.Prop != "" {
			at = claim.Prop + " " + at
		}
		call := fmt.Sprintf("(%s) %s %s", at, claim.Method, claim.Path)
		switch {
		case claim.Word == "list" && claim.Prop == "" && claim.Sent && k.List.Site != "":
			call += "?" + k.List.Site
		case k.SiteQuery != "":
			call += "?" + k.SiteQuery
		case claim.Word == "create":
			call += createQuery(k.Create)
		}
		out = append(out, call)
	}
	return out
}

func createQuery(c *model.Create) string {
	out := ""
	if c.Site != "none" {
		out = "; site in " + string(c.Site) + " as " + c.SiteName
	}
	var names []string
	for name := range c.Query {
		names = append(names, fmt.Sprintf("%s=%v", name, c.Query[name]))
	}
	slices.Sort(names)
	if len(names) > 0 {
		out += "; " + strings.Join(names, "&")
	}
	return out
}

func wireRead(p *model.Property) string {
	if !Shown(p) {
		return ""
	}
	top := p
	for top.Parent != nil {
		top = top.Parent
	}
	return readable(append([]string{ReadAt(p, top)}, p.Spellings...)...)
}

func wireWrite(p *model.Property) string {
	switch {
	case p.Query != "":
		return "?" + p.Query
	case Sent(p):
		return readable(append(p.Write[:len(p.Write):len(p.Write)], p.Spellings...)...)
	}
	return ""
}

func wireValues(p *model.Property) string {
	if p.Enum == nil {
		return strings.Join(p.Names, ";")
	}
	var out []string
	for _, name := range p.Enum.Order {
		if n, ok := p.Enum.ByName[name]; ok {
			out = append(out, fmt.Sprintf("%d=%s", n, name))
		} else {
			out = append(out, "?="+name)
		}
	}
	return strings.Join(out, ";")
}

func wireLimits(p *model.Property) string {
	var out []string
	number := func(f *float64) string {
		if f == nil {
			return ""
		}
		return fmt.Sprint(*f)
	}
	length := func(n int) string {
		if n == 0 {
			return ""
		}
		return fmt.Sprint(n)
	}
	if least := max(p.MinLength, p.WriteMinLength); least > 0 || p.MaxLength > 0 {
		out = append(out, "length "+length(least)+".."+length(p.MaxLength))
	}
	if p.Minimum != nil || p.Maximum != nil {
		out = append(out, number(p.Minimum)+".."+number(p.Maximum))
	}
	return strings.Join(out, "; ")
}

func wireRules(p *model.Property) []string {
	var out []string
	for _, r := range []struct {
		name string
		on   bool
	}{
		{"required", p.RequiredOnCreate}, {"createOnly", p.CreateOnly}, {"createOnlyIfRefused", p.IfRefused}, {"updateOnly", p.UpdateOnly}, {"secret", p.Secret},
		{"writeOnly", p.WriteOnly && !p.Secret && !p.OneTime}, {"oneTime", p.OneTime}, {"inverted", p.Invert}, {"anywhere", p.Anywhere}, {"flags", p.Flags},
	} {
		if r.on {
			out = append(out, r.name)
		}
	}
	if p.Codec != "" {
		out = append(out, string(p.Codec))
	}
	return out
}

// source names the facts behind a path, or why it has none.
func (v *view) source(path string, deviations []Deviation) string {
	if facts := v.sources[path]; len(facts) > 0 {
		slices.Sort(facts)
		return strings.Join(slices.Compact(facts), " ")
	}
	for _, d := range deviations {
		if (d.What == WhatRead || d.What == WhatWrite || d.What == WhatQuery) && d.of(v.kind.Name) && like(d.Path, path) {
			return "none: " + d.Reason
		}
	}
	return ""
}
