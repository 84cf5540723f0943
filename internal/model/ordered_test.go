package model

import (
	"encoding/json"
	"io/fs"
	"reflect"
	"testing"

	"rassync/schemas"
)

// TestParseOrdered: apart from the order it is what encoding/json reads.
func TestParseOrdered(t *testing.T) {
	texts := []string{
		`{}`, ` { } `, `[]`, "[\n]", `""`, `0`, `-0`, `1e3`, `-1.5E-2`, `9223372036854775807`, `9223372036854775808`, ` true`, "false\n", `null`,
		`{"a":1,"b":[1, 2 ,3],"c" : { "d":null } , "e":""}`, `["\"", "\\", "\\\"", "a\\", "\u00e9\ud83d\ude42", "é🙂", "\n"]`, "\"\xff\"", `[[],[[]],{"":{}}]`,
	}
	err := fs.WalkDir(schemas.Files, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(schemas.Files, p)
		if json.Valid(data) {
			texts = append(texts, string(data))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range texts {
		v, err := parseOrdered([]byte(text))
		if err != nil {
			t.Errorf("%.60q: %v", text, err)
			continue
		}
		var want any
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			t.Fatal(err)
		}
		if got := floats(plain(v)); !reflect.DeepEqual(got, want) {
			t.Errorf("%.60q:\n got %#v\nwant %#v", text, got, want)
		}
	}
	for _, text := range []string{``, ` `, `{`, `{"a"}`, `{"a":1,}`, `[1 2]`, `"`, `"\x"`, `tru`, `01`, `{} {}`, `{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, "\"\n\""} {
		if v, err := parseOrdered([]byte(text)); err == nil {
			t.Errorf("%q is read as %#v", text, v)
		}
	}
	v, _ := parseOrdered([]byte(`{"z":1,"a":2,"m":3}`))
	if got := v.(*ordered).keys; !reflect.DeepEqual(got, []string{"z", "a", "m"}) {
		t.Errorf("keys %q", got)
	}
}

// floats turns whole numbers into what encoding/json makes of them.
func floats(v any) any {
	switch v := v.(type) {
	case int64:
		return float64(v)
	case map[string]any:
		for k, e := range v {
			v[k] = floats(e)
		}
	case []any:
		for i, e := range v {
			v[i] = floats(e)
		}
	}
	return v
}
