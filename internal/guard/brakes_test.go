package guard_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rassync/internal/export"
	"rassync/internal/guard"
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
		liveObject(cat, `AdminAccount/EXAMPLE\off`, map[string]any{"permissions": "RootAdmin", "enabled": false}),
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
	replaces := func(n int) []plan.Change {
		var out []plan.Change
		for i := range n {
			out = append(out, change(cat, plan.Replace, fmt.Sprintf("Main/CustomRoute/r%d", 10+i), map[string]any{}))
		}
		return out
	}
	confirmed := func(list []plan.Change) []plan.Change {
		for i := range list {
			list[i].Confirmed = true
		}
		return list
	}
	usual := guard.Limits{Deletes: 10, DeletePercent: 20, From: 10}
	one := func(c plan.Change) []plan.Change { return []plan.Change{c} }
	for _, tt := range []struct {
		name    string
		changes []plan.Change
		limits  guard.Limits
		allow   guard.Allowance // DIGEST stands for the plan's own
		protect bool
		account string
		want    []string // rule and flag
	}{
		{name: "nothing", limits: usual},
		{name: "four of twenty are a fifth", changes: deletes("CustomRoute", 4), limits: usual},
		{name: "five of twenty are more", changes: deletes("CustomRoute", 5), limits: usual, want: []string{"deletes --allow-deletes 5@DIGEST"}},
		{name: "with the number", changes: deletes("CustomRoute", 5), limits: usual, allow: guard.Allowance{Deletes: "5@DIGEST"}},
		{name: "a larger number is of another plan", changes: deletes("CustomRoute", 5), limits: usual, allow: guard.Allowance{Deletes: "6@DIGEST"}, want: []string{"deletes --allow-deletes 5@DIGEST"}},
		{name: "a smaller number too", changes: deletes("CustomRoute", 5), limits: usual, allow: guard.Allowance{Deletes: "4@DIGEST"}, want: []string{"deletes --allow-deletes 5@DIGEST"}},
		{name: "a number alone is of no plan", changes: deletes("CustomRoute", 5), limits: usual, allow: guard.Allowance{Deletes: "5"}, want: []string{"deletes --allow-deletes 5@DIGEST"}},
		{name: "another plan's digest", changes: deletes("CustomRoute", 5), limits: usual, allow: guard.Allowance{Deletes: "5@01234567"}, want: []string{"deletes --allow-deletes 5@DIGEST"}},
		{name: "too little of the digest", changes: deletes("CustomRoute", 5), limits: usual, allow: guard.Allowance{Deletes: "5@D"}, want: []string{"deletes --allow-deletes 5@DIGEST"}},
		{name: "a number for something else", changes: deletes("CustomRoute", 5), limits: usual, allow: guard.Allowance{Updates: "5@DIGEST"}, want: []string{"deletes --allow-deletes 5@DIGEST"}},
		{name: "replaces delete too", changes: replaces(5), limits: usual, want: []string{"deletes --allow-deletes 5@DIGEST", "deletes --allow-deletes 5@DIGEST"}}, // and each locks users out
		{name: "a replace that costs users something", changes: one(change(cat, plan.Replace, "Main/AppPackage/Tools@1.0", nil)), want: []string{"deletes --allow-deletes 1@DIGEST"}},
		{name: "unless it is confirmed", changes: confirmed(one(change(cat, plan.Replace, "Main/AppPackage/Tools@1.0", nil)))},
		{name: "or allowed", changes: one(change(cat, plan.Replace, "Main/AppPackage/Tools@1.0", nil)), allow: guard.Allowance{Deletes: "1@DIGEST"}},
		{name: "a replace that costs nothing", changes: one(change(cat, plan.Replace, "Main/MFADeepnet/D", nil))},
		{name: "what its document confirms is not counted", changes: confirmed(append(deletes("CustomRoute", 5), replaces(5)...)), limits: usual},
		{name: "nor protected", changes: confirmed(deletes("Theme", 1)), limits: usual, protect: true},
		{name: "but the last gateway stays", changes: confirmed(one(change(cat, plan.Delete, "Branch/Gateway/g3", nil))), want: []string{"last "}},
		{name: "and the last root", changes: confirmed(one(change(cat, plan.Delete, `AdminAccount/EXAMPLE\root`, nil))), want: []string{"last "}},
		{name: "and the account in use", changes: confirmed(one(change(cat, plan.Delete, `AdminAccount/EXAMPLE\power`, nil))), account: "power@example.com", want: []string{"account "}},
		{name: "small kinds have no percentage", changes: deletes("Theme", 5), limits: usual},
		{name: "eleven are many anyhow", changes: deletes("CustomRoute", 11), limits: guard.Limits{Deletes: 10}, want: []string{"deletes --allow-deletes 11@DIGEST"}},
		{name: "no limit", changes: deletes("CustomRoute", 20)},
		{name: "updates are free by default", changes: updates(20), limits: usual},
		{name: "unless they are limited", changes: updates(3), limits: guard.Limits{Updates: 2}, want: []string{"updates --allow-updates 3@DIGEST"}},
		{name: "by percentage too", changes: updates(3), limits: guard.Limits{UpdatePercent: 10, From: 10}, want: []string{"updates --allow-updates 3@DIGEST"}},
		{name: "protected", changes: deletes("Theme", 1), limits: usual, protect: true, want: []string{"protected "}},
		{name: "one of two gateways", changes: one(change(cat, plan.Delete, "Main/Gateway/g1", nil)), limits: usual},
		{name: "the last gateway that is on", changes: append(one(change(cat, plan.Delete, "Main/Gateway/g1", nil)), change(cat, plan.Update, "Main/Gateway/g2", map[string]any{"enabled": false})), want: []string{"last "}},
		{name: "unless another comes", changes: append(one(change(cat, plan.Delete, "Branch/Gateway/g3", nil)), change(cat, plan.Create, "Branch/Gateway/g4", map[string]any{"enabled": true}))},
		{name: "another site's does not count", changes: append(one(change(cat, plan.Delete, "Branch/Gateway/g3", nil)), change(cat, plan.Create, "Main/Gateway/g4", map[string]any{"enabled": true})), want: []string{"last "}},
		{name: "the site goes with it", changes: append(one(change(cat, plan.Delete, "Branch/Gateway/g3", nil)), change(cat, plan.Delete, "Site/Branch", nil))},
		{name: "an update of something else", changes: one(change(cat, plan.Update, "Branch/Gateway/g3", map[string]any{"description": "x"}))},
		{name: "the last root", changes: one(change(cat, plan.Update, `AdminAccount/EXAMPLE\root`, map[string]any{"permissions": "PowerAdmin"})), want: []string{"last "}},
		{name: "the account in use", changes: one(change(cat, plan.Delete, `AdminAccount/EXAMPLE\power`, nil)), account: "power@example.com", want: []string{"account "}},
		{name: "the rank of the account in use", changes: one(change(cat, plan.Update, `AdminAccount/EXAMPLE\root`, map[string]any{"permissions": "PowerAdmin"})), account: "root@example.com", want: []string{"last ", "account "}},
		{name: "other values of the account in use", changes: one(change(cat, plan.Update, `AdminAccount/EXAMPLE\root`, map[string]any{"mobile": "1"})), account: "root@example.com"},
		{name: "another's account", changes: one(change(cat, plan.Delete, `AdminAccount/EXAMPLE\power`, nil)), account: "power@elsewhere.com"},
	} {
		p := &plan.Plan{Changes: tt.changes}
		digest := p.Digest()[:16]
		tt.allow.Deletes = strings.Replace(strings.Replace(tt.allow.Deletes, "DIGEST", digest, 1), "@D", "@"+digest[:1], 1)
		tt.allow.Updates = strings.Replace(tt.allow.Updates, "DIGEST", digest, 1)
		g := guard.Guard{Catalog: cat, Limits: tt.limits, Allow: tt.allow, Account: tt.account}
		if tt.protect {
			g.Protected = func(model.Address) bool { return true }
		}
		var got []string
		for _, r := range guard.Brakes(p, live, g) {
			got = append(got, r.Rule+" "+strings.Replace(r.Flag, digest, "DIGEST", 1))
			if r.Why == "" {
				t.Errorf("%s: a refusal without a reason", tt.name)
			}
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, d)
		}
	}
}

