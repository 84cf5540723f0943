package farmsim

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"rassync/internal/model"
)

// wordCatalog holds made-up kinds with the words that few real kinds use.
func wordCatalog(t *testing.T) *model.Catalog {
	t.Helper()
	kind := func(name, words string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(`{"type": "object", "x-ras": {"family": "test", "scope": "farm", "shape": "collection", "self": "/api/` + name + `/{id}", "read": {"list": "/api/` + name + `", "get": "{self}"}, "create": {"path": "/api/` + name + `"}, "update": {"path": "{self}"}, "delete": "{self}", "identity": {"read": "name"}, "readOnly": {"id": "", "licensingSite": ""}},
			"properties": {"spec": {"type": "object", "properties": {` + words + `}}}}`)}
	}
	cat, err := model.Load(fstest.MapFS{
		"Site.json": kind("Site", `"description": {"type": "string"}`),
		"T.json": kind("T", `"versions": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}},
			"x-ras": {"via": {"list": {"at": "Versions", "mode": "keyed", "key": ["name"], "id": "id", "add": false, "update": {"by": "id"}, "remove": false, "rename": "newName", "first": true}}}}`),
		"P.json": kind("P", `"template": {"type": "string", "x-ras": {"read": "templateId", "ref": "T"}},
			"version": {"type": "string", "x-ras": {"read": "versionId", "entryOf": {"object": "template", "list": "versions"}}}`),
		"A.json": kind("A", `"group": {"type": "string", "x-ras": {"read": "groupName", "ref": "A", "via": {"call": "{self}/MoveToGroup/{groupId}"}, "codec": "nameRef"}},
			"rights": {"type": "array", "items": {"type": "object", "properties": {"site": {"type": "string", "x-ras": {"read": "siteId", "ref": "Site"}},
				"ps": {"type": "object", "properties": {"permissions": {"type": "array", "items": {"type": "string"}, "x-ras": {"codec": "flags", "enum": {"View": 1}}},
					"objects": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string", "x-ras": {"read": "objId", "ref": "P"}}, "permissions": {"type": "array", "items": {"type": "string"}, "x-ras": {"codec": "flags", "enum": {"View": 1}}}}}}}}}},
				"x-ras": {"via": {"part": {"at": "Custom", "get": true, "put": false}, "list": {"mode": "keyed", "key": ["site"]}, "cells": {"at": "Custom", "query": "siteId", "row": "site", "type": "objType", "object": "objId", "value": "permissions", "own": "permissions", "objects": "objects", "name": "name", "numbers": {"ps": 3}}}}}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

func TestEntriesThatComeByThemselves(t *testing.T) {
	for _, sw := range []Switches{{}, {FreshRuleAfterApply: true}} {
		c := open(t, Options{Catalog: wordCatalog(t), Switches: sw})
		id := c.post("/api/T", `{"name":"W"}`)
		c.want(405, "POST", "/api/T/1/Versions", `{"name":"v2"}`)
		c.want(405, "DELETE", "/api/T/1/Versions/1", nil)
		if sw.FreshRuleAfterApply {
			if n := len(c.list("/api/T/1/Versions")); n != 0 {
				t.Fatalf("%d versions are listed before the apply", n)
			}
			c.refused("POST", "/api/P", `{"name":"p","templateId":1,"versionId":1}`, "no entry 1")
			c.want(204, "POST", "/api/Settings/apply", nil)
		}
		holds(t, c.list("/api/T/1/Versions")[0], `{"id":1,"name":"Version 1"}`)
		c.refused("PUT", "/api/T/1/Versions/1", `{"name":"golden"}`, "unknown property name")
		c.want(204, "PUT", "/api/T/1/Versions/1", `{"newName":"golden"}`)
		holds(t, c.list("/api/T/1/Versions")[0], `{"id":1,"name":"golden"}`)
		c.refused("POST", "/api/P", `{"name":"p","templateId":1,"versionId":2}`, "no entry 2")
		pool := fmt.Sprint("/api/P/", c.post("/api/P", map[string]any{"name": "p", "templateId": id, "versionId": 1}))
		c.refused("PUT", pool, `{"versionId":9}`, "no entry 9")
		c.refused("PUT", pool, `{"versionId":"golden"}`, "id of an entry")
	}
}

func TestSetByCall(t *testing.T) {
	c := open(t, Options{Catalog: wordCatalog(t)})
	c.post("/api/A", `{"name":"admins"}`)
	c.post("/api/A", `{"name":"ann"}`)
	c.refused("PUT", "/api/A/2", `{"groupName":"admins"}`, "unknown property groupName")
	c.refused("PUT", "/api/A/2/MoveToGroup/1", `{}`, "must be empty")
	c.refused("PUT", "/api/A/2/MoveToGroup/2", nil, "into itself")
	c.want(404, "PUT", "/api/A/2/MoveToGroup/7", nil)
	c.want(204, "PUT", "/api/A/2/MoveToGroup/1", nil)
	holds(t, c.get("/api/A/2"), `{"groupName":"admins"}`)
	c.refused("DELETE", "/api/A/1", nil, "in use by A ann")
}

func TestCells(t *testing.T) {
	c := open(t, Options{Catalog: wordCatalog(t)})
	site := c.list("/api/Site")[0].(map[string]any)["id"]
	c.post("/api/P", `{"name":"p"}`)
	c.post("/api/A", `{"name":"ann"}`)
	at := strings.ReplaceAll("/api/A/1/Custom?siteId=#", "#", string(appendJSON(nil, site)))
	c.refused("PUT", "/api/A/1/Custom", `{"objType":3,"permissions":1}`, "siteId is required")
	c.refused("PUT", at, `{"objType":4,"permissions":1}`, "objType: 4 stands for nothing")
	c.refused("PUT", at, `{"permissions":1}`, "stands for nothing")
	c.refused("PUT", at, `{"objType":3,"permissions":2}`, "no known value")
	c.refused("PUT", at, `{"objType":3,"permissions":1,"objId":9}`, "no P has the id 9")
	c.refused("PUT", at, `{"objType":3,"permissions":1,"rights":1}`, "unknown property rights")
	c.want(204, "PUT", at, `{"objType":3,"permissions":1}`)
	c.want(204, "PUT", at, `{"objType":3,"permissions":1,"objId":1}`)
	row := firstRow(c.get("/api/A/1/Custom"))
	holds(t, row, `{"ps":{"permissions":1,"objects":[{"objId":1,"permissions":1}]}}`)
	c.want(204, "PUT", at, `{"objType":3,"permissions":0,"objId":1}`)
	if list := firstRow(c.get("/api/A/1/Custom")).(map[string]any)["ps"].(map[string]any)["objects"].([]any); len(list) != 0 {
		t.Errorf("rights are left: %v", list)
	}
}

// firstRow is the first row of a matrix.
func firstRow(v any) any { return at(v, "rights.0") }
