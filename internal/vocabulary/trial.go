package vocabulary

import (
	"slices"
	"strings"
)

// Trial is a schema with one word that is right, or one that is not.
type Trial struct {
	Name string // where the word stands
	Kind bool   // the schema is a kind's
	File Object
	// Says is what the error must hold; "" if the word is right.
	Says string
}

// trial is a value that a form refuses, or takes.
type trial struct {
	value any
	// says is what the error must hold; "" if the value is right.
	says string
}

// object is a JSON object that is put together.
type object struct {
	keys   []string
	values map[string]any
}

// Keys implements Object.
func (o *object) Keys() []string { return o.keys }

// Get implements Object.
func (o *object) Get(key string) any { return o.values[key] }

func obj(pairs ...any) *object {
	o := &object{values: map[string]any{}}
	for i := 0; i < len(pairs); i += 2 {
		o.keys = append(o.keys, pairs[i].(string))
		o.values[pairs[i].(string)] = pairs[i+1]
	}
	return o
}

// Trials makes, from the structs, schemas with each word of the vocabulary in
// every position that it can have: right, with a letter missing, and with values
// of other types. They are for the tests of whoever has words.
func (c *Checker) Trials() []Trial {
	var out []Trial
	add := func(name, at string, kind bool, f form, wrap func(any) any) {
		var list []trial
		trials(f, at, wrap, &list)
		for _, t := range list {
			out = append(out, Trial{name, kind, t.value.(Object), t.says})
		}
	}
	add("kind", XRas, true, c.kindWords, func(v any) any { return obj(XRas, v) })
	add("property", "properties.spec.properties.a.x-ras", true, c.propertyWords, func(v any) any {
		return obj(XRas, obj(), "properties", obj("spec", obj("properties", obj("a", obj("type", "string", XRas, v)))))
	})
	add("items", "properties.spec.items.x-ras", true, c.propertyWords, func(v any) any {
		return obj(XRas, obj(), "properties", obj("spec", obj("items", obj(XRas, v))))
	})
	add("definition", "definitions.a.x-ras", false, c.propertyWords, func(v any) any { return obj("definitions", obj("a", obj(XRas, v))) })
	add("beside a reference", "anyOf[0].x-ras", false, c.propertyWords, func(v any) any {
		return obj("anyOf", []any{obj("$ref", "x.json", XRas, v)})
	})
	for _, name := range c.inner.names() { // a misspelt x-ras would take all its words along
		typo := misspelt(name)
		out = append(out, []Trial{
			{"word of JSON Schema", false, obj(typo, "x"), typo + ": unknown word"},
			{"word of JSON Schema", false, obj("properties", obj("a", obj(typo, "x"))), "properties.a." + typo + ": unknown word"},
			{"word of JSON Schema", false, obj("items", obj(typo, "x")), "items." + typo + ": unknown word"},
		}...)
	}
	return out
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
