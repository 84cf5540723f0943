package workspace_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"rassync/internal/linktest"
	"rassync/internal/model"
	"rassync/internal/workspace"
)

func TestLoadTextErrors(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"UTF-16 LE":                  {"\xff\xfek\x00i\x00", `f.yaml:1:1: error: the file is UTF-16 (save it as UTF-8)`},
		"UTF-16 BE":                  {"\xfe\xff\x00k\x00i", `f.yaml:1:1: error: the file is UTF-16 (save it as UTF-8)`},
		"zero byte":                  {"kind: Mail\nx: a\x00b\n", `f.yaml:2:5: error: the file is no text: it holds a zero byte (save it as UTF-8, or list it under ignore in rassync.yaml)`},
		"Latin-1":                    {"kind: Mail\nspec: {server: B\xfcro}\n", `f.yaml:2:17: error: the file is not UTF-8 (save it as UTF-8)`},
		"control":                    {"kind: Mail\r\nspec: {server: \"a\x07\"}\n", `f.yaml:2:18: error: the control character U+0007 is not allowed (write it as "\u0007" in double quotes)`},
		"tab":                        {"kind: Mail\nspec:\n\tserver: a\n", `f.yaml:3:1: error: a tab is used for indentation (YAML takes spaces only)`},
		"tab after four":             {"kind: Mail\nspec:\n  server: a\n  \tuser: b\n", `f.yaml:4:3: error: a tab is used for indentation (YAML takes spaces only)`},
		"NEL hides":                  {"kind: Mail\n\u0085---\u0085kind: Mail\n", `f.yaml:2:1: error: the line separator U+0085 stands here, which YAML programs read differently (take it out, or write it as "\u0085" in double quotes)`},
		"LS in a comment":            {"kind: Mail\nspec:\n  server: a # b\u2028c\n", `f.yaml:3:16: error: the line separator U+2028 stands here, which YAML programs read differently (take it out, or write it as "\u2028" in double quotes)`},
		"joined files":               {"kind: Mail\n---\n\ufeffkind: Mail\n", `f.yaml:3:1: error: a byte order mark stands in the middle of the file, as when two files were joined (take it out: it cannot be seen in most editors)`},
		"conflict":                   {"kind: Mail\nspec:\n<<<<<<< HEAD\n  server: a\n=======\n  server: b\n>>>>>>> x\n", `f.yaml:3:1: error: a merge conflict is not resolved (keep one side, and take out the lines that git put in)`},
		"anchor of another document": {"kind: Mail\nspec: &a {server: x}\n---\nkind: Mail\nspec: *a\n", `f.yaml:5:7: error: not valid YAML: unknown anchor 'a' referenced (an anchor holds within its own document only: write the value out here)`},
		"path in double quotes":      {"kind: Mail\nspec:\n  server: \"C:\\temp\\notes.exe\"\n", "f.yaml:3:11: error: Mail server: \\t in double quotes stands for a character that cannot be seen (use 'single quotes' or none, where a backslash is a backslash; \\xNN writes such a character on purpose)"},
		"directive":                  {"%YAML 1.2\n---\nkind: Mail\nspec: {servr: x}\n", `f.yaml:4:8: error: Mail: unknown property "servr" (did you mean server?)`},
	} {
		t.Run(name, func(t *testing.T) {
			_, diags := workspace.Load(tree(t, map[string]string{"f.yaml": c.text}), testCatalog(t), workspace.LoadOptions{})
			if got := texts(diags); got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestLoadNothing(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"empty folder":  {},
		"no documents":  {"a.yaml": "# nothing\n---\n", "rassync.yaml": "references: farm\n"},
		"only dot file": {".x.yaml": "kind: Mail\n"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := tree(t, files)
			_, diags := workspace.Load(dir, testCatalog(t), workspace.LoadOptions{})
			if got, want := texts(diags), fmt.Sprintf("error: nothing is declared in %s (this never means delete everything)", dir); got != want {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
		})
	}
	dir := filepath.Join(t.TempDir(), "none")
	_, diags := workspace.Load(dir, testCatalog(t), workspace.LoadOptions{})
	_, missing := os.Stat(dir)
	if got, want := texts(diags), fmt.Sprintf("error: the folder %s cannot be read: %v (name the folder that holds the YAML files)", dir, errors.Unwrap(missing)); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func TestLoadRefusesLargeFilesUnread(t *testing.T) {
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, "big.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(200 << 20); err != nil {
		t.Fatal(err)
	}
	f.Close()
	cat := testCatalog(t)
	var diags model.Diagnostics
	bytes := allocated(func() { _, diags = workspace.Load(dir, cat, workspace.LoadOptions{}) })
	if got, want := texts(diags), "big.yaml:1:1: error: the file is larger than 64 MB (split it, or list it under ignore in rassync.yaml)"; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	if bytes > 16<<20 {
		t.Errorf("%d MB for a file that is not read", bytes>>20)
	}
}

func TestLoadFollowsNoLinkOut(t *testing.T) {
	outside := tree(t, map[string]string{"secret.yaml": "kind: Mail\n", "a.png": "x"})
	dir := tree(t, map[string]string{"f.yaml": site + "kind: Image\nsite: Main\nname: A\nspec:\n  image: {file: link.png}\n"})
	for from, to := range map[string]string{"link.yaml": "secret.yaml", "link.png": "a.png"} {
		linktest.Make(t, filepath.Join(outside, to), filepath.Join(dir, from))
	}
	_, diags := workspace.Load(dir, testCatalog(t), workspace.LoadOptions{})
	got := texts(diags)
	for _, want := range []string{`f.yaml:8:17: error: Main/Image/A image: the file "link.png" cannot be used: a symbolic link is on the way: links are not followed`, "link.yaml:1:1: error: the file is a symbolic link"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s\nlacks %s", got, want)
		}
	}
}

func TestAliases(t *testing.T) {
	head := site + "kind: App\nsite: Main\nname: A\n"
	dir := tree(t, map[string]string{"f.yaml": head + `spec:
  rules:
  - &one
    name: one
    enabled: true
    criteria: &all {access: Allow}
  - <<: *one
    name: two
    criteria: *all
  - <<: [{enabled: false}, *one]
    name: three
`})
	ws := load(t, dir, testCatalog(t), workspace.LoadOptions{})
	if got, want := fmt.Sprint(ws.Objects[1].Spec["rules"]), "[map[criteria:map[access:Allow] enabled:true name:one] map[criteria:map[access:Allow] enabled:true name:two] map[criteria:map[access:Allow] enabled:false name:three]]"; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}

	var bomb strings.Builder
	bomb.WriteString(head + "spec:\n  extra:\n    a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 9; i++ {
		fmt.Fprintf(&bomb, "    a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	var wide strings.Builder
	wide.WriteString(head + "spec:\n  extra:\n    a: &a [" + strings.TrimSuffix(strings.Repeat("x, ", 5000), ", ") + "]\n    b: [" + strings.TrimSuffix(strings.Repeat("*a, ", 900), ", ") + "]\n")
	for name, c := range map[string]struct{ text, want string }{
		"anchors that explode": {bomb.String(), "the document holds or expands to more than 1000 aliases (write the values out)"},
		"wide":                 {wide.String(), "the aliases of this document expand to more than 1000000 values (write the values out)"},
		"itself":               {head + "spec:\n  extra: &a\n    b: *a\n", `f.yaml:9:8: error: Main/App/A extra.b.b: the anchor "a" holds itself (write the value out)`},
		"itself by merge":      {head + "spec: &a\n  <<: *a\n", `the anchor "a" holds itself (write the value out)`},
		"deep":                 {head + "spec:\n  extra: {a: " + strings.Repeat("[", 3000) + strings.Repeat("]", 3000) + "}\n", "nested too deeply"},
	} {
		t.Run(name, func(t *testing.T) {
			dir, cat := tree(t, map[string]string{"f.yaml": c.text}), testCatalog(t)
			var diags model.Diagnostics
			bytes := allocated(func() { _, diags = workspace.Load(dir, cat, workspace.LoadOptions{}) })
			if got := texts(diags); !strings.Contains(got, c.want) || len(diags) != 1 {
				t.Errorf("\n got %.500s\nwant %s", got, c.want)
			}
			if bytes > 64<<20 {
				t.Errorf("%d MB for a document of %d bytes", bytes>>20, len(c.text))
			}
		})
	}
}

// large are documents that make a loader slow which looks at everything again
// for each thing it meets. n is about the number of lines.
var large = map[string]func(n int) string{
	"many keys":         func(n int) string { return app + "  extra:\n" + many(n, "    k%d: 1\n") },
	"many same keys":    func(n int) string { return app + "  extra:\n" + strings.Repeat("    k: 1\n", n) },
	"long unique list":  func(n int) string { return app + "  publishTo:\n" + many(n, "  - k%d\n") },
	"many comments":     func(n int) string { return strings.Repeat("# x\n", n) + site },
	"comments between":  func(n int) string { return app + many(n/2, "  # about it\n  k%d: 1\n") },
	"unknown documents": func(n int) string { return many(n/2, "kind: K%d\n---\n") },
	"no folder":         func(n int) string { return site + many(n/4, "---\nkind: App\nsite: Main\nname: F%d/x\n") },
	"broken lines":      func(n int) string { return "kind: Mail\n" + strings.Repeat("a: b\n", n) + " c: d\n" },
}

const app = site + "kind: App\nsite: Main\nname: A\nspec:\n"

// many repeats a text that holds a number.
func many(n int, text string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, text, i)
	}
	return b.String()
}

// allocated is how many bytes a call asks for. Unlike its time this does not
// depend on what else the machine does.
func allocated(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestLoadGrowsWithTheText: four times the text costs about four times as much.
func TestLoadGrowsWithTheText(t *testing.T) {
	cat := testCatalog(t)
	for name, text := range large {
		t.Run(name, func(t *testing.T) {
			cost := func(n int) uint64 {
				dir := tree(t, map[string]string{"f.yaml": text(n)})
				return allocated(func() { workspace.Load(dir, cat, workspace.LoadOptions{}) })
			}
			few, more := cost(2000), cost(8000)
			if more > 8*few {
				t.Errorf("%d bytes for 2000 lines, %d for 8000", few, more)
			}
		})
	}
}

// BenchmarkLoadLarge shows what no count of bytes does: time.
func BenchmarkLoadLarge(b *testing.B) {
	cat := testCatalog(b)
	for name, text := range large {
		dir := tree(b, map[string]string{"f.yaml": text(50000)})
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				workspace.Load(dir, cat, workspace.LoadOptions{})
			}
		})
	}
}
