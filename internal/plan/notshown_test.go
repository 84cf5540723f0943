package plan

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"rassync/internal/model"
	"rassync/schemas"
)

// What the farm does not show is neither equal to what is declared nor
// different from it.
func TestWhatTheFarmDoesNotShowIsNotCompared(t *testing.T) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	rules := []any{map[string]any{"name": "a", "enabled": true}}
	for name, test := range map[string]struct {
		kind       string
		want, have map[string]any
		absent     map[string]bool
		write      bool // --write-unseen
		fresh      bool
		unseen     []string
		fields     []string
	}{
		"a value": {kind: "RDSHost", want: map[string]any{"description": "x"}, absent: map[string]bool{"description": true}, unseen: []string{"description"}},
		"a value that would equal nothing": {kind: "RDSHost", want: map[string]any{"description": ""}, absent: map[string]bool{"description": true},
			unseen: []string{"description"}},
		"written on demand": {kind: "RDSHost", want: map[string]any{"description": "x"}, absent: map[string]bool{"description": true}, write: true, fields: []string{"description"}},
		"an empty list is no missing one": {kind: "PubRDSApp", want: map[string]any{"rules": []any{}}, absent: map[string]bool{"rules": true}, write: true,
			unseen: []string{"rules"}},
		"entries are never added to a list that nobody sees": {kind: "PubRDSApp", want: map[string]any{"rules": rules}, absent: map[string]bool{"rules": true}, write: true,
			unseen: []string{"rules"}},
		"but a new object has none": {kind: "PubRDSApp", want: map[string]any{"rules": rules}, absent: map[string]bool{"rules": true}, fresh: true, fields: []string{"rules[a]"}},
		"a block, value by value": {kind: "LogonHours", want: map[string]any{"criteria": map[string]any{"devices": map[string]any{"enabled": false, "members": []any{}}}},
			absent: map[string]bool{"criteria": true}, unseen: []string{"criteria.devices.enabled", "criteria.devices.members"}},
		"a block in an entry": {kind: "PubRDSApp", want: map[string]any{"rules": []any{map[string]any{"name": "a", "criteria": map[string]any{"access": "AllowCriteriaWhen"}}}},
			have:   map[string]any{"rules": []any{map[string]any{"name": "a", model.EntryAbsent: map[string]bool{"criteria": true}}}},
			unseen: []string{"rules[a].criteria.access"}},
		"a default is not written without its rules": {kind: "ClientPolicy", want: map[string]any{"rules": rules, "rulesDefault": "Deny"}, have: map[string]any{"rulesDefault": "Allow"},
			absent: map[string]bool{"rules": true}, write: true, unseen: []string{"rules", "rulesDefault"}},
	} {
		t.Run(name, func(t *testing.T) {
			k := cat.Kind(test.kind)
			if test.have == nil {
				test.have = map[string]any{}
			}
			d := &model.Object{Address: model.Address{Site: "Main", Kind: test.kind, Name: "X"}, Spec: test.want}
			df := compared(d, &model.Object{Address: d.Address, Spec: test.have, Absent: test.absent, Fresh: test.fresh}, nobody{}, nil, false)
			df.writeUnseen = test.write
			df.object(k.Spec, d.Spec, test.have, "")
			var unseen, fields []string
			for _, n := range df.unseen {
				unseen = append(unseen, n.Path)
			}
			for _, f := range df.fields {
				fields = append(fields, f.Path)
			}
			if diff := cmp.Diff(test.unseen, unseen); diff != "" {
				t.Errorf("not shown: %s", diff)
			}
			if diff := cmp.Diff(test.fields, fields); diff != "" {
				t.Errorf("changes: %s", diff)
			}
		})
	}
}
