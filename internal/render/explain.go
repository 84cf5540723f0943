package render

import (
	"fmt"
	"io"
	"sort"
	"strings"

	"rassync/internal/coverage"
	"rassync/internal/model"
)

// Explain writes what is known of a kind ("RDSHost") or of one of its
// properties ("RDSHost.port", "PubRDSApp.rules.criteria"). An unknown name
// gives an *UnknownName.
func Explain(w io.Writer, cat *model.Catalog, name string, o Options) error {
	kindName, path, _ := strings.Cut(strings.TrimSpace(name), ".")
	k, err := findKind(cat, kindName)
	if err != nil {
		return err
	}
	e := &explainer{printer: printer{o: o}, cat: cat, kind: k}
	switch meaning := documentWord(k, path); {
	case path == "" || path == "spec":
		e.wholeKind()
	case meaning != "" && k.Spec.Prop(path) == nil:
		e.linef("%s", e.paint(bold, k.Name+"."+path))
		e.wrapped("  ", "  ", meaning)
	default:
		p, err := findProperty(k, path)
		if err != nil {
			return err
		}
		e.property(p)
	}
	return e.flush(w)
}

// explainer lays out one explanation.
type explainer struct {
	printer
	cat  *model.Catalog
	kind *model.Kind
}

// documentWord explains what every document has beside its spec.
func documentWord(k *model.Kind, word string) string {
	switch word {
	case "kind":
		return "The kind of the object: " + k.Name + "."
	case "site":
		if k.Scope == model.ScopeSite {
			return "Name of the site the object belongs to."
		}
	case "name":
		if k.HasName() {
			return "The object's name in its " + string(k.Scope) + ": " + identityWords(k) + "."
		}
	case "mark":
		if k.Shape == model.Collection {
			return "The id that the farm gave the object: it tells apart several objects of one name."
		}
	case "renamedFrom":
		if k.Shape == model.Collection {
			return "The name the object had before: it is renamed instead of deleted and created."
		}
	case "confirm":
		if k.Shape == model.Collection {
			return "delete or replace: allows this one object to be deleted or replaced although a brake would hold it back."
		}
	case "unknown":
		return "What the farm answered and no schema knows. It is kept as it is."
	}
	return ""
}

// labelWidth is the width of the column of labels.
const labelWidth = 16

// fact writes one labelled text; nothing if there is none.
func (e *explainer) fact(label, s string) {
	if s == "" {
		return
	}
	pad := strings.Repeat(" ", labelWidth)
	e.wrapped(fmt.Sprintf("%-*s", labelWidth, label), pad, s)
}

func (e *explainer) facts(label string, list []string) {
	for _, s := range list {
		e.fact(label, s)
		label = ""
	}
}

func (e *explainer) heading(s string) {
	e.linef("")
	e.linef("%s", e.paint(bold, s))
}

func (e *explainer) wholeKind() {
	k := e.kind
	e.linef("%s", e.paint(bold, k.Name+": "+k.Title))
	e.wrapped("  ", "  ", k.Description)
	e.linef("")
	e.fact("family", k.Family)
	e.fact("scope", scopeWords(k))
	e.fact("shape", shapeWords(k))
	if s := identityWords(k); s != "" {
		e.fact("identity", "name, "+s)
	}
	e.facts("built in", builtinWords(k))
	e.fact("order", e.orderWords())
	e.facts("comes after", afterWords(e.cat, k))
	e.fact("activation", activateWords(k))
	e.fact("creating", createWords(k))
	e.facts("refers to", e.references())
	e.facts("referred to by", e.referrers())
	e.facts("never removed", lastWords(k))
	e.facts("impact", kindImpacts(k))
	e.fact("replacing", replaceWords(k.Replace))
	e.fact("versions", versionWords(k.Since, k.Until))
	e.api()
	e.readOnly()
	e.sureness()
	if k.Notes != "" {
		e.heading("Notes")
		e.wrapped("  ", "  ", k.Notes)
	}
	e.tree()
	e.heading("Example")
	e.example(ExampleDocument(e.cat, k.Name))
	if len(k.Sources) > 0 {
		e.heading("Sources")
		for _, s := range k.Sources {
			e.linef("  %s", s)
		}
	}
}

