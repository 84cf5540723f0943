package guard_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"rassync/internal/export"
	"rassync/internal/guard"
	"rassync/internal/model"
	"rassync/internal/plan"
)

const service = `{"title": "Service", "x-ras": {"family": "farm", "scope": "farm", "shape": "singleton", "self": "/api/Service", "update": {"path": "/api/Service", "shapes": ["flat"]}},
"properties": {"spec": {"type": "object", "properties": {
  "enabled": {"type": "boolean", "x-ras": {"impact": [{"effect": "locksOut", "when": [false], "why": "Nothing answers any more.", "brake": true}]}},
  "port": {"type": "integer", "x-ras": {"impact": [{"effect": "restarts", "why": "The service restarts."}]}},
  "nodes": {"type": "array", "x-ras": {"via": {"list": {"at": "Nodes", "mode": "keyed", "key": ["name"], "id": "id", "add": {"by": "body"}, "remove": {"by": "id"}}}}, "items": {"type": "object", "properties": {
    "name": {"type": "string"},
    "listen": {"type": "boolean", "x-ras": {"impact": [{"effect": "locksOut", "when": [false], "why": "The node is deaf.", "brake": true}]}}}}}
}}}}`

// TestLockoutBrake: a value that the schema marks as a brake needs an override
// that is valid for this plan alone.
func TestLockoutBrake(t *testing.T) {
	cat, err := model.Load(fstest.MapFS{"Service.json": {Data: []byte(service)}})
	if err != nil {
		t.Fatal(err)
	}
	live := &export.Farm{Catalog: cat, Objects: map[string][]*model.Object{}}
	set := func(fields ...plan.Field) *plan.Plan {
		c := change(cat, plan.Update, "Service", map[string]any{})
		c.Fields = fields
		return &plan.Plan{Changes: []plan.Change{c}}
	}
	off := set(plan.Field{Path: "enabled", Before: true, After: false})
	for name, tt := range map[string]struct {
		plan    *plan.Plan
		allow   string
		refused bool
	}{
		"off":                      {plan: off, refused: true},
		"on":                       {plan: set(plan.Field{Path: "enabled", Before: false, After: true})},
		"something else":           {plan: set(plan.Field{Path: "port", Before: int64(1), After: int64(2)})},
		"with the digest":          {plan: off, allow: off.Digest()[:16]},
		"with all of the digest":   {plan: off, allow: off.Digest()},
		"with too little of it":    {plan: off, allow: off.Digest()[:15], refused: true},
		"with another plan's":      {plan: off, allow: set().Digest()[:16], refused: true},
		"in an entry":              {plan: set(plan.Field{Path: "nodes[one].listen", Before: true, After: false}), refused: true},
		"in an entry that is new":  {plan: set(plan.Field{Path: "nodes[one]", After: map[string]any{"name": "one", "listen": false}}), refused: true},
		"in a list that is new":    {plan: set(plan.Field{Path: "nodes", After: []any{map[string]any{"name": "one", "listen": false}}}), refused: true},
		"in an entry, not so":      {plan: set(plan.Field{Path: "nodes[one].listen", Before: false, After: true})},
		"in an entry that goes":    {plan: set(plan.Field{Path: "nodes[one]", Before: map[string]any{"listen": false}})},
		"a number is of no plan":   {plan: off, allow: "1", refused: true},
		"an empty value is no yes": {plan: off, allow: "", refused: true},
	} {
		t.Run(name, func(t *testing.T) {
			got := guard.Brakes(tt.plan, live, guard.Guard{Catalog: cat, Allow: guard.Allowance{Lockout: tt.allow}})
			if !tt.refused {
				if len(got) != 0 {
					t.Fatalf("refused: %v", got)
				}
				return
			}
			if len(got) != 1 || got[0].Rule != "lockout" || got[0].Flag != "--allow-lockout "+tt.plan.Digest()[:16] || len(got[0].Objects) != 1 {
				t.Fatalf("got %+v", got)
			}
			if tt.allow != "" && !strings.Contains(got[0].Why, tt.allow) {
				t.Errorf("does not say what was wrong with %q: %s", tt.allow, got[0].Why)
			}
		})
	}
}
