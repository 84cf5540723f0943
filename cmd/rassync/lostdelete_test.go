package main

import (
	"fmt"
	"net/http"
	"strings"
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

// TestDeleteOfWhatIsGone: somebody else deletes the object between its last read and
// the run's own delete. It is gone, which is what was wanted.
func TestDeleteOfWhatIsGone(t *testing.T) {
	k := newKillProof(t)
	s := k.scene(t, k.farm, k.dir)
	gone := int64(0)
	s.farm.SetFault(func(p *farmsim.FaultPoint) farmsim.Fault {
		if p.Method != http.MethodDelete || p.After || gone != 0 {
			return farmsim.Fault{}
		}
		for _, o := range s.farm.Staged()["PubRDSApp"] {
			if id, ok := o["id"].(int64); ok && o["name"] == "Gone" && strings.HasSuffix(p.Path, fmt.Sprintf("/PubItems/%d/Apps/RDS", id)) {
				gone = id
				if !s.farm.Remove("PubRDSApp", id) {
					t.Error("it was not there")
				}
			}
		}
		return farmsim.Fault{}
	})
	code, said := s.do("apply", s.dir, "--yes", "--prune", "--foreign-staged", "activate")
	if code != 0 || gone == 0 {
		t.Errorf("exit code %d, removed %d\n%s", code, gone, said)
	}
	if now := s.read(); now != k.goal {
		t.Errorf("not at the goal\n%s", lineDiff(k.goal, now))
	}
}
