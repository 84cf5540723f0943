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

// pages is a catalogue of one page of settings a site, of which a flag copies one
// to the other sites.
func pages(t *testing.T) *model.Catalog {
	t.Helper()
	cat, err := model.Load(fstest.MapFS{
		"Page.json": {Data: []byte(`{"title": "Page", "x-ras": {"family": "site settings", "scope": "site", "shape": "singleton", "self": "/api/Page", "siteQuery": "siteId", "update": {"path": "{self}", "shapes": ["flat"]}},
"properties": {"spec": {"type": "object", "properties": {"text": {"type": "string"}, "own": {"type": "string"}, "copy": {"type": "boolean", "x-ras": {"alsoChanges": {"in": "otherSites", "properties": ["text"]}}}}}}}`)},
		"Site.json": {Data: []byte(`{"title": "Site", "x-ras": {"family": "farm", "scope": "farm", "shape": "collection", "self": "/api/Site/{id}", "list": {"path": "/api/Site"}, "identity": {"read": "name", "write": "name"}},
"properties": {"spec": {"type": "object", "properties": {}}}}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

// TestCopiesToOtherSites: while a flag is true, each write of a site's settings
// reaches the others; documents that want something else there are refused as soon
// as something of it would be written.
func TestCopiesToOtherSites(t *testing.T) {
	cat := pages(t)
	of := func(site string, spec map[string]any) *model.Object {
		return &model.Object{Address: model.Address{Site: site, Kind: "Page"}, SiteID: site, Spec: spec, Source: model.Source{File: site + ".yaml", Line: 3, Col: 1}}
	}
	type spec = map[string]any
	tests := []struct {
		name         string
		live, b      spec // of sites A and B on the farm
		wantA, wantB spec // nil: not declared
		back         bool
		order        []string
		also         []string // of A's change
		warns, fails string
	}{
		{name: "the flag is off", live: spec{"text": "a", "copy": false}, b: spec{"text": "b"}, wantA: spec{"text": "x"}, order: []string{"A/Page"}},
		{name: "it comes on", live: spec{"text": "a", "copy": false}, b: spec{"text": "b", "own": "o"}, wantA: spec{"copy": true}, order: []string{"A/Page"}, also: []string{"B/Page text b a"}},
		{name: "it is on", live: spec{"text": "a", "copy": true}, b: spec{"text": "a"}, wantA: spec{"text": "x"}, order: []string{"A/Page"}, also: []string{"B/Page text a x"}},
		{name: "it goes off", live: spec{"text": "a", "copy": true}, b: spec{"text": "a"}, wantA: spec{"text": "x", "copy": false}, order: []string{"A/Page"}},
		{name: "nothing is written", live: spec{"text": "a", "copy": true}, b: spec{"text": "b"}, wantA: spec{"text": "a", "copy": true}, wantB: spec{"text": "b"}},
		{name: "both say the same", live: spec{"text": "a", "copy": true}, b: spec{"text": "a", "own": "o"}, wantA: spec{"text": "x"}, wantB: spec{"text": "x", "own": "p"},
			order: []string{"A/Page", "B/Page"}, also: []string{"B/Page text a x"}},
		{name: "they fight", live: spec{"text": "a", "copy": false}, b: spec{"text": "b"}, wantA: spec{"text": "x", "copy": true}, wantB: spec{"text": "y"},
			fails: "B.yaml:3:1: B/Page text: is declared otherwise in A/Page A.yaml:3:1, which copies it to this site because its copy is true (x there, y here)"},
		{name: "the other one alone is written", live: spec{"text": "a", "copy": true}, b: spec{"text": "a"}, wantA: spec{"text": "a", "copy": true}, wantB: spec{"text": "y"}, fails: "B/Page text: is declared otherwise"},
		{name: "nobody declares the one that copies", live: spec{"text": "a", "copy": true}, b: spec{"text": "a"}, wantB: spec{"text": "y"}, order: []string{"B/Page"}, warns: "the next change of it copies its text over that of B/Page"},
		{name: "on the way back each gets its own", live: spec{"text": "x", "copy": true}, b: spec{"text": "x"}, wantA: spec{"text": "a"}, wantB: spec{"text": "b"}, back: true,
			order: []string{"A/Page", "B/Page"}, also: []string{"B/Page text x a"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := plan.Input{Catalog: cat, GoesBack: tt.back, Live: export.NewFarm(cat, siteNamed("A"), siteNamed("B"), of("A", tt.live), of("B", tt.b))}
			for site, want := range map[string]spec{"A": tt.wantA, "B": tt.wantB} {
				if want != nil {
					in.Desired = append(in.Desired, of(site, want))
				}
			}
			p, ds := plan.Build(in)
			if tt.fails != "" {
				if !ds.Failed() || !strings.Contains(strings.ReplaceAll(ds[0].Error(), "error: ", ""), tt.fails) || len(ds) != 1 {
					t.Fatalf("want %q once, got %v", tt.fails, ds)
				}
				return
			}
			if ds.Failed() {
				t.Fatal(ds[0].Error())
			}
			var order, also []string
			for _, c := range p.Changes {
				order = append(order, c.Address)
				for _, e := range c.AlsoChanges {
					for _, f := range e.Fields {
						also = append(also, strings.Join([]string{e.Address, f.Path, f.Before.(string), f.After.(string)}, " "))
					}
				}
			}
			if diff := cmp.Diff(tt.order, order); diff != "" {
				t.Errorf("changes:\n%s", diff)
			}
			if diff := cmp.Diff(tt.also, also); diff != "" {
				t.Errorf("also changes:\n%s", diff)
			}
			if got := strings.Join(p.Warnings, "\n"); !strings.Contains(got, tt.warns) || tt.warns == "" && got != "" {
				t.Errorf("warnings: %s", got)
			}
		})
	}
}

func siteNamed(name string) *model.Object {
	return &model.Object{Address: model.Address{Kind: model.SiteKind, Name: name}, ID: name, Spec: map[string]any{}}
}
