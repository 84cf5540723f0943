package proof

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"rassync/internal/export"
	"rassync/internal/farmsim"
	"rassync/internal/model"
	"rassync/internal/plan"
)

// disagreeing gives two stands on farms that hold the same: one that agrees
// with the schemas, and one that leaves things out of its answers.
func disagreeing(t *testing.T, cat *model.Catalog, seed uint64, d farmsim.Disagreement) (whole, partial *stand) {
	t.Helper()
	state := randomState(t, cat, int64(seed), 2)
	d.Seed = seed
	at := func(d *farmsim.Disagreement) *stand {
		farm, err := farmsim.New(farmsim.Options{Catalog: cat, State: state, Rate: -1, Disagree: d})
		if err != nil {
			t.Fatal(err)
		}
		s := &stand{t: t, cat: cat, dir: t.TempDir(), files: map[string][]byte{}}
		return s.on(farm, 0)
	}
	return at(nil), at(&d)
}

// seeds are the random farms of a proof.
func seeds() []uint64 {
	if testing.Short() {
		return []uint64{1, 2}
	}
	return []uint64{1, 2, 3, 4, 5, 6}
}

// A farm that leaves things out of its answers: whatever is read is right,
// whatever is not is said, and no plan takes it for a difference.
func TestWhatIsNotShownIsNeitherLostNorInvented(t *testing.T) {
	cat := catalog(t)
	for _, seed := range seeds() {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			whole, partial := disagreeing(t, cat, seed, farmsim.Disagreement{HideShare: 0.08, FailShare: 0.1})
			all, some := whole.read(nil, nil), partial.read(nil, nil)
			holes := 0
			for _, o := range all.All() {
				k := cat.Kind(o.Address.Kind)
				seen := some.Find(o.Address)
				if seen == nil {
					t.Errorf("%s is lost", o.Address)
					continue
				}
				holes += len(seen.NotShown)
				unsure := map[string]bool{}
				for _, path := range k.Unsure(seen.Absent) {
					unsure[path] = true
				}
				for _, path := range seen.NotShown {
					unsure[strings.ReplaceAll(path, "[]", "")] = true
				}
				if k.Shape != model.OrderShape {
					compareShown(t, o.Address.String(), k.Spec, o.Spec, seen.Spec, "", unsure)
				}
			}
			if holes == 0 {
				t.Fatal("the farm shows everything: nothing was proven")
			}
			p := partial.plan(declare(all), nil)
			if !p.Empty() {
				t.Errorf("differences that are none:\n%s", describe(p))
			}
			if len(p.NotShown) == 0 {
				t.Error("the plan says nothing of what is not shown")
			}
			own := partial.plan(declare(some), nil)
			if !own.Empty() || len(own.NotShown) > 0 {
				t.Errorf("a plan after an export is not empty:\n%s%v", describe(own), own.NotShown)
			}
		})
	}
}

// compareShown compares what a partial read shows of an object with all there
// is: what is there is equal, and what is not is said to be unknown.
func compareShown(t *testing.T, what string, p *model.Property, all, seen map[string]any, path string, unsure map[string]bool) {
	t.Helper()
	for name, v := range all {
		at := name
		if path != "" {
			at = path + "." + name
		}
		if unsure[at] || strings.HasPrefix(name, "$") {
			continue
		}
		got, ok := seen[name]
		if !ok {
			if c := p.Prop(name); c != nil || p.Open {
				if c == nil {
					continue // nobody knows what an open object holds
				}
				t.Errorf("%s %s is lost: %v", what, at, v)
			}
			continue
		}
		c := p.Prop(name)
		sub, isMap := v.(map[string]any)
		if gotMap, same := got.(map[string]any); isMap && same && c != nil {
			compareShown(t, what, c, sub, gotMap, at, unsure)
			continue
		}
		list, isList := v.([]any)
		gotList, same := got.([]any)
		if isList && same && c != nil && c.Items.Structured() {
			if len(list) != len(gotList) {
				t.Errorf("%s %s has %d entries, and %d are shown", what, at, len(list), len(gotList))
			}
			continue // entries are compared by the plan
		}
		if c != nil && !model.Equal(c, v, got) {
			t.Errorf("%s %s is %v, and shown as %v", what, at, v, got)
		}
	}
	for name, v := range seen {
		if _, ok := all[name]; !ok && p.Prop(name) != nil && !unsure[name] && path == "" {
			t.Errorf("%s %s is invented: %v", what, name, v)
		}
	}
}

// Lists that leave out objects, and names in another case, are no reason to
// delete anything: what a document declares is never pruned for it, and an
// object under its name in capitals is the same object.
func TestRebuiltFromWhatIsShown(t *testing.T) {
	cat := catalog(t)
	for _, seed := range seeds() {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			_, partial := disagreeing(t, cat, seed, farmsim.Disagreement{HideShare: 0.05, FailShare: 0.05})
			first := partial.farm.Staged()
			live := partial.read(nil, nil)
			docs := declare(live)
			changed := 0
			for _, d := range docs {
				k := cat.Kind(d.Address.Kind)
				v, shown := d.Spec["description"].(string)
				p := k.Spec.Prop("description")
				if !shown || p == nil || p.NoWrite || p.CreateOnly || k.Update == nil || changed >= 5 || v == "" {
					continue
				}
				d.Spec["description"] = v + " anew"
				changed++
			}
			if changed == 0 {
				t.Skip("no object shows a description")
			}
			p := partial.plan(docs, nil)
			if len(p.Changes) != changed {
				t.Fatalf("want %d changes:\n%s", changed, describe(p))
			}
			partial.mustApply(p)
			if left := partial.plan(docs, nil); !left.Empty() {
				t.Errorf("not empty after the apply:\n%s", describe(left))
			}
			partial.mustApply(partial.plan(declare(live), nil))
			if diff := differentObjects(first, partial.farm.Staged()); diff != "" {
				t.Errorf("the way back is not exact: %s", diff)
			}
		})
	}
}

