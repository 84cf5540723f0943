package render

import (
	"strings"

	"rassync/internal/model"
)

func (e *explainer) property(p *model.Property) {
	title := e.kind.Name + "." + strings.TrimSuffix(p.Path(), "[]")
	if p.Title != "" {
		title += ": " + p.Title
	}
	e.linef("%s", e.paint(bold, title))
	if p.Description != "" {
		e.wrapped("  ", "  ", p.Description)
	}
	e.linef("")
	e.fact("type", typeWords(p))
	e.facts("allowed", allowed(p))
	if p.Enum != nil {
		e.fact("", "other numbers are kept as they are read")
	}
	if len(p.Names) > 0 {
		e.fact("known names", strings.Join(p.Names, ", ")+" (their numbers were not seen, so the number is written)")
	}
	if at := inside(p); at.Open {
		e.fact("open", openWords(at))
	}
	if p.Anywhere {
		e.fact("place", "where in the answer it stands is not known: it is read under its name wherever it is found; not found counts as not shown")
	}
	e.fact("limits", bounds(p))
	e.fact("unit", p.Unit)
	if p.HasDefault {
		e.fact("default", value(p.Default))
	}
	e.facts("refers to", refWords(p))
	e.fact("active only", conditions(p))
	e.facts("writing", e.writeRules(p))
	e.fact("secret", secretWords(p))
	e.fact("written as", writeNames(p))
	e.fact("read from", readPlace(p))
	e.facts("entries", entryRules(p))
	e.fact("versions", versionWords(p.Since, p.Until))
	e.facts("impact", propertyImpacts(p))
	e.fact("evidence", evidenceWords(sureness(p)))
	e.fact("note", p.Note)
	if at := inside(p); at != nil && len(at.Props) > 0 {
		e.heading("Properties")
		visit(at, 0, func(c *model.Property, depth int) {
			line := "  " + strings.Repeat("  ", depth) + c.Name + "  " + e.paint(faint, typeWords(c))
			if m := marks(c); len(m) > 0 {
				line += "  " + e.paint(faint, "["+strings.Join(m, ", ")+"]")
			}
			e.linef("%s", line)
		})
	}
	e.heading("Example")
	e.example(exampleProperty(e.cat, e.kind, p))
}

func refWords(p *model.Property) []string {
	kinds := p.Ref
	if len(kinds) == 0 && p.Items != nil {
		kinds = p.Items.Ref
	}
	if p.Items != nil && p.Items.EntryOf != nil {
		p = p.Items
	}
	if p.EntryOf != nil && p.EntryOf.Kind != "" {
		return []string{"an entry of " + p.EntryOf.List + " of the site's " + p.EntryOf.Kind + ", by name; by number where it has no name of its own"}
	}
	if p.EntryOf != nil {
		return []string{"an entry of " + p.EntryOf.List + " of the object that " + p.EntryOf.Object + ` beside it names, by name; "" for none`}
	}
	if len(kinds) == 0 {
		return nil
	}
	s := strings.Join(kinds, " or ") + ", by name"
	if p.Type != model.TypeArray {
		s += `; "" for none`
	}
	return []string{s}
}

// conditions says when a value is in force.
func conditions(p *model.Property) string {
	var parts []string
	for at := p; at != nil; at = at.Parent {
		if at.Gate != "" {
			parts = append(parts, "while "+strings.TrimPrefix(at.Gate, "./")+" is false")
		}
		for _, name := range sorted(at.When) {
			parts = append(parts, "while "+strings.TrimPrefix(name, "./")+" is "+alternatives(at.When[name]))
		}
	}
	return strings.Join(parts, ", and ")
}

// copies says what a flag copies, and what becomes of the copies.
func (e *explainer) copies(p *model.Property) string {
	var names []string
	for _, c := range e.kind.Group(p) {
		names = append(names, c.Name)
	}
	list := strings.Join(names, ", ")
	if p.AlsoChanges.In == model.OwnSites {
		return "while true, a write copies " + list + " to the object's settings in its other sites; the farm does not show these: a plan names the sites, nothing is read back there, and a rollback cannot bring back what was there before"
	}
	return "while true, a write copies " + list + " to the other sites; plans name the copies, they are read back, and a rollback undoes them"
}

