package contract

import (
	"fmt"
	"slices"
	"strings"

	"rassync/internal/coverage"
	"rassync/internal/model"
)

// guard makes sure that a layer has unmarked nothing that protects people, and
// that nothing is sent under the name of something else: a layer comes with the
// commit, and what plans say of a property hangs on the property.
func guard(builtIn, patched *model.Catalog, l *Layer, known []coverage.Operation) error {
	var problems Problems
	for _, name := range l.Names() {
		was, now := builtIn.Kind(name), patched.Kind(name)
		bad := func(at, text string) {
			problems = append(problems, Problem{name, l.Kinds[name].file, l.Kinds[name].line(at), at + ": " + text, "a layer corrects names and values only"})
		}
		if now == nil {
			bad("", "the kind is gone")
			continue
		}
		if len(was.Last) != len(now.Last) {
			bad("", "the last of its kind is no longer kept")
		}
		was.Spec.Walk(func(p *model.Property) {
			q := now.Spec.Find(p.Path())
			switch {
			case p.Parent == nil || p.Name == "[]":
			case q == nil:
				// ForFarm alone takes properties out.
			case p.Secret && !q.Secret:
				bad(p.Path(), "a secret would be no secret any more")
			case len(p.Impact) > len(q.Impact) || p.Endpoint != q.Endpoint || p.TrustAnchor != q.TrustAnchor || (p.Grants == nil) != (q.Grants == nil):
				bad(p.Path(), "what a change of it does would be left out")
			}
		})
		for _, p := range misled(builtIn, patched, l.Kinds[name], known) {
			bad(p.at, p.why)
		}
		for _, at := range l.Kinds[name].Paths() {
			if l.Kinds[name].Properties[at].New != nil {
				if known := knownByName(was, now.Spec.Find(at)); known != "" {
					bad(at, "it would have the name of "+known)
					continue
				}
			}
			if q := now.Spec.Find(at); q != nil {
				if taken := takes(was, q); taken != "" {
					bad(at, "it would have the name of "+taken)
				}
			}
		}
	}
	if len(problems) > 0 {
		return problems
	}
	return nil
}

// knownByName names the property on which something hangs and whose name a new
// one has: the same by another call would pass for harmless.
func knownByName(was *model.Kind, q *model.Property) string {
	if q == nil {
		return ""
	}
	mine := map[string]bool{model.FoldedName(q.Name): true}
	for _, n := range append(append(slices.Clone(q.Write), q.CreateAs), q.Read...) {
		mine[model.FoldedName(n[strings.LastIndexByte(n, '.')+1:])] = true
	}
	found := ""
	was.Spec.Walk(func(p *model.Property) {
		if found != "" || p.Parent == nil || p.Name == "[]" || !p.Secret && !decides(p) {
			return
		}
		for _, n := range append(append(slices.Clone(p.Write), p.Name), p.Read...) {
			if mine[model.FoldedName(n)] && !weak(n) {
				found = "spec." + p.Path()
			}
		}
	})
	return found
}

// weak tells whether a name says too little to be the same thing elsewhere.
func weak(n string) bool { return slices.Contains(weakWords, strings.ToLower(n)) }

// misleading is a call that a layer sends elsewhere.
type misleading struct{ at, why string }

// misled lists the calls that a layer sends where they do something else.
func misled(builtIn, patched *model.Catalog, kl *KindLayer, known []coverage.Operation) []misleading {
	was, now := builtIn.Kind(kl.Kind), patched.Kind(kl.Kind)
	before := map[string]bool{}
	for _, c := range coverage.ClaimsOf(builtIn, was) {
		before[opKey(c.Method, c.Path)] = true
	}
	listed := map[string]bool{}
	for _, op := range known {
		listed[opKey(op.Method, op.Path)] = true
	}
	var rules *pathRules
	var out []misleading
	for _, c := range coverage.ClaimsOf(patched, now) {
		key := opKey(c.Method, c.Path)
		if before[key] {
			continue
		}
		if rules == nil {
			rules = newPathRules(builtIn, was, known)
		}
		at := callsKey
		if kl.Properties[c.Prop] != nil {
			at = c.Prop
		}
		why := rules.refuse(c.Method, c.Path)
		if why == "" && !listed[key] && kl.From.Source != FromOpenAPI {
			why = fmt.Sprintf("%s %s is on no list: only an imported document can give a path that is not known", c.Method, c.Path)
		}
		if why != "" {
			out = append(out, misleading{at, why})
		}
	}
	return out
}

