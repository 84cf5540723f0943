package farmsim

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// The tests of this file pin the wire format to the facts: the literals are
// those of the reference pages and samples.

func TestLogon(t *testing.T) {
	c := open(t, Options{FarmName: "Farm", FarmGUID: "{G}"})
	v := c.logon()
	holds(t, v, `{"localAuth":false,"userId":1,"applySettingsEnabled":false,"connectedSiteId":1,"primaryBrokerConnection":true,
		"licensingServerConnection":true,"connectedServer":"broker1.example.com","licensingServer":"broker1.example.com",
		"domain":"example.com","farmName":"Farm","farmGUID":"{G}"}`)
	for _, name := range []string{"authToken", "settingsId", "sessionId"} {
		if v[name] == nil {
			t.Errorf("%s is missing", name)
		}
	}
	c.post("/api/PubItems/Folders", `{"name":"A"}`)
	if c.logon()["applySettingsEnabled"] != true {
		t.Error("a staged change is not shown by the logon")
	}
	holds(t, c.want(401, "POST", "/api/session/LOGON", `{"username":"admin@example.com","password":"no"}`), `{"status":401}`)
	if s, ok := c.want(200, "POST", "/api/Session/logoff", nil).(string); !ok || s == "" {
		t.Error("logoff answers no text")
	}
	p := c.want(401, "GET", "/api/RDS/Host", nil)
	for _, name := range []string{"type", "title", "status", "detail", "instance"} {
		if at(p, name) == nil {
			t.Errorf("problem details without %s: %v", name, p)
		}
	}
}

func TestTokensExpire(t *testing.T) {
	c := open(t, Options{TokenRequests: 2})
	c.get("/api/Site")
	c.get("/api/Site")
	c.want(401, "GET", "/api/Site", nil)
	c = open(t, Options{TokenIdle: time.Minute})
	c.clock.advance(59 * time.Second)
	c.get("/api/Site")
	c.clock.advance(61 * time.Second)
	c.want(401, "GET", "/api/Site", nil)
	c.logon()
	c.f.ExpireTokens()
	c.want(401, "GET", "/api/Site", nil)
	if c.f.Sessions() != 0 {
		t.Error("sessions are left")
	}
}

func TestMediaType(t *testing.T) {
	c := open(t, Options{})
	for _, media := range []string{"", "application/json", "application/json; api-version=2.0", "text/plain"} {
		r := httptest.NewRequest("GET", "/api/Site", nil)
		r.Header.Set("Content-Type", media)
		r.Header.Set("auth_token", c.token)
		w := httptest.NewRecorder()
		c.f.ServeHTTP(w, r)
		if w.Code != http.StatusUnsupportedMediaType || !strings.Contains(w.Body.String(), `"status":415`) {
			t.Errorf("%q: %d %s", media, w.Code, w.Body)
		}
	}
	if got := c.do("GET", "/api/Site", nil).Header().Get("Content-Type"); got != "application/json; api-version=1.0" {
		t.Errorf("the answer is of type %q", got)
	}
}

func TestPublishingSample(t *testing.T) {
	c := open(t, Options{})
	v := c.want(201, "POST", "/api/PubItems/Apps/RDS", `{"target":"C:\\Windows\\System32\\notepad.exe","name":"Notepad"}`)
	holds(t, v, `{"id":1,"name":"Notepad","target":"C:\\Windows\\System32\\notepad.exe","type":2,"parentId":0,"previousId":0,
		"publishFrom":0,"colorDepth":5,"licenseLimitNotify":0,"waitForPrintersTimeout":20,"publishToSite":[1],
		"publishFromServer":[],"perServerAttributes":[],"fileExtensions":[],
		"maintenanceMessages":{"maintenanceMessage_en_US":""},
		"adminCreate":"admin@example.com","timeCreate":"2026-03-01T12:00:00.000Z"}`)
	if got := c.list("/api/pubitems/APPS/rds?siteid=1"); len(got) != 1 || !sameValue(got[0], v) {
		t.Errorf("the list holds %v", got)
	}
	c.clock.advance(time.Second)
	c.want(204, "PUT", "/api/PubItems/1/Apps/RDS", `{"maintenanceMessage_en_US":"later","publishFromHostPoolIds":[1],"target":null}`)
	holds(t, c.get("/api/PubItems/1/Apps/RDS"), `{"maintenanceMessages":{"maintenanceMessage_en_US":"later"},"publishFromGroup":[1],
		"target":"C:\\Windows\\System32\\notepad.exe","timeLastMod":"2026-03-01T12:00:01.000Z","timeCreate":"2026-03-01T12:00:00.000Z"}`)
	// Keys and members of the lists of an application.
	c.want(201, "POST", "/api/RDS/Host?noInstall=true", `{"server":"rds1"}`)
	if r := c.do("POST", "/api/PubItems/1/Apps/RDS/ServerAttr/1", `{"serverID":1,"target":"D:\\x.exe"}`); r.Code != 201 || r.Body.Len() != 0 {
		t.Errorf("server attribute: %d %s", r.Code, r.Body)
	}
	c.want(204, "PUT", "/api/PubItems/1/Apps/RDS/ServerAttr/1", `{"startIn":"D:\\"}`)
	holds(t, c.get("/api/PubItems/1/Apps/RDS"), `{"perServerAttributes":[{"serverID":1,"target":"D:\\x.exe","startIn":"D:\\","parameters":""}]}`)
	c.want(204, "DELETE", "/api/PubItems/1/Apps/RDS/ServerAttr/1", nil)
	c.want(404, "DELETE", "/api/PubItems/1/Apps/RDS/ServerAttr/1", nil)
}

