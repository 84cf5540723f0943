package plan

import (
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"rassync/internal/model"
)

const engine = `{"title": "Engine", "x-ras": {"family": "farm", "scope": "site", "shape": "collection", "self": "/api/Engine/{id}", "read": {"list": "/api/Engine", "site": "SiteId"}, "create": {"path": "/api/Engine", "site": "body"}, "update": {"path": "{self}", "shapes": ["flat"]}, "delete": "{self}", "identity": {"read": "name", "write": "name"}, "impact": {"create": [{"effect": "restarts", "why": "made"}], "update": [{"effect": "drains", "why": "touched"}], "delete": [{"effect": "endsSessions", "why": "gone"}]}},
"properties": {"kind": {"const": "Engine"}, "spec": {"type": "object", "properties": {
  "plain": {"type": "integer"},
  "count": {"type": "integer", "x-ras": {"lifecycle": {"update": "forbidden", "read": "forbidden"}, "impact": [{"effect": "startsMachines", "unless": [0], "why": "counted"}]}},
  "mode": {"type": "string", "x-ras": {"impact": [{"effect": "installsAgent", "unless": ["Manual"], "why": "mode", "lasting": true}]}},
  "enabled": {"type": "boolean", "x-ras": {"impact": [{"effect": "locksOut", "on": ["update"], "when": [false], "why": "off"}]}},
  "block": {"type": "object", "x-ras": {"impact": [{"effect": "drains", "why": "block"}]}, "properties": {
    "inner": {"type": "object", "properties": {"leaf": {"type": "string"}}}}},
  "members": {"type": "array", "x-ras": {"via": {"list": {"at": "Members", "mode": "keyed", "key": ["name"], "add": {"by": "body"}, "remove": {"by": "key"}}}, "impact": [{"effect": "installsAgent", "on": ["add"], "why": "joins"}, {"effect": "locksOut", "on": ["remove"], "why": "leaves"}]},
    "items": {"type": "object", "properties": {"name": {"type": "string"},
      "open": {"type": "boolean", "x-ras": {"impact": [{"effect": "weakensSecurity", "when": [true], "why": "open"}]}}}}}
}}}}`

func TestImpactOfAChange(t *testing.T) {
	cat, err := model.Load(fstest.MapFS{"Engine.json": {Data: []byte(engine)}})
	if err != nil {
		t.Fatal(err)
	}
	k := cat.Kind("Engine")
	member := func(open bool) map[string]any { return map[string]any{"name": "one", "open": open} }
	for name, test := range map[string]struct {
		action  Action
		spec    map[string]any
		fields  []Field
		want    []string
		lasting string
	}{
		"a create that declares nothing":  {action: Create, want: []string{"restarts  made"}},
		"a create with an order":          {action: Create, spec: map[string]any{"count": int64(3)}, want: []string{"restarts  made", "startsMachines count counted"}},
		"a create with an order for none": {action: Create, spec: map[string]any{"count": int64(0)}, want: []string{"restarts  made"}},
		"a create that is switched off":   {action: Create, spec: map[string]any{"enabled": false}, want: []string{"restarts  made"}},
		"a create with a block":           {action: Create, spec: map[string]any{"block": map[string]any{"inner": map[string]any{"leaf": "x"}}}, want: []string{"restarts  made"}},
		"a create with entries": {action: Create, spec: map[string]any{"members": []any{member(true), member(true)}},
			want: []string{"restarts  made", "installsAgent members joins", "weakensSecurity members.open open"}},
		"a create with an empty list": {action: Create, spec: map[string]any{"members": []any{}}, want: []string{"restarts  made"}},
		"an update of no consequence": {action: Update, fields: []Field{{Path: "plain", Before: int64(1), After: int64(2)}}, want: []string{"drains  touched"}},
		"a value that has the effect": {action: Update, fields: []Field{{Path: "mode", After: "Push"}}, want: []string{"drains  touched", "installsAgent mode mode"}, lasting: "mode"},
		"a value that has not":        {action: Update, fields: []Field{{Path: "mode", After: "Manual"}}, want: []string{"drains  touched"}},
		"switched off":                {action: Update, fields: []Field{{Path: "enabled", After: false}}, want: []string{"drains  touched", "locksOut enabled off"}},
		"two changes deep in a block": {action: Update, fields: []Field{{Path: "block.inner.leaf", After: "x"}, {Path: "block.inner.leaf", After: "y"}}, want: []string{"drains  touched", "drains block block"}},
		"an entry that comes":         {action: Update, fields: []Field{{Path: "members[one]", After: member(true)}}, want: []string{"drains  touched", "installsAgent members[one] joins", "weakensSecurity members[one].open open"}},
		"an entry that goes":          {action: Update, fields: []Field{{Path: "members[one]", Before: member(true)}}, want: []string{"drains  touched", "locksOut members[one] leaves"}},
		"an entry that is changed":    {action: Update, fields: []Field{{Path: "members[one].open", Before: false, After: true}}, want: []string{"drains  touched", "weakensSecurity members[one].open open"}},
		"a delete":                    {action: Delete, want: []string{"endsSessions  gone"}},
		"a replacement is made anew":  {action: Replace, spec: map[string]any{"count": int64(1)}, fields: []Field{{Path: "plain", After: int64(2)}}, want: []string{"endsSessions  gone", "restarts  made", "startsMachines count counted"}},
		"an unknown value says so":    {action: Update, fields: []Field{{Path: "unknown.x", After: 1}}, want: []string{"drains  touched", "unknown unknown.x no schema knows this property, so nobody knows what it does"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := &change{Change: Change{Action: test.action, Desired: &model.Object{Spec: test.spec}, Fields: test.fields}}
			var touched []*model.Property
			for _, f := range test.fields {
				touched = append(touched, k.Spec.Find(regexp.MustCompile(`\[[^\]]*\]`).ReplaceAllString(f.Path, "")))
			}
			(&builder{}).describe(k, c, touched)
			got := []string{}
			for _, i := range c.Impact {
				got = append(got, i.Effect+" "+i.Path+" "+i.Why)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if c.Reversible != (test.lasting == "") || !strings.Contains(c.IrreversibleBecause, test.lasting) {
				t.Errorf("reversible %v: %q", c.Reversible, c.IrreversibleBecause)
			}
		})
	}
}