// takes names the property of the built-in schema under whose name a corrected
// one would be read or written, "" if it takes no other's.
func takes(was *model.Kind, q *model.Property) string {
	path := q.Path()
	own := was.Spec.Find(path)
	had := map[string]bool{}
	if own != nil {
		for _, at := range sentAs(own) {
			had[at] = true
		}
		had[model.ReadAt(own)] = true
	}
	var news []string
	for _, at := range append(sentAs(q), model.ReadAt(q)) {
		if at != "" && !had[at] {
			news = append(news, at)
		}
	}
	for _, at := range news {
		taken := ""
		last := at[strings.LastIndexAny(at, "./")+1:]
		was.Spec.Walk(func(p *model.Property) {
			if taken != "" || p.Parent == nil || p.Name == "[]" || p.Path() == path {
				return
			}
			if slices.Contains(sentAs(p), at) || model.WrittenAt(p) == at || model.ReadAt(p) == at || p.Anywhere && model.FoldedName(p.Read[len(p.Read)-1]) == last {
				taken = "spec." + p.Path()
			}
		})
		if taken == "" && !strings.ContainsAny(at, "./") && was.NamesItself(at) {
			taken = "the object itself"
		}
		if taken != "" {
			return taken
		}
	}
	return ""
}

// sentAs are the places in requests under which a property is written, folded:
// the request that carries it, and its names there.
func sentAs(p *model.Property) []string {
	if p.NoWrite || p.Structured() && len(p.Write) == 0 {
		return nil
	}
	request := ""
	for at := p; at.Parent != nil; at = at.Parent {
		if at.Part != nil || at != p && at.Name == "[]" {
			request = at.Path() + "/"
			break
		}
	}
	var out []string
	for _, n := range append(append(slices.Clone(p.Write), p.Spellings...), p.CreateAs) {
		if n != "" {
			out = append(out, request+foldPlace(n))
		}
	}
	return out
}

func foldPlace(dotted string) string {
	parts := strings.Split(dotted, ".")
	for i, s := range parts {
		parts[i] = model.FoldedName(s)
	}
	return strings.Join(parts, ".")
}

// note says in the effects of properties what a plan has to say of a
// correction: that nobody knows what a new one does, and that values which
// decide over trust and rights are sent as other numbers.
func note(builtIn, patched *model.Catalog, l *Layer) {
	on := []model.Action{"create", "update", "add"}
	for name, kl := range l.Kinds {
		was, now := builtIn.Kind(name), patched.Kind(name)
		if was == nil || now == nil {
			continue
		}
		for at, c := range kl.Properties {
			p, old := now.Spec.Find(at), was.Spec.Find(at)
			switch {
			case p == nil:
			case c.New != nil:
				p.Impact = append(p.Impact, model.Impact{Effect: model.EffectUnknown, On: on, Why: "the contract layer alone knows this property (" + kl.file + "), so nobody knows what it does"})
			case old != nil && decides(old) && exchanged(old.Enum, c.Numbers):
				p.Impact = append(p.Impact, model.Impact{Effect: model.EffectTrust, On: on,
					Why: fmt.Sprintf("The contract layer (%s) gives its values each other's numbers: the farm is sent another value than the built-in schema would send.", kl.file)})
			}
		}
	}
}

// decides tells whether trust, rights or safety limits hang on a property.
func decides(p *model.Property) bool {
	at := p.Labelled()
	return len(p.Impact) > 0 || at != nil && at.Harmless == ""
}

// exchanged tells whether a value gets the number of another one.
func exchanged(e *model.Enum, numbers map[string]int64) bool {
	if e == nil {
		return false
	}
	for name, n := range numbers {
		for other, old := range e.ByName {
			if other != name && old == n {
				return true
			}
		}
	}
	return false
}
