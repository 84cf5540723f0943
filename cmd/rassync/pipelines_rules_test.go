package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := yaml.NewEncoder(&b).Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func unmarshal(t *testing.T, data []byte, to any) {
	t.Helper()
	if err := yaml.Unmarshal(data, to); err != nil {
		t.Fatal(err)
	}
}

var pinned = regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40}$`)

// talksToFarm finds the commands that print names out of documents or a farm.
var talksToFarm = regexp.MustCompile(`\brassync (validate|plan|apply|export|drift|rollback)\b`)

// TestWorkflowsKeepTheirHygiene looks at the pipelines of the examples and at
// those of this repository.
func TestWorkflowsKeepTheirHygiene(t *testing.T) {
	own, err := filepath.Glob(filepath.Join("..", "..", ".github", "workflows", "*.yml"))
	if err != nil || len(own) < 2 {
		t.Fatal(own, err)
	}
	for _, path := range append(own, filepath.Join("..", "..", "examples", "pipelines", "github-actions.yml")) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var file githubFile
		unmarshal(t, data, &file)
		if !strings.Contains(string(data), "\npermissions:\n  contents: read\n") {
			t.Errorf("%s: jobs may do more than read unless they say so", path)
		}
		for name, job := range file.Jobs {
			for _, s := range job.Steps {
				where := filepath.Base(path) + " " + name
				if s.Uses != "" && !pinned.MatchString(s.Uses) {
					t.Errorf("%s: %s is not pinned by commit", where, s.Uses)
				}
				if strings.HasPrefix(s.Uses, "actions/checkout@") && s.With["persist-credentials"] != false {
					t.Errorf("%s: the checkout leaves its token behind", where)
				}
				if strings.Contains(s.Run, "${{") {
					t.Errorf("%s: an expression inside a script is replaced before the shell sees it: %s", where, s.Run)
				}
				if talksToFarm.MatchString(s.Run) && !strings.Contains(s.Run, "::stop-commands::") && !strings.Contains(s.Run, "--format github") && strings.Contains(path, "examples") {
					t.Errorf("%s: names of the farm may act as commands of the runner: %s", where, s.Run)
				}
			}
		}
	}
}

func TestReviewsHoldNoSecretThatWrites(t *testing.T) {
	var file githubFile
	readPipeline(t, "github-actions.yml", &file)
	for name, job := range file.Jobs {
		writes := job.Environment == "ras-farm"
		if writes != (name == "apply") {
			t.Errorf("GitHub's job %s: environment %q", name, job.Environment)
		}
		if pushes := job.Permissions["contents"] == "write"; pushes && (name == "validate" || name == "review" || name == "plan" || name == "apply") {
			t.Errorf("GitHub's job %s may push", name)
		}
	}
	if strings.Contains(string(marshal(t, file.Jobs["validate"].Env)), "secrets.") {
		t.Error("validate needs no secret")
	}
	for name, steps := range azureJobs(t) {
		for _, s := range steps {
			if s.Checkout != "" && s.PersistCredentials {
				t.Errorf("Azure's job %s keeps the token in the checkout", name)
			}
			if talksToFarm.MatchString(s.Bash) && (s.Target.Commands != "restricted" || s.Target.SettableVariables != "none") {
				t.Errorf("Azure's job %s: names of the farm may act as commands of the agent: %s", name, s.Bash)
			}
		}
	}
}

func TestNoPipelineForcesAPush(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "examples", "pipelines", "*.yml"))
	if err != nil || len(files) != 3 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"--force", " push -f", "+HEAD", "@${CI_SERVER_HOST}"} {
			if strings.Contains(string(data), bad) {
				t.Errorf("%s holds %q", f, bad)
			}
		}
	}
}
