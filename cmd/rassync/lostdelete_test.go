package main

import (
	"net/http"
	"testing"

	"rassync/internal/farmsim"
)

// TestLostDeleteOfAReplace: the farm deletes the old object of a replace, and the
// answer is lost. All is right in the end, and said so.
func TestLostDeleteOfAReplace(t *testing.T) {
	k := newKillProof(t)
	for _, fault := range []farmsim.Fault{{Cut: true}, farmsim.FaultGateway, farmsim.FaultInternal, {Truncate: true}} {
		s := k.scene(t, k.farm, k.dir)
		deletes := 0
		s.farm.SetFault(func(p *farmsim.FaultPoint) farmsim.Fault {
			if p.Method != http.MethodDelete || !p.After {
				return farmsim.Fault{}
			}
			if deletes++; deletes > 1 {
				return farmsim.Fault{}
			}
			return fault
		})
		code, said := s.do("apply", s.dir, "--yes", "--prune")
		s.farm.SetFault(nil)
		if code != 0 {
			t.Errorf("%+v: exit code %d\n%s", fault, code, said)
		}
		if now := s.read(); now != k.goal {
			t.Errorf("%+v: not at the goal\n%s", fault, lineDiff(k.goal, now))
		}
	}
}
