package facts_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"rassync/internal/coverage"
	"rassync/internal/facts"
	"rassync/internal/model"
)

// Whatever of the wire is altered in a schema, the comparison with the facts
// notices: a false read or write name, number, length, bound, reference or
// path, what a create needs, what is secret. Every property of every kind is
// altered in every way that it can be; make prove tries all, make test every
// fourth.
func TestEveryFalseFactIsNoticed(t *testing.T) {
	cat, data, c := load(t)
	all := os.Getenv("RASSYNC_PROVE_ALL") != ""
	tried := 0
	altered, missed := map[string]int{}, map[string]int{}
	notices := func(k *model.Kind, what, path string) {
		if tried++; !all && tried%4 != 0 {
			return
		}
		altered[what]++
		if len(data.Unexplained(c.Kind(k), k.Name)) == 0 {
			missed[what]++
			if missed[what] <= 20 {
				t.Errorf("%s.%s: a false %s is not noticed", k.Name, path, what)
			}
		}
	}
	for _, k := range cat.Kinds() {
		k.Spec.Walk(func(p *model.Property) {
			if p.Parent == nil || p == k.Chooser() || k.Shape == model.OrderShape {
				return // what is not sent has no name
			}
			for _, m := range mutations(p) {
				restore := m.apply()
				notices(k, m.what, p.Path())
				restore()
			}
		})
		for what, text := range map[string]*string{"read name of the object": &k.Identity.Read, "path": &k.Self, "delete path": &k.Delete} {
			if *text == "" {
				continue
			}
			old := *text
			*text += "X"
			if what != "path" || slices.ContainsFunc(coverage.ClaimsOf(cat, k), func(c coverage.Claim) bool { return c.Sent && strings.HasPrefix(c.Path, *text) }) {
				notices(k, what, "("+what+")")
			}
			*text = old
		}
		if k.Create != nil && k.Create.Path != "" {
			old := k.Create.Path
			k.Create.Path += "X"
			notices(k, "create path", "(create)")
			k.Create.Path = old
		}
		if k.Update != nil {
			old := k.Update.Path
			k.Update.Path += "X"
			notices(k, "update path", "(update)")
			k.Update.Path = old
		}
		if k.List != nil {
			old := k.List.Path
			k.List.Path += "X"
			notices(k, "list path", "(list)")
			k.List.Path = old
		}
	}
	for what, n := range altered {
		t.Logf("%-24s %5d altered, %d not noticed", what, n, missed[what])
	}
	if unexplained := data.Unexplained(c.All()); len(unexplained) > 0 {
		t.Errorf("the schemas were not put back: %v", unexplained[0])
	}
}

// mutation alters one thing of a property; what it gives puts it back.
type mutation struct {
	what  string
	apply func() (restore func())
}

func mutations(p *model.Property) []mutation {
	var out []mutation
	add := func(what string, apply func() func()) { out = append(out, mutation{what, apply}) }
	if facts.Shown(p) && len(p.Read) > 0 && (p.List == nil || p.List.Get == "") {
		add("read name", func() func() {
			old := p.Read
			p.Read = append(append([]string(nil), old[:len(old)-1]...), old[len(old)-1]+"X")
			return func() { p.Read = old }
		})
	}
	if facts.Sent(p) {
		for i := range p.Write {
			if p.Write[i] == "" || p.Write[i] == "[]" {
				continue
			}
			add("write name", func() func() {
				old := p.Write
				p.Write = append([]string(nil), old...)
				p.Write[i] += "X"
				return func() { p.Write = old }
			})
		}
	}
	if len(p.Spellings) > 0 {
		add("spelling", func() func() {
			old := p.Spellings
			p.Spellings = []string{old[0] + "X"}
			return func() { p.Spellings = old }
		})
	}
	if p.Query != "" {
		add("query", func() func() { old := p.Query; p.Query += "X"; return func() { p.Query = old } })
	}
	if p.Enum != nil {
		for _, name := range p.Enum.Order {
			if _, ok := p.Enum.ByName[name]; !ok {
				continue
			}
			add("number", func() func() {
				old := p.Enum
				p.Enum = renumbered(old, name)
				return func() { p.Enum = old }
			})
		}
	}
	if len(p.Ref) > 0 && p.Membership == nil {
		add("reference", func() func() { old := p.Ref; p.Ref = []string{"Nothing"}; return func() { p.Ref = old } })
	}
	if p.MaxLength > 0 {
		add("greatest length", func() func() { p.MaxLength++; return func() { p.MaxLength-- } })
	}
	if p.WriteMinLength > 0 {
		add("least length", func() func() { p.WriteMinLength++; return func() { p.WriteMinLength-- } })
	}
	if p.Maximum != nil {
		add("bound", func() func() {
			old := p.Maximum
			n := *old + 1
			p.Maximum = &n
			return func() { p.Maximum = old }
		})
	}
	for _, flag := range []struct {
		what string
		at   *bool
	}{{"need on create", &p.RequiredOnCreate}, {"secret", &p.Secret}} {
		if *flag.at && p.File == nil && !isKey(p) {
			add(flag.what, func() func() { *flag.at = false; return func() { *flag.at = true } })
		}
	}
	if p.Part != nil && p.Part.At != "" {
		add("path of a part", func() func() { old := p.Part.At; p.Part.At += "X"; return func() { p.Part.At = old } })
	}
	if p.List != nil && p.List.At != "" {
		add("path of a list", func() func() { old := p.List.At; p.List.At += "X"; return func() { p.List.At = old } })
	}
	return out
}

// isKey tells whether p is what an entry of a list is known by: it is needed
// whatever the schema says.
func isKey(p *model.Property) bool {
	up := p.Parent
	return up.Name == "[]" && up.Parent.List != nil && slices.Contains(up.Parent.List.Key, p.Name)
}

func renumbered(e *model.Enum, name string) *model.Enum {
	out := &model.Enum{Order: e.Order, ByName: map[string]int64{}, ByNum: map[int64]string{}, Unnumbered: e.Unnumbered}
	for n, i := range e.ByName {
		if n == name {
			i += 1 << 20
		}
		out.ByName[n], out.ByNum[i] = i, n
	}
	if len(out.ByName) != len(e.ByName) {
		panic(fmt.Sprintf("numbers of %s lost", name))
	}
	return out
}
