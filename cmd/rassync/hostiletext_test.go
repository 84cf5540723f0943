package main

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"rassync/internal/app"
	"rassync/internal/printable"
	"rassync/internal/printable/printabletest"
)

// hostilePieces are parts of names and values that steer terminals and agents.
var hostilePieces = []string{"##vso[task.setvariable variable=BASH_ENV]evil.sh", "##[error]x", "::add-mask::weakens", "::set-env name=A::b", "#", "#[x]", "vso[a]b", "::", "\n", "\r\n  ", " ",
	"\u200b", "\ufe0f", "\u202e", "\x1b[2J", "\x1b]0;x\x07", "\u0430", "a", "S\u0430les", "<U+0061>", "</details>", "`", "|", "\u3164", "\u00a0", "日本", "]"}

func hostileText(r *rand.Rand) string {
	var b strings.Builder
	for range 1 + r.IntN(5) {
		b.WriteString(hostilePieces[r.IntN(len(hostilePieces))])
	}
	return b.String()
}

// TestNoOutputIsACommand runs commands on names and values, of documents and of
// the farm, that are commands of a CI agent, hide themselves or steer a terminal.
func TestNoOutputIsACommand(t *testing.T) {
	s := newStand(t)
	r := rand.New(rand.NewPCG(11, 12))
	a := testApp(t, s.env)
	codes := map[int]int{}
	for round := range 2 {
		dir := filepath.Join(s.dir, "w", string(rune('a'+round)))
		state := s.farm.Applied()
		for _, kind := range []string{"PubRDSApp", "CustomRoute", "RDSHostPool", "Theme"} {
			for _, o := range state[kind] {
				o["name"] = strings.NewReplacer("\n", "", "\r", "").Replace(hostileText(r))
				o["description"] = hostileText(r)
			}
		}
		if err := s.farm.Load(state); err != nil {
			t.Fatal(err)
		}
		runs := [][]string{{"export", "-o", dir}, {"drift", dir}}
		for _, format := range []string{"text", "json", "markdown", "html", "csv", "gitlab"} {
			runs = append(runs, []string{"plan", dir, "--format", format, "--verbose"})
		}
		runs = append(runs,
			[]string{"plan", dir, "--debug", "--only", "kind:Pub*"}, []string{"validate", dir}, []string{"validate", dir, "--format", "json"}, []string{"validate", dir, "--format", "sarif"},
			[]string{"apply", dir, "--yes", "--only", "PubRDSApp"}, []string{"history", "--dir", dir}, []string{"history", "show", "--dir", dir}, []string{"snapshot", "list", "--dir", dir}, []string{"snapshot", "show", "--dir", dir},
			[]string{"rollback", "--dir", dir, "--dry-run"}, []string{"graph", dir}, []string{"graph", dir, "--format", "mermaid"}, []string{"explain", hostileText(r)}, []string{"plan", dir, "--only", hostileText(r)})
		for n, args := range runs {
			if n == 1 {
				hostileDocuments(t, dir, r)
			}
			if len(args) > 1 && args[0] != "validate" && args[0] != "explain" && args[0] != "history" && args[0] != "snapshot" {
				args = append(args, "--rate", "off")
			}
			s.out.Reset()
			s.err.Reset()
			s.env.Out, s.env.Err = &s.out, io.Writer(&s.err)
			codes[runWith(context.Background(), freshApp(a, s.env), args)]++
			for _, out := range []*bytes.Buffer{&s.out, &s.err} {
				if line := printabletest.Command(out.String()); line != "" {
					t.Errorf("%q prints a command: %q", args, line)
				}
				text := strings.NewReplacer("\n", "", "\r", "", "\t", "", "\ufeff", "").Replace(out.String())
				if at := strings.IndexFunc(text, printable.Hidden); at >= 0 {
					t.Errorf("%q prints something hidden: %q", args, text[at:min(len(text), at+40)])
				}
			}
		}
	}
	if codes[0]+codes[2] < 20 {
		t.Errorf("most commands failed: %v", codes)
	}
}

// freshApp is an app of its own for a command, on schemas that are loaded.
func freshApp(a *app.App, env *app.Env) *app.App {
	c := *a
	c.Env = env
	return &c
}

// hostileDocuments changes texts of an export, and adds what validate refuses.
func hostileDocuments(t *testing.T, dir string, r *rand.Rand) {
	t.Helper()
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(p) != ".yaml" || strings.Contains(p, ".rassync") {
			return err
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		value, err := yaml.Marshal(hostileText(r) + "end")
		if err != nil {
			return err
		}
		quoted := strings.TrimSpace(string(value))
		if strings.Contains(quoted, "\n") {
			quoted = `"##vso[a]b\n::add-mask::x"`
		}
		text := strings.ReplaceAll(string(data), "target: C:\\Windows\\notepad.exe", "target: '##vso[a.b]c'")
		lines := strings.Split(text, "\n")
		for i, l := range lines {
			if strings.HasPrefix(l, "  description: ") && !strings.HasPrefix(strings.TrimSpace(lines[i])[13:], "|") {
				lines[i] = "  description: " + quoted
			}
		}
		return os.WriteFile(p, []byte(strings.Join(lines, "\n")), 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
}
