package model_test

import (
	"testing"

	"rassync/internal/model"
	"rassync/schemas"
)

// The minimum lengths that the API documents for writes: answers show an empty
// text where nothing was ever set, so they are no rule for documents.
func TestWriteMinLengthsAreKnown(t *testing.T) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	for kind, paths := range map[string][]string{
		"AdminAccount":          {"mobile"},
		"ADIntegrationSettings": {"certificateAuthority", "enrollmentAgentUsername"},
		"PubFolder":             {"maintenanceMessages.en_US", "maintenanceMessages.zh_TW"},
		"PubRDSApp":             {"maintenanceMessages.de_DE"},
	} {
		for _, path := range paths {
			p := cat.Kind(kind).Spec.Find(path)
			if p == nil || p.WriteMinLength != 1 || p.MinLength != 0 {
				t.Errorf("%s.%s: a write needs at least one character, an answer does not", kind, path)
			}
		}
	}
}
