package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

type githubStep struct {
	Name, Run, Uses, If string
	Env                 map[string]string
	With                map[string]any
}

type githubJob struct {
	If          string
	Environment string
	Env         map[string]string
	Permissions map[string]string
	Steps       []githubStep
}

type githubFile struct{ Jobs map[string]githubJob }

func TestGitHubPipeline(t *testing.T) {
	t.Parallel()
	var file githubFile
	readPipeline(t, "github-actions.yml", &file)
	r := newReplay(t, "github-actions.yml", ".github/workflows/rassync.yml", "bash", "--noprofile", "--norc", "-eo", "pipefail")
	r.jobs = map[string]pipelineJob{}
	for name, job := range file.Jobs {
		var steps []pipelineStep
		for _, s := range job.Steps {
			if s.Run == "" {
				continue // checkouts and artifacts are made by the test
			}
			step := pipelineStep{Name: s.Name, Script: s.Run, Always: s.If == "always()", Env: map[string]string{}}
			if s.Env["GITHUB_TOKEN"] != "" {
				step.Env["GITHUB_TOKEN"] = "push-token"
			}
			steps = append(steps, step)
		}
		r.jobs[name] = pipelineJob{steps}
	}
	var temp string
	env := func() map[string]string {
		temp = t.TempDir()
		return map[string]string{"RUNNER_TEMP": temp, "GITHUB_BASE_REF": "main", "GITHUB_OUTPUT": filepath.Join(temp, "output"), "GITHUB_STEP_SUMMARY": filepath.Join(temp, "summary")}
	}
	read := func(name string) string {
		data, err := os.ReadFile(filepath.Join(temp, name))
		if err != nil {
			t.Error(err)
		}
		return string(data)
	}
	// The first push: everything is as declared.
	out, code := r.job("plan", "main", env(), nil, nil)
	r.expect("plan", out, code, 0)
	if got := read("output"); got != "changes=0\n" {
		t.Errorf("the first plan says %q", got)
	}
	out, code = r.job("applied", "main", env(), nil, nil)
	r.expect("applied", out, code, 0)

	r.sh(filepath.Join(r.dir, "work"), "git checkout --quiet -b change")
	r.change()
	r.commit("Change")
	out, code = r.job("validate", "change", env(), nil, nil)
	r.expect("validate", out, code, 0)
	out, code = r.job("review", "change", env(), nil, nil)
	r.expect("review", out, code, 0, "::stop-commands::")
	for _, want := range []string{"Main/PubRDSApp/Sales/Route planner", "Reviewed"} {
		if got := read("summary"); !strings.Contains(got, want) {
			t.Errorf("the review does not show %q:\n%s", want, got)
		}
	}
	r.sh(filepath.Join(r.dir, "work"), "git checkout --quiet main && git merge --quiet change && git push --quiet origin main")

	first := r.export()
	out, code = r.job("plan", "main", env(), nil, nil)
	r.expect("plan", out, code, 0)
	if got := read("output"); got != "changes=2\n" {
		t.Errorf("the plan says %q", got)
	}
	approved := read("approved.plan")
	out, code = r.job("apply", "main", env(), func(string) { r.write(filepath.Join(temp, "approved.plan"), approved, 0o600) }, nil)
	r.expect("apply", out, code, 0)
	r.moved()
	if r.farm.Staged().Find("PubRDSApp", "name", "Route planner") != nil {
		t.Error("the application that the pull request deleted is still there")
	}
	kept := filepath.Join(temp, "run.tar.gz")
	out, code = r.job("applied", "main", env(), nil, nil)
	r.expect("applied", out, code, 0)
	out, code = r.job("plan", "main", env(), nil, nil)
	r.expect("plan", out, code, 0)
	if got := read("output"); got != "changes=0\n" {
		t.Errorf("after the apply: %q", got)
	}
	r.rollback(kept, first)
	r.nights(env)
}

