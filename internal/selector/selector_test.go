package selector_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"rassync/internal/model"
	"rassync/internal/selector"
)

func catalog(t testing.TB) *model.Catalog {
	t.Helper()
	files := fstest.MapFS{}
	for name, scope := range map[string]string{"PubRDSApp": "site", "PubFolder": "site", "Gateway": "site", "Site": "farm", "MailboxSettings": "farm"} {
		tree := ""
		if strings.HasPrefix(name, "Pub") {
			tree = `"tree": {"parent": "parentId", "previous": "previousId", "root": 0, "folder": "PubFolder"}, `
		}
		files[name+".json"] = &fstest.MapFile{Data: []byte(`{"x-ras": {` + tree + `"scope": "` + scope + `", "shape": "collection", "read": {"list": "/x"}, "identity": {"read": "name"}}, "properties": {"spec": {"type": "object"}}}`)}
	}
	cat, err := model.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

func TestGlob(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true},
		{"", "a", false},
		{"Sales", "sALES", true},
		{"Ärzte", "ärzte", true},
		{"*", "", true},
		{"*", "a b", true},
		{"*", "a/b", false},
		{"**", "a/b/c", true},
		{"Sales/*", "Sales/Notepad", true},
		{"Sales/*", "Sales/A/B", false},
		{"Sales/**", "Sales/A/B", true},
		{"Sales/**", "Sales", false},
		{"**/Notepad", "A/B/Notepad", true},
		{"a*b**c", "axbx/yc", true},
		{"a*b**c", "a/bc", false},
		{"a?c", "abc", true},
		{"a?c", "a/c", false},
		{`a\*c`, "a*c", true},
		{`a\*c`, "abc", false},
		{`C:\\x`, `c:\X`, true},
		{"***", "a/b", true},
		{"?", "é", true},
	} {
		g, err := selector.ParseGlob(c.pattern)
		if err != nil {
			t.Fatalf("%q: %v", c.pattern, err)
		}
		if got := g.Match(c.text); got != c.want {
			t.Errorf("%q on %q: got %v", c.pattern, c.text, got)
		}
	}
}

// slowGlob is a pattern and a text on which a matcher that tries one way after
// the other never ends.
func slowGlob(t testing.TB) (selector.Glob, string) {
	g, err := selector.ParseGlob(strings.Repeat("**a*", 60) + "b")
	if err != nil {
		t.Fatal(err)
	}
	return g, strings.Repeat("a", 4000)
}

func TestGlobFollowsAllWaysAtOnce(t *testing.T) {
	g, text := slowGlob(t)
	if g.Match(text) {
		t.Error("matches")
	}
	if !g.Match(text + "b") {
		t.Error("does not match")
	}
	if n := testing.AllocsPerRun(1, func() { g.Match(text) }); n > 1 {
		t.Errorf("%v allocations for a text of %d characters", n, len(text))
	}
}

func BenchmarkGlob(b *testing.B) {
	g, text := slowGlob(b)
	for b.Loop() {
		g.Match(text)
	}
}

func TestSelector(t *testing.T) {
	cat := catalog(t)
	app := model.Address{Site: "Main", Kind: "PubRDSApp", Name: "Sales/Notepad"}
	gateway := model.Address{Site: "Main", Kind: "Gateway", Name: "GW1"}
	slash := model.Address{Site: "Main", Kind: "Gateway", Name: "Bern / Zürich"} // no path: gateways lie in no folder
	site := model.Address{Kind: "Site", Name: "Main"}
	mail := model.Address{Kind: "MailboxSettings"}
	for _, c := range []struct {
		text string
		want []model.Address
	}{
		{"PubRDSApp", []model.Address{app}},
		{"pubrdsapp", []model.Address{app}},
		{"PubRDSApp/sales/*", []model.Address{app}},
		{"PubRDSApp/*", nil},
		{"PubRDSApp/**", []model.Address{app}},
		{"Main/Gateway/*", []model.Address{gateway, slash}},
		{"Gateway/bern*", []model.Address{slash}},
		{"Gateway/Bern / Zürich", []model.Address{slash}},
		{"Main/Gateway", []model.Address{gateway, slash}},
		{"Other/Gateway/*", nil},
		{"*/Gateway/GW?", []model.Address{gateway}},
		{"Pub*/Sales/*", []model.Address{app}},
		{"Pub*", []model.Address{app}},
		{"*", []model.Address{app, gateway, slash, site, mail}},
		{"*/*/GW1", []model.Address{gateway}},
		{"site:main", []model.Address{app, gateway, slash}},
		{"kind:pub*", []model.Address{app}},
		{"name:Sales/*", []model.Address{app}},
		{"MailboxSettings", []model.Address{mail}},
		{"Site/Main", []model.Address{site}},
	} {
		s, err := selector.Parse(c.text, cat)
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		for _, a := range []model.Address{app, gateway, slash, site, mail} {
			want := false
			for _, w := range c.want {
				want = want || w == a
			}
			if got := s.Match(a); got != want {
				t.Errorf("%q on %s: got %v", c.text, a, got)
			}
		}
	}
}

