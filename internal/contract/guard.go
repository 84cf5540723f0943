package contract

import (
	"fmt"
	"strings"

	"rassync/internal/model"
)

// guard makes sure that a layer has unmarked nothing that protects people, and
// that nothing is sent under the name of something else: a layer comes with the
// commit, and what plans say of a property hangs on the property.
func guard(builtIn, patched *model.Catalog, l *Layer) error {
	var problems Problems
	for _, name := range l.Names() {
		was, now := builtIn.Kind(name), patched.Kind(name)
		bad := func(at, text string) {
			problems = append(problems, Problem{l.Kinds[name].file, l.Kinds[name].line(at), at + ": " + text, "a layer corrects names and values only"})
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
		for _, at := range l.Kinds[name].Paths() {
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

// takes names the property of the built-in schema under whose name a corrected
// one would be read or written, "" if it takes no other's.
func takes(was *model.Kind, q *model.Property) string {
	path := q.Path()
	own := was.Spec.Find(path)
	for _, place := range []func(*model.Property) string{model.WrittenAt, model.ReadAt} {
		at := place(q)
		if at == "" || own != nil && place(own) == at {
			continue // as it was
		}
		taken := ""
		was.Spec.Walk(func(p *model.Property) {
			last := at[strings.LastIndexAny(at, "./")+1:]
			switch {
			case taken != "" || p.Parent == nil || p.Name == "[]" || p.Path() == path:
			case model.WrittenAt(p) == at, model.ReadAt(p) == at, p.Anywhere && model.FoldedName(p.Read[len(p.Read)-1]) == last:
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
