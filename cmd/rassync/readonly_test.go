package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"rassync/internal/app"
	"rassync/internal/export"
	"rassync/internal/farmsim"
	"rassync/internal/runs"
)

// Commands that may write to a farm: run here with --dry-run only. Every other
// command counts as one that reads, a new one too.
var writingCommands = []string{"apply", "rollback", "restore"}

// Commands that talk to no farm but one that they make themselves.
var ownFarmCommands = []string{"sim", "demo"}

// readOnly is a farm that must not be written to, with folders, plan files and
// runs to try commands on.
type readOnly struct {
	t     *testing.T
	s     *stand
	rng   *rand.Rand
	root  string
	trees []string
	plans []string
	runs  []string
	words []string // arguments of all kinds
	reads [][]string
}

// TestReadsCannotWrite runs every command that reads, and the dry runs of
// those that write, with random flags on random input: the farm sees reads
// that are known, logons and logoffs, and nothing else.
func TestReadsCannotWrite(t *testing.T) {
	r := newReadOnly(t)
	var commands []*cobra.Command
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		if cmd.Runnable() && !slices.Contains(ownFarmCommands, cmd.Name()) {
			commands = append(commands, cmd)
		}
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
	}
	visit(newRoot(&call{App: testApp(t, &app.Env{})}))
	for _, name := range []string{"export", "validate", "plan", "apply", "rollback", "drift", "diff", "explain", "coverage", "schema", "list", "show"} {
		if !slices.ContainsFunc(commands, func(c *cobra.Command) bool { return c.Name() == name }) {
			t.Errorf("%s is not tried", name)
		}
	}
	rounds := 16
	switch {
	case os.Getenv(proveAll) != "":
		rounds = 60
	case testing.Short():
		rounds = 3
	}
	codes := map[int]int{}
	for n := range rounds {
		for _, cmd := range commands {
			if n%5 == 0 && cmd == commands[0] {
				r.refresh()
			}
			r.damage()
			codes[r.try(cmd)]++
		}
	}
	// Input that fails at the first look proves nothing.
	if testing.Short() {
		return
	}
	for code, least := range map[int]int{0: 5 * rounds, 2: 1, 3: 5 * rounds / 2} {
		if codes[code] < least {
			t.Errorf("exit code %d came %d times only: %v", code, codes[code], codes)
		}
	}
	if n := r.s.farm.Count(http.MethodGet); n < 50*rounds {
		t.Errorf("the farm was read %d times only", n)
	}
}

