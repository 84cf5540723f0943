package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"rassync/examples"
	"rassync/internal/app"
	"rassync/internal/farmsim"
)

// The pipelines of the examples are carried out here as their systems would:
// step by step, with the shell options of each, in fresh checkouts of a bare
// repository that holds a real export, against the simulated farm.

// pipelineStep is a step of a job, whatever the system.
type pipelineStep struct {
	Name   string
	Script string
	Env    map[string]string
	Always bool
}

// pipelineJob is a job: its steps, and the files that later jobs need.
type pipelineJob struct{ Steps []pipelineStep }

// replay is one pipeline being carried out.
type replay struct {
	*testing.T
	dir    string // of everything
	origin string // the bare repository
	farm   *farmsim.Farm
	shell  []string // how the system calls bash
	jobs   map[string]pipelineJob
	env    map[string]string // of every job
}

func newReplay(t *testing.T, file, place string, shell ...string) *replay {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("no bash here")
	}
	real, err := exec.LookPath("rassync")
	if err != nil {
		t.Fatal(err)
	}
	cat, err := loadCatalog()
	if err != nil {
		t.Fatal(err)
	}
	state, err := farmsim.LoadSeed(examples.Seed())
	if err != nil {
		t.Fatal(err)
	}
	farm, err := farmsim.New(farmsim.Options{Catalog: cat, Rate: -1, State: state})
	if err != nil {
		t.Fatal(err)
	}
	server, err := farm.Start(context.Background(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	r := &replay{T: t, dir: t.TempDir(), farm: farm, shell: shell}
	// The farm of the test has no rate limit, so nothing waits for one.
	bin := filepath.Join(r.dir, "bin")
	r.write(filepath.Join(bin, "rassync"), "#!/usr/bin/env bash\ncase $1 in plan | apply | drift | export | rollback) set -- \"$@\" --rate off ;; esac\nexec '"+real+"' \"$@\"\n", 0o755)
	r.env = map[string]string{
		"PATH": bin + string(os.PathListSeparator) + os.Getenv("PATH"), "HOME": filepath.Join(r.dir, "home"), "GIT_CONFIG_NOSYSTEM": "1", "GOGC": "400",
		app.EnvFarm: server.URL, app.EnvFingerprint: server.Fingerprint, app.EnvUsername: farmsim.DefaultUsername, app.EnvPassword: farmsim.DefaultPassword,
	}
	r.origin = filepath.Join(r.dir, "group", "origin.git")
	work := filepath.Join(r.dir, "work")
	r.sh(r.dir, "git init --quiet --bare -b main '"+r.origin+"' && git -C '"+r.origin+"' config receive.advertisePushOptions true && git clone --quiet '"+r.origin+"' work 2>&1 && cd work && rassync export -o . --quiet")
	text, err := os.ReadFile(filepath.Join("..", "..", "examples", "pipelines", file))
	if err != nil {
		t.Fatal(err)
	}
	r.write(filepath.Join(work, place), string(text), 0o644)
	// Other tools keep YAML in the same repository.
	r.write(filepath.Join(work, "mkdocs.yml"), "site_name: Farm\nnav: [index.md]\n", 0o644)
	r.write(filepath.Join(work, "docker-compose.yaml"), "services:\n  docs: {image: docs}\n", 0o644)
	r.commit("First export")
	return r
}

func (r *replay) write(path, text string, mode os.FileMode) {
	r.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		r.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		r.Fatal(err)
	}
}

// sh runs a script of the test itself.
func (r *replay) sh(dir, script string) string {
	r.Helper()
	out, code := r.run(dir, []string{"bash", "-eo", "pipefail"}, script, nil)
	if code != 0 {
		r.Fatalf("%s\nends with %d: %s", script, code, out)
	}
	return out
}

