package model

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
)

type oneName struct{}

func (oneName) NameOf(_ []string, id int64, _ string) (string, bool) { return "Pool", id == 7 }
func (oneName) IDOf(_ []string, name, _ string) (int64, error) {
	if name != "Pool" {
		return 0, fmt.Errorf("no %s", name)
	}
	return 7, nil
}

// TestCodecs: each form of values reads what the farm answers, writes it back,
// and knows what is the same.
func TestCodecs(t *testing.T) {
	levels := &Enum{Order: []string{"Low", "Mid", "Top", "Odd"}, ByName: map[string]int64{"Low": 1, "Mid": 2, "Top": 4}, ByNum: map[int64]string{1: "Low", 2: "Mid", 4: "Top"}, Unnumbered: map[string]bool{"Odd": true}}
	list := &Property{Name: "[]", Type: TypeString}
	tried := []Codec{asItIs{}, secretCodec{}, fileCodec{}, entryCodec{}}
	for name, c := range map[string]struct {
		p          Property
		wire, yaml any
		back       any // what is sent, where it is not wire
		same       any // equal to yaml, written otherwise
		other      any
	}{
		"enum":        {Property{Type: TypeString, Enum: levels}, int64(2), "Mid", nil, nil, "Low"},
		"unnumbered":  {Property{Type: TypeString, Enum: levels}, int64(9), int64(9), nil, "Odd", "Low"},
		"flags":       {Property{Type: TypeArray, Enum: levels, Flags: true, Items: list}, int64(5), []any{"Low", "Top"}, nil, []any{"Top", "Low"}, []any{"Low"}},
		"spans":       {Property{Type: TypeArray, Enum: levels, Flags: true, Spans: true, Items: list}, int64(7), []any{"Low-Top"}, nil, []any{"Top", "Mid", "Low"}, []any{"Mid-Top"}},
		"reference":   {Property{Type: TypeString, PropertyWords: PropertyWords{Ref: OneOrMore{"K"}}}, int64(7), "Pool", nil, "POOL", "Farm"},
		"by name":     {Property{Type: TypeString, RefBy: "name", PropertyWords: PropertyWords{Ref: OneOrMore{"K"}}}, "Pool", "Pool", int64(7), "pool", "Farm"},
		"account":     {Property{Type: TypeString, Codec: "account"}, "SID://CORP/jane", `CORP\jane`, `CORP\jane`, `corp\JANE`, `CORP\joe`},
		"account ref": {Property{Type: TypeString, Codec: "account", RefBy: "name", PropertyWords: PropertyWords{Ref: OneOrMore{"K"}}}, "Pool", "Pool", int64(7), "pool", "Farm"},
		"separated":   {Property{Type: TypeArray, Codec: "separated:;", Items: list}, "a;b", []any{"a", "b"}, nil, nil, []any{"b"}},
		"ranges": {Property{Type: TypeArray, Codec: "ipRanges", Items: list}, map[string]any{"iPv4s": []any{map[string]any{"from": "10.0.0.1", "to": "10.0.0.9"}}, "iPv6s": []any{}},
			[]any{"10.0.0.1-10.0.0.9"}, []any{"10.0.0.1-10.0.0.9"}, nil, []any{"10.0.0.1"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := &c.p
			p.Name = "value"
			tried = append(tried, p.Form())
			if got, ok := (&Decoder{Names: oneName{}}).value(p, place{here: c.wire}); !ok || !reflect.DeepEqual(got, c.yaml) {
				t.Errorf("reads %v as %v, want %v", c.wire, got, c.yaml)
			}
			back := c.back
			if back == nil {
				back = c.wire
			}
			if got, err := (&Encoder{Names: oneName{}}).Value(p, c.yaml); err != nil || !reflect.DeepEqual(got, back) {
				t.Errorf("writes %v as %v (%v), want %v", c.yaml, got, err, back)
			}
			if c.same != nil && !Equal(p, c.same, c.yaml) {
				t.Errorf("%v is not %v", c.same, c.yaml)
			}
			if Equal(p, c.other, c.yaml) {
				t.Errorf("%v is %v", c.other, c.yaml)
			}
		})
	}
	for _, c := range codecs {
		if !slices.Contains(tried, c) {
			t.Errorf("%T was not tried", c)
		}
	}
}