func TestSelectorErrors(t *testing.T) {
	cat := catalog(t)
	for text, want := range map[string]string{
		"":              `a selector is empty; write a kind, Kind/name, Site/Kind/name, site:NAME, kind:NAME or name:NAME`,
		"PubRDSAp":      `selector "PubRDSAp": there is no kind "PubRDSAp" (did you mean PubRDSApp?)`,
		"Main/Gatway/*": `selector "Main/Gatway/*": there is no kind "Gatway" (did you mean Gateway?)`,
		"Main//x":       `selector "Main//x": there is no kind "Main" (write Kind, Kind/name, Site/Kind/name, site:NAME, kind:NAME or name:NAME)`,
		"/x":            `selector "/x": nothing stands before its first slash`,
		"kind:Nothing*": `selector "kind:Nothing*": there is no kind "Nothing*" (write Kind, Kind/name, Site/Kind/name, site:NAME, kind:NAME or name:NAME)`,
		"sit:Main":      `selector "sit:Main": unknown word "sit" before the colon (did you mean site?)`,
		"site:":         `selector "site:": nothing stands behind the colon`,
		`PubRDSApp/a\`:  `selector "PubRDSApp/a\\": pattern "a\\" ends in a backslash; write two of them for one`,
	} {
		_, err := selector.Parse(text, cat)
		if err == nil || err.Error() != want {
			t.Errorf("%q:\n got %v\nwant %s", text, err, want)
		}
	}
}

func TestSet(t *testing.T) {
	cat := catalog(t)
	set, err := selector.ParseSet([]string{"kind:Pub*", "Gateway"}, []string{"name:Sales/*"}, cat)
	if err != nil {
		t.Fatal(err)
	}
	for a, want := range map[model.Address]bool{
		{Site: "Main", Kind: "PubRDSApp", Name: "Sales/Notepad"}: false,
		{Site: "Main", Kind: "PubRDSApp", Name: "Notepad"}:       true,
		{Site: "Main", Kind: "Gateway", Name: "x"}:               true,
		{Kind: "Site", Name: "x"}:                                false,
	} {
		if got := set.Match(a); got != want {
			t.Errorf("%s: got %v", a, got)
		}
	}
	if !(selector.Set{}).Match(model.Address{Kind: "Site"}) {
		t.Error("the empty set of conditions picks everything")
	}
	if _, err := selector.ParseSet([]string{"Nope", "sit:x"}, nil, cat); err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("both errors are reported, got %v", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"PubRDSApp", "Main/Gateway/*", "site:Main", `a\`, "**/?", "kind:Pub*", "//", "%2F/Gateway/x"} {
		f.Add(s, "Sales/Notepad")
	}
	cat := catalog(f)
	f.Fuzz(func(t *testing.T, text, name string) {
		s, err := selector.Parse(text, cat)
		if err != nil {
			return
		}
		if s.String() != text {
			t.Errorf("got %q", s.String())
		}
		s.Match(model.Address{Site: "Main", Kind: "PubRDSApp", Name: name})
		quoted, err := selector.Parse("PubRDSApp/"+selector.Quote(name), cat)
		if err != nil {
			t.Fatal(err)
		}
		if !quoted.Match(model.Address{Site: "Main", Kind: "PubRDSApp", Name: name}) {
			t.Errorf("%q does not match itself", name)
		}
	})
}