func TestRefusals(t *testing.T) {
	c := open(t, Options{})
	id := c.post("/api/PubItems/Apps/RDS", `{"name":"A"}`)
	app := fmt.Sprintf("/api/PubItems/%d/Apps/RDS", id)
	for _, tt := range []struct{ method, path, body, word string }{
		{"PUT", app, `{"publishFrom":"All"}`, "publishFrom"},
		{"PUT", app, `{"publishFrom":99}`, "publishFrom"},
		{"PUT", app, `{"maintenanceMessages":{"maintenanceMessage_en_US":"x"}}`, "maintenanceMessages"},
		{"PUT", app, `{"publishFromHostPoolIds":[77]}`, "publishFromHostPoolIds"},
		{"PUT", app, `{"publishFromGroup":[1]}`, "publishFromGroup"},
		{"PUT", app, `{"startMaximized":1}`, "startMaximized"},
		{"PUT", app, `{"waitForPrintersTimeout":"20"}`, "waitForPrintersTimeout"},
		{"PUT", app, `{"description":5}`, "description"},
		{"PUT", app, `{"parentId":1}`, "parentId"},
		{"PUT", app, `{"nonsense":1}`, "nonsense"},
		{"PUT", app, `{"name":"` + strings.Repeat("x", 256) + `"}`, "name"},
		{"PUT", app, `[1]`, "object"},
		{"PUT", app, `{`, "JSON"},
		{"POST", "/api/PubItems/Apps/RDS", `{"target":"x"}`, "name"},
		{"POST", "/api/PubItems/Apps/RDS", `{"name":"B","nonsense":1}`, "nonsense"},
		{"POST", "/api/PubItems/Apps/RDS", `{"name":"B","parentId":77}`, "parentId"},
		{"POST", "/api/PubItems/Apps/RDS", `{"name":"B","siteId":77}`, "siteId"},
		{"POST", "/api/ClientPolicies", `{"name":"P","browserType":1}`, "browserType"},
		{"POST", "/api/MFA/Radius", `{"name":"R"}`, "required"},
		{"DELETE", "/api/RDS/HostPool/1", ``, "built in"},
		{"DELETE", "/api/Site/1", ``, "built in"},
		{"DELETE", "/api/ConnectionBroker/1", ``, "built in"},
		{"PUT", "/api/RDS/HostPool/1", `{"newName":"Other"}`, "built in"},
		{"PUT", "/api/ConnectionBroker/1", `{"enabled":false}`, "primary"},
		{"DELETE", "/api/AdminAccount/1", ``, "in use"},
		{"PUT", "/api/AdminAccount/1", `{"permissions":0}`, "root administrator"},
	} {
		c.refused(tt.method, tt.path, tt.body, tt.word)
	}
	holds(t, c.want(404, "GET", "/api/PubItems/99/Apps/RDS", nil), `{"status":404}`)
	holds(t, c.want(404, "GET", "/api/nowhere", nil), `{"status":404}`)
	holds(t, c.want(405, "PATCH", "/api/Site", nil), `{"status":405}`)
	holds(t, c.want(409, "POST", "/api/PubItems/Apps/RDS", `{"name":"a"}`), `{"status":409}`)
	if n := len(c.list("/api/PubItems/Apps/RDS")); n != 1 {
		t.Errorf("a refusal left a trace: %d items", n)
	}
}

