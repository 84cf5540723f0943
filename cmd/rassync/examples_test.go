package main

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"rassync/internal/app"
)

// In scripts a command starts a line, follows a separator, or is the value of
// a YAML key.
var commandLine = regexp.MustCompile("(?m)(?:^|[;|&`]|\\$\\(|: |- )\\s*rassync ([a-z]+)([^\n`|;>#]*)")

// TestExamplesUseFlagsThatExist checks each command of the samples against the
// commands that there are.
func TestExamplesUseFlagsThatExist(t *testing.T) {
	a, err := app.New(&app.Env{Out: io.Discard, Err: io.Discard}, "test")
	if err != nil {
		t.Fatal(err)
	}
	for pattern, atLeast := range map[string]int{"pipelines/*.yml": 5, "*.md": 5} {
		files, err := filepath.Glob(filepath.Join("../../examples", pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no files (%v)", pattern, err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			lines := commandLine.FindAllStringSubmatch(string(data), -1)
			if len(lines) < atLeast {
				t.Errorf("%s: %d commands were found, want %d or more", file, len(lines), atLeast)
			}
			for _, m := range lines {
				root := newRoot(&call{App: a, out: &counter{w: io.Discard}})
				cmd, _, err := root.Find([]string{m[1]})
				if err != nil || cmd == root {
					t.Errorf("%s: rassync %s: no such command", file, m[1])
					continue
				}
				words, _, _ := strings.Cut(m[2], "||")
				if err := cmd.ParseFlags(strings.Fields(words)); err != nil {
					t.Errorf("%s: rassync %s%s: %v", file, m[1], m[2], err)
				}
			}
		}
	}
}

func TestExamplePipelinesAreYAML(t *testing.T) {
	files, err := filepath.Glob("../../examples/pipelines/*.yml")
	if err != nil || len(files) != 3 {
		t.Fatalf("%d pipelines, want 3 (%v)", len(files), err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var v map[string]any
		if err := yaml.Unmarshal(data, &v); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}
