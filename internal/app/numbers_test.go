package app

import (
	"strings"
	"testing"

	"rassync/internal/contract"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/schemas"
)

// TestNumbersOfANewerRelease: a number that has moved would be sent as another
// value without a word.
func TestNumbersOfANewerRelease(t *testing.T) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	field := func(path string) []plan.Field { return []plan.Field{{Path: path, After: "x"}} }
	for _, tt := range []struct {
		version, path string
		layer         *contract.Layer
		warned        bool
	}{
		{"22.0.1.2", "useTLS", nil, true},
		{"22.0.1.2", "useTLS", &contract.Layer{}, false},
		{"22.0.1.2", "smtpServer", nil, false},
		{"21.2.1.1", "useTLS", nil, false},
		{"20.0", "useTLS", nil, false},
		{"", "useTLS", nil, false},
	} {
		a := &App{Catalog: cat, Contract: tt.layer}
		p := &plan.Plan{Farm: plan.Farm{Version: tt.version}, Changes: []plan.Change{{Kind: "MailboxSettings", Fields: field(tt.path)}}}
		got := a.unsureNumbers(p)
		if (len(got) > 0) != tt.warned || tt.warned && !strings.Contains(got[0], "MailboxSettings.useTLS") {
			t.Errorf("%s %s: %v", tt.version, tt.path, got)
		}
	}
}
