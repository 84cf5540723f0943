package plan

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rassync/internal/model"
	"rassync/schemas"
)

// nobody resolves no reference: names compare as they are.
type nobody struct{}

func (nobody) Resolve([]string, string, string) *model.Object { return nil }

func (nobody) EntryID(model.EntryRef, string) (int64, error) { return 0, errors.New("nobody knows") }

// sentState answers the same for every value.
type sentState SentState

func (s sentState) State(model.Address, string, any) SentState { return SentState(s) }

func paths(fields []Field) []string {
	out := []string{}
	for _, f := range fields {
		out = append(out, f.Path)
	}
	return out
}

func TestCompareByTheSchemasMeaning(t *testing.T) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	rule := func(name string, more map[string]any) map[string]any {
		m := map[string]any{"name": name, "enabled": true, model.EntryID: int64(len(name))}
		for k, v := range more {
			m[k] = v
		}
		return m
	}
	members := func(list ...any) map[string]any {
		return map[string]any{"criteria": map[string]any{"securityPrincipals": map[string]any{"members": list}}}
	}
	for name, test := range map[string]struct {
		kind       string
		want, have map[string]any
		absent     map[string]bool
		sent       Sent
		paths      []string
	}{
		"what is left out is not managed": {kind: "PubRDSApp", want: map[string]any{}, have: map[string]any{"target": "a"}},
		"an empty list is declared": {kind: "PubRDSApp", want: map[string]any{"fileExtensions": []any{}}, have: map[string]any{"fileExtensions": []any{"txt"}},
			paths: []string{"fileExtensions"}},
		"a set ignores order":                 {kind: "PubRDSApp", want: map[string]any{"publishFromGroup": []any{"B", "A"}}, have: map[string]any{"publishFromGroup": []any{"A", "B"}}},
		"names of objects ignore letter case": {kind: "PubRDSApp", want: map[string]any{"publishFromGroup": []any{"office"}}, have: map[string]any{"publishFromGroup": []any{"Office"}}},
		"a rule in another place": {kind: "PubRDSApp", want: map[string]any{"rules": []any{rule("b", nil), rule("a", nil)}}, have: map[string]any{"rules": []any{rule("a", nil), rule("b", nil)}},
			paths: []string{"rules"}},
		"a rule in front": {kind: "PubRDSApp", want: map[string]any{"rules": []any{rule("new", nil), rule("a", nil)}}, have: map[string]any{"rules": []any{rule("a", nil)}},
			paths: []string{"rules[new]", "rules"}},
		"a rule behind": {kind: "PubRDSApp", want: map[string]any{"rules": []any{rule("a", nil), rule("new", nil)}}, have: map[string]any{"rules": []any{rule("a", nil)}},
			paths: []string{"rules[new]"}},
		"inside a rule": {kind: "PubRDSApp", want: map[string]any{"rules": []any{map[string]any{"name": "a", "enabled": false}}}, have: map[string]any{"rules": []any{rule("a", nil)}},
			paths: []string{"rules[a].enabled"}},
		"the sid decides where both have one": {kind: "PubRDSApp",
			want: map[string]any{"rules": []any{rule("a", members(map[string]any{"account": `NEW\Name`, "sid": "S-1"}))}},
			have: map[string]any{"rules": []any{rule("a", members(map[string]any{"account": `OLD\Name`, "sid": "s-1"}))}}},
		"an account without a sid fits by name": {kind: "PubRDSApp",
			want: map[string]any{"rules": []any{rule("a", members(map[string]any{"account": `demo\sales`}))}},
			have: map[string]any{"rules": []any{rule("a", members(map[string]any{"account": `DEMO\Sales`, "sid": "S-1"}))}}},
		"behind an inherit flag": {kind: "RDSHost", want: map[string]any{"inheritDefaultAgentSettings": true, "maxSessions": int64(5)}, have: map[string]any{"inheritDefaultAgentSettings": true}},
		"the flag opens": {kind: "RDSHost", want: map[string]any{"inheritDefaultAgentSettings": false, "maxSessions": int64(5)}, have: map[string]any{"inheritDefaultAgentSettings": true},
			paths: []string{"inheritDefaultAgentSettings", "maxSessions"}},
		"a value the farm does not show": {kind: "RDSHost", want: map[string]any{"description": "x"}, have: map[string]any{}, absent: map[string]bool{"description": true}},
		"... and was sent otherwise": {kind: "RDSHost", want: map[string]any{"description": "x"}, have: map[string]any{}, absent: map[string]bool{"description": true}, sent: sentState(SentOther),
			paths: []string{"description"}},
		"... and was sent already":                   {kind: "RDSHost", want: map[string]any{"description": "x"}, have: map[string]any{}, absent: map[string]bool{"description": true}, sent: sentState(SentSame)},
		"a create-only value the farm does not show": {kind: "MFARadius", want: map[string]any{"radiusServer": "r"}, have: map[string]any{}, absent: map[string]bool{"radiusServer": true}},
		"a secret nobody knows of is left alone":     {kind: "NotificationScript", want: map[string]any{"password": model.SecretRef{Env: "P"}}, have: map[string]any{}},
		"a secret that changed": {kind: "NotificationScript", want: map[string]any{"password": model.SecretRef{Env: "P"}}, have: map[string]any{}, sent: sentState(SentOther),
			paths: []string{"password"}},
		"a secret goes with its account": {kind: "NotificationScript", want: map[string]any{"username": "b", "password": model.SecretRef{Env: "P"}}, have: map[string]any{"username": "a"},
			paths: []string{"username", "password"}},
		"a setting that never shows": {kind: "ClientPolicy", want: map[string]any{"settings": map[string]any{"autoHide": true}}, have: map[string]any{},
			paths: []string{"settings.autoHide"}},
		"numbers of both forms are the same": {kind: "LBSettings", want: map[string]any{"deadTimeout": int64(5)}, have: map[string]any{"deadTimeout": float64(5)}},
	} {
		t.Run(name, func(t *testing.T) {
			k := cat.Kind(test.kind)
			d := &model.Object{Address: model.Address{Site: "Main", Kind: test.kind, Name: "X"}, Spec: test.want}
			h := &model.Object{Address: d.Address, Spec: test.have, Absent: test.absent}
			edits, fields := Compare(k, d, h, nobody{}, test.sent, false)
			want := test.paths
			if want == nil {
				want = []string{}
			}
			if diff := cmp.Diff(want, paths(fields)); diff != "" {
				t.Error(diff)
			}
			if edits.Empty() != (len(want) == 0) {
				t.Errorf("edits: %+v", edits)
			}
		})
	}
}

// TestMisspeltNameOfAnOpenKind: no schema knows the names, the farm does.
func TestMisspeltNameOfAnOpenKind(t *testing.T) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	k := cat.Kind("Reporting")
	if k == nil || !k.Spec.Open {
		t.Fatal("Reporting is not open any more")
	}
	for name, want := range map[string]int{"retentionDays": 0, "retentoinDays": 1, "somethingElse": 0} {
		d := compared(&model.Object{Address: model.Address{Kind: k.Name}, Spec: map[string]any{name: int64(1)}},
			&model.Object{Spec: map[string]any{"retentionDays": int64(2), "serverName": "x"}}, nobody{}, nil, false)
		d.object(k.Spec, d.want, d.have, "")
		if len(d.warn) != want || want > 0 && !strings.Contains(d.warn[0], "did you mean retentionDays?") {
			t.Errorf("%s: %v", name, d.warn)
		}
	}
}
