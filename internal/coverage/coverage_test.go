package coverage_test

import (
	"strings"
	"testing"

	"rassync/internal/coverage"
	"rassync/internal/model"
	"rassync/schemas"
)

func load(t *testing.T) (*model.Catalog, []coverage.Operation, []coverage.Exclusion) {
	t.Helper()
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	ops, exclusions, err := coverage.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	return cat, ops, exclusions
}

func TestEveryOperationHasOnePlace(t *testing.T) {
	cat, ops, exclusions := load(t)
	r := coverage.Compute(cat, ops, exclusions)
	if r.Claimed+r.Excluded+r.Open != r.Operations || r.Operations != len(ops) {
		t.Errorf("%d claimed + %d excluded + %d open is not %d", r.Claimed, r.Excluded, r.Open, len(ops))
	}
	if len(ops) != 1277 {
		t.Errorf("%d operations, the list of v21.2 has 1277", len(ops))
	}
	place := map[string]int{}
	for _, f := range r.Families {
		if f.Name == "" || f.Name == "other" {
			t.Errorf("operations without a family: %+v %+v", f.Gaps, f.Claims)
		}
		for _, list := range [][]coverage.Entry{f.Claims, f.Exclusions, f.Gaps} {
			for _, e := range list {
				place[e.Method+" "+e.Path]++
			}
		}
		for _, e := range f.Exclusions {
			if e.Reason == "" {
				t.Errorf("%s %s is excluded without a reason", e.Method, e.Path)
			}
		}
		for _, e := range f.Gaps {
			if e.Reason != coverage.NotCovered {
				t.Errorf("%s %s is open because of %q", e.Method, e.Path, e.Reason)
			}
		}
	}
	for _, op := range ops {
		if n := place[op.Method+" "+op.Path]; n != 1 {
			t.Errorf("%s %s stands in %d places", op.Method, op.Path, n)
		}
	}
}

func TestSchemasCallOnlyWhatTheAPIOffers(t *testing.T) {
	cat, ops, exclusions := load(t)
	for _, u := range coverage.Compute(cat, ops, exclusions).Unlisted {
		t.Errorf("%v calls %s %s (%s), which the list of operations does not hold", u.By, u.Method, u.Path, u.Note)
	}
}

func TestExclusionsAreAlive(t *testing.T) {
	cat, ops, exclusions := load(t)
	claimed := map[string]string{}
	for _, f := range coverage.Compute(cat, ops, nil).Families {
		for _, e := range f.Claims {
			claimed[e.Method+" "+e.Path] = strings.Join(e.By, ", ")
		}
	}
	for _, x := range exclusions {
		fits := 0
		for _, op := range ops {
			if !x.Fits(op) {
				continue
			}
			fits++
			if by := claimed[op.Method+" "+op.Path]; by != "" {
				t.Errorf("%s %s is excluded (%s) and claimed by %s", op.Method, op.Path, x.Reason, by)
			}
		}
		if fits == 0 {
			t.Errorf("no operation fits the exclusion %s %s", x.Method, x.Pattern)
		}
	}
}

