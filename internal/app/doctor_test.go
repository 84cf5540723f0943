package app

import (
	"testing"

	"rassync/internal/model"
)

// TestSitesThatAnswerAlike compares the answers of two sites.
func TestSitesThatAnswerAlike(t *testing.T) {
	settings := func(v any) []map[string]any {
		return []map[string]any{{"siteId": v, "a": 1, "b": 2, "c": 3, "d": 4}}
	}
	one := &model.Kind{Name: "One"}
	one.Shape = model.Singleton
	many := &model.Kind{Name: "Many"}
	many.Shape = model.Collection
	list := func(ids ...any) []map[string]any {
		var out []map[string]any
		for _, id := range ids {
			out = append(out, map[string]any{"id": id})
		}
		return out
	}
	other := settings(2)
	other[0]["a"] = 9
	for name, tt := range map[string]struct {
		kind          *model.Kind
		first, second []map[string]any
		alike         bool
	}{
		"settings, alike":   {one, settings(1), settings(2), true},
		"settings, not":     {one, settings(1), other, false},
		"lists, the same":   {many, list(1, 2), list(2, 1), true},
		"lists, not":        {many, list(1, 2), list(3), false},
		"lists, one longer": {many, list(1, 2), list(1), false},
		"nothing there":     {many, nil, nil, false},
	} {
		if got := sameInSites(tt.kind, tt.first, tt.second) != ""; got != tt.alike {
			t.Errorf("%s: %v", name, got)
		}
	}
}
