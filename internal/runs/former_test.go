package runs

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"rassync/internal/model"
	"rassync/internal/plan"
)

// gadgets is a catalog with a kind and a property that were called otherwise once.
func gadgets(t *testing.T, kind, extra, size, sizeExtra string) *model.Catalog {
	t.Helper()
	cat, err := model.Load(fstest.MapFS{kind + ".json": {Data: []byte(`{"x-ras": {` + extra + `"family": "test", "scope": "site", "shape": "collection", "self": "/api/Gadget/{id}",
		"read": {"list": "/api/Gadget", "site": "siteId"}, "create": {"path": "/api/Gadget"}, "update": {"path": "{self}"}, "identity": {"read": "name", "write": "name"}},
		"title": "t", "description": "d", "type": "object", "properties": {"spec": {"type": "object", "title": "t", "description": "d", "properties": {
		"case": {"type": "object", "title": "t", "description": "d", "x-ras": {"read": "case"}, "properties": {"` + size + `": {"type": "string", "title": "t", "description": "d", "x-ras": {` + sizeExtra + `"read": "case.size", "write": ["size"], "evidence": "rest"}}}}}}}}`)}})
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

// TestFormerNames: what was kept under the names of earlier schemas is found by them.
func TestFormerNames(t *testing.T) {
	then := gadgets(t, "Gadget", "", "width", "")
	now := gadgets(t, "Device", `"formerNames": ["Gadget"], `, "size", `"formerNames": ["width"], `)
	address := model.Address{Site: "Main", Kind: "Gadget", Name: "One"}
	spec := map[string]any{"case": map[string]any{"width": "3"}}
	f, err := plan.NewFile(&plan.Plan{FormatVersion: plan.FormatVersion, Changes: []plan.Change{{Address: address.String(), Kind: "Gadget", Site: "Main", Name: "One", Action: plan.Update,
		Fields: []plan.Field{{Path: "case.width", Before: "2", After: "3"}}, DependsOn: []string{"Main/Gadget/Two"}, Desired: &model.Object{Address: address, Spec: spec}}}}, clock(), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	text, err := f.Text()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := plan.Parse(text, then, time.Time{}); err != nil {
		t.Fatal(err)
	}
	back, err := plan.Parse(text, now, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	c := back.Changes[0]
	if c.Kind != "Device" || c.Address != "Main/Device/One" || c.DependsOn[0] != "Main/Device/Two" || c.Fields[0].Path != "case.size" || c.Desired.Address.Kind != "Device" {
		t.Errorf("the plan: %+v", c)
	}
	if v, _ := c.Desired.Spec["case"].(map[string]any); v["size"] != "3" {
		t.Errorf("the values: %v", c.Desired.Spec)
	}

	s := &Snapshot{FormatVersion: snapshotVersion, ID: "r", Made: []string{"Main/Gadget/Two"}, Objects: []SavedObject{{Address: address.String(), Kind: "Gadget", Site: "Main", Name: "One", Spec: spec}}}
	if s.Digest, err = s.digest(); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	if s, err = parseSnapshot(data); err != nil {
		t.Fatal(err)
	}
	objects, made, err := s.Targets(now)
	if err != nil || objects[0].Address.String() != "Main/Device/One" || made[0].String() != "Main/Device/Two" {
		t.Fatalf("the snapshot: %v %v %v", objects, made, err)
	}
	if v, _ := objects[0].Spec["case"].(map[string]any); v["size"] != "3" {
		t.Errorf("the values: %v", objects[0].Spec)
	}

	r := &Run{Entries: []Entry{{Event: "done", Address: "Main/Gadget/One", Action: "update"}}}
	if done := r.Now(now).Done(); !done["Main/Device/One update"] {
		t.Errorf("the journal: %v", done)
	}

	// What no schema knows by any name is no damage.
	if _, _, err := s.Targets(gadgets(t, "Other", "", "size", "")); !errors.Is(err, ErrSnapshotVersion) || !strings.Contains(err.Error(), "know no kind Gadget") {
		t.Errorf("an unknown kind: %v", err)
	}
}