// TestPlanDigest: the digest is that of what the plan does, not of when and
// from where it was planned.
func TestPlanDigest(t *testing.T) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	make := func() *plan.Plan {
		c := change(cat, plan.Update, "Main/Theme/A", map[string]any{"description": "x", "enabled": true})
		c.Fields = []plan.Field{{Path: "description", Before: int64(1), After: "x"}}
		c.PreImage = "one"
		return &plan.Plan{FormatVersion: plan.FormatVersion, Farm: plan.Farm{GUID: "{ABC}"}, Changes: []plan.Change{c}, Warnings: []string{"a"}}
	}
	first := make()
	for name, do := range map[string]func(*plan.Plan){
		"value":   func(p *plan.Plan) { p.Changes[0].Desired.Spec["description"] = "y" },
		"object":  func(p *plan.Plan) { p.Changes[0].PreImage = "two" },
		"action":  func(p *plan.Plan) { p.Changes[0].Action = plan.Replace },
		"farm":    func(p *plan.Plan) { p.Farm.GUID = "other" },
		"confirm": func(p *plan.Plan) { p.Changes[0].Confirmed = true },
		"more":    func(p *plan.Plan) { p.Changes = append(p.Changes, change(cat, plan.Delete, "Main/Theme/B", nil)) },
	} {
		if other := make(); other.Digest() != first.Digest() {
			t.Fatal("the same plan has two digests")
		} else if do(other); other.Digest() == first.Digest() {
			t.Errorf("%s: another plan has the same digest", name)
		}
	}
	same := make()
	same.Tool.Version, same.Farm.URL, same.Farm.GUID, same.Warnings = "9", "https://elsewhere", "abc", nil
	same.Changes[0].Source = &plan.Source{File: "elsewhere.yaml", Line: 7}
	if same.Digest() != first.Digest() {
		t.Error("where and when it was planned changes the digest")
	}
	f, err := plan.NewFile(first, time.Now(), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "p")
	if err := f.Write(path); err != nil {
		t.Fatal(err)
	}
	back, err := plan.ReadFile(path, cat, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if back.Plan.Digest() != first.Digest() {
		t.Error("the plan file has another digest than the plan")
	}
}

