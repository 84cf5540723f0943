package guard_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"rassync/internal/export"
	"rassync/internal/guard"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/schemas"
)

// TestLimitsAllowWhatTheySay: a limit of ten lets ten pass, and one of ten in a
// hundred lets ten in a hundred pass.
func TestLimitsAllowWhatTheySay(t *testing.T) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	live := &export.Farm{Catalog: cat, Objects: map[string][]*model.Object{}}
	for i := range 100 {
		live.Objects["CustomRoute"] = append(live.Objects["CustomRoute"], liveObject(cat, fmt.Sprintf("Main/CustomRoute/r%d", i), nil))
	}
	for _, action := range []plan.Action{plan.Delete, plan.Update} {
		for n, refused := range map[int]bool{9: false, 10: false, 11: true} {
			p := &plan.Plan{}
			for i := range n {
				p.Changes = append(p.Changes, change(cat, action, fmt.Sprintf("Main/CustomRoute/r%d", i), map[string]any{}))
			}
			for what, limits := range map[string]guard.Limits{
				"by number":  {Deletes: 10, Updates: 10},
				"by percent": {DeletePercent: 10, UpdatePercent: 10, From: 100},
			} {
				if got := guard.Brakes(p, live, guard.Guard{Catalog: cat, Limits: limits}); (len(got) > 0) != refused {
					t.Errorf("%d %ss %s: %v", n, action, what, got)
				}
			}
		}
	}
}

// TestWhatIsCounted: a replacement deletes and updates, what makes or sorts does
// neither, an object counts once, and a yes holds for one number of one plan.
func TestWhatIsCounted(t *testing.T) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	live := &export.Farm{Catalog: cat, Objects: map[string][]*model.Object{}}
	for i := range 4 {
		live.Objects["CustomRoute"] = append(live.Objects["CustomRoute"], liveObject(cat, fmt.Sprintf("Main/CustomRoute/r%d", i), nil))
	}
	of := func(action plan.Action, n int, confirmed bool) (out []plan.Change) {
		for i := range n {
			c := change(cat, action, fmt.Sprintf("Main/CustomRoute/r%d", i), map[string]any{})
			c.Confirmed = confirmed
			out = append(out, c)
		}
		return out
	}
	limits := guard.Limits{Deletes: 1, Updates: 1}
	for name, tt := range map[string]struct {
		changes []plan.Change
		limits  guard.Limits
		rules   string
	}{
		"replacements count for both":               {of(plan.Replace, 2, false), limits, "deletes updates"},
		"confirmed ones are no counted deletes":     {of(plan.Replace, 2, true), limits, "updates"},
		"updates are no deletes":                    {of(plan.Update, 2, false), limits, "updates"},
		"deletes are no updates":                    {of(plan.Delete, 2, false), limits, "deletes"},
		"confirmed deletes":                         {of(plan.Delete, 2, true), limits, ""},
		"creates and orders":                        {append(of(plan.Create, 2, false), of(plan.Reorder, 2, false)...), limits, ""},
		"twice the same object":                     {append(of(plan.Update, 1, false), of(plan.Update, 1, false)...), limits, ""},
		"a share of few objects does not count":     {of(plan.Update, 4, false), guard.Limits{UpdatePercent: 10, From: 5}, ""},
		"and of just enough it does":                {of(plan.Update, 4, false), guard.Limits{UpdatePercent: 10, From: 4}, "updates"},
		"without a limit of a share all may change": {of(plan.Update, 4, false), guard.Limits{From: 1}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var rules []string
			for _, r := range guard.Brakes(&plan.Plan{Changes: tt.changes}, live, guard.Guard{Catalog: cat, Limits: tt.limits}) {
				if r.Rule == "deletes" || r.Rule == "updates" {
					rules = append(rules, r.Rule)
				}
			}
			slices.Sort(rules) // what replacements cost users has the rule of deletes too
			if got := strings.Join(slices.Compact(rules), " "); got != tt.rules {
				t.Errorf("%q instead of %q", got, tt.rules)
			}
		})
	}
	p := &plan.Plan{Changes: of(plan.Update, 2, false)}
	refused := guard.Brakes(p, live, guard.Guard{Catalog: cat, Limits: limits})
	if len(refused) != 1 || strings.Contains(refused[0].Why, "is not about this plan") {
		t.Fatalf("%v", refused)
	}
	said := strings.TrimPrefix(refused[0].Flag, "--allow-updates ")
	if got := guard.Brakes(p, live, guard.Guard{Catalog: cat, Limits: limits, Allow: guard.Allowance{Updates: said}}); len(got) != 0 {
		t.Errorf("allowed, and refused: %v", got)
	}
	other := "3" + strings.TrimPrefix(said, "2")
	if got := guard.Brakes(p, live, guard.Guard{Catalog: cat, Limits: limits, Allow: guard.Allowance{Updates: other}}); len(got) != 1 || !strings.Contains(got[0].Why, "is not about this plan") {
		t.Errorf("a yes to another number: %v", got)
	}
}

