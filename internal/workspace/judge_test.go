package workspace

import (
	"strings"
	"testing"

	"rassync/internal/model"
)

const judged = "kind: App\nsite: Main\nname: A\nspec:\n  target: notepad.exe\n  days: [Mon]\n"

// verdict reads one document with rules that were changed behind the schema's
// back, as a fault of the walk would.
func verdict(t *testing.T, text string, spoil func(*kindRules)) (errors, hints string) {
	t.Helper()
	cat := catalogs(t)["own"]
	set := newRuleSet(cat)
	kr, err := set.of(cat.Kind("App"))
	if err != nil {
		t.Fatal(err)
	}
	spoil(kr)
	_, diags := readText(t, cat, set, []byte(text))
	for _, d := range diags {
		if d.Severity == model.Error && d.Path != "site" {
			errors += d.Source.String() + " " + d.Path + ": " + d.Summary + "\n"
			hints += d.Hint + "\n"
		}
	}
	return errors, hints
}

// TestJudge: a document is valid if the JSON Schema library says so; the walk
// only finds the words. Neither can let pass what the other refuses.
func TestJudge(t *testing.T) {
	none := func(*kindRules) {}
	for name, c := range map[string]struct {
		text      string
		spoil     func(*kindRules)
		want      []string
		disagrees bool
	}{
		"both take it": {judged, none, nil, false},
		"both refuse it, and the walk says why": {strings.Replace(judged, "notepad.exe", "5", 1), none,
			[]string{`f.yaml:5:11 target: expected text, found a number`}, false},
		"the walk lets a wrong type pass": {strings.Replace(judged, "notepad.exe", "5", 1), func(kr *kindRules) { kr.spec.props["target"] = &rule{open: true} },
			[]string{"f.yaml:5:11 target: the JSON Schema refuses what rassync's own check takes: expected string, but got number"}, true},
		"the walk lets an unknown property pass": {judged + "  nonsense: 1\n", func(kr *kindRules) { kr.spec.open = true },
			[]string{"f.yaml:5:3 : the JSON Schema refuses what rassync's own check takes: additionalProperties 'nonsense' not allowed"}, true},
		"the walk drops a property that it should look at": {strings.Replace(judged, "notepad.exe", "5", 1), func(kr *kindRules) {
			delete(kr.spec.props, "target")
			kr.spec.open = true
		}, []string{"f.yaml:5:11 target: the JSON Schema refuses what"}, true},
		"the walk refuses what is right": {judged, func(kr *kindRules) { kr.spec.props["target"] = &rule{typ: "integer"} },
			[]string{"f.yaml:5:11 target: expected a whole number, found text", "f.yaml:1:1 : the JSON Schema of App takes this document, and rassync's own check does not"}, true},
		"a fault that the walk explains hides none elsewhere": {strings.Replace(strings.Replace(judged, "notepad.exe", "5", 1), "Mon", "Someday", 1),
			func(kr *kindRules) { kr.spec.props["target"] = &rule{open: true} },
			[]string{"target: the JSON Schema refuses", `days[0]: "Someday" is not known here`}, true},
	} {
		t.Run(name, func(t *testing.T) {
			got, hints := verdict(t, c.text, c.spoil)
			if len(c.want) == 0 && got != "" {
				t.Errorf("refused: %s", got)
			}
			for _, w := range c.want {
				if !strings.Contains(got, w) {
					t.Errorf("got %q, want %q", got, w)
				}
			}
			if said := strings.Contains(hints, "one of them is wrong: please report it"); said != c.disagrees {
				t.Errorf("the disagreement is named: %v, want %v (%s)", said, c.disagrees, got)
			}
		})
	}
}

// TestJudgeSeesTheYAML: the library is shown what the document says and not
// what the walk made of it.
func TestJudgeSeesTheYAML(t *testing.T) {
	root, err := parse([]byte("kind: App\nspec:\n  a: &x {b: 1, c: [true, null, 1.5, '7', 0x10]}\n  d: {<<: *x, b: two}\n  when: 2024-01-01\nunknown: ~\n"))
	if err != nil {
		t.Fatal(err)
	}
	got, ok := plainDocument(root)
	want := map[string]any{"kind": "App", "unknown": nil, "spec": map[string]any{
		"a":    map[string]any{"b": int64(1), "c": []any{true, nil, 1.5, "7", int64(16)}},
		"d":    map[string]any{"b": "two", "c": []any{true, nil, 1.5, "7", int64(16)}},
		"when": "2024-01-01"}}
	if !ok || !same(any(got), any(want)) {
		t.Errorf("got %v", got)
	}
}

// TestVerdictsAreRemembered: the same text is judged once, another one anew.
func TestVerdictsAreRemembered(t *testing.T) {
	cat := catalogs(t)["own"]
	set := newRuleSet(cat)
	for range 2 {
		if _, diags := readText(t, cat, set, []byte(judged)); len(set.verdicts.valid) != 1 {
			t.Errorf("%d verdicts, %v", len(set.verdicts.valid), diags)
		}
	}
	if _, diags := readText(t, cat, set, []byte(judged+"  nonsense: 1\n")); !diags.Failed() || len(set.verdicts.valid) != 1 {
		t.Errorf("%d verdicts, %v", len(set.verdicts.valid), diags)
	}
}

// TestAlikeDocumentsAreJudgedOnce: what differs from a document that was taken in
// more than texts of any length is judged anew.
func TestAlikeDocumentsAreJudgedOnce(t *testing.T) {
	cat := catalogs(t)["real"]
	set := newRuleSet(cat)
	base := "kind: PubRDSApp\nsite: Main\nname: A\nspec:\n  target: a.exe\n  description: one\n  winType: Normal\n"
	readText(t, cat, set, []byte(base)) // that its site is not declared is another matter
	kr, err := set.of(cat.Kind("PubRDSApp"))
	if err != nil {
		t.Fatal(err)
	}
	likes := func(text string) bool {
		t.Helper()
		root, err := parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		like, may := kr.likeness(root)
		return may && kr.isTaken(like)
	}
	if !likes(strings.NewReplacer("one", "two", "a.exe", "b.exe").Replace(base)) {
		t.Error("other texts are judged anew")
	}
	for what, text := range map[string]string{
		"another word":        strings.Replace(base, "Normal", "Maximised", 1),
		"no text":             strings.Replace(base, "one", "1", 1),
		"a null":              strings.Replace(base, "one", "~", 1),
		"another property":    base + "  parameters: x\n",
		"a property less":     strings.Replace(base, "  winType: Normal\n", "", 1),
		"an unknown property": base + "  nonsense: x\n",
		"an alias":            strings.NewReplacer("a.exe", "&x a.exe", "one", "*x").Replace(base),
		"an empty name":       strings.Replace(base, "name: A", "name: ''", 1),
	} {
		if likes(text) {
			t.Errorf("%s: not judged", what)
		}
	}
}
