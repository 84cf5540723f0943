package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/textproto"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"gopkg.in/yaml.v3"

	"rassync/internal/farmsim"
)

// exportedSeed exports the example farm, as a user would.
func exportedSeed(t *testing.T) string {
	t.Helper()
	cat, err := loadCatalog()
	if err != nil {
		t.Fatal(err)
	}
	state, err := builtinSeed()
	if err != nil {
		t.Fatal(err)
	}
	farm, err := farmsim.New(farmsim.Options{Catalog: cat, State: state, Rate: -1})
	if err != nil {
		t.Fatal(err)
	}
	server, err := farm.Start(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	s := &scene{t: t, farm: farm, dir: filepath.Join(t.TempDir(), "farm"), vars: map[string]string{}}
	for _, v := range farmVars(server) {
		name, value, _ := strings.Cut(v, "=")
		s.vars[name] = value
	}
	s.must(0, "export", s.dir, "-q")
	return s.dir
}

// exportedDocument is one document of an exported file.
type exportedDocument struct {
	file   string // relative
	text   string
	schema string // of its own schema line, below the workspace
}

var schemaLine = regexp.MustCompile(`(?m)^# yaml-language-server: \$schema=(\S+)$`)

// exportedDocuments reads every document of an export with the schema that it names.
func exportedDocuments(t *testing.T, dir string) []exportedDocument {
	t.Helper()
	var out []exportedDocument
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() && strings.HasPrefix(d.Name(), ".") {
			if err == nil {
				err = filepath.SkipDir
			}
			return err
		}
		if d.IsDir() || filepath.Ext(p) != ".yaml" {
			return nil
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		for _, text := range strings.Split(string(data), "\n---\n") {
			m := schemaLine.FindStringSubmatch(text)
			if m == nil {
				t.Errorf("%s: a document names no schema:\n%.200s", rel, text)
				continue
			}
			at, err := filepath.Rel(dir, filepath.Join(filepath.Dir(p), filepath.FromSlash(m[1])))
			if err != nil {
				return err
			}
			out = append(out, exportedDocument{rel, text, filepath.ToSlash(at)})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestEditorsFlagEveryMistake holds each document of an export against the schema
// that it names itself, as an editor does: none is flagged as it is, and each is with a
// mistake of every sort that it can have.
func TestEditorsFlagEveryMistake(t *testing.T) {
	dir := exportedSeed(t)
	c := jsonschema.NewCompiler()
	c.Draft, c.AssertFormat = jsonschema.Draft7, true
	c.LoadURL = func(u string) (io.ReadCloser, error) {
		return os.Open(filepath.Join(dir, filepath.FromSlash(strings.TrimPrefix(u, "mem:///"))))
	}
	compiled := map[string]*jsonschema.Schema{}
	seeded := map[string]int{}
	docs := exportedDocuments(t, dir)
	if len(docs) < 300 {
		t.Fatalf("%d documents", len(docs))
	}
	for _, d := range docs {
		s := compiled[d.schema]
		if s == nil {
			var err error
			if s, err = c.Compile("mem:///" + d.schema); err != nil {
				t.Fatal(err)
			}
			compiled[d.schema] = s
		}
		check := func(text string) error {
			var n yaml.Node
			if err := yaml.Unmarshal([]byte(text), &n); err != nil {
				return err
			}
			return s.Validate(asDecoded(t, yamlAsJSON(&n)))
		}
		if err := check(d.text); err != nil {
			t.Errorf("%s: a false alarm: %v", d.file, err)
		}
		if freeForm(t, filepath.Join(dir, filepath.FromSlash(d.schema))) {
			continue // nobody knows what is right in it
		}
		for name, m := range mistakes {
			if text := m(d.text); text != d.text {
				seeded[name]++
				if check(text) == nil {
					t.Errorf("%s: %s is not flagged:\n%s", d.file, name, text)
				}
			}
		}
	}
	for name := range mistakes {
		if seeded[name] == 0 {
			t.Errorf("no document could have the mistake: %s", name)
		}
	}
}

// freeForm tells whether a kind takes any property.
func freeForm(t *testing.T, schema string) bool {
	t.Helper()
	data, err := os.ReadFile(schema)
	if err != nil {
		t.Fatal(err)
	}
	var s struct {
		Properties struct {
			Spec struct {
				XRas struct{ Open bool } `json:"x-ras"`
			}
		}
	}
	if err := json.Unmarshal(data, &s); err != nil {
		t.Fatal(err)
	}
	return s.Properties.Spec.XRas.Open
}

func asDecoded(t *testing.T, v any) any {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var out any
	if err := d.Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

func firstMatch(pattern, replacement string) func(string) string {
	re := regexp.MustCompile(pattern)
	return func(text string) string {
		at := re.FindStringSubmatchIndex(text)
		if at == nil {
			return text
		}
		return text[:at[0]] + string(re.ExpandString(nil, replacement, text, at)) + text[at[1]:]
	}
}

// mistakes are those that people make; each leaves a document alone that cannot
// have it.
var mistakes = map[string]func(string) string{
	"a misspelt kind":                 firstMatch(`(?m)^kind: (\w+)$`, "kind: ${1}s"),
	"a misspelt key":                  firstMatch(`(?m)^spec:`, "spce:"),
	"a property that is none":         firstMatch(`(?m)^spec:\n`, "spec:\n  desription: x\n"),
	"text for a switch":               firstMatch(`(?m)^(  \w+): (true|false)$`, "$1: perhaps"),
	"text for a number":               firstMatch(`(?m)^(  \w+): \d+$`, "$1: many"),
	"a date that is none":             firstMatch(`(?m)^( +\w+DateTime): \S+$`, "$1: tomorrow"),
	"a day that is none":              firstMatch(`(?m)^( +\w+DateTime: '?\d{4})-\d\d-`, "$1-13-"),
	"a word that is no choice":        firstMatch(`(?m)^  (enabledMode|windowMode|publishFrom|source|repeat): \w+$`, "  $1: Sometimes"),
	"an entry of a list that is none": firstMatch(`(?m)^  rules:\n    - name: (.*)$`, "  rules:\n    - nmae: $1"),
}

// TestYAMLLanguageServer opens every file of an export in the language server that
// editors use, where this machine has it (npm install yaml-language-server).
func TestYAMLLanguageServer(t *testing.T) {
	program, err := exec.LookPath("yaml-language-server")
	if err != nil {
		t.Skip("no yaml-language-server on this machine")
	}
	if testing.Short() {
		t.Skip("it takes half a minute")
	}
	dir := exportedSeed(t)
	server := startLanguageServer(t, program, dir)
	byFile := map[string][]exportedDocument{}
	for _, d := range exportedDocuments(t, dir) {
		byFile[d.file] = append(byFile[d.file], d)
	}
	delete(byFile, "rassync.yaml") // below, as it is found by the settings
	for file, docs := range byFile {
		var right, wrong []string
		for _, d := range docs {
			right = append(right, d.text)
			if freeForm(t, filepath.Join(dir, filepath.FromSlash(d.schema))) {
				wrong = append(wrong, d.text)
				continue
			}
			wrong = append(wrong, mistakes["a property that is none"](d.text))
		}
		if got := server.diagnose(file, strings.Join(right, "\n---\n")); len(got) > 0 {
			t.Errorf("%s: false alarms: %v", file, got)
		}
		want := 0
		for _, text := range wrong {
			want += strings.Count(text, "desription")
		}
		if got := server.diagnose(file, strings.Join(wrong, "\n---\n")); len(got) != want {
			t.Errorf("%s: %d of %d mistakes are flagged: %v", file, len(got), want, got)
		}
	}
	// A file that is new, and the configuration, by the settings that the export wrote.
	for file, c := range map[string]struct {
		text string
		want int
	}{
		"Main/new.yaml":     {"kind: PubRDSApp\nsite: Main\nname: New\nspec:\n  targt: x\n---\nkind: Theme\nsite: Main\nname: T\nspec:\n  enabld: true\n", 2},
		"Main/other.yaml":   {"kind: PubRDSApp\nsite: Main\nname: New\nspec:\n  target: x\n", 0},
		"rassync.yaml":      {"farm:\n  adress: x\nlimits: {deletes: 3}\n", 1},
		"mkdocs.yaml":       {"site_name: Docs\nnav: [a]\n", 0},
		".github/work.yaml": {"on: push\njobs: {}\n", 0},
	} {
		if got := server.diagnose(file, c.text); len(got) != c.want {
			t.Errorf("%s: %d diagnostics instead of %d: %v", file, len(got), c.want, got)
		}
	}
}

// languageServer is a language server that a test talks to.
type languageServer struct {
	t       *testing.T
	in      io.Writer
	out     *textproto.Reader
	dir     string
	last    int
	version int
	opened  map[string]bool
}

func startLanguageServer(t *testing.T, program, dir string) *languageServer {
	t.Helper()
	cmd := exec.Command(program, "--stdio")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); _ = cmd.Process.Kill(); _ = cmd.Wait() })
	s := &languageServer{t: t, in: in, out: textproto.NewReader(bufio.NewReader(out)), dir: dir, opened: map[string]bool{}}
	s.request("initialize", map[string]any{"processId": nil, "rootUri": s.uri(""), "workspaceFolders": []any{map[string]any{"uri": s.uri(""), "name": "farm"}},
		"capabilities": map[string]any{"workspace": map[string]any{"configuration": true}}})
	s.send(map[string]any{"jsonrpc": "2.0", "method": "initialized", "params": map[string]any{}})
	s.send(map[string]any{"jsonrpc": "2.0", "method": "workspace/didChangeConfiguration", "params": map[string]any{"settings": map[string]any{}}})
	return s
}

func (s *languageServer) uri(file string) string {
	p := filepath.ToSlash(filepath.Join(s.dir, file))
	if runtime.GOOS == "windows" {
		p = "/" + p
	}
	return (&url.URL{Scheme: "file", Path: p}).String()
}

func (s *languageServer) send(message map[string]any) {
	s.t.Helper()
	data, err := json.Marshal(message)
	if err == nil {
		_, err = fmt.Fprintf(s.in, "Content-Length: %d\r\n\r\n%s", len(data), data)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *languageServer) receive() map[string]any {
	s.t.Helper()
	head, err := s.out.ReadMIMEHeader()
	if err != nil {
		s.t.Fatal(err)
	}
	n, err := strconv.Atoi(head.Get("Content-Length"))
	if err != nil {
		s.t.Fatal(err)
	}
	data := make([]byte, n)
	if _, err := io.ReadFull(s.out.R, data); err != nil {
		s.t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(data, &m); err != nil {
		s.t.Fatal(err)
	}
	if m["id"] != nil && m["method"] != nil { // a question of the server's
		s.send(map[string]any{"jsonrpc": "2.0", "id": m["id"], "result": s.answer(m)})
	}
	return m
}

// answer gives the settings of the workspace, as an editor does, and nothing else.
func (s *languageServer) answer(m map[string]any) any {
	params, _ := m["params"].(map[string]any)
	items, _ := params["items"].([]any)
	if len(items) == 0 {
		return nil
	}
	data, err := os.ReadFile(filepath.Join(s.dir, ".vscode", "settings.json"))
	if err != nil {
		s.t.Fatal(err)
	}
	var settings map[string]any
	if err := json.Unmarshal(data, &settings); err != nil {
		s.t.Fatal(err)
	}
	out := make([]any, len(items))
	for i, item := range items {
		if it, _ := item.(map[string]any); it["section"] == "yaml" {
			out[i] = map[string]any{"schemas": settings["yaml.schemas"], "validate": true, "schemaStore": map[string]any{"enable": false}}
		}
	}
	return out
}

func (s *languageServer) request(method string, params map[string]any) map[string]any {
	s.t.Helper()
	s.last++
	s.send(map[string]any{"jsonrpc": "2.0", "id": s.last, "method": method, "params": params})
	for {
		m := s.receive()
		if id, ok := m["id"].(float64); ok && int(id) == s.last && m["method"] == nil {
			return m
		}
	}
}

// diagnose opens a text as this file and waits for what the server says of it.
func (s *languageServer) diagnose(file, text string) []string {
	s.t.Helper()
	s.version++
	uri := s.uri(file)
	if s.opened[file] {
		// Under a name of its own: what is said of the other text is no answer to this one.
		uri = s.uri(filepath.Join(filepath.Dir(file), fmt.Sprintf("%d-%s", s.version, filepath.Base(file))))
	}
	s.opened[file] = true
	s.send(map[string]any{"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": map[string]any{"textDocument": map[string]any{"uri": uri, "languageId": "yaml", "version": s.version, "text": text}}})
	return s.published(uri)
}

// published waits for what the server says of a file.
func (s *languageServer) published(uri string) []string {
	s.t.Helper()
	for {
		m := s.receive()
		params, _ := m["params"].(map[string]any)
		if m["method"] != "textDocument/publishDiagnostics" || params["uri"] != uri {
			continue
		}
		list, _ := params["diagnostics"].([]any)
		var out []string
		for _, d := range list {
			diag, _ := d.(map[string]any)
			out = append(out, fmt.Sprint(diag["message"]))
		}
		return out
	}
}
