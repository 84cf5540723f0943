package farmsim

import (
	"math/rand/v2"
	"reflect"
	"testing"
)

// TestForkGoesItsOwnWay: a fork holds the same, and what happens to one farm
// does not happen to the other.
func TestForkGoesItsOwnWay(t *testing.T) {
	cat, err := catalog()
	if err != nil {
		t.Fatal(err)
	}
	f, err := New(Options{Catalog: cat, State: Random(cat, rand.New(rand.NewPCG(3, 3)), 4), Rate: -1})
	if err != nil {
		t.Fatal(err)
	}
	id := f.Staged()["Theme"][0]["id"].(int64)
	if err := f.Change("Theme", id, Object{"description": "staged before"}); err != nil {
		t.Fatal(err)
	}
	staged, applied := f.Staged(), f.Applied()
	n := f.Fork()
	if !reflect.DeepEqual(n.Staged(), staged) || !reflect.DeepEqual(n.Applied(), applied) || !n.Pending() {
		t.Fatal("the fork does not hold what the farm held")
	}
	if err := n.Change("Theme", id, Object{"description": "in the fork"}); err != nil {
		t.Fatal(err)
	}
	if err := n.Change("Theme", 0, Object{"name": "Only in the fork"}); err != nil {
		t.Fatal(err)
	}
	n.Apply()
	if n.Pending() {
		t.Error("the fork did not apply")
	}
	if !reflect.DeepEqual(f.Staged(), staged) || !reflect.DeepEqual(f.Applied(), applied) {
		t.Error("the farm changed with its fork")
	}
}
