package vocabulary

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// Object is a JSON object that keeps the order of its keys.
type Object interface {
	Keys() []string
	Get(key string) any
}

// form is what the value of a word in a schema may be.
type form struct {
	is     string   // one of the constants below
	values []string // of a text: the closed set, empty for any text
	known  []string // of a text that like judges: values to suggest
	like   func(string) bool
	shape  string // of a text: what like wants, in words
	words  []word // of an object
	of     *form  // of the elements of a list, or of the values of a mapping
	either []form
}

// The kinds of forms.
const (
	isText    = "text"
	isFlag    = "flag" // true or false
	isTrue    = "true" // only true means something
	isFalse   = "false"
	isWhole   = "whole number"
	isNumber  = "a number"
	isNull    = "null"
	isAny     = "any value"
	isWords   = "object"
	isMapping = "mapping"
	isList    = "list"
	isEither  = "either"
)

// word is one word of the vocabulary.
type word struct {
	name string
	form form
	doc  string
}

func text() form              { return form{is: isText} }
func words(list ...word) form { return form{is: isWords, words: list} }
func listOf(of form) form     { return form{is: isList, of: &of} }

// finding is a word or value that the vocabulary does not have.
type finding struct {
	at   string // place in the file: "properties.spec.x-ras.list"
	says string
}

// check finds what of v is not in the form.
func (f form) check(v any, at string, found *[]finding) {
	bad := func(format string, args ...any) {
		*found = append(*found, finding{at, fmt.Sprintf(format, args...)})
	}
	switch f.is {
	case isAny:
	case isText:
		s, ok := v.(string)
		switch {
		case !ok:
			bad("%s, not %s", f.wants(), jsonName(v))
		case len(f.values) > 0 && !slices.Contains(f.values, s), f.like != nil && !f.like(s):
			bad("%q is not %s%s", s, f.wants(), f.hint(s, append(f.values[:len(f.values):len(f.values)], f.known...)))
		}
	case isFlag, isTrue, isFalse:
		b, ok := v.(bool)
		if !ok || f.is == isTrue && !b || f.is == isFalse && b {
			bad("%s, not %s", f.wants(), jsonName(v))
		}
	case isWhole:
		if _, ok := v.(int64); !ok {
			bad("a whole number, not %s", jsonName(v))
		}
	case isNumber:
		switch v.(type) {
		case int64, float64:
		default:
			bad("a number, not %s", jsonName(v))
		}
	case isNull:
		if v != nil {
			bad("null, not %s", jsonName(v))
		}
	case isList:
		list, ok := v.([]any)
		if !ok {
			bad("%s, not %s", f.wants(), jsonName(v))
		}
		for i, e := range list {
			f.of.check(e, fmt.Sprintf("%s[%d]", at, i), found)
		}
	case isMapping, isWords:
		o, ok := v.(Object)
		if !ok {
			bad("an object, not %s", jsonName(v))
			return
		}
		f.checkObject(o, at, found)
	case isEither:
		f.checkEither(v, at, found)
	}
}

func (f form) checkObject(o Object, at string, found *[]finding) {
	for _, name := range o.Keys() {
		if f.is == isMapping {
			f.of.check(o.Get(name), at+"."+name, found)
			continue
		}
		i := slices.IndexFunc(f.words, func(w word) bool { return w.name == name })
		if i < 0 {
			*found = append(*found, finding{at + "." + name, "unknown word" + f.hint(name, f.names())})
			continue
		}
		f.words[i].form.check(o.Get(name), at+"."+name, found)
	}
}

// checkEither takes the form that fits; if none does, what is wrong with the
// one that is nearest.
func (f form) checkEither(v any, at string, found *[]finding) {
	var nearest []finding
	for _, e := range f.either {
		var bad []finding
		if e.check(v, at, &bad); len(bad) == 0 {
			return
		}
		if e.takes(v) && nearest == nil {
			nearest = bad
		}
	}
	if nearest == nil {
		nearest = []finding{{at, f.wants() + ", not " + jsonName(v)}}
	}
	*found = append(*found, nearest...)
}

