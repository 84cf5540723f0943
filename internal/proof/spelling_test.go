package proof

import (
	"strings"
	"testing"

	"rassync/internal/farmsim"
	"rassync/internal/model"
	"rassync/internal/runs"
)

// A farm has one of two names for some settings. Whichever it is, documents
// say it in one word, and no write is refused on the way: neither a change,
// nor a new object beside others, nor the first of its site.
func TestEitherSpellingOfASetting(t *testing.T) {
	cat := catalog(t)
	for _, newer := range []bool{false, true} {
		s := newStand(t, cat, seedFarm(t), farmsim.Switches{NewerNames: newer})
		s.learnt = learnt(t, s)
		kinds := []string{"Gateway", "GatewayDefaultSettings", "Broker", "Site", "Certificate"}
		s.live = s.read(kinds, everything)
		docs := declare(s.live)
		for _, d := range docs {
			if d.Address.Kind == "Gateway" || d.Address.Kind == "GatewayDefaultSettings" {
				_, ok := d.Spec["gwMode"]
				if inherits := d.Spec["inheritDefaultModeSettings"] == true; ok == inherits || len(d.Unknown) > 0 {
					t.Fatalf("newer names %v: %s: gwMode %v, unknown values: %v", newer, d.Address, d.Spec["gwMode"], d.Unknown)
				}
			}
		}
		before := len(s.farm.Requests())
		changed := 0
		for _, d := range docs {
			if d.Address.Kind == "Gateway" {
				d.Spec["inheritDefaultHTML5Settings"] = false
				d.Spec["enableHTML5"] = d.Spec["enableHTML5"] != true
				changed++
			}
		}
		if changed == 0 {
			t.Fatal("no gateway in the seed farm")
		}
		site := docs[0].Address.Site
		for _, d := range docs {
			if d.Address.Kind == "Gateway" {
				site = d.Address.Site
			}
		}
		docs = append(docs, &model.Object{Address: model.Address{Kind: "Gateway", Site: site, Name: "gw-new.example.com"},
			Spec: map[string]any{"enabled": true, "inheritDefaultHTML5Settings": false, "enableHTML5": false}})
		s.mustApply(s.plan(docs, kinds))
		if left := s.plan(docs, kinds); !left.Empty() {
			t.Errorf("newer names %v: the plan is not empty after apply:\n%s", newer, describe(left))
		}
		want, never := "enableHTML5", "enableUserPortal"
		if newer {
			want, never = never, want
		}
		writes := refusedWrites(t, s, before)
		if !strings.Contains(writes, want) || strings.Contains(writes, never) {
			t.Errorf("newer names %v: wrote %s", newer, writes)
		}
	}
}

// A create finds the name where no object of its kind is there to show it: in
// the settings of the site; and once learnt it needs no read for it.
func TestSpellingOfTheFirstObject(t *testing.T) {
	cat := catalog(t)
	s := newStand(t, cat, nil, farmsim.Switches{NewerNames: true})
	s.learnt = learnt(t, s)
	docs := []*model.Object{{Address: model.Address{Kind: "Gateway", Site: "Main", Name: "gw1.example.com"},
		Spec: map[string]any{"inheritDefaultHTML5Settings": false, "enableHTML5": false}}}
	for run := range 2 {
		before := len(s.farm.Requests())
		p := s.plan(docs, []string{"Gateway", "Site"})
		if err := s.farm.Wipe(); run > 0 && err != nil {
			t.Fatal(err)
		}
		s.mustApply(p)
		refusedWrites(t, s, before)
		asked := 0
		for _, r := range s.farm.Requests()[before:] {
			if r.Method == "GET" && strings.Contains(r.Path, "GatewayDefaultSettings") {
				asked++
			}
		}
		if run == 0 && asked == 0 {
			t.Error("the settings of the site were not asked")
		}
		if s.learnt.Spelling("gateways", "enableHTML5") != "enableUserPortal" {
			t.Error("the name was not learnt")
		}
		s.live = s.read([]string{"Gateway", "Site"}, everything)
		for _, o := range s.live.Objects["Gateway"] {
			if o.Spelled["enableHTML5"] != "enableUserPortal" || o.Spec["enableHTML5"] != false {
				t.Errorf("%s: %v, spelled %v", o.Address, o.Spec["enableHTML5"], o.Spelled)
			}
		}
		docs[0].Address.Name = "gw2.example.com"
		s.learnt = learnt(t, s) // as a later run reads it
	}
}

// Which body a farm takes is learnt by one refused write, and never again.
func TestBodiesAreLearntOnce(t *testing.T) {
	cat := catalog(t)
	s := newStand(t, cat, seedFarm(t), farmsim.Switches{NestedPut: true})
	kinds := []string{"AVDDefaultSettingsMultiSession", "AVDDefaultSettingsSingleSession", "Site"}
	for run := range 2 {
		s.learnt = learnt(t, s)
		s.live = s.read(kinds, everything)
		docs := withSecrets(cat, declare(s.live))
		for _, d := range docs {
			// The second run changes a kind, too, that the first one left alone.
			if agent, ok := d.Spec["agent"].(map[string]any); ok && (run == 1 || d.Address.Kind == kinds[0]) {
				agent["disconnectActiveSessionAfter"] = int64(600 + run)
			}
		}
		before := len(s.farm.Requests())
		s.mustApply(s.plan(docs, kinds))
		refused := 0
		for _, r := range s.farm.Requests()[before:] {
			if r.Method == "PUT" && r.Status == 400 {
				refused++
			}
		}
		if run == 0 && refused == 0 {
			t.Error("the first run had no write refused: nothing was to be learnt")
		}
		if run == 1 && refused > 0 {
			t.Errorf("the second run had %d writes refused", refused)
		}
	}
}

func learnt(t *testing.T, s *stand) *runs.Learnt {
	t.Helper()
	l, err := runs.Open(s.dir).Learnt("test", "21.2")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// refusedWrites fails for every refused write since the request with this
// number, and gives the bodies of all writes.
func refusedWrites(t *testing.T, s *stand, since int) string {
	t.Helper()
	var bodies []string
	for _, r := range s.farm.Requests()[since:] {
		if r.Method == "GET" {
			continue
		}
		if r.Status >= 400 {
			t.Errorf("%s %s was answered %d: %s", r.Method, r.Path, r.Status, r.Body)
		}
		bodies = append(bodies, r.Body)
	}
	return strings.Join(bodies, "\n")
}
