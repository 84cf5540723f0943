package proof

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"rassync/internal/coverage"
	"rassync/internal/farmsim"
	"rassync/internal/model"
	"rassync/schemas"
)

// TestANewKindIsOneFile: an invented kind is laid beside those that are shipped, as
// one file. Everything follows: it is read, planned, changed and taken back,
// simulated, restored on an empty farm, and counted among what is covered.
func TestANewKindIsOneFile(t *testing.T) {
	files := fstest.MapFS{}
	err := fs.WalkDir(schemas.Files, ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			add(t, files, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	ops, exclusions, err := coverage.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	counts := func(cat *model.Catalog) (kinds, claimed int) {
		return len(cat.Kinds()), coverage.Compute(cat, ops, exclusions).Claimed
	}
	before, err := model.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile("testdata/newkind/Gadget.json")
	if err != nil {
		t.Fatal(err)
	}
	files["Gadget.json"] = &fstest.MapFile{Data: data}
	cat, err := model.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range []string{"GET /api/Gadget", "POST /api/Gadget", "GET /api/Gadget/{id}", "PUT /api/Gadget/{id}", "DELETE /api/Gadget/{id}"} {
		more, err := coverage.ParseOperations([]byte(tabbed(op)))
		if err != nil {
			t.Fatal(err)
		}
		ops = append(ops, more...)
	}
	wasKinds, wasClaimed := counts(before)
	if kinds, claimed := counts(cat); kinds != wasKinds+1 || claimed != wasClaimed+5 {
		t.Errorf("%d kinds claim %d operations, were %d and %d", kinds, claimed, wasKinds, wasClaimed)
	}

	changeEach(t, cat, cat.Kind("Gadget"), farmsim.Switches{}, true)

	s := newStand(t, cat, farmsim.State{
		"Site":   {{"id": int64(1), "name": "Main", "licensingSite": true}},
		"Gadget": {{"id": int64(4), "siteId": int64(1), "name": "First", "color": "blue", "size": int64(3)}, {"id": int64(5), "siteId": int64(1), "name": "Second", "color": "red"}},
	}, farmsim.Switches{})
	kinds := []string{"Gadget"}
	s.live = s.read(kinds, everything)
	first, docs := text(s.live), declare(s.live)
	if p := s.plan(docs, kinds); !p.Empty() {
		t.Fatalf("the plan is not empty:\n%s", describe(p))
	}
	if err := s.farm.Wipe(); err != nil {
		t.Fatal(err)
	}
	s.mustApply(s.plan(docs, kinds))
	if second := text(s.read(kinds, everything)); first != second {
		t.Errorf("the farm is not back:\n%s", diffLines(first, second))
	}
}

// tabbed is a line of the list of operations.
func tabbed(op string) string {
	method, path, _ := strings.Cut(op, " ")
	return method + "\t" + path + "\tconfirmed\n"
}