// takes tells whether the value is of the right JSON type, whatever it holds.
func (f form) takes(v any) bool {
	switch v.(type) {
	case string:
		return f.is == isText
	case []any:
		return f.is == isList
	case Object:
		return f.is == isWords || f.is == isMapping
	}
	return false
}

// wants says the form in words.
func (f form) wants() string {
	switch f.is {
	case isText:
		switch {
		case len(f.values) > 0:
			return strings.Join(f.values, " or ")
		case f.shape != "":
			return f.shape
		}
		return "a text"
	case isFlag:
		return "true or false"
	case isTrue, isFalse, isNull:
		return f.is
	case isWhole:
		return "a whole number"
	case isList:
		return "a list"
	case isWords, isMapping:
		return "an object"
	case isEither:
		var out []string
		for _, e := range f.either {
			out = append(out, e.wants())
		}
		return strings.Join(out, " or ")
	}
	return f.is
}

func (f form) names() []string {
	out := make([]string, len(f.words))
	for i, w := range f.words {
		out[i] = w.name
	}
	return out
}

// hint says which of the words was probably meant.
func (f form) hint(name string, among []string) string {
	if s := nearest(name, among); s != "" {
		return "; did you mean " + s + "?"
	}
	return ""
}

// nearest is the word that is most like name: at most a third of its letters
// differ.
func nearest(name string, among []string) string {
	best, least := "", max(2, len(name)/3)+1
	for _, a := range among {
		if d := distance(strings.ToLower(name), strings.ToLower(a)); d < least {
			best, least = a, d
		}
	}
	return best
}

// distance is the number of letters to change, insert or leave out to make b
// of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := last
			if a[i] != b[j] {
				change++
			}
			last = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

func jsonName(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return fmt.Sprint(v)
	case string:
		return fmt.Sprintf("the text %q", v)
	case []any:
		return "a list"
	case Object:
		return "an object"
	default:
		return fmt.Sprint(v)
	}
}

// schema is the form as JSON Schema, for the editors of contributors.
func (f form) schema() map[string]any {
	switch f.is {
	case isText:
		if len(f.values) > 0 {
			return map[string]any{"enum": f.values}
		}
		if len(f.known) > 0 {
			return map[string]any{"anyOf": []any{map[string]any{"enum": f.known}, map[string]any{"type": "string"}}}
		}
		return map[string]any{"type": "string"}
	case isFlag:
		return map[string]any{"type": "boolean"}
	case isTrue, isFalse:
		return map[string]any{"const": f.is == isTrue}
	case isWhole:
		return map[string]any{"type": "integer"}
	case isNumber:
		return map[string]any{"type": "number"}
	case isNull:
		return map[string]any{"type": "null"}
	case isList:
		return map[string]any{"type": "array", "items": f.of.schema()}
	case isMapping:
		return map[string]any{"type": "object", "additionalProperties": f.of.schema()}
	case isWords:
		props := map[string]any{}
		for _, w := range f.words {
			p := w.form.schema()
			if w.doc != "" {
				p["description"] = w.doc
			}
			props[w.name] = p
		}
		return map[string]any{"type": "object", "additionalProperties": false, "properties": props}
	case isEither:
		var list []any
		for _, e := range f.either {
			list = append(list, e.schema())
		}
		return map[string]any{"anyOf": list}
	}
	return map[string]any{}
}

// report writes findings for people, each with its file.
func report(file string, found []finding) []string {
	lines := make([]string, len(found))
	for i, f := range found {
		lines[i] = fmt.Sprintf("schema %s: %s: %s", file, strings.TrimPrefix(f.at, "."), f.says)
	}
	sort.Strings(lines)
	return lines
}
