package proof

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"rassync/internal/export"
	"rassync/internal/farmsim"
	"rassync/internal/model"
	"rassync/internal/plan"
)

// goes are kinds of which objects are taken out at random; nothing refers to
// them.
var goes = []string{"PubRDSApp", "WinDeviceGroup"}

// TestRandomEdits takes random farms through random edits: many properties of
// many objects at once, objects that go and objects that are new. Then the
// plan is empty, and the way back ends where it began.
func TestRandomEdits(t *testing.T) {
	cat := catalog(t)
	all := farmsim.AllSwitches()
	seeds := 12
	if testing.Short() {
		seeds = 3
	}
	for seed := range seeds {
		sw := all[seed*5%len(all)]
		t.Run(fmt.Sprint(seed, " ", sw.Name), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(uint64(seed), 99))
			s := newStand(t, cat, randomState(t, cat, int64(100+seed), 5), sw.Switches)
			s.live = s.read(nil, everything)
			first := text(s.live)
			was := asIs(s.live)
			before := withSecrets(cat, declare(s.live))
			after, _ := edited(s, rng, before)
			p := s.exclusively(after, nil)
			s.mustApply(p)
			if left := s.exclusively(after, nil); !left.Empty() {
				t.Fatalf("not empty after apply:\n%s", describe(left))
			}
			if now := text(s.read(nil, everything)); now == first {
				t.Fatal("the edits changed nothing")
			}
			s.mustApply(s.wayBack(p, was, nil))
			if now := text(s.read(nil, everything)); now != first {
				t.Fatalf("not rolled back:\n%s", diffLines(first, now))
			}
		})
	}
}

// exclusively plans with objects of some kinds deleted where they are not
// declared.
func (s *stand) exclusively(desired []*model.Object, absent []model.Address) *plan.Plan {
	s.t.Helper()
	s.live = s.readAs(export.Request{Want: plan.Want(desired), Entries: desired})
	p, diags := plan.Build(plan.Input{Catalog: s.cat, Desired: desired, Live: s.live, Sent: s.sent, Absent: absent, Prune: true,
		Exclusive: func(kind, _ string) bool { return slices.Contains(goes, kind) }})
	for _, d := range diags {
		s.t.Error(d.Error())
	}
	if diags.Failed() {
		s.t.FailNow()
	}
	return p
}

// edited is a copy of the documents with random edits, and what is new in it.
func edited(s *stand, rng *rand.Rand, docs []*model.Object) ([]*model.Object, []model.Address) {
	var out []*model.Object
	for _, d := range docs {
		k := s.cat.Kind(d.Address.Kind)
		live := s.live.Find(d.Address)
		if slices.Contains(goes, d.Address.Kind) && rng.IntN(5) == 0 || d.Address.Kind == "PubOrder" {
			continue // an order must not name what goes; the way back restores it
		}
		c := *d
		c.Spec = model.Clone(d.Spec).(map[string]any)
		out = append(out, &c)
		if k.Shape == model.OrderShape || live == nil || live.Builtin || d.Address.Name == farmsim.DefaultUsername || rng.IntN(3) > 0 {
			continue
		}
		options := mutations(s, k, live)
		for range min(len(options), 3) {
			m := options[rng.IntN(len(options))]
			// What others depend on, or hide, has tests of its own.
			p := k.Spec.Find(m.path) // nil for what no schema names
			if strings.HasSuffix(m.path, "enabledMode") || p != nil && (p.CreateOnly || p.List != nil && p.List.Rename != "") {
				continue
			}
			set(c.Spec, m.path, m.value)
			s.follow(k, &c, m.path)
		}
	}
	for _, k := range s.cat.Kinds() {
		for _, d := range out {
			if d.Address.Kind == k.Name {
				agree(k, d, out)
				break
			}
		}
	}
	var made []model.Address
	for i := range 1 + rng.IntN(3) {
		for _, o := range []*model.Object{
			object("RDSHostPool", "Main", fmt.Sprint("New pool ", i), map[string]any{"description": "new"}),
			object("Theme", "Main", fmt.Sprint("New theme ", i), map[string]any{}),
			object("PubFolder", "Main", fmt.Sprint("New folder ", i), map[string]any{}),
			object("PubRDSApp", "Main", fmt.Sprintf("New folder %d/App", i), map[string]any{"target": "app.exe", "publishFrom": "HostPool", "publishFromGroup": []any{fmt.Sprint("New pool ", i)}}),
		} {
			out = append(out, o)
			made = append(made, o.Address)
		}
	}
	return out, made
}