func TestGitLabPipeline(t *testing.T) {
	t.Parallel()
	var file map[string]struct {
		Script []string `yaml:"script"`
		After  []string `yaml:"after_script"`
	}
	var all map[string]any
	readPipeline(t, "gitlab-ci.yml", &all)
	for _, other := range []string{"stages", "default", "variables"} {
		delete(all, other)
	}
	data := marshal(t, all)
	unmarshal(t, data, &file)
	r := newReplay(t, "gitlab-ci.yml", ".gitlab-ci.yml", "bash", "--noprofile", "--norc", "-eo", "pipefail")
	r.jobs = map[string]pipelineJob{}
	for name, job := range file {
		steps := []pipelineStep{{Name: name, Script: strings.Join(job.Script, "\n")}}
		if len(job.After) > 0 {
			steps = append(steps, pipelineStep{Name: "after", Script: strings.Join(job.After, "\n"), Always: true})
		}
		r.jobs[name] = pipelineJob{steps}
	}
	env := func() map[string]string {
		return map[string]string{"PUSH_TOKEN": "push-token", "CI_SERVER_URL": "file://" + filepath.ToSlash(r.dir) + "/group", "CI_PROJECT_PATH": "origin",
			"CI_MERGE_REQUEST_DIFF_BASE_SHA": strings.TrimSpace(r.sh(r.origin, "git rev-parse main"))}
	}
	read := func(name string, into *string) func(string) {
		return func(dir string) {
			data, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			*into = string(data)
		}
	}
	var plan, review, kept string
	out, code := r.job("plan", "main", env(), nil, read("approved.plan", &plan))
	r.expect("plan", out, code, 0)
	out, code = r.job("apply", "main", env(), func(dir string) { r.write(filepath.Join(dir, "approved.plan"), plan, 0o600) }, nil)
	r.expect("apply of nothing", out, code, 0)
	out, code = r.job("applied", "main", env(), nil, nil)
	r.expect("applied", out, code, 0)

	r.sh(filepath.Join(r.dir, "work"), "git checkout --quiet -b change")
	r.change()
	r.commit("Change")
	out, code = r.job("validate", "change", env(), nil, nil)
	r.expect("validate", out, code, 0)
	out, code = r.job("review", "change", env(), nil, read("plan.md", &review))
	r.expect("review", out, code, 0)
	for _, want := range []string{"Main/PubRDSApp/Sales/Route planner", "Reviewed"} {
		if !strings.Contains(review, want) {
			t.Errorf("the review does not show %q:\n%s", want, review)
		}
	}
	r.sh(filepath.Join(r.dir, "work"), "git checkout --quiet main && git merge --quiet change && git push --quiet origin main")

	first := r.export()
	out, code = r.job("plan", "main", env(), nil, read("approved.plan", &plan))
	r.expect("plan", out, code, 0)
	out, code = r.job("apply", "main", env(), func(dir string) { r.write(filepath.Join(dir, "approved.plan"), plan, 0o600) }, read("run.tar.gz", &kept))
	r.expect("apply", out, code, 0)
	r.moved()
	if r.farm.Staged().Find("PubRDSApp", "name", "Route planner") != nil {
		t.Error("the application that the merge request deleted is still there")
	}
	out, code = r.job("applied", "main", env(), nil, nil)
	r.expect("applied", out, code, 0)
	archive := filepath.Join(t.TempDir(), "run.tar.gz")
	r.write(archive, kept, 0o600)
	r.rollback(archive, first)
	r.nights(env)
}

type azureStep struct {
	Bash, Checkout, Publish, Download, Name, Condition string
	DisplayName                                        string `yaml:"displayName"`
	PersistCredentials                                 bool   `yaml:"persistCredentials"`
	Target                                             struct {
		Commands          string
		SettableVariables string `yaml:"settableVariables"`
	}
	Env map[string]string
}

