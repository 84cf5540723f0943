package plan

import (
	"strings"
	"testing"

	"rassync/internal/model"
)

// TestAnEditUnderUnknownIsNeverNothing edits what no schema knows at several
// depths: it is written, or it is said that it is not.
func TestAnEditUnderUnknownIsNeverNothing(t *testing.T) {
	entry := func(name string) map[string]any { return map[string]any{"name": name} }
	for _, tt := range []struct {
		path          string
		want, have    any
		written, said bool
	}{
		{"shiny", int64(2), int64(1), true, false},
		{"shiny", map[string]any{"deep": int64(2)}, map[string]any{"deep": int64(1)}, true, false},
		{"agent.shiny", int64(2), int64(1), false, true},
		{"agent.block.shiny", int64(2), int64(1), false, true},
		{"FSLogix:shiny", int64(2), int64(1), false, true},
		{"agent.shiny", int64(1), int64(1), false, false},
		{"rules[there].shiny", int64(2), int64(1), true, false},
		{"rules[there].block.shiny", int64(2), int64(1), false, true},
		{"rules[elsewhere].shiny", int64(2), int64(1), false, true},
	} {
		list := &model.Property{Name: "rules", Type: model.TypeArray, PropertyWords: model.PropertyWords{Via: model.Via{List: &model.List{Mode: "keyed", Key: []string{"name"}, At: "Rules"}}}}
		list.Items = &model.Property{Name: "[]", Type: model.TypeObject, Parent: list}
		d := &differ{edits: &Edits{}, wantUnknown: map[string]any{tt.path: tt.want}, haveUnknown: map[string]any{tt.path: tt.have},
			sameRef: func(_ []string, a, b any) bool { return a == b }}
		d.entries(list, []any{entry("there")}, []any{entry("there")}, "rules")
		d.unknown(d.wantUnknown, d.haveUnknown)
		if written := len(d.fields) > 0; written != tt.written {
			t.Errorf("%s: written %v", tt.path, written)
		}
		if said := len(d.stuck) > 0; said != tt.said || said && !strings.Contains(d.stuck[0].String(), "contract layer") {
			t.Errorf("%s: %v", tt.path, d.stuck)
		}
	}
}
