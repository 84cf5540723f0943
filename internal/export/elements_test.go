package export_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/ras"
)

// answers is a farm of one answer per path.
type answers map[string]string

func (a answers) Get(_ context.Context, path string, _ url.Values) (*ras.Answer, error) {
	body, ok := a[path]
	if !ok {
		return nil, &ras.Error{Kind: ras.KindNotFound, Method: "GET", Path: path, Status: 404}
	}
	return &ras.Answer{Status: 200, Body: []byte(body)}, nil
}

// TestElementsThatCannotBeNamed: an element of a list without its id, or without its
// name, cannot be spoken of, and left out it would pass for deleted: the list is a
// failed read.
func TestElementsThatCannotBeNamed(t *testing.T) {
	kind := func(name string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(strings.ReplaceAll(`{"title": "K", "x-ras": {"family": "farm", "scope": "farm", "shape": "collection", "self": "/api/K/{id}", "read": {"list": "/api/K"}, "identity": {"read": "name", "write": "name"}}, "properties": {"spec": {"type": "object", "properties": {}}}}`, "K", name))}
	}
	cat, err := model.Load(fstest.MapFS{"Site.json": kind("Site"), "Box.json": kind("Box")})
	if err != nil {
		t.Fatal(err)
	}
	for list, why := range map[string]string{
		`[{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]`: "",
		`[{"id": 1, "name": "a"}, {"name": "b"}]`:          "element 1 of the list has no id",
		`[{"id": null, "name": "a"}]`:                      "element 0 of the list has no id",
		`[{"id": 1}]`:                                      "element 0 of the list has no name",
	} {
		live, err := export.Read(t.Context(), answers{"/api/Site": `[{"id": 1, "name": "Main"}]`, "/api/Box": list}, cat, export.Request{Parallel: 1})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, n := range live.NotRead {
			got = append(got, n.String())
		}
		if text := strings.Join(got, "; "); !strings.Contains(text, why) || (why == "") != (text == "") {
			t.Errorf("%s: %s", list, text)
		}
	}
}
