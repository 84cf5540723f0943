package model_test

import (
	"encoding/json"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"rassync/internal/model"
	"rassync/internal/vocabulary"
	"rassync/schemas"
)

const longestDescription = 200

// sentence says what is wrong with a title or a description.
func sentence(title, description string) string {
	first, _ := utf8.DecodeRuneInString(description)
	switch {
	case title == "" || strings.TrimSpace(title) != title:
		return "has no title"
	case description == "":
		return "has no description"
	case strings.EqualFold(strings.TrimSuffix(description, "."), title):
		return "says no more than its title"
	case !strings.HasSuffix(description, ".") || unicode.IsLower(first):
		return "is described by no sentence"
	case utf8.RuneCountInString(description) >= longestDescription:
		return "is described at too great length"
	}
	return ""
}

// TestEverythingHasATitleAndADescription: of each kind and property, as they
// are resolved for the engine, and of each definition of a block.
func TestEverythingHasATitleAndADescription(t *testing.T) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range cat.Kinds() {
		if wrong := sentence(k.Title, k.Description); wrong != "" {
			t.Errorf("%s %s: %q, %q", k.Name, wrong, k.Title, k.Description)
		}
		k.Spec.Walk(func(p *model.Property) {
			inList := p.Parent != nil && p.Parent.Items == p // the list says what its entries are
			if p == k.Spec || inList {
				return
			}
			if wrong := sentence(p.Title, p.Description); wrong != "" {
				t.Errorf("%s.%s %s: %q, %q", k.Name, p.Path(), wrong, p.Title, p.Description)
			}
		})
	}
	eachSchema(t, func(file string, doc map[string]any) {
		definitions, _ := doc["definitions"].(map[string]any)
		for name, v := range definitions {
			def, _ := v.(map[string]any)
			if _, elsewhere := def["$ref"]; elsewhere {
				continue
			}
			title, _ := def["title"].(string)
			description, _ := def["description"].(string)
			if wrong := sentence(title, description); wrong != "" {
				t.Errorf("%s#%s %s: %q, %q", file, name, wrong, title, description)
			}
		}
	})
}

// TestEveryFileIsDraft7: blocks too, which a kind may use in part only.
func TestEveryFileIsDraft7(t *testing.T) {
	all := map[string][]byte{}
	eachSchema(t, func(file string, doc map[string]any) {
		all[file], _ = json.Marshal(doc)
		if doc["$schema"] != "http://json-schema.org/draft-07/schema#" || doc["$id"] != path.Base(file) {
			t.Errorf("%s: $schema %v, $id %v", file, doc["$schema"], doc["$id"])
		}
	})
	if len(all) < 90 {
		t.Fatalf("%d files only", len(all))
	}
	for file := range all {
		compile(t, file, all)
	}
}

