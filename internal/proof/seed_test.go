package proof

import (
	"slices"
	"strings"
	"testing"

	"rassync/examples"
	"rassync/internal/farmsim"
	"rassync/internal/model"
)

// The proofs on the seed farm of the examples: what they say of random farms
// holds for the one that people see first.

func seedFarm(t *testing.T) farmsim.State {
	t.Helper()
	state, err := farmsim.LoadSeed(examples.Seed())
	if err != nil {
		t.Fatal(err)
	}
	return state
}

// onSeed runs a proof on the seed farm: under every reading of the facts if
// each is to be tried alone, else under the first and all second ones.
func onSeed(t *testing.T, alone bool, prove func(t *testing.T, s *stand, cat *model.Catalog)) {
	cat, state := catalog(t), seedFarm(t)
	for _, sw := range readings((alone || everyCombination()) && !testing.Short()) {
		t.Run(sw.Name, func(t *testing.T) {
			t.Parallel()
			prove(t, newStand(t, cat, state.Clone(), sw.Switches), cat)
		})
	}
}

func TestSeedPlanAfterExportIsEmpty(t *testing.T) {
	onSeed(t, true, func(t *testing.T, s *stand, _ *model.Catalog) {
		p := s.plan(declare(s.read(nil, everything)), nil)
		if !p.Empty() {
			t.Fatalf("the plan is not empty:\n%s", describe(p))
		}
	})
}

// TestSeedSecretsStayOnTheFarm: the farm answers the key of the tenant broker
// with its settings, and nothing that is read of it may hold it.
func TestSeedSecretsStayOnTheFarm(t *testing.T) {
	const canary = "CANARY-tenant-broker-key"
	if state := seedFarm(t)["TenantBrokerSettings"]; !slices.ContainsFunc(state, func(o farmsim.Object) bool { return o["tenantBrokerSecretKey"] == canary }) {
		t.Fatal("the seed farm does not hold the key")
	}
	onSeed(t, false, func(t *testing.T, s *stand, _ *model.Catalog) {
		if strings.Contains(text(s.read(nil, everything)), canary) {
			t.Error("the key of the tenant broker was read")
		}
	})
}

func TestSeedWipedFarmComesBack(t *testing.T) {
	onSeed(t, false, func(t *testing.T, s *stand, cat *model.Catalog) {
		s.live = s.read(nil, everything)
		first := text(s.live)
		docs := withSecrets(cat, declare(s.live))
		pictures := s.live.Files
		if err := s.farm.Wipe(); err != nil {
			t.Fatal(err)
		}
		p := s.plan(docs, nil)
		for digest, data := range pictures { // they lie beside the YAML of an export
			s.live.Files[digest] = data
		}
		s.mustApply(p)
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
