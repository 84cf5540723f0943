package model

import "testing"

func TestFold(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"Word", "WORD", true},
		{"Zürich", "Zu\u0308rich", true},
		{"ZÜRICH", "zu\u0308rich", true},
		{"Word", "Wörd", false},
		{"a b", "a\u00a0b", false},
		{"straße", "strasse", false},
	} {
		if got := SameName(c.a, c.b); got != c.same {
			t.Errorf("SameName(%q, %q) = %v", c.a, c.b, got)
		}
		one := (Address{Site: c.a, Kind: "PubRDSApp", Name: c.a}).Key() == (Address{Site: c.b, Kind: "PubRDSApp", Name: c.b}).Key()
		if one != c.same {
			t.Errorf("keys of %q and %q are the same: %v", c.a, c.b, one)
		}
	}
}

func TestMarks(t *testing.T) {
	for _, c := range []struct{ name, own, mark string }{
		{"Office/Word (mark 12)", "Office/Word", "12"},
		{"Office (mark 3)/Word", "Office (mark 3)/Word", ""},
		{"Office (mark 3)/Word (mark 12)", "Office (mark 3)/Word", "12"},
		{"Word (mark 1) (mark 12)", "Word (mark 1)", "12"},
		{"(mark 12)", "(mark 12)", ""},
		{"Office/ (mark 12)", "Office/ (mark 12)", ""},
		{"Word (mark )", "Word (mark )", ""},
		{"Word (mark a b)", "Word (mark a b)", ""},
		{"Printer #2", "Printer #2", ""},
	} {
		own, mark := CutMark(c.name)
		if own != c.own || mark != c.mark {
			t.Errorf("CutMark(%q) = %q, %q", c.name, own, mark)
		}
		if got := WithMark(own, mark); got != c.name {
			t.Errorf("WithMark(%q, %q) = %q", own, mark, got)
		}
	}
}

func TestLivePath(t *testing.T) {
	folders := map[string]string{"3": "Office", "4": "Sales/Office (mark 4)", "5": "Other"}
	find := func(mark string) (string, bool) { p, ok := folders[mark]; return p, ok }
	for in, want := range map[string]string{
		"Office (mark 3)/Word":           "Office/Word",
		"Office (mark 3)/Old/Word":       "Office/Old/Word",
		"Sales/Office (mark 4)/Word":     "Sales/Office (mark 4)/Word",
		"Office (mark 5)/Word":           "Office (mark 5)/Word", // another folder has the mark
		"Office (mark 9)/Word":           "Office (mark 9)/Word",
		"Plain/Word":                     "Plain/Word",
		"Office (mark 3)/Word (mark 12)": "Office/Word (mark 12)",
	} {
		if got := LivePath(in, find); got != want {
			t.Errorf("LivePath(%q) = %q, want %q", in, got, want)
		}
	}
}