func TestAllowanceIsChecked(t *testing.T) {
	for text, ok := range map[string]bool{"": true, "14@3f9a2c1b": true, "14": false, "-3@3f9a2c1b": false, "many": false, "14@what": false, "@3f9a2c1b": false} {
		if err := (guard.Allowance{Deletes: text}).Check(); (err == nil) != ok {
			t.Errorf("deletes %q: %v", text, err)
		}
		if err := (guard.Allowance{Updates: text}).Check(); (err == nil) != ok {
			t.Errorf("updates %q: %v", text, err)
		}
	}
	for text, ok := range map[string]bool{"": true, "3f9a2c1b": true, "yes": false} {
		if err := (guard.Allowance{Lockout: text}).Check(); (err == nil) != ok {
			t.Errorf("lockout %q: %v", text, err)
		}
	}
}

// TestWayBackTakesAwayWhatWasNotThere: the last of its sort may go if the
// state that is gone back to had none either, and only there.
func TestWayBackTakesAwayWhatWasNotThere(t *testing.T) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	on := map[string]any{"enabled": true}
	before := &export.Farm{Catalog: cat, Objects: map[string][]*model.Object{"Gateway": {liveObject(cat, "Main/Gateway/g1", on), liveObject(cat, "Branch/Gateway/off", map[string]any{"enabled": false})}}}
	forth := &plan.Plan{Changes: []plan.Change{change(cat, plan.Create, "Branch/Gateway/g2", on), change(cat, plan.Update, "Main/Gateway/g1", map[string]any{})}}
	lacking := guard.Lacking(cat, forth, before)
	if len(lacking) != 1 || !strings.Contains(lacking[0], "Gateway in branch") {
		t.Fatalf("lacking: %v", lacking)
	}
	now := &export.Farm{Catalog: cat, Objects: map[string][]*model.Object{"Gateway": append(before.Objects["Gateway"], liveObject(cat, "Branch/Gateway/g2", on))}}
	back := &plan.Plan{Changes: []plan.Change{change(cat, plan.Delete, "Branch/Gateway/g2", nil)}}
	if r := guard.Brakes(back, now, guard.Guard{Catalog: cat}); len(r) != 1 {
		t.Errorf("not a way back, yet not refused: %v", r)
	}
	if r := guard.Brakes(back, now, guard.Guard{Catalog: cat, Lacking: lacking}); len(r) != 0 {
		t.Errorf("the way back is refused: %v", r)
	}
	back.Changes = append(back.Changes, change(cat, plan.Delete, "Main/Gateway/g1", nil))
	if r := guard.Brakes(back, now, guard.Guard{Catalog: cat, Lacking: lacking}); len(r) != 1 || r[0].Objects[0] != "Main/Gateway/g1" {
		t.Errorf("another site's last gateway: %v", r)
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
		if got := guard.SameAccount(tt.a, tt.b); got != tt.want {
			t.Errorf("%s and %s: %v", tt.a, tt.b, got)
		}
	}
}