// differentObjects names the objects that differ in more than who changed them
// last.
func differentObjects(a, b farmsim.State) string {
	var out []string
	for kind, list := range a {
		if len(list) != len(b[kind]) {
			out = append(out, kind)
			continue
		}
		for i, o := range list {
			x, y := map[string]any{}, map[string]any{}
			for name, v := range o {
				x[name] = v
			}
			for name, v := range b[kind][i] {
				y[name] = v
			}
			for _, name := range []string{"adminLastMod", "timeLastMod"} {
				delete(x, name)
				delete(y, name)
			}
			if pretty(x) != pretty(y) {
				out = append(out, fmt.Sprintf("%s %v", kind, o["id"]))
			}
		}
	}
	return strings.Join(out, ", ")
}

// Names in another letter case mean the same objects: nothing is made again.
func TestNamesInAnotherCaseAreTheSameObjects(t *testing.T) {
	cat := catalog(t)
	whole, capitals := disagreeing(t, cat, 3, farmsim.Disagreement{UpperShare: 0.5})
	docs := declare(whole.read(nil, nil))
	for _, c := range capitals.plan(docs, nil).Changes {
		if c.Action != "update" && c.Action != "reorder" {
			t.Errorf("%s %s", c.Action, c.Address)
		}
		for _, f := range c.Fields {
			if !strings.Contains(f.Path, "[") && !strings.EqualFold(fmt.Sprint(f.Before), fmt.Sprint(f.After)) {
				t.Errorf("%s %s: %v -> %v", c.Address, f.Path, f.Before, f.After)
			}
		}
	}
}

// A list that fails leaves everything else readable, and what refers to its
// objects is not known instead of a number.
func TestOneBadListCostsNothingElse(t *testing.T) {
	cat := catalog(t)
	state := randomState(t, cat, 5, 2)
	for _, k := range cat.Kinds() {
		if k.List == nil || k.Name == model.SiteKind || testing.Short() && k.Name[0]%3 != 0 {
			continue
		}
		t.Run(k.Name, func(t *testing.T) {
			t.Parallel()
			farm, err := farmsim.New(farmsim.Options{Catalog: cat, State: state, Rate: -1, Disagree: &farmsim.Disagreement{Answers: []farmsim.StatusAt{{Path: k.List.Path, Status: 500}}}})
			if err != nil {
				t.Fatal(err)
			}
			s := (&stand{t: t, cat: cat, dir: t.TempDir(), files: map[string][]byte{}}).on(farm, 0)
			live, err := export.Read(t.Context(), s.session.Reader(), cat, export.Request{Parallel: 4})
			if err != nil {
				t.Fatal(err)
			}
			if live.NotReadErr(k.Name, "Main") == nil {
				t.Error("it passes for read")
			}
			for _, d := range live.Findings.Dangling {
				t.Errorf("a reference is written as a number: %s", d)
			}
		})
	}
}

// Each read of a plan in turn is answered as if there were nothing: no change
// is invented, and the plan does not pass for whole.
func TestNoReadThatIsGoneInventsAChange(t *testing.T) {
	cat := catalog(t)
	state := randomState(t, cat, 4, 1)
	at := func(d *farmsim.Disagreement) *stand {
		farm, err := farmsim.New(farmsim.Options{Catalog: cat, State: state, Rate: -1, Disagree: d})
		if err != nil {
			t.Fatal(err)
		}
		return (&stand{t: t, cat: cat, dir: t.TempDir(), files: map[string][]byte{}}).on(farm, 0)
	}
	s := at(nil)
	docs := declare(s.read(nil, nil))
	s.farm.ResetLog()
	if p := s.plan(docs, nil); !p.Empty() {
		t.Fatalf("differences to begin with:\n%s", describe(p))
	}
	paths := map[string]bool{}
	for _, r := range s.farm.Requests() {
		if r.Method == "GET" && r.Path != "/api/Site" {
			paths[r.Path] = true
		}
	}
	for n, path := range slices.Sorted(maps.Keys(paths)) {
		if every := 3; !everyCombination() && n%every != 0 {
			continue // make prove takes all
		}
		t.Run(path, func(t *testing.T) {
			s := at(&farmsim.Disagreement{Answers: []farmsim.StatusAt{{Path: path, Status: 404}}})
			s.t = t
			live, err := export.Read(t.Context(), s.session.Reader(), cat, export.Request{Parallel: 4, Want: plan.Want(docs), Entries: docs, Version: func(context.Context) string { return "21.2" }})
			if err != nil {
				t.Fatal(err)
			}
			p, diags := plan.Build(plan.Input{Catalog: cat, Desired: docs, Live: live, Sent: s.sent})
			if diags.Failed() {
				return // refused is not passed over
			}
			if !p.Empty() {
				t.Errorf("changes that are none:\n%s", describe(p))
			}
			if path == "/api/PubItems" {
				return // the lists of the folders are read in its place: nothing is missed
			}
			if len(live.NotRead) == 0 && len(live.Failed) == 0 && len(p.NotShown) == 0 {
				t.Error("nothing is said")
			}
		})
	}
}