func (e *explainer) example(yaml string) {
	for _, l := range strings.Split(strings.TrimRight(yaml, "\n"), "\n") {
		e.linef("%s", strings.TrimRight("  "+l, " "))
	}
}

func scopeWords(k *model.Kind) string {
	if k.Scope == model.ScopeSite {
		return "site: each document names its site"
	}
	return "farm: the same for all sites"
}

func shapeWords(k *model.Kind) string {
	switch k.Shape {
	case model.Singleton:
		return "singleton: one per " + string(k.Scope) + "; it always exists, and can be neither created nor deleted"
	case model.OrderShape:
		return "order of other objects, written as one list"
	case model.Collection:
	}
	s := "collection: any number of objects"
	switch {
	case !k.CanCreate() && !k.CanDelete():
		s += ", which can be neither created nor deleted"
	case !k.CanCreate():
		s += ", which cannot be created"
	case !k.CanDelete():
		s += ", which cannot be deleted"
	}
	return s
}

func identityWords(k *model.Kind) string {
	if k.Shape != model.Collection {
		return ""
	}
	s := "read as " + k.Identity.Read
	if k.Identity.Also != "" {
		s = "read as " + k.Identity.Read + "@" + k.Identity.Also + " (a create sends the part before the last @ only; the farm works out the other)"
	}
	if k.Identity.Write != k.Identity.Read {
		s += ", sent as " + k.Identity.Write
	}
	if k.Tree != nil {
		s += "; the path of the folders and the object's own name, parted by /"
	}
	if len(k.Identity.Rename) == 0 {
		return s + "; cannot be renamed"
	}
	return s + "; can be renamed (renamedFrom)"
}

func builtinWords(k *model.Kind) []string {
	out := append([]string(nil), k.Builtin...)
	for _, name := range sorted(k.BuiltinWhere) {
		out = append(out, "where "+name+" is "+alternatives(k.BuiltinWhere[name]))
	}
	return out
}

func (e *explainer) orderWords() string {
	if o := e.kind.Order; o != nil {
		how := "one place per call"
		if o.By == "chain" {
			how = "each names the one in front of it"
		}
		return "of " + strings.Join(o.Of, ", ") + "; " + how
	}
	for _, k := range e.cat.Kinds() {
		if k.Order == nil {
			continue
		}
		for _, of := range k.Order.Of {
			if of == e.kind.Name {
				return "written down in " + k.Name
			}
		}
	}
	return ""
}

func (e *explainer) references() []string {
	var out []string
	e.kind.Spec.Walk(func(p *model.Property) {
		if len(p.Ref) > 0 {
			out = append(out, strings.Join(p.Ref, " or ")+" ("+strings.TrimSuffix(p.Path(), "[]")+")")
		}
	})
	return out
}

func (e *explainer) referrers() []string {
	var out []string
	for _, k := range e.cat.Kinds() {
		k.Spec.Walk(func(p *model.Property) {
			for _, r := range p.Ref {
				if r == e.kind.Name {
					out = append(out, k.Name+"."+strings.TrimSuffix(p.Path(), "[]"))
				}
			}
		})
	}
	return out
}

func lastWords(k *model.Kind) []string {
	var out []string
	for _, l := range k.Last {
		var where []string
		for _, name := range sorted(l.Where) {
			where = append(where, name+" "+alternatives(l.Where[name].Values))
		}
		out = append(out, "the last of the "+string(l.Per)+" with "+strings.Join(where, " and ")+": "+l.Why)
	}
	return out
}

func kindImpacts(k *model.Kind) []string {
	var out []string
	for _, action := range []string{"create", "update", "delete"} {
		for _, im := range k.Impact[action] {
			out = append(out, action+" "+effectWords(string(im.Effect))+impactWords(im))
		}
	}
	return out
}

func replaceWords(how model.Replacement) string {
	switch how {
	case "createFirst":
		return "a change that only a create takes makes a new object, moves the references, deletes the old one and takes over its name"
	case "deleteFirst":
		return "a change that only a create takes deletes the object and makes it anew"
	}
	return string(how)
}

