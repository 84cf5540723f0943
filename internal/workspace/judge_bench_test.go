package workspace

import (
	"testing"

	"rassync/internal/model"
	"rassync/schemas"
)

// BenchmarkCompileAllKinds: what the judge costs a folder that holds every
// kind, before it has looked at a document.
func BenchmarkCompileAllKinds(b *testing.B) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		set := newRuleSet(cat)
		for _, k := range cat.Kinds() {
			kr, err := set.of(k)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := kr.compiled(); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkRulesOfAllKinds(b *testing.B) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		set := newRuleSet(cat)
		for _, k := range cat.Kinds() {
			if _, err := set.of(k); err != nil {
				b.Fatal(err)
			}
		}
	}
}
