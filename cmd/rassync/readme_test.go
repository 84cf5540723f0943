package main

import (
	"os"
	"path/filepath"
	"regexp"
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
	for _, name := range []string{"export", "plan", "apply", "drift", "diff", "rollback", "restore"} {
		if strings.HasPrefix(command, "rassync "+name+" ") {
			return command + " --rate off"
		}
	}
	return command
}

func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// TestReadmeNamesTestsThatExist keeps the safety table true.
func TestReadmeNamesTestsThatExist(t *testing.T) {
	root := filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var tests strings.Builder
	files, err := filepath.Glob(filepath.Join(root, "*", "*", "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		tests.Write(data)
	}
	names := regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z]+)`").FindAllStringSubmatch(string(text), -1)
	if len(names) < 8 {
		t.Errorf("the README names %d tests only", len(names))
	}
	for _, n := range names {
		if !strings.Contains(tests.String(), "func "+n[1]+"(") {
			t.Errorf("the README names %s, which is no test", n[1])
		}
	}
	_, section, _ := strings.Cut(string(text), "## Safety promises")
	section, _, _ = strings.Cut(section, "\n## ")
	for _, n := range regexp.MustCompile("(?:scripts? |, )`([a-z]+)`").FindAllStringSubmatch(section, -1) {
		if _, err := os.Stat(filepath.Join("testdata", "script", n[1]+".txtar")); err != nil {
			t.Errorf("the README names the script %s, which is not there", n[1])
		}
	}
}
