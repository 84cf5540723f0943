package policy_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rassync/internal/model"
	"rassync/internal/policy"
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

func parse(t *testing.T, cat *model.Catalog, text string) *policy.Policy {
	t.Helper()
	p, ds := policy.Parse([]byte(text), "/etc/rassync/policy.yaml", cat)
	if ds.Failed() {
		t.Fatal(ds)
	}
	return p
}

// TestSecretsAreForTheirProperty: a proposed name for exactly its object and
// property; others need a line, and some need more than a policy can give.
func TestSecretsAreForTheirProperty(t *testing.T) {
	cat := catalog(t)
	allow := "secrets: {allow: [{kind: Provider, name: 'vc*', property: providerPassword, fromEnv: ['VC_*', 'RAS_*']}, {kind: Provider, property: adminCredentials.password, fromEnv: [ADM]}]}"
	for name, test := range map[string]struct {
		policy, kind, object, property, env string
		inside                              []string
		good                                bool
	}{
		"the proposed name":                 {"", "MailboxSettings", "", "password", "RAS_MAILBOX_PASSWORD", nil, true},
		"of another kind":                   {"", "ProxySettings", "", "httpProxyPwd", "RAS_MAILBOX_PASSWORD", nil, false},
		"of the object":                     {"", "Provider", "vc1", "providerPassword", "RAS_PROVIDER_VC1_PROVIDERPASSWORD", nil, true},
		"of another object":                 {"", "Provider", "vc2", "providerPassword", "RAS_PROVIDER_VC1_PROVIDERPASSWORD", nil, false},
		"of an entry":                       {"", "Provider", "vc1", "adminCredentials.password", "RAS_PROVIDER_VC1_ANN_PASSWORD", []string{"ann"}, true},
		"of another entry":                  {"", "Provider", "vc1", "adminCredentials.password", "RAS_PROVIDER_VC1_ANN_PASSWORD", []string{"bob"}, false},
		"the name that exports once gave":   {"", "Provider", "vc1", "providerPassword", "RASSYNC_PROVIDER_VC1_PROVIDERPASSWORD", nil, false},
		"any name":                          {"", "Provider", "vc1", "providerPassword", "VC_PW", nil, false},
		"allowed":                           {allow, "Provider", "vc1", "providerPassword", "VC_PW", nil, true},
		"allowed for other objects":         {allow, "Provider", "nutanix", "providerPassword", "VC_PW", nil, false},
		"allowed for other properties":      {allow, "Provider", "vc1", "adminCredentials.password", "VC_PW", []string{"ann"}, false},
		"allowed for entries":               {allow, "Provider", "vc1", "adminCredentials.password", "ADM", []string{"ann"}, true},
		"rassync's own":                     {allow, "Provider", "vc1", "providerPassword", "RASSYNC_PASSWORD", nil, false},
		"rassync's own, in other letters":   {allow, "Provider", "vc1", "providerPassword", "rassync_password", nil, false},
		"of the pipeline":                   {allow, "Provider", "vc1", "providerPassword", "ACTIONS_RUNTIME_TOKEN", nil, false},
		"of a cloud":                        {allow, "Provider", "vc1", "providerPassword", "AWS_SECRET_ACCESS_KEY", nil, false},
		"any token":                         {allow, "Provider", "vc1", "providerPassword", "NPM_AUTH_TOKEN", nil, false},
		"a token that the pattern includes": {"secrets: {allow: [{kind: Provider, property: providerPassword, fromEnv: ['VC*']}]}", "Provider", "vc1", "providerPassword", "VC_TOKEN", nil, false},
		"declared by the document alone":    {"", "SystemSettings", "", "apiSecret", "RAS_SYSTEMSETTINGS_APISECRET", nil, false},
		"that one, allowed":                 {"secrets: {allow: [{kind: SystemSettings, property: apiSecret, fromEnv: [SYS_PW]}]}", "SystemSettings", "", "apiSecret", "SYS_PW", nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			p := parse(t, cat, test.policy)
			use := policy.Use{Address: model.Address{Kind: test.kind, Name: test.object}, Property: cat.Kind(test.kind).Spec.Find(test.property), Inside: test.inside, Ref: model.SecretRef{Env: test.env}}
			denied := p.Reveal(use, "")
			if (denied == nil) != test.good {
				t.Fatalf("%v", denied)
			}
			if denied != nil && (denied.Hint == "" || !strings.Contains(denied.Why, test.env)) {
				t.Errorf("says %q, %q", denied.Why, denied.Hint)
			}
		})
	}
}

