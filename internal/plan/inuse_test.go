package plan_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/plan"
)

// TestWhatIsInUseIsNotReplaced: an object that is deleted before the new one is
// made cannot be replaced while something refers to it; the plan sees that.
func TestWhatIsInUseIsNotReplaced(t *testing.T) {
	kind := func(name, words, props string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(`{"title": "X", "x-ras": {"family": "farm", "scope": "farm", "shape": "collection", "self": "/api/` + name + `/{id}", "read": {"list": "/api/` + name + `"}` + words + `,
"create": {"path": "/api/` + name + `", "site": "none", "answer": "object"}, "update": {"path": "{self}", "shapes": ["flat"]}, "delete": "{self}", "identity": {"read": "name", "write": "name"}},
"properties": {"spec": {"type": "object", "properties": {` + props + `}}}}`)}
	}
	cat, err := model.Load(fstest.MapFS{
		"Package.json": kind("Package", `, "replace": "deleteFirst"`, `"path": {"type": "string", "x-ras": {"lifecycle": {"update": "replaces"}}}`),
		"Host.json":    kind("Host", "", `"package": {"type": "string", "x-ras": {"ref": "Package"}}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	of := func(kind, property, value string) *model.Object {
		return &model.Object{Address: model.Address{Kind: kind, Name: "x"}, ID: "1", Spec: map[string]any{property: value}}
	}
	for name, tt := range map[string]struct {
		uses    string
		also    []*model.Object
		refused bool
	}{
		"in use":                       {uses: "x", refused: true},
		"not in use":                   {uses: ""},
		"in use until this plan":       {uses: "x", also: []*model.Object{of("Host", "package", "")}},
		"in use, and declared to stay": {uses: "x", also: []*model.Object{of("Host", "package", "x")}, refused: true},
	} {
		t.Run(name, func(t *testing.T) {
			live := export.NewFarm(cat, of("Package", "path", `C:\old`), of("Host", "package", tt.uses))
			p, ds := plan.Build(plan.Input{Catalog: cat, Live: live, Desired: append([]*model.Object{of("Package", "path", `C:\new`)}, tt.also...)})
			if ds.Failed() != tt.refused || tt.refused && !strings.Contains(ds[0].Summary, "Host/x refers to it") {
				t.Fatalf("refused: %v", ds)
			}
			if tt.also != nil && !tt.refused && (p.Changes[0].Kind != "Host" || p.Changes[1].Action != plan.Replace) {
				t.Errorf("the reference is not taken out first: %v", steps(p))
			}
		})
	}
}
