package plan_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/plan"
)

const person = `{"title": "Person", "x-ras": {"family": "access", "scope": "farm", "shape": "collection", "self": "/api/Person/{id}", "read": {"list": "/api/Person"}, "create": {"path": "/api/Person", "site": "none", "answer": "object"}, "update": {"path": "{self}", "shapes": ["flat"]}, "delete": "{self}", "identity": {"read": "name", "write": "name"}},
"properties": {"spec": {"type": "object", "properties": {
  "mobile": {"type": "string", "x-ras": {"writeMinLength": 1}},
  "note": {"type": "string"},
  "code": {"type": "string", "x-ras": {"writeMinLength": 3}},
  "desks": {"type": "array", "x-ras": {"via": {"list": {"at": "Desks", "mode": "keyed", "key": ["name"], "id": "id", "add": {"by": "body"}, "remove": {"by": "id"}, "update": {"by": "id"}}}},
    "items": {"type": "object", "properties": {"name": {"type": "string"}, "phone": {"type": "string", "x-ras": {"writeMinLength": 1}}}}}
}}}}`

// TestWhatTheFarmTakesNoEmptyTextOf: an empty text that no write takes is left
// out of what is made, and neither promised nor taken for something that can
// be undone.
func TestWhatTheFarmTakesNoEmptyTextOf(t *testing.T) {
	cat, err := model.Load(fstest.MapFS{"Person.json": {Data: []byte(person)}})
	if err != nil {
		t.Fatal(err)
	}
	of := func(spec map[string]any) *model.Object {
		return &model.Object{Address: model.Address{Kind: "Person", Name: "Ann"}, ID: "7", Spec: spec}
	}
	desk := func(phone string) []any { return []any{map[string]any{"name": "one", "phone": phone}} }
	for name, tt := range map[string]struct {
		want, have map[string]any // have nil: not there
		fields     []string
		unwritable string
		lost       string
		sends      map[string]any // what apply is told to make
	}{
		"a create leaves it out": {want: map[string]any{"mobile": "", "note": ""}, fields: []string{"note"}, sends: map[string]any{"note": ""}},
		"in entries too": {want: map[string]any{"desks": desk("")}, fields: []string{"desks"},
			sends: map[string]any{"desks": []any{map[string]any{"name": "one"}}}},
		"as the farm has it":             {want: map[string]any{"mobile": ""}, have: map[string]any{"mobile": ""}},
		"it cannot be emptied":           {want: map[string]any{"mobile": ""}, have: map[string]any{"mobile": "123"}, unwritable: "cannot be emptied"},
		"too short":                      {want: map[string]any{"code": "ab"}, have: map[string]any{"code": "abc"}, unwritable: "no text shorter than 3 characters"},
		"nor undone":                     {want: map[string]any{"mobile": "123"}, have: map[string]any{"mobile": ""}, fields: []string{"mobile"}, lost: "cannot be emptied again"},
		"another text can":               {want: map[string]any{"mobile": "123"}, have: map[string]any{"mobile": "45"}, fields: []string{"mobile"}},
		"a new entry leaves it out":      {want: map[string]any{"desks": desk("")}, have: map[string]any{"desks": []any{}}, fields: []string{"desks[one]"}},
		"an entry that has one keeps it": {want: map[string]any{"desks": desk("")}, have: map[string]any{"desks": desk("9")}, unwritable: "cannot be emptied"},
	} {
		t.Run(name, func(t *testing.T) {
			farm := export.NewFarm(cat)
			if tt.have != nil {
				farm = export.NewFarm(cat, of(tt.have))
			}
			p, ds := plan.Build(plan.Input{Catalog: cat, Desired: []*model.Object{of(tt.want)}, Live: farm})
			if ds.Failed() {
				t.Fatal(ds[0].Error())
			}
			var fields []string
			lost := ""
			for _, c := range p.Changes {
				lost += c.IrreversibleBecause
				for _, f := range c.Fields {
					fields = append(fields, f.Path)
				}
				if diff := cmp.Diff(tt.sends, c.Desired.Spec); tt.sends != nil && diff != "" {
					t.Error(diff)
				}
			}
			if diff := cmp.Diff(tt.fields, fields); diff != "" {
				t.Error(diff)
			}
			stuck := ""
			for _, u := range p.Unwritable {
				stuck += u.Why
			}
			if !strings.Contains(stuck, tt.unwritable) || (tt.unwritable == "") != (stuck == "") {
				t.Errorf("unwritable: %q, want %q", stuck, tt.unwritable)
			}
			if !strings.Contains(lost, tt.lost) || (tt.lost == "") != (lost == "") {
				t.Errorf("lost: %q, want %q", lost, tt.lost)
			}
		})
	}
}
