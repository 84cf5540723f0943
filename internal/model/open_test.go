package model

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
)

// openKind is a kind with open places of every sort and a value whose place
// in the answer nobody knows.
const openKind = `{"x-ras": {"family": "test", "scope": "farm", "shape": "singleton", "self": "/api/Open", "update": {"path": "{self}", "shapes": ["flat", "nested"]},
	"readOnly": {"version": ""}},
	"properties": {"spec": {"type": "object", "additionalProperties": true, "x-ras": {"open": true}, "properties": {
		"named": {"type": "boolean"},
		"title": {"type": "string", "x-ras": {"read": "caption"}},
		"far": {"type": "integer", "x-ras": {"read": "**"}},
		"group": {"type": "object", "additionalProperties": true, "x-ras": {"open": true}, "properties": {"inner": {"type": "string"}}},
		"general": {"type": "object", "additionalProperties": true, "x-ras": {"open": true, "via": {"part": {"at": "General", "get": true}}}},
		"entries": {"type": "array", "x-ras": {"via": {"list": {"at": "Entry", "mode": "set", "id": "id"}}}, "items": {"type": "object", "additionalProperties": true, "x-ras": {"open": true}}},
		"keyed": {"type": "array", "x-ras": {"via": {"list": {"at": "Keyed", "mode": "keyed", "key": ["name"]}}}, "items": {"type": "object", "properties": {"name": {"type": "string"}}}}
	}}}}`

func openCatalog(t *testing.T) *Kind {
	t.Helper()
	cat, err := Load(fstest.MapFS{"Open.json": {Data: []byte(openKind)}})
	if err != nil {
		t.Fatal(err)
	}
	return cat.Kind("Open")
}

func answer(t *testing.T, text string) map[string]any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var m map[string]any
	if err := d.Decode(&m); err != nil {
		t.Fatal(err)
	}
	return m
}

func decodeOpen(t *testing.T, body, general string) (*Decoder, map[string]any) {
	t.Helper()
	d := &Decoder{Unknown: map[string]any{}, Absent: map[string]bool{}, HeldBack: map[string]bool{}}
	parts := map[string]any{}
	if general != "" {
		parts["General"] = answer(t, general)
	}
	return d, d.Spec(openCatalog(t), answer(t, body), parts)
}

func TestOpenObjectsHoldWhatTheFarmAnswers(t *testing.T) {
	d, spec := decodeOpen(t, `{"id": 3, "siteId": 1, "adminCreate": "x", "timeLastMod": "y", "version": 9, "named": true, "caption": "C",
		"odd": 1.5, "deep": {"list": [1, {"a": null}], "farther": {"far": 12}}, "group": {"inner": "i", "extra": false, "id": 4},
		"entries": [{"id": 7, "b": 2}, {"id": 5, "a": 1}], "keyed": [{"name": "k", "new": 1}]}`, `{"id": 1, "path": "p"}`)
	want := map[string]any{"named": true, "title": "C", "far": int64(12), "odd": 1.5, "deep": map[string]any{"list": []any{int64(1), map[string]any{"a": nil}}},
		"group": map[string]any{"inner": "i", "extra": false}, "general": map[string]any{"path": "p"},
		"entries": []any{map[string]any{"$id": int64(5), "a": int64(1)}, map[string]any{"$id": int64(7), "b": int64(2)}},
		"keyed":   []any{map[string]any{"name": "k"}}}
	if !reflect.DeepEqual(spec, want) {
		t.Errorf("spec\n%v, want\n%v", spec, want)
	}
	if want := map[string]any{"keyed[k].new": int64(1)}; !reflect.DeepEqual(d.Unknown, want) {
		t.Errorf("unknown %v, want %v: what is open is not unknown", d.Unknown, want)
	}
}

func TestSecretsStayOutOfOpenObjects(t *testing.T) {
	d, spec := decodeOpen(t, `{"odd": 1, "apiKey": "s1", "invitationHash": "s8", "dbPassword": "s2", "deep": {"clientSecret": "s3", "port": 1}, "list": [{"accessToken": "s4"}], "keyboard": "de",
		"entries": [{"id": 1, "sharedSecret": "s5", "ip": "10.0.0.1"}], "keyed": [{"name": "k", "newPassword": "s6"}]}`, `{"pwd": "s7"}`)
	text, _ := json.Marshal(map[string]any{"spec": spec, "unknown": d.Unknown})
	for _, secret := range []string{"s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8"} {
		if strings.Contains(string(text), `"`+secret+`"`) {
			t.Errorf("the secret %s was read: %s", secret, text)
		}
	}
	want := map[string]bool{"apiKey": true, "invitationHash": true, "dbPassword": true, "deep.clientSecret": true, "list": true, "entries[0].sharedSecret": true, "keyed[k].newPassword": true, "general.pwd": true}
	if !reflect.DeepEqual(d.HeldBack, want) {
		t.Errorf("held back %v, want %v", d.HeldBack, want)
	}
	if spec["keyboard"] != "de" || spec["deep"].(map[string]any)["port"] != int64(1) {
		t.Errorf("more than secrets was left out: %v", spec)
	}
}