func TestCriteriaReadNestedWriteFlat(t *testing.T) {
	c := open(t, Options{})
	c.post("/api/LogonHours?siteId=1", `{"name":"Night"}`)
	holds(t, c.get("/api/LogonHours/1"), `{"enabled":false,"order":0,"siteId":1}`)
	c.want(204, "PUT", "/api/LogonHours/1/Criteria", `{"securityPrincipalsEnabled":true,"securityPrincipalsMatchingMode":1,"iPsEnabled":true}`)
	c.refused("PUT", "/api/LogonHours/1/Criteria", `{"securityPrincipals":{"enabled":true}}`, "securityPrincipals")
	c.refused("PUT", "/api/LogonHours/1/Criteria", `{"access":1}`, "access")
	c.want(204, "PUT", "/api/LogonHours/1/DayPlan", `{"monday":16777215,"sunday":0}`)
	c.refused("PUT", "/api/LogonHours/1/DayPlan", `{"monday":16777216}`, "monday")
	c.want(201, "POST", "/api/LogonHours/1/Criteria/SecurityPrincipals", `{"account":"EXAMPLE\\Finance Group"}`)
	c.want(409, "POST", "/api/LogonHours/1/Criteria/SecurityPrincipals", `{"account":"example\\finance group"}`)
	c.want(201, "POST", "/api/LogonHours/1/Criteria/Devices", `{"clientDeviceName":"PC1"}`)
	c.want(201, "POST", "/api/LogonHours/1/Criteria/GatewayIPs", `{"ip":"10.0.0.5"}`)
	c.want(201, "POST", "/api/LogonHours/1/Criteria/IPs", `{"ip":"10.0.0.1","ipType":0}`)
	c.want(409, "POST", "/api/LogonHours/1/Criteria/IPs", `{"ip":"10.0.0.1","ipType":0}`)
	c.want(201, "POST", "/api/LogonHours/1/Criteria/IPs", `{"ip":"10.0.1.1-10.0.1.9","ipType":0}`)
	c.want(201, "POST", "/api/LogonHours/1/Criteria/IPs", `{"ip":"2001:db8::1","ipType":1}`)
	for _, bad := range []string{`{"ip":"10.0.0","ipType":0}`, `{"ip":"10.0.0.1","ipType":1}`, `{"ip":"10.0.0.9-10.0.0.1","ipType":0}`, `{"ip":"10.0.0.1"}`, `{"ip":"10.0.0.1","ipType":2}`} {
		c.refused("POST", "/api/LogonHours/1/Criteria/IPs", bad)
	}
	sid := sidOf(`EXAMPLE\Finance Group`)
	v := c.get("/api/LogonHours/1/Criteria") // answers the whole object
	holds(t, v, `{"id":1,"name":"Night","permittedHourPlan":{"monday":16777215,"sunday":0},"criteria":{
		"securityPrincipals":{"enabled":true,"matchingMode":1,"members":[{"account":"EXAMPLE\\Finance Group","type":2,"sid":"`+sid+`"}]},
		"devices":{"enabled":false,"members":[{"client":"PC1"}]},
		"gateways":{"members":[{"gatewayIP":"10.0.0.5"}]},
		"oSs":{"allowedOSes":{"chrome":false,"wyse":false}},
		"iPs":{"enabled":true,"allowedIPs":{"iPv4s":[{"from":"10.0.0.1","to":"10.0.0.1"},{"from":"10.0.1.1","to":"10.0.1.9"}],
			"iPv6s":[{"from":"2001:db8::1","to":"2001:db8::1"}]}}}}`)
	// A DELETE carries the body of the POST.
	c.want(204, "DELETE", "/api/LogonHours/1/Criteria/SecurityPrincipals", `{"account":null,"sid":"`+sid+`"}`)
	c.want(404, "DELETE", "/api/LogonHours/1/Criteria/SecurityPrincipals", `{"sid":"`+sid+`"}`)
	c.want(204, "DELETE", "/api/LogonHours/1/Criteria/Devices", `{"clientDeviceName":"pc1"}`)
	c.want(404, "DELETE", "/api/LogonHours/1/Criteria/Devices", `{"clientDeviceName":"pc1"}`)
	c.want(204, "DELETE", "/api/LogonHours/1/Criteria/IPs", `{"ip":"10.0.1.1-10.0.1.9","ipType":0}`)
	c.want(404, "DELETE", "/api/LogonHours/1/Criteria/IPs", `{"ip":"10.0.1.1-10.0.1.9","ipType":0}`)
	c.f.UnknownAccount(`EXAMPLE\ghost`)
	c.refused("POST", "/api/LogonHours/1/Criteria/SecurityPrincipals", `{"account":"EXAMPLE\\Ghost"}`, "could not be found")
	c.refused("POST", "/api/LogonHours/1/Criteria/SecurityPrincipals", `{}`)
	if got := c.list("/api/LogonHours/1/Criteria/SecurityPrincipals"); len(got) != 0 {
		t.Errorf("members are left: %v", got)
	}
}

