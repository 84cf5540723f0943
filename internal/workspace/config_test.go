package workspace_test

import (
	"testing"

	"rassync/internal/model"
	"rassync/internal/workspace"
)

func TestConfig(t *testing.T) {
	cat := testCatalog(t)
	c, diags := workspace.LoadConfig(tree(t, map[string]string{"rassync.yaml": `
farm:
  url: https://ras.example.com:20443
  guid: "{1}"
  name:
  fingerprint: sha256:` + "AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99" + `
manage:
  default: additive
  kinds:
    - {kind: App, site: Main, mode: exclusive}
    - {kind: "Factor*", mode: exclusive}
    - {kind: App, mode: additive}
references: farm
protect: [ "Main/Host/*", Site ]
limits: {deletes: 3, updatePercent: 50}
details: [App.rules]
ignore: ["drafts/**"]
`}), cat)
	if len(diags) > 0 {
		t.Fatal(texts(diags))
	}
	if c.Farm.URL != "https://ras.example.com:20443" || c.Farm.GUID != "{1}" || c.References != workspace.FarmReferences {
		t.Errorf("got %+v", c)
	}
	if got, want := c.Limits, (workspace.Limits{Deletes: 3, DeletePercent: 20, UpdatePercent: 50, From: 10}); got != want {
		t.Errorf("got %+v", got)
	}
	for _, m := range []struct {
		kind, site string
		want       workspace.Mode
	}{{"App", "main", workspace.Exclusive}, {"App", "Other", workspace.Additive}, {"FactorB", "x", workspace.Exclusive}, {"Site", "", workspace.Additive}} {
		if got := c.Mode(m.kind, m.site); got != m.want {
			t.Errorf("%s in %s: %s", m.kind, m.site, got)
		}
	}
	if !c.Protected(model.Address{Site: "Main", Kind: "Host", Name: "h"}) || c.Protected(model.Address{Site: "B", Kind: "Host", Name: "h"}) {
		t.Error("protect")
	}
	if c, diags := workspace.LoadConfig(t.TempDir(), cat); len(diags) > 0 || c.Default != workspace.Additive || c.Limits.Deletes != 10 || c.References != workspace.StrictReferences {
		t.Errorf("defaults: %+v %v", c, diags)
	}
}

func TestConfigErrors(t *testing.T) {
	for text, want := range map[string]string{
		"farms: {}\n":                `rassync.yaml:1:1: error: rassync.yaml: unknown key "farms" (did you mean farm?)`,
		"farm:\n  ulr: x\n":          `rassync.yaml:2:3: error: farm: unknown key "ulr" (did you mean url?)`,
		"farm: [x]\n":                `rassync.yaml:1:7: error: farm: expected a mapping, found a list`,
		"farm: {name: 5}\n":          `rassync.yaml:1:14: error: name: expected text, found a number (put it in quotes: "5")`,
		"farm: {fingerprint: abc}\n": `rassync.yaml:1:21: error: fingerprint: expected the SHA-256 of the certificate, 64 hexadecimal digits`,
		"manage: {default: all}\n":   `rassync.yaml:1:19: error: default: expected additive or exclusive`,
		"manage:\n  kinds:\n  - {kind: Ap, mode: additive}\n": `rassync.yaml:3:12: error: there is no kind "Ap" (did you mean App?)`,
		"manage:\n  kinds:\n  - {kind: App}\n":                `rassync.yaml:3:5: error: manage.kinds: an entry needs kind and mode (write {kind: PubRDSApp, mode: exclusive})`,
		"references: loose\n":                                 `rassync.yaml:1:13: error: references: expected strict or farm`,
		"protect: [Main/Hots/*]\n":                            `rassync.yaml:1:11: error: selector "Main/Hots/*": there is no kind "Hots" (did you mean Host?)`,
		"limits: {deletes: -1}\n":                             `rassync.yaml:1:19: error: deletes: expected a whole number from 0 to 1073741824 (0 is no limit)`,
		"limits: {deletePercent: 101}\n":                      `rassync.yaml:1:25: error: deletePercent: expected a whole number from 0 to 100 (0 is no limit)`,
		"details: [App.rule]\n":                               `rassync.yaml:1:11: error: details: App has no property "rule" (did you mean rules?)`,
		"details: App.rules\n":                                `rassync.yaml:1:10: error: details: expected a list of text, found text`,
		"overlays: {a: ../b}\n":                               `rassync.yaml:1:15: error: overlays.a: expected a folder inside the workspace (write it relative to rassync.yaml)`,
		"references: farm\nreferences: strict\n":              `rassync.yaml:2:1: error: duplicate key "references" (first on line 1)`,
		"references: farm\n---\nlimits: {}\n":                 `rassync.yaml:3:1: error: the configuration is one document (take out the second one)`,
		"references: farm\n\tx: 1\n":                          `rassync.yaml:2:1: error: a tab is used for indentation (YAML takes spaces only)`,
	} {
		if _, diags := workspace.ParseConfig([]byte(text), testCatalog(t)); texts(diags) != want {
			t.Errorf("%q:\n got %s\nwant %s", text, texts(diags), want)
		}
	}
}
