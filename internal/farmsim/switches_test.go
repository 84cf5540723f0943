package farmsim

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestSwitchNames(t *testing.T) {
	all := AllSwitches()
	if len(all) != len(SwitchNames())+2 || all[0].Name != "baseline" || all[len(all)-1].Name != "all" {
		t.Fatalf("%d combinations", len(all))
	}
	for _, s := range all {
		back, err := ParseSwitches(s.Switches.String())
		if err != nil || back != s.Switches {
			t.Errorf("%s: %+v %v", s.Name, back, err)
		}
		if s.Name != "all" && s.Name != "write-alternative" && s.Switches.String() != s.Name {
			t.Errorf("%s is printed as %s", s.Name, s.Switches)
		}
	}
	for _, bad := range []string{"nonsense", "principals-resolved=maybe", "write-alternative=x"} {
		if _, err := ParseSwitches(bad); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
	s, err := ParseSwitches("Throttle503, apply-answers-200 write-alternative=2")
	if err == nil {
		t.Errorf("a field name is accepted: %+v", s)
	}
	s, err = ParseSwitches("throttle-503, apply-answers-200 write-alternative=2")
	if want := (Switches{Throttle503: true, ApplyAnswers200: true, WriteAlternative: 2}); err != nil || s != want {
		t.Errorf("%+v %v", s, err)
	}
}

func with(t *testing.T, s Switches, o Options) *client {
	o.Switches = s
	return open(t, o)
}

func TestPrincipalsResolved(t *testing.T) {
	c := with(t, Switches{PrincipalsResolved: true}, Options{})
	c.post("/api/LogonHours?siteId=1", `{"name":"L"}`)
	c.want(201, "POST", "/api/LogonHours/1/Criteria/SecurityPrincipals", `{"account":"EXAMPLE\\anna"}`)
	holds(t, c.list("/api/LogonHours/1/Criteria/SecurityPrincipals")[0], `{"account":"SID://EXAMPLE/anna","sid":"`+sidOf(`EXAMPLE\ANNA`)+`"}`)
	c.want(409, "POST", "/api/LogonHours/1/Criteria/SecurityPrincipals", `{"account":"example\\Anna"}`)
	c.want(204, "DELETE", "/api/LogonHours/1/Criteria/SecurityPrincipals", `{"account":"EXAMPLE\\anna"}`)
	holds(t, c.want(201, "POST", "/api/AdminAccount", `{"name":"EXAMPLE\\bob"}`), `{"name":"SID://EXAMPLE/bob"}`)
	c.want(409, "POST", "/api/AdminAccount", `{"name":"EXAMPLE\\Bob"}`)
}

func TestItemsBySite(t *testing.T) {
	for _, b := range []bool{false, true} {
		c := with(t, Switches{ItemsBySite: b}, Options{})
		c.post("/api/Site?noInstall=true", `{"name":"East","server":"b2"}`)
		c.post("/api/PubItems/Apps/RDS", `{"name":"A","siteId":1}`)
		c.post("/api/PubItems/Apps/RDS", `{"name":"B","siteId":2}`)
		c.post("/api/PubItems/Apps/RDS", `{"name":"C","siteId":1,"publishToSiteIds":[1,2]}`)
		one, two := len(c.list("/api/PubItems/Apps/RDS?SiteId=1")), len(c.list("/api/PubItems/Apps/RDS?SiteId=2"))
		if b && (one != 2 || two != 2) || !b && (one != 3 || two != 3) {
			t.Errorf("%v: %d and %d", b, one, two)
		}
	}
}

func TestNewItemLast(t *testing.T) {
	for _, b := range []bool{false, true} {
		c := with(t, Switches{NewItemLast: b}, Options{})
		for _, name := range []string{"A", "B", "C"} {
			c.post("/api/PubItems/Apps/RDS", map[string]any{"name": name})
		}
		want := "CBA"
		if b {
			want = "ABC"
		}
		if got := chainOf(t, c, 0); got != want {
			t.Errorf("%v: %s", b, got)
		}
	}
}

func TestFolderStatusInherited(t *testing.T) {
	for _, b := range []bool{false, true} {
		c := with(t, Switches{FolderStatusInherited: b}, Options{})
		c.post("/api/PubItems/Folders", `{"name":"F"}`)
		c.post("/api/PubItems/Folders", `{"name":"G","parentId":1}`)
		c.post("/api/PubItems/Apps/RDS", `{"name":"A","parentId":2}`)
		c.list("/api/PubItems/Apps/RDS")
		c.want(204, "PUT", "/api/PubItems/1/Folders", `{"enabledMode":2}`)
		want := int64(1)
		if b {
			want = 2
		}
		if got := at(c.list("/api/PubItems/Apps/RDS"), "0.enabledMode"); got != want {
			t.Errorf("%v: %v", b, got)
		}
		if got := c.f.Staged().Find("PubRDSApp", "name", "A")["enabledMode"]; got != int64(1) {
			t.Errorf("%v: the own status is lost: %v", b, got)
		}
	}
}

func TestHostListMajorOnly(t *testing.T) {
	c := with(t, Switches{HostListMajorOnly: true}, Options{})
	c.post("/api/RDS/Host?siteId=1&noInstall=true", `{"server":"a","description":"d"}`)
	v := c.list("/api/RDS/Host")[0]
	holds(t, v, `{"id":1,"server":"a","enabled":true,"description":"d","rasTemplateId":0}`)
	for _, name := range []string{"maxSessions", "port", "inheritDefaultAgentSettings"} {
		if at(v, name) != nil {
			t.Errorf("the list shows %s", name)
		}
	}
	holds(t, c.get("/api/RDS/Host/1"), `{"maxSessions":250}`)
}

func TestFreshRules(t *testing.T) {
	c := with(t, Switches{FreshItemHasRule: true}, Options{})
	c.post("/api/PubItems/Apps/RDS", `{"name":"A"}`)
	holds(t, at(c.get("/api/PubItems/1/Filter"), "rules.0"), `{"id":1,"priority":1,"enabled":true}`)
	c.want(201, "POST", "/api/PubItems/1/Rules", `{"name":"x"}`)
	holds(t, at(c.get("/api/PubItems/1/Filter"), "rules.1"), `{"id":2,"priority":2,"name":"x"}`)

	c = with(t, Switches{FreshRuleAfterApply: true}, Options{})
	c.post("/api/PubItems/Apps/RDS", `{"name":"A"}`)
	c.want(201, "POST", "/api/PubItems/1/Rules", `{"name":"x"}`)
	if got := at(c.get("/api/PubItems/1/Filter"), "rules.0"); got != nil {
		t.Errorf("listed before the apply: %v", got)
	}
	if got := c.list("/api/PubItems/1/Rules"); len(got) != 0 {
		t.Errorf("listed before the apply: %v", got)
	}
	c.want(204, "POST", "/api/Settings/apply", nil)
	holds(t, at(c.get("/api/PubItems/1/Filter"), "rules.0"), `{"name":"x"}`)
	if c.f.Pending() {
		t.Error("an apply leaves something pending")
	}
}

func TestSingleAsObject(t *testing.T) {
	c := with(t, Switches{SingleAsObject: true}, Options{})
	holds(t, c.get("/api/Site"), `{"name":"Main"}`)
	c.list("/api/RDS/Host")
	c.post("/api/Site?noInstall=true", `{"name":"East","server":"b2"}`)
	c.list("/api/Site")
}

func TestEmptyAsNull(t *testing.T) {
	c := with(t, Switches{EmptyAsNull: true}, Options{})
	holds(t, c.want(201, "POST", "/api/PubItems/Folders", `{"name":"A"}`), `{"description":null,"maintenanceMessages":{"maintenanceMessage_en_US":null}}`)
	if got := c.f.Staged()["PubFolder"][0]["description"]; got != "" {
		t.Errorf("stored as %v", got)
	}
}

func TestUnknownProperties(t *testing.T) {
	base := open(t, Options{})
	base.post("/api/PubItems/Apps/RDS", `{"name":"A"}`)
	s := base.f.Staged()
	s["PubRDSApp"][0]["colorDepth"] = int64(17)
	s["PubRDSApp"][0]["newInV22"] = "kept"
	if _, err := New(Options{Catalog: testCatalog(t), State: s}); err == nil || !strings.Contains(err.Error(), "newInV22") {
		t.Errorf("baseline takes unknown properties: %v", err)
	}
	c := with(t, Switches{UnknownProperties: true}, Options{State: s})
	holds(t, c.get("/api/PubItems/1/Apps/RDS"), `{"futureSetting":"as shipped","colorDepth":17,"newInV22":"kept"}`)
	c.want(204, "PUT", "/api/PubItems/1/Apps/RDS", `{"futureSetting":"mine","newInV22":"changed","colorDepth":18}`)
	holds(t, c.get("/api/PubItems/1/Apps/RDS"), `{"futureSetting":"mine","colorDepth":18,"newInV22":"changed"}`)
	c.refused("PUT", "/api/PubItems/1/Apps/RDS", `{"nonsense":1}`, "nonsense")
	holds(t, c.want(201, "POST", "/api/PubItems/Apps/RDS", `{"name":"B","futureSetting":"new"}`), `{"futureSetting":"new"}`)
	c.want(201, "POST", "/api/PubItems/1/Rules", `{"name":"x"}`)
	holds(t, at(c.get("/api/PubItems/1/Filter"), "rules.0"), `{"futureMark":7}`)
}

func TestThrottle(t *testing.T) {
	c := with(t, Switches{Throttle503: true, RetryAfterHeader: true}, Options{Rate: 2})
	c.get("/api/Site")
	c.clock.advance(8500 * time.Millisecond)
	r := c.do("GET", "/api/Site", nil)
	if r.Code != 503 || r.Header().Get("Retry-After") != "2" {
		t.Errorf("%d %v", r.Code, r.Header())
	}
}

func TestInheritedValuesShown(t *testing.T) {
	for _, b := range []bool{false, true} {
		c := with(t, Switches{InheritedValuesShown: b}, Options{})
		c.want(204, "PUT", "/api/RDSDefaultSettings", `{"maxSessions":77}`)
		c.post("/api/RDS/Host?siteId=1&noInstall=true", `{"server":"a","maxSessions":5,"inheritDefaultAgentSettings":true}`)
		want := int64(5)
		if b {
			want = 77
		}
		if got := at(c.get("/api/RDS/Host/1"), "maxSessions"); got != want {
			t.Errorf("%v: %v", b, got)
		}
		c.want(204, "PUT", "/api/RDS/Host/1", `{"inheritDefaultAgentSettings":false}`)
		if got := at(c.get("/api/RDS/Host/1"), "maxSessions"); got != int64(5) {
			t.Errorf("%v: the own value is lost: %v", b, got)
		}
	}
}

func TestMembersObject(t *testing.T) {
	c := with(t, Switches{MembersObject: true}, Options{})
	pool := c.post("/api/RDS/HostPool?siteId=1", `{"name":"Pool"}`)
	c.post("/api/RDS/Host?siteId=1&noInstall=true", `{"server":"a"}`)
	members := fmt.Sprintf("/api/RDS/HostPool/%d/Members", pool)
	c.refused("PUT", members, `[1]`)
	c.refused("PUT", members, `{"ids":[1]}`)
	c.want(204, "PUT", members, `{"rdsIds":[1]}`)
	if n := len(c.list(members)); n != 1 {
		t.Errorf("%d members", n)
	}
}

func TestNestedPut(t *testing.T) {
	flat, nested := `{"webpageTitle":"x"}`, `{"userPortal":{"branding":{"webpageTitle":"x"}}}`
	for _, b := range []bool{false, true} {
		c := with(t, Switches{NestedPut: b}, Options{})
		id := c.post("/api/Theme?SiteId=1", `{"name":"T"}`)
		path := fmt.Sprintf("/api/Theme/%d", id)
		good, bad := flat, nested
		if b {
			good, bad = nested, flat
		}
		c.refused("PUT", path, bad)
		c.want(204, "PUT", path, good)
		holds(t, c.get(path), nested)
	}
}

func TestNestedPart(t *testing.T) {
	c := with(t, Switches{NestedPut: true}, Options{})
	c.refused("PUT", "/api/RDSDefaultSettings/FSLogix/ProfileContainer", `{"useMaxCacheSizeInMBs":true}`)
	c.want(204, "PUT", "/api/RDSDefaultSettings/FSLogix/ProfileContainer", `{"enabled":true,"cloudCache":{"useMaxCacheSizeInMBs":true,"maxCacheSizeInMBs":9}}`)
	holds(t, c.get("/api/RDSDefaultSettings"), `{"fsLogix":{"profileContainer":{"enabled":true,"cloudCache":{"maxCacheSizeInMBs":9}}}}`)
	holds(t, c.get("/api/RDSDefaultSettings/FSLogix/ProfileContainer"), `{"enabled":true,"cloudCache":{"maxCacheSizeInMBs":9}}`)
}

func TestCreateSiteInBody(t *testing.T) {
	c := with(t, Switches{CreateSiteInBody: true}, Options{})
	c.post("/api/Site?noInstall=true", `{"name":"East","server":"b2"}`)
	holds(t, c.want(201, "POST", "/api/RDS/Host?siteId=2&noInstall=true", `{"server":"a"}`), `{"siteId":1}`)
	holds(t, c.want(201, "POST", "/api/RDS/Host?noInstall=true", `{"server":"b","siteId":2}`), `{"siteId":2}`)
	// Where the schema knows one way only, the switch changes nothing.
	holds(t, c.want(201, "POST", "/api/Theme?SiteId=2", `{"name":"T"}`), `{"siteId":2}`)
}

func TestDuplicateNames(t *testing.T) {
	c := with(t, Switches{DuplicateNames: true}, Options{})
	c.post("/api/PubItems/Folders", `{"name":"A"}`)
	c.post("/api/PubItems/Folders", `{"name":"A"}`)
	c.want(409, "POST", "/api/RDS/HostPool?siteId=1", `{"name":"<default>"}`)
}

func TestDanglingDeletes(t *testing.T) {
	c := with(t, Switches{DanglingDeletes: true}, Options{})
	pool := c.post("/api/RDS/HostPool?siteId=1", `{"name":"P"}`)
	c.post("/api/RDS/Host?siteId=1&noInstall=true", `{"server":"a"}`)
	c.want(204, "PUT", fmt.Sprintf("/api/RDS/HostPool/%d/Members", pool), `[1]`)
	c.post("/api/PubItems/Folders", `{"name":"F"}`)
	c.post("/api/PubItems/Apps/RDS", map[string]any{"name": "A", "parentId": 1, "publishFrom": 1, "publishFromHostPoolIds": []any{pool}})
	c.want(204, "DELETE", fmt.Sprintf("/api/RDS/HostPool/%d", pool), nil)
	c.want(204, "DELETE", "/api/PubItems/1/Folders", nil)
	holds(t, c.get("/api/PubItems/2/Apps/RDS"), fmt.Sprintf(`{"parentId":1,"publishFromGroup":[%d]}`, pool))
	if n := len(c.list("/api/RDS/HostPool/1/Members")); n != 1 {
		t.Errorf("the host is in no pool: %d", n)
	}
	if _, err := New(Options{Catalog: testCatalog(t), State: c.f.Staged(), Switches: Switches{DanglingDeletes: true}}); err != nil {
		t.Error(err)
	}

	c = open(t, Options{})
	c.post("/api/PubItems/Folders", `{"name":"F"}`)
	c.post("/api/PubItems/Apps/RDS", `{"name":"A","parentId":1}`)
	c.refused("DELETE", "/api/PubItems/1/Folders", nil, "not empty")
}

func TestSleepingReferencesHoldNothing(t *testing.T) {
	c := open(t, Options{})
	pool := c.post("/api/RDS/HostPool?siteId=1", `{"name":"P"}`)
	c.post("/api/PubItems/Apps/RDS", map[string]any{"name": "A", "publishFrom": 1, "publishFromHostPoolIds": []any{pool}})
	c.refused("DELETE", fmt.Sprintf("/api/RDS/HostPool/%d", pool), nil, "in use by PubRDSApp A")
	c.want(204, "PUT", "/api/PubItems/1/Apps/RDS", `{"publishFrom":0}`)
	c.want(204, "DELETE", fmt.Sprintf("/api/RDS/HostPool/%d", pool), nil)
	holds(t, c.get("/api/PubItems/1/Apps/RDS"), `{"publishFromGroup":[]}`)
}

func TestCreateDisabled(t *testing.T) {
	c := with(t, Switches{CreateDisabled: true}, Options{})
	holds(t, c.want(201, "POST", "/api/PubItems/Folders", `{"name":"A"}`), `{"enabledMode":0}`)
	holds(t, c.want(201, "POST", "/api/RDS/HostPool?siteId=1", `{"name":"A"}`), `{"enabled":false}`)
	holds(t, c.want(201, "POST", "/api/RDS/HostPool?siteId=1", `{"name":"B","enabled":true}`), `{"enabled":true}`)
	holds(t, c.list("/api/RDS/HostPool")[0], `{"name":"<Default>","enabled":true}`)
}

func TestApplyAnswers200(t *testing.T) {
	c := with(t, Switches{ApplyAnswers200: true}, Options{})
	if c.want(200, "POST", "/api/Settings/apply", nil) == nil {
		t.Error("no body")
	}
}

func TestNoRightsEmpty(t *testing.T) {
	c := with(t, Switches{NoRightsEmpty: true}, Options{})
	c.f.Deny("RDSHostPool")
	if n := len(c.list("/api/RDS/HostPool")); n != 0 {
		t.Errorf("%d objects", n)
	}
	c.want(401, "POST", "/api/RDS/HostPool?siteId=1", `{"name":"x"}`)
}

func TestWriteAlternative(t *testing.T) {
	c := with(t, Switches{WriteAlternative: 1}, Options{})
	c.post("/api/LogonHours?siteId=1", `{"name":"L"}`)
	c.refused("POST", "/api/LogonHours/1/Criteria/Devices", `{"clientDeviceName":"PC1"}`, "clientDeviceName")
	c.want(201, "POST", "/api/LogonHours/1/Criteria/Devices", `{"client":"PC1"}`)
	c.want(204, "DELETE", "/api/LogonHours/1/Criteria/Devices", `{"client":"PC1"}`)
}