// TestEveryImpactSaysWhatAndWhy: an effect that the reports have words for,
// for which values, why, and who says so.
func TestEveryImpactSaysWhatAndWhy(t *testing.T) {
	effects := []string{"installsAgent", "restarts", "drains", "startsMachines", "endsSessions", "locksOut", "weakensSecurity", "agreesToTerms", "replicates"}
	known := []string{"effect", "when", "unless", "on", "why", "source", "brake", "lasting"}
	check := func(t *testing.T, where string, v any, on []string) {
		list, ok := v.([]any)
		if !ok || len(list) == 0 {
			t.Errorf("%s: impact is no list", where)
		}
		for _, e := range list {
			i, _ := e.(map[string]any)
			for word := range i {
				if !slices.Contains(known, word) {
					t.Errorf("%s: impact has no word %q", where, word)
				}
			}
			effect, _ := i["effect"].(string)
			why, _ := i["why"].(string)
			source, _ := i["source"].(string)
			if !slices.Contains(effects, effect) {
				t.Errorf("%s: %q is no effect", where, effect)
			}
			if !strings.HasSuffix(why, ".") || len(source) < 5 {
				t.Errorf("%s: %s because of %q, says %q", where, effect, why, source)
			}
			actions, _ := i["on"].([]any)
			for _, a := range actions {
				if s, _ := a.(string); !slices.Contains(on, s) {
					t.Errorf("%s: %v is no action here", where, a)
				}
			}
			for _, word := range []string{"when", "unless", "on"} {
				if list, there := i[word].([]any); i[word] != nil && (!there || len(list) == 0) {
					t.Errorf("%s: %s is empty", where, word)
				}
			}
			if i["when"] != nil && i["unless"] != nil {
				t.Errorf("%s: when and unless", where)
			}
		}
	}
	seen := 0
	eachSchema(t, func(file string, doc map[string]any) {
		var walk func(v any, where string)
		walk = func(v any, where string) {
			switch v := v.(type) {
			case map[string]any:
				if x, ok := v["x-ras"].(map[string]any); ok && x["impact"] != nil {
					seen++
					if byAction, ofKind := x["impact"].(map[string]any); ofKind {
						for action, list := range byAction {
							if !slices.Contains([]string{"create", "update", "delete"}, action) {
								t.Errorf("%s: %s is no action of a kind", where, action)
							}
							check(t, where+" "+action, list, []string{"delete"})
						}
					} else {
						on := []string{"create", "update"}
						if v["type"] == "array" || inList(x) {
							on = []string{"create", "update", "add", "remove"}
						}
						check(t, where, x["impact"], on)
					}
				}
				for name, sub := range v {
					if name != "x-ras" {
						walk(sub, where+"/"+name)
					}
				}
			case []any:
				for _, sub := range v {
					walk(sub, where)
				}
			}
		}
		walk(doc, file)
	})
	if seen < 150 {
		t.Errorf("%d impacts only", seen)
	}
}

// TestValuesOfImpactsExist: when and unless name values that the property can
// have, so that a misspelt one is noticed.
func TestValuesOfImpactsExist(t *testing.T) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range cat.Kinds() {
		k.Spec.Walk(func(p *model.Property) {
			for _, i := range p.Impact {
				for _, v := range append(slices.Clone(i.When), i.Unless...) {
					if !takes(p, v) {
						t.Errorf("%s.%s is never %v", k.Name, p.Path(), v)
					}
				}
			}
		})
	}
}

func takes(p *model.Property, v any) bool {
	enum, typ := p.Enum, p.Type
	if enum == nil && p.Items != nil {
		enum, typ = p.Items.Enum, p.Items.Type
	}
	switch v := v.(type) {
	case bool:
		return typ == model.TypeBoolean
	case string:
		if enum != nil {
			_, ok := enum.ByName[v]
			return ok
		}
		return typ == model.TypeString
	}
	_, number := model.AsInt(v)
	return number && typ == model.TypeInteger
}

// TestDeletesThatReachUsersSaySo: of a kind that can be deleted, a delete
// takes something away from somebody, or the schema says why it does not.
func TestDeletesThatReachUsersSaySo(t *testing.T) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range cat.Kinds() {
		if has := len(k.Impact["delete"]) > 0; k.Delete != "" && has == (k.Harmless != "") {
			t.Errorf("%s: either an impact of its delete or trust.harmless, why there is none", k.Name)
		}
	}
}

// eachSchema gives the kinds and the blocks, as they stand in their files.
func eachSchema(t *testing.T, visit func(file string, doc map[string]any)) {
	t.Helper()
	err := fs.WalkDir(schemas.Files, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(p) != ".json" || strings.HasPrefix(p, "formats/") || p == vocabulary.MetaFile {
			return err
		}
		data, err := schemas.Files.ReadFile(p)
		if err != nil {
			return err
		}
		var doc map[string]any
		if err := json.Unmarshal(data, &doc); err != nil {
			return err
		}
		visit(p, doc)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// inList tells whether the words of a property make it a list.
func inList(words map[string]any) bool {
	via, _ := words["via"].(map[string]any)
	return via["list"] != nil
}