func TestThemeMembersAreIds(t *testing.T) {
	c := open(t, Options{})
	theme := c.post("/api/Theme?SiteId=1", `{"name":"Blue"}`)
	holds(t, c.get(fmt.Sprintf("/api/Theme/%d", theme)), `{"enabled":true,"userPortal":{"url":{"loginPageURLPath":"Blue"}}}`)
	c.post("/api/LogonHours?siteId=1", `{"name":"Night"}`)
	c.want(201, "POST", "/api/LogonHours/1/Criteria/Themes", map[string]any{"themeId": theme})
	c.refused("POST", "/api/LogonHours/1/Criteria/Themes", `{"themeId":99}`, "99")
	if got := c.list("/api/LogonHours/1/Criteria/Themes"); !sameValue(got, []any{theme}) {
		t.Errorf("themes are %v", got)
	}
	c.refused("DELETE", fmt.Sprintf("/api/Theme/%d", theme), nil, "in use", "Night")
	c.want(204, "DELETE", "/api/LogonHours/1/Criteria/Themes", map[string]any{"themeId": theme})
	c.want(204, "DELETE", fmt.Sprintf("/api/Theme/%d", theme), nil)
}

func TestOrderDirection(t *testing.T) {
	c := open(t, Options{})
	for _, name := range []string{"A", "B", "C"} {
		c.post("/api/LogonHours?siteId=1", map[string]any{"name": name})
	}
	order := func() string {
		var names [3]string
		for _, o := range c.list("/api/LogonHours") {
			i, _ := asInt(at(o, "order"))
			names[i], _ = at(o, "name").(string)
		}
		return strings.Join(names[:], "")
	}
	c.want(204, "PUT", "/api/LogonHours/3/order", `{"direction":0}`)
	if order() != "ACB" {
		t.Errorf("after up: %s", order())
	}
	c.want(204, "PUT", "/api/LogonHours/1/order", `{"direction":1}`)
	if order() != "CAB" {
		t.Errorf("after down: %s", order())
	}
	c.want(204, "PUT", "/api/LogonHours/3/order", `{"direction":0}`)
	c.refused("PUT", "/api/LogonHours/3/order", `{"direction":2}`)
	c.refused("PUT", "/api/LogonHours/3", `{"order":2}`, "order")
	c.want(204, "DELETE", "/api/LogonHours/1", nil)
	c.post("/api/LogonHours?siteId=1", `{"name":"D"}`)
	if order() != "CBD" {
		t.Errorf("after delete and add: %s", order())
	}
}

func TestMembers(t *testing.T) {
	c := open(t, Options{})
	pool := c.post("/api/RDS/HostPool?siteId=1", `{"name":"Pool"}`)
	a := c.post("/api/RDS/Host?siteId=1&noInstall=true", `{"server":"a"}`)
	b := c.post("/api/RDS/Host?siteId=1&noInstall=true", `{"server":"b"}`)
	if n := len(c.list("/api/RDS/HostPool/1/Members")); n != 2 {
		t.Fatalf("<Default> holds %d hosts", n)
	}
	members := fmt.Sprintf("/api/RDS/HostPool/%d/Members", pool)
	c.want(204, "PUT", members, []any{a})
	c.want(204, "PUT", members, []any{b}) // takes none out
	got := c.list(members)
	if len(got) != 2 {
		t.Fatalf("the pool holds %d hosts", len(got))
	}
	holds(t, got[0], `{"server":"a","maxSessions":250,"rasTemplateId":0,"inheritDefaultAgentSettings":true}`)
	c.refused("PUT", members, `{"rdsIds":[1]}`)
	c.refused("PUT", members, `[99]`, "99")
	c.refused("DELETE", fmt.Sprintf("/api/RDS/HostPool/%d", pool), nil, "in use")
	c.want(204, "PUT", "/api/RDS/HostPool/1/Members", []any{a, b})
	c.want(204, "DELETE", fmt.Sprintf("/api/RDS/HostPool/%d", pool), nil)
	if e := c.f.Effects(); len(e) != 0 {
		t.Errorf("effects: %v", e)
	}
	c.post("/api/RDS/Host?siteId=1", `{"server":"c"}`)
	if e := c.f.Effects(); len(e) != 1 || !strings.Contains(e[0], "c") {
		t.Errorf("an agent was installed without a note: %v", e)
	}
}

