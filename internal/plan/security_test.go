package plan

import (
	"slices"
	"strings"
	"testing"

	"rassync/internal/model"
	"rassync/schemas"
)

// TestWeakeningChangesAreSaid: what somebody would slip into a pull request
// has an effect that is said first.
func TestWeakeningChangesAreSaid(t *testing.T) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	member := func(account, sid string) map[string]any { return map[string]any{"account": account, "sid": sid} }
	for name, test := range map[string]struct {
		kind, path    string
		before, after any
		effect, why   string
	}{
		"a right of a power administrator":   {"AdminAccount", "powerPermission.allowSiteChanges", false, true, GrantsAccess, "allowed"},
		"all sites":                          {"AdminAccount", "powerPermission.allowAllSites", false, true, GrantsAccess, ""},
		"another site":                       {"AdminAccount", "powerPermission.allowInSites", []any{"Main"}, []any{"Main", "Branch"}, GrantsAccess, ""},
		"a right by site":                    {"AdminAccount", "customPermission.sites[Main].rdsHosts.permissions", []any{"View"}, []any{"View", "Control"}, GrantsAccess, ""},
		"a group of administrators":          {"AdminAccount", "group", "", "Root", GrantsAccess, ""},
		"where people change passwords":      {"ConnectionAuthentication", "changePasswordURL", "", "https://password.evil.example", SendsPeople, ""},
		"the certificate of an IdP":          {"SAMLIDP", "idpCertificate", "MII1", "MII2", ChangesTrust, ""},
		"where people sign in":               {"SAMLIDP", "logonURL", "https://a", "https://b", SendsPeople, ""},
		"how accounts are matched":           {"SAMLIDP", "attributes.custom.enabled", false, true, ChangesTrust, ""},
		"an old TLS":                         {"GatewayDefaultSettings", "minSSLVersion", "TLSv1_2", "TLSv1", "weakensSecurity", ""},
		"ciphers":                            {"GatewayDefaultSettings", "cipher", "HIGH", "ALL:eNULL:aNULL", "weakensSecurity", ""},
		"the certificate of a gateway":       {"GatewayDefaultSettings", "certificate", "a", "b", ChangesTrust, ""},
		"where browsers are sent":            {"GatewayDefaultSettings", "webRequestsURL", "", "https://evil.example", SendsPeople, ""},
		"a device that was kept out":         {"GatewayDefaultSettings", "macAllowExcept[00-11-22-33-44-55]", "00-11-22-33-44-55", nil, GrantsAccess, ""},
		"the mail server":                    {"MailboxSettings", "smtpServer", "mail.example.com", "mail.evil.example:25", SendsSecrets, ""},
		"the second RADIUS server":           {"MFARadius", "backupServer", "", "radius.evil.example", ChangesTrust, ""},
		"the hypervisor":                     {"Provider", "server", "a", "b", SendsSecrets, ""},
		"the directory of the cloud":         {"Provider", "tenantID", "a", "b", SendsSecrets, ""},
		"one-time passwords to any address":  {"MFAEmailOTP", "allowEnrollExternalEmail", false, true, GrantsAccess, ""},
		"who needs no second factor":         {"MFATOTP", "criteria.securityPrincipals.members[DEMO\\Sales]", member(`DEMO\Sales`, "S-1-5-21-1-2-3-1104"), nil, GrantsAccess, ""},
		"everyone by the SID":                {"PubRDSApp", "rules[Sales].criteria.securityPrincipals.members[DEMO\\Sales]", nil, member(`DEMO\Sales`, "S-1-1-0"), GrantsAccess, `S-1-1-0 is Everyone, whatever account is written beside it (DEMO\Sales)`},
		"anonymous users":                    {"PubRDSApp", "rules[Sales].criteria.securityPrincipals.members[x]", nil, member("", "S-1-5-7"), GrantsAccess, "anonymous"},
		"a rule that is off":                 {"PubRDSApp", "rules[Deny guests].enabled", true, false, GrantsAccess, ""},
		"a program on a share":               {"PubRDSApp", "target", `C:\calc.exe`, `\\evil\share\evil.exe`, SendsPeople, ""},
		"where clients are redirected":       {"ClientPolicy", "redirection.gateway", "", "gw.evil.example", SendsPeople, ""},
		"the source of client updates":       {"ClientPolicy", "settings.updateClientXmlUrl", "", "https://evil.example/x.xml", ChangesTrust, ""},
		"a download on the logon page":       {"Theme", "userPortal.url.overrideWindowsClientDownloadURL", "", "https://evil.example", SendsPeople, ""},
		"a link on the logon page":           {"Theme", "userPortal.url.footerURLs[Help].url", "https://a", "https://b", SendsPeople, ""},
		"the domain of a theme":              {"Theme", "domain", "example.com", "evil.example", ChangesTrust, ""},
		"groups of a theme":                  {"Theme", "groupFilters[DEMO\\All]", nil, map[string]any{"name": `DEMO\All`}, GrantsAccess, ""},
		"no password asked":                  {"ConnectionAuthentication", "authType", []any{"SmartCard"}, []any{"SmartCard", "UsernamePassword"}, GrantsAccess, ""},
		"every trusted domain":               {"ConnectionAuthentication", "allTrustedDomains", false, true, ChangesTrust, ""},
		"clients without patches":            {"ConnectionAllowedDevices", "allowClientWithSecurityPatchesOnly", true, false, GrantsAccess, ""},
		"the source of installers":           {"FSLogixSettings", "installOnlineURL", "a", "https://evil.example", ChangesTrust, ""},
		"profiles on another share":          {"RDSDefaultSettings", "diskPath", `\\a\b`, `\\evil\b`, SendsPeople, ""},
		"the desktop of hosts":               {"RDSDefaultSettings", "restrictedUsers[DEMO\\Guests]", member(`DEMO\Guests`, ""), nil, GrantsAccess, ""},
		"help desk mail":                     {"HelpdeskEmailSettings", "helpDeskEmail", "a@b", "x@evil.example", SendsPeople, ""},
		"who is told":                        {"Notification", "handlers[CPU].recipients", "a@b", "x@evil.example", SendsPeople, ""},
		"commands from the server":           {"ClientPolicy", "settings.allowSrvCmd", false, true, GrantsAccess, ""},
		"no question before such a command":  {"ClientPolicy", "settings.promptSrvCmd", true, false, GrantsAccess, ""},
		"who enters when":                    {"LogonHours", "permittedHourPlan.sunday", []any{"h08"}, []any{"h08", "h03"}, GrantsAccess, ""},
		"the API from elsewhere":             {"WebServiceSettings", "allowedHosts", "console.example.com", "*", GrantsAccess, ""},
		"security descriptor of the profile": {"AVDDefaultSettingsMultiSession", "userProfile.fsLogix.profileContainer.advancedSettings.profileDirSDDL", "a", "b", GrantsAccess, ""},
	} {
		t.Run(name, func(t *testing.T) {
			k := cat.Kind(test.kind)
			p := k.Spec.Find(plainPath(test.path))
			if p == nil {
				t.Fatalf("%s has no %s", test.kind, test.path)
			}
			c := &change{Change: Change{Action: Update, Desired: &model.Object{}, Fields: []Field{{Path: test.path, Before: test.before, After: test.after}}}}
			(&builder{}).describe(k, c, []*model.Property{p})
			said := slices.ContainsFunc(c.Impact, func(i Impact) bool {
				return i.Effect == test.effect && i.Path == test.path && strings.Contains(i.Why, test.why)
			})
			if !said {
				t.Errorf("%v", c.Impact)
			}
			if back := (&change{Change: Change{Action: Update, Desired: &model.Object{}, Fields: []Field{{Path: test.path, Before: test.after, After: test.before}}}}); test.effect == GrantsAccess && p.Labelled().Grants.On != "changed" {
				(&builder{}).describe(k, back, []*model.Property{p})
				if slices.ContainsFunc(back.Impact, func(i Impact) bool { return i.Effect == GrantsAccess }) {
					t.Errorf("the way back grants something: %v", back.Impact)
				}
			}
		})
	}
}

