package plan_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/plan"
)

// provider holds accounts whose password an update takes, and keys that are only
// ever added and removed.
const provider = `{"title": "Provider", "x-ras": {"family": "farm", "scope": "farm", "shape": "collection", "self": "/api/Provider/{id}", "read": {"list": "/api/Provider"}, "create": {"path": "/api/Provider", "site": "none", "answer": "object"}, "update": {"path": "{self}", "shapes": ["flat"]}, "delete": "{self}", "identity": {"read": "name", "write": "name"}},
"properties": {"spec": {"type": "object", "properties": {
  "accounts": {"type": "array", "x-ras": {"via": {"list": {"at": "Accounts", "mode": "keyed", "key": ["user"], "add": {"by": "body"}, "remove": {"by": "key"}, "update": {"by": "key", "fields": ["password"]}}}},
    "items": {"type": "object", "properties": {"user": {"type": "string"}, "note": {"type": "string"}, "password": {"type": "object", "x-ras": {"secret": true}}}}},
  "keys": {"type": "array", "x-ras": {"via": {"list": {"at": "Keys", "mode": "keyed", "key": ["limit"], "add": {"by": "body"}, "remove": {"by": "body"}}}},
    "items": {"type": "object", "properties": {"limit": {"type": "integer"}, "key": {"type": "object", "x-ras": {"secret": true, "lifecycle": {"create": "required"}}}}}}
}}}}`

// TestSecretsOfEntries: an entry with a secret is never removed for a change that
// cannot make it again, and taking one away is said to be for good.
func TestSecretsOfEntries(t *testing.T) {
	cat, err := model.Load(fstest.MapFS{"Provider.json": {Data: []byte(provider)}})
	if err != nil {
		t.Fatal(err)
	}
	type entry = map[string]any
	secret := model.SecretRef{Env: "P"}
	for name, tt := range map[string]struct {
		list       string
		want, have []any
		fields     []string
		lost       string
		unwritable string
	}{
		"an entry goes":                              {list: "accounts", want: []any{}, have: []any{entry{"user": "a"}}, fields: []string{"accounts[a]"}, lost: "accounts[a].password is never read back"},
		"one comes, with its secret":                 {list: "keys", want: []any{entry{"limit": int64(5), "key": secret}}, have: []any{}, fields: []string{"keys[5]"}},
		"one comes without the secret that it needs": {list: "keys", want: []any{entry{"limit": int64(5)}}, have: []any{}, unwritable: "its key is never read back and not at hand"},
		"a change that makes it again, with the secret": {list: "accounts", want: []any{entry{"user": "a", "note": "new", "password": secret}}, have: []any{entry{"user": "a", "note": "old"}},
			fields: []string{"accounts[a].note"}, lost: "accounts[a].password is never read back, and the entry is made again"},
		"... without it": {list: "accounts", want: []any{entry{"user": "a", "note": "new"}}, have: []any{entry{"user": "a", "note": "old"}},
			unwritable: "the entry would have to be made again, and its password is never read back"},
		"what is there stays": {list: "keys", want: []any{entry{"limit": int64(5)}}, have: []any{entry{"limit": int64(5)}}},
	} {
		t.Run(name, func(t *testing.T) {
			of := func(list []any) *model.Object {
				return &model.Object{Address: model.Address{Kind: "Provider", Name: "p"}, ID: "1", Spec: map[string]any{tt.list: list}}
			}
			p, ds := plan.Build(plan.Input{Catalog: cat, Desired: []*model.Object{of(tt.want)}, Live: export.NewFarm(cat, of(tt.have))})
			if ds.Failed() {
				t.Fatal(ds[0].Error())
			}
			var fields []string
			lost, stuck := "", ""
			for _, c := range p.Changes {
				lost += c.IrreversibleBecause
				for _, f := range c.Fields {
					fields = append(fields, f.Path)
				}
			}
			for _, u := range p.Unwritable {
				stuck += u.Why
			}
			if diff := cmp.Diff(tt.fields, fields); diff != "" {
				t.Error(diff)
			}
			if !strings.Contains(lost, tt.lost) || (tt.lost == "") != (lost == "") {
				t.Errorf("lost: %q", lost)
			}
			if !strings.Contains(stuck, tt.unwritable) || (tt.unwritable == "") != (stuck == "") {
				t.Errorf("unwritable: %q", stuck)
			}
		})
	}
}
