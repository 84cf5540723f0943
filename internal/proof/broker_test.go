package proof

import (
	"testing"

	"rassync/internal/farmsim"
	"rassync/internal/model"
)

// TestPrimaryBrokerKeepsItsPlace: the order of brokers moves the secondary
// ones. The primary may be listed, as after a promotion, and is passed over.
func TestPrimaryBrokerKeepsItsPlace(t *testing.T) {
	cat := catalog(t)
	for _, sw := range farmsim.AllSwitches() {
		t.Run(sw.Name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t, cat, nil, sw.Switches)
			docs := declare(s.read(nil, everything))
			primary := s.read(nil, everything).Objects["Broker"][0].Address.Name
			for _, name := range []string{"b2.example.com", "b3.example.com", "b4.example.com"} {
				docs = append(docs, object("Broker", "Main", name, map[string]any{"enabled": true}))
			}
			order := object("BrokerOrder", "Main", "", map[string]any{"items": []any{"b4.example.com", "b2.example.com", primary, "b3.example.com"}})
			docs = append(docs, order)
			s.mustApply(s.plan(docs, nil))
			if left := s.plan(docs, nil); !left.Empty() {
				t.Fatalf("the plan is not empty:\n%s", describe(left))
			}
			live := s.read(nil, everything)
			if got := live.Find(order.Address).Spec["items"]; !model.Equal(nil, []any{"b4.example.com", "b2.example.com", "b3.example.com"}, got) {
				t.Errorf("the order is %v", got)
			}
			if b := live.Find(model.Address{Site: "Main", Kind: "Broker", Name: primary}); !b.Builtin {
				t.Error("another broker is the primary")
			}
		})
	}
}