func newReadOnly(t *testing.T) *readOnly {
	t.Helper()
	s := newStand(t)
	r := &readOnly{t: t, s: s, rng: rand.New(rand.NewPCG(4, 711)), root: t.TempDir()}
	cat, err := loadCatalog()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range append(export.Reads(cat), "/api/WebService/version") {
		r.reads = append(r.reads, strings.Split(strings.ToLower(p), "/"))
	}
	ctx := context.Background()
	base := filepath.Join(r.root, "base")
	s.run(ctx, 0, "export", "-o", base, "--rate", "off")
	edit := func(old, fresh string) {
		file := base + "/Main/publishing/Sales/PubRDSApp.yaml"
		text, err := os.ReadFile(file)
		if err != nil || !bytes.Contains(text, []byte(old)) {
			t.Fatal(err, old)
		}
		if err := os.WriteFile(file, bytes.Replace(text, []byte(old), []byte(fresh), 1), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	edit(`C:\Windows\calc.exe`, `D:\calc.exe`)
	s.run(ctx, 0, "apply", base, "--yes", "--rate", "off")
	edit(`D:\calc.exe`, `E:\calc.exe`)
	s.run(ctx, 0, "plan", base, "--out", filepath.Join(r.root, "good.plan"), "--rate", "off")
	list, err := runs.Open(base).Runs()
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range list {
		r.runs = append(r.runs, run.Info.ID)
	}
	r.words = append(append(cat.Names(), r.runs...), "PubRDSApp.target", "Main/PubRDSApp/Sales/Calculator", "PubRDSApp/Sales/*", "site:Main", "kind:Pub*", "name:**",
		"plan", "live", "nonsense", "", "-", "*/*", "[", "\x00", strings.Repeat("x", 300))
	// "." is the default of many flags.
	here := filepath.Join(r.root, "here")
	if err := os.CopyFS(here, os.DirFS(base)); err != nil {
		t.Fatal(err)
	}
	t.Chdir(here)
	s.farm.ForbidWrites()
	s.farm.ResetLog()
	return r
}

// refresh makes the folders and plan files anew, undamaged.
func (r *readOnly) refresh() {
	r.t.Helper()
	r.trees, r.plans = []string{"."}, nil
	for i := range 4 {
		dir := filepath.Join(r.root, fmt.Sprint("tree", i))
		err := os.RemoveAll(dir)
		if err == nil {
			err = copyFolder(dir, filepath.Join(r.root, "base"))
		}
		if err != nil {
			r.t.Fatal(err)
		}
		r.trees = append(r.trees, dir)
	}
	good, err := os.ReadFile(filepath.Join(r.root, "good.plan"))
	if err != nil {
		r.t.Fatal(err)
	}
	for i := range 3 {
		file := filepath.Join(r.root, fmt.Sprintf("%d.plan", i))
		if err := os.WriteFile(file, good, 0o600); err != nil {
			r.t.Fatal(err)
		}
		r.plans = append(r.plans, file)
	}
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// damage changes one file: of a tree, sometimes of its private part, or a plan
// file. One tree and one plan file are left alone.
func (r *readOnly) damage() {
	r.t.Helper()
	var files []string
	if r.rng.IntN(4) == 0 {
		files = r.plans[1:]
	} else {
		private := r.rng.IntN(4) == 0
		tree := pick(r.rng, r.trees[2:])
		err := filepath.WalkDir(tree, func(p string, e fs.DirEntry, err error) error {
			if err == nil && !e.IsDir() && strings.Contains(p, ".rassync"+string(filepath.Separator)) == private && !strings.Contains(p, "schemas") {
				files = append(files, p)
			}
			return err
		})
		if err != nil {
			r.t.Fatal(err)
		}
	}
	if len(files) == 0 {
		return
	}
	file := pick(r.rng, files)
	data, err := os.ReadFile(file)
	if err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(file, r.mutate(data), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

// mutate changes a text in one of the ways in which texts go wrong.
func (r *readOnly) mutate(data []byte) []byte {
	lines := bytes.SplitAfter(data, []byte("\n"))
	i := r.rng.IntN(len(lines))
	switch r.rng.IntN(8) {
	case 0: // a line is gone
		lines = slices.Delete(slices.Clone(lines), i, i+1)
	case 1: // a line stands twice
		lines = slices.Insert(slices.Clone(lines), i, lines[i])
	case 2: // another value
		name, _, found := bytes.Cut(lines[i], []byte(":"))
		if found {
			lines[i] = fmt.Appendf(nil, "%s: %s\n", name, pick(r.rng, []string{"changed", "7", "true", "[]", "{}", "null", "[1, 2]", "{fromEnv: HOME}", "&a [*a]", "'"}))
		}
	case 3: // another indent
		lines[i] = append([]byte("  "), lines[i]...)
	case 4: // cut off
		return data[:r.rng.IntN(len(data)+1)]
	case 5: // a byte
		data = bytes.Clone(data)
		if len(data) > 0 {
			data[r.rng.IntN(len(data))] = byte(r.rng.IntN(256))
		}
		return data
	case 6: // a document of another kind
		return append(slices.Clone(data), fmt.Sprintf("\n---\nkind: %s\nsite: Main\nname: %s\nspec: {}\n", pick(r.rng, r.words), pick(r.rng, r.words))...)
	default: // digits
		return bytes.ReplaceAll(data, []byte(fmt.Sprint(r.rng.IntN(10))), []byte(fmt.Sprint(r.rng.IntN(10))))
	}
	return bytes.Join(lines, nil)
}

// try runs one command and looks at what the farm saw.
func (r *readOnly) try(cmd *cobra.Command) int {
	r.t.Helper()
	line := strings.Fields(cmd.CommandPath())[1:]
	writing := slices.Contains(writingCommands, cmd.Name())
	cmd.InheritedFlags() // cobra merges them into Flags
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Name == "dry-run" && writing || f.Name == "help" || r.rng.IntN(8) > 0 && f.Name != "yes" {
			return
		}
		line = append(line, "--"+f.Name+"="+r.value(f))
	})
	if cmd.Flags().Lookup("rate") != nil {
		line = append(line, "--rate=off")
	}
	if writing {
		line = append(line, "--dry-run")
	}
	line = append(line, r.arguments(cmd)...)
	var out bytes.Buffer
	env := *r.s.env
	env.In, env.InTerminal, env.ErrTerminal = strings.NewReader("yes\nyes\n"), true, r.rng.IntN(4) == 0
	env.Out, env.Err, env.Clock = &out, io.Discard, &testClock{}
	before := len(r.s.farm.Requests())
	code := runWith(context.Background(), testApp(r.t, &env), line)
	if !slices.ContainsFunc(app.Outcomes(), func(o app.Outcome) bool { return o.Code == code }) {
		r.t.Errorf("%q: exit code %d", line, code)
	}
	for _, q := range r.s.farm.Requests()[before:] {
		if !r.known(q) {
			r.t.Fatalf("%q: %s %s", line, q.Method, q.Path)
		}
	}
	if r.s.farm.Writes() > 0 || len(r.s.farm.Violations()) > 0 || r.s.farm.Pending() {
		r.t.Fatalf("%q wrote", line)
	}
	if n := r.s.farm.Sessions(); n != 0 {
		r.t.Fatalf("%q left %d sessions", line, n)
	}
	return code
}

// known tells whether a request is one of those that a reader may send.
func (r *readOnly) known(q farmsim.Request) bool {
	path := strings.ToLower(q.Path)
	if q.Method == http.MethodPost {
		return path == "/api/session/logon" || path == "/api/session/logoff"
	}
	segments := strings.Split(path, "/")
	return q.Method == http.MethodGet && slices.ContainsFunc(r.reads, func(pattern []string) bool {
		return len(pattern) == len(segments) && fits(pattern, segments)
	})
}

func fits(pattern, segments []string) bool {
	for i, p := range pattern {
		if p != segments[i] && !strings.HasPrefix(p, "{") {
			return false
		}
	}
	return true
}

// value makes up a value of a flag, of its type or not.
func (r *readOnly) value(f *pflag.Flag) string {
	switch f.Name {
	case "farm":
		return pick(r.rng, []string{r.s.server.URL, r.s.server.URL, r.s.server.URL, r.s.server.URL + "/", "http://" + r.s.server.Addr, "nonsense"})
	case "fingerprint":
		return pick(r.rng, []string{r.s.server.Fingerprint, r.s.server.Fingerprint, "AB:CD"})
	case "username":
		return pick(r.rng, []string{farmsim.DefaultUsername, farmsim.DefaultUsername, "nobody"})
	case "only", "except":
		return pick(r.rng, []string{"PubRDSApp", "PubRDSApp/Sales/*", "site:Main", "kind:Pub*", "name:**", "Main/*/*", pick(r.rng, r.words)})
	case "details":
		return pick(r.rng, []string{"all", "PubRDSApp.preferredRoutes", pick(r.rng, r.words)})
	case "dir":
		return pick(r.rng, []string{r.trees[1], pick(r.rng, r.trees)})
	case "format":
		return pick(r.rng, []string{"text", "text", "json", "json", "json", "markdown", "nonsense"})
	case "timeout":
		return pick(r.rng, []string{"1h", "30s", "30s", "nonsense"})
	case "lock-timeout":
		return pick(r.rng, []string{"0", "1ms", "nonsense"})
	}
	switch f.Value.Type() {
	case "bool":
		return pick(r.rng, []string{"true", "true", "true", "false"})
	case "int":
		return pick(r.rng, []string{"0", "1", "2", "3", "5", "100", "-1", "x"})
	case "duration":
		return pick(r.rng, []string{"1h", "2h", "1m", "1s", "0", "-1s", "x"})
	}
	return r.argument()
}

// arguments are such as the command's line of usage asks for, or any.
func (r *readOnly) arguments(cmd *cobra.Command) []string {
	var out []string
	if r.rng.IntN(8) == 0 {
		for range r.rng.IntN(3) {
			out = append(out, r.argument())
		}
		return out
	}
	_, usage, _ := strings.Cut(cmd.Use, " ")
	for _, word := range strings.Fields(strings.NewReplacer(" | ", "|", "...", "").Replace(usage)) {
		if strings.HasPrefix(word, "[") && r.rng.IntN(4) == 0 {
			continue
		}
		switch word = pick(r.rng, strings.Split(strings.Trim(word, "[]"), "|")); {
		case strings.Contains(word, "PLAN"):
			out = append(out, pick(r.rng, r.plans))
		case strings.Contains(word, "RUN"), strings.Contains(word, "SNAPSHOT"):
			out = append(out, pick(r.rng, r.runs))
		case strings.Contains(word, "KIND"), strings.Contains(word, "ADDRESS"):
			out = append(out, pick(r.rng, r.words))
		case strings.Contains(word, "DIR"), strings.Contains(word, "SIDE"), word == "A", word == "B":
			out = append(out, pick(r.rng, []string{r.trees[1], pick(r.rng, r.trees), pick(r.rng, r.trees), "farm"}))
		default:
			out = append(out, pick(r.rng, []string{word, r.argument()}))
		}
	}
	return out
}

// argument is a folder, a file, a run, or a word.
func (r *readOnly) argument() string {
	switch r.rng.IntN(8) {
	case 0:
		return pick(r.rng, r.words)
	case 1, 2:
		return pick(r.rng, r.plans)
	case 3:
		return filepath.Join(r.root, "new", fmt.Sprint(r.rng.IntN(3)))
	case 4:
		return pick(r.rng, r.trees)
	}
	return r.trees[1] // whole
}
