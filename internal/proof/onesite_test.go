package proof

import (
	"testing"

	"rassync/internal/export"
	"rassync/internal/farmsim"
	"rassync/internal/model"
	"rassync/internal/plan"
)

// The read of the tenant broker's settings is documented without a site. Where
// a farm answers for its licensing site whichever is asked, the values of the
// others are not known: they are not exported, and what is written there once
// is not planned again and again, whatever the licensing site shows.
func TestReadThatKnowsOneSiteOnly(t *testing.T) {
	for _, one := range []bool{true, false} {
		cat := catalog(t)
		farm, err := farmsim.New(farmsim.Options{Catalog: cat, State: seedFarm(t), Disagree: &farmsim.Disagreement{OneSiteRead: one}, Rate: -1})
		if err != nil {
			t.Fatal(err)
		}
		s := &stand{t: t, cat: cat, dir: t.TempDir(), files: map[string][]byte{}}
		s.on(farm, 0)
		kinds := []string{"TenantBrokerSettings", "Site"}
		s.live = s.read(kinds, everything)
		licensing := ""
		for _, site := range s.live.Objects[model.SiteKind] {
			if site.Builtin {
				licensing = site.Address.Name
			}
		}
		var doc *model.Object
		for _, o := range s.live.Objects["TenantBrokerSettings"] {
			if here := o.Address.Site == licensing; here != (len(o.Spec) > 0) && one {
				t.Errorf("%s holds %v", o.Address, o.Spec)
			} else if !here {
				doc = &model.Object{Address: o.Address, Spec: map[string]any{"hideBillingInfo": true, "tenantDomain": "east.example.com"}}
			}
		}
		if doc == nil {
			t.Fatal("the seed farm has one site only")
		}
		build := func() *plan.Plan {
			s.live = s.readAs(export.Request{Kinds: kinds, Want: plan.Want([]*model.Object{doc})})
			p, ds := plan.Build(plan.Input{Catalog: cat, Desired: []*model.Object{doc}, Live: s.live, Sent: s.sent, WriteUnseen: true})
			if ds.Failed() {
				t.Fatal(ds)
			}
			return p
		}
		p := build()
		if len(p.Changes) != 1 {
			t.Fatalf("one site %v:\n%s", one, describe(p))
		}
		s.mustApply(p)
		if left := build(); !left.Empty() {
			t.Errorf("one site %v: there is left\n%s", one, describe(left))
		}
		// The other site changes: nothing follows for this one.
		for _, o := range s.live.Objects["TenantBrokerSettings"] {
			if o.Address.Site == licensing {
				home := &model.Object{Address: o.Address, Spec: map[string]any{"tenantDomain": "main.example.com"}}
				s.mustApply(s.plan([]*model.Object{home}, kinds))
			}
		}
		if left := build(); !left.Empty() {
			t.Errorf("one site %v: after a change of the licensing site there is left\n%s", one, describe(left))
		}
	}
}
