package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestReadme runs every command of the README, one after the other, against
// the seed farm.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	script := []string{"farm start seed"}
	commands := 0
	for _, line := range strings.Split(string(text), "\n") {
		switch {
		case strings.HasPrefix(line, "$ rassync "):
			commands++
			script = append(script, "exec "+atFullSpeed(strings.TrimPrefix(line, "$ ")))
		case strings.HasPrefix(line, "<!-- edit "):
			file, change, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(line, "<!-- edit "), " -->"), ": ")
			old, fresh, ok := strings.Cut(change, " => ")
			if !ok {
				t.Fatalf("no edit: %s", line)
			}
			script = append(script, "edit "+file+" "+quoted(old)+" "+quoted(fresh))
		}
	}
	if commands < 15 {
		t.Fatalf("only %d commands were found in the README", commands)
	}
	script = append(script, "farm clean")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "readme.txtar"), []byte(strings.Join(script, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	params := scriptParams()
	params.Dir = dir
	testscript.Run(t, params)
}

// atFullSpeed takes the rate limit off commands that ask the farm.
func atFullSpeed(command string) string {
	for _, name := range []string{"export", "plan", "apply", "drift", "diff", "rollback"} {
		if strings.HasPrefix(command, "rassync "+name+" ") {
			return command + " --rate off"
		}
	}
	return command
}

func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
