package export

import (
	"strings"
	"testing"

	"rassync/internal/model"
)

// TestStrangersHoldTheirPlace: items that no kind has stand between the others;
// without them the chain would fall to pieces, which follow each other by id.
func TestStrangersHoldTheirPlace(t *testing.T) {
	item := func(kind, id, name string, previous int64) *model.Object {
		return &model.Object{ID: id, ParentID: 7, Previous: previous, Address: model.Address{Kind: kind, Name: name}}
	}
	kids := []*model.Object{item("PubRDSApp", "10", "C", 99), item("PubRDSApp", "20", "B", 98), item("PubRDSApp", "30", "A", 0)}
	f := &Farm{strangers: map[int64][]*model.Object{7: {item("", "99", "PC 2", 20), item("", "98", "PC 1", 30)}, 8: {item("", "97", "elsewhere", 0)}}}
	text := func(list []*model.Object) string {
		var out []string
		for _, o := range list {
			out = append(out, o.Address.Name)
		}
		return strings.Join(out, " ")
	}
	if got := text(f.inLine(kids)); got != "A B C" {
		t.Errorf("got %s", got)
	}
	if got := text((&Farm{}).inLine(kids)); got != "A C B" {
		t.Errorf("without them: %s", got)
	}
	if got := f.inLine(nil); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}
