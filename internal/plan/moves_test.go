package plan_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/plan"
)

// tree is a small catalogue of published items: folders, items and their order.
func tree(t *testing.T) *model.Catalog {
	t.Helper()
	item := func(kind string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(fmt.Sprintf(`{"title": %q, "x-ras": {"family": "publishing", "scope": "site", "shape": "collection", "self": "/api/Items/{id}", "read": {"list": "/api/%s", "get": "{self}"}, "create": {"path": "/api/%s", "site": "none", "answer": "object"}, "update": {"path": "{self}", "shapes": ["flat"]}, "delete": "{self}", "identity": {"read": "name", "write": "name", "rename": "newName"}, "tree": {"parent": "parentId", "previous": "previousId", "root": 0, "folder": "Folder", "move": "{self}/move"}},
"properties": {"spec": {"type": "object", "properties": {"text": {"type": "string"}}}}}`, kind, kind, kind))}
	}
	cat, err := model.Load(fstest.MapFS{
		"Folder.json": item("Folder"), "Item.json": item("Item"),
		"Order.json": {Data: []byte(`{"title": "Order", "x-ras": {"family": "publishing", "scope": "farm", "shape": "order", "order": {"of": ["Folder", "Item"], "by": "chain"}},
"properties": {"spec": {"type": "object", "properties": {"items": {"type": "array", "items": {"type": "string"}}}}}}`)},
		"Site.json": {Data: []byte(`{"title": "Site", "x-ras": {"family": "farm", "scope": "farm", "shape": "collection", "self": "/api/Site/{id}", "read": {"list": "/api/Site"}, "identity": {"read": "name", "write": "name"}},
"properties": {"spec": {"type": "object", "properties": {}}}}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

// treeFarm makes a farm of paths, in their order; a path that ends in a slash
// is a folder.
func treeFarm(cat *model.Catalog, paths ...string) *export.Farm {
	ids := map[string]int64{"": 0}
	last := map[int64]int64{}
	list := []*model.Object{{Address: model.Address{Kind: model.SiteKind, Name: "Main"}, ID: "1", Spec: map[string]any{}}}
	for i, path := range paths {
		kind, name := "Item", strings.TrimSuffix(path, "/")
		if name != path {
			kind = "Folder"
		}
		id := int64(10 + i)
		ids[name] = id
		up, _ := model.ParentPath(name)
		parent := ids[up]
		list = append(list, &model.Object{Address: model.Address{Site: "Main", Kind: kind, Name: name}, ID: fmt.Sprint(id), SiteID: "1", ParentID: parent, Previous: last[parent], Spec: map[string]any{"text": name}})
		last[parent] = id
	}
	return export.NewFarm(cat, list...)
}

// declaredItem reads "path", "path < renamedFrom" or "folder: items in order".
func declaredItem(text string) *model.Object {
	if folder, items, ok := strings.Cut(text, ": "); ok {
		var list []any
		for _, it := range strings.Split(items, ", ") {
			list = append(list, it)
		}
		return &model.Object{Address: model.Address{Kind: "Order", Name: folder}, Spec: map[string]any{"items": list}}
	}
	path, from, _ := strings.Cut(text, " < ")
	kind, name := "Item", strings.TrimSuffix(path, "/")
	if name != path {
		kind = "Folder"
	}
	return &model.Object{Address: model.Address{Site: "Main", Kind: kind, Name: name}, RenamedFrom: from, Spec: map[string]any{}}
}

// steps are the changes of a plan in a word each.
func steps(p *plan.Plan) []string {
	out := []string{}
	for _, c := range p.Changes {
		s := string(c.Action) + " " + c.Name
		if c.RenamedFrom != "" {
			s += " < " + c.RenamedFrom
		}
		out = append(out, s)
	}
	return out
}

func TestItemsMoveIntoTheOrderOfTheirNewFolder(t *testing.T) {
	cat := tree(t)
	for name, tt := range map[string]struct {
		farm, declared []string
		want           []string
		fails          string
	}{
		"to a place in the new folder": {
			farm:     []string{"A/", "A/x", "B/", "B/y", "B/z"},
			declared: []string{"B/x < A/x", "B: y, x, z"},
			want:     []string{"update B/x < A/x", "reorder B"}},
		"to the end, where a move puts it": {
			farm:     []string{"A/", "A/x", "B/", "B/y"},
			declared: []string{"B/x < A/x", "B: y, x"},
			want:     []string{"update B/x < A/x"}},
		"under a new name": {
			farm:     []string{"A/", "A/x", "B/", "B/y"},
			declared: []string{"B/n < A/x", "B: n, y"},
			want:     []string{"update B/n < A/x", "reorder B"}},
		"two that come in their order": {
			farm:     []string{"A/", "A/x", "A/y", "B/", "B/z"},
			declared: []string{"B/x < A/x", "B/y < A/y", "B: z, x, y"},
			want:     []string{"update B/x < A/x", "update B/y < A/y"}},
		"two that come in another order": {
			farm:     []string{"A/", "A/x", "A/y", "B/", "B/z"},
			declared: []string{"B/x < A/x", "B/y < A/y", "B: z, y, x"},
			want:     []string{"update B/x < A/x", "update B/y < A/y", "reorder B"}},
		"beside a new one": {
			farm:     []string{"A/", "A/x", "B/", "B/y"},
			declared: []string{"B/x < A/x", "B/n", "B: y, n, x"},
			want:     []string{"create B/n", "update B/x < A/x"}},
		"out of a folder whose order is declared": {
			farm:     []string{"A/", "A/x", "A/w", "B/"},
			declared: []string{"B/x < A/x", "A/w", "A: w"},
			want:     []string{"update B/x < A/x"}},
		"out of a folder that is renamed": {
			farm:     []string{"A/", "A/x", "A/w", "B/", "B/y"},
			declared: []string{"C/ < A", "C/w", "B/x < A/x", "C: w", "B: x, y"},
			want:     []string{"update C < A", "update B/x < A/x", "reorder B"}},
		"a new name within a folder that is renamed is no move": {
			farm:     []string{"A/", "A/x", "A/w"},
			declared: []string{"C/ < A", "C/n < A/x", "C: w, n"},
			want:     []string{"update C < A", "update C/n < A/x", "reorder C"}},
		"a folder is renamed already": {
			farm:     []string{"C/", "C/x", "C/w"},
			declared: []string{"C/ < A", "C/x", "C: x, w"},
			want:     []string{}},
		"a folder above the old name is renamed already": {
			farm:     []string{"C/", "C/x", "B/"},
			declared: []string{"C/ < A", "B/x < A/x"},
			want:     []string{"update B/x < C/x"}},
		"stopped between move and rename": {
			farm:     []string{"A/", "B/", "B/x"},
			declared: []string{"B/n < A/x"},
			want:     []string{"update B/n < B/x"}},
		"what has the name between is declared itself": {
			farm:     []string{"A/", "B/", "B/x"},
			declared: []string{"B/n < A/x", "B/x"},
			want:     []string{"create B/n"}},
		"an order that names what is not there": {
			farm:     []string{"A/", "A/x"},
			declared: []string{"A: x, ghost"},
			fails:    `there is no "ghost" to put in order`},
	} {
		t.Run(name, func(t *testing.T) {
			var desired []*model.Object
			for _, text := range tt.declared {
				desired = append(desired, declaredItem(text))
			}
			p, ds := plan.Build(plan.Input{Catalog: cat, Desired: desired, Live: treeFarm(cat, tt.farm...)})
			if tt.fails != "" {
				if !ds.Failed() || !strings.Contains(ds[0].Summary, tt.fails) {
					t.Errorf("want %q, got %+v", tt.fails, ds)
				}
				return
			}
			if ds.Failed() {
				t.Fatal(ds)
			}
			if diff := cmp.Diff(tt.want, steps(p)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
