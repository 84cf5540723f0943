package farmsim

import "testing"

// What was renamed in newer versions, as the facts have it: the names stand
// here by hand, so that a false name in a schema is noticed.
func TestNewerNames(t *testing.T) {
	older := []string{"gwMode", "enableHTML5", "preferredPAId", "inheritDefaultHTML5Settings"}
	newer := []string{"mode", "enableUserPortal", "preferredBrokerId", "inheritDefaultUserPortalSettings"}
	for _, b := range []bool{false, true} {
		c := with(t, Switches{NewerNames: b}, Options{})
		has, lacks := older, newer
		value := `{"server":"gw2","gwMode":0,"enableHTML5":false}`
		other := `{"server":"gw3","mode":0}`
		if b {
			has, lacks = newer, older
			value, other = `{"server":"gw2","mode":0,"enableUserPortal":false}`, `{"server":"gw3","gwMode":0}`
		}
		made := c.want(201, "POST", "/api/Gateway?noInstall=true", value).(map[string]any)
		for _, answer := range []map[string]any{made, c.list("/api/Gateway")[len(c.list("/api/Gateway"))-1].(map[string]any)} {
			for i := range has {
				if _, ok := answer[has[i]]; !ok {
					t.Errorf("%v: no %s", b, has[i])
				}
				if _, ok := answer[lacks[i]]; ok {
					t.Errorf("%v: %s is there", b, lacks[i])
				}
			}
		}
		c.want(400, "POST", "/api/Gateway?noInstall=true", other)
		defaults := c.want(200, "GET", "/api/GatewayDefaultSettings?siteId=1", nil).(map[string]any)
		if _, ok := defaults[has[0]]; !ok {
			t.Errorf("%v: the defaults have no %s", b, has[0])
		}
		c.want(204, "PUT", "/api/GatewayDefaultSettings?siteId=1", map[string]any{has[1]: false})
		c.want(400, "PUT", "/api/GatewayDefaultSettings?siteId=1", map[string]any{lacks[1]: true})
	}
}
