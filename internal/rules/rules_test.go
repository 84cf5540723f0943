package rules_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/policy"
	"rassync/internal/rules"
	"rassync/schemas"
)

func input(t *testing.T) rules.Input {
	t.Helper()
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	theme := model.Address{Site: "Main", Kind: "Theme", Name: "Staff"}
	other := model.Address{Site: "Main", Kind: "Theme", Name: "Guests"}
	have := &model.Object{Address: theme, Spec: map[string]any{"enabled": true, "mfa": "Authenticator", "count": int64(3), "nested": map[string]any{"a": "x", "b": "y"}}}
	live := &export.Farm{Catalog: cat, Objects: map[string][]*model.Object{"Theme": {have, {Address: other, Spec: map[string]any{"mfa": ""}}}}}
	p := &plan.Plan{Changes: []plan.Change{
		{Address: "Main/Theme/Staff", Kind: "Theme", Site: "Main", Name: "Staff", Action: plan.Update, Before: have,
			Desired: &model.Object{Address: theme, Spec: map[string]any{"mfa": "", "nested": map[string]any{"b": "z"}}},
			Fields:  []plan.Field{{Path: "mfa", Before: "Authenticator", After: ""}}, Impact: []plan.Impact{{Effect: "weakensSecurity", Path: "mfa", Why: "no second factor"}}},
		{Address: "Main/Theme/Guests", Kind: "Theme", Site: "Main", Name: "Guests", Action: plan.Delete, Before: live.Objects["Theme"][1]},
		{Address: "Main/Provider/v", Kind: "Provider", Site: "Main", Name: "v", Action: plan.Create,
			Desired: &model.Object{Spec: map[string]any{"providerPassword": model.SecretRef{Env: "PW"}, "list": []any{map[string]any{"$id": int64(7), "name": "n"}}}}},
	}}
	return rules.Input{Catalog: cat, Plan: p, Live: live, Labels: []string{"two-reviewers"}, Account: `EX\ci`}
}

// TestWhatRulesSee: each rule says which of the changes it does not let pass.
func TestWhatRulesSee(t *testing.T) {
	in := input(t)
	for check, want := range map[string]string{
		`true`:            "",
		`kind != "Theme"`: "Main/Theme/Staff Main/Theme/Guests",
		`action != "create" || site == "Main" && name == "v"`:                                                        "",
		`action != "delete" || size(after) == 0`:                                                                     "",
		`action != "create" || size(before) == 0`:                                                                    "",
		`name != "Staff" || before.mfa == "Authenticator" && after.mfa == "" && after.enabled`:                       "",
		`name != "Staff" || after.nested.a == "x" && after.nested.b == "z"`:                                          "",
		`name != "Staff" || before.count < 4 && before.count >= 3.0`:                                                 "",
		`!fields.exists(f, f.path == "mfa" && f.after == "")`:                                                        "Main/Theme/Staff",
		`!impacts.exists(i, i.effect == "weakensSecurity")`:                                                          "Main/Theme/Staff",
		`"two-reviewers" in labels && account == "EX\\ci"`:                                                           "",
		`kind != "Provider" || after.providerPassword.fromEnv == "PW"`:                                               "",
		`kind != "Provider" || after.list.all(e, size(e) == 1)`:                                                      "",
		`name.lower() != "staff"`:                                                                                    "Main/Theme/Staff",
		`farm["Theme"].all(t, t.name != "Guests") && farm["Theme"].exists(t, t.name == "Staff" && t.spec.mfa == "")`: "",
		`confirmed == false`: "",
	} {
		set, ds := rules.Compile([]policy.Rule{{Name: "r", Check: check, Message: "no", Reads: []string{"Theme"}}})
		if ds.Failed() {
			t.Errorf("%s: %v", check, ds)
			continue
		}
		var got []string
		for _, f := range set.Check(context.Background(), in) {
			if f.Err != nil {
				t.Errorf("%s: %v", check, f.Err)
			}
			got = append(got, f.Address)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %q instead of %q", check, got, want)
		}
	}
	set, ds := rules.Compile([]policy.Rule{{Name: "r", OnObject: true, When: `kind == "Theme"`, Check: `object.mfa != ""`, Message: "no", Warn: true}})
	if ds.Failed() {
		t.Fatal(ds)
	}
	found := set.Check(context.Background(), in)
	if len(found) != 1 || found[0].Address != "Main/Theme/Staff" || !found[0].Warn {
		t.Errorf("of objects: %v", found)
	}
}