func TestClaimsOfKnownKinds(t *testing.T) {
	cat, ops, exclusions := load(t)
	by := map[string][]string{}
	for _, f := range coverage.Compute(cat, ops, exclusions).Families {
		for _, e := range f.Claims {
			by[e.Method+" "+e.Path] = e.By
		}
	}
	for operation, kind := range map[string]string{
		"POST /api/Session/logon":                                                    coverage.Tool,
		"POST /api/Settings/apply":                                                   coverage.Tool,
		"GET /api/RDS/Host":                                                          "RDSHost",
		"POST /api/RDS/Host":                                                         "RDSHost",
		"DELETE /api/RDS/Host/{id}":                                                  "RDSHost",
		"PUT /api/RDS/HostPool/{hostPoolId}/Members":                                 "RDSHost",
		"GET /api/LBSettings":                                                        "LBSettings",
		"PUT /api/LBSettings":                                                        "LBSettings",
		"PUT /api/ClientPolicies/{id}/order":                                         "ClientPolicyOrder",
		"PUT /api/LogonHours/{id}/order":                                             "LogonHoursOrder",
		"POST /api/PubItems/{id}/move":                                               "PubOrder",
		"POST /api/MFA/TOTP":                                                         "MFATOTP",
		"PUT /api/MFA/TOTP/{id}":                                                     "MFATOTP",
		"POST /api/PubItems/{id}/Rules":                                              "PubRDSApp",
		"DELETE /api/PubItems/{id}/Rules/{ruleId}/Criteria/Themes":                   "PubRDSApp",
		"PUT /api/PubItems/{id}/Rules/{ruleId}/Criteria/OSes":                        "PubRDSApp",
		"POST /api/PubItems/{id}/Apps/RDS/ServerAttr/{serverId}":                     "PubRDSApp",
		"DELETE /api/PubItems/{id}/Apps/FileExtensions/{extension}":                  "PubRDSApp",
		"GET /api/PubItems/{id}/Filter":                                              "PubRDSApp",
		"POST /api/RDS/HostPool/{id}/FSLogix/ProfileContainer/VHDLocations":          "RDSHostPool",
		"PUT /api/RDS/HostPool/{id}/AutoUpgrade/Messages/{messageId}":                "RDSHostPool",
		"DELETE /api/ClientPolicies/{id}/Rules/{ruleId}/Criteria/SecurityPrincipals": "ClientPolicy",
		"GET /api/Theme/CustomImage/{id}":                                            "ThemeCustomImage",
	} {
		found := false
		for _, b := range by[operation] {
			found = found || b == kind
		}
		if !found {
			t.Errorf("%s is claimed by %v, not by %s", operation, by[operation], kind)
		}
	}
}

func TestConfigurationIsNotExcluded(t *testing.T) {
	_, ops, exclusions := load(t)
	// Words that are configuration in one place and an action in another.
	for _, operation := range []string{
		"POST /api/RDS/Host/Schedule/Reboot", "POST /api/VDI/HostPool/Schedule/Shutdown", "POST /api/Provider/VM/AVDHost/Schedule/Disable",
		"POST /api/RDS/Template/{id}/LicenseKey", "POST /api/Certificates/GenerateSelfSigned", "PUT /api/WebService/settings", "PUT /api/ConnectionBroker/{id}/priority",
	} {
		for _, op := range ops {
			if op.Method+" "+op.Path != operation {
				continue
			}
			for _, x := range exclusions {
				if x.Fits(op) {
					t.Errorf("%s is excluded by %s %s", operation, x.Method, x.Pattern)
				}
			}
		}
	}
}

func TestPatterns(t *testing.T) {
	for _, c := range []struct {
		pattern, path string
		want          bool
	}{
		{"/api/**/status", "/api/Site/Status", true},
		{"/api/**/status", "/api/AVD/Template/status", true},
		{"/api/**/status", "/api/AVD/Template/statuses", false},
		{"/api/RDS/Host/{}/Reboot", "/api/RDS/Host/{hostId}/reboot", true},
		{"/api/RDS/Host/{}/Reboot", "/api/RDS/Host/Schedule/Reboot", false},
		{"/api/License/*", "/api/License/activate", true},
		{"/api/License/*", "/api/License", false},
		{"/api/X/{}/sessions/**", "/api/X/{id}/sessions", true},
	} {
		x := coverage.Exclusion{Method: "GET", Pattern: c.pattern}
		if got := x.Fits(coverage.Operation{Method: "GET", Path: c.path}); got != c.want {
			t.Errorf("%s against %s: %v", c.pattern, c.path, got)
		}
	}
}

func TestDataFilesAreChecked(t *testing.T) {
	for name, text := range map[string]string{
		"method":  "PATCH\t/api/X\tconfirmed\n",
		"columns": "GET\t/api/X\n",
		"twice":   "GET\t/api/X/{id}\tconfirmed\nGET\t/API/x/{other}\timplied\n",
	} {
		if _, err := coverage.ParseOperations([]byte(text)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := coverage.ParseExclusions([]byte("GET\t/api/X\tbecause\tnote\n")); err == nil || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("a reason that is not in the list: %v", err)
	}
}
