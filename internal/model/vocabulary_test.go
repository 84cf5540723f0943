package model_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"rassync/internal/model"
	"rassync/internal/vocabulary"
	"rassync/schemas"
)

var update = flag.Bool("update", false, "write schemas/meta.json anew")

func checker() *vocabulary.Checker {
	return vocabulary.NewChecker(model.KindWords{}, model.PropertyWords{})
}

// Every word is taken as it is, and refused as soon as one letter is missing,
// in every position that it can have; so is every value of a closed set, and
// every value of another type.
func TestEveryMisspellingIsRefused(t *testing.T) {
	c := checker()
	trials := c.Trials()
	for _, tr := range trials {
		bad := strings.Join(c.File("Thing.json", tr.File, tr.Kind), "\n")
		switch {
		case tr.Says == "" && bad != "":
			t.Errorf("%s: a right word is refused: %s", tr.Name, bad)
		case tr.Says != "" && (!strings.Contains(bad, "schema Thing.json: ") || !strings.Contains(bad, tr.Says)):
			t.Errorf("%s: %s is not refused with its place: %q", tr.Name, tr.Says, bad)
		}
	}
	if len(trials) < 3000 {
		t.Errorf("only %d words and values tried", len(trials))
	}
}

func TestMetaIsCurrent(t *testing.T) {
	const file = "../../schemas/meta.json"
	want, err := checker().Meta()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != string(want) {
		t.Errorf("%s is not current: run make generate", file)
	}
}

// files copies the schemas, to be altered.
func files(t testing.TB) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(schemas.Files, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(schemas.Files, p)
		out[p] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A misspelt word is refused wherever it stands in the schemas that are
// shipped, with its file and place; a misspelt secret would otherwise make a
// plain text of a password.
func TestMisspeltWordsOfShippedSchemas(t *testing.T) {
	for _, c := range []struct{ file, from, to, says string }{
		{"AdminAccount.json", `"writeMinLength"`, `"writeMinLenght"`, "schema AdminAccount.json: properties.spec.properties.mobile.x-ras.writeMinLenght: unknown word; did you mean writeMinLength?"},
		{"ADIntegrationSettings.json", `"secret": {`, `"secert": {`, "x-ras.secert: unknown word; did you mean secret?"},
		{"Gateway.json", `"lifecycle": {"`, `"lifecicle": {"`, "x-ras.lifecicle: unknown word; did you mean lifecycle?"},
		{"blocks/mfa.json", `"update": "replacesIfRefused"`, `"update": "replaceIfRefused"`, `did you mean replacesIfRefused?`},
		{"AdminAccount.json", `"create": "forbidden"`, `"create": "forbiden"`, `"forbiden" is not required or allowed or forbidden; did you mean forbidden?`},
		{"blocks/fslogix.json", `"codec": "flags"`, `"codec": "flag"`, `or separated:CHARACTER; did you mean flags?`},
		{"Gateway.json", `"x-ras": {"when": {"inheritDefaultModeSettings": false}}`, `"x-rass": {"when": {"inheritDefaultModeSettings": false}}`, "x-rass: unknown word; did you mean x-ras?"},
		{"Gateway.json", `"scope": "site"`, `"scope": "sites"`, `schema Gateway.json: x-ras.scope: "sites" is not farm or site; did you mean site?`},
		{"Gateway.json", `"per": "site"`, `"per": "sitte"`, `x-ras.last[0].per: "sitte" is not farm or site; did you mean site?`},
		{"Gateway.json", `"where": {"enabled"`, `"where": {"enabeld"`, `last.where: no property "enabeld"`},
		{"ADIntegrationSettings.json", `"with": ["enrollmentAgentUsername"]`, `"with": ["enrolmentAgentUsername"]`, `secret.with: no property "enrolmentAgentUsername"; did you mean enrollmentAgentUsername?`},
	} {
		fsys := files(t)
		text := string(fsys[c.file].Data)
		if !strings.Contains(text, c.from) {
			t.Errorf("%s has no %s any more", c.file, c.from)
			continue
		}
		fsys[c.file] = &fstest.MapFile{Data: []byte(strings.Replace(text, c.from, c.to, 1))}
		if _, err := model.Load(fsys); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %s: %v", c.file, c.to, err)
		}
	}
}

