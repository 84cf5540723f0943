package render_test

import (
	"bytes"
	"strings"
	"testing"

	"rassync/internal/model"
	"rassync/internal/render"
)

// TestEqualErrorsAreCounted: forty references to one object that is missing are one
// mistake, and the first line of each other error is not lost among them.
func TestEqualErrorsAreCounted(t *testing.T) {
	var ds model.Diagnostics
	for i := range 40 {
		ds = append(ds, model.Diagnostic{Severity: model.Error, Source: model.Source{File: "a.yaml", Line: i + 1, Col: 1}, Address: "Main/PubRDSApp/A", Summary: `there is no RDSHostPool "Office"`, Hint: "declare it"})
		if i == 20 {
			ds = append(ds, model.Diagnostic{Severity: model.Error, Source: model.Source{File: "a.yaml", Line: i + 1, Col: 9}, Summary: "another mistake"})
		}
	}
	var out bytes.Buffer
	if err := render.Diagnostics(&out, ds, render.Options{}); err != nil {
		t.Fatal(err)
	}
	s := out.String()
	for _, want := range []string{"a.yaml:1:1: error: Main/PubRDSApp/A: there is no RDSHostPool", "the same in 39 other places: a.yaml:2:1, a.yaml:3:1, a.yaml:4:1 and 36 more", "another mistake", "41 errors"} {
		if !strings.Contains(strings.Join(strings.Fields(s), " "), want) {
			t.Errorf("%q is missing:\n%s", want, s)
		}
	}
	if n := strings.Count(s, "there is no RDSHostPool"); n != 1 {
		t.Errorf("it is said %d times", n)
	}
	out.Reset()
	missing := model.Diagnostics{}
	for _, path := range []string{"source", "createAs", "pools[0]", "pools[1]", "pools[2]"} {
		missing = append(missing, model.Diagnostic{Severity: model.Error, Address: "Main/PubRDSApp/A", Path: path, Summary: "is needed to make the object"})
	}
	if err := render.Diagnostics(&out, missing, render.Options{}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"source: is needed", "createAs: is needed", "pools[0]: is needed", "in 2 other places"} {
		if !strings.Contains(out.String(), path) {
			t.Errorf("what is said of %s is counted with what is said of others:\n%s", path, out.String())
		}
	}
	out.Reset()
	if err := render.Diagnostics(&out, ds[:2], render.Options{}); err != nil || strings.Count(out.String(), "there is no RDSHostPool") != 2 {
		t.Errorf("two are not shown one by one: %v\n%s", err, out.String())
	}
}
