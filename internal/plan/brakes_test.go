package plan_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/schemas"
)

func change(cat *model.Catalog, action plan.Action, address string, spec map[string]any) plan.Change {
	a, err := cat.ParseAddress(address)
	if err != nil {
		panic(err)
	}
	c := plan.Change{Address: address, Kind: a.Kind, Site: a.Site, Name: a.Name, Action: action}
	if action != plan.Delete {
		c.Desired = &model.Object{Address: a, Spec: spec}
	}
	return c
}

func liveObject(cat *model.Catalog, address string, spec map[string]any) *model.Object {
	a, err := cat.ParseAddress(address)
	if err != nil {
		panic(err)
	}
	return &model.Object{Address: a, Spec: spec}
}

func TestBrakes(t *testing.T) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	live := &export.Farm{Catalog: cat, Objects: map[string][]*model.Object{}}
	for i := range 20 {
		live.Objects["CustomRoute"] = append(live.Objects["CustomRoute"], liveObject(cat, fmt.Sprintf("Main/CustomRoute/r%d", i), nil))
	}
	for i := range 5 {
		live.Objects["Theme"] = append(live.Objects["Theme"], liveObject(cat, fmt.Sprintf("Main/Theme/t%d", i), nil))
	}
	live.Objects["Gateway"] = []*model.Object{
		liveObject(cat, "Main/Gateway/g1", map[string]any{"enabled": true}), liveObject(cat, "Main/Gateway/g2", map[string]any{"enabled": true}),
		liveObject(cat, "Main/Gateway/off", map[string]any{"enabled": false}), liveObject(cat, "Branch/Gateway/g3", map[string]any{"enabled": true}),
	}
	live.Objects["AdminAccount"] = []*model.Object{
		liveObject(cat, `AdminAccount/EXAMPLE\root`, map[string]any{"permissions": "RootAdmin", "enabled": true}),
		liveObject(cat, `AdminAccount/EXAMPLE\power`, map[string]any{"permissions": "PowerAdmin", "enabled": true}),
	}
	deletes := func(kind string, n int) []plan.Change {
		var out []plan.Change
		for i := range n {
			out = append(out, change(cat, plan.Delete, fmt.Sprintf("Main/%s/%s%d", kind, map[string]string{"CustomRoute": "r", "Theme": "t"}[kind], i), nil))
		}
		return out
	}
	updates := func(n int) []plan.Change {
		var out []plan.Change
		for i := range n {
			out = append(out, change(cat, plan.Update, fmt.Sprintf("Main/CustomRoute/r%d", i), map[string]any{}))
		}
		return out
	}
	usual := plan.Limits{Deletes: 10, DeletePercent: 20, From: 10}
	one := func(c plan.Change) []plan.Change { return []plan.Change{c} }
	for _, tt := range []struct {
		name    string
		changes []plan.Change
		limits  plan.Limits
		allow   plan.Allowance
		protect bool
		account string
		want    []string // rule and flag
	}{
		{name: "nothing", limits: usual},
		{name: "four of twenty are a fifth", changes: deletes("CustomRoute", 4), limits: usual},
		{name: "five of twenty are more", changes: deletes("CustomRoute", 5), limits: usual, want: []string{"deletes --allow-deletes 5"}},
		{name: "with the number", changes: deletes("CustomRoute", 5), limits: usual, allow: plan.Allowance{Deletes: 5}},
		{name: "a larger number is of another plan", changes: deletes("CustomRoute", 5), limits: usual, allow: plan.Allowance{Deletes: 6}, want: []string{"deletes --allow-deletes 5"}},
		{name: "a smaller number too", changes: deletes("CustomRoute", 5), limits: usual, allow: plan.Allowance{Deletes: 4}, want: []string{"deletes --allow-deletes 5"}},
		{name: "small kinds have no percentage", changes: deletes("Theme", 5), limits: usual},
		{name: "eleven are many anyhow", changes: deletes("CustomRoute", 11), limits: plan.Limits{Deletes: 10}, want: []string{"deletes --allow-deletes 11"}},
		{name: "no limit", changes: deletes("CustomRoute", 20)},
		{name: "updates are free by default", changes: updates(20), limits: usual},
		{name: "unless they are limited", changes: updates(3), limits: plan.Limits{Updates: 2}, want: []string{"updates --allow-updates 3"}},
		{name: "by percentage too", changes: updates(3), limits: plan.Limits{UpdatePercent: 10, From: 10}, want: []string{"updates --allow-updates 3"}},
		{name: "protected", changes: deletes("Theme", 1), limits: usual, protect: true, want: []string{"protected "}},
		{name: "one of two gateways", changes: one(change(cat, plan.Delete, "Main/Gateway/g1", nil)), limits: usual},
		{name: "the last gateway that is on", changes: append(one(change(cat, plan.Delete, "Main/Gateway/g1", nil)), change(cat, plan.Update, "Main/Gateway/g2", map[string]any{"enabled": false})), want: []string{"last "}},
		{name: "unless another comes", changes: append(one(change(cat, plan.Delete, "Branch/Gateway/g3", nil)), change(cat, plan.Create, "Branch/Gateway/g4", map[string]any{"enabled": true}))},
		{name: "another site's does not count", changes: append(one(change(cat, plan.Delete, "Branch/Gateway/g3", nil)), change(cat, plan.Create, "Main/Gateway/g4", map[string]any{"enabled": true})), want: []string{"last "}},
		{name: "the site goes with it", changes: append(one(change(cat, plan.Delete, "Branch/Gateway/g3", nil)), change(cat, plan.Delete, "Site/Branch", nil))},
		{name: "an update of something else", changes: one(change(cat, plan.Update, "Branch/Gateway/g3", map[string]any{"description": "x"}))},
		{name: "the last root", changes: one(change(cat, plan.Update, `AdminAccount/EXAMPLE\root`, map[string]any{"permissions": "PowerAdmin"})), want: []string{"last "}},
		{name: "the account in use", changes: one(change(cat, plan.Delete, `AdminAccount/EXAMPLE\power`, nil)), account: "power@example.com", want: []string{"account "}},
		{name: "another's account", changes: one(change(cat, plan.Delete, `AdminAccount/EXAMPLE\power`, nil)), account: "power@elsewhere.com"},
	} {
		g := plan.Guard{Catalog: cat, Limits: tt.limits, Allow: tt.allow, Account: tt.account}
		if tt.protect {
			g.Protected = func(model.Address) bool { return true }
		}
		var got []string
		for _, r := range plan.Brakes(&plan.Plan{Changes: tt.changes}, live, g) {
			got = append(got, r.Rule+" "+r.Flag)
			if r.Why == "" {
				t.Errorf("%s: a refusal without a reason", tt.name)
			}
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, d)
		}
	}
}

func TestSameAccount(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{`EXAMPLE\jane`, `example\JANE`, true},
		{`EXAMPLE\jane`, "jane@example.com", true},
		{"jane@example.com", "jane@example.com", true},
		{"jane", `EXAMPLE\jane`, true},
		{`EXAMPLE\jane`, `OTHER\jane`, false},
		{`EXAMPLE\jane`, `EXAMPLE\john`, false},
	} {
		if got := plan.SameAccount(tt.a, tt.b); got != tt.want {
			t.Errorf("%s and %s: %v", tt.a, tt.b, got)
		}
	}
}
