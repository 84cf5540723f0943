package render_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rassync/internal/apply"
	"rassync/internal/coverage"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/schemas"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares an output with its file under testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want = bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n"))
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; run go test -update and look at the difference. Got:\n%s", name, got)
	}
}

func catalog(t *testing.T) *model.Catalog {
	t.Helper()
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

// samplePlan has one change of every sort.
func samplePlan() *plan.Plan {
	return &plan.Plan{
		FormatVersion: plan.FormatVersion,
		Tool:          plan.Tool{Name: "rassync", Version: "1.0.0"},
		Farm:          plan.Farm{URL: "https://ras.example.com:20443", GUID: "{6F3C1A52}", Name: "Demo farm", Version: "21.2"},
		Summary:       plan.Summary{Create: 2, Update: 2, Replace: 1, Delete: 2, Reorder: 1, Unchanged: 480},
		Changes: []plan.Change{
			{
				Address: "Main/RDSHostPool/Finance", Kind: "RDSHostPool", Site: "Main", Name: "Finance", Action: plan.Create,
				Source: &plan.Source{File: "hosts/pools.yaml", Line: 12}, Reversible: true,
				Fields: []plan.Field{
					{Path: "enabled", After: true},
					{Path: "description", After: ""},
					{Path: "autoUpgrade.messages", After: []any{map[string]any{"messageTitle": "Soon", "sendMsgSecs": int64(300)}}},
					{Path: "diskPath", After: `\\files\profiles`, Note: "inferred"},
				},
			},
			{
				Address: "Main/PubRDSApp/Sales/Notepad", Kind: "PubRDSApp", Site: "Main", Name: "Sales/Notepad", Action: plan.Update,
				Source: &plan.Source{File: "sales.yaml", Line: 3}, Reversible: true, RenamedFrom: "Sales/Editor",
				Fields: []plan.Field{
					{Path: "name", Before: "Sales/Editor", After: "Sales/Notepad"},
					{Path: "target", Before: `C:\Windows\notepad.exe`, After: `C:\Windows\System32\notepad.exe`},
					{Path: "publishFromGroup", Before: []any{"Old", "Shared"}, After: []any{"Shared", "Finance"}},
					{Path: "rules", Before: []any{"a", "b"}, After: []any{"b", "a"}, Note: "order"},
					{Path: "rules[Guests]", After: map[string]any{"name": "Guests", "enabled": true}},
					{Path: "rules[Staff]", Before: map[string]any{"name": "Staff", "$id": int64(7)}},
					{Path: "rulesDefault", Before: "Allow", After: "Deny"},
				},
				Impact:    []plan.Impact{{Effect: "locksOut", Path: "rulesDefault", Why: "Users whom no rule matches lose the item."}},
				DependsOn: []string{"Main/RDSHostPool/Finance"}, Because: []string{"publishFromGroup refers to it"},
			},
			{
				Address: "MailboxSettings", Kind: "MailboxSettings", Action: plan.Update,
				Source: &plan.Source{File: "farm.yaml", Line: 30}, Reversible: false, IrreversibleBecause: "the farm never shows the password it has now",
				Fields: []plan.Field{
					{Path: "password", After: model.SecretRef{Env: "MAILBOX_PASSWORD"}, Note: "the farm never shows this value"},
					{Path: "postLogonMessage", Before: "Welcome\nto the farm\nof 2024\n", After: "Welcome\nto the farm\nof 2025\nHave a good day\n"},
				},
			},
			{
				Address: "Main/MFARadius/Token", Kind: "MFARadius", Site: "Main", Name: "Token", Action: plan.Replace,
				Source: &plan.Source{File: "mfa.yaml", Line: 1}, IrreversibleBecause: "the shared secret cannot be read back",
				Fields:    []plan.Field{{Path: "timeout", Before: int64(10), After: int64(30)}},
				Impact:    []plan.Impact{{Effect: "locksOut", Why: "Enrolments of users belong to the provider."}},
				Relinks:   []string{"Main/Theme/Blue", "Main/Theme/Green"},
				DependsOn: []string{}, Because: nil,
			},
			{
				Address: "ClientPolicyOrder", Kind: "ClientPolicyOrder", Action: plan.Reorder, Reversible: true,
				Source: &plan.Source{File: "policies.yaml", Line: 1},
				Fields: []plan.Field{{Path: "items", Before: []any{"All", "Guests"}, After: []any{"Guests", "All"}, Note: "order"}},
			},
			{
				Address: "Main/PubRDSApp/Sales/Old", Kind: "PubRDSApp", Site: "Main", Name: "Sales/Old", Action: plan.Delete, Reversible: true,
				Impact: []plan.Impact{{Effect: "endsSessions", Why: "Users of the application lose it."}},
			},
			{
				Address: "Main/RDSHostPool/Retired", Kind: "RDSHostPool", Site: "Main", Name: "Retired", Action: plan.Delete, Reversible: true,
				DependsOn: []string{"Main/PubRDSApp/Sales/Old"}, Because: []string{"it refers to this object"},
			},
			{
				Address: "Main/PubFolder/Sales/Tools", Kind: "PubFolder", Site: "Main", Name: "Sales/Tools", Action: plan.Create, Reversible: true,
				Source: &plan.Source{File: "sales.yaml", Line: 40},
			},
		},
		Warnings: []string{"3 objects of exclusive kinds are not declared; --prune would delete them"},
	}
}

func sampleDiagnostics() model.Diagnostics {
	return model.Diagnostics{
		{Severity: model.Error, Source: model.Source{File: "sales.yaml", Line: 12, Col: 5}, Address: "Main/PubRDSApp/Sales/Notepad", Path: "publishFrom",
			Summary: `"HostPol" is not a valid value`, Hint: "did you mean HostPool?"},
		{Severity: model.Warning, Source: model.Source{File: "farm.yaml", Line: 1, Col: 1}, Address: "MailboxSettings", Summary: "nothing is declared"},
		{Severity: model.Error, Summary: "no documents were found", Hint: "give a folder that holds YAML files"},
	}
}

func sampleCoverage() coverage.Report {
	return coverage.Report{
		Operations: 4, Claimed: 1, Excluded: 2, Open: 1,
		Families: []coverage.Family{
			{Name: "hosts", Claimed: 1, Excluded: 2,
				Claims: []coverage.Entry{{Method: "GET", Path: "/api/RDS/Host", By: []string{"RDSHost"}}},
				Exclusions: []coverage.Entry{
					{Method: "GET", Path: "/api/RDS/Host/status", Reason: "status read", Note: "state of servers"},
					{Method: "POST", Path: "/api/RDS/Host/{id}/Drain", Reason: "run-time action"},
				}},
			{Name: "virtual desktops", Open: 1, Gaps: []coverage.Entry{{Method: "GET", Path: "/api/VDI/Template", Reason: coverage.NotCovered}}},
		},
	}
}

func sampleEvents() []apply.Event {
	at := time.Date(2025, 3, 1, 10, 0, 0, 0, time.UTC)
	next := func() time.Time { at = at.Add(time.Second); return at }
	const pool, app = "Main/RDSHostPool/Finance", "Main/PubRDSApp/Sales/Notepad"
	return []apply.Event{
		{Time: next(), Type: apply.RunStarted, Of: 3},
		{Time: next(), Type: apply.ChangeStarted, Address: pool, Action: "create", Step: 1, Of: 3},
		{Time: next(), Type: apply.RequestSent, Address: pool, Action: "create", Step: 1, Of: 3, Request: "POST /api/RDS/HostPool"},
		{Time: next(), Type: apply.ChangeDone, Address: pool, Action: "create", Step: 1, Of: 3},
		{Time: next(), Type: apply.ChangeStarted, Address: app, Action: "update", Step: 2, Of: 3},
		{Time: next(), Type: apply.ChangeFailed, Address: app, Action: "update", Step: 2, Of: 3, Err: errors.New("PUT /api/PubItems/7/Apps/RDS: 400 no such folder")},
		{Time: next(), Type: apply.ChangeSkipped, Address: "Main/PubRDSApp/Sales/Old", Action: "delete", Step: 3, Of: 3, Message: "step 2 failed"},
		{Time: next(), Type: apply.NotConverged, Address: pool, Message: "description: wanted Finance, the farm has FINANCE"},
		{Time: next(), Type: apply.RunFinished, Of: 3},
	}
}

// hostile are values that try to break out of every output form.
func hostile() []string {
	return []string{
		"\x1b[2J\x1b]0;owned\x07", "\u202edrowssap\u2066", "\u009b31m", "a\r\nb\tc\x00", "zero\u200bwidth\ufeff", "bad\xff\xfebytes", "\u2028line\u2029",
		"`code`", "``` fence\n```\n# head", "a`b``c```d", "| cell | cell |", `a\|b`, "</details><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<!-- ", "-->",
		"@everyone and @user/team", "#123 !45 ~label", "[link](https://evil.example/)", "![img](https://evil.example/x.png)", "https://evil.example/", "www.evil.example",
		"mail@evil.example", "**bold** _it_", "\n\n## head\n\n- list", "&lt;b&gt; &amp; &#96;", "`", "``", " lead", "trail ", "\\`", "$(touch x)", "::error::x", "",
	}
}

// hostilePlan puts a value into every place of a plan.
func hostilePlan(s string) *plan.Plan {
	var value any = map[string]any{s: s, "list": []any{s, map[string]any{"name": s}}}
	change := func(a plan.Action) plan.Change {
		return plan.Change{
			Address: "Main/Kind/" + s, Kind: s, Site: s, Name: s, Action: a, Source: &plan.Source{File: s, Line: 1}, RenamedFrom: s,
			Fields: []plan.Field{
				{Path: s, Before: s, After: s + "x", Note: s}, {Path: "a." + s, After: value}, {Path: "b", Before: value}, {Path: "c[" + s + "]", After: value},
				{Path: "d[" + s + "]", Before: value}, {Path: "e", Before: []any{s, "z"}, After: []any{"z", s}, Note: "order"},
				{Path: "f", Before: "one\n" + s + "\ntwo", After: "one\n" + s + "!\ntwo\n"}, {Path: "g", After: model.SecretRef{Env: s}}, {Path: "h", After: model.FileRef{Path: s, Digest: s}},
			},
			IrreversibleBecause: s, Impact: []plan.Impact{{Effect: s, Path: s, Why: s}}, DependsOn: []string{s}, Because: []string{s}, Relinks: []string{s},
		}
	}
	p := &plan.Plan{
		FormatVersion: "1", Tool: plan.Tool{Name: s, Version: s}, Farm: plan.Farm{URL: s, GUID: s, Name: s, Version: s}, Warnings: []string{s},
		Summary: plan.Summary{Create: 1, Update: 1, Delete: 1, Replace: 1},
	}
	for _, a := range []plan.Action{plan.Create, plan.Update, plan.Delete, plan.Replace, plan.Action(s)} {
		p.Changes = append(p.Changes, change(a))
	}
	calm := change(plan.Update)
	calm.Impact, calm.Reversible = nil, true
	p.Changes = append(p.Changes, calm)
	return p
}

// controls finds characters that a terminal would obey or hide.
func controls(s string) string {
	for _, r := range s {
		switch {
		case r == '\n', r == '\u2192':
		case r < 0x20, r >= 0x7f && r < 0xa0, r >= 0x200b && r <= 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0xfeff, r == 0xfffd:
			return strings.ToValidUTF8(string(r), "?")
		}
	}
	return ""
}