func TestRules(t *testing.T) {
	c := open(t, Options{})
	c.post("/api/PubItems/Folders", `{"name":"F"}`)
	c.post("/api/PubItems/Apps/RDS", `{"name":"A","parentId":1}`)
	holds(t, c.get("/api/PubItems/2/Filter"), `{"rules":[],"default":0}`)
	if _, inline := c.get("/api/PubItems/2/Apps/RDS").(map[string]any)["rules"]; inline {
		t.Error("rules stand in the item's own answer")
	}
	for _, name := range []string{"one", "two", "three"} {
		if r := c.do("POST", "/api/PubItems/2/Rules", map[string]any{"name": name}); r.Code != 201 || r.Body.Len() != 0 {
			t.Fatalf("rule: %d %s", r.Code, r.Body)
		}
	}
	c.want(409, "POST", "/api/PubItems/2/Rules", `{"name":"Two"}`)
	c.refused("POST", "/api/PubItems/2/Rules", `{"enabled":true}`, "name")
	c.want(204, "PUT", "/api/PubItems/2/Filter", `{"default":1}`)
	v := c.get("/api/PubItems/2/Filter")
	holds(t, v, `{"default":1}`)
	for i, name := range []string{"one", "two", "three"} {
		holds(t, at(v, fmt.Sprintf("rules.%d", i)), fmt.Sprintf(`{"id":%d,"priority":%d,"name":%q,"enabled":true,"criteria":{"access":0}}`, i+1, i+1, name))
	}
	c.want(204, "PUT", "/api/PubItems/2/Rules/2/Criteria", `{"access":1,"securityPrincipalsEnabled":true,"themesEnabled":true}`)
	c.want(201, "POST", "/api/PubItems/2/Rules/2/Criteria/SecurityPrincipals", `{"account":"EXAMPLE\\anna"}`)
	c.want(204, "PUT", "/api/PubItems/2/Rules/2", `{"description":"second","enabled":false}`)
	c.want(204, "DELETE", "/api/PubItems/2/Rules/1", nil)
	c.want(404, "DELETE", "/api/PubItems/2/Rules/1", nil)
	c.want(201, "POST", "/api/PubItems/2/Rules", `{"name":"four"}`)
	v = c.get("/api/PubItems/2/Filter")
	holds(t, at(v, "rules.0"), `{"id":2,"priority":1,"name":"two","enabled":false,"description":"second",
		"criteria":{"access":1,"securityPrincipals":{"enabled":true,"matchingMode":0}}}`)
	holds(t, at(v, "rules.0.criteria.securityPrincipals.members.0"), `{"account":"EXAMPLE\\anna","type":1}`)
	holds(t, at(v, "rules.2"), `{"id":4,"priority":3,"name":"four"}`)
	holds(t, c.get("/api/PubItems/2/Rules/4"), `{"name":"four"}`)
}

func TestImage(t *testing.T) {
	c := open(t, Options{})
	upload := func(field, name string, data []byte) int {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		p, err := w.CreateFormFile(field, name)
		if err != nil {
			t.Fatal(err)
		}
		p.Write(data)
		w.Close()
		r := httptest.NewRequest("POST", "/api/Theme/CustomImage?SiteId=1", &b)
		r.Header.Set("Content-Type", w.FormDataContentType())
		r.Header.Set("auth_token", c.token)
		rec := httptest.NewRecorder()
		c.f.ServeHTTP(rec, r)
		if rec.Body.Len() != 0 && rec.Code < 300 {
			t.Errorf("an upload answers %s", rec.Body)
		}
		return rec.Code
	}
	png := []byte("\x89PNG\r\n\x1a\nrest")
	if got := upload("ImageFile", "logo ü.png", png); got != 204 {
		t.Fatalf("upload: %d", got)
	}
	if got := upload("Other", "x.png", png); got != 400 {
		t.Errorf("a wrong field: %d", got)
	}
	if got := upload("ImageFile", "LOGO ü.png", png); got != 409 {
		t.Errorf("the same name: %d", got)
	}
	holds(t, c.list("/api/Theme/CustomImage?SiteId=1")[0], `{"id":1,"name":"logo ü.png"}`)
	r := c.do("GET", "/api/Theme/CustomImage/1", nil)
	if got := r.Header().Get("Content-Type"); got != "image/png" || !bytes.Equal(r.Body.Bytes(), png) {
		t.Errorf("%s %q", got, r.Body)
	}
	c.want(204, "PUT", "/api/Theme/CustomImage/1", `{"newName":"new.png"}`)
	holds(t, c.list("/api/Theme/CustomImage")[0], `{"name":"new.png"}`)
	c.want(204, "DELETE", "/api/Theme/CustomImage/1", nil)
	c.want(404, "GET", "/api/Theme/CustomImage/1", nil)
}

