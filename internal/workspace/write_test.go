package workspace_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rassync/internal/linktest"
	"rassync/internal/model"
	"rassync/internal/workspace"
)

func obj(address string, spec map[string]any) *model.Object {
	o := &model.Object{Spec: spec}
	if spec == nil {
		o.Spec = map[string]any{}
	}
	parts := strings.SplitN(address, " ", 3)
	o.Address.Kind = parts[0]
	if len(parts) > 1 && parts[1] != "-" {
		o.Address.Site = parts[1]
	}
	if len(parts) > 2 {
		o.Address.Name = parts[2]
	}
	return o
}

type m = map[string]any
type l = []any

func write(t *testing.T, dir string, objects []*model.Object, opts workspace.WriteOptions) *workspace.WriteReport {
	t.Helper()
	report, err := workspace.Write(dir, testCatalog(t), objects, opts)
	if err != nil {
		t.Fatal(err)
	}
	before := content(t, dir)
	again, err := workspace.Write(dir, testCatalog(t), objects, opts)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(again.Written) + len(again.Changed) + len(again.Updated) + len(again.Removed); n > 0 && !opts.DryRun {
		t.Errorf("the second write changes something: %+v", again)
	}
	if d := cmp.Diff(before, content(t, dir)); d != "" {
		t.Errorf("the second write changes something: %s", d)
	}
	return report
}

