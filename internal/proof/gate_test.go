package proof

import (
	"cmp"
	"testing"

	"rassync/internal/export"
	"rassync/internal/farmsim"
	"rassync/internal/model"
	"rassync/internal/plan"
)

// gatesOf lists the inherit flags of a kind and what each switches off.
func gatesOf(k *model.Kind) map[string][]*model.Property {
	out := map[string][]*model.Property{}
	k.Spec.Walk(func(p *model.Property) {
		if p.Gate != "" && k.Spec.Prop(p.Gate) != nil {
			out[p.Gate] = append(out[p.Gate], p)
		}
	})
	return out
}

// TestInheritFlagsOpenAndShut turns each inherit flag of each kind: what it
// hides is neither compared nor lost.
func TestInheritFlagsOpenAndShut(t *testing.T) {
	cat := catalog(t)
	turned := 0
	for _, sw := range farmsim.AllSwitches() {
		if sw.Name != "baseline" && sw.Name != "inherited-values-shown" && sw.Name != "all" {
			continue
		}
		for _, k := range cat.Kinds() {
			gates := gatesOf(k)
			if len(gates) == 0 {
				continue
			}
			s := newStand(t, cat, randomState(t, cat, 6, 4), sw.Switches)
			kinds := []string{k.Name}
			s.live = s.read(kinds, everything)
			first := text(s.live)
			for gate, hidden := range gates {
				for _, shut := range []bool{true, false} {
					o := withFlag(s.live, k, gate, !shut)
					if o == nil {
						continue
					}
					turned++
					docs := withSecrets(cat, declare(s.live))
					doc := at(docs, o.Address)
					original := doc.Spec
					doc.Spec = model.Clone(strip(original)).(map[string]any)
					doc.Spec[gate] = shut
					if shut {
						k.Prune(doc.Spec)
					} else {
						opened(doc.Spec, hidden)
					}
					s.mustApply(s.plan(docs, kinds))
					if left := s.plan(docs, kinds); !left.Empty() {
						t.Errorf("%s %s %s=%v: the plan is not empty:\n%s", sw.Name, o.Address, gate, shut, describe(left))
					}
					doc.Spec = original
					s.mustApply(s.plan(docs, kinds))
					s.live = s.read(kinds, everything)
					if now := text(s.live); now != first {
						t.Fatalf("%s %s %s=%v: not rolled back:\n%s", sw.Name, o.Address, gate, shut, diffLines(first, now))
					}
				}
			}
		}
	}
	if turned < 20 {
		t.Errorf("only %d flags were turned", turned)
	}
}

func withFlag(live *export.Farm, k *model.Kind, gate string, value bool) *model.Object {
	for _, o := range live.Objects[k.Name] {
		if o.Spec[gate] == value {
			return o
		}
	}
	return nil
}

func at(docs []*model.Object, a model.Address) *model.Object {
	for _, d := range docs {
		if d.Address == a {
			return d
		}
	}
	return nil
}

// opened declares a value for each plain property that the flag has hidden.
func opened(spec map[string]any, hidden []*model.Property) {
	for _, p := range hidden {
		if p.Part != nil || p.List != nil || len(p.Ref) > 0 || p.Enum != nil || p.Codec != "" {
			continue
		}
		switch p.Type {
		case model.TypeBoolean:
			set(spec, p.Path(), true)
		case model.TypeInteger:
			set(spec, p.Path(), int64(17))
		case model.TypeString:
			set(spec, p.Path(), cmp.Or(append(p.Examples, "opened")...))
		default: // is as it comes
		}
	}
}

// TestPublicationToSites adds a published item to a second site and takes it
// out again; the item stays the same object.
func TestPublicationToSites(t *testing.T) {
	cat := catalog(t)
	for _, sw := range farmsim.AllSwitches() {
		t.Run(sw.Name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t, cat, nil, sw.Switches)
			site := object(model.SiteKind, "", "Branch office", map[string]any{"server": "broker2.example.com"})
			app := object("PubRDSApp", "Main", "Notepad", map[string]any{"target": "notepad.exe", "publishTo": []any{"Main"}})
			docs := []*model.Object{site, app}
			s.mustApply(s.plan(docs, nil))
			id := s.live.Find(app.Address).ID
			for _, sites := range [][]any{{"Main", "Branch office"}, {"Branch office", "Main"}, {"Main"}} {
				app.Spec["publishTo"] = sites
				s.mustApply(s.plan(docs, nil))
				if left := s.plan(docs, nil); !left.Empty() {
					t.Fatalf("%v: not empty:\n%s", sites, describe(left))
				}
				live := s.live.Find(app.Address)
				if live == nil || live.ID != id || len(live.InSites) != len(sites) {
					t.Fatalf("%v: %+v", sites, live)
				}
				if n := len(s.live.Objects["PubRDSApp"]); n != 1 {
					t.Fatalf("%d items", n)
				}
			}
			// Declared in the other site, it is still the same item while it is
			// published there too.
			app.Spec["publishTo"] = []any{"Main", "Branch office"}
			s.mustApply(s.plan(docs, nil))
			app.Address.Site = "Branch office"
			if p := s.plan(docs, nil); !p.Empty() {
				t.Fatalf("not empty:\n%s", describe(p))
			}
		})
	}
}

// TestWayBackPastAClosingInheritFlag: a broker that only a value names which
// the same plan hides behind an inherit flag can go; the flag closes first.
func TestWayBackPastAClosingInheritFlag(t *testing.T) {
	cat := catalog(t)
	for _, sw := range farmsim.AllSwitches() {
		t.Run(sw.Name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t, cat, nil, sw.Switches)
			gateway := object("Gateway", "Main", "gw1.example.com", map[string]any{"inheritDefaultModeSettings": true})
			s.mustApply(s.plan([]*model.Object{gateway}, nil))
			first := text(s.read(nil, everything))
			before := declare(s.read([]string{"Gateway"}, everything))

			broker := object("Broker", "Main", "broker9.example.com", nil)
			open := object("Gateway", "Main", "gw1.example.com", map[string]any{"inheritDefaultModeSettings": false, "preferredBroker": "broker9.example.com"})
			s.mustApply(s.plan([]*model.Object{broker, open}, nil))

			back := s.plan(before, nil, broker.Address)
			if n := len(back.Changes); n != 2 || back.Changes[1].Action != plan.Delete {
				t.Fatalf("the flag does not close first:\n%s", describe(back))
			}
			s.mustApply(back)
			if now := text(s.read(nil, everything)); now != first {
				t.Errorf("not rolled back:\n%s", diffLines(first, now))
			}
		})
	}
}