func (r *replay) run(dir string, shell []string, script string, env map[string]string) (string, int) {
	r.Helper()
	file := filepath.Join(r.TempDir(), "script.sh")
	r.write(file, script+"\n", 0o644)
	cmd := exec.Command(shell[0], append(slices.Clone(shell[1:]), file)...)
	cmd.Dir = dir
	for _, vars := range []map[string]string{r.env, env} {
		for name, value := range vars {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	out, err := cmd.CombinedOutput()
	if _, ended := err.(*exec.ExitError); err != nil && !ended {
		r.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// commit puts what the working copy holds on main.
func (r *replay) commit(message string) {
	r.Helper()
	r.sh(filepath.Join(r.dir, "work"), "git add --all && git -c user.name=t -c user.email=t@example.com commit --quiet -m '"+message+"' && git push --quiet origin HEAD")
}

// job carries out a job in a fresh checkout of a branch and tells what it
// printed and how it ended. before prepares the checkout, after looks at what
// is left.
func (r *replay) job(name, branch string, env map[string]string, before, after func(dir string)) (string, int) {
	r.Helper()
	job, ok := r.jobs[name]
	if !ok {
		r.Fatalf("there is no job %q", name)
	}
	dir := filepath.Join(r.TempDir(), "checkout")
	r.sh(r.dir, "git clone --quiet --branch '"+branch+"' 'file://"+filepath.ToSlash(r.origin)+"' '"+dir+"'")
	if before != nil {
		before(dir)
	}
	var printed strings.Builder
	code := 0
	for _, step := range job.Steps {
		if code != 0 && !step.Always {
			continue
		}
		vars := map[string]string{}
		for _, m := range []map[string]string{env, step.Env} {
			for k, v := range m {
				vars[k] = v
			}
		}
		out, rc := r.run(dir, r.shell, step.Script, vars)
		printed.WriteString(out)
		if rc != 0 && code == 0 {
			code = rc
		}
	}
	if after != nil {
		after(dir)
	}
	if config := r.sh(dir, "cat .git/config"); strings.Contains(config, "push-token") || strings.Contains(printed.String(), "push-token") {
		r.Errorf("%s stores or prints the token", name)
	}
	return printed.String(), code
}

// expect fails if a job ended with another code or did not print something.
func (r *replay) expect(name, out string, code, want int, words ...string) {
	r.Helper()
	if code != want {
		r.Fatalf("%s ends with %d instead of %d:\n%s", name, code, want, out)
	}
	for _, w := range words {
		if !strings.Contains(out, w) {
			r.Errorf("%s does not say %q:\n%s", name, w, out)
		}
	}
}

// change edits the documents as a pull request would: an application gets
// another description, one goes, one is renamed, and one moves to another folder.
func (r *replay) change() {
	r.Helper()
	work := filepath.Join(r.dir, "work")
	edit := func(file, old, fresh string) {
		path := filepath.Join(work, filepath.FromSlash(file))
		data, err := os.ReadFile(path)
		if err != nil {
			r.Fatal(err)
		}
		if strings.Count(string(data), old) != 1 {
			r.Fatalf("%q is not in %s once", old, file)
		}
		r.write(path, strings.Replace(string(data), old, fresh, 1), 0o644)
	}
	edit("Main/publishing/Sales/CRM/PubRDSApp.yaml", "name: Sales/CRM/CRM client\nspec:\n  enabledMode: Enabled\n  description: ''", "name: Sales/CRM/CRM client\nspec:\n  enabledMode: Enabled\n  description: Reviewed")
	edit("farm/publishing-order.yaml", "    - Route planner\n", "")
	edit("Main/publishing/Sales/PubRDSApp.yaml", "name: Sales/Price list\n", "name: Sales/Prices\nrenamedFrom: Sales/Price list\n")
	edit("Main/publishing/Sales/PubRDSApp.yaml", "name: Sales/Offer builder\n", "name: Sales/CRM/Offer builder\nrenamedFrom: Sales/Offer builder\n")
	edit("farm/publishing-order.yaml", "    - CRM\n    - Price list\n    - Offer builder\n", "    - CRM\n    - Prices\n")
	edit("farm/publishing-order.yaml", "    - CRM test system\n", "    - CRM test system\n    - Offer builder\n")
	file := filepath.Join(work, "Main", "publishing", "Sales", "PubRDSApp.yaml")
	data, err := os.ReadFile(file)
	if err != nil {
		r.Fatal(err)
	}
	docs := slices.DeleteFunc(strings.Split(string(data), "\n---\n"), func(doc string) bool { return strings.Contains(doc, "\nname: Sales/Route planner\n") })
	r.write(file, strings.Join(docs, "\n---\n"), 0o644)
}

// moved sees on the farm that the rename and the move of the change were carried out,
// on the same objects.
func (r *replay) moved() {
	r.Helper()
	state := r.farm.Staged()
	for _, gone := range []string{"Price list"} {
		if state.Find("PubRDSApp", "name", gone) != nil {
			r.Errorf("%s is still there under its old name", gone)
		}
	}
	crm, app := state.Find("PubFolder", "name", "CRM"), state.Find("PubRDSApp", "name", "Offer builder")
	if state.Find("PubRDSApp", "name", "Prices") == nil || crm == nil || app == nil || fmt.Sprint(app["parentId"]) != fmt.Sprint(crm["id"]) {
		r.Errorf("not renamed or not moved: %v in %v", app, crm)
	}
}

// export writes the farm as it is to a new folder.
func (r *replay) export() string {
	r.Helper()
	dir := filepath.Join(r.TempDir(), "export")
	r.sh(r.dir, "rassync export -o '"+dir+"' --quiet")
	return dir
}

// rollback takes a run back from the file that the pipeline kept.
func (r *replay) rollback(kept, first string) {
	r.Helper()
	dir := filepath.Join(r.TempDir(), "rollback")
	out := r.sh(r.dir, "git clone --quiet 'file://"+filepath.ToSlash(r.origin)+"' '"+dir+"' && cd '"+dir+"' && tar -xzf '"+kept+"' && rassync rollback --yes")
	if _, err := sameTrees(first, r.export()); err != nil {
		r.Errorf("after the rollback from the artifact: %v\n%s", err, out)
	}
}

// behindTheBack changes an application on the farm in the console.
func (r *replay) behindTheBack(text string) {
	r.Helper()
	o := r.farm.Staged().Find("PubRDSApp", "name", "CRM client")
	if o == nil {
		r.Fatal("the application is gone")
	}
	if err := r.farm.Change("PubRDSApp", o["id"].(int64), farmsim.Object{"description": text}); err != nil {
		r.Fatal(err)
	}
	r.farm.Apply()
}

// history lists the descriptions of the application in the commits of the
// history branch, oldest first.
func (r *replay) history() []string {
	r.Helper()
	out := r.sh(r.origin, "for c in $(git rev-list --reverse main..farm-history); do git show $c:Main/publishing/Sales/CRM/PubRDSApp.yaml | grep -A8 'name: Sales/CRM/CRM client' | grep 'description:' || echo ?; done")
	return strings.Split(strings.TrimSpace(strings.ReplaceAll(out, "  description: ", "")), "\n")
}

// nights lets two nights pass in which the farm has changed, and one in which
// it has not.
func (r *replay) nights(env func() map[string]string) {
	r.Helper()
	for _, text := range []string{"night one", "night two", "night two"} {
		r.behindTheBack(text)
		out, code := r.job("export", "main", env(), nil, nil)
		r.expect("export", out, code, 0)
	}
	if got := r.history(); !slices.Equal(got, []string{"night one", "night two"}) {
		r.Errorf("the history holds %q", got)
	}
	out, code := r.job("drift", "main", env(), nil, nil)
	r.expect("drift", out, code, 2)
}

func readPipeline(t *testing.T, file string, to any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "examples", "pipelines", file))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(data, to); err != nil {
		t.Fatal(err)
	}
}

var azureVariable = regexp.MustCompile(`\$\(([A-Za-z.]+|[A-Z_]+)\)`)
