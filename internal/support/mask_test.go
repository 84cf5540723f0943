package support

import (
	"strings"
	"testing"
)

func TestMaskHidesWhatTellsOfAFarm(t *testing.T) {
	m := NewMask()
	isKind := func(s string) bool { return s == "PubRDSApp" || s == "Site" || s == "MailboxSettings" }
	if got := m.Address("Zürich/PubRDSApp/Sales/CRM client", isKind); got != "site-1/PubRDSApp/name-1/name-2" {
		t.Errorf("got %s", got)
	}
	if got := m.Address("MailboxSettings", isKind); got != "MailboxSettings" {
		t.Errorf("got %s", got)
	}
	for _, text := range []string{
		`PUT https://ras.corp.example/api/x: connection refused`,
		`dial tcp 10.1.2.3:20443: i/o timeout`,
		`dial tcp [fe80:1:2:3:4:5:6:7]:20443`,
		`the farm refused "Payroll 2026" of CRM client`,
		`logon of CORP\ras-admin failed`,
		`mail to jane.doe@corp.example`,
		`x509: certificate is valid for broker01.corp.example`,
		`S-1-5-21-1-2-3-1001 is unknown`,
		`password=hunter2 token: abcdef Authorization: Basic`,
		`in ZÜRICH and zürich`,
		`'single' quotes`,
		`bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9abcdef`,
		`guid {6F3C1A52-8D0B-4E57-9C4A-2B7E5D10F3A6}`,
	} {
		got := strings.ToLower(m.Text(text))
		for _, leak := range []string{"corp", "10.1.2.3", "fe80", "payroll", "crm client", "ras-admin", "jane", "broker01", "s-1-5", "hunter2", "abcdef", "zürich", "single", "eyj", "6f3c"} {
			if strings.Contains(got, leak) {
				t.Errorf("%q becomes %q, which tells %q", text, got, leak)
			}
		}
	}
	if a, b := m.Text("broker01.corp.example"), m.Text("BROKER01.corp.example"); a != b {
		t.Errorf("the same host is %s and %s", a, b)
	}
	if got := m.Text("3 of 12 changes done, 401 Unauthorized"); got != "3 of 12 changes done, 401 Unauthorized" {
		t.Errorf("got %q", got)
	}
}
