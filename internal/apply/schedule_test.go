package apply

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/schemas"
)

// randomPlan makes changes of a few kinds that need each other, in an order in which
// each can be done.
func randomPlan(r *rand.Rand) *plan.Plan {
	p := &plan.Plan{}
	actions := []plan.Action{plan.Create, plan.Create, plan.Update, plan.Update, plan.Update, plan.Replace}
	for i := range 40 {
		c := plan.Change{Kind: "PubRDSApp", Site: "Main", Name: fmt.Sprintf("F%d/A%d", r.IntN(4), i), Action: actions[r.IntN(len(actions))]}
		switch r.IntN(5) {
		case 0:
			c.Kind, c.Name = "PubFolder", fmt.Sprintf("F%d", i)
		case 1:
			c.Kind, c.Name = "RDSHost", fmt.Sprintf("h%d", r.IntN(30))
		}
		if c.Action == plan.Update && r.IntN(5) == 0 {
			c.RenamedFrom = c.Name + "x"
		}
		if i >= 30 {
			c.Action = plan.Delete
		}
		if r.IntN(12) == 0 {
			c.ActivateBefore = &plan.Activation{}
		}
		c.Address = model.Address{Site: c.Site, Kind: c.Kind, Name: c.Name}.String()
		for range r.IntN(3) {
			if i > 0 {
				c.DependsOn = append(c.DependsOn, p.Changes[r.IntN(i)].Address)
			}
		}
		p.Changes = append(p.Changes, c)
	}
	return p
}

// TestEveryChangeBegins: whatever ends first, every change of a plan begins in the
// end, after all that it needs and never beside one that writes the same.
func TestEveryChangeBegins(t *testing.T) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	orders := ordersOfCatalog(cat)
	together := 0
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		p := randomPlan(r)
		s := newSchedule(cat, p)
		ended := map[int]bool{}
		var running []int
		for len(ended) < len(p.Changes) {
			for len(running) < 5 {
				i := s.begin()
				if i < 0 {
					break
				}
				c := &p.Changes[i]
				for j := range i {
					o := &p.Changes[j]
					needs := slices.Contains(c.DependsOn, o.Address)
					same := slices.ContainsFunc(writesOf(orders, c), func(w string) bool { return slices.Contains(writesOf(orders, o), w) })
					alone := standsAlone(cat, c) || standsAlone(cat, o) || (c.Action == plan.Delete) != (o.Action == plan.Delete)
					if !ended[j] && (needs || same || alone) {
						t.Fatalf("seed %d: %s %s begins before %s %s is done", seed, c.Action, c.Address, o.Action, o.Address)
					}
				}
				running = append(running, i)
			}
			if len(running) == 0 {
				t.Fatalf("seed %d: nothing can begin, %d of %d are done, %d wait", seed, len(ended), len(p.Changes), s.waiting())
			}
			if len(running) > 1 {
				together++
			}
			n := r.IntN(len(running))
			ended[running[n]] = true
			s.finish(running[n])
			running = slices.Delete(running, n, n+1)
		}
		if s.waiting() != 0 {
			t.Errorf("seed %d: %d still wait", seed, s.waiting())
		}
	}
	if together < 1000 {
		t.Errorf("only %d times was more than one change under way", together)
	}
}
