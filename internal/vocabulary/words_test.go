package vocabulary

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write schemas/meta.json anew")

// object is a JSON object for tests.
type object struct {
	keys   []string
	values map[string]any
}

func (o *object) Keys() []string     { return o.keys }
func (o *object) Get(key string) any { return o.values[key] }

func obj(pairs ...any) *object {
	o := &object{values: map[string]any{}}
	for i := 0; i < len(pairs); i += 2 {
		o.keys = append(o.keys, pairs[i].(string))
		o.values[pairs[i].(string)] = pairs[i+1]
	}
	return o
}

// trial is a value that a form refuses, or takes.
type trial struct {
	value any
	// says is what the error must hold; "" if the value is right.
	says string
}

// trials makes, for every word and value below a form, one value that is right
// and those that are not: each word misspelt, each closed value misspelt, each
// type wrong. wrap puts a value in its place.
func trials(f form, at string, wrap func(any) any, out *[]trial) {
	add := func(v any, says string) { *out = append(*out, trial{wrap(v), says}) }
	wrong := func(values ...any) {
		for _, v := range values {
			add(v, at)
		}
	}
	switch f.is {
	case isText:
		if len(f.values) > 0 {
			for _, v := range f.values {
				add(v, "")
				if v != "" {
					add(misspelt(v), at)
				}
			}
		} else {
			add(example(f), "")
		}
		wrong(int64(1), true, nil, []any{}, obj())
	case isFlag, isTrue, isFalse:
		add(f.is != isFalse, "")
		wrong("true", int64(1), nil, obj())
		if f.is != isFlag {
			wrong(f.is == isFalse)
		}
	case isWhole:
		add(int64(3), "")
		wrong("3", 1.5, true, nil)
	case isNumber:
		add(1.5, "")
		wrong("3", true)
	case isNull:
		add(nil, "")
	case isList:
		wrong("x", int64(1), obj())
		trials(*f.of, at+"[0]", func(v any) any { return wrap([]any{v}) }, out)
	case isMapping:
		wrong("x", int64(1), []any{})
		trials(*f.of, at+".any", func(v any) any { return wrap(obj("any", v)) }, out)
	case isWords:
		wrong("x", int64(1), []any{})
		for _, word := range f.words {
			typo := misspelt(word.name)
			if !slices.Contains(f.names(), typo) {
				add(obj(typo, example(word.form)), at+"."+typo+": unknown word; did you mean "+nearest(typo, f.names()))
			}
			trials(word.form, at+"."+word.name, func(v any) any { return wrap(obj(word.name, v)) }, out)
		}
	case isEither:
		for _, e := range f.either {
			var sub []trial
			trials(e, at, func(v any) any { return v }, &sub)
			for _, tr := range sub {
				var found []finding
				if f.check(tr.value, "", &found); tr.says == "" || len(found) > 0 { // else it is right in another form
					says := tr.says
					if strings.Contains(says, "unknown word") && !e.takes(tr.value) {
						says = at
					}
					*out = append(*out, trial{wrap(tr.value), says})
				}
			}
		}
	}
}

// misspelt leaves out a letter in the middle.
func misspelt(word string) string {
	if len(word) < 3 {
		return word + "x"
	}
	i := len(word) / 2
	return word[:i] + word[i+1:]
}

func example(f form) any {
	switch f.is {
	case isText:
		if len(f.values) > 0 {
			return f.values[0]
		}
		for _, s := range []string{"text", "/api/X", "v21", "account"} {
			if f.like == nil || f.like(s) {
				return s
			}
		}
	case isFlag, isTrue:
		return true
	case isFalse:
		return false
	case isWhole, isNumber:
		return int64(1)
	case isList:
		return []any{example(*f.of)}
	case isWords, isMapping:
		return obj()
	case isEither:
		return example(f.either[0])
	}
	return nil
}

// Every word of the table is taken as it is, and refused as soon as one letter
// is missing, in every position that it can have; so is every value of a closed
// set, and every value of another type.
func TestEveryMisspellingIsRefused(t *testing.T) {
	tried := 0
	for _, c := range []struct {
		name string
		kind bool
		form form
		wrap func(any) any
	}{
		{"kind", true, kindWords(), func(v any) any { return obj("x-ras", v) }},
		{"property", true, propertyWords(), func(v any) any {
			return obj("x-ras", obj(), "properties", obj("spec", obj("properties", obj("a", obj("type", "string", "x-ras", v)))))
		}},
		{"items", true, propertyWords(), func(v any) any {
			return obj("x-ras", obj(), "properties", obj("spec", obj("items", obj("x-ras", v))))
		}},
		{"definition", false, propertyWords(), func(v any) any { return obj("definitions", obj("a", obj("x-ras", v))) }},
		{"beside a reference", false, propertyWords(), func(v any) any {
			return obj("anyOf", []any{obj("$ref", "x.json", "x-ras", v)})
		}},
	} {
		at := map[string]string{"kind": "x-ras", "property": "properties.spec.properties.a.x-ras", "items": "properties.spec.items.x-ras",
			"definition": "definitions.a.x-ras", "beside a reference": "anyOf[0].x-ras"}[c.name]
		var list []trial
		trials(c.form, at, c.wrap, &list)
		checker := NewChecker()
		for _, tr := range list {
			tried++
			bad := strings.Join(checker.File("Thing.json", tr.value.(*object), c.kind), "\n")
			switch {
			case tr.says == "" && bad != "":
				t.Errorf("%s: a right word is refused: %s", c.name, bad)
			case tr.says != "" && (!strings.Contains(bad, "schema Thing.json: ") || !strings.Contains(bad, tr.says)):
				t.Errorf("%s: %s is not refused with its place: %q", c.name, tr.says, bad)
			}
		}
	}
	if tried < 1000 {
		t.Errorf("only %d words and values tried", tried)
	}
}

// The words of JSON Schema are closed too: a misspelt x-ras would otherwise
// take all its words along.
func TestWordsOfJSONSchemaAreClosed(t *testing.T) {
	for _, name := range schemaForm(propertyWords()).names() {
		typo := misspelt(name)
		for _, c := range []struct {
			doc *object
			at  string
		}{
			{obj(typo, "x"), typo},
			{obj("properties", obj("a", obj(typo, "x"))), "properties.a." + typo},
			{obj("items", obj(typo, "x")), "items." + typo},
		} {
			bad := strings.Join(NewChecker().File("blocks/x.json", c.doc, false), "\n")
			if !strings.Contains(bad, fmt.Sprintf("schema blocks/x.json: %s: unknown word", c.at)) {
				t.Errorf("%s: %q", c.at, bad)
			}
		}
	}
}

func TestMetaIsCurrent(t *testing.T) {
	const file = "../../schemas/meta.json"
	want, err := Meta()
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