// TestFilesLieBelowTheFolder: no file without a policy, and none by a link or by
// dots out of the folder.
func TestFilesLieBelowTheFolder(t *testing.T) {
	cat := catalog(t)
	dir := t.TempDir()
	folder, farm := filepath.Join(dir, "secrets"), filepath.Join(dir, "farm")
	for _, d := range []string{filepath.Join(folder, "deep"), farm} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range []string{filepath.Join(folder, "a"), filepath.Join(folder, "deep", "b"), filepath.Join(dir, "outside")} {
		if err := os.WriteFile(f, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	linked := os.Symlink(filepath.Join(dir, "outside"), filepath.Join(folder, "link")) == nil
	use := func(file string) policy.Use {
		return policy.Use{Address: model.Address{Kind: "MailboxSettings"}, Property: cat.Kind("MailboxSettings").Spec.Find("password"), Ref: model.SecretRef{File: file}}
	}
	none := &policy.Policy{}
	if none.Reveal(use(filepath.Join(folder, "a")), farm) == nil {
		t.Error("a file without a policy")
	}
	p := &policy.Policy{File: "policy.yaml", Secrets: policy.Secrets{Folder: folder}}
	for file, good := range map[string]bool{
		filepath.Join(folder, "a"): true, "../secrets/deep/b": true, filepath.Join(dir, "outside"): false, "../outside": false,
		"../secrets/../outside": false, folder: false, filepath.Join(folder, "deep"): false, "/proc/self/environ": false, filepath.Join(folder, "link"): !linked && false,
	} {
		if denied := p.Reveal(use(file), farm); (denied == nil) != good {
			t.Errorf("%s: %v", file, denied)
		}
		if err := p.RevealRef(model.SecretRef{File: file}, farm); (err == nil) != good {
			t.Errorf("%s at last: %v", file, err)
		}
	}
}

func TestCalendar(t *testing.T) {
	cat := catalog(t)
	p := parse(t, cat, `
windows:
  - {name: night, only: [Gateway], opens: 0 22 * * MON-FRI, for: 6h, timeZone: Europe/Berlin}
  - {name: noon, only: [Gateway], opens: 0 12 * * *, for: 30m, timeZone: Europe/Berlin}
freezes:
  - {name: year, from: 2026-12-20, until: 2026-12-31, timeZone: Europe/Berlin}
  - {name: closing, only: [Theme], begins: 0 0 1 * *, for: 24h}
`)
	gateway, theme := model.Address{Site: "Main", Kind: "Gateway", Name: "g"}, model.Address{Site: "Main", Kind: "Theme", Name: "t"}
	for name, test := range map[string]struct {
		at   string
		of   model.Address
		says string // "" is open
	}{
		"before the night":            {"2026-11-25T21:59:59+01:00", gateway, `"night" opens 2026-11-25 22:00 CET`},
		"as it opens":                 {"2026-11-25T22:00:00+01:00", gateway, ""},
		"in the small hours":          {"2026-11-26T03:59:59+01:00", gateway, ""},
		"as it closes":                {"2026-11-26T04:00:00+01:00", gateway, `"noon" opens 2026-11-26 12:00 CET`},
		"any window will do":          {"2026-11-26T12:10:00+01:00", gateway, ""},
		"summer time":                 {"2026-07-01T22:30:00+02:00", gateway, ""},
		"the end of friday night":     {"2026-11-28T03:00:00+01:00", gateway, ""},
		"no window on saturday night": {"2026-11-28T23:00:00+01:00", gateway, "no change window is open"},
		"nothing is said of themes":   {"2026-11-26T05:00:00+01:00", theme, ""},
		"a freeze goes before":        {"2026-12-21T12:10:00+01:00", gateway, `freeze "year" until 2027-01-01 00:00 CET`},
		"its last day":                {"2026-12-31T23:59:00+01:00", theme, `freeze "year"`},
		"after it":                    {"2027-01-02T10:00:00+01:00", theme, ""},
		"one that comes back":         {"2026-11-01T23:59:00Z", theme, `freeze "closing" until 2026-11-02`},
	} {
		t.Run(name, func(t *testing.T) {
			now, err := time.Parse(time.RFC3339, test.at)
			if err != nil {
				t.Fatal(err)
			}
			got := p.Calendar.Closed(now, test.of)
			if (test.says == "") != (got == "") || !strings.Contains(got, test.says) {
				t.Errorf("%q instead of %q", got, test.says)
			}
		})
	}
}

// TestFaultsArePlaced: every fault is named at its line.
func TestFaultsArePlaced(t *testing.T) {
	cat := catalog(t)
	for text, want := range map[string]string{
		"limit: {}": "1:1", "limits: {deletes: -1}": "1:19", "limits: {deletes: many}": "1:19", "protect: [Nothing/x]": "1:11",
		"windows:\n  - {name: a, opens: every day, for: 4h}":                      "2:22",
		"windows:\n  - {name: a, opens: 'CRON_TZ=UTC 0 1 * * *', for: 4h}":        "2:22",
		"windows:\n  - {name: a, opens: 0 1 * * *, for: long}":                    "2:38",
		"windows:\n  - {name: a, opens: 0 1 * * *, for: 4h, timeZone: Mars}":      "2:52",
		"freezes:\n  - {name: a}":                                                 "2:5",
		"freezes:\n  - {name: a, from: 2026-12-31, until: 2026-12-01}":            "2:40",
		"rules:\n  - {name: a, check: 'true'}":                                    "2:5",
		"rules:\n  - {name: a, check: 'true', message: m, reads: [Them]}":         "2:50",
		"destinations:\n  - {kind: MailboxSettings, property: useTLS, hosts: []}": "2:39",
		"a: &x 1\nb: *x": "2:4", "farms: []": "1:8", "- list": "1:1", "{": "1:1", "x: \x00": "1:1", "limits: {}\n---\nlimits: {}": "1:1", "limits: {deletes: 1, deletes: 2}": "1:22",
	} {
		_, ds := policy.Parse([]byte(text), "p.yaml", cat)
		if !ds.Failed() || !strings.HasPrefix(ds[0].Source.String(), "p.yaml:"+want) {
			t.Errorf("%q: %v instead of %s", text, ds[0].Source, want)
		}
	}
}

// FuzzPolicy: whatever stands in a policy, it is read or refused.
func FuzzPolicy(f *testing.F) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		f.Fatal(err)
	}
	f.Add("farms: [{url: x}]\nrules: [{name: a, check: 'true', message: m}]\nwindows: [{name: w, opens: '0 0 30 2 *', for: 1h}]")
	f.Add("secrets: {folder: x, allow: [{kind: Provider, property: providerPassword, fromEnv: [A]}]}\nprotect: ['Main/**']")
	f.Fuzz(func(t *testing.T, text string) {
		p, ds := policy.Parse([]byte(text), "p.yaml", cat)
		if p == nil && !ds.Failed() {
			t.Error("neither a policy nor a fault")
		}
		p.Calendar.Closed(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), model.Address{Kind: "Theme"})
	})
}
