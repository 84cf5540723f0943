package apply_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"rassync/internal/apply"
	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/ras"
	"rassync/internal/runs"
)

// boxes is a small catalogue: boxes, and labels that name one.
func boxes(t *testing.T) *model.Catalog {
	t.Helper()
	kind := func(name, props string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(fmt.Sprintf(`{"title": %q, "x-ras": {"family": "farm", "scope": "farm", "shape": "collection", "self": "/api/%s/{id}", "read": {"list": "/api/%s", "get": "{self}"}, "create": {"path": "/api/%s", "site": "none", "answer": "object"}, "update": {"path": "{self}", "shapes": ["flat"]}, "delete": "{self}", "identity": {"read": "name", "write": "name", "rename": "newName"}}, "properties": {"spec": {"type": "object", "properties": {%s}}}}`, name, name, name, name, props))}
	}
	cat, err := model.Load(fstest.MapFS{
		"Site.json":  kind("Site", ""),
		"Box.json":   kind("Box", `"color": {"type": "string"}, "size": {"type": "integer"}, "maybe": {"type": "string", "x-ras": {"evidence": "inferred"}}, "hidden": {"type": "string", "x-ras": {"lifecycle": {"read": "forbidden"}, "evidence": "inferred"}}, "status": {"type": "string", "x-ras": {"inheritsDown": "open"}}`),
		"Label.json": kind("Label", `"box": {"type": "string", "x-ras": {"ref": "Box"}}, "text": {"type": "string"}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

// fakeFarm keeps objects by path and answers as it is told.
type fakeFarm struct {
	objects map[string]map[string]any // "/api/Box/1"
	next    int
	// refuse gives the error for a write; nil lets it pass.
	refuse func(ras.Request) error
	sent   []string
}

func newFake() *fakeFarm {
	f := &fakeFarm{objects: map[string]map[string]any{}, next: 1}
	f.add("Site", "Main", nil)
	return f
}

func (f *fakeFarm) add(kind, name string, more map[string]any) string {
	id := f.next
	f.next++
	o := map[string]any{"id": id, "name": name}
	for k, v := range more {
		o[k] = v
	}
	f.objects[fmt.Sprintf("/api/%s/%d", kind, id)] = o
	return strconv.Itoa(id)
}

// named gives an object by its name, nil if there is none.
func (f *fakeFarm) named(name string) map[string]any {
	for _, o := range f.objects {
		if o["name"] == name {
			return o
		}
	}
	return nil
}

func (f *fakeFarm) Get(_ context.Context, path string, _ url.Values) (*ras.Answer, error) {
	if o, ok := f.objects[path]; ok {
		return answer(o), nil
	}
	if strings.Count(path, "/") == 2 {
		var paths []string
		for p := range f.objects {
			if strings.HasPrefix(p, path+"/") {
				paths = append(paths, p)
			}
		}
		sort.Strings(paths)
		list := []any{}
		for _, p := range paths {
			list = append(list, f.objects[p])
		}
		return answer(list), nil
	}
	return nil, &ras.Error{Kind: ras.KindNotFound, Method: "GET", Path: path, Status: 404}
}

func answer(v any) *ras.Answer {
	data, _ := json.Marshal(v)
	return &ras.Answer{Status: 200, Body: data}
}

func (f *fakeFarm) Send(_ context.Context, req ras.Request) (*ras.Answer, error) {
	f.sent = append(f.sent, req.Method+" "+req.Path)
	if f.refuse != nil {
		if err := f.refuse(req); err != nil {
			return nil, err
		}
	}
	body, _ := req.Body.(map[string]any)
	switch req.Method {
	case "POST":
		name, _ := body["name"].(string)
		id := f.add(strings.TrimPrefix(req.Path, "/api/"), name, body)
		return answer(f.objects[req.Path+"/"+id]), nil
	case "DELETE":
		if f.objects[req.Path] == nil {
			return nil, &ras.Error{Kind: ras.KindNotFound, Method: "DELETE", Path: req.Path, Status: 404}
		}
		delete(f.objects, req.Path)
	default:
		o := f.objects[req.Path]
		if o == nil {
			return nil, &ras.Error{Kind: ras.KindNotFound, Method: req.Method, Path: req.Path, Status: 404}
		}
		for k, v := range body {
			if k == "newName" {
				k = "name"
			}
			o[k] = v
		}
	}
	return &ras.Answer{Status: 204}, nil
}

func (f *fakeFarm) ApplySettings(context.Context) error {
	f.sent = append(f.sent, "apply")
	return nil
}

func (f *fakeFarm) Pause(context.Context, time.Duration, string) error { return nil }

func (f *fakeFarm) read(t *testing.T, cat *model.Catalog) *export.Farm {
	t.Helper()
	live, err := export.Read(context.Background(), f, cat, export.Request{Parallel: 1, Want: func(*model.Object, *model.Property) bool { return true }})
	if err != nil {
		t.Fatal(err)
	}
	return live
}

// journal keeps the lines of a run.
type journal []runs.Entry

func (j *journal) Append(e runs.Entry) error {
	*j = append(*j, e)
	return nil
}

func box(name string, spec map[string]any) *model.Object {
	return &model.Object{Address: model.Address{Kind: "Box", Name: name}, Spec: spec}
}

func label(name, of string) *model.Object {
	return &model.Object{Address: model.Address{Kind: "Label", Name: name}, Spec: map[string]any{"box": of}}
}

// carry plans the documents against the farm and carries the plan out.
func carry(t *testing.T, cat *model.Catalog, f *fakeFarm, in plan.Input, o apply.Options) (*apply.Result, journal) {
	t.Helper()
	in.Catalog, in.Live = cat, f.read(t, cat)
	p, ds := plan.Build(in)
	if ds.Failed() {
		t.Fatal(ds[0].Error())
	}
	var j journal
	o.Writer, o.Live, o.Journal = f, in.Live, &j
	res, err := apply.Run(context.Background(), p, o)
	if err != nil {
		t.Fatal(err)
	}
	return res, j
}
