package model_test

import (
	"strings"
	"testing"

	"rassync/internal/model"
	"rassync/schemas"
)

func catalog(t *testing.T) *model.Catalog {
	t.Helper()
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

func TestUnknownIsNoOtherWayToWriteWhatIsKnown(t *testing.T) {
	cat := catalog(t)
	for _, c := range []struct {
		kind, path string
		v          any
		want       string // part of why it is refused, "" if it is not
	}{
		{"WebServiceSettings", "enableREST", false, `known as spec.`},
		{"WebServiceSettings", "EnableREST", false, `known as spec.`},
		{"WebServiceSettings", "ENABLErest", false, `known as spec.`},
		{"WebServiceSettings", "enable\u200bREST", false, "no name of the API"},
		{"WebServiceSettings", "ｅnableREST", false, "no name of the API"},
		{"MailboxSettings", "smtpServer", "x", "known as spec."},
		{"MailboxSettings", "ID", 3, "known as"},
		{"MailboxSettings", "siteid", 3, "known as"},
		{"MailboxSettings", "$type", "x", "no name of the API"},
		{"MailboxSettings", "@odata.type", "x", "no name of the API"},
		{"MailboxSettings", "a b", "x", "no name of the API"},
		{"MailboxSettings", "", "x", "no name of the API"},
		{"MailboxSettings", "shiny", map[string]any{"$type": "x"}, "no name of the API"},
		{"MailboxSettings", "shiny", []any{map[string]any{"a": 1, "$b": 2}}, "no name of the API"},
		{"MailboxSettings", "shiny", map[string]any{"a": []any{1}}, ""},
		{"MailboxSettings", "shiny.new", 1, `no group "shiny"`},
		{"MailboxSettings", "part:new", 1, "no part"},
		{"MailboxSettings", "smtpServer.new", 1, "is known to the schema"},
		{"MailboxSettings", "SMTPserver.new", 1, "is known to the schema"},
		{"WebServiceSettings", "group.ENABLErest", false, "known as spec.enableREST"},
		{"WebServiceSettings", "group.shiny", false, ""},
		{"WebServiceSettings", "rasSecondaryServers[a].shiny", 1, "no entry of a list"},
		{"WebServiceSettings", "group", map[string]any{"enableREST": false}, "known as spec.enableREST"},
		{"WebServiceSettings", "group", map[string]any{"deeper": map[string]any{"ENABLErest": false}}, "known as spec.enableREST"},
		{"WebServiceSettings", "group", map[string]any{"deeper": map[string]any{"shiny": false}}, ""},
		{"PubRDSApp", "rules[Sales].enabled", false, "known as spec.rules"},
		{"PubRDSApp", "rules[Sa.les].Enabled", false, "known as spec.rules"},
		{"PubRDSApp", "rules[Sales].shiny", false, ""},
	} {
		k := cat.Kind(c.kind)
		if got := k.RefuseUnknown(c.path, c.v); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s %q: %q", c.kind, c.path, got)
		}
	}
}

// Every name of every kind, in every role, is refused in any letter case.
func TestNoKnownNameCanStandUnderUnknown(t *testing.T) {
	for _, k := range catalog(t).Kinds() {
		k.Spec.Walk(func(p *model.Property) {
			if p == k.Spec || p.Name == "[]" {
				return
			}
			names := append(append(append([]string{p.Name}, p.Read...), p.Write...), p.Spellings...)
			if p.Query != "" {
				names = append(names, p.Query)
			}
			for _, n := range names {
				for _, name := range []string{n, strings.ToUpper(n), strings.ToLower(n)} {
					if k.RefuseUnknown(name, nil) == "" {
						t.Errorf("%s: %s of %s", k.Name, name, p.Path())
					}
				}
			}
		})
	}
}

func TestObjectsOfPlansAreCheckedLikeDocuments(t *testing.T) {
	k := catalog(t).Kind("MailboxSettings")
	for _, o := range []*model.Object{
		{Unknown: map[string]any{"SmtpServer": "evil"}},
		{Unknown: map[string]any{"shinyPassword": "x"}},
		{Unknown: map[string]any{"shiny": map[string]any{"accessToken": "x"}}},
	} {
		if len(k.RefuseForeign(o)) == 0 {
			t.Errorf("%+v passes", o.Unknown)
		}
	}
	if got := k.RefuseForeign(&model.Object{Spec: map[string]any{"smtpServer": "x"}, Unknown: map[string]any{"shiny": 1}}); len(got) > 0 {
		t.Error(got)
	}
}
