package app

import (
	"strings"
	"testing"
	"testing/fstest"

	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/runs"
	"rassync/internal/wayback"
)

// TestPlaceBesideWhatIsNotListed: an item that was deleted or moved from behind one
// that rassync does not list comes back elsewhere, and the rollback says so; of what
// the farm refused nothing is said.
func TestPlaceBesideWhatIsNotListed(t *testing.T) {
	cat, err := model.Load(fstest.MapFS{"Item.json": {Data: []byte(`{"title": "Item", "x-ras": {"family": "publishing", "scope": "farm", "shape": "collection", "self": "/api/Item/{id}", "read": {"list": "/api/Item"}, "delete": "{self}", "identity": {"read": "name", "write": "name"}}, "properties": {"spec": {"type": "object", "properties": {}}}}`)}})
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		because, answer string
		said            bool
	}{
		"deleted":                {"it stands behind an item that rassync does not list (id 7), and loses that place", "", true},
		"deleted, behind others": {"", "", false},
		"refused":                {"it stands behind an item that rassync does not list (id 7), and loses that place", "refused", false},
	} {
		c := plan.Change{Address: "Item/x", Kind: "Item", Name: "x", Action: plan.Delete, IrreversibleBecause: tt.because}
		entries := []runs.Entry{{Event: "begin", Address: "Item/x", Action: "delete"}, {Event: "send", Address: "Item/x", Request: "DELETE /", ID: "1", Does: "delete"}, {Event: "answer", Address: "Item/x", Request: "DELETE /", Error: tt.answer}}
		a := &App{Catalog: cat}
		p := &plan.Plan{Changes: []plan.Change{c}}
		out, _ := a.lostByRun(&runs.Run{Entries: entries}, p, wayback.New(cat, entries, p, &runs.Snapshot{}, nil), func(model.Address) bool { return true })
		if got := strings.Contains(strings.Join(out, " "), "its place behind an item that rassync does not list"); got != tt.said {
			t.Errorf("%s: %v", name, out)
		}
	}
}
