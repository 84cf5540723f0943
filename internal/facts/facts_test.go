package facts_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rassync/internal/coverage"
	"rassync/internal/facts"
	"rassync/internal/model"
	"rassync/schemas"
	tables "rassync/schemas/facts"
)

func load(t *testing.T) (*model.Catalog, *facts.Data, *facts.Comparer) {
	t.Helper()
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	data, err := facts.Load(tables.Files)
	if err != nil {
		t.Fatal(err)
	}
	ops, exclusions, err := coverage.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	c, err := facts.NewComparer(cat, data, ops, exclusions)
	if err != nil {
		t.Fatal(err)
	}
	return cat, data, c
}

// Every schema agrees with the facts, but for the deviations that are listed
// with a reason; and every one of those is still needed.
func TestSchemasAgreeWithTheFacts(t *testing.T) {
	cat, data, c := load(t)
	for _, p := range data.Unexplained(c.All(), append(cat.Names(), "*")...) {
		t.Error(strings.TrimSpace(p.String()))
	}
}

var update = flag.Bool("update", false, "write the table of the wire anew")

// The committed table of the wire is the one that follows from the schemas, so
// each change of a name, number, path or reference is a line in a review.
func TestWireTableIsCurrent(t *testing.T) {
	_, data, c := load(t)
	const file = "../../schemas/wire.tsv"
	want := c.Wire(data.Deviations)
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(have), want); d != "" {
		t.Errorf("%s is not current: run make generate, and look at what changed\n%s", file, d)
	}
}
