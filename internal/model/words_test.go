package model_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"rassync/internal/model"
)

// TestWordsThatDoNotFit: a schema whose words speak of what is not there is
// refused, with the word and the property.
func TestWordsThatDoNotFit(t *testing.T) {
	const list = `"versions": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}, "x-ras": {"via": {"list": {"at": "V", "mode": "keyed", "key": ["name"]}}}}`
	const column = `"rights": {"type": "array", "items": {"type": "object", "properties": {"site": {"type": "string"}, "ps": {"type": "object", "properties": {"permissions": {"type": "integer"}}}}},
		"x-ras": {"via": {"list": {"mode": "keyed", "key": ["site"]}, "cells": {"at": "C", "row": "site", "own": "permissions", "objects": "objects", "name": "name", "numbers": `
	for name, c := range map[string]struct{ words, want string }{
		"no sibling":                  {`"version": {"type": "string", "x-ras": {"entryOf": {"object": "template", "list": "versions"}}}`, "version: entryOf: no reference template beside it"},
		"list without ids":            {list + `, "of": {"type": "string", "x-ras": {"ref": "K"}}, "version": {"type": "string", "x-ras": {"entryOf": {"object": "of", "list": "versions"}}}`, "version: entryOf: K has no list versions whose entries have an id"},
		"neither object nor settings": {`"version": {"type": "string", "x-ras": {"entryOf": {"list": "versions"}}}`, "version: entryOf: needs either object or kind"},
		"no settings":                 {`"version": {"type": "string", "x-ras": {"entryOf": {"kind": "K", "list": "versions"}}}`, "version: entryOf: K is no kind of settings"},
		"call without ref":            {`"group": {"type": "string", "x-ras": {"via": {"call": "{self}/M/{v}"}}}`, "group: call: only references are set by a call of their own"},
		"column incomplete":           {column + `{"ps": 1}}}}}`, "rights: cells: no column ps with permissions and objects"},
		"number no number":            {column + `{"ps": "one"}}}}}`, `rights.x-ras.via.cells.numbers.ps: a whole number or null or an object, not the text "one"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := model.Load(fstest.MapFS{"K.json": {Data: []byte(`{"x-ras": {"scope": "farm", "shape": "collection", "read": {"list": "/api/K"}, "identity": {"read": "name"}}, "type": "object", "properties": {"spec": {"type": "object", "properties": {` + c.words + `}}}}`)}})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}
