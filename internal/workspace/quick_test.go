package workspace

import (
	"os"
	"path/filepath"
	"testing"

	"gopkg.in/yaml.v3"
)

// sameNodes says where two trees differ, "" if they are the same; comments do
// not count.
func sameNodes(a, b *yaml.Node, at string) string {
	if a.Kind != b.Kind || a.Style != b.Style || a.Tag != b.Tag || a.Value != b.Value || a.Line != b.Line || a.Column != b.Column ||
		a.Anchor != b.Anchor || len(a.Content) != len(b.Content) {
		return at
	}
	for i := range a.Content {
		if d := sameNodes(a.Content[i], b.Content[i], at+"/"+a.Content[i].Value); d != "" {
			return d
		}
	}
	return ""
}

// checkQuick compares the two ways to read a document.
func checkQuick(t *testing.T, text []byte) (read bool) {
	t.Helper()
	fast, ok := quick(text)
	if !ok {
		return false
	}
	doc, err := decode(text)
	if err != nil {
		t.Fatalf("the library refuses what quick reads: %v\n%s", err, text)
	}
	if doc == nil || len(doc.Content) != 1 {
		t.Fatalf("the library finds no document where quick does:\n%s", text)
	}
	if at := sameNodes(doc.Content[0], fast, ""); at != "" {
		t.Fatalf("the nodes differ at %q:\n%s", at, text)
	}
	return true
}

var quickSeeds = []string{
	"kind: PubRDSApp\nsite: Main\nname: Sales/Notepad\nspec:\n  target: C:\\Windows\\notepad.exe\n  list:\n    - a\n    - b: 1\n      c: ''\n  same:\n  - x\n  empty: []\n  none: {}\n",
	"# a comment\n---\nkind: Site\n\n# more\nspec:\n  a: 'it''s'\n  b: \"x\"\n  c: -1\n  d: 1.5\n  e: true\n  f: <Default>\n  g: yes\n  h: 2026-01-01\n  i: ü – é\n",
	"a: b\n  c\n", "a: b\n\n  c\n", "a:\nb: 1\n", "a: 'x\n  y'\n", "a: |\n  x\n", "a: b # c\n", "a: b: c\n", "a: &x b\n", "a: *x\n", "a: ! b\n",
	"- a\n", "a:\n  - b\n c: d\n", "a:\n  b: 1\n c: 2\n", "a: 1\n---\nb: 2\n", "a: 1\n...\n", "a: [b]\n", "a: {b: c}\n", "a:  b\n", "a: b \n", "a: 'b' c\n",
	"a: ''''\n", "a: '''\n", "a: \"\n", "a: ~\n", "a: <<\n", "<<: a\n", "a: - b\n", "a:\n- b\n- c\nd: e\n", "a:\n- - b\n", "a:\n-\n", "a: ---\n", "a: b---\n", "a:\n  - b\n  # c\n  - d\n",
	"a:\n  - b: 1\n  -  c\n", "a:b\n", "a: b:\n", "a: 1_000\n", "a: 0x1f\n", "a: .5\n", "a: +1\n", "a: 12:30\n", "a: null\n", "null: a\n", "y: n\n", "true: 1\n", "a: b#c\n", "a: \u00a0b\n", "a: \u2028b\n",
}

func TestQuickReadsLikeTheLibrary(t *testing.T) {
	for _, s := range quickSeeds {
		checkQuick(t, []byte(s))
	}
	for _, s := range quickSeeds[:2] {
		if _, ok := quick([]byte(s)); !ok {
			t.Errorf("left to the library:\n%s", s)
		}
	}
	files, err := filepath.Glob("testdata/*/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		src, problem := newSource(f, data)
		if problem != nil {
			continue
		}
		for _, seg := range src.segs {
			checkQuick(t, src.text[seg.start:seg.end])
		}
	}
}

func FuzzQuick(f *testing.F) {
	for _, s := range quickSeeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) { checkQuick(t, text) })
}
