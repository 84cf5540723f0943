package proof

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"rassync/internal/farmsim"
	"rassync/internal/model"
	"rassync/schemas"
)

// withoutKind is the catalog of a client that has no schema of a kind of
// published items.
func withoutKind(t *testing.T, kind string) *model.Catalog {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(schemas.Files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path == kind+".json" {
			return err
		}
		data, err := fs.ReadFile(schemas.Files, path)
		files[path] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(string(data), `, "`+kind+`"`, ""))}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	cat, err := model.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

// TestItemsOfNoKindKeepTheirPlace: the farm has items that no schema of the client
// knows. They keep their place: what is put last comes behind them where they are
// last, and what is put in order goes around them.
func TestItemsOfNoKindKeepTheirPlace(t *testing.T) {
	farms, cat := catalog(t), withoutKind(t, "PubLocalApp")
	item := func(id, previous int64, name string) map[string]any {
		return map[string]any{"id": id, "name": name, "parentId": int64(1), "previousId": previous, "siteId": int64(1)}
	}
	state := func(fixed int64, apps ...int64) farmsim.State {
		s := farmsim.State{"Site": {{"id": int64(1), "name": "Main", "licensingSite": true}},
			"PubFolder": {{"id": int64(1), "name": "Shop", "parentId": int64(0), "previousId": int64(0), "siteId": int64(1)}}}
		previous := int64(0)
		for _, id := range apps {
			if id == fixed {
				s["PubLocalApp"] = append(s["PubLocalApp"], item(id, previous, "PC"))
			} else {
				s["PubRDSApp"] = append(s["PubRDSApp"], item(id, previous, string(rune('A'+id-10))))
			}
			previous = id
		}
		return s
	}
	line := func(s *stand) string {
		whole := s.farm.Staged()
		after := map[int64]map[string]any{}
		for _, kind := range []string{"PubRDSApp", "PubLocalApp"} {
			for _, o := range whole[kind] {
				if n, _ := model.AsInt(o["parentId"]); n == 1 {
					previous, _ := model.AsInt(o["previousId"])
					after[previous] = o
				}
			}
		}
		var out []string
		for o := after[0]; o != nil; {
			out = append(out, o["name"].(string))
			id, _ := model.AsInt(o["id"])
			o = after[id]
		}
		return strings.Join(out, " ")
	}
	order := func(items ...any) *model.Object {
		return object("PubOrder", "", "Shop", map[string]any{"items": items})
	}
	fresh := func(names ...string) (out []*model.Object) {
		for _, n := range names {
			out = append(out, object("PubRDSApp", "Main", "Shop/"+n, map[string]any{"target": "x.exe"}))
		}
		return out
	}
	for name, c := range map[string]struct {
		fixed int64
		apps  []int64
		docs  []*model.Object
		want  string
	}{
		"new and last":                 {12, []int64{10, 11, 12}, append(fresh("N"), order("A", "B", "N")), "A B PC N"},
		"two new and last":             {12, []int64{10, 11, 12}, append(fresh("N", "O"), order("A", "B", "N", "O")), "A B PC N O"},
		"new, in no order":             {12, []int64{10, 11, 12}, fresh("N"), "A B PC N"},
		"new and alone with it":        {12, []int64{12}, append(fresh("N"), order("N")), "PC N"},
		"new in the middle":            {12, []int64{10, 11, 12}, append(fresh("N"), order("A", "N", "B")), "A N B PC"},
		"put in order before it":       {12, []int64{10, 11, 12}, []*model.Object{order("B", "A")}, "B A PC"},
		"put in order around it":       {12, []int64{10, 12, 11}, []*model.Object{order("B", "A")}, "B PC A"},
		"put in order behind it":       {12, []int64{12, 10, 11}, []*model.Object{order("B", "A")}, "PC B A"},
		"new, and the others in order": {12, []int64{10, 11, 12}, append(fresh("N"), order("B", "A", "N")), "B A PC N"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStandOn(t, farms, cat, state(c.fixed, c.apps...), farmsim.Switches{})
			s.mustApply(s.plan(c.docs, nil))
			if got := line(s); got != c.want {
				t.Errorf("the folder holds %s, want %s", got, c.want)
			}
			if p := s.plan(c.docs, nil); len(p.Changes) > 0 {
				t.Errorf("the same again changes %s", p.Changes[0].Address)
			}
			if n := s.read(nil, everything).Findings.Strangers; len(n) != 1 || !slices.Contains(n, "Shop/PC") {
				t.Errorf("counted as of no kind: %q", n)
			}
		})
	}
}