// api lists the calls of the kind, once each.
func (e *explainer) api() {
	e.heading("API")
	seen := map[string]bool{}
	for _, c := range coverage.ClaimsOf(e.cat, e.kind) {
		line := fmt.Sprintf("  %-12s %-6s %s", c.Word, c.Method, c.Path)
		if c.Sent && !seen[c.Method+c.Path] {
			e.linef("%s", line)
		}
		seen[c.Method+c.Path] = seen[c.Method+c.Path] || c.Sent
	}
}

func (e *explainer) readOnly() {
	k := e.kind
	why := map[string][]string{}
	for name, reason := range k.ReadOnly {
		if reason == "" {
			reason = "set by the farm"
		}
		why[reason] = append(why[reason], name)
	}
	if len(why) == 0 && len(k.Skip) == 0 {
		return
	}
	e.heading("Not configuration")
	for _, reason := range sorted(why) {
		sort.Strings(why[reason])
		e.wrapped("  ", "    ", strings.Join(why[reason], ", ")+": "+reason)
	}
	for _, s := range k.Skip {
		var conds []string
		for _, name := range sorted(s.Where) {
			is := " is "
			if s.Where[name].Not {
				is = " is not "
			}
			conds = append(conds, name+is+alternatives(s.Where[name].Values))
		}
		e.wrapped("  ", "    ", "objects whose "+strings.Join(conds, " and ")+": "+s.Why)
	}
}

func (e *explainer) sureness() {
	e.heading("How sure is this")
	if e.kind.Evidence != "" {
		e.wrapped("  ", "  ", "The kind as a whole: "+evidenceWords(e.kind.Evidence)+".")
	}
	for _, p := range e.kind.OpenPlaces() {
		e.wrapped("  ", "  ", openWords(p))
	}
	counts := evidenceCounts(e.kind)
	for _, ev := range evidenceOrder() {
		if n := counts[ev]; n > 0 {
			e.wrapped(fmt.Sprintf("  %4d  ", n), "        ", evidenceWords(ev))
		}
	}
}

// openWords says what is kept although nobody has read its properties.
func openWords(p *model.Property) string {
	what, them := "The properties of this kind are not known", "they are"
	switch path := strings.TrimSuffix(p.Path(), "[]"); {
	case p.Name == "[]":
		what = "The properties of the entries of " + path + " are not known"
	case path != "":
		what = "The properties of " + path + " are not known"
	}
	if len(p.Props) > 0 {
		what = strings.Replace(what, "The properties", "Not all properties", 1)
		what, them = strings.Replace(what, "are not known", "are known", 1), "the others are"
	}
	return what + ": " + them + " kept whole, under the names and with the values that the farm answers, and written back the same way. What looks like a secret by its name is left out."
}

func (e *explainer) tree() {
	e.heading("Properties")
	if len(e.kind.Spec.Props) == 0 && e.kind.Spec.Open {
		e.linef("  none is known: whatever the farm answers")
	}
	width := 0
	visit(e.kind.Spec, 0, func(p *model.Property, depth int) { width = max(width, 2*depth+len(p.Name)) })
	width = min(width, 48)
	visit(e.kind.Spec, 0, func(p *model.Property, depth int) {
		line := fmt.Sprintf("  %-*s  %s", width, strings.Repeat("  ", depth)+p.Name, typeWords(p))
		if m := marks(p); len(m) > 0 {
			line += "  " + e.paint(faint, "["+strings.Join(m, ", ")+"]")
		}
		e.linef("%s", line)
	})
}

// visit walks the properties below p; entries of lists add no depth of their
// own.
func visit(p *model.Property, depth int, f func(*model.Property, int)) {
	for _, c := range p.Props {
		f(c, depth)
		visit(inside(c), depth+1, f)
	}
}

func sorted[T any](m map[string]T) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// alternatives lists values with "or".
func alternatives(list []any) string {
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = value(v)
		if v == nil {
			parts[i] = "null"
		}
	}
	return strings.Join(parts, " or ")
}
