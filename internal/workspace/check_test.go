package workspace_test

import (
	"testing"

	"rassync/internal/workspace"
)

func TestChecks(t *testing.T) {
	const folder = "kind: Folder\nsite: Main\nname: Sales\n---\n"
	for name, c := range map[string]struct{ text, config, want string }{
		"good": {site + folder + "kind: App\nsite: main\nname: sales/A\nspec: {pools: [\"<default>\", P], publishTo: [MAIN]}\n---\nkind: Pool\nsite: Main\nname: p\n", "", ""},
		"declared twice": {site + "kind: Pool\nsite: Main\nname: P\n---\nkind: Pool\nsite: Main\nname: p\n", "",
			`f.yaml:8:1: error: Main/Pool/p: the object is declared twice, first at f.yaml:4:1 (names are case-insensitive; keep one of them)`},
		"no site": {site + "kind: Pool\nsite: Mian\nname: P\n---\nkind: Pool\nsite: Mian\nname: Q\n", "",
			`f.yaml:5:7: error: Mian/Pool/P site: there is no site "Mian" (did you mean Main?)`},
		"no site, farm": {"kind: Pool\nsite: Mian\nname: P\n", "references: farm\n", ""},
		"no site at all": {"kind: Defaults\nsite: Main\n", "",
			`f.yaml:2:7: error: Main/Defaults site: there is no site "Main" (declare {kind: Site, name: Main}, or set references: farm in rassync.yaml)`},
		"reference": {site + "kind: Pool\nsite: Main\nname: Finance\n---\nkind: Host\nsite: Main\nname: h\nspec:\n  pool: Finanse\n", "",
			`f.yaml:12:9: error: Main/Host/h pool: there is no Pool "Finanse" in site Main (did you mean Finance?)`},
		"reference, farm": {site + "kind: Host\nsite: Main\nname: h\nspec: {pool: x}\n", "references: farm\n", ""},
		"reference in list": {site + "kind: App\nsite: Main\nname: a\nspec:\n  pools:\n  - <Default>\n  - Nope\n", "",
			`f.yaml:10:5: error: Main/App/a pools[1]: there is no Pool "Nope" in site Main (declare a Pool of this name, or set references: farm in rassync.yaml)`},
		"none is fine": {site + "kind: Host\nsite: Main\nname: h\nspec: {pool: \"\", factor: \"\"}\n", "", ""},
		"other site":   {site + "kind: Site\nname: B/C\n---\nkind: Pool\nsite: B/C\nname: P\n---\nkind: Host\nsite: Main\nname: h\nspec: {pool: //B%2FC/P}\n", "", ""},
		"other site, wrong": {site + "kind: Host\nsite: Main\nname: h\nspec: {pool: //B/P}\n", "",
			`f.yaml:7:14: error: Main/Host/h pool: there is no Pool "P" in site B (declare a Pool of this name, or set references: farm in rassync.yaml)`},
		"several kinds": {site + "kind: FactorA\nsite: Main\nname: x\n---\nkind: FactorB\nsite: Main\nname: x\n---\nkind: Host\nsite: Main\nname: h\nspec: {factor: x}\n", "",
			`f.yaml:15:16: error: Main/Host/h factor: "x" may mean several objects (write FactorA:x or FactorB:x)`},
		"kind named": {site + "kind: FactorA\nsite: Main\nname: x\n---\nkind: FactorB\nsite: Main\nname: x\n---\nkind: Host\nsite: Main\nname: h\nspec: {factor: \"FactorB:x\"}\n", "", ""},
		"reference to the old name": {site + "kind: Pool\nsite: Main\nname: New\nrenamedFrom: Old\n---\nkind: Host\nsite: Main\nname: h\nspec: {pool: Old}\n", "",
			`f.yaml:12:14: error: Main/Host/h pool: there is no Pool "Old": it is renamed (write "New")`},
		"renamed twice": {site + "kind: Pool\nsite: Main\nname: A\nrenamedFrom: O\n---\nkind: Pool\nsite: Main\nname: B\nrenamedFrom: o\n", "",
			`f.yaml:12:14: error: Main/Pool/B renamedFrom: Main/Pool/o is renamed twice, first at f.yaml:7:14 (keep one of them)`},
		"renamed and declared": {site + "kind: Pool\nsite: Main\nname: A\nrenamedFrom: B\n---\nkind: Pool\nsite: Main\nname: B\n", "",
			`f.yaml:7:14: error: Main/Pool/A renamedFrom: Main/Pool/B is also declared, at f.yaml:9:1 (take renamedFrom out once the rename is done)`},
		"renamed to itself": {site + "kind: Pool\nsite: Main\nname: A\nrenamedFrom: A\n", "",
			`f.yaml:7:14: error: Main/Pool/A renamedFrom: renamedFrom is the object's own name (take it out)`},
		"renamed by case": {site + "kind: Pool\nsite: Main\nname: A\nrenamedFrom: a\n", "", ""},
		"no folder": {site + folder + "kind: App\nsite: Main\nname: Sale/A\n", "",
			`f.yaml:10:7: error: Main/App/Sale/A name: there is no folder "Sale" (did you mean Sales?)`},
		"no folder above folder": {site + "kind: Folder\nsite: Main\nname: A/B\n", "",
			`f.yaml:6:7: error: Main/Folder/A/B name: there is no folder "A" (declare a Folder of this name, or set references: farm in rassync.yaml)`},
		"slash in a name":      {site + "kind: App\nsite: Main\nname: A%2FB\n", "", ""},
		"folder in other site": {site + folder + "kind: Site\nname: B\n---\nkind: App\nsite: B\nname: Sales/x\n", "", ""},
		"folder is renamed": {site + "kind: Folder\nsite: Main\nname: New\nrenamedFrom: Old\n---\nkind: App\nsite: Main\nname: Old/x\n", "",
			`f.yaml:11:7: error: Main/App/Old/x name: there is no folder "Old": it is renamed (write "New")`},
		"into itself": {site + "kind: Folder\nsite: Main\nname: A/B\nrenamedFrom: A\n", "references: farm\n",
			`f.yaml:7:14: error: Main/Folder/A/B renamedFrom: the rename makes a cycle: the folder "A" would be moved into itself`},
		"circle": {site + "kind: Folder\nsite: Main\nname: B/A\nrenamedFrom: A\n---\nkind: Folder\nsite: Main\nname: A/B\nrenamedFrom: B\n", "references: farm\n",
			`f.yaml:7:14: error: Main/Folder/B/A renamedFrom: the renames make a cycle: the folders would hold each other: B, A`},
		"own site": {site + "kind: Site\nname: B\n---\nkind: App\nsite: Main\nname: x\nspec:\n  publishTo: [B]\n", "",
			`f.yaml:11:14: error: Main/App/x publishTo: the document's own site Main is not in the list (add it, or move the document to one of the sites)`},
		"no sites": {site + "kind: App\nsite: Main\nname: x\nspec:\n  publishTo: []\n", "",
			`f.yaml:8:14: error: Main/App/x publishTo: the list is empty (it must hold the document's own site, Main)`},
		"order": {site + folder + "kind: App\nsite: Main\nname: Sales/A\n---\nkind: ItemOrder\nname: Sales\nspec: {items: [a]}\n---\nkind: ItemOrder\nname: /\nspec: {items: [Sales]}\n---\nkind: PoolOrder\nsite: Main\nspec: {items: [\"<Default>\"]}\n", "", ""},
		"order, nothing": {site + folder + "kind: App\nsite: Main\nname: Sales/Notepad\n---\nkind: ItemOrder\nname: Sales\nspec:\n  items:\n  - Notpad\n", "",
			`f.yaml:16:5: error: ItemOrder/Sales items[0]: there is no Folder or App "Sales/Notpad" (did you mean Notepad?)`},
		"order, renamed": {site + folder + "kind: App\nsite: Main\nname: Sales/New\nrenamedFrom: Sales/Old\n---\nkind: ItemOrder\nname: Sales\nspec:\n  items:\n  - Old\n", "",
			`f.yaml:17:5: error: ItemOrder/Sales items[0]: there is no Folder or App "Sales/Old" any more: it is renamed to "Sales/New" (f.yaml:8:1 renames it: write "New" here)`},
		"order, moved": {site + folder + "kind: App\nsite: Main\nname: Old\nrenamedFrom: Sales/Old\n---\nkind: ItemOrder\nname: Sales\nspec:\n  items:\n  - Old\n", "",
			`f.yaml:17:5: error: ItemOrder/Sales items[0]: there is no Folder or App "Sales/Old" any more: it is renamed to "Old" (f.yaml:8:1 moves it: take the entry out here, and write it into the order of "/")`},
		"order, twice": {site + folder + "kind: ItemOrder\nname: /\nspec:\n  items: [Sales, sales]\n", "",
			`f.yaml:11:18: error: ItemOrder// items[1]: "sales" is listed twice (take one of them out)`},
		"order, no folder": {site + folder + "kind: ItemOrder\nname: Salse\nspec: {items: [x]}\n", "",
			`f.yaml:9:7: error: ItemOrder/Salse name: there is no folder "Salse" (did you mean Sales?)`},
		"order, two of a name": {site + folder + "kind: App\nsite: Main\nname: Sales\n---\nkind: ItemOrder\nname: /\nspec: {items: [Sales]}\n", "",
			`f.yaml:14:16: error: ItemOrder// items[0]: "Sales" may mean Main/Folder/Sales or Main/App/Sales (write {kind: ..., name: ..., site: ...})`},
		"order, of another site": {site + "kind: Site\nname: B\n---\nkind: Pool\nsite: B\nname: Nord\n---\nkind: PoolOrder\nsite: Main\nspec: {items: [Nord]}\n", "",
			`f.yaml:13:16: error: Main/PoolOrder items[0]: there is no Pool "Nord" (declare it, or set references: farm in rassync.yaml)`},
		"order, long form": {site + folder + "kind: App\nsite: Main\nname: Sales\n---\nkind: ItemOrder\nname: /\nspec: {items: [{kind: App, name: Sales}, {kind: Folder, name: Sales, site: Main}]}\n", "", ""},
		"order by steps": {site + "kind: Pool\nsite: Main\nname: P\n---\nkind: PoolOrder\nsite: Main\nspec: {items: [Q]}\n", "",
			`f.yaml:10:16: error: Main/PoolOrder items[0]: there is no Pool "Q" (did you mean P?)`},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{"f.yaml": c.text}
			if c.config != "" {
				files["rassync.yaml"] = c.config
			}
			_, diags := workspace.Load(tree(t, files), testCatalog(t), workspace.LoadOptions{})
			if got := texts(diags); got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestOverlay(t *testing.T) {
	dir := tree(t, map[string]string{
		"rassync.yaml": "farm: {url: https://base}\noverlays:\n  test: {folder: overlays/test, farm: {url: https://test}}\n  prod: overlays/prod\n",
		"base.yaml":    site + "kind: Pool\nsite: Main\nname: P\nspec:\n  description: base\n  enabled: true\n",
		"overlays/test/t.yaml": `kind: Pool
site: Main
name: p
spec:
  description: test
---
kind: Pool
site: Main
name: Extra
`})
	base := load(t, dir, testCatalog(t), workspace.LoadOptions{})
	if len(base.Objects) != 2 || base.Objects[1].Spec["description"] != "base" {
		t.Errorf("the overlay leaks into the base: %v", base.Objects)
	}
	ws := load(t, dir, testCatalog(t), workspace.LoadOptions{Overlay: "test"})
	p := ws.Objects[1]
	if len(ws.Objects) != 3 || p.Spec["description"] != "test" || p.Spec["enabled"] != true || p.Address.Name != "P" {
		t.Errorf("got %+v", p)
	}
	if got := ws.Position(p, "description").String(); got != "overlays/test/t.yaml:5:16" {
		t.Errorf("position %s", got)
	}
	if got := ws.Position(p, "enabled").String(); got != "base.yaml:9:12" {
		t.Errorf("position %s", got)
	}
	if got := ws.Config.FarmOf("test").URL + " " + ws.Config.FarmOf("prod").URL; got != "https://test https://base" {
		t.Errorf("farms %s", got)
	}
	_, diags := workspace.Load(dir, testCatalog(t), workspace.LoadOptions{Overlay: "tset"})
	if got, want := texts(diags), `error: there is no overlay "tset" in rassync.yaml (did you mean test?)`; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}
