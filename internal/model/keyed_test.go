package model

import (
	"fmt"
	"testing"
)

// TestAListKeyedByID reads lists that come as objects keyed by the ids of their
// elements.
func TestAListKeyedByID(t *testing.T) {
	e := func(more ...any) map[string]any {
		m := map[string]any{"name": "x"}
		if len(more) > 0 {
			m["id"] = more[0]
		}
		return m
	}
	for _, tt := range []struct {
		in   any
		want string
	}{
		{map[string]any{"10": e(), "9": e(int64(9))}, "[map[id:9 name:x] map[id:10 name:x]]"},
		{map[string]any{"6f3c1a52-8d0b-4e57-9c4a-2b7e5d10f3a6": e()}, "[map[id:6f3c1a52-8d0b-4e57-9c4a-2b7e5d10f3a6 name:x]]"},
		{map[string]any{"1": e(), "name": e()}, "[]"},
		{map[string]any{"1": "text"}, "[]"},
		{map[string]any{}, "[]"},
		{[]any{e()}, "[]"},
	} {
		if list, ok := Keyed(tt.in); fmt.Sprint(list) != tt.want || ok != (len(list) > 0) {
			t.Errorf("%v: %v, want %s", tt.in, list, tt.want)
		}
	}
	if why := RefuseNames(map[string]any{"12": map[string]any{"name": "x"}}); why != "" {
		t.Error(why)
	}
	if why := RefuseNames(map[string]any{"12": map[string]any{"$type": "x"}}); why == "" {
		t.Error("a name inside of it was not looked at")
	}
}
