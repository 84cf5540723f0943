package proof

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"rassync/internal/contract"
	"rassync/internal/farmsim"
	"rassync/internal/model"
	"rassync/schemas"
)

// A farm whose contract differs by chance from the built-in one, and what its
// document tells a client.
type altered struct {
	layer  *contract.Layer
	farm   *model.Catalog // what the farm follows
	client *model.Catalog // what was learnt of it
	asked  map[string]bool
}

// alteredFarm alters the contract by seed, writes its document, as a whole or in
// pages, and learns it.
func alteredFarm(t *testing.T, cat *model.Catalog, seed uint64, pages bool) *altered {
	t.Helper()
	l, err := contract.Alter(cat, seed)
	if err != nil {
		t.Fatal(err)
	}
	a := &altered{layer: l, asked: map[string]bool{}}
	if a.farm, err = contract.LoadOver(cat, schemas.Files, l, contract.ForFarm); err != nil {
		t.Fatal(err)
	}
	var doc bytes.Buffer
	if err := contract.WriteDocument(&doc, a.farm, "22.0", farmsim.AnywhereGroup); err != nil {
		t.Fatal(err)
	}
	parts := [][]byte{doc.Bytes()}
	if pages {
		parts = inPages(t, doc.Bytes(), seed)
	}
	var d *contract.Document
	for _, p := range parts {
		one, err := contract.ParseDocument(bytes.NewReader(p))
		if err != nil {
			t.Fatal(err)
		}
		if d == nil {
			d = one
		} else {
			d.Merge(one)
		}
	}
	cmp, learnt, err := contract.Compare(cat, d, "farm.json", "", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if learnt, err = contract.Fit(cat, schemas.Files, learnt, cmp); err != nil {
		t.Fatal(err)
	}
	for _, f := range cmp.Findings {
		if f.What == contract.Question || f.What == contract.NotTaken {
			a.asked[f.Kind+"."+f.Path] = true
		}
	}
	if a.client, err = contract.LoadOver(cat, schemas.Files, learnt, contract.ForClient); err != nil {
		t.Fatal(err)
	}
	return a
}

// inPages parts a document into some, each with the paths that chance gives it.
func inPages(t *testing.T, doc []byte, seed uint64) [][]byte {
	t.Helper()
	var whole map[string]any
	if err := json.Unmarshal(doc, &whole); err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(seed, 3))
	parts := make([]map[string]any, 5)
	for path, item := range whole["paths"].(map[string]any) {
		n := rnd.IntN(len(parts))
		if parts[n] == nil {
			parts[n] = map[string]any{}
		}
		parts[n][path] = item
	}
	var out [][]byte
	for _, p := range parts {
		whole["paths"] = p
		data, err := json.Marshal(whole)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, data)
	}
	return out
}

// TestAlteredFarms manages farms whose contract differs from the built-in one:
// with what their documents say, a plan of an export is empty, every altered
// property can be changed and goes back, and a wiped farm comes back. Without it,
// a plan of an export is empty too.
func TestAlteredFarms(t *testing.T) {
	seeds := []uint64{3}
	if everyCombination() {
		for n := range uint64(40) {
			seeds = append(seeds, n+10)
		}
	}
	cat := catalog(t)
	for _, seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			a := alteredFarm(t, cat, seed, seed%2 == 1)
			state := farmsim.Random(a.farm, rand.New(rand.NewPCG(seed, 1)), 4)
			t.Run("unchanged", func(t *testing.T) {
				for name, client := range map[string]*model.Catalog{"with the layer": a.client, "without": cat} {
					s := newStandOn(t, a.farm, client, state, farmsim.Switches{})
					if p := s.plan(declare(s.read(nil, everything)), nil); !p.Empty() {
						t.Errorf("%s the plan is not empty:\n%s", name, describe(p))
					}
				}
			})
			t.Run("changed", func(t *testing.T) { a.changeEach(t, seed) })
			t.Run("wiped", func(t *testing.T) { a.comesBack(t, state) })
		})
	}
}

