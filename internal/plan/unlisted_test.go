package plan_test

import (
	"strings"
	"testing"

	"rassync/internal/model"
	"rassync/internal/plan"
)

// TestPlacesBehindWhatIsNotListed: an item that stands behind one that the API does
// not list loses that place when it moves or goes, and the plan says so.
func TestPlacesBehindWhatIsNotListed(t *testing.T) {
	cat := tree(t)
	for name, tt := range map[string]struct {
		declared []string
		absent   string
		lost     bool
		warned   bool
	}{
		"it moves":                   {declared: []string{"B/y < A/y"}, lost: true},
		"it goes":                    {absent: "A/y", lost: true},
		"another moves":              {declared: []string{"B/x < A/x"}},
		"its folder is put in order": {declared: []string{"A: y, x"}, warned: true},
		"another folder is":          {declared: []string{"B: w, v"}},
	} {
		t.Run(name, func(t *testing.T) {
			live := treeFarm(cat, "A/", "A/x", "A/y", "B/", "B/v", "B/w")
			live.Find(model.Address{Site: "Main", Kind: "Item", Name: "A/y"}).Previous = 99
			in := plan.Input{Catalog: cat, Live: live}
			for _, text := range tt.declared {
				in.Desired = append(in.Desired, declaredItem(text))
			}
			if tt.absent != "" {
				in.Absent = []model.Address{{Site: "Main", Kind: "Item", Name: tt.absent}}
			}
			p, ds := plan.Build(in)
			if ds.Failed() {
				t.Fatal(ds[0].Error())
			}
			lost := false
			for _, c := range p.Changes {
				lost = lost || strings.Contains(c.IrreversibleBecause, "does not list (id 99)") && !c.Reversible
			}
			if lost != tt.lost {
				t.Errorf("lost: %t", lost)
			}
			if warned := strings.Contains(strings.Join(p.Warnings, " "), "does not list (id 99)"); warned != tt.warned {
				t.Errorf("warned: %v", p.Warnings)
			}
		})
	}
}
