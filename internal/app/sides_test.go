package app

import (
	"maps"
	"testing"

	"rassync/internal/model"
)

// TestNamesakesOfTwoSides: an object that has a mark on one side only is compared with
// itself, and never with another one of its name.
func TestNamesakesOfTwoSides(t *testing.T) {
	at := func(name string) model.Address {
		return model.Address{Site: "Main", Kind: "PubRDSApp", Name: name}.Key()
	}
	side := func(ids map[string]string) map[model.Address]*model.Object {
		out := map[model.Address]*model.Object{}
		for name, id := range ids {
			out[at(name)] = &model.Object{Address: at(name), ID: id}
		}
		return out
	}
	for name, tt := range map[string]struct {
		before, after map[string]string
		want          map[string]string // key after -> id before
	}{
		"the same marks":          {map[string]string{"Word (mark 1)": "1", "Word (mark 2)": "2"}, map[string]string{"Word (mark 1)": "", "Word (mark 2)": ""}, map[string]string{"Word (mark 1)": "1", "Word (mark 2)": "2"}},
		"a mark came":             {map[string]string{"Word (mark 7)": "7"}, map[string]string{"Word": ""}, map[string]string{"Word": "7"}},
		"a mark went":             {map[string]string{"Word": "7"}, map[string]string{"Word (mark 7)": ""}, map[string]string{"Word (mark 7)": "7"}},
		"a twin came":             {map[string]string{"Word": "1"}, map[string]string{"Word (mark 1)": "1", "Word (mark 2)": "2"}, map[string]string{"Word (mark 1)": "1"}},
		"another one is no twin":  {map[string]string{"Word (mark 1)": "1"}, map[string]string{"Word (mark 2)": "2"}, map[string]string{}},
		"which one is not known":  {map[string]string{"Word (mark 1)": "1", "Word (mark 2)": "2"}, map[string]string{"Word": ""}, map[string]string{}},
		"different names stay so": {map[string]string{"Word": "1"}, map[string]string{"Excel": ""}, map[string]string{}},
	} {
		t.Run(name, func(t *testing.T) {
			before, after := side(tt.before), side(tt.after)
			pairNamesakes(before, after)
			got := map[string]string{}
			for key := range after {
				if o := before[key]; o != nil {
					for n := range tt.after {
						if at(n) == key {
							got[n] = o.ID
						}
					}
				}
			}
			if !maps.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}
