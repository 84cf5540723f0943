package farmsim

import "testing"

// A handler belongs to the site that its body names, to the licensing site if
// it names none; what targetIds means depends on targetType.
func TestNotificationHandlers(t *testing.T) {
	c := open(t, Options{})
	c.post("/api/Site?noInstall=true", `{"name":"East","server":"broker-east"}`)
	c.post("/api/RDS/HostPool?SiteId=1", `{"name":"Pool","siteId":1,"enabled":true}`)
	pools := c.list("/api/RDS/HostPool?SiteId=1")
	pool := int64(0)
	for _, p := range pools {
		if at(p, "name") == "Pool" {
			pool, _ = asInt(at(p, "id"))
		}
	}
	path := "/api/Notifications?SiteId=2"
	c.want(201, "POST", path, `{"type":28672,"siteId":2}`)
	c.want(201, "POST", path, `{"type":28672}`)
	if east, first := c.list(path), c.list("/api/Notifications?SiteId=1"); len(east) != 1 || len(first) != 1 {
		t.Errorf("%d handlers in the site that was named, %d in the licensing site", len(east), len(first))
	}
	c.want(400, "POST", path, map[string]any{"type": 12288, "siteId": 1, "targetType": 16, "targetIds": []any{999}})
	c.want(400, "POST", path, map[string]any{"type": 12288, "siteId": 1, "targetType": 3, "targetIds": []any{pool}})
	c.want(400, "POST", path, map[string]any{"type": 12288, "siteId": 1, "targetType": 0, "targetIds": []any{pool}})
	c.want(201, "POST", path, map[string]any{"type": 12288, "siteId": 1, "targetType": 16, "targetIds": []any{pool}})
	c.want(201, "POST", path, map[string]any{"type": 12288, "siteId": 1, "targetType": 16, "targetIds": []any{pool}}) // several may watch the same
}

// The primary broker is moved by a promotion only.
func TestBrokerPriority(t *testing.T) {
	c := open(t, Options{})
	for _, name := range []string{"b2", "b3"} {
		c.post("/api/ConnectionBroker?noInstall=true&siteId=1", `{"server":"`+name+`","siteId":1}`)
	}
	c.want(204, "PUT", "/api/ConnectionBroker/3/priority", `{"direction":0}`)
	c.want(400, "PUT", "/api/ConnectionBroker/3/priority", `{"direction":0}`)
	var got []any
	for _, b := range c.list("/api/ConnectionBroker?SiteId=1") {
		got = append(got, at(b, "server"), at(b, "priority"))
	}
	want := []any{"broker1.example.com", int64(0), "b2", int64(2), "b3", int64(1)}
	for i := range want {
		if !sameValue(got[i], want[i]) {
			t.Fatalf("%v, want %v", got, want)
		}
	}
}

// Neither list has a read beside its own path.
func TestListsWithoutAnObjectAround(t *testing.T) {
	c := open(t, Options{})
	c.want(404, "GET", "/api?SiteId=1", nil)
	c.want(404, "GET", "/api/TemplateVersionSettings?siteId=1", nil)
	c.want(201, "POST", "/api/ExcludeADGroup?siteId=1", `{"account":"DEMO\\Users"}`)
	if n := len(c.list("/api/ExcludeADGroup?siteId=1")); n != 1 {
		t.Errorf("%d groups", n)
	}
	c.want(204, "DELETE", "/api/ExcludeADGroup?siteId=1", `{"account":"DEMO\\Users"}`)
}