// TestAccountInUseIsKept: the account that rassync uses is neither taken away nor
// switched off, root or not, however its name is spelled.
func TestAccountInUseIsKept(t *testing.T) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	live := &export.Farm{Catalog: cat, Objects: map[string][]*model.Object{"AdminAccount": {
		liveObject(cat, `AdminAccount/EXAMPLE\root`, map[string]any{"permissions": "RootAdmin", "enabled": true}),
		liveObject(cat, `AdminAccount/EXAMPLE\power`, map[string]any{"permissions": "PowerAdmin", "enabled": true}),
	}}}
	off := change(cat, plan.Update, `AdminAccount/EXAMPLE\power`, map[string]any{"enabled": false})
	off.Fields = []plan.Field{{Path: "enabled", Before: true, After: false}}
	mail := change(cat, plan.Update, `AdminAccount/EXAMPLE\power`, map[string]any{"email": "p@example.com"})
	mail.Fields = []plan.Field{{Path: "email", Before: "", After: "p@example.com"}}
	for name, tt := range map[string]struct {
		change  plan.Change
		account string
		why     string // "" passes
	}{
		"switched off":             {off, `EXAMPLE\power`, "switches off"},
		"in another spelling":      {off, "POWER@example.com", "switches off"},
		"another's":                {off, `EXAMPLE\root`, ""},
		"something else of it":     {mail, `EXAMPLE\power`, ""},
		"deleted":                  {change(cat, plan.Delete, `AdminAccount/EXAMPLE\power`, nil), "power", "deletes"},
		"the same name, elsewhere": {off, `OTHER\power`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, r := range guard.Brakes(&plan.Plan{Changes: []plan.Change{tt.change}}, live, guard.Guard{Catalog: cat, Account: tt.account}) {
				if r.Rule == "account" {
					got = append(got, r.Why)
				}
			}
			if tt.why == "" && len(got) > 0 || tt.why != "" && (len(got) != 1 || !strings.Contains(got[0], tt.why)) {
				t.Errorf("%v", got)
			}
		})
	}
}

// TestCopiesAreCounted: what the farm copies to other objects along with a change
// counts for limits, and needs the permission that a change of them needs.
func TestCopiesAreCounted(t *testing.T) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	live := export.NewFarm(cat, liveObject(cat, "Main/LBSettings", map[string]any{"deadTimeout": int64(1)}), liveObject(cat, "Branch/LBSettings", map[string]any{"deadTimeout": int64(2)}),
		liveObject(cat, "South/LBSettings", map[string]any{"deadTimeout": int64(2)}))
	c := change(cat, plan.Update, "Main/LBSettings", map[string]any{"replicate": true})
	for _, site := range []string{"Branch", "South"} {
		c.AlsoChanges = append(c.AlsoChanges, plan.Effect{Address: site + "/LBSettings", Because: "replicate", Fields: []plan.Field{{Path: "deadTimeout", Before: int64(2), After: int64(1)}}})
	}
	alone := &plan.Plan{Changes: []plan.Change{c}}
	with := &plan.Plan{Changes: []plan.Change{c, change(cat, plan.Update, "Branch/LBSettings", map[string]any{"deadTimeout": int64(1)})}}
	for name, tt := range map[string]struct {
		plan    *plan.Plan
		most    int
		refused bool
	}{"three objects are more than two": {alone, 2, true}, "and not more than three": {alone, 3, false}, "each counts once": {with, 3, false}} {
		if got := guard.Brakes(tt.plan, live, guard.Guard{Catalog: cat, Limits: guard.Limits{Updates: tt.most}}); (len(got) > 0) != tt.refused {
			t.Errorf("%s: %v", name, got)
		}
	}
	main := func(a model.Address) bool { return a.Site == "Main" }
	for name, got := range map[string][]guard.Refusal{"Brakes": guard.Brakes(alone, live, guard.Guard{Catalog: cat, MayChange: main}), "Operator": guard.Operator(with, live, guard.Guard{Catalog: cat, MayChange: main})} {
		if len(got) != 1 || got[0].Rule != "changes" || strings.Join(got[0].Objects, " ") != "Branch/LBSettings South/LBSettings" {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
