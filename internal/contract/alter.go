package contract

import (
	"math/rand/v2"
	"slices"
	"strings"

	"rassync/internal/facts"
	"rassync/internal/model"
)

// Alter makes a layer that turns the built-in contract into another one, as a
// next version of the API may: names, numbers, bounds, what a create needs, new
// and missing properties, spread over all kinds by seed. A simulated farm serves
// it; documents and doctor have to find out.
func Alter(cat *model.Catalog, seed uint64) (*Layer, error) {
	rnd := rand.New(rand.NewPCG(seed, 77))
	var kinds []*KindLayer
	for _, k := range cat.Kinds() {
		kl := &KindLayer{Kind: k.Name, From: Origin{Source: FromProbe, Version: "altered"}, Properties: map[string]*Correction{}}
		keys := keysOf(k)
		k.Spec.Walk(func(p *model.Property) {
			if p.Parent == nil || p.Name == "[]" || keys[p] || !plainOnWire(p) || sharesCalls(k) && facts.BodyOf(p).Parent != nil || rnd.IntN(12) > 0 {
				return
			}
			if c := alteration(rnd, p, top(p), len(k.Filter) > 0); c != nil {
				kl.Properties[p.Path()] = c
			}
		})
		if k.Shape == model.Collection && k.Update != nil && rnd.IntN(6) == 0 {
			kl.Properties["addedByTheFarm"] = &Correction{New: &NewProperty{Type: "integer", Title: "Added by the farm"}}
		}
		if len(kl.Properties) > 0 {
			kinds = append(kinds, kl)
		}
	}
	return New(kinds...)
}

// top tells whether a property stands at the top of its object, where it may be
// gone without taking a list's entries along.
func top(p *model.Property) bool { return p.Parent != nil && p.Parent.Parent == nil }

// sharesCalls tells whether other kinds use the same calls for what lies inside
// of the object: an API cannot have two contracts for one call.
func sharesCalls(k *model.Kind) bool { return k.Tree != nil || len(k.Filter) > 0 }

// plainOnWire tells whether a property has just a name and a value.
func plainOnWire(p *model.Property) bool {
	return facts.Shown(p) && facts.Sent(p) && !p.Anywhere && !p.Absolute && !p.Shared && !p.Secret && len(p.Spellings) == 0 && len(p.Write) == 1 && len(p.Read) == 1 &&
		p.Call == "" && p.Codec == "" && p.EntryOf == nil && !p.Open && p.Query == "" && p.Type != model.TypeObject && p.Type != model.TypeArray && !p.OneTime && p.Evidence != "inferred" && !inPlainList(p)
}

// inPlainList tells whether a property lies in a list that is written whole.
func inPlainList(p *model.Property) bool {
	for at := p; at != nil; at = at.Parent {
		if at.Name == "[]" && at.Parent != nil && at.Parent.List == nil {
			return true
		}
	}
	return false
}

// keysOf are the properties that others depend on: keys of entries, flags that
// switch others, what chooses a path.
func keysOf(k *model.Kind) map[*model.Property]bool {
	out := map[*model.Property]bool{}
	mark := func(from *model.Property, name string) {
		at := k.Spec
		if rest, ok := strings.CutPrefix(name, "./"); ok {
			at, name = from.Parent, rest
		}
		if at != nil {
			if p := at.Find(name); p != nil {
				out[p] = true
			}
		}
	}
	k.Spec.Walk(func(p *model.Property) {
		if p.Gate != "" {
			mark(p, p.Gate)
		}
		for name := range p.When {
			mark(p, name)
		}
		for _, name := range p.SecretWith {
			mark(p, "./"+name)
		}
		if p.List != nil && p.Items != nil {
			for _, key := range append(slices.Clone(p.List.Key), p.List.MatchAny...) {
				if c := p.Items.Find(key); c != nil {
					out[c] = true
				}
			}
		}
		if p.AlsoChanges != nil {
			out[p] = true
			for _, name := range p.AlsoChanges.Properties {
				mark(k.Spec, name)
			}
		}
		if p.InheritsDown != nil || p.Replaces != "" || p.RequiredOnCreate || len(p.Ref) > 0 {
			out[p] = true
		}
	})
	for _, l := range k.Last {
		for name := range l.Where {
			mark(k.Spec, name)
		}
	}
	if k.Create != nil {
		for name := range k.Create.Fields {
			mark(k.Spec, name)
		}
	}
	if c := k.Chooser(); c != nil {
		out[c] = true
	}
	return out
}

// alteration changes one property; shared says that its answers hold other
// kinds too, so that what they call it stays.
func alteration(rnd *rand.Rand, p *model.Property, top, shared bool) *Correction {
	read, write := p.Read[0], p.Write[0]
	what := rnd.IntN(9)
	if shared {
		what = 1
	}
	switch what {
	case 6: // nested in bodies
		w := "options." + write
		return &Correction{Write: &w, Read: &read}
	case 7: // create and update apart
		if !top || p.CreateOnly || p.UpdateOnly {
			return nil
		}
		c := write + "OfNew"
		return &Correction{CreateAs: &c, Write: &write, Read: &read}
	case 8:
		if !top || p.UpdateOnly || p.Gate != "" || len(p.When) > 0 {
			return nil
		}
		yes := true
		return &Correction{Required: &yes}
	case 0: // renamed both ways
		r, w := read+"V2", write+"V2"
		if r != w {
			w = r
		}
		return &Correction{Read: &r, Write: &w}
	case 1: // renamed in bodies alone
		w := write + "Value"
		return &Correction{Write: &w, Read: &read}
	case 2:
		if p.Enum != nil && len(p.Enum.ByName) > 1 {
			return &Correction{Numbers: shifted(rnd, p.Enum)}
		}
		if p.Type == model.TypeString {
			n := 200 + rnd.IntN(50)
			return &Correction{MaxLength: &n}
		}
		return nil
	case 3:
		if top && !p.CreateOnly {
			return &Correction{Gone: true}
		}
		return nil
	case 4: // shown elsewhere
		if top {
			r := "/details." + read
			return &Correction{Read: &r, Write: &write}
		}
		return nil
	}
	r := read + "New"
	return &Correction{Read: &r, Write: &write}
}

// shifted gives the names of an enumeration each other's numbers.
func shifted(rnd *rand.Rand, e *model.Enum) map[string]int64 {
	var names []string
	var nums []int64
	for _, n := range e.Order {
		if num, ok := e.ByName[n]; ok {
			names, nums = append(names, n), append(nums, num)
		}
	}
	by := 1 + rnd.IntN(len(nums)-1)
	out := map[string]int64{}
	for i, n := range names {
		out[n] = nums[(i+by)%len(nums)]
	}
	return out
}
