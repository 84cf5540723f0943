package proof

import (
	"strings"
	"testing"

	"rassync/internal/farmsim"
	"rassync/internal/plan"
)

// Whether an update takes the settings of a provider of second factors, no
// page tells: it is sent. A farm that takes it keeps the provider and its
// enrolments; one that refuses it is asked once, and the next plan replaces
// the provider.
func TestUpdateThatNoPageTellsOf(t *testing.T) {
	for _, short := range []bool{false, true} {
		cat := catalog(t)
		farm, err := farmsim.New(farmsim.Options{Catalog: cat, State: seedFarm(t), Disagree: &farmsim.Disagreement{ShortUpdates: short}, Rate: -1})
		if err != nil {
			t.Fatal(err)
		}
		s := &stand{t: t, cat: cat, dir: t.TempDir(), files: map[string][]byte{}}
		s.on(farm, 0)
		s.learnt = learnt(t, s)
		kinds := []string{"MFARadius", "Theme", "Site"}
		s.live = s.read(kinds, everything)
		docs := withSecrets(cat, declare(s.live))
		id := ""
		for _, d := range docs {
			if d.Address.Kind == "MFARadius" && id == "" {
				d.Spec["radiusPort"] = int64(11812)
				id = s.live.Find(d.Address).ID
			}
		}
		p := s.plan(docs, kinds)
		if len(p.Changes) != 1 || p.Changes[0].Action != plan.Update {
			t.Fatalf("short %v: not one update:\n%s", short, describe(p))
		}
		res := s.apply(p)
		if res.Failed != nil {
			t.Fatal(res.Failed.Err)
		}
		if !short {
			if left := s.plan(docs, kinds); !left.Empty() || len(res.Refused) > 0 {
				t.Errorf("the farm took it, and there is left:\n%s", describe(left))
			}
			continue
		}
		if len(res.Refused) != 1 || !strings.Contains(res.Refused[0].Err.Error(), "plan again, and the object is replaced") {
			t.Fatalf("refused: %v", res.Refused)
		}
		cat.RefusedUpdates(learnt(t, s).RefusesUpdate) // as a later command does
		p = s.plan(docs, kinds)
		replaced := false
		for _, c := range p.Changes {
			replaced = replaced || c.Kind == "MFARadius" && c.Action == plan.Replace
		}
		if !replaced {
			t.Fatalf("the next plan does not replace the provider:\n%s", describe(p))
		}
		s.mustApply(p)
		if left := s.plan(docs, kinds); !left.Empty() {
			t.Errorf("left:\n%s", describe(left))
		}
	}
}
