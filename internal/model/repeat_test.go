package model_test

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
	"testing"
)

// TestNoBlockStandsTwice finds groups of properties that two schema files
// both spell out: what is shared stands once, in schemas/blocks.
func TestNoBlockStandsTwice(t *testing.T) {
	const (
		group  = 3 // properties of an object that make it a block
		single = 6 // properties beside each other that two files define alike
	)
	at := map[string][]string{}               // meaning of a block -> where it stands
	alike := map[string][]string{}            // two files -> names they define alike
	defined := map[string]map[string]string{} // file -> property name -> meaning
	eachSchema(t, func(p string, doc map[string]any) {
		defined[p] = map[string]string{}
		var walk func(v any, where string)
		walk = func(v any, where string) {
			m, ok := v.(map[string]any)
			if !ok {
				return
			}
			props, _ := m["properties"].(map[string]any)
			own := 0
			for name, sub := range props {
				s, _ := sub.(map[string]any)
				if s == nil || s["$ref"] != nil {
					continue
				}
				own++
				if name != "kind" {
					defined[p][name] = meaning(s)
				}
			}
			if own >= group && where != "" {
				key := meaning(map[string]any{"properties": props})
				at[key] = append(at[key], p+where)
			}
			for key, sub := range m {
				switch key {
				case "properties", "definitions":
					list, _ := sub.(map[string]any)
					for name, s := range list {
						walk(s, where+"/"+name)
					}
				case "items":
					walk(sub, where+"/[]")
				}
			}
		}
		walk(doc, "")
	})
	for _, places := range at {
		sort.Strings(places)
		places = distinct(places)
		if len(places) > 1 {
			t.Errorf("the same block stands in %s", strings.Join(places, " and "))
		}
	}
	files := make([]string, 0, len(defined))
	for f := range defined {
		files = append(files, f)
	}
	sort.Strings(files)
	for i, a := range files {
		for _, b := range files[i+1:] {
			for name, m := range defined[a] {
				if defined[b][name] == m {
					key := a + " and " + b
					alike[key] = append(alike[key], name)
				}
			}
		}
	}
	for pair, list := range alike {
		if len(list) >= single {
			sort.Strings(list)
			t.Errorf("%s both spell out %s", pair, strings.Join(list, ", "))
		}
	}
}

func distinct(sorted []string) []string {
	var out []string
	for _, s := range sorted {
		if len(out) == 0 || out[len(out)-1] != s {
			out = append(out, s)
		}
	}
	return out
}

// meaning is a schema without its words for people and without where its
// facts come from.
func meaning(v any) string {
	switch v := v.(type) {
	case map[string]any:
		keys := make([]string, 0, len(v))
		for k := range v {
			switch k {
			case "title", "description", "note", "evidence", "sources":
			case "when":
				if when, ok := v[k].(map[string]any); ok && len(when) == 1 {
					if strings.HasPrefix(slices.Sorted(maps.Keys(when))[0], "inherit") {
						continue // the flag belongs to the place
					}
				}
				keys = append(keys, k)
			default:
				keys = append(keys, k)
			}
		}
		sort.Strings(keys)
		var b strings.Builder
		for _, k := range keys {
			fmt.Fprintf(&b, "%s:%s,", k, meaning(v[k]))
		}
		return "{" + b.String() + "}"
	case []any:
		var b strings.Builder
		for _, e := range v {
			b.WriteString(meaning(e) + ",")
		}
		return "[" + b.String() + "]"
	}
	return fmt.Sprintf("%v", v)
}
