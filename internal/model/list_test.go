package model_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rassync/internal/model"
	"rassync/schemas"
)

// Optimizations that come with the product are listed among the own ones, and
// are no configuration.
func TestShippedEntriesAreLeftOut(t *testing.T) {
	services := parseJSON(t, `[{"type": 0, "serviceName": "WSearch", "displayName": "Windows Search"}, {"type": 1, "serviceName": "Spooler", "displayName": "Print Spooler", "aliases": null}]`)
	spec, d := decode(t, "RDSDefaultSettings", `{}`, map[string]any{"Optimization": map[string]any{}, "Optimization/WindowsService": services})
	want := []any{map[string]any{"serviceName": "Spooler", "displayName": "Print Spooler", "aliases": ""}}
	if got, _ := model.Lookup(spec, "optimization.windowsServices"); cmp.Diff(want, got) != "" {
		t.Error(cmp.Diff(want, got))
	}
	if len(d.Unknown) > 0 {
		t.Errorf("unknown: %v", d.Unknown)
	}
}

// Whether the call that adds a target takes one id or several was not read.
func TestMembersAreSentInEachForm(t *testing.T) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	targets := cat.Kind("RDSHostPoolSchedule").Spec.Prop("targets")
	enc := &model.Encoder{Names: fixedNames{7: "Office"}, Site: "Main"}
	var got []string
	for i := range model.EntryAlternatives(targets) {
		body, err := enc.Entry(targets, "Office", i, nil)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := json.Marshal(body)
		got = append(got, string(text))
	}
	if diff := cmp.Diff([]string{`{"targetIDs":[7]}`, `[7]`, `7`}, got); diff != "" {
		t.Error(diff)
	}
}