func TestTypedCreates(t *testing.T) {
	c := open(t, Options{})
	body := `{"name":"R","radiusServer":"r.example.com","radiusPort":1812,"retries":2,"timeout":5,"displayName":"RADIUS","secretKey":"hush"}`
	id := c.post("/api/MFA/Radius?radiusType=5", body)
	v := c.get(fmt.Sprintf("/api/MFA/%d", id))
	holds(t, v, `{"type":5,"name":"R","enabled":false,"radiusPort":1812,"siteId":1}`)
	if _, ok := v.(map[string]any)["secretKey"]; ok {
		t.Error("the secret is answered")
	}
	if s, _ := c.f.Secret("MFARadius", id, "secretKey"); s != "hush" {
		t.Errorf("the secret is kept as %v", s)
	}
	c.refused("POST", "/api/MFA/Radius?radiusType=9", strings.Replace(body, `"R"`, `"R2"`, 1))
	c.want(409, "POST", "/api/MFA/TOTP", `{"name":"r","displayName":"x"}`)
	c.post("/api/MFA/TOTP", `{"name":"T","displayName":"x"}`)
	if n := len(c.list("/api/MFA")); n != 2 {
		t.Errorf("the shared list holds %d", n)
	}
	// No page tells whether an update takes the port: farms of both kinds are served.
	c.want(204, "PUT", fmt.Sprintf("/api/MFA/Radius/%d", id), `{"radiusPort":1}`)
	short := open(t, Options{Disagree: &Disagreement{ShortUpdates: true}})
	other := short.post("/api/MFA/Radius?radiusType=5", body)
	short.refused("PUT", fmt.Sprintf("/api/MFA/Radius/%d", other), `{"radiusPort":1}`, "radiusPort")
	c.want(404, "PUT", fmt.Sprintf("/api/MFA/TOTP/%d", id), `{"description":"x"}`)
	c.want(204, "PUT", fmt.Sprintf("/api/MFA/Radius/%d", id), `{"description":"x","inheritDefaultCriteriaSettings":false}`)
	for _, r := range c.f.Requests() {
		if strings.Contains(r.Body, "hush") || strings.Contains(r.Body, DefaultPassword) {
			t.Errorf("the log holds a secret: %s", r.Body)
		}
	}
	theme := c.post("/api/Theme?SiteId=1", `{"name":"Blue"}`)
	c.want(204, "PUT", fmt.Sprintf("/api/Theme/%d", theme), map[string]any{"mfaId": id})
	c.refused("DELETE", fmt.Sprintf("/api/MFA/%d", id), nil, "in use")
	saml := c.want(201, "POST", "/api/SAMLIDP", map[string]any{"name": "IdP", "host": "gw.example.com", "themeId": theme})
	holds(t, saml, `{"enabled":false,"host":"gw.example.com"}`)
	for _, name := range []string{"spEntityID", "spReplyURL", "spLogonURL", "spLogoutURL", "spCertificate"} {
		if s, _ := at(saml, name).(string); s == "" {
			t.Errorf("%s is empty", name)
		}
	}
	c.refused("POST", "/api/SAMLIDP", `{"name":"X","host":"h","logonURL":"u"}`, "logonURL")
}

