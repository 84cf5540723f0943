package model_test

import (
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
