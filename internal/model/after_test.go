package model_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"rassync/internal/model"
)

// TestKindsThatComeAfterEachOther: a cycle of the word after is an error of the
// schemas that names its members.
func TestKindsThatComeAfterEachOther(t *testing.T) {
	kind := func(name, after string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(`{"title": "X", "x-ras": {"family": "farm", "scope": "farm", "shape": "singleton", "self": "/api/` + name + `", "after": [` + after + `]},
"properties": {"spec": {"type": "object", "properties": {"text": {"type": "string"}}}}}`)}
	}
	for name, tt := range map[string]struct {
		files fstest.MapFS
		cycle bool
	}{
		"a line":         {fstest.MapFS{"A.json": kind("A", `"B"`), "B.json": kind("B", `"C"`), "C.json": kind("C", "")}, false},
		"a cycle":        {fstest.MapFS{"A.json": kind("A", `"B"`), "B.json": kind("B", `"C"`), "C.json": kind("C", `"A"`)}, true},
		"after itself":   {fstest.MapFS{"A.json": kind("A", `"A"`)}, true},
		"a cycle behind": {fstest.MapFS{"A.json": kind("A", `"B"`), "B.json": kind("B", `"C"`), "C.json": kind("C", `"B"`)}, true},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := model.Load(tt.files)
			if tt.cycle != (err != nil) || tt.cycle && !strings.Contains(err.Error(), "cycle") {
				t.Errorf("%v", err)
			}
		})
	}
}
