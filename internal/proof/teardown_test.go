package proof

import (
	"testing"

	"rassync/internal/farmsim"
	"rassync/internal/model"
	"rassync/internal/plan"
)

// TestSeedFarmIsTornDown takes the whole seed farm back to what a new farm
// has, in one pruned apply: the strict farm refuses every delete of something
// that is still referred to.
func TestSeedFarmIsTornDown(t *testing.T) {
	onSeed(t, false, func(t *testing.T, s *stand, cat *model.Catalog) {
		bare := newStand(t, cat, seedFarm(t), farmsim.Switches{})
		if err := bare.farm.Wipe(); err != nil {
			t.Fatal(err)
		}
		factory := declare(bare.read(nil, everything))
		everywhere := func(string, string) bool { return true }
		tearDown := func() *plan.Plan {
			s.live = s.read(nil, plan.Want(factory))
			p, diags := plan.Build(plan.Input{Catalog: s.cat, Desired: factory, Live: s.live, Sent: s.sent, Prune: true, Exclusive: everywhere})
			if diags.Failed() {
				t.Fatalf("%v", diags)
			}
			return p
		}
		s.mustApply(tearDown())
		if t.Failed() {
			return
		}
		if p := tearDown(); !p.Empty() {
			t.Fatalf("the plan is not empty:\n%s", describe(p))
		}
		left := map[model.Address]bool{}
		for _, o := range factory {
			left[o.Address.Key()] = true
		}
		for _, o := range s.read(nil, everything).All() {
			if !left[o.Address.Key()] {
				t.Errorf("%s is still there", o.Address)
			}
		}
	})
}
