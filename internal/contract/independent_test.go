package contract_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"rassync/internal/contract"
	"rassync/internal/model"
	"rassync/schemas"
)

// read imports a document and lays out what was found, one line each.
func read(t *testing.T, cat *model.Catalog, documents ...[]byte) (*contract.Comparison, *contract.Layer, []string) {
	t.Helper()
	var all *contract.Document
	for _, data := range documents {
		d, err := contract.ParseDocument(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if all == nil {
			all = d
		} else {
			all.Merge(d)
		}
	}
	c, l, err := contract.Compare(cat, all, "x", "", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, f := range c.Findings {
		if f.What != contract.Confirmed {
			lines = append(lines, fmt.Sprintf("%s.%s: %s: %s %v", f.Kind, f.Path, f.What, strings.ToLower(factsParameter.ReplaceAllString(f.Text, "{}")), f.Choices))
		}
	}
	slices.Sort(lines)
	return c, l, lines
}

// asYAML turns a document into YAML.
func asYAML(t *testing.T, data []byte) []byte {
	t.Helper()
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	out, err := yaml.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestADocumentMadeFromTheFacts imports a document that the schemas have no part
// in: what was read in pages is confirmed, and nothing in it is taken for
// something else.
func TestADocumentMadeFromTheFacts(t *testing.T) {
	cat := builtIn(t)
	c, l, lines := read(t, cat, factsDocument(t, manner{}).json(t))
	l, err := contract.Fit(cat, schemas.Files, l, c)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		for _, what := range []contract.What{contract.Question, contract.NotTaken, contract.OtherNumber, contract.OtherBound, contract.NowRequired} {
			if strings.Contains(line, ": "+string(what)+": ") {
				t.Error(line)
			}
		}
		// Two resources have in bodies the names of their answers.
		if strings.Contains(line, ": renamed: ") && !strings.Contains(line, "the body has the name of the answer") {
			t.Error(line)
		}
	}
	if _, confirmed := l.Count(); confirmed < 1800 || !c.Whole {
		t.Errorf("%d confirmed, whole %v", confirmed, c.Whole)
	}
}

// TestTheMannerOfADocumentSaysNothing writes one contract in many ways, and
// expects the same of each.
func TestTheMannerOfADocumentSaysNothing(t *testing.T) {
	cat := builtIn(t)
	families := []string{"mfa", "gateway"}
	plain := factsDocument(t, manner{families: families}).json(t)
	_, _, want := read(t, cat, plain)
	for name, m := range map[string]manner{
		"colon": {labels: "colon"}, "bracket": {labels: "bracket"}, "list": {labels: "list"}, "dash": {labels: "dash"}, "table": {labels: "table"}, "html": {labels: "html"},
		"reversed": {labels: "reversed"}, "values": {labels: "values"}, "varnames": {labels: "varnames"}, "enumNames": {labels: "enumNames"}, "sentence": {labels: "sentence"},
		"constants": {labels: "constants", version: "3.1.0"}, "3.1": {version: "3.1.0"}, "lower case": {lower: true}, "parameters": {param: "theId"}, "yaml": {version: "3.0.1"},
		"utf-16": {}, "pages": {},
	} {
		m.families = families
		d := factsDocument(t, m)
		data := [][]byte{d.json(t)}
		switch name {
		case "yaml", "3.1":
			data[0] = asYAML(t, data[0])
		case "utf-16":
			data[0] = utf16(data[0])
		case "pages":
			data = d.pages(t)
		}
		if _, _, got := read(t, cat, data...); !slices.Equal(got, want) {
			for _, line := range got {
				if !slices.Contains(want, line) {
					t.Errorf("%s: more: %s", name, line)
				}
			}
			for _, line := range want {
				if !slices.Contains(got, line) {
					t.Errorf("%s: less: %s", name, line)
				}
			}
		}
	}
}

func utf16(data []byte) []byte {
	out := []byte{0xff, 0xfe}
	for _, r := range string(data) {
		out = append(out, byte(r), byte(r>>8))
	}
	return out
}

// pages writes each path as a page of its own, in an order by chance, with
// everything around it that pages have.
func (d *factsDoc) pages(t *testing.T) [][]byte {
	t.Helper()
	var out [][]byte
	for _, path := range sortedNames(d.paths) {
		one := &factsDoc{manner: d.manner, paths: map[string]map[string]any{path: d.paths[path]}, schemas: d.schemas}
		out = append(out, []byte("---\ntitle: A page\n---\n# "+path+"\n\n* in a list\n\n  ```json\n  {\"some\": \"example\"}\n  ```\n\n````json\r\n"+string(one.json(t))+"\n````\n\nWords.\n"))
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

func sortedNames[V any](m map[string]V) []string {
	var out []string
	for n := range m {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// TestWhatADocumentSaysOtherwise changes the document of the facts as a next
// version of the API might, and expects exactly that of the layer.
func TestWhatADocumentSaysOtherwise(t *testing.T) {
	cat := builtIn(t)
	property := func(d *factsDoc, name string, sides ...string) []map[string]any {
		var out []map[string]any
		for _, s := range sides {
			out = append(out, d.object(t, name+s))
		}
		return out
	}
	rename := func(d *factsDoc, resource, from, to string, sides ...string) {
		for _, o := range property(d, resource, sides...) {
			if o[from] == nil {
				t.Fatalf("%s has no %s", resource, from)
			}
			o[to] = o[from]
			delete(o, from)
		}
	}
	d := factsDocument(t, manner{})
	rename(d, "RASMailboxSettings", "smtpServer", "smtpHost", "", "Update")       // both ways
	rename(d, "RASMailboxSettings", "senderAddress", "fromMailbox", "", "Update") // no word in common
	rename(d, "Site", "licensingSite", "isLicensingSite", "")
	for _, o := range property(d, "RASMailboxSettings", "", "Update") {
		o["useTLS"] = map[string]any{"type": "integer", "enum": []any{0, 1, 2, 3, 4}, "description": "0 = Yes\n1 = No\n2 = YesIfAvailable\n3 = YesTLS13IfAvailable\n4 = YesTLS12IfAvailable"}
	}
	for _, o := range property(d, "RASMailboxSettings", "", "Update") {
		o["relayPort"] = map[string]any{"type": "integer", "minimum": 1, "maximum": 65535}
		o["relay"] = map[string]any{"type": "object", "properties": map[string]any{"host": map[string]any{"type": "string"}, "kind": map[string]any{"type": "integer", "enum": []any{0, 1}, "description": "0 = Open\n1 = Closed"}}}
	}
	delete(d.object(t, "RASMailboxSettingsUpdate"), "username")
	d.object(t, "RASMailboxSettingsUpdate")["user"] = map[string]any{"type": "object", "properties": map[string]any{"name": map[string]any{"type": "string"}}}
	// Create and update apart, another bound, newly required, gone.
	rename(d, "CustomRoute", "publicAddress", "publicHost", "Create")
	d.schemas["CustomRouteCreate"].(map[string]any)["required"] = []string{"name", "publicHost"}
	d.object(t, "CustomRouteCreate")["name"].(map[string]any)["maxLength"] = 20
	delete(d.object(t, "LBSettings"), "replicate")
	delete(d.object(t, "LBSettingsUpdate"), "replicate")
	// Another path, another name for the site.
	for _, path := range sortedNames(d.paths) {
		if rest, ok := strings.CutPrefix(path, "/api/PrintingSettings"); ok {
			d.paths["/api/PrinterSettings"+rest] = d.paths[path]
			delete(d.paths, path)
		}
	}
	for _, m := range []string{"get", "put"} {
		d.paths["/api/LBSettings"][m].(map[string]any)["parameters"] = []any{map[string]any{"name": "farmSiteId", "in": "query", "schema": map[string]any{"type": "integer"}}}
	}
	c, l, _ := read(t, cat, d.json(t))
	l, err := contract.Fit(cat, schemas.Files, l, c)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []struct{ kind, at, yaml string }{
		{"MailboxSettings", "smtpServer", "read: smtpHost\nwrite: smtpHost\n"},
		{"MailboxSettings", "senderAddress", "read: fromMailbox\nwrite: fromMailbox\n"},
		{"MailboxSettings", "useTLS", "numbers:\n    \"No\": 1\n    \"Yes\": 0\n    YesIfAvailable: 2\n    YesTLS12IfAvailable: 4\n    YesTLS13IfAvailable: 3\n"},
		{"MailboxSettings", "relayPort", "minimum: 1\nmaximum: 65535\nnew:\n    type: integer\n"},
		{"MailboxSettings", "relay", "new:\n    type: object\n"},
		{"MailboxSettings", "relay.host", "write: relay.host\nnew:\n    type: string\n"},
		{"MailboxSettings", "relay.kind", "write: relay.kind\nnumbers:\n    Closed: 1\n    Open: 0\nnew:\n    type: integer\n"},
		{"MailboxSettings", "username", "write: user.name\n"},
		{"CustomRoute", "publicAddress", "createAs: publicHost\n"},
		{"LBSettings", "replicate", "gone: true\n"},
	} {
		kl := l.Kinds[want.kind]
		if kl == nil || kl.Properties[want.at] == nil {
			t.Errorf("%s.%s: the layer says nothing", want.kind, want.at)
			continue
		}
		got, err := yaml.Marshal(kl.Properties[want.at])
		if err != nil || string(got) != want.yaml {
			t.Errorf("%s.%s: %s, want %s", want.kind, want.at, got, want.yaml)
		}
	}
	if kl := l.Kinds["PrintingSettings"]; kl == nil || kl.Calls == nil || kl.Calls.Self != "/api/PrinterSettings" {
		t.Errorf("PrintingSettings: %+v", kl)
	}
	if kl := l.Kinds["LBSettings"]; kl == nil || kl.Calls == nil || kl.Calls.SiteQuery != "farmSiteId" {
		t.Errorf("LBSettings: %+v", kl)
	}
}
