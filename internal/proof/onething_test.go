package proof

import (
	"strings"
	"testing"

	"rassync/internal/farmsim"
	"rassync/internal/model"
)

// TestTwoNamesOfOneThing: an account is exported with its SID, which decides. A
// document in which only one of the two was changed is refused; it says how to
// write what is meant.
func TestTwoNamesOfOneThing(t *testing.T) {
	cat := catalog(t)
	base := newStand(t, cat, seedFarm(t), farmsim.Switches{})
	docs := declare(base.read(nil, everything))
	entry := func(d *model.Object) map[string]any {
		rules, _ := d.Spec["rules"].([]any)
		for _, r := range rules {
			v, _ := model.Lookup(r, "criteria.securityPrincipals.members")
			if list, _ := v.([]any); len(list) > 0 {
				m := list[0].(map[string]any)
				if m["sid"] != nil && m["account"] != nil {
					return m
				}
			}
		}
		return nil
	}
	var doc *model.Object
	others := map[string]string{} // account -> sid
	for _, d := range docs {
		if m := entry(d); m != nil {
			if doc == nil {
				doc = d
			}
			others[m["account"].(string)] = m["sid"].(string)
		}
	}
	if doc == nil {
		t.Fatal("no application of the seed farm has members with account and SID")
	}
	account, sid := entry(doc)["account"].(string), entry(doc)["sid"].(string)
	for name, c := range map[string]struct {
		edit    func(m map[string]any)
		refused string
		changes int
	}{
		"untouched":                  {func(map[string]any) {}, "", 0},
		"the case of the account":    {func(m map[string]any) { m["account"] = strings.ToLower(account) }, "", 0},
		"another account, same SID":  {func(m map[string]any) { m["account"] = `DEMO\Somebody else` }, "take sid out", 0},
		"same account, another SID":  {func(m map[string]any) { m["sid"] = "S-1-5-21-1-2-3-99999" }, "on the farm", 0},
		"another account, no SID":    {func(m map[string]any) { m["account"] = `DEMO\Somebody else`; delete(m, "sid") }, "", 1},
		"the account alone":          {func(m map[string]any) { delete(m, "sid") }, "", 0},
		"the SID alone":              {func(m map[string]any) { delete(m, "account") }, "", 0},
		"both changed, unknown both": {func(m map[string]any) { m["account"], m["sid"] = `DEMO\Somebody else`, "S-1-5-21-1-2-3-99999" }, "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			d := *doc
			d.Spec = model.Clone(doc.Spec).(map[string]any)
			c.edit(entry(&d))
			p, said := base.build([]*model.Object{&d})
			switch {
			case c.refused != "":
				if p != nil || !strings.Contains(said, c.refused) || !strings.Contains(said, sid) && !strings.Contains(said, account) {
					t.Errorf("%s\n%s", said, shown(p))
				}
			case said != "" || len(p.Changes) != c.changes:
				t.Errorf("%s\n%s", said, shown(p))
			}
		})
	}
}