// TestRulesFailClosed: what cannot be evaluated counts as broken, and says so.
func TestRulesFailClosed(t *testing.T) {
	in := input(t)
	for check, says := range map[string]string{
		`after.nothing == 1`:      "no such key",
		`after.mfa + 1 == 2`:      "no such overload",
		`after.enabled.x == true`: "",
		`after.mfa`:               "instead of true or false",
	} {
		set, ds := rules.Compile([]policy.Rule{{Name: "r", Check: check, Message: "no"}})
		if ds.Failed() {
			t.Errorf("%s: %v", check, ds)
			continue
		}
		found := set.Check(context.Background(), in)
		if len(found) == 0 || found[0].Err == nil || !strings.Contains(found[0].Text(), says) {
			t.Errorf("%s: %v", check, found)
		}
	}
}

// TestWrongRulesAreNamed: at compile time, with what a rule sees.
func TestWrongRulesAreNamed(t *testing.T) {
	for _, check := range []string{`object.x`, `afer.x == 1`, `1 + `, `"text"`, `size(labels)`, strings.Repeat("(", 80) + "true" + strings.Repeat(")", 80)} {
		set, ds := rules.Compile([]policy.Rule{{Name: "mine", Check: check, Message: "no", Source: model.Source{File: "rassync.yaml", Line: 7, Col: 3}}})
		if !ds.Failed() || !strings.Contains(ds[0].Summary, `rule "mine"`) || ds[0].Source.Line != 7 || set == nil {
			t.Errorf("%s: %v", check, ds)
		}
	}
}

// TestHostileRulesEnd: a commit can write rules; none of them takes the machine.
func TestHostileRulesEnd(t *testing.T) {
	in := input(t)
	long := make([]any, 3000)
	for i := range long {
		long[i] = "x"
	}
	in.Plan.Changes[0].Desired.Spec["long"] = long
	for _, check := range []string{
		`after.long.all(a, after.long.all(b, after.long.all(c, after.long.all(d, a == b && c == d))))`,
		`size(after.long.map(a, after.long.map(b, after.long.map(c, a + b + c)))) > 0`,
		`after.mfa.matches("(((((a*)*)*)*)*)*b")`,
	} {
		set, ds := rules.Compile([]policy.Rule{{Name: "r", When: `name == "Staff"`, Check: check, Message: "no"}})
		if ds.Failed() {
			continue // refused before it is evaluated
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		found := set.Check(ctx, in)
		cancel()
		if len(found) != 1 {
			t.Errorf("%s: %v", check, found)
		}
	}
}

// TestRulesSeeCopies: what the farm copies to another object along with a change is
// judged like a change of it.
func TestRulesSeeCopies(t *testing.T) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	of := func(site string, spec map[string]any) *model.Object {
		return &model.Object{Address: model.Address{Site: site, Kind: "LBSettings"}, Spec: spec}
	}
	live := export.NewFarm(cat, of("Main", map[string]any{"deadTimeout": int64(1), "replicate": false}), of("Branch", map[string]any{"deadTimeout": int64(2), "replicate": false}))
	main := plan.Change{Address: "Main/LBSettings", Kind: "LBSettings", Site: "Main", Action: plan.Update, Before: live.Objects["LBSettings"][0], Desired: of("Main", map[string]any{"replicate": true}),
		AlsoChanges: []plan.Effect{{Address: "Branch/LBSettings", Because: "replicate", Fields: []plan.Field{{Path: "deadTimeout", Before: int64(2), After: int64(1)}}}}}
	own := plan.Change{Address: "Branch/LBSettings", Kind: "LBSettings", Site: "Branch", Action: plan.Update, Before: live.Objects["LBSettings"][1], Desired: of("Branch", map[string]any{"replicate": false})}
	for name, changes := range map[string][]plan.Change{"alone": {main}, "with a change of its own": {main, own}} {
		for check, want := range map[string]string{
			`site != "Branch" || after.deadTimeout == 2`:                                "Branch/LBSettings",
			`site != "Branch" || before.deadTimeout == 2 && after.replicate == false`:   "",
			`site == "Branch" || farm["LBSettings"].all(p, p.spec.deadTimeout == 1)`:    "",
			`site == "Branch" || size(farm["LBSettings"]) == 2`:                         "",
			`site == "Branch" || farm["LBSettings"].exists(p, p.spec.deadTimeout == 2)`: "Main/LBSettings",
		} {
			set, ds := rules.Compile([]policy.Rule{{Name: "r", Check: check, Message: "no", Reads: []string{"LBSettings"}}})
			if ds.Failed() {
				t.Fatal(check, ds)
			}
			var got []string
			for _, f := range set.Check(context.Background(), rules.Input{Catalog: cat, Live: live, Plan: &plan.Plan{Changes: changes}}) {
				if f.Err != nil {
					t.Errorf("%s: %v", check, f.Err)
				}
				got = append(got, f.Address)
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%s, %s: %q instead of %q", name, check, got, want)
			}
		}
	}
}
