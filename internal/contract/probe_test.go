package contract_test

import (
	"testing"

	"rassync/internal/contract"
	"rassync/internal/model"
	"rassync/schemas"
)

// TestAnotherLegalValue gives every property of every kind another value, or a
// reason for none: it is never the value that is there, and within the limits.
func TestAnotherLegalValue(t *testing.T) {
	given := 0
	for _, k := range builtIn(t).Kinds() {
		k.Spec.Walk(func(p *model.Property) {
			if p.Parent == nil || p.Structured() || p.NoWrite {
				return
			}
			for _, have := range []any{nil, true, int64(1), "text", []any{}} {
				v, why := contract.Another(p, have)
				if (v == nil) != (why != "") {
					t.Fatalf("%s.%s: %v, %q", k.Name, p.Path(), v, why)
				}
				if why != "" {
					continue
				}
				given++
				if model.Equal(nil, v, have) {
					t.Errorf("%s.%s: %v again", k.Name, p.Path(), v)
				}
				if s, ok := v.(string); ok && p.Enum == nil && p.MaxLength > 0 && len(s) > p.MaxLength {
					t.Errorf("%s.%s: %q is too long", k.Name, p.Path(), s)
				}
				if p.Secret || p.AlsoChanges != nil || len(p.Ref) > 0 {
					t.Errorf("%s.%s is tried", k.Name, p.Path())
				}
			}
		})
	}
	if given < 1000 {
		t.Errorf("only %d values", given)
	}
}

// TestALayerGrowsByWhatAProbeSaw adds what a probe saw to a layer that a document
// made, and makes that layer anew.
func TestALayerGrowsByWhatAProbeSaw(t *testing.T) {
	cat := builtIn(t)
	probed := contract.Probed{Version: "21.2", Kinds: []contract.ProbedKind{{Kind: "MailboxSettings", Properties: []contract.ProbedProperty{
		{Path: "smtpServer", Result: contract.ProbeAccepted}, {Path: "senderAddress", Result: contract.ProbeNormalised},
		{Path: "useTLS", Result: contract.ProbeAccepted}, {Path: "username", Result: contract.ProbeRefused},
	}}}}
	seen, err := probed.Layer(cat, "2026-11-26")
	if err != nil {
		t.Fatal(err)
	}
	// What the number of a value means cannot be read.
	if k := seen.Kinds["MailboxSettings"]; len(k.Properties) != 2 || k.Properties["useTLS"] != nil {
		t.Errorf("%v", k.Paths())
	}
	name := "smtpHost"
	document := func() *contract.Layer {
		l, err := contract.New(&contract.KindLayer{Kind: "MailboxSettings", From: contract.Origin{Source: contract.FromOpenAPI}, Properties: map[string]*contract.Correction{"smtpServer": {Write: &name}}})
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	both, err := document().Beside(seen)
	if err != nil {
		t.Fatal(err)
	}
	k := both.Kinds["MailboxSettings"]
	if k.Properties["smtpServer"].Write == nil || k.Properties["senderAddress"].From.Source != contract.FromProbe {
		t.Errorf("%+v", k.Properties)
	}
	patched, err := contract.LoadOver(cat, schemas.Files, both, contract.ForClient)
	if err != nil {
		t.Fatal(err)
	}
	if e := patched.Kind("MailboxSettings").Spec.Find("senderAddress").Evidence; e != "seen" {
		t.Errorf("evidence %q", e)
	}
	again, err := document().Renewed(both)
	if err != nil || again.Digest != both.Digest {
		t.Errorf("%v, %v", err, again.Kinds["MailboxSettings"].Properties)
	}
}