func TestOpenValuesAreWrittenUnderTheFarmsNames(t *testing.T) {
	k := openCatalog(t)
	leaves := Leaves(k.Spec, map[string]any{"title": "C", "far": int64(3), "odd": 1.5, "gone": nil, "group": map[string]any{"inner": "i", "extra": false}})
	e := &Encoder{}
	flat, err := e.Body(leaves, false, 0)
	if err != nil {
		t.Fatal(err)
	}
	if want := map[string]any{"caption": "C", "far": int64(3), "odd": 1.5, "inner": "i", "group": map[string]any{"extra": false}}; !reflect.DeepEqual(flat, want) {
		t.Errorf("flat %v, want %v", flat, want)
	}
	nested, err := e.Body(leaves, true, 0)
	if err != nil {
		t.Fatal(err)
	}
	if want := map[string]any{"caption": "C", "far": int64(3), "odd": 1.5, "group": map[string]any{"inner": "i", "extra": false}}; !reflect.DeepEqual(nested, want) {
		t.Errorf("nested %v, want %v", nested, want)
	}
	for _, l := range leaves {
		if l.Prop.Name == "odd" && !l.Prop.Inferred() {
			t.Error("a name that only the farm knows counts as confirmed")
		}
	}
}

func TestAnywhereIsFoundAtAnyDepthOrAbsent(t *testing.T) {
	for body, want := range map[string]any{
		`{"far": 1, "a": {"far": 2}}`: int64(1), `{"a": {"b": {"far": 3}}}`: int64(3), `{"named": true, "z": {"far": 4}, "y": {"x": {"far": 5}}}`: int64(4), `{"named": true}`: nil,
		`{"list": [{"far": 6}]}`: nil,
	} {
		d, spec := decodeOpen(t, body, "")
		if spec["far"] != want {
			t.Errorf("%s: %v, want %v", body, spec["far"], want)
		}
		if d.Absent["far"] != (want == nil) {
			t.Errorf("%s: absent %v", body, d.Absent["far"])
		}
	}
	// In a kind that is not open, neither the value nor what stands around it
	// is lost or unknown twice.
	cat, err := Load(fstest.MapFS{"Any.json": {Data: []byte(`{"x-ras": {"family": "test", "scope": "farm", "shape": "singleton", "self": "/api/Any"},
		"properties": {"spec": {"type": "object", "properties": {"far": {"type": "integer", "x-ras": {"read": "**"}}}}}}`)}})
	if err != nil {
		t.Fatal(err)
	}
	d := &Decoder{Unknown: map[string]any{}}
	spec := d.Spec(cat.Kind("Any"), answer(t, `{"limits": {"far": 9, "near": 1}, "other": {"x": 2}}`), nil)
	if spec["far"] != int64(9) {
		t.Errorf("spec %v", spec)
	}
	if want := map[string]any{"limits.near": int64(1), "other": map[string]any{"x": int64(2)}}; !reflect.DeepEqual(d.Unknown, want) {
		t.Errorf("unknown %v, want %v", d.Unknown, want)
	}
}

func TestLayKeepsWhatIsNotDeclared(t *testing.T) {
	live := map[string]any{"a": int64(1), "b": map[string]any{"c": "x", "d": "y"}, "e": "text"}
	got := Lay(map[string]any{"b": map[string]any{"c": "z"}, "e": nil}, live)
	if want := (map[string]any{"a": int64(1), "b": map[string]any{"c": "z", "d": "y"}, "e": ""}); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if !Equal(nil, map[string]any{"b": map[string]any{"d": "y"}}, live) || Equal(nil, map[string]any{"b": map[string]any{"d": "z"}}, live) {
		t.Error("only what is declared is compared")
	}
}

func TestLooksSecret(t *testing.T) {
	for _, c := range []struct {
		name  string
		value any
		want  bool
	}{
		{"dbPassword", "x", true}, {"adminPwd", "", true}, {"clientSecret", nil, true}, {"apiKey", "short", true}, {"accessToken", "x", true}, {"licenseKey", "x", true},
		{"savePassword", true, false}, {"passwordTries", int64(3), true},
		{"keyboard", "de", false}, {"hotKey", "Ctrl+F", false}, {"registryKey", `HKLM\SOFTWARE\Vendor\Product 2`, false}, {"keyColumn", "name", false}, {"primaryKey", "id", false},
		{"tokenLifetime", int64(60), false}, {"useToken", false, false}, {"tokenType", "Bearer", false}, {"hotKey", map[string]any{"shift": true}, false},
		{"token", "eyJhbGciOiJIUzI1NiJ9.e30.x", true}, {"someKey", "0123456789abcdef0123", true}, {"key", "", false},
	} {
		if got := LooksSecret(c.name, c.value); got != c.want {
			t.Errorf("%s: %v is taken for a secret: %v", c.name, c.value, got)
		}
	}
}