type azureFile struct {
	Stages []struct {
		Stage string
		Jobs  []struct {
			Job, Deployment string
			Steps           []azureStep
			Strategy        struct {
				RunOnce struct{ Deploy struct{ Steps []azureStep } } `yaml:"runOnce"`
			}
		}
	}
}

// azureJobs are the steps of each job by name.
func azureJobs(t *testing.T) map[string][]azureStep {
	var file azureFile
	readPipeline(t, "azure-pipelines.yml", &file)
	jobs := map[string][]azureStep{}
	for _, stage := range file.Stages {
		for _, job := range stage.Jobs {
			jobs[job.Job+job.Deployment] = append(job.Steps, job.Strategy.RunOnce.Deploy.Steps...)
		}
	}
	return jobs
}

func TestAzurePipeline(t *testing.T) {
	t.Parallel()
	r := newReplay(t, "azure-pipelines.yml", ".azure/rassync.yml", "bash", "--noprofile", "--norc")
	var temp string
	env := func() map[string]string {
		temp = t.TempDir()
		r.sh(r.dir, "mkdir -p '"+temp+"/staging' '"+temp+"/plan'")
		return map[string]string{"AGENT_TEMPDIRECTORY": temp, "BUILD_ARTIFACTSTAGINGDIRECTORY": filepath.Join(temp, "staging"), "PIPELINE_WORKSPACE": temp, "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main"}
	}
	known := map[string]string{"RASSYNC_PASSWORD": r.env["RASSYNC_PASSWORD"], "RAS_MAILBOX_PASSWORD": "x", "System.AccessToken": "push-token"}
	r.jobs = map[string]pipelineJob{}
	for name, list := range azureJobs(t) {
		var steps []pipelineStep
		for _, s := range list {
			if s.Bash == "" {
				continue
			}
			step := pipelineStep{Name: s.DisplayName, Script: s.Bash, Always: s.Condition == "always()", Env: map[string]string{}}
			for k, v := range s.Env {
				step.Env[k] = azureVariable.ReplaceAllStringFunc(v, func(ref string) string { return known[ref[2:len(ref)-1]] })
			}
			steps = append(steps, step)
		}
		r.jobs[name] = pipelineJob{steps}
	}
	read := func(name string) string {
		data, err := os.ReadFile(filepath.Join(temp, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	out, code := r.job("plan", "main", env(), nil, nil)
	r.expect("plan", out, code, 0, "##vso[task.setvariable variable=changes;isOutput=true]0")
	out, code = r.job("applied", "main", env(), nil, nil)
	r.expect("applied", out, code, 0)

	r.sh(filepath.Join(r.dir, "work"), "git checkout --quiet -b change")
	r.change()
	r.commit("Change")
	out, code = r.job("review", "change", env(), nil, nil)
	r.expect("review", out, code, 0, "##vso[task.uploadsummary]")
	for _, want := range []string{"Main/PubRDSApp/Sales/Route planner", "Reviewed"} {
		if got := read("plan.md"); !strings.Contains(got, want) {
			t.Errorf("the review does not show %q:\n%s", want, got)
		}
	}
	r.sh(filepath.Join(r.dir, "work"), "git checkout --quiet main && git merge --quiet change && git push --quiet origin main")

	first := r.export()
	out, code = r.job("plan", "main", env(), nil, nil)
	r.expect("plan", out, code, 0, "isOutput=true]2")
	approved := read("staging/approved.plan")
	out, code = r.job("apply", "main", env(), func(string) { r.write(filepath.Join(temp, "plan", "approved.plan"), approved, 0o600) }, nil)
	r.expect("apply", out, code, 0)
	r.moved()
	if r.farm.Staged().Find("PubRDSApp", "name", "Route planner") != nil {
		t.Error("the application that the pull request deleted is still there")
	}
	kept := filepath.Join(temp, "run", "run.tar.gz")
	out, code = r.job("applied", "main", env(), nil, nil)
	r.expect("applied", out, code, 0)
	r.rollback(kept, first)
	r.nights(env)
}
