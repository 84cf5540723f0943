package ras

import (
	"bytes"
	"encoding/json"
	"testing"
)

func TestWithoutSecrets(t *testing.T) {
	more := func(name string) bool { return name == "radiusKey" }
	for in, want := range map[string]string{
		`{ "a":1,  "tenantBrokerSecretKey" : "x\"y", "b":[ "c" ] }`:       `{ "a":1,  "tenantBrokerSecretKey" : "(secret, not kept)", "b":[ "c" ] }`,
		`[{"password":"p","name":"n"},{"password":""},{"password":null}]`: `[{"password":"(secret, not kept)","name":"n"},{"password":""},{"password":null}]`,
		`{"httpProxyPwd":"k","httpProxyPort":3128}`:                       `{"httpProxyPwd":"(secret, not kept)","httpProxyPort":3128}`,
		`{"radiusKey":"k","tokenLifetime":30}`:                            `{"radiusKey":"(secret, not kept)","tokenLifetime":30}`,
		`{"secrets":{"deep":["s",{"name":"t"}]}}`:                         `{"secrets":{"deep":["(secret, not kept)",{"name":"(secret, not kept)"}]}}`,
		`{"unknown": 12345678901234567890.10, "x":1}`:                     `{"unknown": 12345678901234567890.10, "x":1}`,
		`"text"`: `"text"`,
	} {
		got, err := WithoutSecrets([]byte(in), more)
		if err != nil || string(got) != want {
			t.Errorf("%s: got %s, %v", in, got, err)
		}
	}
	if _, err := WithoutSecrets([]byte(`{"password":"x"`), nil); err == nil {
		t.Error("what is no JSON was taken")
	}
}

// FuzzWithoutSecrets: what comes out is JSON, and holds nothing that stood
// under a secret name.
func FuzzWithoutSecrets(f *testing.F) {
	f.Add([]byte(`{"password":"canary-1","x":["y"]}`))
	f.Add([]byte(" [ {\"secret\" : [\"a\"] } ]"))
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := WithoutSecrets(body, nil)
		if err != nil {
			if json.Valid(body) {
				t.Fatalf("%q: %v", body, err)
			}
			return
		}
		if !json.Valid(got) {
			t.Fatalf("%q became %q", body, got)
		}
		for _, s := range secretValues(got) {
			if s != "" && s != "(secret, not kept)" {
				t.Fatalf("%q is still in %q", s, got)
			}
		}
		if len(secretValues(body)) == 0 && !bytes.Equal(got, body) {
			t.Fatalf("%q was changed to %q", body, got)
		}
	})
}
