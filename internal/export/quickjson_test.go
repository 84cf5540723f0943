package export

import (
	"encoding/json"
	"reflect"
	"testing"
)

// What is decoded quickly is what the library makes of it.
func FuzzQuickJSON(f *testing.F) {
	for _, text := range []string{`[]`, `[{"id":1,"name":"a","n":null,"t":true,"f":false,"l":[1,2.5e3,-7],"o":{"x":{}}},{"id":2,"name":"a"}]`,
		`{"a":"\u00e9\n\"","a":"twice"}`, `"text"`, `7`, ` [ 1 , "1" ] `, `["\ud800"]`, `[{"":{"":[[[]]]}}]`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if !json.Valid(data) {
			return // answers are looked at before
		}
		want, err := decodeSlowly(data)
		if err != nil {
			return
		}
		if got, ok := decodeQuickly(data, nil); ok && !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %#v, want %#v", data, got, want)
		}
	})
}

func TestQuickJSONTakesTheOrdinary(t *testing.T) {
	text := []byte(`[{"id":1,"name":"Main \u00e9","previousId":0,"more":{"a":[1]}},{"id":2,"name":"B"}]`)
	got, ok := decodeQuickly(text, map[string]bool{"id": true, "name": true})
	want := []any{map[string]any{"id": json.Number("1"), "name": "Main é"}, map[string]any{"id": json.Number("2"), "name": "B"}}
	if !ok || !reflect.DeepEqual(got, want) {
		t.Errorf("got %#v, %v", got, ok)
	}
}
