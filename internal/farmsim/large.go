package farmsim

import (
	"context"
	"fmt"
	"time"

	"rassync/internal/model"
)

// stillClock is a time at which generated farms were made, so that the same
// call gives the same farm.
type stillClock struct{}

func (stillClock) Now() time.Time { return time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC) }

func (stillClock) Sleep(context.Context, time.Duration) error { return nil }

// stillFarm is a fresh farm of that time. Only a catalog that is missing, or
// one whose kinds contradict themselves, keeps a fresh farm from being made:
// a slip in the program or its schemas.
func stillFarm(catalog *model.Catalog) *Farm {
	f, err := New(Options{Catalog: catalog, Clock: stillClock{}})
	if err != nil {
		panic(err)
	}
	return f
}

// Factory is what a fresh farm holds: the licensing site Main with its primary
// broker, the built-in objects, the singletons, and one root administrator,
// DefaultUsername.
func Factory(catalog *model.Catalog) State { return stillFarm(catalog).Staged() }

// Large makes a farm with so many published applications, in folders of about
// forty, with rules on a tenth of them, and hosts and pools to serve them.
func Large(catalog *model.Catalog, apps int) State {
	f := stillFarm(catalog)
	w := f.staged
	site := f.licensingSite(w)
	add := func(name, objectName string, change func(o *object)) int64 {
		k := f.kinds[name]
		if k == nil {
			return 0
		}
		o := f.fresh(k)
		o.id = w.fresh(k)
		if k.siteScoped() {
			o.site = site
		}
		o.raw[k.Identity.Read] = objectName
		f.switchOn(o)
		if change != nil {
			change(o)
		}
		f.finish(w, o)
		w.set(k, o.id, o)
		return o.id
	}
	var pools []any
	for i := range max(1, apps/500) {
		id := add("RDSHostPool", fmt.Sprintf("Pool %02d", i+1), nil)
		pools = append(pools, id)
		for j := range 5 {
			add("RDSHost", fmt.Sprintf("rds%02d%02d.example.com", i+1, j+1), func(o *object) {
				for yaml := range o.kind.members {
					o.member[yaml] = id
				}
			})
		}
	}
	chainTo := func(o *object, parent, previous int64) {
		o.raw[o.kind.Tree.Parent], o.raw[o.kind.Tree.Previous] = parent, previous
		if fl := o.kind.sitesField(); fl != nil {
			setAt(o.raw, fl.path, []any{site})
		}
	}
	var folder, lastFolder, last int64
	for i := range apps {
		if i%40 == 0 && f.kinds["PubFolder"] != nil {
			folder = add("PubFolder", fmt.Sprintf("Department %03d", i/40+1), func(o *object) { chainTo(o, 0, lastFolder) })
			lastFolder, last = folder, 0
		}
		last = add("PubRDSApp", fmt.Sprintf("Application %05d", i+1), func(o *object) {
			chainTo(o, folder, last)
			overlay(o.raw, map[string]any{
				"target": fmt.Sprintf(`C:\Program Files\App%05d\app.exe`, i+1), "description": fmt.Sprintf("Application number %d", i+1),
				"publishFrom": int64(1), "publishFromGroup": []any{pools[i%len(pools)]},
			})
			if i%10 == 0 {
				f.largeRule(o, i)
			}
		})
	}
	return w.state(f.kinds)
}

// largeRule gives an application a rule for one group.
func (f *Farm) largeRule(o *object, i int) {
	for _, ls := range o.kind.layout.lists {
		if ls.items == nil || ls.prop.Name != "rules" {
			continue
		}
		entry := map[string]any{}
		ls.items.fillEntry(entry)
		entry["name"] = "Department"
		f.newEntry(o, ls, entry, false)
		f.switchOnEntry(ls, entry, nil)
		for _, members := range ls.items.lists {
			if len(members.prop.List.MatchAny) == 0 || members.items == nil {
				continue
			}
			account := fmt.Sprintf(`EXAMPLE\Department %03d users`, i/40+1)
			setAt(entry, members.path, []any{map[string]any{"account": account, "sid": sidOf(account), "type": int64(2)}})
		}
		entries := []any{entry}
		f.number(ls, entries)
		ls.setEntries(o, o.root(ls.holder), entries)
	}
}
