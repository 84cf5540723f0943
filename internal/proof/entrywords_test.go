package proof

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"rassync/internal/farmsim"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/schemas"
)

// The words that few kinds use are proven on kinds made up for it: a template
// whose versions come by themselves, a pool that names one of them, an item
// with a picture of its own, an account with a matrix of rights and a group.

const testTemplate = `{
  "title": "Template", "type": "object",
  "x-ras": {"family": "test", "scope": "site", "shape": "collection", "self": "/api/TestTemplate/{id}", "read": {"list": "/api/TestTemplate", "get": "{self}", "site": "siteId"}, "create": {"path": "/api/TestTemplate", "site": "query", "siteName": "siteId", "answer": "object"}, "update": {"path": "{self}"}, "delete": "{self}", "identity": {"read": "name", "write": "name", "rename": "name"}, "readOnly": {"id": ""}},
  "properties": {"spec": {"type": "object", "properties": {
    "description": {"type": "string"},
    "versions": {"type": "array", "items": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string", "x-ras": {"lifecycle": {"create": "required"}}}, "notes": {"type": "string"}, "number": {"type": "integer"}}},
      "x-ras": {"via": {"list": {"at": "Versions", "mode": "keyed", "key": ["name"], "id": "id", "add": false, "remove": false, "update": {"by": "id", "fields": ["notes"]}, "rename": "newName", "first": true}}}}
  }}}}`

const testPool = `{
  "title": "Pool", "type": "object",
  "x-ras": {"family": "test", "scope": "site", "shape": "collection", "self": "/api/TestPool/{id}", "read": {"list": "/api/TestPool", "get": "{self}", "site": "siteId"}, "create": {"path": "/api/TestPool", "site": "query", "siteName": "siteId", "answer": "object"}, "update": {"path": "{self}"}, "delete": "{self}", "identity": {"read": "name", "write": "name", "rename": "name"}, "readOnly": {"id": ""}},
  "properties": {"spec": {"type": "object", "properties": {
    "template": {"type": "string", "x-ras": {"read": "templateId", "ref": "TestTemplate"}},
    "version": {"type": "string", "x-ras": {"read": "versionId", "entryOf": {"object": "template", "list": "versions"}}},
    "machines": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string", "x-ras": {"lifecycle": {"create": "required"}}}}},
      "x-ras": {"via": {"list": {"at": "Machines", "mode": "keyed", "key": ["name"], "id": "id", "add": {"by": "body", "query": {"noInstall": true}}, "remove": {"by": "id"}}}}}
  }}}}`

const testItem = `{
  "title": "Item", "type": "object",
  "x-ras": {"family": "test", "scope": "site", "shape": "collection", "self": "/api/TestItem/{id}", "read": {"list": "/api/TestItem", "get": "{self}", "site": "siteId"}, "create": {"path": "/api/TestItem", "site": "query", "siteName": "siteId", "answer": "object"}, "update": {"path": "{self}"}, "delete": "{self}", "identity": {"read": "name", "write": "name", "rename": "name"}, "readOnly": {"id": ""}},
  "properties": {"spec": {"type": "object", "properties": {
    "description": {"type": "string"},
    "icon": {"x-ras": {"via": {"file": {"get": "{self}/Icon", "query": {"format": "1"}, "costly": true, "put": {"method": "POST", "path": "{self}/Icon", "fields": ["IconFile", "file"]}}}}},
    "sealed": {"x-ras": {"via": {"file": {"get": "{self}/Sealed", "costly": true, "put": {"method": "PUT", "path": "{self}/Sealed"}}}}}
  }}}}`

