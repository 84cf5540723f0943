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
		"Page.json": {Data: []byte(`{"title": "Page", "x-ras": {"family": "site settings", "scope": "site", "shape": "singleton", "self": "/api/Page", "read": {"site": "siteId"}, "update": {"path": "{self}", "shapes": ["flat"]}},
"properties": {"spec": {"type": "object", "properties": {"text": {"type": "string"}, "own": {"type": "string"}, "copy": {"type": "boolean", "x-ras": {"alsoChanges": {"in": "otherSites", "properties": ["text"]}}}}}}}`)},
		"Site.json": {Data: []byte(`{"title": "Site", "x-ras": {"family": "farm", "scope": "farm", "shape": "collection", "self": "/api/Site/{id}", "read": {"list": "/api/Site"}, "identity": {"read": "name", "write": "name"}},
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

// item is a catalogue of one kind whose objects lie in several sites.
func item(t *testing.T) *model.Catalog {
	t.Helper()
	cat, err := model.Load(fstest.MapFS{
		"Item.json": {Data: []byte(`{"title": "Item", "x-ras": {"family": "publishing", "scope": "site", "shape": "collection", "self": "/api/Item/{id}", "sites": "in", "read": {"list": "/api/Item", "site": "siteId"}, "update": {"path": "{self}", "shapes": ["flat"]}, "identity": {"read": "name", "write": "name"}},
"properties": {"spec": {"type": "object", "properties": {"in": {"type": "array", "items": {"type": "string", "x-ras": {"ref": "Site"}}, "x-ras": {"ref": "Site"}}, "text": {"type": "string"}, "own": {"type": "string"},
"copy": {"type": "boolean", "x-ras": {"alsoChanges": {"in": "ownSites", "properties": ["text"]}}}}}}}`)},
		"Site.json": {Data: []byte(`{"title": "Site", "x-ras": {"family": "farm", "scope": "farm", "shape": "collection", "self": "/api/Site/{id}", "read": {"list": "/api/Site"}, "identity": {"read": "name", "write": "name"}},
"properties": {"spec": {"type": "object", "properties": {}}}}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

// TestCopiesInsideAnObject: what a flag copies to the other sites of the same object
// is said, and that nobody can bring it back is too.
func TestCopiesInsideAnObject(t *testing.T) {
	cat := item(t)
	type spec = map[string]any
	in := func(sites ...any) []any { return sites }
	for name, tt := range map[string]struct {
		live, want spec
		also       string
		lost       string
	}{
		"it comes on":            {spec{"in": in("A", "B"), "text": "a", "copy": false}, spec{"copy": true}, "A/Item/x: text -> a (copied to its settings in B because copy is true; what it has there is not shown)", "copy: what these settings are in B is not shown"},
		"it comes on with more":  {spec{"in": in("A", "B"), "text": "a", "copy": false}, spec{"copy": true, "text": "b"}, "text -> b", "is not shown"},
		"it is on":               {spec{"in": in("A", "B", "C"), "text": "a", "copy": true}, spec{"text": "b"}, "in B, C because", ""},
		"something else changes": {spec{"in": in("A", "B"), "text": "a", "own": "o", "copy": true}, spec{"own": "p"}, "", ""},
		"another site comes":     {spec{"in": in("A"), "text": "a", "copy": true}, spec{"in": in("A", "B")}, "text -> a", ""},
		"it goes off":            {spec{"in": in("A", "B"), "text": "a", "copy": true}, spec{"copy": false, "text": "b"}, "", ""},
		"there is one site":      {spec{"in": in("A"), "text": "a", "copy": false}, spec{"copy": true, "text": "b"}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			of := func(s spec) *model.Object {
				return &model.Object{Address: model.Address{Site: "A", Kind: "Item", Name: "x"}, ID: "1", SiteID: "A", Spec: s}
			}
			p, ds := plan.Build(plan.Input{Catalog: cat, Desired: []*model.Object{of(tt.want)}, Live: export.NewFarm(cat, siteNamed("A"), siteNamed("B"), siteNamed("C"), of(tt.live))})
			if ds.Failed() || len(p.Changes) != 1 {
				t.Fatal(ds, p)
			}
			c := p.Changes[0]
			var also []string
			for _, e := range c.AlsoChanges {
				also = append(also, e.String())
			}
			if got := strings.Join(also, "\n"); !strings.Contains(got, tt.also) || tt.also == "" && got != "" {
				t.Errorf("also changes: %q", got)
			}
			if c.Reversible != (tt.lost == "") || !strings.Contains(c.IrreversibleBecause, tt.lost) {
				t.Errorf("reversible: %v, %q", c.Reversible, c.IrreversibleBecause)
			}
			if along := p.Along(cat, nil); len(along) > 0 {
				t.Errorf("it is no other object: %v", along)
			}
		})
	}
}

// TestCopiesCount: what is copied to another object is in the digest by which a plan
// is allowed, and is told as a change of that object.
func TestCopiesCount(t *testing.T) {
	cat := pages(t)
	of := func(site string, spec map[string]any) *model.Object {
		return &model.Object{Address: model.Address{Site: site, Kind: "Page"}, SiteID: site, Spec: spec}
	}
	build := func(there string) (*plan.Plan, *export.Farm) {
		live := export.NewFarm(cat, siteNamed("A"), siteNamed("B"), of("A", map[string]any{"text": "a", "copy": false}), of("B", map[string]any{"text": there, "own": "o"}))
		p, ds := plan.Build(plan.Input{Catalog: cat, Desired: []*model.Object{of("A", map[string]any{"copy": true})}, Live: live})
		if ds.Failed() {
			t.Fatal(ds)
		}
		return p, live
	}
	p, live := build("b")
	if other, _ := build("c"); other.Digest() == p.Digest() {
		t.Error("another value is lost in the other site, and the digest is the same")
	}
	along := p.Along(cat, live)
	if len(along) != 1 || along[0].Address != "B/Page" || along[0].Action != plan.Update || along[0].Site != "B" {
		t.Fatalf("%+v", along)
	}
	if diff := cmp.Diff(map[string]any{"text": "a"}, along[0].Desired.Spec); diff != "" {
		t.Error(diff)
	}
	if same, _ := build("a"); len(same.Along(cat, live)) != 0 {
		t.Error("nothing is copied where it is the same already")
	}
}

// TestCopiesAreJudged: what a copied value means for security, and that it cannot be
// emptied again, is said of the change that copies it.
func TestCopiesAreJudged(t *testing.T) {
	cat, err := model.Load(fstest.MapFS{
		"Page.json": {Data: []byte(`{"title": "Page", "x-ras": {"family": "site settings", "scope": "site", "shape": "singleton", "self": "/api/Page", "read": {"site": "siteId"}, "update": {"path": "{self}", "shapes": ["flat"]}},
"properties": {"spec": {"type": "object", "properties": {"check": {"type": "boolean", "x-ras": {"trust": {"grants": "off"}}}, "text": {"type": "string", "x-ras": {"writeMinLength": 1}}, "copy": {"type": "boolean", "x-ras": {"alsoChanges": {"in": "otherSites"}}}}}}}`)},
		"Site.json": {Data: []byte(`{"title": "Site", "x-ras": {"family": "farm", "scope": "farm", "shape": "collection", "self": "/api/Site/{id}", "read": {"list": "/api/Site"}, "identity": {"read": "name", "write": "name"}},
"properties": {"spec": {"type": "object", "properties": {}}}}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	of := func(site string, spec map[string]any) *model.Object {
		return &model.Object{Address: model.Address{Site: site, Kind: "Page"}, SiteID: site, Spec: spec}
	}
	live := export.NewFarm(cat, siteNamed("A"), siteNamed("B"), of("A", map[string]any{"check": false, "text": "a", "copy": false}), of("B", map[string]any{"check": true, "text": ""}))
	p, ds := plan.Build(plan.Input{Catalog: cat, Desired: []*model.Object{of("A", map[string]any{"copy": true})}, Live: live})
	if ds.Failed() || len(p.Changes) != 1 {
		t.Fatal(ds, p)
	}
	c := p.Changes[0]
	found := false
	for _, i := range c.Impact {
		found = found || i.Effect == plan.GrantsAccess && i.Path == "check" && strings.HasPrefix(i.Why, "Copied to B/Page: ")
	}
	if !found {
		t.Errorf("a check that is switched off in the other site is not said: %+v", c.Impact)
	}
	if c.Reversible || !strings.Contains(c.IrreversibleBecause, "B/Page text: it cannot be emptied again") {
		t.Errorf("reversible: %v, %q", c.Reversible, c.IrreversibleBecause)
	}
}
