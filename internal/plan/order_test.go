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

// shelf is a catalogue of two kinds that have nothing to do with each other; the
// model of an Engine is fixed when it is made.
func shelf(t *testing.T) *model.Catalog {
	t.Helper()
	kind := func(name string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(`{"title": "X", "x-ras": {"family": "farm", "scope": "farm", "shape": "collection", "self": "/api/` + name + `/{id}", "read": {"list": "/api/` + name + `"}, "replace": "deleteFirst", "create": {"path": "/api/` + name + `", "site": "none", "answer": "object"}, "update": {"path": "{self}", "shapes": ["flat"]}, "delete": "{self}", "identity": {"read": "name", "write": "name"}},
"properties": {"spec": {"type": "object", "properties": {"text": {"type": "string"}, "model": {"type": "string", "x-ras": {"lifecycle": {"update": "replaces"}}}}}}}`)}
	}
	cat, err := model.Load(fstest.MapFS{"Engine.json": kind("Engine"), "Wheel.json": kind("Wheel")})
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

func thing(kind, name, text string) *model.Object {
	return &model.Object{Address: model.Address{Kind: kind, Name: name}, ID: name, Spec: map[string]any{"text": text, "model": "one"}}
}

// TestDeletesStandLast: what goes goes after everything that comes or changes,
// whatever its kind and name, though nothing depends on anything.
func TestDeletesStandLast(t *testing.T) {
	cat := shelf(t)
	live := export.NewFarm(cat, thing("Engine", "a", "old"), thing("Engine", "b", "old"), thing("Wheel", "a", "old"), thing("Wheel", "b", "old"))
	p, ds := plan.Build(plan.Input{Catalog: cat, Live: live, Prune: true, Exclusive: func(string, string) bool { return true },
		Desired: []*model.Object{thing("Engine", "b", "new"), thing("Wheel", "b", "new"), thing("Wheel", "c", "new")}})
	if ds.Failed() {
		t.Fatal(ds[0].Error())
	}
	var got []string
	for _, c := range p.Changes {
		got = append(got, string(c.Action))
	}
	if diff := cmp.Diff([]string{"update", "update", "create", "delete", "delete"}, got); diff != "" && diff != cmp.Diff([]string{"update", "create", "update", "delete", "delete"}, got) {
		t.Errorf("the order is %v", got)
	}
	if n := len(got); got[n-1] != "delete" || got[n-2] != "delete" || got[0] == "delete" {
		t.Errorf("deletes do not stand last: %v", got)
	}
}

// TestProtectedObjectsAreNotReplaced: a change that would make a protected object
// anew is refused, unless its own document says that it may be.
func TestProtectedObjectsAreNotReplaced(t *testing.T) {
	cat := shelf(t)
	for name, tt := range map[string]struct {
		protected, confirmed, refused bool
	}{
		"protected":     {protected: true, refused: true},
		"confirmed":     {protected: true, confirmed: true},
		"not protected": {},
	} {
		t.Run(name, func(t *testing.T) {
			d := thing("Engine", "a", "old")
			d.ID, d.Spec["model"] = "", "two"
			if tt.confirmed {
				d.Confirm = "replace"
			}
			p, ds := plan.Build(plan.Input{Catalog: cat, Live: export.NewFarm(cat, thing("Engine", "a", "old")), Desired: []*model.Object{d},
				Protected: func(model.Address) bool { return tt.protected }})
			if ds.Failed() != tt.refused || tt.refused && !strings.Contains(ds[0].Summary, "it is protected") {
				t.Fatalf("refused: %v", ds)
			}
			if !tt.refused && p.Changes[0].Action != plan.Replace {
				t.Errorf("%+v", p.Changes[0])
			}
		})
	}
}