func TestSites(t *testing.T) {
	c := open(t, Options{})
	c.refused("POST", "/api/Site?noInstall=true", `{"name":"East"}`, "server")
	v := c.want(201, "POST", "/api/Site?noInstall=true", `{"name":"East","server":"broker-east"}`)
	holds(t, v, `{"id":2,"name":"East","licensingSite":false}`)
	if _, ok := v.(map[string]any)["server"]; ok {
		t.Error("a site answers its server")
	}
	holds(t, c.list("/api/ConnectionBroker?SiteId=2")[0], `{"server":"broker-east","priority":0,"siteId":2,"enabled":true}`)
	holds(t, c.list("/api/RDS/HostPool?SiteId=2")[0], `{"name":"<Default>","siteId":2}`)
	holds(t, c.list("/api/TunnelingPolicy?siteId=2")[0], `{"ip":"<Default>","publishType":3}`)
	if _, ok := c.list("/api/TunnelingPolicy?siteId=2")[0].(map[string]any)["siteId"]; ok {
		t.Error("a tunneling policy answers its site")
	}
	c.want(204, "PUT", "/api/RDSDefaultSettings?SiteId=2", `{"maxSessions":7}`)
	holds(t, c.get("/api/RDSDefaultSettings?siteid=2"), `{"maxSessions":7}`)
	holds(t, c.get("/api/RDSDefaultSettings"), `{"maxSessions":250}`)
	// A site in the wrong place is ignored: the object lands in the licensing site.
	holds(t, c.want(201, "POST", "/api/RDS/Host?siteId=2&noInstall=true", `{"server":"here"}`), `{"siteId":2}`)
	holds(t, c.want(201, "POST", "/api/RDS/Host?noInstall=true", `{"server":"there","siteId":2}`), `{"siteId":1}`)
	holds(t, c.want(201, "POST", "/api/PubItems/Apps/RDS?siteId=2", `{"name":"App"}`), `{"publishToSite":[1]}`)
	holds(t, c.want(201, "POST", "/api/PubItems/Apps/RDS", `{"name":"App2","siteId":2}`), `{"publishToSite":[2]}`)
	c.want(404, "GET", "/api/RDS/Host?SiteId=9", nil)
	if n := len(c.list("/api/RDS/Host?SiteId=2&Server=HERE")); n != 1 {
		t.Errorf("the filter finds %d", n)
	}
	if n := len(c.list("/api/RDS/Host?SiteId=2&Server=nobody")); n != 0 {
		t.Errorf("the filter finds %d", n)
	}
	c.want(204, "DELETE", "/api/Site/2", nil)
	for kind, list := range c.f.Staged() {
		for _, o := range list {
			if o[siteKey] == int64(2) {
				t.Errorf("%s %v is left of the site", kind, o["id"])
			}
		}
	}
	c.want(409, "POST", "/api/Site?noInstall=true", `{"name":"main","server":"x"}`)
}

func TestAdministrators(t *testing.T) {
	c := open(t, Options{})
	id := c.post("/api/AdminAccount", `{"name":"EXAMPLE\\anna","permissions":0,"email":"a@example.com"}`)
	path := fmt.Sprintf("/api/AdminAccount/%d", id)
	holds(t, c.get(path), `{"name":"EXAMPLE\\anna","type":0,"permissions":0,"enabled":true}`)
	c.want(204, "PUT", path+"/PowerPermission", `{"allowSiteChanges":true,"allowInSiteIds":[1]}`)
	holds(t, c.get(path+"/PowerPermission"), `{"allowSiteChanges":true,"allowInSiteIds":[1],"adminId":2}`)
	c.want(204, "PUT", path, `{"permissions":1}`)
	c.want(204, "PUT", "/api/AdminAccount/1", `{"permissions":0}`)
	c.refused("DELETE", path, nil, "root administrator")
}

func TestRateLimit(t *testing.T) {
	c := open(t, Options{Rate: 50})
	for range 49 { // the logon was the first
		c.get("/api/Site")
	}
	r := c.do("GET", "/api/Site", nil)
	if r.Code != 429 || r.Header().Get("Retry-After") != "" {
		t.Errorf("%d %v", r.Code, r.Header())
	}
	c.clock.advance(9 * time.Second)
	c.want(429, "GET", "/api/Site", nil)
	c.clock.advance(time.Second)
	for range 50 {
		c.get("/api/Site")
	}
	c.want(429, "POST", "/api/PubItems/Folders", `{"name":"F"}`)
	if n := c.f.Writes(); n != 0 {
		t.Errorf("%d writes", n)
	}
}

func TestStagedAndApplied(t *testing.T) {
	c := open(t, Options{})
	c.post("/api/PubItems/Folders", `{"name":"F"}`)
	if len(c.f.Staged()["PubFolder"]) != 1 || len(c.f.Applied()["PubFolder"]) != 0 || !c.f.Pending() {
		t.Error("a write is not staged")
	}
	if r := c.do("POST", "/api/settings/Apply", nil); r.Code != 204 || r.Body.Len() != 0 {
		t.Errorf("apply: %d", r.Code)
	}
	if len(c.f.Applied()["PubFolder"]) != 1 || c.f.Pending() {
		t.Error("apply applies nothing")
	}
	c.want(204, "PUT", "/api/PubItems/1/Folders", `{"name":"G"}`)
	if c.f.Applied()["PubFolder"][0]["name"] != "F" || c.f.Staged()["PubFolder"][0]["name"] != "G" {
		t.Error("staged and applied share an object")
	}
	if err := c.f.Wipe(); err != nil {
		t.Fatal(err)
	}
	if c.f.Pending() || len(c.f.Staged()["PubFolder"]) != 0 {
		t.Error("a wipe leaves something")
	}
}