func TestWriteFresh(t *testing.T) {
	png := []byte("\x89PNG\r\n\x1a\n0000")
	dir := filepath.Join(t.TempDir(), "new", "tree")
	app := obj("App Main Sales/Notepad", m{"description": "two\nlines\n", "target": `C:\Windows\notepad.exe`, "enabledMode": "Enabled", "winType": int64(2), "pools": l{"<Default>", "10"},
		"publishTo": l{}, "extra": m{}, "ratio": 1.5, "parameters": "yes",
		"rules": l{m{"$id": int64(7), "name": "r", "criteria": m{"users": l{m{"account": `D\u`}}}}}})
	app.Unknown = m{"new.thing": m{"b": nil, "a": l{int64(1)}}}
	report := write(t, dir, []*model.Object{
		app,
		obj("Site - Main", m{"server": "b1"}),
		obj("App Main Zed", nil),
		obj("App Main Alpha", m{"target": "x"}),
		obj("Folder Main Sales", m{"enabledMode": int64(9)}),
		obj("ItemOrder - /", m{"items": l{"Sales", m{"kind": "App", "name": "Zed"}}}),
		obj("Mail", m{"server": "s", "user": "u"}),
		obj("FactorA Main With server", m{"server": "s"}),
		obj("FactorA Main none", m{"server": ""}),
		obj("Image Main logo", m{"image": model.FileRef{Digest: ""}}),
		obj("Pool a:b CON", m{"description": " x"}),
		obj("Defaults farm", m{"port": int64(1)}),
	}, workspace.WriteOptions{File: func(model.Address, *model.Property, model.FileRef) ([]byte, error) { return png, nil }})
	got := content(t, dir)
	want := map[string]string{
		"farm/Site.yaml":             "# yaml-language-server: $schema=../.rassync/schemas/Site.json\nkind: Site\nname: Main\nspec:\n  server: b1\n",
		"farm/Mail.yaml":             "# yaml-language-server: $schema=../.rassync/schemas/Mail.json\nkind: Mail\nspec:\n  server: s\n  user: u\n  password: {fromEnv: MAIL_PASSWORD}\n",
		"farm/publishing-order.yaml": "# yaml-language-server: $schema=../.rassync/schemas/ItemOrder.json\nkind: ItemOrder\nname: /\nspec:\n  items:\n    - Sales\n    - kind: App\n      name: Zed\n",
		"Main/publishing/App.yaml": `# yaml-language-server: $schema=../../.rassync/schemas/App.json
kind: App
site: Main
name: Alpha
spec:
  target: x
---
# yaml-language-server: $schema=../../.rassync/schemas/App.json
kind: App
site: Main
name: Zed
`,
		"Main/publishing/Sales/Folder.yaml": "# yaml-language-server: $schema=../../../.rassync/schemas/Folder.json\nkind: Folder\nsite: Main\nname: Sales\nspec:\n  enabledMode: 9\n",
		"Main/publishing/Sales/App.yaml": `# yaml-language-server: $schema=../../../.rassync/schemas/App.json
kind: App
site: Main
name: Sales/Notepad
spec:
  enabledMode: Enabled
  description: |
    two
    lines
  target: C:\Windows\notepad.exe
  parameters: 'yes'
  winType: 2
  pools:
    - <Default>
    - '10'
  publishTo: []
  rules:
    - name: r
      criteria:
        users:
          - account: D\u
  ratio: 1.5
  extra: {}
unknown:
  new.thing:
    a:
      - 1
    b: null
`,
		"Main/FactorA.yaml": `# yaml-language-server: $schema=../.rassync/schemas/FactorA.json
kind: FactorA
site: Main
name: none
spec:
  server: ''
---
# yaml-language-server: $schema=../.rassync/schemas/FactorA.json
kind: FactorA
site: Main
name: With server
spec:
  server: s
  key: {fromEnv: RAS_FACTORA_WITH_SERVER_KEY}
`,
		"Main/Image.yaml":             "# yaml-language-server: $schema=../.rassync/schemas/Image.json\nkind: Image\nsite: Main\nname: logo\nspec:\n  image: {file: files/logo.png}\n",
		"Main/files/logo.png":         string(png),
		"a_b~df7d46d1/Pool.yaml":      "# yaml-language-server: $schema=../.rassync/schemas/Pool.json\nkind: Pool\nsite: a:b\nname: CON\nspec:\n  description: ' x'\n",
		"farm~a2d7cbd2/Defaults.yaml": "# yaml-language-server: $schema=../.rassync/schemas/Defaults.json\nkind: Defaults\nsite: farm\nspec:\n  port: 1\n",
	}
	// The hashes are those of the names; only that they are there matters.
	for p := range want {
		if i := strings.IndexByte(p, '~'); i >= 0 {
			for q := range got {
				if strings.HasPrefix(q, p[:i+1]) {
					want[q] = want[p]
					if q != p {
						delete(want, p)
					}
				}
			}
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if len(report.Unplaced) > 0 || len(report.Added) != 12 {
		t.Errorf("got %+v", report)
	}
	if d := cmp.Diff(map[string][]string{"App": {"new.thing"}}, report.Unknown); d != "" {
		t.Error(d)
	}
	for _, p := range []string{".rassync/.gitignore", ".rassync/schemas/App.json", ".rassync/schemas/blocks/common.json"} {
		if _, err := os.Stat(filepath.Join(dir, p)); err != nil {
			t.Error(err)
		}
	}
}

func TestUpdateInPlace(t *testing.T) {
	const head = "kind: App\nsite: Main\nname: A\n"
	for name, c := range map[string]struct {
		old  string
		live m
		opts workspace.WriteOptions
		want string
	}{
		"nothing changes": {"# mine\n" + head + "spec:   # here\n  target:   \"x\"   # why\n\n\n  winType: 0x10\n", m{"target": "x", "winType": int64(16), "parameters": "not declared"}, workspace.WriteOptions{},
			"# mine\n" + head + "spec:   # here\n  target:   \"x\"   # why\n\n\n  winType: 0x10\n"},
		"scalars keep quotes and comments": {head + "spec:\n  target: \"x\"  # why\n  parameters: 'y'\n  description: z # z\n  inheritDisplay: true\n  winType: 1", m{"target": "x\\y", "parameters": "it's", "description": "yes", "inheritDisplay": false, "winType": int64(2)}, workspace.WriteOptions{},
			head + "spec:\n  target: \"x\\\\y\"  # why\n  parameters: 'it''s'\n  description: 'yes' # z\n  inheritDisplay: false\n  winType: 2"},
		"fill in the order of the schema": {head + "spec:\n  # about parameters\n  parameters: a\n", m{"enabledMode": "Enabled", "parameters": "a", "winType": int64(1), "target": "t"}, workspace.WriteOptions{Fill: true},
			head + "spec:\n  enabledMode: Enabled\n  target: t\n  # about parameters\n  parameters: a\n  winType: 1\n"},
		"fill an empty document": {head, m{"target": "t"}, workspace.WriteOptions{Fill: true}, head + "spec:\n  target: t\n"},
		"fill an empty spec":     {head + "spec: # nothing yet\n", m{"target": "t"}, workspace.WriteOptions{Fill: true}, head + "spec: # nothing yet\n  target: t\n"},
		"fill braces":            {head + "spec: {}\n", m{"target": "t"}, workspace.WriteOptions{Fill: true}, head + "spec:\n  target: t\n"},
		"text of several lines": {head + "spec:\n  description: one # c\n  target: x\n", m{"description": "one\ntwo", "target": "x"}, workspace.WriteOptions{},
			head + "spec:\n  description: |- # c\n    one\n    two\n  target: x\n"},
		"text of one line": {head + "spec:\n  description: |\n    one\n    two\n\n  # about target\n  target: x\n", m{"description": "one", "target": "x"}, workspace.WriteOptions{},
			head + "spec:\n  description: one\n\n  # about target\n  target: x\n"},
		"folded text": {head + "spec:\n  description: one\n    two\n    three  # c\n  target: >-\n    a\n    b\n", m{"description": "x", "target": "z"}, workspace.WriteOptions{},
			head + "spec:\n  description: x  # c\n  target: z\n"},
		"set in brackets": {head + "spec:\n  pools: [ \"b\", a ]  # c\n", m{"pools": l{"a", "c"}}, workspace.WriteOptions{},
			head + "spec:\n  pools: [a, c]  # c\n"},
		"set of lines": {head + "spec:\n  pools:\n  # first\n  - b\n  # second\n  - a # x\n\n  # third\n  - c\n  target: t\n", m{"pools": l{"a", "c", "d"}, "target": "t"}, workspace.WriteOptions{},
			head + "spec:\n  pools:\n  # second\n  - a # x\n\n  # third\n  - c\n  - d\n  target: t\n"},
		"set in another order": {head + "spec:\n  pools: [b, a]\n", m{"pools": l{"a", "b"}}, workspace.WriteOptions{}, head + "spec:\n  pools: [b, a]\n"},
		"spelling of a name":   {head + "spec:\n  pools: [FINANCE]\n", m{"pools": l{"Finance"}}, workspace.WriteOptions{}, head + "spec:\n  pools: [FINANCE]\n"},
		"empty a list":         {head + "spec:\n  pools:\n    - a # x\n  target: t\n", m{"pools": l{}, "target": "t"}, workspace.WriteOptions{}, head + "spec:\n  pools: [] # x\n  target: t\n"},
		"fill a list":          {head + "spec:\n  pools: []  # none\n", m{"pools": l{"a"}}, workspace.WriteOptions{}, head + "spec:\n  pools: [a]  # none\n"},
		"rules move with their comments": {head + `spec:
  rules:
    # about one
    - name: one
      enabled: true   # yes
    # about two
    - name: two
    - name: three
`, m{"rules": l{m{"name": "three", "enabled": true}, m{"name": "new", "criteria": m{"access": "Deny"}}, m{"name": "one", "enabled": false, "criteria": m{}}}}, workspace.WriteOptions{},
			head + `spec:
  rules:
    - name: three
    - name: new
      criteria:
        access: Deny
    # about one
    - name: one
      enabled: false   # yes
`},
		"deep inside": {head + "spec:\n  rules:\n  -   name: one\n      criteria: {access: Allow} # c\n", m{"rules": l{m{"name": "one", "criteria": m{"access": "Deny", "users": l{}}}}}, workspace.WriteOptions{},
			head + "spec:\n  rules:\n  -   name: one\n      criteria: {access: Deny} # c\n"},
		"fill in entries": {head + "spec:\n  rules:\n  - name: one\n", m{"rules": l{m{"name": "one", "enabled": true}}}, workspace.WriteOptions{Fill: true},
			head + "spec:\n  rules:\n  - name: one\n    enabled: true\n"},
		"alias": {head + "spec:\n  target: &t x\n  parameters: *t\n", m{"target": "x", "parameters": "z"}, workspace.WriteOptions{},
			head + "spec:\n  target: &t x\n  parameters: z\n"},
		"anchored mapping": {head + "spec: &deck\n  # agreed\n  target: x   # never\n  description: old\n", m{"target": "x", "description": "new", "winType": int64(1)}, workspace.WriteOptions{Fill: true},
			head + "spec: &deck\n  # agreed\n  target: x   # never\n  winType: 1\n  description: new\n"},
		"anchored entries": {head + "spec:\n  rules:\n    - &one # first\n      name: one # c\n      enabled: true\n    # second\n    - name: two\n", m{"rules": l{m{"name": "two"}, m{"name": "one", "enabled": false}}}, workspace.WriteOptions{},
			head + "spec:\n  rules:\n    # second\n    - name: two\n    - &one # first\n      name: one # c\n      enabled: false\n"},
		"anchored list": {head + "spec:\n  pools: &p # ours\n  - a # x\n  # about b\n  - b\n", m{"pools": l{"b", "c"}}, workspace.WriteOptions{},
			head + "spec:\n  pools: &p # ours\n  # about b\n  - b\n  - c\n"},
		"tagged list": {head + "spec:\n  pools: !!seq\n    # keep\n    - a\n    - b   # default\n  target: t\n", m{"pools": l{"a", "b", "c"}, "target": "t"}, workspace.WriteOptions{},
			head + "spec:\n  pools: !!seq\n    # keep\n    - a\n    - b   # default\n    - c\n  target: t\n"},
		"anchored text": {head + "spec:\n  target: &t x # c\n", m{"target": "it's"}, workspace.WriteOptions{},
			head + "spec:\n  target: &t it's # c\n"},
		"anchored text of several lines": {head + "spec:\n  description: &t x # c\n", m{"description": "a\nb"}, workspace.WriteOptions{},
			head + "spec:\n  description: &t |- # c\n    a\n    b\n"},
		"merge key": {head + "spec:\n  rules:\n  - &a\n    name: one\n    enabled: true\n  - <<: *a\n    name: two\n", m{"rules": l{m{"name": "one", "enabled": true}, m{"name": "two", "enabled": false}}}, workspace.WriteOptions{},
			head + "spec:\n  rules:\n  - &a\n    name: one\n    enabled: true\n  - <<: *a\n    name: two\n    enabled: false\n"},
		"Windows": {"\ufeff" + strings.ReplaceAll(head, "\n", "\r\n") + "spec:\r\n  target: x # c\r\n  description: a\r\n", m{"target": "z", "description": "a\nb"}, workspace.WriteOptions{Fill: true},
			"\ufeff" + strings.ReplaceAll(head, "\n", "\r\n") + "spec:\r\n  target: z # c\r\n  description: |-\r\n    a\r\n    b\r\n"},
		"keep": {head + "spec:\n  enabledMode: Enabled\n  target: x\n", m{"enabledMode": "Disabled", "target": "z"}, workspace.WriteOptions{Keep: func(a model.Address, path string) bool { return a.Name == "A" && path == "enabledMode" }},
			head + "spec:\n  enabledMode: Enabled\n  target: z\n"},
		"switched off": {head + "spec:\n  inheritDisplay: false\n  maximized: true\n", m{"inheritDisplay": true}, workspace.WriteOptions{},
			head + "spec:\n  inheritDisplay: true\n  maximized: true\n"},
		"between other documents": {"# top\nkind: Pool\nsite: Main\nname: P\n---\n# about A\n" + head + "spec: {target: x, winType: 1}\n...\n# rest\n---\nkind: Pool\nsite: Main\nname: Q\n", m{"target": "a, b", "winType": int64(2)}, workspace.WriteOptions{},
			"# top\nkind: Pool\nsite: Main\nname: P\n---\n# about A\n" + head + "spec: {target: 'a, b', winType: 2}\n...\n# rest\n---\nkind: Pool\nsite: Main\nname: Q\n"},
		"whole document in braces": {"{kind: App, site: Main, name: A, spec: {target: x}}\n", m{"target": "z"}, workspace.WriteOptions{}, "{kind: App, site: Main, name: A, spec: {target: z}}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := tree(t, map[string]string{"mine.yaml": c.old})
			objects := []*model.Object{obj("App Main A", c.live)}
			if strings.Contains(c.old, "name: P\n") {
				objects = append(objects, obj("Pool Main P", nil), obj("Pool Main Q", nil))
			}
			report := write(t, dir, objects, c.opts)
			if d := cmp.Diff(map[string]string{"mine.yaml": c.want}, content(t, dir)); d != "" {
				t.Error(d)
			}
			// A comment is lost only with the entry that it stands beside, and is
			// said to be.
			lost := 0
			for _, line := range strings.Split(c.old, "\n") {
				if _, comment, ok := strings.Cut(line, "#"); ok && !strings.Contains(c.want, "#"+strings.TrimSuffix(comment, "\r")) {
					lost = 1
				}
			}
			if len(report.Unplaced)+len(report.Added) > 0 || len(report.Reformatted) != lost {
				t.Errorf("got %+v", report)
			}
		})
	}
}

func TestUpdateTree(t *testing.T) {
	dir := tree(t, map[string]string{
		"rassync.yaml": "ignore: [\"**/Host.yaml\"]\n",
		"Main/Pool.yaml": `# yaml-language-server: $schema=../.rassync/schemas/Pool.json
# our pools
kind: Pool
site: Main
name: B
---
# going
kind: Pool
site: Main
name: D
`,
		"odd place/all.yml": "kind: Mail\nspec:\n  user: me\n  password: {fromFile: /run/secrets/mail}\n---\nkind: Pool\nsite: Main\nname: New name\nrenamedFrom: Old name\nspec: {description: x}\n",
		"gone.yaml":         "# yaml-language-server: $schema=.rassync/schemas/FactorA.json\nkind: FactorA\nsite: Main\nname: gone\n",
		"notes.yaml":        "# only notes\n",
		"bad.yaml":          "kind: App\nsite: Main\nname: bad\nspec: {targt: x}\n",
	})
	objects := []*model.Object{
		obj("Pool Main A", nil), obj("Pool Main b", nil), obj("Pool Main C", m{"description": "c"}), obj("Pool Main E", nil),
		obj("Pool Main Old name", m{"description": "z"}), obj("Mail", m{"user": "you", "server": "s"}), obj("App Main bad", m{"target": "y"}),
		obj("Host Main h", nil), obj("Host Main i", m{"pool": int64(7)}),
	}
	covers := func(a model.Address) bool { return a.Kind != "FactorB" }
	dry := write(t, dir, objects, workspace.WriteOptions{Prune: true, Covers: covers, DryRun: true})
	report := write(t, dir, objects, workspace.WriteOptions{Prune: true, Covers: covers})
	if d := cmp.Diff(dry, report); d != "" {
		t.Errorf("the dry run says something else: %s", d)
	}
	if d := cmp.Diff(map[string]string{
		"rassync.yaml": "ignore: [\"**/Host.yaml\"]\n",
		"Main/Pool.yaml": `# yaml-language-server: $schema=../.rassync/schemas/Pool.json
kind: Pool
site: Main
name: A
---
# yaml-language-server: $schema=../.rassync/schemas/Pool.json
# our pools
kind: Pool
site: Main
name: b
---
# yaml-language-server: $schema=../.rassync/schemas/Pool.json
kind: Pool
site: Main
name: C
spec:
  description: c
---
# yaml-language-server: $schema=../.rassync/schemas/Pool.json
kind: Pool
site: Main
name: E
`,
		"odd place/all.yml": "kind: Mail\nspec:\n  user: you\n  password: {fromFile: /run/secrets/mail}\n---\nkind: Pool\nsite: Main\nname: New name\nrenamedFrom: Old name\nspec: {description: z}\n",
		"notes.yaml":        "# only notes\n",
		"bad.yaml":          "kind: App\nsite: Main\nname: bad\nspec: {targt: x}\n",
	}, content(t, dir)); d != "" {
		t.Error(d)
	}
	address := func(list []model.Address) (out []string) {
		for _, a := range list {
			out = append(out, a.String())
		}
		return out
	}
	for _, c := range []struct {
		name      string
		got, want []string
	}{
		{"added", address(report.Added), []string{"Main/Pool/A", "Main/Pool/C", "Main/Pool/E"}},
		{"updated", address(report.Updated), []string{"Mail", "Main/Pool/b", "Main/Pool/New name"}},
		{"missing", address(report.Missing), []string{"Main/FactorA/gone", "Main/Pool/D"}},
		{"pruned", address(report.Pruned), []string{"Main/FactorA/gone", "Main/Pool/D"}},
		{"changed", report.Changed, []string{"Main/Pool.yaml", "odd place/all.yml"}},
		{"removed", report.Removed, []string{"gone.yaml"}},
		{"unchanged", report.Unchanged, []string{"bad.yaml", "notes.yaml"}},
	} {
		if d := cmp.Diff(c.want, c.got); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
	var unplaced []string
	for _, u := range report.Unplaced {
		unplaced = append(unplaced, u.Address.String()+" "+u.Path+": "+u.Why)
	}
	if d := cmp.Diff([]string{
		"Main/App/bad : its document at bad.yaml:1:1 has errors and was left alone",
		"Main/Host/h : its place Main/Host.yaml is not read (rassync.yaml)",
		"Main/Host/i : its place Main/Host.yaml is not read (rassync.yaml)",
		"Main/Host/i pool: it refers to 7, which is no known Pool",
	}, unplaced); d != "" {
		t.Error(d)
	}
}

func TestMissingStaysWithoutPrune(t *testing.T) {
	files := map[string]string{"a.yaml": "kind: Pool\nsite: Main\nname: P\n---\nkind: FactorB\nsite: Main\nname: F\n---\nkind: Pool\nsite: Main\nname: <Default>\n---\nkind: Mail\n"}
	dir := tree(t, files)
	report := write(t, dir, nil, workspace.WriteOptions{Covers: func(a model.Address) bool { return a.Kind != "FactorB" }})
	if d := cmp.Diff(files, content(t, dir)); d != "" {
		t.Error(d)
	}
	if len(report.Missing) != 1 || report.Missing[0].Name != "P" || len(report.Pruned) > 0 {
		t.Errorf("got %+v", report)
	}
}

func TestWriteRefusesUnreadableTree(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"broken YAML":   {"a.yaml": "kind: Pool\n  x: y\n"},
		"broken config": {"rassync.yaml": "farms: 1\n"},
		"UTF-16":        {"a.yaml": "\xff\xfea\x00"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := tree(t, files)
			_, err := workspace.Write(dir, testCatalog(t), []*model.Object{obj("Mail", m{"server": "x"})}, workspace.WriteOptions{})
			var invalid *workspace.Invalid
			if !errors.As(err, &invalid) || !invalid.Diagnostics.Failed() {
				t.Errorf("got %v", err)
			}
			if d := cmp.Diff(files, content(t, dir)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestWriteOverlay(t *testing.T) {
	dir := tree(t, map[string]string{
		"rassync.yaml": "overlays: {test: over}\n",
		"base.yaml":    "kind: Pool\nsite: Main\nname: P\nspec:\n  description: base\n  enabled: true\n",
		"over/p.yaml":  "kind: Pool\nsite: Main\nname: P\nspec:\n  description: test\n",
	})
	write(t, dir, []*model.Object{obj("Pool Main P", m{"description": "live", "enabled": false})}, workspace.WriteOptions{Overlay: "test"})
	if d := cmp.Diff(map[string]string{
		"rassync.yaml": "overlays: {test: over}\n",
		"base.yaml":    "kind: Pool\nsite: Main\nname: P\nspec:\n  description: base\n  enabled: false\n",
		"over/p.yaml":  "kind: Pool\nsite: Main\nname: P\nspec:\n  description: live\n",
	}, content(t, dir)); d != "" {
		t.Error(d)
	}
}

func TestWriteFiles(t *testing.T) {
	const start = "\x89PNG\r\n\x1a\n"
	dir := tree(t, map[string]string{
		"i.yaml":        "kind: Image\nsite: Main\nname: logo\nspec:\n  image: {file: pics/mine.png}  # mine\n",
		"pics/mine.png": start + "old",
	})
	files := map[string]string{"a": start + "new"}
	opts := workspace.WriteOptions{File: func(a model.Address, _ *model.Property, ref model.FileRef) ([]byte, error) {
		if a.Name == "other" {
			return nil, errors.New("gone")
		}
		return []byte(files["a"]), nil
	}}
	digest := sha256.Sum256([]byte(files["a"]))
	sum := hex.EncodeToString(digest[:])
	report := write(t, dir, []*model.Object{obj("Image Main logo", m{"image": model.FileRef{Digest: sum}}), obj("Image Main other", m{"image": model.FileRef{Digest: "x"}})}, opts)
	if got := content(t, dir)["pics/mine.png"]; got != files["a"] {
		t.Errorf("got %q", got)
	}
	if d := cmp.Diff([]string{"pics/mine.png"}, report.Changed); d != "" {
		t.Error(d)
	}
	if len(report.Unplaced) != 1 || report.Unplaced[0].Why != "the content of the file cannot be fetched: gone" {
		t.Errorf("got %+v", report.Unplaced)
	}
}

// What the farm shows is never written over a file that is no picture of the
// documents, whatever a document names.
func TestWriteTouchesNothingButPictures(t *testing.T) {
	const picture = "\x89PNG\r\n\x1a\nnew"
	digest := sha256.Sum256([]byte(picture))
	live := []*model.Object{obj("Image Main logo", m{"image": model.FileRef{Digest: hex.EncodeToString(digest[:])}})}
	for _, named := range []string{".git/config", "sub/../.git/config", "rassync.yaml", "other.yaml", "notes.txt", "git~1/a.png", "pics/text.png", "link.png", "linked/a.png"} {
		before := map[string]string{"i.yaml": "kind: Image\nsite: Main\nname: logo\nspec:\n  image: {file: '" + named + "'}\n",
			".git/config": "[core]", "rassync.yaml": "references: farm\n", "other.yaml": "kind: Site\nname: Main\n", "notes.txt": "x", "git~1/a.png": "x", "pics/text.png": "x", "real/a.png": "x"}
		dir := tree(t, before)
		for link, to := range map[string]string{"link.png": "real/a.png", "linked": "real"} {
			linktest.Make(t, to, filepath.Join(dir, link))
		}
		report, err := workspace.Write(dir, testCatalog(t), live, workspace.WriteOptions{File: func(model.Address, *model.Property, model.FileRef) ([]byte, error) { return []byte(picture), nil }})
		if err != nil {
			t.Fatal(err)
		}
		for p, want := range before {
			if got, err := os.ReadFile(filepath.Join(dir, p)); err != nil || string(got) != want {
				t.Errorf("%s: %s is %q now (%v)", named, p, got, err)
			}
		}
		if len(report.Unplaced) == 0 {
			t.Errorf("%s: nothing is said", named)
		}
	}
}

func TestWriteFollowsNoLinkOut(t *testing.T) {
	outside := t.TempDir()
	dir := t.TempDir()
	linktest.Make(t, outside, filepath.Join(dir, "farm"))
	if _, err := workspace.Write(dir, testCatalog(t), []*model.Object{obj("Mail", m{"server": "x"})}, workspace.WriteOptions{}); err == nil {
		t.Error("the link was followed")
	}
	if got := content(t, outside); len(got) > 0 {
		t.Errorf("written outside: %v", got)
	}
}
