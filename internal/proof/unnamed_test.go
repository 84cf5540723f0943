package proof

import (
	"strings"
	"testing"

	"rassync/internal/farmsim"
	"rassync/internal/model"
)

// TestCreateWithoutAName: the facts say that a provider of single PCs takes no
// name when it is made. It gets it right after, and the next plan is empty.
func TestCreateWithoutAName(t *testing.T) {
	cat := catalog(t)
	s := newStand(t, cat, seedFarm(t), farmsim.Switches{})
	doc := &model.Object{Address: model.Address{Site: "Main", Kind: "Provider", Name: "Old PCs"}, Spec: map[string]any{"type": "RemotePCStatic"}}
	p := s.plan([]*model.Object{doc}, nil)
	s.farm.ResetLog()
	s.mustApply(p)
	posts, renames := 0, 0
	for _, r := range s.farm.Requests() {
		switch {
		case r.Method == "POST" && strings.Contains(r.Path, "/remotepcstatic"):
			posts++
			if strings.Contains(string(r.Body), `"name"`) {
				t.Errorf("the create says its name: %s", r.Body)
			}
		case r.Method == "PUT" && strings.Contains(string(r.Body), "Old PCs"):
			renames++
		}
	}
	if posts != 1 || renames != 1 {
		t.Errorf("%d creates and %d renames", posts, renames)
	}
	if p := s.plan([]*model.Object{doc}, nil); !p.Empty() {
		t.Errorf("the plan is not empty:\n%s", describe(p))
	}
}
