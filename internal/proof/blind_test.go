package proof

import (
	"context"
	"strings"
	"testing"

	"rassync/internal/export"
	"rassync/internal/farmsim"
	"rassync/internal/model"
	"rassync/internal/plan"
)

// What refers to a kind that the account may not read is left alone: the
// references on the farm have no names then, and every one would look changed.
func TestUnreadKindBlocksWhatRefersToIt(t *testing.T) {
	cat := catalog(t)
	s := newStand(t, cat, nil, farmsim.Switches{})
	factory := declare(s.read(nil, everything))
	docs := append(newBranch(), factory...)
	s.mustApply(s.plan(docs, nil))
	before := text(s.read(nil, everything))

	s.farm.Deny("Theme")
	live, err := export.Read(context.Background(), s.session.Reader(), cat, export.Request{Parallel: 4, Want: plan.Want(docs)})
	if err != nil {
		t.Fatal(err)
	}
	p, diags := plan.Build(plan.Input{Catalog: cat, Desired: docs, Live: live, Sent: s.sent})
	if diags.Failed() {
		t.Fatal(diags[0].Error())
	}
	if !p.Empty() {
		t.Errorf("changes that are none:\n%s", describe(p))
	}
	said := strings.Join(p.Warnings, "\n")
	for _, want := range []string{"Theme in site Main was not read", "because of references to Theme, which was not read: Main/PubRDSApp/Branch/CRM"} {
		if !strings.Contains(said, want) {
			t.Errorf("the warnings do not say %q:\n%s", want, said)
		}
	}

	// A new object that depends on it is not made, nor what lies in it; the
	// rest goes on.
	more := append(docs,
		&model.Object{Address: model.Address{Site: "Main", Kind: "PubFolder", Name: "Hidden"}, Spec: map[string]any{"publishTo": []any{"Main"}, "rules": []any{
			map[string]any{"name": "r", "criteria": map[string]any{"access": "AllowCriteriaWhen", "themes": map[string]any{"enabled": true, "members": []any{"Branch"}}}}}}},
		&model.Object{Address: model.Address{Site: "Main", Kind: "PubRDSApp", Name: "Hidden/App"}, Spec: map[string]any{"target": `C:\a.exe`, "publishFrom": "All", "publishTo": []any{"Main"}}},
		&model.Object{Address: model.Address{Site: "Main", Kind: "RDSHostPool", Name: "Seen"}, Spec: map[string]any{"enabled": true}})
	p, diags = plan.Build(plan.Input{Catalog: cat, Desired: more, Live: live, Sent: s.sent})
	if diags.Failed() {
		t.Fatal(diags[0].Error())
	}
	if len(p.Changes) != 1 || p.Changes[0].Address != "Main/RDSHostPool/Seen" {
		t.Errorf("want only the pool:\n%s", describe(p))
	}
	s.farm.Allow("Theme")
	if now := text(s.read(nil, everything)); now != before {
		t.Errorf("the farm changed:\n%s", diffLines(before, now))
	}
}

// A site whose built-in objects and settings refer to its own objects can be
// taken back.
func TestNewSiteGoesAgain(t *testing.T) {
	cat := catalog(t)
	for _, sw := range farmsim.AllSwitches() {
		t.Run(sw.Name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t, cat, nil, sw.Switches)
			factory := declare(s.read(nil, everything))
			first := text(s.read(nil, everything))
			at := func(kind, name string) model.Address {
				return model.Address{Site: "Basel", Kind: kind, Name: name}
			}
			site := model.Address{Kind: "Site", Name: "Basel"}
			pool, host := at("RDSHostPool", "P"), at("RDSHost", "h1.example.com")
			docs := append([]*model.Object{
				{Address: site, Spec: map[string]any{"server": "broker-bs.example.com"}},
				{Address: pool, Spec: map[string]any{"enabled": true}},
				{Address: host, Spec: map[string]any{"hostPool": "P"}},
				{Address: at("TunnelingPolicy", "<Default>"), Spec: map[string]any{"publishType": "RDSessionHosts", "rdsHosts": []any{host.Name}}},
			}, factory...)
			s.mustApply(s.plan(docs, nil))
			if left := s.plan(docs, nil); !left.Empty() {
				t.Fatalf("not empty:\n%s", describe(left))
			}
			down := s.plan(factory, nil, site, pool, host)
			s.mustApply(down)
			if now := text(s.read(nil, everything)); now != first {
				t.Errorf("not as before:\n%s\nplan:\n%s", diffLines(first, now), describe(down))
			}
		})
	}
}

// Most reads of parts are only inferred: an object whose farm has no such read
// is still read, without the part.
func TestPartsWithoutReadCostNothingElse(t *testing.T) {
	cat := catalog(t)
	s := newStand(t, cat, nil, farmsim.Switches{})
	missing := map[string]int{"/Optimization/Registry": 405, "/Optimization/WindowsComponent": 404}
	s.farm.SetFault(func(p *farmsim.FaultPoint) farmsim.Fault {
		for path, status := range missing {
			if !p.After && p.Method == "GET" && strings.HasSuffix(p.Path, path) {
				return farmsim.Fault{Status: status, Body: `{"title": "no such read"}`}
			}
		}
		return farmsim.Fault{}
	})
	o := s.read(nil, everything).Find(model.Address{Site: "Main", Kind: "RDSDefaultSettings"})
	if o == nil {
		t.Fatal("the defaults of hosts were not read")
	}
	for path, want := range map[string]bool{"maxSessions": true, "optimization.windowsServices": true, "optimization.registry": false, "optimization.windowsComponents": false} {
		if _, got := model.Lookup(o.Spec, path); got != want {
			t.Errorf("%s is there: %v, want %v", path, got, want)
		}
	}
}
