package main

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"rassync/internal/app"
	"rassync/internal/farmsim"
	"rassync/internal/runs"
)

// What earlier versions have left is kept as test data and must be read by every
// later one. Each folder below testdata/formats holds the private folder of a
// workspace as that version left it, the farm as it was then, and the documents: a
// run that is done, and one that was killed on its way.
const formatsFolder = "testdata/formats"

// What the test data declares: the documents of the kill proof as they were then.
func documentsThen(now string) string {
	return strings.NewReplacer(", totpType: TOTP", "", ", totpType: MicrosoftTOTP", "").Replace(now)
}

// TestMakeFormats makes the test data of a version: RASSYNC_FORMATS_BY names its
// executable, RASSYNC_FORMATS_AS the folder.
func TestMakeFormats(t *testing.T) {
	by, as := os.Getenv("RASSYNC_FORMATS_BY"), os.Getenv("RASSYNC_FORMATS_AS")
	if by == "" || as == "" {
		t.Skip("only on demand")
	}
	cat, err := loadCatalog()
	if err != nil {
		t.Fatal(err)
	}
	k := &killProof{dir: t.TempDir(), host: "vm"}
	put := func(name, text string) {
		if err := os.WriteFile(filepath.Join(k.dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("rassync.yaml", killConfig)
	put("farm.yaml", documentsThen(killBefore))
	fresh, err := farmsim.New(farmsim.Options{Catalog: cat, Rate: -1})
	if err != nil {
		t.Fatal(err)
	}
	s := k.scene(t, fresh, k.dir)
	old := func(want int, args ...string) {
		t.Helper()
		cmd := exec.Command(by, append(args, "--rate", "off")...)
		cmd.Env = os.Environ()
		for name, value := range s.vars {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
		out, err := cmd.CombinedOutput()
		if got := cmd.ProcessState.ExitCode(); got != want {
			t.Fatalf("%v: %d, %v\n%s", args, got, err, out)
		}
	}
	old(0, "apply", s.dir, "--yes")
	save := func(name string) {
		to := filepath.Join(formatsFolder, as, name)
		if err := copyFolder(filepath.Join(to, "private"), filepath.Join(s.dir, ".rassync")); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"lock", ".gitignore", "key"} {
			os.Remove(filepath.Join(to, "private", name))
		}
		data, err := json.Marshal(s.farm.Staged())
		if err == nil {
			err = os.WriteFile(filepath.Join(to, "farm.json"), data, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	save("done")
	if err := os.WriteFile(filepath.Join(s.dir, "farm.yaml"), []byte(documentsThen(killAfter)), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(by, "apply", s.dir, "--yes", "--prune", "--rate", "off")
	cmd.Env = os.Environ()
	for name, value := range s.vars {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	writes, started, dead := 0, make(chan struct{}), make(chan struct{})
	s.farm.SetFault(func(p *farmsim.FaultPoint) farmsim.Fault {
		if p.Method == http.MethodGet || p.After || strings.Contains(strings.ToLower(p.Path), "/session/") {
			return farmsim.Fault{}
		}
		if writes++; writes < 10 {
			return farmsim.Fault{}
		}
		<-started
		_ = cmd.Process.Kill()
		<-dead
		return farmsim.Fault{Cut: true}
	})
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	close(started)
	if err := cmd.Wait(); err == nil {
		t.Fatal("it was not killed")
	}
	close(dead)
	save("killed")
}

// TestFormatsOfEarlierVersions: an upgrade in between is no hindrance. What is done
// can be shown and taken back; what was killed can be finished and taken back.
func TestFormatsOfEarlierVersions(t *testing.T) {
	places, err := filepath.Glob(formatsFolder + "/*/*")
	if err != nil || len(places) == 0 {
		t.Fatal(places, err)
	}
	for _, place := range places {
		name := filepath.Base(place)
		t.Run(filepath.Base(filepath.Dir(place))+" "+name, func(t *testing.T) {
			open := func() *scene { return formatScene(t, place) }
			s := open()
			s.looks("history", "--dir", s.dir)
			list, err := runs.Open(s.dir).Runs()
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range list {
				if r.Damage != nil {
					t.Errorf("%s: %v", r.Info.ID, r.Damage)
				}
				s.looks("history", "show", r.Info.ID, "--dir", s.dir)
				s.looks("snapshot", "show", r.Info.ID, "--dir", s.dir)
			}
			if name == "done" {
				s.must(0, "rollback", "--dir", s.dir, "--yes")
				s.expects(1, "nothing of it is there", `{kind: RDSHostPool, site: Main, name: Day, spec: {description: day}}`)
				return
			}
			s.must(0, "apply", "--resume", "--dir", s.dir, "--yes")
			s.expects(0, "resumed", documentsThen(killAfter))
			s = open()
			s.must(0, "rollback", "--dir", s.dir, "--yes")
			s.expects(0, "rolled back", documentsThen(killBefore))
		})
	}
}

// looks carries out a command that needs no farm.
func (s *scene) looks(args ...string) {
	s.t.Helper()
	if code, out := s.call(args); code != 0 {
		s.t.Errorf("rassync %v: exit code %d\n%s", args, code, out)
	}
}

// expects that a plan of these documents has changes, or none.
func (s *scene) expects(changes int, when, documents string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, "farm.yaml"), []byte(documents), 0o644); err != nil {
		s.t.Fatal(err)
	}
	want := 0
	if changes > 0 {
		want = 2
	}
	if got, out := s.do("plan", s.dir, "--prune", "--detailed-exitcode"); got != want {
		s.t.Errorf("%s: exit code %d instead of %d\n%s", when, got, want, out)
	}
}

func formatScene(t *testing.T, place string) *scene {
	t.Helper()
	cat, err := loadCatalog()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(place, "farm.json"))
	if err != nil {
		t.Fatal(err)
	}
	var kinds map[string]json.RawMessage
	if err := json.Unmarshal(data, &kinds); err != nil {
		t.Fatal(err)
	}
	seed := fstest.MapFS{}
	for kind, list := range kinds {
		seed[kind+".json"] = &fstest.MapFile{Data: list}
	}
	state, err := farmsim.LoadSeed(seed)
	if err != nil {
		t.Fatal(err)
	}
	farm, err := farmsim.New(farmsim.Options{Catalog: cat, State: state, Rate: -1})
	for try := 0; err != nil && try < 5 && forgetUnknown(state, err.Error()); try++ {
		farm, err = farmsim.New(farmsim.Options{Catalog: cat, State: state, Rate: -1})
	}
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	k := &killProof{host: "vm"}
	if err := copyFolder(filepath.Join(dir, ".rassync"), filepath.Join(place, "private")); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"rassync.yaml": killConfig, "farm.yaml": documentsThen(killAfter)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s := k.scene(t, farm, dir)
	// That version proposed another variable; the operator allows it.
	policy := filepath.Join(t.TempDir(), "policy.yaml")
	if err := os.WriteFile(policy, []byte("secrets:\n  allow:\n    - {kind: MFARadius, property: secretKey, fromEnv: [RADIUS_SECRET]}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.vars[app.EnvPolicy], s.vars["RADIUS_SECRET"] = policy, killSecret
	return s
}

// forgetUnknown takes out of the farm of then what the schemas of today do not know:
// the farm is not what is tried here. It tells whether it took anything out.
func forgetUnknown(state farmsim.State, refused string) bool {
	object := regexp.MustCompile(`(\w+), object (\d+): (.*)`)
	took := false
	for _, m := range object.FindAllStringSubmatch(refused, -1) {
		i, err := strconv.Atoi(m[2])
		if err != nil || i >= len(state[m[1]]) {
			continue
		}
		for _, what := range strings.Split(m[3], "; ") {
			name, why, _ := strings.Cut(what, ": ")
			if why != "the schema knows no such property" {
				continue
			}
			var at map[string]any = state[m[1]][i]
			path := strings.Split(name, ".")
			for _, part := range path[:len(path)-1] {
				at, _ = at[part].(map[string]any)
			}
			delete(at, path[len(path)-1])
			took = true
		}
	}
	return took
}
