package coverage_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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
			t.Errorf("%s %s is neither claimed by a kind nor excluded (%s)", e.Method, e.Path, f.Name)
		}
	}
	for _, op := range ops {
		if n := place[op.Method+" "+op.Path]; n != 1 {
			t.Errorf("%s %s stands in %d places", op.Method, op.Path, n)
		}
	}
}

// TestFamiliesAreChapters: an operation that nobody claims is told beside
// those that it belongs to.
func TestFamiliesAreChapters(t *testing.T) {
	cat, ops, exclusions := load(t)
	family := map[string]string{}
	for _, f := range coverage.Compute(cat, ops, exclusions).Families {
		if len(f.Name) > 20 {
			t.Errorf("%s is too long for the table", f.Name)
		}
		for _, list := range [][]coverage.Entry{f.Claims, f.Exclusions} {
			for _, e := range list {
				family[e.Method+" "+e.Path] = f.Name
			}
		}
	}
	for operation, want := range map[string]string{
		"GET /api/RDSession":                                "session hosts",
		"POST /api/RDS/Host/{id}/Reboot":                    "session hosts",
		"POST /api/VDI/HostPool/{id}/RecreateHosts":         "virtual desktops",
		"GET /api/Provider/VM/VDIHost/Status":               "virtual desktops",
		"POST /api/AVD/ResourceGroup":                       "AVD",
		"POST /api/Provider/VM/AVDHost/Standalone":          "AVD",
		"POST /api/Provider/{providerId}/VM/{id}/Start":     "providers",
		"POST /api/Certificates/ImportPfx":                  "certificates",
		"POST /api/Gateway/{id}/PrivateKey":                 "gateways",
		"POST /api/ConnectionBroker/{id}/promote":           "sites and brokers",
		"GET /api/Broker":                                   "sites and brokers",
		"PUT /api/MFA/Users":                                "MFA",
		"POST /api/MFAVendor/Details":                       "MFA",
		"POST /api/TenantBroker/Join":                       "tenants",
		"GET /api/License":                                  "farm",
		"PUT /api/WebService/settings/ImportCertificate":    "farm",
		"PUT /api/PrintingScanning/Enable":                  "site settings",
		"PUT /api/FSLogix/ProfileContainer/UploadInstaller": "site settings",
		"POST /api/PubItems/{id}/Copy":                      "publishing",
		"POST /api/ClientPolicies/import":                   "policies",
		"POST /api/SAMLIDP/{id}/Duplicate":                  "access",
	} {
		if got := family[operation]; got != want {
			t.Errorf("%s is in the family %q, want %q", operation, got, want)
		}
	}
}

// TestExclusionsConvince: an operation is left out for one of a few reasons
// only, and what writes says what makes it no configuration.
func TestExclusionsConvince(t *testing.T) {
	allowed := []string{"status read", "run-time action", "session control", "licensing", "support", "deprecated", "suspect"}
	if diff := cmp.Diff(allowed, coverage.Reasons()); diff != "" {
		t.Error(diff)
	}
	_, _, exclusions := load(t)
	for _, x := range exclusions {
		if !slices.Contains(allowed, x.Reason) {
			t.Errorf("%s %s: %q is no reason", x.Method, x.Pattern, x.Reason)
		}
		if len(strings.Fields(x.Note)) < 3 {
			t.Errorf("%s %s: the note %q convinces nobody", x.Method, x.Pattern, x.Note)
		}
		if x.Method != "GET" && x.Reason == "status read" {
			t.Errorf("%s %s writes: it is no read", x.Method, x.Pattern)
		}
		// PUT and DELETE change what lasts: each is named by its path alone.
		if (x.Method == "PUT" || x.Method == "DELETE") && strings.Contains(x.Pattern, "**") && x.Reason != "suspect" {
			t.Errorf("%s %s: too wide", x.Method, x.Pattern)
		}
	}
}

// TestSameAsNamesOperations: what a kind does by other calls is an operation
// of the API that nobody calls.
func TestSameAsNamesOperations(t *testing.T) {
	cat, ops, _ := load(t)
	listed, sent := map[string]bool{}, map[string]string{}
	for _, op := range ops {
		listed[op.Method+" "+op.Path] = true
	}
	for _, c := range coverage.Claims(cat) {
		if c.Sent {
			sent[c.Method+" "+c.Path] = c.By
		}
	}
	for _, k := range cat.Kinds() {
		for _, operation := range k.SameAs {
			if !listed[operation] || sent[operation] != "" {
				t.Errorf("%s: %s: listed %v, called by %q", k.Name, operation, listed[operation], sent[operation])
			}
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

var update = flag.Bool("update", false, "write the figures of README.md anew")

// TestReadmeCountsRight: the figures of the README are those of the report.
func TestReadmeCountsRight(t *testing.T) {
	const file = "../../README.md"
	readme, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	cat, ops, exclusions := load(t)
	r := coverage.Compute(cat, ops, exclusions)
	thousands := func(n int) string { return fmt.Sprintf("%d,%03d", n/1000, n%1000) }
	sentence := regexp.MustCompile(`[\d,]+( kinds take care of )[\d,]+( of its )[\d,]+( operations, the other )\d+( read)`)
	want := sentence.ReplaceAll(readme, fmt.Appendf(nil, "%d${1}%s${2}%s${3}%d${4}", len(cat.Kinds()), thousands(r.Claimed), thousands(r.Operations), r.Excluded))
	switch {
	case !sentence.Match(readme):
		t.Error("README.md does not say what is covered")
	case *update:
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
	case string(want) != string(readme):
		t.Errorf("README.md does not say %q: run make generate", sentence.Find(want))
	}
}
