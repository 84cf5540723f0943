package proof

import (
	"fmt"
	"slices"
	"testing"

	"rassync/internal/farmsim"
	"rassync/internal/model"
	"rassync/internal/plan"
)

// TestOpenPlaces proves open objects, parts, entries and a value that stands
// anywhere, under every reading: each single change and back, and a wiped farm.
func TestOpenPlaces(t *testing.T) {
	cat := thingCatalog(t)
	kinds := []string{"Strict", "Thing"}
	for _, sw := range farmsim.AllSwitches() {
		if !slices.Contains([]string{"baseline", "all", "nested-put", "empty-as-null", "single-as-object", "unknown-properties"}, sw.Name) {
			continue // the others have nothing to do with what is open
		}
		t.Run(sw.Name+"/change", func(t *testing.T) {
			t.Parallel()
			changeEach(t, cat, cat.Kind("Thing"), sw.Switches, true)
		})
		for seed := int64(1); seed <= 2; seed++ {
			t.Run(fmt.Sprintf("%s/wipe/%d", sw.Name, seed), func(t *testing.T) {
				t.Parallel()
				s := newStand(t, cat, randomState(t, cat, seed, 4), sw.Switches)
				s.live = s.read(kinds, everything)
				first := text(s.live)
				docs := withSecrets(cat, declare(s.live))
				if err := s.farm.Wipe(); err != nil {
					t.Fatal(err)
				}
				s.mustApply(s.plan(docs, kinds))
				if second := text(s.read(kinds, everything)); first != second {
					t.Fatalf("the farm is not back:\n%s", diffLines(first, second))
				}
				if p := s.plan(docs, kinds); !p.Empty() {
					t.Fatalf("the plan is not empty:\n%s", describe(p))
				}
			})
		}
	}
}

// TestSecretOfAnOpenObject: a document may declare a secret that no schema knows. It
// is sent as one, is never read back, and the plan can be saved.
func TestSecretOfAnOpenObject(t *testing.T) {
	cat := catalog(t)
	s := newStand(t, cat, farmsim.State{"Site": {{"id": int64(1), "name": "Main", "licensingSite": true}}, "SystemSettings": {{"standInPassword": "old", "standInText": "a"}}}, farmsim.Switches{})
	doc := object("SystemSettings", "", "", map[string]any{"standInPassword": model.SecretRef{Env: "SYS_PW"}, "standInText": "b"})
	s.mustApply(s.plan([]*model.Object{doc}, nil))
	stored := func() any { return s.farm.Staged()["SystemSettings"][0]["standInPassword"] }
	if stored() != "old" {
		t.Errorf("sent although it was never asked for: %v", stored())
	}
	s.live = s.read(nil, plan.Want([]*model.Object{doc}))
	in := plan.Input{Catalog: cat, Desired: []*model.Object{doc}, Live: s.live, Sent: s.sent, RotateSecrets: true}
	p, diags := plan.Build(in)
	if diags.Failed() || len(p.Changes) != 1 {
		t.Fatalf("%v %v", diags, p)
	}
	if uses := plan.Secrets(cat.Kind("SystemSettings"), &p.Changes[0]); len(uses) != 1 || uses[0].FromEnv != "SYS_PW" || uses[0].Path != "standInPassword" {
		t.Errorf("the plan says that it sends %v", uses)
	}
	s.mustApply(p)
	if stored() != "s3cret of SYS_PW" {
		t.Errorf("the farm holds %v", stored())
	}
	if live := s.read(nil, everything); live.Find(doc.Address).Spec["standInPassword"] != nil {
		t.Error("it was read back")
	}
	if p := s.plan([]*model.Object{doc}, nil); !p.Empty() {
		t.Errorf("the plan is not empty:\n%s", describe(p))
	}
}

// TestFarmRefusesNamesThatAnOpenObjectDoesNotHold: a slip of the pen is no
// new property.
func TestFarmRefusesNamesThatAnOpenObjectDoesNotHold(t *testing.T) {
	cat := thingCatalog(t)
	s := newStand(t, cat, nil, farmsim.Switches{})
	thing := object("Thing", "", "one", map[string]any{"size": int64(1), "standInText": "mine", "standInTxet": "slip", "general": map[string]any{"standInNumber": "no number", "path": "p"}})
	docs := docsWith(s, thing)
	res := s.apply(s.plan(docs, nil))
	if res.Failed != nil || len(res.Refused) != 1 {
		t.Fatalf("%+v", res)
	}
	wantRefused(t, res.Refused[0], "standInTxet", "general.standInNumber")
	live := s.read(nil, everything).Find(thing.Address)
	if live.Spec["standInText"] != "mine" || live.Spec["size"] != int64(1) || live.Spec["general"].(map[string]any)["path"] != "p" {
		t.Errorf("the rest was not taken: %v", live.Spec)
	}
}
