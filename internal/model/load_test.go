package model_test

import (
	"reflect"
	"testing"

	"rassync/internal/model"
	"rassync/schemas"
)

func TestEverySchemaLoads(t *testing.T) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	if len(cat.Names()) == 0 {
		t.Fatal("no kinds")
	}
}

// What is read when it is first asked for is what is read at once.
func TestKindsReadAsNeededAreTheSame(t *testing.T) {
	all, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	late, err := model.LoadAsNeeded(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(late.Names(), all.Names()) || !reflect.DeepEqual(late.Files(), all.Files()) {
		t.Error("other kinds or files")
	}
	if late.Answers("/api/Site") != all.Answers("/api/Site") || late.KindNow("NoSuch") != "NoSuch" || late.Kind("NoSuch") != nil {
		t.Error("what is not there is answered otherwise")
	}
	for _, name := range all.Names() {
		a, b := all.Kind(name), late.Kind(name)
		var x, y []model.PropertyWords
		a.Spec.Walk(func(p *model.Property) { x = append(x, p.PropertyWords) })
		b.Spec.Walk(func(p *model.Property) { y = append(y, p.PropertyWords) })
		if b.Name != name || !reflect.DeepEqual(a.KindWords, b.KindWords) || !reflect.DeepEqual(x, y) {
			t.Errorf("%s differs", name)
		}
	}
}
