package render_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"rassync/internal/apply"
	"rassync/internal/model"
	"rassync/internal/render"
)

func TestDiagnostics(t *testing.T) {
	var out bytes.Buffer
	if err := render.Diagnostics(&out, sampleDiagnostics(), render.Options{}); err != nil {
		t.Fatal(err)
	}
	golden(t, "diagnostics.txt", out.Bytes())

	out.Reset()
	if err := render.DiagnosticsJSON(&out, sampleDiagnostics()); err != nil {
		t.Fatal(err)
	}
	golden(t, "diagnostics.json", out.Bytes())
	validate(t, compiler(t), "formats/diagnostics.json", out.Bytes())

	out.Reset()
	if err := render.DiagnosticsJSON(&out, nil); err != nil {
		t.Fatal(err)
	}
	validate(t, compiler(t), "formats/diagnostics.json", out.Bytes())
}

func TestCoverage(t *testing.T) {
	var out bytes.Buffer
	if err := render.CoverageText(&out, sampleCoverage(), render.Options{Verbose: true}); err != nil {
		t.Fatal(err)
	}
	golden(t, "coverage.txt", out.Bytes())
	out.Reset()
	if err := render.CoverageMarkdown(&out, sampleCoverage()); err != nil {
		t.Fatal(err)
	}
	golden(t, "coverage.md", out.Bytes())
}

func TestProgressInALog(t *testing.T) {
	var out bytes.Buffer
	p := render.NewApplyProgress(&out, render.Options{}, false)
	for _, e := range sampleEvents() {
		if err := p.Event(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := render.RunSummary(&out, sampleEvents(), render.Options{}); err != nil {
		t.Fatal(err)
	}
	golden(t, "progress.txt", out.Bytes())
}

func TestProgressOnATerminal(t *testing.T) {
	var out bytes.Buffer
	p := render.NewApplyProgress(&out, render.Options{Width: 60}, true)
	for _, e := range sampleEvents() {
		if err := p.Event(e); err != nil {
			t.Fatal(err)
		}
	}
	for _, line := range strings.Split(out.String(), "\n") {
		parts := strings.Split(line, "\r")
		for _, part := range parts[:len(parts)-1] {
			if len(part) >= 60 {
				t.Errorf("a line that is written over fills the width: %q", part)
			}
		}
	}
	// What needs attention stays on lines of its own.
	for _, want := range []string{"\r[2/3] update Main/PubRDSApp/Sales/Notepad failed: PUT /api/PubItems/7/Apps/RDS: 400 no such folder\n", "skipped: step 2 failed\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in %q", want, out.String())
		}
	}
}

func TestSummaryOfAGoodRun(t *testing.T) {
	var out bytes.Buffer
	events := []apply.Event{{Type: apply.RunStarted, Of: 1}, {Type: apply.ChangeDone, Step: 1, Of: 1}, {Type: apply.SettingsApply}, {Type: apply.RunFinished}}
	if err := render.RunSummary(&out, events, render.Options{}); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); got != "1 of 1 change done, 0 requests; settings applied\n" {
		t.Error(got)
	}
}

func explain(t *testing.T, cat *model.Catalog, name string) string {
	t.Helper()
	var out bytes.Buffer
	if err := render.Explain(&out, cat, name, render.Options{}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestExplainKind(t *testing.T) {
	s := explain(t, catalog(t), "RDSHost")
	for _, want := range []string{
		"RDSHost: RD session host\n  A Windows server that runs user sessions.\n", "scope           site", "identity        name, read as server; cannot be renamed",
		"PubRDSApp.publishFromServer", "create       POST   /api/RDS/Host\n", "membership   PUT    /api/RDS/HostPool/{id}/Members\n",
		"list.add     POST   /api/RDS/Host/{id}/FSLogix/ProfileContainer/VHDLocations\n", "Not configuration", "allowFileTransfer: deprecated: use fileTransferMode",
		"How sure is this", "inferred: not read in a reference; verify on your farm", "\n  port  ", "[unless inheritDefaultAgentSettings]", "  kind: RDSHost\n", "Sources",
	} {
		if !strings.Contains(s, want) {
			t.Errorf("%q is missing in:\n%s", want, s)
		}
	}
}

func TestExplainProperty(t *testing.T) {
	cat := catalog(t)
	for name, wants := range map[string][]string{
		"RDSHost.port":                                  {"RDSHost.port: Agent port", "active only     while inheritDefaultAgentSettings is false", "    inheritDefaultAgentSettings: false\n    port: "},
		"rdshost.spec.port":                             {"RDSHost.port"},
		"PubRDSApp.rulesDefault":                        {"allowed         Deny (0)", "Allow (1)", "can lock people out when set to Deny", "weakens security when set to Allow", "through the path Filter below the object"},
		"MailboxSettings.password":                      {"type            secret", "fromEnv", "read from       nowhere", "inferred: not read in a reference; verify on your farm", "password: {fromEnv: RAS_MAILBOX_PASSWORD}"},
		"RDSHost.hostPool":                              {"RDSHostPool, by name", "on the RDSHostPool, through its path Members"},
		"LBSettings.method":                             {"ResourceBased, RoundRobin (their numbers were not seen"},
		"PubRDSApp.rules.criteria.themes.members":       {"set of names of Theme", "their order does not count"},
		"RDSHost.fsLogix.profileContainer.vhdLocations": {"their order counts", "a changed entry is removed and added", "locationType: SMBLocation"},
		"MFATOTP.totpType":                              {"sent on create only", "sent as the query parameter totpType"},
		"PubRDSApp.name":                                {"the path of the folders"},
		"RDSHost.confirm":                               {"allows this one object to be deleted or replaced"},
		"PubRDSApp.unknown":                             {"no schema knows"},
	} {
		s := explain(t, cat, name)
		for _, want := range wants {
			if !strings.Contains(s, want) {
				t.Errorf("%s: %q is missing in:\n%s", name, want, s)
			}
		}
	}
}

func TestExplainUnknownNames(t *testing.T) {
	cat := catalog(t)
	for name, want := range map[string]string{
		"RDSHosst":               "did you mean RDSHost?",
		"Whatever":               `there is no kind "Whatever"`,
		"RDSHost.prot":           "did you mean port",
		"PubRDSApp.criteria":     "did you mean rules[].criteria?",
		"PubRDSApp.rules.nmae":   "did you mean rules[].name?",
		"ClientPolicyOrder.what": "there are items",
		"RDSHost.port.deeper":    `RDSHost has no property "port.deeper"`,
	} {
		var out bytes.Buffer
		err := render.Explain(&out, cat, name, render.Options{})
		var unknown *render.UnknownName
		if !errors.As(err, &unknown) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
		if out.Len() > 0 {
			t.Errorf("%s: text beside the error", name)
		}
	}
}

// Every property of every kind can be explained, and its example is YAML of
// its kind.
func TestEverythingCanBeExplained(t *testing.T) {
	cat := catalog(t)
	for _, k := range cat.Kinds() {
		explain(t, cat, k.Name)
		k.Spec.Walk(func(p *model.Property) {
			if p == k.Spec || p.Name == "[]" {
				return
			}
			if s := explain(t, cat, k.Name+"."+p.Path()); !strings.Contains(s, p.Name+":") && !strings.Contains(s, "Example") {
				t.Errorf("%s.%s:\n%s", k.Name, p.Path(), s)
			}
		})
	}
}