const testAccount = `{
  "title": "Account", "type": "object",
  "x-ras": {"family": "test", "scope": "farm", "shape": "collection", "self": "/api/TestAccount/{id}", "read": {"list": "/api/TestAccount", "get": "{self}"}, "create": {"path": "/api/TestAccount", "site": "none", "answer": "object"}, "update": {"path": "{self}"}, "delete": "{self}", "identity": {"read": "name", "write": "name", "codec": "account"}, "readOnly": {"id": ""}},
  "properties": {"spec": {"type": "object", "properties": {
    "description": {"type": "string"},
    "group": {"type": "string", "x-ras": {"read": "groupName", "ref": "TestAccount", "codec": "accountRef", "via": {"call": "{self}/MoveToGroup/{groupId}"}}},
    "rights": {"type": "array", "items": {"type": "object", "required": ["site"], "properties": {
        "site": {"type": "string", "x-ras": {"read": "siteId", "ref": "Site"}},
        "pools": {"type": "object", "properties": {
          "permissions": {"type": "array", "items": {"type": "string"}, "x-ras": {"read": "sitePermission.permissions", "enum": {"View": 1, "Modify": 2}, "codec": "flags"}},
          "objects": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string", "x-ras": {"read": "objId", "ref": "TestPool"}}, "permissions": {"type": "array", "items": {"type": "string"}, "x-ras": {"enum": {"View": 1, "Modify": 2}, "codec": "flags"}}}},
            "x-ras": {"read": "objectPermissions", "via": {"list": {"mode": "keyed", "key": ["name"]}}}}}},
        "items": {"type": "object", "properties": {
          "permissions": {"type": "array", "items": {"type": "string"}, "x-ras": {"read": "sitePermission.permissions", "enum": {"View": 1, "Modify": 2}, "codec": "flags"}},
          "objects": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string", "x-ras": {"read": "objId", "ref": "TestItem"}}, "permissions": {"type": "array", "items": {"type": "string"}, "x-ras": {"enum": {"View": 1, "Modify": 2}, "codec": "flags"}}}},
            "x-ras": {"read": "objectPermissions", "via": {"list": {"mode": "keyed", "key": ["name"]}}}}}}
      }},
      "x-ras": {"read": "sitePermissions", "via": {"part": {"at": "Custom", "get": true, "put": false}, "list": {"mode": "keyed", "key": ["site"]}, "cells": {"at": "Custom", "query": "siteId", "row": "site", "type": "objType", "object": "objId", "value": "permissions", "own": "permissions", "objects": "objects", "name": "name", "numbers": {"pools": 4, "items": null}}}}}
  }}}}`

// words is a catalog of the made-up kinds, and of what no farm is without.
func words(t *testing.T) *model.Catalog {
	t.Helper()
	return wordsWith(t, "", "")
}

