package model_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rassync/internal/model"
	"rassync/schemas"
)

// fixedNames knows a handful of objects.
type fixedNames map[int64]string

func (f fixedNames) NameOf(_ []string, id int64, _ string) (string, bool) {
	n, ok := f[id]
	return n, ok
}

func (f fixedNames) IDOf(_ []string, ref, _ string) (int64, error) {
	for id, n := range f {
		if n == ref {
			return id, nil
		}
	}
	return 0, errNoName
}

var errNoName = jsonError("no such name")

type jsonError string

func (e jsonError) Error() string { return string(e) }

func decode(t *testing.T, kind, body string, parts map[string]any) (map[string]any, *model.Decoder) {
	t.Helper()
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	d := &model.Decoder{Names: fixedNames{1: "Main", 7: "Office", 9: "Corporate"}, Site: "Main", Unknown: map[string]any{}, Absent: map[string]bool{}, NewNumbers: map[string]bool{}}
	return d.Spec(cat.Kind(kind), parseJSON(t, body).(map[string]any), parts), d
}

func parseJSON(t *testing.T, s string) any {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(s))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// The body is the answer of the publishing sample, shortened; the filter is
// that of the reference page.
func TestPublishedApplicationIsDecoded(t *testing.T) {
	filter := parseJSON(t, `{"default": 1, "rules": [
		{"id": 4, "priority": 2, "enabled": true, "name": "second", "description": null},
		{"id": 3, "priority": 1, "enabled": false, "name": "first", "criteria": {"access": 1,
			"securityPrincipals": {"enabled": true, "matchingMode": 1, "members": [{"account": "SID://DEMO/Sales", "type": 2, "sid": "S-1-5-21-1"}]},
			"iPs": {"enabled": true, "matchingMode": 1, "allowedIPs": {"iPv4s": [{"from": "10.0.0.1", "to": "10.0.0.1"}, {"from": "10.0.0.5", "to": "10.0.0.9"}], "iPv6s": []}},
			"themes": {"enabled": true, "matchingMode": 0, "ids": [9]}}}]}`)
	spec, d := decode(t, "PubRDSApp", `{"id": 12, "name": "Notepad", "type": 2, "parentId": 0, "previousId": 0, "enabledMode": 1, "target": "notepad.exe",
		"publishFrom": 1, "publishFromGroup": [7], "publishToSite": [1], "winType": 9, "startIn": null, "inheritDisplayDefaultSettings": true,
		"colorDepth": 5, "futureSetting": {"a": 1}}`, map[string]any{"Filter": filter})
	for path, want := range map[string]any{
		"enabledMode": "Enabled", "publishFrom": "HostPool", "publishFromGroup": []any{"Office"}, "publishTo": []any{"Main"},
		"winType": int64(9), "startIn": "", "rulesDefault": "Allow", "target": "notepad.exe",
	} {
		if got, _ := model.Lookup(spec, path); cmp.Diff(want, got) != "" {
			t.Errorf("%s is %#v instead of %#v", path, got, want)
		}
	}
	if _, there := spec["colorDepth"]; there {
		t.Error("a value behind its inherit flag is shown")
	}
	rules := spec["rules"].([]any)
	first := rules[0].(map[string]any)
	if first["name"] != "first" || first[model.EntryID] != int64(3) {
		t.Errorf("rules are not in the order of their priority: %v", rules)
	}
	members, _ := model.Lookup(first, "criteria.securityPrincipals.members")
	if diff := cmp.Diff([]any{map[string]any{"account": `DEMO\Sales`, "sid": "S-1-5-21-1"}}, members); diff != "" {
		t.Error(diff)
	}
	ranges, _ := model.Lookup(first, "criteria.iPs.allowedIPs")
	if diff := cmp.Diff([]any{"10.0.0.1", "10.0.0.5-10.0.0.9"}, ranges); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]any{"futureSetting": map[string]any{"a": int64(1)}}, d.Unknown); diff != "" {
		t.Error(diff)
	}
	if !d.NewNumbers["winType"] {
		t.Error("the unknown number is not reported")
	}
	if !d.Absent["parameters"] {
		t.Error("what the answer lacks is not reported")
	}
}

func TestPolicyIsReadNestedAndWrittenFlat(t *testing.T) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	spec, _ := decode(t, "ClientPolicy", `{"id": 1, "name": "P", "enabled": true, "description": "", "clientPolicy": {"redirection": {"enabled": true, "gateway": "gw", "mode": 1, "serverPort": 443, "altGateway": ""},
		"session": {"primaryConnection": {"enabled": true, "name": "Office", "autoLogin": false, "authenticationType": 3, "savePassword": false, "domain": "DEMO"}}}}`, nil)
	e := &model.Encoder{Names: fixedNames{}}
	body, err := e.Body(model.Leaves(cat.Kind("ClientPolicy").Spec, spec), false, 0)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"enabled": true, "description": "", "redirectionEnabled": true, "gateway": "gw", "mode": int64(1), "serverPort": int64(443), "altGateway": "",
		"primaryConnectionEnabled": true, "connectionName": "Office", "autoLogin": false, "authenticationType": int64(3), "savePassword": false, "domain": "DEMO"}
	if diff := cmp.Diff(want, body); diff != "" {
		t.Error(diff)
	}
}

func TestEntriesOfCriteriaAreWrittenAsTheirPagesShow(t *testing.T) {
	cat, err := model.Load(schemas.Files)
	if err != nil {
		t.Fatal(err)
	}
	spec := cat.Kind("LogonHours").Spec
	e := &model.Encoder{Names: fixedNames{9: "Corporate"}}
	for path, test := range map[string]struct {
		entry any
		want  any
	}{
		"criteria.iPs.allowedIPs":             {"10.0.0.1-10.0.0.12", map[string]any{"ip": "10.0.0.1-10.0.0.12", "ipType": int64(0)}},
		"criteria.gateways.members":           {"192.0.2.1", map[string]any{"ip": "192.0.2.1"}},
		"criteria.devices.members":            {"KIOSK", map[string]any{"clientDeviceName": "KIOSK"}},
		"criteria.hardwareIDs.members":        {"ABC", map[string]any{"hardwareID": "ABC"}},
		"criteria.themes.members":             {"Corporate", map[string]any{"themeId": int64(9)}},
		"criteria.securityPrincipals.members": {map[string]any{"account": `DEMO\Sales`}, map[string]any{"account": `DEMO\Sales`}},
	} {
		p := spec.Find(path)
		if p == nil {
			t.Errorf("no property %s", path)
			continue
		}
		got, err := e.Entry(p, test.entry, 0, nil)
		if err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
	v6, err := e.Entry(spec.Find("criteria.iPs.allowedIPs"), "2001:db8::1", 0, nil)
	if diff := cmp.Diff(map[string]any{"ip": "2001:db8::1", "ipType": int64(1)}, v6); err != nil || diff != "" {
		t.Error(err, diff)
	}
}
