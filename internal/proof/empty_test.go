package proof

import (
	"fmt"
	"testing"

	"rassync/internal/farmsim"
)

func TestPlanAfterExportIsEmpty(t *testing.T) {
	cat := catalog(t)
	for n, sw := range farmsim.AllSwitches() {
		t.Run(sw.Name, func(t *testing.T) {
			t.Parallel()
			for seed := int64(1); seed <= 3; seed++ {
				if !isEnd(sw) && !everyCombination() && seed != 1+int64(n)%3 {
					continue // each farm under a third of the readings
				}
				t.Run(fmt.Sprint(seed), func(t *testing.T) {
					s := newStand(t, cat, randomState(t, cat, seed, 12), sw.Switches)
					p := s.plan(declare(s.read(nil, everything)), nil)
					if !p.Empty() {
						t.Fatalf("the plan is not empty:\n%s", describe(p))
					}
				})
			}
		})
	}
}