// wordsWith is words with one text of the account's schema replaced.
func wordsWith(t *testing.T, old, with string) *model.Catalog {
	t.Helper()
	testAccount := testAccount
	if old != "" {
		testAccount = strings.Replace(testAccount, old, with, 1)
	}
	files := fstest.MapFS{"TestTemplate.json": {Data: []byte(testTemplate)}, "TestPool.json": {Data: []byte(testPool)}, "TestItem.json": {Data: []byte(testItem)}, "TestAccount.json": {Data: []byte(testAccount)}}
	err := fs.WalkDir(schemas.Files, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !(strings.HasPrefix(p, "blocks/") || p == "Site.json" || p == "Broker.json") {
			return err
		}
		data, err := fs.ReadFile(schemas.Files, p)
		files[p] = &fstest.MapFile{Data: data}
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

func underEach(t *testing.T, prove func(t *testing.T, cat *model.Catalog, sw farmsim.Switches)) {
	cat := words(t)
	for _, sw := range farmsim.AllSwitches() {
		t.Run(sw.Name, func(t *testing.T) { prove(t, cat, sw.Switches) })
	}
}

func TestWordsAfterExport(t *testing.T) {
	underEach(t, func(t *testing.T, cat *model.Catalog, sw farmsim.Switches) {
		for seed := int64(1); seed <= 3; seed++ {
			s := newStand(t, cat, randomState(t, cat, seed, 4), sw)
			s.nothingLeft(declare(s.read(nil, everything)))
		}
	})
}

// nothingLeft plans and expects neither changes nor anything unwritable.
func (s *stand) nothingLeft(docs []*model.Object) {
	s.t.Helper()
	p := s.plan(docs, nil)
	if !p.Empty() || len(p.Unwritable) > 0 {
		s.t.Fatalf("the plan is not empty:\n%s%v", describe(p), p.Unwritable)
	}
}

func TestWordsComeBack(t *testing.T) {
	underEach(t, func(t *testing.T, cat *model.Catalog, sw farmsim.Switches) {
		for seed := int64(1); seed <= 2; seed++ {
			s := newStand(t, cat, randomState(t, cat, seed, 4), sw)
			s.live = s.read(nil, everything)
			s.keep()
			first := text(s.live)
			docs := declare(s.live)
			if err := s.farm.Wipe(); err != nil {
				t.Fatal(err)
			}
			s.mustApply(s.plan(docs, nil))
			if t.Failed() {
				return
			}
			if second := text(s.read(nil, everything)); first != second {
				t.Fatalf("the farm is not back:\n%s", diffLines(first, second))
			}
			s.nothingLeft(docs)
		}
	})
}

func TestWordsSingleChange(t *testing.T) {
	cat := words(t)
	for _, sw := range []farmsim.NamedSwitches{farmsim.AllSwitches()[0], farmsim.AllSwitches()[len(farmsim.AllSwitches())-1]} {
		for _, name := range []string{"TestTemplate", "TestPool", "TestItem", "TestAccount"} {
			t.Run(sw.Name+"/"+name, func(t *testing.T) { changeEach(t, cat, cat.Kind(name), sw.Switches, true) })
		}
	}
}

// wordFarm is a small farm of the made-up kinds.
func wordFarm() farmsim.State {
	return farmsim.State{
		"Site":   {{"id": 1, "name": "Main", "licensingSite": true}},
		"Broker": {{"id": 1, "siteId": 1, "server": "broker.example.com", "enabled": true}},
		"TestTemplate": {
			{"id": 1, "siteId": 1, "name": "Windows", "versions": []any{map[string]any{"id": 7, "name": "v1"}, map[string]any{"id": 8, "name": "v2"}}},
			{"id": 2, "siteId": 1, "name": "Linux", "versions": []any{map[string]any{"id": 1, "name": "v1"}}}},
		"TestPool":    {{"id": 1, "siteId": 1, "name": "Office", "templateId": 1, "versionId": 7}, {"id": 2, "siteId": 1, "name": "Lab", "templateId": 2, "versionId": 1}},
		"TestItem":    {{"id": 1, "siteId": 1, "name": "CRM"}},
		"TestAccount": {{"id": 3, "name": `EX\ops`}, {"id": 1, "name": `EX\admins`}, {"id": 2, "name": `EX\ann`, "groupName": "admins", "$parts": map[string]any{"Custom": map[string]any{"sitePermissions": []any{map[string]any{"siteId": 1, "pools": map[string]any{"sitePermission": map[string]any{"permissions": 1}, "objectPermissions": []any{map[string]any{"objId": 2, "permissions": 3}}}, "items": map[string]any{"sitePermission": map[string]any{"permissions": 2}, "objectPermissions": []any{}}}}}}}},
	}
}

func wordStand(t *testing.T) (*stand, map[string]*model.Object, []*model.Object) {
	t.Helper()
	s := newStand(t, words(t), wordFarm(), farmsim.Switches{})
	docs := declare(s.read(nil, everything))
	byName := map[string]*model.Object{}
	for _, d := range docs {
		byName[d.Address.Name] = d
	}
	return s, byName, docs
}

func unwritable(p *plan.Plan) string {
	var out []string
	for _, u := range p.Unwritable {
		out = append(out, u.Address+" "+u.Path)
	}
	return strings.Join(out, "\n")
}

func TestEntriesAreNamedOnceRead(t *testing.T) {
	s, docs, _ := wordStand(t)
	if v := docs["Office"].Spec["version"]; v != "v1" {
		t.Errorf("version is %v", v)
	}
	s.farm.ResetLog()
	live := s.read([]string{"TestPool"}, everything)
	if v := live.Objects["TestPool"][0].Spec["version"]; v != "v1" {
		t.Errorf("version is %v where only pools are read", v)
	}
	if n := s.farm.Count("GET"); n > 4 {
		t.Errorf("%d reads for two pools: the list of templates holds their versions", n)
	}
}

// TestRenamedEntryIsNoChange: the only entry left over on both sides is the
// same under another name, and whoever names it waits and is left alone.
func TestRenamedEntryIsNoChange(t *testing.T) {
	s, docs, all := wordStand(t)
	docs["Windows"].Spec["versions"] = []any{map[string]any{"name": "golden"}, map[string]any{"name": "v2"}}
	docs["Office"].Spec["version"] = "golden"
	p := s.plan(all, nil)
	if got := describe(p); strings.Count(got, "->") != 1 || !strings.Contains(got, "versions[golden].name: v1 -> golden") {
		t.Fatalf("the plan is\n%s", got)
	}
	s.mustApply(p)
	s.nothingLeft(all)
	docs["Lab"].Spec["template"], docs["Lab"].Spec["version"] = "Windows", "fresh"
	docs["Windows"].Spec["versions"] = []any{map[string]any{"name": "golden"}, map[string]any{"name": "fresh"}}
	p = s.plan(all, nil)
	if len(p.Changes) != 2 || p.Changes[0].Name != "Windows" || p.Changes[1].Name != "Lab" {
		t.Fatalf("the plan is\n%s", describe(p))
	}
	s.mustApply(p)
	s.nothingLeft(all)
	if o := s.farm.Staged().Find("TestPool", "name", "Lab"); fmt.Sprint(o["versionId"]) != "8" {
		t.Errorf("Lab has version %v", o["versionId"])
	}
}

func TestEntryThatNobodyCanMake(t *testing.T) {
	s, docs, all := wordStand(t)
	docs["Linux"].Spec["versions"] = []any{map[string]any{"name": "v1"}, map[string]any{"name": "v2"}}
	docs["Lab"].Spec["version"] = "v2"
	docs["CRM"].Spec["description"] = "the rest goes on"
	p := s.plan(all, nil)
	if got := unwritable(p); got != "Main/TestPool/Lab version\nMain/TestTemplate/Linux versions[v2]" && got != "Main/TestTemplate/Linux versions[v2]\nMain/TestPool/Lab version" {
		t.Errorf("unwritable:\n%s", got)
	}
	if len(p.Changes) != 1 || p.Changes[0].Name != "CRM" {
		t.Fatalf("the plan is\n%s", describe(p))
	}
	s.mustApply(p)
	docs["Lab"].Spec["version"] = "nonsense"
	s.live = s.read(nil, plan.Want(all))
	if _, diags := plan.Build(plan.Input{Catalog: s.cat, Desired: all, Live: s.live, Sent: s.sent}); !diags.Failed() || !strings.Contains(diags[0].Summary, `no entry "nonsense"`) {
		t.Errorf("diagnostics: %v", diags)
	}
}

// A version without a template is told before anything is sent: of a new pool
// whose document names none, and of one that has none on the farm.
func TestEntryOfNothing(t *testing.T) {
	s, docs, all := wordStand(t)
	fails := func(what string) {
		t.Helper()
		s.live = s.read(nil, plan.Want(all))
		_, diags := plan.Build(plan.Input{Catalog: s.cat, Desired: all, Live: s.live, Sent: s.sent})
		if !diags.Failed() || !strings.Contains(diags[0].Summary, `"v1" is an entry of nothing`) {
			t.Errorf("%s: diagnostics: %v", what, diags)
		}
	}
	all = append(all, &model.Object{Address: model.Address{Site: "Main", Kind: "TestPool", Name: "Fresh"}, Spec: map[string]any{"version": "v1"}})
	fails("new")
	all = all[:len(all)-1]
	docs["Lab"].Spec["template"], docs["Lab"].Spec["version"] = "", ""
	s.mustApply(s.plan(all, nil))
	delete(docs["Lab"].Spec, "template")
	docs["Lab"].Spec["version"] = "v1"
	fails("without a template on the farm")
}

// TestNewTemplateWithItsVersion: the version that a new template brings along
// gets its name, and the pool that names it follows.
func TestNewTemplateWithItsVersion(t *testing.T) {
	for _, sw := range []farmsim.Switches{{}, {FreshRuleAfterApply: true}} {
		s := newStand(t, words(t), wordFarm(), sw)
		all := declare(s.read(nil, everything))
		all = append(all,
			&model.Object{Address: model.Address{Site: "Main", Kind: "TestTemplate", Name: "New"}, Spec: map[string]any{"versions": []any{map[string]any{"name": "first", "notes": "mine"}, map[string]any{"name": "second"}}}},
			&model.Object{Address: model.Address{Site: "Main", Kind: "TestPool", Name: "Fresh"}, Spec: map[string]any{"template": "New", "version": "first", "machines": []any{map[string]any{"name": "m1"}}}})
		p := s.plan(all, nil)
		if got := unwritable(p); got != "Main/TestTemplate/New versions[second]" {
			t.Errorf("unwritable:\n%s", got)
		}
		all[len(all)-2].Spec["versions"] = []any{map[string]any{"name": "first", "notes": "mine"}}
		s.mustApply(s.plan(all, nil))
		s.nothingLeft(all)
		if got := s.farm.Effects(); len(got) > 0 {
			t.Errorf("adding a machine %v", got)
		}
	}
}

func TestMatrixCellByCell(t *testing.T) {
	s, docs, all := wordStand(t)
	ann := docs[`EX\ann`]
	if g := ann.Spec["group"]; g != `EX\admins` {
		t.Errorf("group is %v", g)
	}
	row := ann.Spec["rights"].([]any)[0].(map[string]any)
	row["pools"].(map[string]any)["objects"] = []any{map[string]any{"name": "//Main/Office", "permissions": []any{"View"}}}
	row["items"].(map[string]any)["permissions"] = []any{"View", "Modify"}
	s.farm.ResetLog()
	p := s.plan(all, nil)
	if got := unwritable(p); got != `TestAccount/EX\ann rights[Main].items.permissions` || !strings.Contains(p.Unwritable[0].Why, "the number of objType for items is not known") {
		t.Errorf("unwritable: %s: %v", got, p.Unwritable)
	}
	if got := describe(p); strings.Count(got, "->") != 2 {
		t.Errorf("the plan is\n%s", got)
	}
	s.mustApply(p)
	puts := 0
	for _, r := range s.farm.Requests() {
		if r.Method == "PUT" {
			puts++
			if !strings.HasSuffix(r.Path, "/Custom") || !strings.Contains(r.Body, `"objType":4`) || r.Query != "siteId=1" {
				t.Errorf("%s %s?%s %s", r.Method, r.Path, r.Query, r.Body)
			}
		}
	}
	if puts != 2 {
		t.Errorf("%d cells were written", puts)
	}
	if left := s.plan(all, nil); !left.Empty() {
		t.Errorf("left:\n%s", describe(left))
	}
}

func TestMoveIntoAGroup(t *testing.T) {
	for _, sw := range farmsim.AllSwitches() {
		s := newStand(t, words(t), wordFarm(), sw.Switches)
		all := declare(s.read(nil, everything))
		for _, d := range all {
			if d.Address.Name == `EX\ann` {
				d.Spec["group"] = `EX\ops`
			}
		}
		p := s.plan(all, nil)
		if got := describe(p); strings.Count(got, "->") != 1 || !strings.Contains(got, `group: EX\admins -> EX\ops`) {
			t.Fatalf("%s: the plan is\n%s", sw.Name, got)
		}
		s.mustApply(p)
		s.nothingLeft(all)
	}
}

func TestOutOfEveryGroup(t *testing.T) {
	s, docs, all := wordStand(t)
	docs[`EX\ann`].Spec["group"] = ""
	p := s.plan(all, nil)
	if !p.Empty() || unwritable(p) != `TestAccount/EX\ann group` {
		t.Errorf("the plan is\n%s%s", describe(p), unwritable(p))
	}
}

func TestFileWithoutAKnownBody(t *testing.T) {
	s, docs, all := wordStand(t)
	docs["CRM"].Spec["sealed"] = model.FileRef{Path: "x.png", Digest: "00"}
	p := s.plan(all, nil)
	if !p.Empty() || unwritable(p) != "Main/TestItem/CRM sealed" || !strings.Contains(p.Unwritable[0].Why, "the body of PUT {self}/Sealed is not known") {
		t.Errorf("the plan is\n%s%v", describe(p), p.Unwritable)
	}
}

// TestRefusedNumberIsNamed: a number of a column that is only inferred is said
// to be the likely cause when the farm refuses it.
func TestRefusedNumberIsNamed(t *testing.T) {
	client := wordsWith(t, `"pools": 4`, `"pools": {"number": 9, "evidence": "inferred"}`)
	s := newStandOn(t, words(t), client, wordFarm(), farmsim.Switches{})
	docs := declare(s.read(nil, everything))
	for _, d := range docs {
		if d.Address.Name == `EX\ann` {
			d.Spec["rights"].([]any)[0].(map[string]any)["pools"].(map[string]any)["permissions"] = []any{"Modify"}
		}
	}
	p := s.plan(docs, nil)
	if len(p.Changes) != 1 || p.Changes[0].Fields[0].Note != "inferred" {
		t.Errorf("the plan is\n%s", describe(p))
	}
	res := s.apply(p)
	if len(res.Refused) != 1 || !strings.Contains(res.Refused[0].Err.Error(), "the number of objType for pools is only inferred: this is the likely cause") {
		t.Errorf("refused: %+v", res.Refused)
	}
}

// TestWhatAnEntryCannotTake: where nobody can make an entry anew, a value that
// its update does not take is left and reported.
func TestWhatAnEntryCannotTake(t *testing.T) {
	s, docs, all := wordStand(t)
	docs["Windows"].Spec["versions"] = []any{map[string]any{"name": "v1", "notes": "seen", "number": int64(5)}, map[string]any{"name": "v2"}}
	p := s.plan(all, nil)
	if got := unwritable(p); got != "Main/TestTemplate/Windows versions[v1].number" {
		t.Errorf("unwritable: %s", got)
	}
	if got := describe(p); strings.Count(got, "->") != 1 {
		t.Errorf("the plan is\n%s", got)
	}
	s.mustApply(p)
}
