package workspace_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rassync/internal/model"
	"rassync/internal/workspace"
)

const site = "kind: Site\nname: Main\n---\n"

func TestLoad(t *testing.T) {
	dir := tree(t, map[string]string{
		"b.yaml": "\ufeffkind: Site\r\nname: Main\r\nspec:\r\n  server: b1\r\n",
		"a/x.yml": `# comment only
---
kind: App
site: Main
name: "Sales/Note pad "
confirm: delete
renamedFrom: Sales/Old
spec:
  enabledMode: 1
  publishFrom: 7
  days: [Mon, 4]
  winType: 0x10
  ratio: 2.50
  timeout: 5.0
  description: 2024-01-01
  publishTo: [Main]
  rules:
  - name: first
    criteria: {access: Allow}
  extra: {a: [1, null, true], b: {c: 1.5}}
unknown:
  newThing: 3
---
---
kind: Folder
site: Main
name: Sales
spec:
...
---
kind: FactorA
site: Main
name: A
spec: {key: {fromFile: ../secret.txt}}
`,
		".git/x.yaml":  "kind: Nothing",
		"notes.txt":    "no yaml",
		"drafts/x.yml": "kind: Nothing",
		"rassync.yaml": "ignore: [\"drafts/**\"]\n",
	})
	ws := load(t, dir, testCatalog(t), workspace.LoadOptions{})
	got := map[string]any{}
	for _, o := range ws.Objects {
		got[o.Address.String()+" "+o.Source.String()] = o.Spec
	}
	want := map[string]any{
		"Site/Main b.yaml:1:1": map[string]any{"server": "b1"},
		"Main/App/Sales/Note pad  a/x.yml:3:1": map[string]any{"enabledMode": "Enabled", "publishFrom": int64(7), "days": []any{"Mon", int64(4)}, "winType": int64(16),
			"ratio": 2.5, "timeout": int64(5), "description": "2024-01-01", "publishTo": []any{"Main"},
			"rules": []any{map[string]any{"name": "first", "criteria": map[string]any{"access": "Allow"}}},
			"extra": map[string]any{"a": []any{int64(1), nil, true}, "b": map[string]any{"c": 1.5}}},
		"Main/Folder/Sales a/x.yml:25:1": map[string]any{},
		"Main/FactorA/A a/x.yml:31:1":    map[string]any{"key": model.SecretRef{File: "../secret.txt", Abs: ""}},
	}
	// The place of the secret depends on the folder of the test.
	for _, spec := range got {
		if ref, ok := spec.(map[string]any)["key"].(model.SecretRef); ok {
			if !strings.HasSuffix(ref.Abs, "secret.txt") || strings.Contains(ref.Abs, "..") {
				t.Errorf("secret is looked for at %s", ref.Abs)
			}
			ref.Abs = ""
			spec.(map[string]any)["key"] = ref
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if o := ws.Objects[0]; o.RenamedFrom != "Sales/Old" || o.Confirm != "delete" || o.Unknown["newThing"] != int64(3) {
		t.Errorf("got %+v", o)
	}
	if d := cmp.Diff([]string{"a/x.yml", "b.yaml"}, ws.Files); d != "" {
		t.Error(d)
	}
	app := ws.Objects[0]
	for path, want := range map[string]string{
		"":                                "a/x.yml:3:1",
		"name":                            "a/x.yml:5:7",
		"site":                            "a/x.yml:4:7",
		"enabledMode":                     "a/x.yml:9:16",
		"rules[0].criteria.access":        "a/x.yml:19:24",
		"rules[first].name":               "a/x.yml:18:11",
		"spec.days[1]":                    "a/x.yml:11:15",
		"rules[0].criteria.users":         "a/x.yml:19:15",
		"target":                          "a/x.yml:3:1",
		"unknown.newThing":                "a/x.yml:22:13",
		"rules[no.such label].criteria.x": "a/x.yml:18:3",
	} {
		if got := ws.Position(app, path).String(); got != want {
			t.Errorf("position of %q: got %s, want %s", path, got, want)
		}
	}
}

func TestLoadDocumentErrors(t *testing.T) {
	app := func(lines string) string { return site + "kind: App\nsite: Main\nname: A\nspec:\n" + lines }
	for name, c := range map[string]struct{ text, want string }{
		"unknown kind":        {"kind: Ap\nname: x\n", `f.yaml:1:7: error: there is no kind "Ap" (did you mean App?)`},
		"no kind":             {"Kind: App\nname: x\n", `f.yaml:1:1: error: "kind" is missing ("Kind": did you mean kind?)`},
		"kind is no text":     {"kind: [App]\n", `f.yaml:1:7: error: kind: expected text, found a list`},
		"document is a list":  {"- kind: App\n", `f.yaml:1:1: error: expected a document with kind, name and spec, found a list`},
		"document is text":    {"hello\n", `f.yaml:1:1: error: expected a document with kind, name and spec, found text`},
		"no name and site":    {"kind: App\nspec: {}\n", "f.yaml:1:1: error: App: \"site\" is missing (say which site the object belongs to)\nf.yaml:1:1: error: App: \"name\" is missing (folder path and name, such as Sales/Notepad)"},
		"empty name":          {site + "kind: App\nsite: Main\nname: \"\"\n", `f.yaml:6:7: error: Main/App name: expected text, found an empty one`},
		"name is a number":    {site + "kind: App\nsite: Main\nname: 12\n", `f.yaml:6:7: error: Main/App name: expected text, found a number (put it in quotes: "12")`},
		"unknown outline key": {site + "kind: App\nsite: Main\nname: A\nspce: {}\n", `f.yaml:7:1: error: Main/App/A: unknown key "spce" (did you mean spec or site?)`},
		"beside spec":         {site + "kind: App\nsite: Main\nname: A\ntarget: x\n", `f.yaml:7:1: error: Main/App/A: "target" stands beside spec (indent it below spec)`},
		"in spec":             {app("  renamedFrom: x\n"), `f.yaml:8:3: error: Main/App/A: unknown property "renamedFrom" (it stands beside spec, not in it: check the indentation)`},
		"singleton with name": {"kind: Mail\nname: x\n", `f.yaml:2:1: error: Mail: Mail has no name: there is one per farm (take it out)`},
		"site singleton name": {site + "kind: Defaults\nsite: Main\nname: x\n", `f.yaml:6:1: error: Main/Defaults: Defaults has no name: there is one per site (take it out)`},
		"farm-wide with site": {"kind: Site\nsite: Main\nname: Main\n", `f.yaml:2:1: error: Site/Main: Site belongs to the farm, not to a site (take it out)`},
		"no confirm":          {"kind: Mail\nconfirm: delete\n", `f.yaml:2:1: error: Mail: Mail takes no confirm (take it out)`},
		"wrong confirm":       {site + "kind: App\nsite: Main\nname: A\nconfirm: delet\n", `f.yaml:7:10: error: Main/App/A confirm: "delet" is not known here (did you mean delete?)`},
		"unknown property":    {app("  targt: x\n"), `f.yaml:8:3: error: Main/App/A: unknown property "targt" (did you mean target?)`},
		"read-only":           {app("  id: 1\n"), `f.yaml:8:3: error: Main/App/A: "id" is read-only: the farm sets it (take it out)`},
		"deprecated":          {app("  enabled: true\n"), `f.yaml:8:3: error: Main/App/A: "enabled" is deprecated: use enabledMode (take it out)`},
		"read-only, why":      {app("  parentId: 1\n"), `f.yaml:8:3: error: Main/App/A: "parentId" cannot be written: the folder in name (take it out)`},
		"unknown, nested":     {app("  rules:\n  - name: x\n    criteria:\n      acces: Allow\n"), `f.yaml:11:7: error: Main/App/A rules[0].criteria: unknown property "acces" (did you mean access?)`},
		"list expected":       {app("  extensions: 5\n"), `f.yaml:8:15: error: Main/App/A extensions: expected a list of text, found a number (write [5])`},
		"list is null":        {app("  extensions:\n"), `f.yaml:8:14: error: Main/App/A extensions: expected a list of text, found nothing (write [] for an empty list, or leave the property out)`},
		"list is mapping":     {app("  rules:\n    name: x\n"), `f.yaml:9:5: error: Main/App/A rules: expected a list of mappings, found a mapping (begin each entry with a dash)`},
		"text expected":       {app("  target: 1e3\n"), `f.yaml:8:11: error: Main/App/A target: expected text, found a number (put it in quotes: "1e3")`},
		"text is bool":        {app("  target: true\n"), `f.yaml:8:11: error: Main/App/A target: expected text, found true or false (put it in quotes: "true")`},
		"text is null":        {app("  target:\n"), `f.yaml:8:10: error: Main/App/A target: expected text, found nothing (write "" for an empty text, or leave the property out)`},
		"bool expected":       {app("  maximized: yes\n"), `f.yaml:8:14: error: Main/App/A maximized: expected true or false, found text (write true)`},
		"quoted bool":         {app("  maximized: \"true\"\n"), `f.yaml:8:14: error: Main/App/A maximized: expected true or false, found text (leave the quotes out)`},
		"number expected":     {app("  timeout: \"5\"\n"), `f.yaml:8:12: error: Main/App/A timeout: expected a whole number, found text (leave the quotes out)`},
		"whole number":        {app("  timeout: 2.5\n"), `f.yaml:8:12: error: Main/App/A timeout: expected a whole number, found 2.5`},
		"odd number":          {app("  timeout: 010\n"), `f.yaml:8:12: error: Main/App/A timeout: expected a whole number, found 010, which programs read differently (write it with plain digits)`},
		"too small":           {app("  timeout: 0\n"), `f.yaml:8:12: error: Main/App/A timeout: 0 is less than 1, the least that is allowed (seconds)`},
		"too big":             {app("  timeout: 601\n"), `f.yaml:8:12: error: Main/App/A timeout: 601 is more than 600, the most that is allowed (seconds)`},
		"too long":            {app("  description: " + strings.Repeat("ä", 301) + "\n"), `f.yaml:8:16: error: Main/App/A description: the text has 301 characters, at most 300 are allowed`},
		"pattern":             {app("  extensions: [A1]\n"), `f.yaml:8:16: error: Main/App/A extensions[0]: "A1" does not match the pattern (it must match ^[a-z]+$)`},
		"too many":            {app("  extensions: [a, b, c, d, e, f]\n"), `f.yaml:8:15: error: Main/App/A extensions: the list has 6 entries, at most 5 are allowed`},
		"enum":                {app("  enabledMode: Enabld\n"), `f.yaml:8:16: error: Main/App/A enabledMode: "Enabld" is not known here (did you mean Enabled?)`},
		"enum, far":           {app("  enabledMode: xyzzy\n"), `f.yaml:8:16: error: Main/App/A enabledMode: "xyzzy" is not known here (known are Disabled, Enabled, Maintenance)`},
		"enum is bool":        {app("  enabledMode: true\n"), `f.yaml:8:16: error: Main/App/A enabledMode: expected a name, found true or false (known are Disabled, Enabled, Maintenance)`},
		"number unknown":      {app("  winType: Normal\n"), `f.yaml:8:12: error: Main/App/A winType: the number of "Normal" is not known (write the number that an export shows)`},
		"flag":                {app("  days: [Mon, Wed]\n"), `f.yaml:8:15: error: Main/App/A days[1]: "Wed" is not known here (known are Mon, Tue)`},
		"twice":               {app("  pools: [\"<Default>\", \"<Default>\"]\n"), `f.yaml:8:24: error: Main/App/A pools[1]: duplicate entry (take one of them out)`},
		"missing":             {app("  rules: [{enabled: true}]\n"), `f.yaml:8:11: error: Main/App/A rules[0]: "name" is missing`},
		"duplicate key":       {app("  target: a\n  parameters: b\n  target: c\n"), `f.yaml:10:3: error: Main/App/A: duplicate key "target" (first on line 8)`},
		"duplicate outline":   {"kind: Site\nname: Main\nname: Main\n", `f.yaml:3:1: error: Site/Main: duplicate key "name" (first on line 2)`},
		"key is no text":      {app("  1: a\n"), `f.yaml:8:3: error: Main/App/A: expected a key that is text, found a number (put it in quotes if it is a name)`},
		"key is a list":       {app("  ? [a]\n  : b\n"), `f.yaml:8:5: error: Main/App/A: expected a key that is text, found a list`},
		"tag":                 {app("  target: !foo bar\n"), `f.yaml:8:11: error: Main/App/A target: expected text, found a value with the tag !foo`},
		"plain secret":        {"kind: Mail\nspec:\n  user: u\n  password: hunter2\n", `f.yaml:4:13: error: Mail password: a secret stands in the file as plain text (write {fromEnv: NAME} or {fromFile: PATH}, and change the secret: it may be in the history of the repository)`},
		"secret, wrong key":   {"kind: Mail\nspec:\n  user: u\n  password: {hunter2: x}\n", `f.yaml:4:14: error: Mail password: unknown key (write {fromEnv: NAME} or {fromFile: PATH})`},
		"secret, both":        {"kind: Mail\nspec:\n  user: u\n  password: {fromEnv: A, fromFile: b}\n", `f.yaml:4:13: error: Mail password: both fromEnv and fromFile are given (keep one of them)`},
		"secret, none":        {"kind: Mail\nspec:\n  user: u\n  password: {}\n", `f.yaml:4:13: error: Mail password: the secret needs fromEnv or fromFile (write {fromEnv: NAME} or {fromFile: PATH})`},
		"no file":             {site + "kind: Image\nsite: Main\nname: A\nspec:\n  image: {file: a.png}\n", `f.yaml:8:17: error: Main/Image/A image: the file "a.png" cannot be used: there is no such file (the path is relative to this YAML file and stays inside the workspace)`},
		"file outside":        {site + "kind: Image\nsite: Main\nname: A\nspec:\n  image: {file: ../a.png}\n", `f.yaml:8:17: error: Main/Image/A image: the file "../a.png" cannot be used: the path leads out of the workspace (the path is relative to this YAML file and stays inside the workspace)`},
		"file absolute":       {site + "kind: Image\nsite: Main\nname: A\nspec:\n  image: {file: 'C:\\a.png'}\n", `f.yaml:8:17: error: Main/Image/A image: the file "C:\\a.png" cannot be used: the path is absolute (the path is relative to this YAML file and stays inside the workspace)`},
		"asleep":              {app("  inheritDisplay: true\n  maximized: true\n"), `f.yaml:9:14: warning: Main/App/A maximized: has no effect while inheritDisplay is true (take it out, or change what switches it off)`},
		"not renamable":       {site + "kind: Host\nsite: Main\nname: h\nrenamedFrom: g\n", `f.yaml:7:14: error: Main/Host/h renamedFrom: objects of kind Host cannot be renamed (take renamedFrom out; a new name is a new object)`},
		"empty part":          {site + "kind: App\nsite: Main\nname: a//b\n", "f.yaml:6:7: error: Main/App/a//b name: \"a//b\" has an empty part between its slashes (a slash inside a name is written %2F)\nf.yaml:6:7: error: Main/App/a//b name: there is no folder \"a/\" (declare a Folder of this name, or set references: farm in rassync.yaml)"},
		"alternative":         {"kind: ItemOrder\nname: /\nspec:\n  items: [1]\n", `f.yaml:4:11: error: ItemOrder// items[0]: expected text or a mapping, found a number`},
		"several at once":     {"kind: Ap\n---\nkind: Mail\nspec: {servr: 1, user: 2}\n---\n\tx: 1\n", "f.yaml:1:7: error: there is no kind \"Ap\" (did you mean App?)\nf.yaml:4:8: error: Mail: unknown property \"servr\" (did you mean server?)\nf.yaml:4:24: error: Mail user: expected text, found a number (put it in quotes: \"2\")\nf.yaml:6:1: error: a tab is used for indentation (YAML takes spaces only)"},
		"not YAML":            {"kind: Mail\nspec:\n  server: a: b\n", `f.yaml:3:3: error: not valid YAML: mapping values are not allowed in this context (check the indentation; text that holds ": " needs quotes)`},
		"indentation":         {"kind: Mail\nspec:\n  server: a\n user: b\n", `f.yaml:4:2: error: not valid YAML: did not find expected key (check indentation, brackets and quotes in this line and above)`},
		"open quote":          {"kind: Mail\nspec:\n  server: \"C:\\x\n", `f.yaml:3:3: error: not valid YAML: did not find expected hexdecimal number (check indentation, brackets and quotes in this line and above)`},
		"escape":              {"kind: Mail\nspec:\n  server: \"C:\\y\"\n", `f.yaml:3:3: error: not valid YAML: found unknown escape character (backslashes stand as they are in 'single quotes' and without quotes)`},
		"behind the end":      {"{kind: Mail} x\n", `f.yaml:1:1: error: not valid YAML: did not find expected <document start> (check indentation, brackets and quotes in this line and above)`},
		"unknown anchor":      {"kind: Mail\nspec:\n  server: *a\n", `f.yaml:3:11: error: not valid YAML: unknown anchor 'a' referenced (text that begins with * needs quotes)`},
	} {
		t.Run(name, func(t *testing.T) {
			_, diags := workspace.Load(tree(t, map[string]string{"f.yaml": c.text}), testCatalog(t), workspace.LoadOptions{})
			if got := texts(diags); got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
		})
	}
}
