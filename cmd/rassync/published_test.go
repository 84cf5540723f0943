package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v5"
	"gopkg.in/yaml.v3"

	"rassync/internal/workspace"
)

// published holds the schemas as "rassync schema NAME" prints them, each compiled
// once, with the formats of dates checked.
var published sync.Map

func publishedSchema(name string) (*jsonschema.Schema, error) {
	if s, ok := published.Load(name); ok {
		return s.(*jsonschema.Schema), nil
	}
	cat, err := loadCatalog()
	if err != nil {
		return nil, err
	}
	text, err := schemaOf(cat, name)
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.Draft, c.AssertFormat = jsonschema.Draft7, true
	if err := c.AddResource("mem:///"+name+".json", bytes.NewReader(text)); err != nil {
		return nil, err
	}
	s, err := c.Compile("mem:///" + name + ".json")
	if err == nil {
		published.Store(name, s)
	}
	return s, err
}

// isPublished tells why a document is not of its published format.
func isPublished(name string, data []byte) error {
	s, err := publishedSchema(name)
	if err != nil {
		return fmt.Errorf("schema %s: %w", name, err)
	}
	var v any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return fmt.Errorf("%s: %w\n%.300s", name, err, data)
	}
	if err := s.Validate(v); err != nil {
		return fmt.Errorf("%s: %#v", name, err)
	}
	return nil
}

// formatOf is the published format of what a command line prints as JSON, "" if it
// has none.
func formatOf(args []string) string {
	words := slices.DeleteFunc(slices.Clone(args), func(a string) bool { return strings.HasPrefix(a, "-") })
	if len(words) < 2 || words[0] != "rassync" {
		return ""
	}
	switch words[1] {
	case "plan", "drift", "diff", "apply":
		return words[1]
	case "rollback", "restore":
		return "apply"
	case "validate":
		return "diagnostics"
	case "history", "snapshot":
		for _, sub := range words[2:] {
			switch words[1] + " " + sub {
			case "history show":
				return "run"
			case "snapshot list":
				return "snapshots"
			case "snapshot show":
				return "snapshot"
			case "snapshot prune":
				return ""
			}
		}
		return words[1]
	}
	return ""
}

// checkPublished holds the output of every command that a script runs against the
// published format of it.
func checkPublished(ts *testscript.TestScript, args []string) {
	out := ts.ReadFile("stdout")
	i := slices.Index(args, "--format")
	switch asked := i >= 0 && i+1 < len(args) && args[i+1] == "json" || slices.Contains(args, "--format=json"); {
	case slices.Contains(args, "--events") && out != "":
		checkEvents(ts, out)
	case !asked || out == "" || slices.Contains(args, "--output"):
	default:
		name := formatOf(args)
		var doc struct{ Error json.RawMessage }
		if json.Unmarshal([]byte(out), &doc) == nil && doc.Error != nil {
			name = "error"
		}
		if name != "" {
			ts.Check(isPublished(name, []byte(out)))
		}
	}
}

// checkEvents reads JSON lines: the first says what begins, the last how it ended.
func checkEvents(ts *testscript.TestScript, text string) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	var types []string
	for _, line := range lines {
		var e struct {
			Type    string
			Command string
			Result  json.RawMessage
		}
		ts.Check(json.Unmarshal([]byte(line), &e))
		ts.Check(isPublished("events", []byte(line)))
		types = append(types, e.Type)
	}
	if types[0] != "start" || types[len(types)-1] != "end" {
		ts.Fatalf("the events are %s", strings.Join(types, ", "))
	}
}

// eventsCommand checks a file of events: events FILE
func eventsCommand(ts *testscript.TestScript, args []string) { checkEvents(ts, ts.ReadFile(args[0])) }

// TestPublishedFormatsRefuseOthers: a schema that takes anything would let every
// output pass.
func TestPublishedFormatsRefuseOthers(t *testing.T) {
	good := map[string]string{
		"error":     `{"formatVersion": "1", "error": {"class": "input", "exitCode": 3, "message": "m"}}`,
		"drift":     `{"formatVersion": "1", "inSync": true, "undeclared": [], "plan": PLAN}`,
		"diff":      `{"formatVersion": "1", "from": "a", "to": "farm", "changes": [{"address": "Site/Main", "kind": "Site", "change": "changed", "fields": [{"path": "x", "before": null, "after": 1}]}]}`,
		"apply":     `{"formatVersion": "1", "state": "nothing written", "plan": PLAN, "done": 0, "skipped": 0, "activated": false, "notConverged": [], "session": {"requests": 1, "writes": 0, "repeated": 0, "throttled": 0, "waitedSeconds": 0.5}}`,
		"history":   `{"formatVersion": "1", "runs": []}`,
		"run":       `{"formatVersion": "1", "run": {"id": "1", "command": "apply", "who": "", "host": "", "started": "2026-03-01T12:00:00Z", "farm": {"url": "", "guid": "", "name": "", "version": ""}, "planDigest": "", "changes": 1, "state": "done", "activated": true}, "plan": PLAN, "journal": []}`,
		"snapshots": `{"formatVersion": "1", "snapshots": []}`,
		"snapshot":  `{"formatVersion": "2", "id": "1", "time": "2026-03-01T12:00:00Z", "farm": {"url": "", "guid": "", "name": "", "version": ""}, "objects": [], "made": [], "digest": ""}`,
		"export":    `{"formatVersion": "1", "folder": "f", "dryRun": false, "objects": 1, "kinds": {"Site": 1}, "files": {"new": [], "changed": [], "removed": [], "unchanged": 1}, "notRead": [], "missing": []}`,
		"plan":      `PLAN`,
	}
	plan := `{"formatVersion": "1", "tool": {"name": "rassync", "version": "1"}, "farm": {"url": "", "guid": "", "name": "", "version": ""}, "summary": {"create": 0, "update": 0, "delete": 0, "replace": 0, "reorder": 0, "unchanged": 0}, "changes": [], "warnings": []}`
	for name, text := range good {
		text = strings.ReplaceAll(text, "PLAN", plan)
		if err := isPublished(name, []byte(text)); err != nil {
			t.Error(err)
		}
		var doc map[string]any
		if err := json.Unmarshal([]byte(text), &doc); err != nil {
			t.Fatal(name, err)
		}
		for what, change := range map[string]func(){
			"another version":  func() { doc["formatVersion"] = "0" },
			"an unknown field": func() { doc["somethingElse"] = 1 },
			"without version":  func() { delete(doc, "formatVersion") },
		} {
			was := fmt.Sprint(doc["formatVersion"])
			change()
			data, err := json.Marshal(doc)
			if err != nil {
				t.Fatal(err)
			}
			if isPublished(name, data) == nil {
				t.Errorf("%s: %s passes", name, what)
			}
			doc["formatVersion"] = was
			delete(doc, "somethingElse")
		}
	}
	for _, line := range []string{`{"time": "2026-03-01T12:00:00Z"}`, `{"type": "read", "time": "2026-03-01T12:00:00Z"}`, `{"type": "end", "time": "yesterday", "exitCode": 0, "meaning": ""}`, `{"type": "change-failed", "time": "2026-03-01T12:00:00Z", "address": "a", "action": "create"}`} {
		if isPublished("events", []byte(line)) == nil {
			t.Errorf("passes: %s", line)
		}
	}
}

