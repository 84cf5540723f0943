package workspace_test

import (
	"strings"
	"testing"

	"rassync/internal/model"
	"rassync/internal/workspace"
	"rassync/schemas"
)

// TestSecretsOfEntriesAreProposed: every entry of a list gets a variable of
// its own, and a second export leaves what stands there alone.
func TestSecretsOfEntriesAreProposed(t *testing.T) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	farm := func() []*model.Object {
		return []*model.Object{
			obj("Site - Main", nil),
			obj("Provider Main vCenter", m{"type": "VMwarevCenter", "server": "v", "providerUsername": "u",
				"adminCredentials": l{m{"username": "ann"}, m{"username": `EX\bob`}}}),
		}
	}
	dir := t.TempDir()
	if _, err := workspace.Write(dir, cat, farm(), workspace.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	first := content(t, dir)
	text := first["Main/Provider.yaml"]
	for _, want := range []string{
		"providerPassword: {fromEnv: RAS_PROVIDER_VCENTER_PROVIDERPASSWORD}",
		"password: {fromEnv: RAS_PROVIDER_VCENTER_ANN_PASSWORD}",
		"password: {fromEnv: RAS_PROVIDER_VCENTER_EX_BOB_PASSWORD}",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is missing in\n%s", want, text)
		}
	}
	if _, err := workspace.Write(dir, cat, farm(), workspace.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	if again := content(t, dir)["Main/Provider.yaml"]; again != text {
		t.Errorf("the second export changes it:\n%s", again)
	}
}