func (e *explainer) writeRules(p *model.Property) []string {
	var out []string
	add := func(when bool, s string) {
		if when {
			out = append(out, s)
		}
	}
	add(p.RequiredOnCreate, "needed to create the object")
	if c := e.kind.Chooser(); c == p {
		add(true, "chooses the call that makes the object, and is not sent itself: a change replaces the object")
		add(true, "calls: "+createWords(e.kind))
	}
	add(p.OneTime, "an order to the create: sent with it only, never read, compared or sent again")
	add(p.CreateOnly && e.kind.Chooser() != p, "sent on create only: a change replaces the object")
	add(p.IfRefused && !p.CreateOnly, "no page tells whether an update takes it: it is sent, and where the farm refuses it, a change replaces the object from then on")
	add(p.UpdateOnly, "not sent on create: it follows by an update")
	add(p.NoWrite, "cannot be written")
	add(p.WriteOnly && !p.Secret && !p.OneTime, "goes in and never comes back: a change on the farm is not seen")
	add(p.OnCreate != nil, "a create sends "+value(p.OnCreate)+" if the document leaves it out")
	add(p.Query != "" && !p.Invert, "sent as the query parameter "+p.Query+" of the create")
	add(p.Invert, "sent as the query parameter "+p.Query+" of the create, which says the opposite")
	add(p.InheritsDown != nil, "while a folder above differs from "+value(p.InheritsDown)+", the farm may show the folder's value")
	if p.AlsoChanges != nil {
		add(true, e.copies(p))
	}
	add(p.Deprecated, "deprecated")
	if part := p.OwnPart(); part != nil {
		s := "through the path " + part.Part.At + " below the object"
		if !part.Part.Put {
			s = "entry by entry, below the object"
		}
		if part.Part.Get {
			s += ", read there too"
		}
		if part.Part.Costly {
			s += ", and only if a document asks for it"
		}
		out = append(out, s)
	}
	add(p.Call != "", "by a call of its own without a body: PUT "+p.Call)
	if f := p.File; f != nil && f.Put != nil {
		s := "by a call of its own: " + string(f.Put.Method) + " " + f.Put.Path
		if len(f.Put.Fields) == 0 {
			s = "cannot be written: the body of " + string(f.Put.Method) + " " + f.Put.Path + " is not known"
		}
		out = append(out, s)
	}
	add(p.File != nil && p.File.Costly, "read only if a document asks for it")
	if c := p.Cells; c != nil {
		out = append(out, "one value a call: "+string(c.Method)+" "+c.At+" below the object")
		if columns := unnumbered(c); len(columns) > 0 {
			out = append(out, "cannot be written, since the number of "+c.Type+" is not known: "+strings.Join(columns, ", "))
		}
	}
	if m := p.Membership; m != nil {
		out = append(out, "on the "+m.Of+", through its path "+m.At)
	}
	return out
}

func secretWords(p *model.Property) string {
	if !p.Secret {
		return ""
	}
	s := "the document says where it is found: {fromEnv: NAME} or {fromFile: path}. It is never read back and never printed"
	if len(p.SecretWith) > 0 {
		s += "; it is sent again when " + strings.Join(p.SecretWith, " or ") + " changes"
	}
	if p.SecretEnv != "" {
		s += ". An export proposes the variable " + p.SecretEnv
	}
	return s
}

func writeNames(p *model.Property) string {
	if p.NoWrite || (p.Type == model.TypeObject && len(p.Props) > 0) || p.List != nil || p.File != nil || p.Membership != nil || p.Call != "" {
		return ""
	}
	names := make([]string, len(p.Write))
	for i, n := range p.Write {
		names[i] = n
		if n == "" {
			names[i] = "the bare value"
		}
	}
	return strings.Join(names, ", or if that is refused ")
}

func readPlace(p *model.Property) string {
	switch {
	case p.WriteOnly:
		return "nowhere"
	case p.Lookup != nil:
		return p.Lookup.Read + " in the answer of " + p.Lookup.Path
	case p.File != nil:
		return p.File.Get
	case p.Membership != nil:
		return "the members of " + p.Membership.Of
	case p.List != nil && p.List.Get != "":
		return "the path " + p.List.Get + " below the object"
	}
	var names []string
	for at := p; at != nil; at = at.Parent {
		names = append(append([]string(nil), at.Read...), names...)
		if at.Absolute || (at.Part != nil && at.Part.Get) || at.Name == "[]" {
			break
		}
	}
	return strings.Join(names, ".")
}

func entryRules(p *model.Property) []string {
	l := p.List
	if l == nil {
		return nil
	}
	var out []string
	switch l.Mode {
	case "ordered":
		out = append(out, "their order counts")
	default:
		out = append(out, "their order does not count")
	}
	if len(l.Key) > 0 {
		out = append(out, "known by "+strings.Join(l.Key, " and "))
	} else if len(l.MatchAny) > 0 {
		out = append(out, "known by "+strings.Join(l.MatchAny, ", else by "))
	}
	if l.NoAdd {
		out = append(out, "they come by themselves: the API has no call to add one")
	}
	if l.NoRemove && p.Cells == nil {
		out = append(out, "the API has no call to remove one")
	}
	if l.Update == nil && !l.NoAdd && !l.NoRemove {
		out = append(out, "a changed entry is removed and added")
	}
	return out
}

func propertyImpacts(p *model.Property) []string {
	var out []string
	for _, im := range p.Impact {
		s := effectWords(string(im.Effect))
		if len(im.On) > 0 {
			s += " on " + wordList(im.On, " and ")
		}
		if len(im.When) > 0 {
			s += " when set to " + alternatives(im.When)
		}
		if len(im.Unless) > 0 {
			s += " unless set to " + alternatives(im.Unless)
		}
		out = append(out, s+impactWords(im))
	}
	return out
}

// impactWords says why, how long, and who says so.
func impactWords(im model.Impact) string {
	s := ""
	if im.Why != "" {
		s += ": " + im.Why
	}
	if im.Lasting {
		s += " Not undone by a rollback."
	}
	if im.Source != "" {
		s += " (" + im.Source + ")"
	}
	if im.Brake {
		s += "; refused unless --allow-lockout names the plan"
	}
	return s
}

// unnumbered are the columns of a matrix whose number nobody has seen.
func unnumbered(c *model.Cells) []string {
	var out []string
	for _, name := range sorted(c.Numbers) {
		if c.Numbers[name] == nil {
			out = append(out, name)
		}
	}
	return out
}