// plainPath is the path of a field without the labels of entries.
func plainPath(path string) string {
	var b strings.Builder
	depth := 0
	for _, r := range path {
		switch {
		case r == '[':
			depth++
		case r == ']':
			depth--
		case depth == 0:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// TestNewObjectsSayWhatTheyGrant: a create says the same of its values.
func TestNewObjectsSayWhatTheyGrant(t *testing.T) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		kind string
		spec map[string]any
		want []string
	}{
		"an administrator": {"AdminAccount", map[string]any{"permissions": "PowerAdmin", "powerPermission": map[string]any{"allowSiteChanges": true, "allowAllSites": false}},
			[]string{"grantsAccess ", "grantsAccess permissions", "grantsAccess powerPermission.allowSiteChanges"}},
		"an identity provider": {"SAMLIDP", map[string]any{"idpCertificate": "MII", "logonURL": "https://evil.example", "logoutURL": ""},
			[]string{"changesTrust idpCertificate", "changesTrust logonURL", "sendsPeople logonURL"}},
		"an enrollment server":      {"EnrollmentServer", map[string]any{"enabled": true}, []string{"changesTrust "}},
		"a RADIUS server":           {"MFARadius", map[string]any{"radiusServer": "r.evil.example"}, []string{"changesTrust radiusServer", "sendsSecrets radiusServer"}},
		"an application for nobody": {"PubRDSApp", map[string]any{"target": `C:\a.exe`, "rules": []any{}, "parameters": ""}, nil},
		"an application for somebody": {"PubRDSApp", map[string]any{"rules": []any{map[string]any{"name": "x", "criteria": map[string]any{"securityPrincipals": map[string]any{"members": []any{map[string]any{"sid": "S-1-5-11"}}}}}}},
			[]string{"grantsAccess rules"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := &change{Change: Change{Action: Create, Desired: &model.Object{Spec: test.spec}}}
			(&builder{}).describe(cat.Kind(test.kind), c, nil)
			var got []string
			for _, i := range c.Impact {
				if text := i.Effect + " " + i.Path; Notable(i.Effect) && !slices.Contains(got, text) {
					got = append(got, text)
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, test.want) {
				t.Errorf("%q instead of %q", got, test.want)
			}
		})
	}
}

// TestAReplacementSaysWhy: which value forces it, what is lost, and nothing of
// values that stay.
func TestAReplacementSaysWhatChanges(t *testing.T) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	k := cat.Kind("MFATOTP")
	spec := map[string]any{"untilDateTime": "2027-01-01T00:00:00", "criteria": map[string]any{"access": "DenyCriteriaWhen"}, "enabled": true}
	c := &change{Change: Change{Action: Replace, Desired: &model.Object{Spec: spec}, Fields: []Field{{Path: "untilDateTime", Before: "2026-10-01T00:00:00", After: "2027-01-01T00:00:00"}}}}
	(&builder{}).describe(k, c, []*model.Property{k.Spec.Prop("untilDateTime")})
	if c.Reversible || !strings.Contains(c.IrreversibleBecause, "Enrolments") {
		t.Errorf("reversible %v: %s", c.Reversible, c.IrreversibleBecause)
	}
	for _, i := range c.Impact {
		if i.Path != "" && i.Path != "untilDateTime" || strings.Contains(i.Why, "no second factor") {
			t.Errorf("says of what stays: %v", i)
		}
	}
}