// TestWorkspaceSchema: the schema of rassync.yaml that editors use and rassync's own
// reader agree on what is valid.
func TestWorkspaceSchema(t *testing.T) {
	cat, err := loadCatalog()
	if err != nil {
		t.Fatal(err)
	}
	for text, valid := range map[string]bool{
		"farm: {url: 'https://ras.example.com:20443', guid: '{1}', name: Lab}": true,
		"farm: {fingerprint: " + strings.Repeat("ab:", 31) + "ab}":             true,
		"farm: {fingerprint: abc}":                                             false,
		"farm: {caFile: a.pem, fingerprint: " + strings.Repeat("ab", 32) + "}": false,
		"farm: {adress: x}": false,
		"farm: [1]":         false,
		"frm: {}":           false,
		"farm:":             true,
		"manage: {default: exclusive, kinds: [{kind: PubRDSApp, site: Main, mode: additive}]}": true,
		"manage: {default: strict}":                                     false,
		"manage: {kinds: [{kind: PubRDSApp}]}":                          false,
		"manage: {kinds: {kind: PubRDSApp}}":                            false,
		"references: farm":                                              true,
		"references: loose":                                             false,
		"protect: [kind:MFA*, Main/RDSHost/**]":                         true,
		"protect: Site":                                                 false,
		"limits: {deletes: 3, deletePercent: 100, updates: 0, from: 1}": true,
		"limits: {deletePercent: 101}":                                  false,
		"limits: {deletes: -1}":                                         false,
		"limits: {deletes: many}":                                       false,
		"details: [PubRDSApp.preferredRoutes]":                          true,
		"details: [PubRDSApp]":                                          false,
		"ignore: [drafts/**, notes.yaml]":                               true,
		"ignore: drafts":                                                false,
		"expected: [{only: RDSHostPool/**, properties: [maxServersFromTemplate], why: production is larger}]": true,
		"expected: [{only: RDSHostPool/**}]":                       false,
		"expected: [{properties: [a], why: b}]":                    false,
		"expected: [{only: 'kind:Theme', properties: [], why: b}]": false,
		"overlays: {prod: overlays/prod}":                          true,
		"overlays: {prod: {folder: overlays/prod, sites: {Main: Berlin}, farm: {url: 'https://prod.example.com'}}}": true,
		"overlays: {prod: {sites: {Main: Berlin}}}":                                                                 true,
		"overlays: {prod: {farm: {url: 'https://prod.example.com'}}}":                                               false,
		"overlays: [prod]": false,
		"overlays: {prod: {folder: a, site: {Main: Berlin}}}":              false,
		"rules: [{name: a, check: 'true', message: m}]":                    true,
		"rules: [{name: a, message: m}]":                                   false,
		"windows: [{name: night, opens: '0 22 * * *', for: 4h}]":           true,
		"windows: [{name: night, opens: '0 22 * * *'}]":                    false,
		"freezes: [{name: year end, from: 2026-12-20, until: 2027-01-02}]": true,
		"freezes: [{from: 2026-12-20}]":                                    false,
	} {
		_, ds := workspace.ParseConfig([]byte(text), cat)
		if ds.Failed() == valid {
			t.Errorf("%s: the reader says %v", text, ds)
		}
		var node yaml.Node
		if err := yaml.Unmarshal([]byte(text), &node); err != nil {
			t.Fatal(err)
		}
		v := yamlAsJSON(&node)
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if err := isPublished("workspace", data); (err == nil) != valid {
			t.Errorf("%s: the schema says %v", text, err)
		}
	}
}

// yamlAsJSON reads YAML as an editor does: a date is text.
func yamlAsJSON(n *yaml.Node) any {
	switch n.Kind {
	case yaml.DocumentNode:
		return yamlAsJSON(n.Content[0])
	case yaml.AliasNode:
		return yamlAsJSON(n.Alias)
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			m[n.Content[i].Value] = yamlAsJSON(n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		list := []any{}
		for _, e := range n.Content {
			list = append(list, yamlAsJSON(e))
		}
		return list
	}
	var v any
	if n.Tag == "!!timestamp" || n.Decode(&v) != nil {
		return n.Value
	}
	return v
}
