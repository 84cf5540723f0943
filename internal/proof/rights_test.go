package proof

import (
	"strings"
	"testing"

	"rassync/internal/farmsim"
)

// TestRightsOfCustomAdministrators: they are exported by name and compared; no
// number of objType is known, so nothing is sent and the plan says which.
func TestRightsOfCustomAdministrators(t *testing.T) {
	cat, state := catalog(t), seedFarm(t)
	right := func(bits int, objects ...any) any {
		return map[string]any{"sitePermission": map[string]any{"permissions": bits}, "objectPermissions": append([]any{}, objects...)}
	}
	host, halb := state["RDSHost"][0], state["HALB"][0]
	state["AdminAccount"] = append(state["AdminAccount"], farmsim.Object{"id": 900, "name": `EXAMPLE\helpdesk`, "enabled": true, "permissions": 2,
		"$parts": map[string]any{"CustomPermission": map[string]any{"globalPermissions": map[string]any{}, "sitePermissions": []any{map[string]any{
			"siteId": host["siteId"], "rdsHosts": right(1, map[string]any{"objId": host["id"], "permissions": 7}), "halb": right(0, map[string]any{"objId": halb["id"], "permissions": 1}),
		}}}}})
	for _, sw := range farmsim.AllSwitches() {
		s := newStand(t, cat, state.Clone(), sw.Switches)
		docs := declare(s.read([]string{"AdminAccount"}, everything))
		var rights map[string]any
		for _, d := range docs {
			if strings.HasSuffix(d.Address.Name, "helpdesk") {
				rights = d.Spec["customPermission"].(map[string]any)["sites"].([]any)[0].(map[string]any)
			}
		}
		hosts := rights["rdsHosts"].(map[string]any)
		want := "//" + s.siteName(host["siteId"]) + "/" + host["server"].(string)
		if got := hosts["objects"].([]any)[0].(map[string]any)["name"]; got != want {
			t.Fatalf("%s: rights on %v, want %v", sw.Name, got, want)
		}
		if p := s.plan(docs, []string{"AdminAccount"}); !p.Empty() || len(p.Unwritable) > 0 {
			t.Fatalf("%s: the plan is not empty:\n%s%v", sw.Name, describe(p), p.Unwritable)
		}
		hosts["permissions"] = []any{"View", "Control"}
		rights["halb"].(map[string]any)["objects"] = []any{}
		s.farm.ResetLog()
		p := s.plan(docs, []string{"AdminAccount"})
		var why []string
		for _, u := range p.Unwritable {
			why = append(why, u.Path+": "+u.Why)
		}
		text := strings.Join(why, "\n")
		if !p.Empty() || len(why) != 2 || !strings.Contains(text, "rdsHosts.permissions: the number of objType for rdsHosts is not known") || !strings.Contains(text, "halb.objects[//"+s.siteName(halb["siteId"])+"/"+halb["name"].(string)+"].permissions: the number of objType for halb is not known") {
			t.Fatalf("%s: the plan says\n%s%s", sw.Name, describe(p), text)
		}
		if s.mustApply(p); s.farm.Writes() > 1 { // the activation at most
			t.Errorf("%s: %d writes", sw.Name, s.farm.Writes())
		}
	}
}

// siteName is the name of a site by its id.
func (s *stand) siteName(id any) string {
	o := s.farm.Staged().Find("Site", "id", id)
	return o["name"].(string)
}
