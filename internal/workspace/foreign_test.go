package workspace_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rassync/internal/model"
	"rassync/internal/workspace"
)

const passedOver = ":1:1: warning: passed over: nothing in this file is declared for rassync (list it under ignore in rassync.yaml to say that this is right)"

func TestYAMLOfOtherToolsIsPassedOver(t *testing.T) {
	own := site + "kind: App\nsite: Main\nname: A\nspec: {}\n"
	for name, c := range map[string]struct{ file, text string }{
		"azure":           {"azure-pipelines.yml", "trigger: none\npool: ras\nsteps:\n  - bash: rassync validate\n"},
		"compose":         {"docker-compose.yml", "name: x\nservices:\n  web: {image: nginx}\n"},
		"mkdocs":          {"mkdocs.yml", "site_name: Docs\nmarkdown_extensions:\n  - x: !!python/name:y.z\n"},
		"taskfile":        {"Taskfile.yml", "version: '3'\ntasks: {a: {cmds: [b]}}\n"},
		"a list":          {"playbook.yml", "- hosts: all\n  tasks: []\n"},
		"a template":      {"chart.yaml", "{{- if .Values.x }}\na: b\n{{- end }}\n"},
		"kubernetes":      {"k8s.yaml", "apiVersion: v1\nkind: Service\nspec: {}\n"},
		"another folder":  {"deploy/pipeline.yml", "stages: [a]\n"},
		"below a folder":  {"deploy/prod/values.yaml", "image: x\n"},
		"several":         {"two.yml", "a: 1\n---\nb: 2\n"},
		"with a kind key": {"ci.yml", "jobs:\n  kind: x\n"},
	} {
		t.Run(name, func(t *testing.T) {
			ws, diags := workspace.Load(tree(t, map[string]string{"Main/App.yaml": own, c.file: c.text}), testCatalog(t), workspace.LoadOptions{})
			if got := texts(diags); got != c.file+passedOver {
				t.Errorf("got %s", got)
			}
			if len(ws.Objects) != 2 || len(ws.Files) != 1 {
				t.Errorf("%d objects of %v", len(ws.Objects), ws.Files)
			}
		})
	}
}

func TestBrokenDocumentsAreNotTakenForForeignOnes(t *testing.T) {
	own := site + "kind: App\nsite: Main\nname: A\nspec: {}\n"
	for name, c := range map[string]struct{ file, text string }{
		"letter case":       {"new.yaml", "Kind: App\nname: x\n"},
		"misspelt":          {"new.yaml", "knd: App\nname: x\n"},
		"no colon":          {"new.yaml", "kind App\nname: x\n"},
		"spec alone":        {"new.yaml", "spec:\n  target: x\n"},
		"site alone":        {"new.yaml", "site: Main\nname: x\n"},
		"editor's line":     {"new.yaml", "# yaml-language-server: $schema=.rassync/schemas/any.json\nname: x\n"},
		"an unknown kind":   {"new.yaml", "kind: Ap\nname: x\n"},
		"a list of ours":    {"new.yaml", "- kind: App\n"},
		"flow":              {"new.yaml", "{kind: Ap, name: x}\n"},
		"in our folder":     {"Main/new.yaml", "name: x\n"},
		"below our folder":  {"Main/sub/new.yaml", "trigger: none\n"},
		"one document is":   {"new.yaml", "a: 1\n---\nkind: Ap\n"},
		"text":              {"new.yaml", "hello\n"},
		"broken, with kind": {"new.yaml", "kind: App\n  name: [x\n"},
	} {
		t.Run(name, func(t *testing.T) {
			_, diags := workspace.Load(tree(t, map[string]string{"Main/App.yaml": own, c.file: c.text}), testCatalog(t), workspace.LoadOptions{})
			if !diags.Failed() {
				t.Errorf("it passes: %s", texts(diags))
			}
		})
	}
}

func TestNothingButForeignFilesDeclaresNothing(t *testing.T) {
	_, diags := workspace.Load(tree(t, map[string]string{"azure-pipelines.yml": "trigger: none\n"}), testCatalog(t), workspace.LoadOptions{})
	if !strings.Contains(texts(diags), "error: nothing is declared in") {
		t.Errorf("got %s", texts(diags))
	}
}

func TestExportLeavesForeignFilesAlone(t *testing.T) {
	files := map[string]string{"azure-pipelines.yml": "trigger: none\n", "deploy/x.yml": "a: 1\n", "chart.yaml": "{{ x }}\n"}
	dir := tree(t, files)
	if _, err := workspace.Write(dir, testCatalog(t), []*model.Object{obj("Mail", m{"server": "x"})}, workspace.WriteOptions{Prune: true}); err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
