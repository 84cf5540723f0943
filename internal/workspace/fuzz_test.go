package workspace

import (
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"rassync/internal/model"
)

// readText loads one text as Load would, without a disk.
func readText(t testing.TB, cat *model.Catalog, set *ruleSet, data []byte) ([]*model.Object, model.Diagnostics) {
	src, problem := newSource("f.yaml", data)
	if problem != nil {
		return nil, model.Diagnostics{*problem}
	}
	ws := &Workspace{Config: DefaultConfig(), cat: cat, rules: set, files: map[string]*source{"f.yaml": src}, layers: map[model.Source]model.Source{}}
	r := &reader{ws: ws, judge: true}
	var res result
	end := 0
	for i, seg := range src.segs {
		if seg.start != end {
			t.Fatalf("text between %d and %d is in no document", end, seg.start)
		}
		end = seg.end
		r.document(src, i, &res)
	}
	if end != len(src.text) {
		t.Fatalf("text from %d on is in no document", end)
	}
	ws.Objects = res.objects
	c := &checker{ws: ws, strict: true}
	c.unique(res.objects)
	c.check(res.uses)
	return res.objects, append(res.diags, c.diags...)
}

func FuzzLoad(f *testing.F) {
	for _, s := range []string{
		"kind: Site\nname: Main\n---\nkind: App\nsite: Main\nname: A\nspec:\n  rules:\n  - name: x\n    criteria: {access: Allow}\n  days: [Mon, 4]\n",
		"kind: Mail\nspec: {password: {fromEnv: A}}\n", "kind: App\nsite: &a x\nname: *a\nspec:\n  <<: [*a]\n", "%YAML 1.2\n---\nkind: Mail\n...\n---\n",
		"\ufeffkind: Mail\r\nspec:\r\n  server: |+\r\n    a\r\n\r\n", "kind: ItemOrder\nname: /\nspec: {items: [a, {kind: App, name: b}]}\n",
		"? [a]\n: b\n", "kind: Folder\nsite: a\nname: A/B\nrenamedFrom: A\n", "kind: Image\nsite: a\nname: b\nspec: {image: {file: ../x}}\n", "- - -\n", "{a: b} c", "\"\\x", "kind: App\nspec:\n  extra: &e {a: *e}\n",
	} {
		f.Add([]byte(s))
	}
	cat, err := model.Load(os.DirFS("testdata/schemas"))
	if err != nil {
		f.Fatal(err)
	}
	set := newRuleSet(cat)
	f.Fuzz(func(t *testing.T, data []byte) {
		objects, diags := readText(t, cat, set, data)
		for _, d := range diags {
			if d.Source.File != "f.yaml" || d.Source.Line < 1 || d.Source.Col < 1 || d.Summary == "" {
				t.Errorf("no place: %+v", d)
			}
			if strings.Contains(d.Hint, "one of them is wrong") {
				t.Errorf("the walk and the schema disagree: %s", d.Error())
			}
		}
		if diags.Failed() {
			return
		}
		// What loads can be written, and loads again as the same.
		for _, o := range objects {
			e := newEmitter("\n")
			e.document(cat.Kind(o.Address.Kind), o)
			back, diags := readText(t, cat, set, []byte(e.b.String()))
			if len(back) != 1 || back[0].Address != o.Address || !same(any(back[0].Spec), any(o.Spec)) || !sameUnknown(back[0].Unknown, o.Unknown) {
				t.Errorf("%s\ncomes back as %+v %v", e.b.String(), back, diags)
			}
		}
	})
}

func FuzzConfig(f *testing.F) {
	f.Add([]byte("farm: {url: x}\nmanage: {kinds: [{kind: App, mode: exclusive}]}\nprotect: [App]\nignore: [a]\noverlays: {a: b}\nlimits: {deletes: 1}\ndetails: [App.rules]\n"))
	cat, err := model.Load(os.DirFS("testdata/schemas"))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if c, _ := ParseConfig(data, cat); c == nil {
			t.Error("no configuration")
		}
	})
}

// TestWalkAgreesWithSchema spoils good documents at random: the walk must
// refuse all that the published schema refuses.
func TestWalkAgreesWithSchema(t *testing.T) {
	for name, cat := range catalogs(t) {
		set := newRuleSet(cat)
		g := &generator{r: rand.New(rand.NewPCG(7, 7)), files: map[string][]byte{}}
		refused, taken := 0, 0
		for _, o := range g.objects(t, cat, set, 1500) {
			kr, _ := set.of(cat.Kind(o.Address.Kind))
			for name, v := range o.Spec {
				if _, isFile := v.(model.FileRef); isFile {
					delete(o.Spec, name)
				}
			}
			spoil(g.r, o.Spec)
			e := newEmitter("\n")
			e.document(kr.kind, o)
			_, diags := readText(t, cat, set, []byte(e.b.String()))
			wrong := false
			for _, d := range diags {
				if strings.Contains(d.Hint, "one of them is wrong") {
					t.Errorf("%s: the walk and the schema disagree:\n%s\n%s", name, d.Error(), e.b.String())
				}
				wrong = wrong || d.Severity == model.Error && !strings.Contains(d.Summary, "there is no") && !strings.Contains(d.Summary, "own site")
			}
			sch, err := kr.compiled()
			if err != nil {
				t.Fatal(err)
			}
			if bad := sch.Validate(kr.instance(o)) != nil; bad && !wrong {
				t.Errorf("%s: the schema refuses, the walk does not:\n%s", name, e.b.String())
			} else if bad {
				refused++
			} else {
				taken++
			}
		}
		t.Logf("%s: %d refused, %d taken", name, refused, taken)
		if refused < 50 || taken < 50 {
			t.Error("the test says nothing")
		}
	}
}

// spoil changes a few values of a spec to others, of any type.
func spoil(r *rand.Rand, m map[string]any) {
	for _, name := range sortedKeys(m) {
		switch r.IntN(25) {
		case 0:
			m[name] = []any{"x", "a longer text", int64(-5), int64(1 << 40), 1.5, true, nil, []any{}, []any{"a", "a"}, []any{int64(1)}, map[string]any{}, map[string]any{"a": "b"}, "", strings.Repeat("x", 5000)}[r.IntN(14)]
		case 1:
			m[name+"x"] = m[name]
		case 2:
			delete(m, name)
			continue
		}
		switch v := m[name].(type) {
		case map[string]any:
			spoil(r, v)
		case []any:
			if len(v) > 0 && r.IntN(8) == 0 {
				v = append(v, v[0])
				m[name] = v
			}
			for _, e := range v {
				if sub, ok := e.(map[string]any); ok {
					spoil(r, sub)
				}
			}
		}
	}
}

// TestRulesCoverTheSchemas: a word that the walk does not know costs speed,
// so the published schemas should get by without.
func TestRulesCoverTheSchemas(t *testing.T) {
	cat := catalogs(t)["real"]
	set := newRuleSet(cat)
	for _, k := range cat.Kinds() {
		kr, err := set.of(k)
		if err != nil {
			t.Error(err)
			continue
		}
		if len(kr.residual) > 0 {
			t.Logf("%s: shown to the JSON Schema validator because of %v", k.Name, kr.residual)
		}
		if _, err := kr.compiled(); err != nil {
			t.Error(err)
		}
	}
}
