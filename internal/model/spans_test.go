package model

import (
	"fmt"
	"strings"
	"testing"

	"rassync/schemas"
)

func hours() *Property {
	e := &Enum{ByName: map[string]int64{}, ByNum: map[int64]string{}}
	for h := range 24 {
		name := fmt.Sprintf("h%02d", h)
		e.Order = append(e.Order, name)
		e.ByName[name], e.ByNum[1<<h] = 1<<h, name
	}
	return &Property{Name: "monday", Type: TypeArray, Flags: true, Spans: true, Enum: e}
}

func TestSpans(t *testing.T) {
	p := hours()
	d := &Decoder{NewNumbers: map[string]bool{}}
	for bits, want := range map[int64]string{
		0: "", 1: "h00", 3: "h00 h01", 7: "h00-h02", 1<<24 - 1: "h00-h23",
		0b1111_0000_0011_0111:       "h00-h02 h04 h05 h12-h15",
		1<<8 | 1<<9 | 1<<10 | 1<<23: "h08-h10 h23",
		1<<30 | 7:                   "h00-h02 1073741824",
	} {
		got := d.flags(p, "", bits).([]any)
		if text := strings.Trim(fmt.Sprint(got...), "[]"); strings.Join(strings.Fields(fmt.Sprintln(got...)), " ") != want {
			t.Errorf("%b: %s, want %s", bits, text, want)
		}
		back, err := encodeFlags(p, got)
		if err != nil || back != any(bits) {
			t.Errorf("%b comes back as %v, %v", bits, back, err)
		}
	}
	// However it is written, it is the same.
	if !Equal(p, []any{"h00", "h01", "h02"}, []any{"h00-h02"}) || !Equal(p, []any{"h01-h02", "h00-h01"}, []any{"h00-h02"}) || Equal(p, []any{"h00-h01"}, []any{"h00-h02"}) {
		t.Error("spans and names do not compare")
	}
	for _, bad := range []string{"h02-h00", "h00-h24", "h00-", "-h00", "h00-h01-h02"} {
		if _, ok := p.Enum.Span(bad); ok {
			t.Errorf("%s is taken", bad)
		}
	}
}

// TestKeyThatIsLeftOut: an entry is known by what its key would be.
func TestKeyThatIsLeftOut(t *testing.T) {
	cat, err := Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	p := cat.Kind("Notification").Spec.Prop("handlers")
	short, long := map[string]any{"type": "CPU"}, map[string]any{"type": "CPU", "targetType": "AllServers"}
	if got := EntryLabel(p, short); got != "CPU AllServers" || EntryKey(p, long) != got {
		t.Errorf("got %q and %q", got, EntryKey(p, long))
	}
	if got := Match(p, []any{short}, []any{map[string]any{"type": "CPU", "targetType": "Gateways"}, long}); got[0] != 1 {
		t.Errorf("matched %v", got)
	}
	if got := EntryLabel(p, map[string]any{"targetType": "Gateways"}); got != "Gateways" {
		t.Errorf("got %q", got)
	}
}