// changeEach changes every altered property that is known now.
func (a *altered) changeEach(t *testing.T, seed uint64) {
	changed := 0
	for i, name := range a.layer.Names() {
		k := a.client.Kind(name)
		if k.Order != nil || !everyCombination() && i%6 > 0 {
			continue // ordinary runs take some of the kinds
		}
		s := newStandOn(t, a.farm, a.client, farmsim.Random(a.farm, rand.New(rand.NewPCG(seed, 2)), 4), farmsim.Switches{})
		changed += changeOn(t, s, k, func(path string) string {
			c := a.layer.Kinds[name].Properties[path]
			if c == nil || c.Gone || a.asked[name+"."+path] {
				return ""
			}
			return path
		})
		if t.Failed() {
			return
		}
	}
	t.Logf("%d altered properties changed", changed)
	if changed < 5 {
		t.Errorf("only %d altered properties were changed", changed)
	}
}

// comesBack wipes the farm and makes it anew.
func (a *altered) comesBack(t *testing.T, state farmsim.State) {
	s := newStandOn(t, a.farm, a.client, state, farmsim.Switches{})
	s.live = s.read(nil, everything)
	s.keep()
	first := text(s.live)
	docs := withSecrets(a.client, declare(s.live))
	if err := s.farm.Wipe(); err != nil {
		t.Fatal(err)
	}
	s.mustApply(s.plan(docs, nil))
	if t.Failed() {
		return
	}
	if second := text(s.read(nil, everything)); first != second {
		t.Fatalf("the farm is not back:\n%s", diffLines(first, second))
	}
}

// TestWithoutALayerNothingIsSentWrong changes altered properties by the built-in
// schemas alone: a change is refused or said, or it arrives as it was meant. What
// moved numbers mean nobody can tell without the contract.
func TestWithoutALayerNothingIsSentWrong(t *testing.T) {
	cat := catalog(t)
	a := alteredFarm(t, cat, 5, false)
	state := farmsim.Random(a.farm, rand.New(rand.NewPCG(5, 1)), 4)
	tried := 0
	for i, name := range a.layer.Names() {
		k := cat.Kind(name)
		if k.Order != nil || !everyCombination() && i%3 > 0 {
			continue
		}
		s := newStandOn(t, a.farm, cat, state, farmsim.Switches{})
		s.live = s.read([]string{name}, everything)
		docs := map[model.Address]*model.Object{}
		for _, d := range withSecrets(cat, declare(s.live)) {
			docs[d.Address] = d
		}
		for _, o := range s.live.Objects[name][:min(1, len(s.live.Objects[name]))] {
			for _, m := range mutations(s, k, o) {
				c := a.layer.Kinds[name].Properties[m.path]
				if c == nil || m.entry != "" || c.Numbers != nil {
					continue
				}
				tried++
				d := &model.Object{Address: o.Address, Spec: model.Clone(docs[o.Address].Spec).(map[string]any)}
				set(d.Spec, m.path, m.value)
				s.tryBlind(a.farm, k, d, m.path)
			}
		}
	}
	if tried < 3 {
		t.Errorf("only %d tried", tried)
	}
}

// tryBlind applies a change and holds what the run says of it against what the
// farm has now.
func (s *stand) tryBlind(farm *model.Catalog, k *model.Kind, d *model.Object, path string) {
	s.t.Helper()
	name := d.Address.String() + " " + path
	p := s.plan([]*model.Object{d}, []string{k.Name})
	if p.Empty() {
		if len(p.Unwritable) == 0 && len(p.Warnings) == 0 && len(p.NotShown) == 0 {
			s.t.Errorf("%s: it is not written, and nobody says so", name)
		}
		return
	}
	res := s.apply(p)
	said := res.Failed != nil || len(res.Refused) > 0 || len(res.NotConverged) > 0 || len(res.Unverified) > 0 || len(res.LeftOut) > 0
	if said {
		return
	}
	truth := (&stand{t: s.t, cat: farm, dir: s.t.TempDir(), files: map[string][]byte{}}).on(s.farm, 0).read([]string{k.Name}, everything)
	want, _ := model.Lookup(d.Spec, path)
	now := truth.Find(d.Address)
	if now == nil {
		s.t.Errorf("%s: the object is gone", name)
		return
	}
	if have, _ := model.Lookup(now.Spec, path); !model.Equal(nil, have, want) {
		s.t.Errorf("%s: the run says it is done; wanted %v, the farm has %v", name, want, have)
	}
}
