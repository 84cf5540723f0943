package proof

import (
	"fmt"
	"testing"

	"rassync/internal/farmsim"
	"rassync/internal/model"
)

func TestWipedFarmComesBack(t *testing.T) {
	cat := catalog(t)
	for _, sw := range farmsim.AllSwitches() {
		for seed := int64(1); seed <= 2; seed++ {
			if seed > 1 && sw.Name != "baseline" && sw.Name != "all" && !everyCombination() {
				continue
			}
			t.Run(fmt.Sprintf("%s/%d", sw.Name, seed), func(t *testing.T) {
				t.Parallel()
				s := newStand(t, cat, randomState(t, cat, seed, 12), sw.Switches)
				s.live = s.read(nil, everything)
				s.keep()
				first := text(s.live)
				docs := withSecrets(cat, declare(s.live))
				if err := s.farm.Wipe(); err != nil {
					t.Fatal(err)
				}
				s.mustApply(s.plan(docs, nil))
				if t.Failed() {
					return
				}
				second := text(s.read(nil, everything))
				if first != second {
					t.Fatalf("the farm is not back:\n%s", diffLines(first, second))
				}
				if p := s.plan(docs, nil); !p.Empty() {
					t.Fatalf("the plan is not empty:\n%s", describe(p))
				}
			})
		}
	}
}

// withSecrets adds the placeholders that an export writes.
func withSecrets(cat *model.Catalog, docs []*model.Object) []*model.Object {
	for _, d := range docs {
		k := cat.Kind(d.Address.Kind)
		if p := k.Chooser(); p != nil {
			if _, err := k.CreatePath(d.Spec); err != nil {
				// What was never shown, or as a number that nobody knows, a person writes.
				d.Spec[p.Name] = k.CreateCalls()[0].Value
			}
		}
		giveSecrets(k.Spec, d.Spec)
	}
	return docs
}

// giveSecrets adds the secrets of an object, and of the entries that it holds.
func giveSecrets(p *model.Property, here map[string]any) {
	for _, c := range p.Props {
		if c.Secret {
			here[c.Name] = model.SecretRef{Env: "SECRET"}
		}
		list, _ := here[c.Name].([]any)
		for _, e := range list {
			if entry, ok := e.(map[string]any); ok && c.Items != nil {
				giveSecrets(c.Items, entry)
			}
		}
	}
}