func TestLocksRightsFaults(t *testing.T) {
	c := open(t, Options{})
	c.post("/api/PubItems/Folders", `{"name":"F"}`)
	c.f.Lock("PubFolder", "f", `EXAMPLE\boss`)
	c.refused("PUT", "/api/PubItems/1/Folders", `{"description":"x"}`, "locked by", `EXAMPLE\boss`)
	c.refused("DELETE", "/api/PubItems/1/Folders", nil, "locked")
	c.refused("POST", "/api/PubItems/1/Rules", `{"name":"r"}`, "locked")
	c.get("/api/PubItems/Folders")
	c.f.Lock("PubFolder", "F", "")
	c.want(204, "PUT", "/api/PubItems/1/Folders", `{"description":"x"}`)

	c.f.Deny("PubFolder")
	c.want(401, "GET", "/api/PubItems/Folders", nil)
	c.want(401, "PUT", "/api/PubItems/1/Folders", `{}`)
	c.f.Allow("PubFolder")
	c.get("/api/PubItems/Folders")

	cut := func(n int, after bool, body string) (aborted bool) {
		defer func() { aborted = recover() == http.ErrAbortHandler }()
		c.f.FaultAt(n, after, Fault{Cut: true})
		c.do("PUT", "/api/PubItems/1/Folders", body)
		return false
	}
	if !cut(1, false, `{"description":"before"}`) || c.f.Staged()["PubFolder"][0]["description"] != "x" {
		t.Error("a cut before carries out")
	}
	if !cut(1, true, `{"description":"after"}`) || c.f.Staged()["PubFolder"][0]["description"] != "after" {
		t.Error("a cut after does not carry out")
	}
	c.f.FaultAt(2, true, FaultHTML)
	c.get("/api/Site")
	if r := c.do("GET", "/api/Site", nil); r.Code != 200 || !strings.Contains(r.Header().Get("Content-Type"), "html") {
		t.Errorf("HTML fault: %d %v", r.Code, r.Header())
	}
	c.f.FaultAt(1, false, FaultGateway)
	c.want(502, "PUT", "/api/PubItems/1/Folders", `{"description":"never"}`)
	c.f.FaultAt(1, false, Fault{Delay: time.Minute})
	before := c.f.Now()
	c.get("/api/Site")
	if c.f.Now().Sub(before) != time.Minute {
		t.Error("no delay")
	}
	c.f.SetFault(nil)
	if c.f.Staged()["PubFolder"][0]["description"] != "after" {
		t.Error("a fault before was carried out")
	}
}

func TestForbidWrites(t *testing.T) {
	c := open(t, Options{ForbidWrites: true})
	c.get("/api/Site")
	c.want(500, "POST", "/api/PubItems/Folders", `{"name":"F"}`)
	c.want(200, "POST", "/api/Session/logoff", nil)
	if got := c.f.Violations(); len(got) != 1 || got[0] != "POST /api/PubItems/Folders" {
		t.Errorf("violations: %v", got)
	}
	if c.f.Writes() != 0 || c.f.Count("GET") != 1 || c.f.Count("") != 4 {
		t.Errorf("counts: %d %d %d", c.f.Writes(), c.f.Count("GET"), c.f.Count(""))
	}
}

func TestServer(t *testing.T) {
	c := open(t, Options{})
	s, err := c.f.Start(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: pinned(t, s)}
	req, _ := http.NewRequestWithContext(t.Context(), "GET", s.URL+"/api/Site", nil)
	req.Header.Set("Content-Type", mediaType)
	req.Header.Set("auth_token", c.token)
	get := func() ([]byte, error) {
		resp, err := client.Do(req)
		if err != nil {
			return nil, err
		}
		defer resp.Body.Close()
		return io.ReadAll(resp.Body)
	}
	data, err := get()
	if err != nil || !strings.Contains(string(data), "licensingSite") {
		t.Errorf("%s %v", data, err)
	}
	for _, fault := range []Fault{{Cut: true}, {Truncate: true}} {
		c.f.FaultAt(1, true, fault)
		if data, err := get(); err == nil {
			t.Errorf("%+v: no error, %s", fault, data)
		}
		c.f.SetFault(nil)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, err := get(); err == nil {
		t.Error("a closed server answers")
	}
}
