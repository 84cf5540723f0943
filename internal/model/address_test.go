package model_test

import (
	"testing"

	"rassync/internal/model"
	"rassync/schemas"
)

func TestSegmentsComeBack(t *testing.T) {
	for name, want := range map[string]string{
		"Notepad":      "Notepad",
		"A/B":          "A%2FB",
		"100 % Cotton": "100 % Cotton",
		"50%2F50":      "50%252F50",
		"%25":          "%2525",
		`C:\paths`:     `C:\paths`,
		"/":            "%2F",
		"":             "",
	} {
		if got := model.EscapeSegment(name); got != want {
			t.Errorf("%q is written %q instead of %q", name, got, want)
		}
		if got := model.UnescapeSegment(want); got != name {
			t.Errorf("%q is read %q instead of %q", want, got, name)
		}
	}
}

func FuzzSegments(f *testing.F) {
	for _, s := range []string{"a/b", "%", "%2f", "%25", "%2", "日本/語%"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		path := model.JoinPath(a, b)
		got := model.SplitPath(path)
		if len(got) != 2 || got[0] != a || got[1] != b {
			t.Errorf("%q and %q became %q, and that %q", a, b, path, got)
		}
	})
}

func TestAddressesComeBack(t *testing.T) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []model.Address{
		{Kind: "ClientPolicy", Name: "a/b"},
		{Kind: "MailboxSettings"},
		{Site: "Main", Kind: "LBSettings"},
		{Site: "Ost/West", Kind: "PubRDSApp", Name: "Sales/A%2FB"},
		{Kind: "PubOrder", Name: "/"},
	} {
		got, err := cat.ParseAddress(a.String())
		if err != nil || got != a {
			t.Errorf("%+v is written %s and read %+v (%v)", a, a, got, err)
		}
	}
	if _, err := cat.ParseAddress("Main/Nothing/x"); err == nil {
		t.Error("an unknown kind is an address")
	}
}
