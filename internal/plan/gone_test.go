package plan_test

import (
	"strings"
	"testing"

	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/schemas"
)

// What farms of a newer version do not have any more is left out of a plan,
// with a word on why; an older farm still gets it.
func TestGoneWithAVersion(t *testing.T) {
	for _, c := range []struct {
		version string
		gone    bool
	}{{"20.3.1", false}, {"21.2.1.1", true}, {"v22", true}, {"", false}, {"1.0", false}} {
		cat, err := model.Load(schemas.Files)
		if err != nil {
			t.Fatal(err)
		}
		cat.ForVersion(c.version)
		a := model.Address{Kind: "ClientSettings", Site: "Main"}
		site := &model.Object{Address: model.Address{Kind: model.SiteKind, Name: "Main"}, ID: "1"}
		live := export.NewFarm(cat, site, &model.Object{Address: a, SiteID: "1", Spec: map[string]any{"excludeDirectRDP": "a"}})
		want := &model.Object{Address: a, Spec: map[string]any{"excludeDirectRDP": "b"}}
		p, ds := plan.Build(plan.Input{Catalog: cat, Desired: []*model.Object{want}, Live: live})
		if ds.Failed() {
			t.Fatal(ds)
		}
		if c.gone != (len(p.Changes) == 0) || c.gone != (len(p.Unwritable) == 1) {
			t.Errorf("version %q: %d changes, unwritable %v", c.version, len(p.Changes), p.Unwritable)
		}
		if c.gone && !strings.Contains(p.Unwritable[0].String(), "farms after v20 do not have it") {
			t.Errorf("version %q: %s", c.version, p.Unwritable[0])
		}
		if leaves := model.Leaves(cat.Kind("ClientSettings").Spec, want.Spec); c.gone != (len(leaves) == 0) {
			t.Errorf("version %q: a body would hold %v", c.version, leaves)
		}
	}
}
