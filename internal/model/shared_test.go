package model_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rassync/internal/model"
	"rassync/schemas"
)

// One place of the wire, targetIds, means objects of the kind that the value
// beside it names: the id 7 is a gateway here and a host pool there.
func TestSharedPlaceIsReadByTheValueBesideIt(t *testing.T) {
	handlers := parseJSON(t, `[
		{"id": 1, "type": 36864, "targetType": 3, "targetIds": [7]},
		{"id": 2, "type": 12288, "targetType": 16, "targetIds": [7, 9]},
		{"id": 3, "type": 28672, "targetType": 0, "targetIds": []}]`)
	spec, d := decode(t, "Notification", `{}`, map[string]any{"Notifications": handlers})
	var got []any
	for _, h := range spec["handlers"].([]any) {
		m := h.(map[string]any)
		delete(m, model.EntryID)
		delete(m, model.EntryAbsent)
		got = append(got, m)
	}
	want := []any{
		map[string]any{"type": "Gateway", "targetType": "Gateways", "gateways": []any{"Office"}},
		map[string]any{"type": "License", "targetType": "AllServers"},
		map[string]any{"type": "RDSH", "targetType": "RDSHGroups", "rdsHostPools": []any{"Corporate", "Office"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(d.Unknown) > 0 {
		t.Errorf("unknown: %v", d.Unknown)
	}
}

func TestSharedPlaceIsWrittenByTheValueBesideIt(t *testing.T) {
	p := property(t, "Notification", "handlers")
	e := model.Encoder{Names: fixedNames{7: "Office", 9: "Corporate"}}
	body, err := e.Entry(p, map[string]any{"type": "RDSH", "targetType": "RDSHGroups", "gateways": []any{"Office"}, "rdsHostPools": []any{"Corporate"}}, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]any{"type": int64(12288), "targetType": int64(16), "targetIds": []any{int64(9)}}, body); diff != "" {
		t.Error(diff)
	}
}

// Entries that share their key match where they are equal; what is left is
// told apart by its place.
func TestTwinsMatchEqualOnesFirst(t *testing.T) {
	p := property(t, "Notification", "handlers")
	entry := func(threshold int64) any {
		return map[string]any{"type": "CPUEvent", "targetType": "AllServers", "threshold": threshold}
	}
	want, have := []any{entry(80), entry(95), entry(70)}, []any{entry(95), entry(60), entry(80)}
	if diff := cmp.Diff([]int{2, 0, 1}, model.Match(p, want, have)); diff != "" {
		t.Error(diff)
	}
}

// Entries without a key: what is declared of one decides; where the API can
// change an entry, the rest changes instead of going and coming.
func TestNamelessEntriesMatchByWhatIsDeclared(t *testing.T) {
	want := []any{map[string]any{"b": "new"}, map[string]any{"a": int64(1)}}
	have := []any{map[string]any{"a": int64(2)}, map[string]any{"a": int64(1), "c": true}}
	if diff := cmp.Diff([]int{0, 1}, model.Match(property(t, "MFARadius", "automationConditions"), want, have)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int{-1, 1}, model.Match(property(t, "MFARadius", "attributes"), want, have)); diff != "" {
		t.Error(diff)
	}
}

// The names of a bit mask in a key count in any order.
func TestKeyOfFlagsHasOneOrder(t *testing.T) {
	p := property(t, "WinDeviceGroup", "inboundPorts")
	port := func(profile ...any) any {
		return map[string]any{"port": int64(3389), "protocol": "TCP", "profile": profile}
	}
	if got := model.Match(p, []any{port("Private", "Domain")}, []any{port("Domain"), port("Domain", "Private")})[0]; got != 1 {
		t.Errorf("matched %d, want 1", got)
	}
}

// A name may stand for several bits: the mask counts, not how it is written.
func TestFlagsWrittenInSeveralWays(t *testing.T) {
	p := property(t, "ConnectionAuthentication", "authType")
	for _, c := range []struct {
		want, have []any
		same       bool
	}{
		{[]any{"SmartCard", "UsernamePassword"}, []any{"UsernamePasswordOrSmartCard"}, true},
		{[]any{"UsernamePasswordOrSmartCard", "Web"}, []any{"UsernamePassword", "SmartCard", "Web"}, true},
		{[]any{"UsernamePasswordOrSmartCard", "SmartCard"}, []any{"UsernamePasswordOrSmartCard"}, true},
		{[]any{"SmartCard"}, []any{"UsernamePasswordOrSmartCard"}, false},
		{[]any{"UsernamePassword", "SmartCard"}, []any{"UsernamePassword", "SmartCard", int64(64)}, false},
	} {
		if got := model.Equal(p, c.want, c.have); got != c.same {
			t.Errorf("%v and %v: same is %v, want %v", c.want, c.have, got, c.same)
		}
	}
	ports := property(t, "WinDeviceGroup", "inboundPorts")
	port := func(profile ...any) any {
		return map[string]any{"port": int64(3389), "protocol": "TCP", "profile": profile}
	}
	if got := model.Match(ports, []any{port("All", "Domain")}, []any{port("Domain"), port("All")})[0]; got != 1 {
		t.Errorf("matched %d, want 1", got)
	}
}

// Answers that hold a secret, as the facts say of two settings, must not bring
// it into the YAML by any way.
func TestSecretsInAnswersAreDropped(t *testing.T) {
	for kind, body := range map[string]string{
		"TenantBrokerSettings": `{"tenantBrokerSecretKey": "CANARY", "tenantDomain": "t.example.com"}`,
		"ProxySettings":        `{"httpProxyPwd": "CANARY", "httpProxyPort": 3128}`,
		"SystemSettings":       `{"httpProxyPwd": "CANARY", "cepEnabled": true}`,
	} {
		spec, d := decode(t, kind, body, nil)
		text, err := json.Marshal([]any{spec, d.Unknown})
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "CANARY") || len(spec) != 1 {
			t.Errorf("%s: %s", kind, text)
		}
	}
}

func property(t *testing.T, kind, path string) *model.Property {
	t.Helper()
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	p := cat.Kind(kind).Spec.Find(path)
	if p == nil {
		t.Fatalf("%s has no %s", kind, path)
	}
	return p
}