// Whatever stands at any place of a schema, the loader answers an error and
// does not panic.
func TestNothingInASchemaPanics(t *testing.T) {
	small := fstest.MapFS{}
	for name, f := range files(t) {
		if strings.HasPrefix(name, "blocks/") {
			small[name] = f
		}
	}
	tried := 0
	for _, kind := range []string{"Gateway", "AdminAccount", "PubRDSApp", "RDSHostPool", "Notification", "Site", "PubOrder", "ThemeCustomImage"} {
		name := kind + ".json"
		original := files(t)[name].Data
		var doc any
		if err := json.Unmarshal(original, &doc); err != nil {
			t.Fatal(err)
		}
		n := 0
		alter(doc, func(at string, set func(any), old any) {
			if n++; n%31 != 0 {
				return
			}
			for _, v := range []any{nil, "", "x", 7, []any{}, []any{nil}, map[string]any{}, map[string]any{"x-ras": []any{1}}, map[string]any{"$ref": "#"}} {
				set(v)
				data, err := json.Marshal(doc)
				if err != nil {
					t.Fatal(err)
				}
				small[name] = &fstest.MapFile{Data: data}
				func() {
					defer func() {
						if crash := recover(); crash != nil {
							t.Errorf("%s: %s = %v: %v", name, at, v, crash)
						}
					}()
					tried++
					model.Load(small)
				}()
			}
			set(old)
		})
		delete(small, name)
	}
	t.Logf("%d altered schemas", tried)
}

// alter visits every place of a JSON value, depth first.
func alter(v any, visit func(at string, set func(any), old any)) {
	var walk func(v any, at string)
	walk = func(v any, at string) {
		switch v := v.(type) {
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(v)) {
				e := v[key]
				visit(at+"."+key, func(n any) { v[key] = n }, e)
				walk(e, at+"."+key)
			}
		case []any:
			for i, e := range v {
				visit(fmt.Sprintf("%s[%d]", at, i), func(n any) { v[i] = n }, e)
				walk(e, fmt.Sprintf("%s[%d]", at, i))
			}
		}
	}
	walk(v, "")
}

// FuzzSchema loads arbitrary texts as the schema of a kind.
func FuzzSchema(f *testing.F) {
	all := files(f)
	for _, name := range []string{"Gateway.json", "BrokerOrder.json", "ExcludeADGroup.json"} {
		f.Add(string(all[name].Data))
	}
	for _, words := range []string{
		`{"via": {"membership": {}}}`, `{"via": {"cells": {"numbers": {"a": 1}}}}`, `{"via": {"list": {"mode": "keyed", "key": ["x"]}}}`, `{"via": {"part": {"get": true}}}`,
		`{"via": {"lookup": {}}}`, `{"via": {"file": {"put": {}}}}`, `{"via": {"call": "{self}/x"}}`, `{"entryOf": {"object": "a", "list": "b"}}`, `{"entryOf": {"kind": "Thing", "list": "a"}}`,
		`{"codec": "flags"}`, `{"codec": "spans", "enum": {}}`, `{"codec": "separated:;"}`, `{"codec": "accountRef", "ref": "Thing"}`, `{"read": "**"}`, `{"read": ["a", "b"]}`, `{"open": true}`,
		`{"when": {"./a": {"not": 1}}}`, `{"when": {"inherit": false}}`, `{"lifecycle": {"create": "forbidden", "update": "forbidden"}}`, `{"secret": {"with": ["a"]}}`, `{"alsoChanges": {"in": "ownSites"}}`, `{"replaces": "a"}`,
	} {
		f.Add(`{"x-ras": {"scope": "farm", "shape": "singleton"}, "properties": {"spec": {"type": "object", "x-ras": ` + words + `}}}`)
		f.Add(`{"x-ras": {"scope": "site", "shape": "collection", "read": {"list": "/x"}, "identity": {"read": "n"}}, "properties": {"spec": {"type": "object", "properties": {"a": {"type": "array", "x-ras": ` + words + `}}}}}`)
	}
	f.Fuzz(func(t *testing.T, text string) {
		model.Load(fstest.MapFS{"Thing.json": {Data: []byte(text)}, "blocks/document.json": all["blocks/document.json"]})
	})
}
