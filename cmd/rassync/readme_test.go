package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"

	"rassync/internal/app"
)

var update = flag.Bool("update", false, "write docs/commands.md")

// pages are the README and the chapters of the manual.
func pages(t *testing.T) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join("..", "..", "docs", "*.md"))
	if err != nil || len(list) < 10 {
		t.Fatal(list, err)
	}
	return append(list, filepath.Join("..", "..", "README.md"))
}

// TestReadme runs every command of the README and of the manual, page by
// page, one after the other, against the seed farm. Comments of a page prepare
// what it takes for granted: "run: rassync ...", "edit FILE: old => new", and "file FILE"
// or "append FILE" in front of a block of text that goes into that file.
func TestReadme(t *testing.T) {
	dir := t.TempDir()
	commands := 0
	for _, page := range pages(t) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		script := []string{"farm start seed"}
		into, block := "", []string(nil) // the file of the next block of text, and its lines
		var files strings.Builder
		for _, line := range strings.Split(string(text), "\n") {
			comment := strings.TrimSuffix(strings.TrimPrefix(line, "<!-- "), " -->")
			switch {
			case into != "" && strings.HasPrefix(line, "```"):
				if block == nil {
					block = []string{}
					continue
				}
				name := fmt.Sprintf("block%d", strings.Count(files.String(), "\n-- ")+1)
				fmt.Fprintf(&files, "\n-- %s --\n%s\n", name, strings.Join(block, "\n"))
				script = append(script, strings.Replace(into, " ", " "+name+" ", 1))
				if verb, file, _ := strings.Cut(into, " "); verb == "append" {
					script[len(script)-1] = "append " + file + " " + name
				}
				into, block = "", nil
			case block != nil:
				block = append(block, line)
			case strings.HasPrefix(line, "<!-- file "):
				into = "copy " + strings.TrimPrefix(comment, "file ")
			case strings.HasPrefix(line, "<!-- append "):
				into = comment
			case strings.HasPrefix(line, "$ rassync "):
				commands++
				script = append(script, "exec "+strings.TrimPrefix(line, "$ "))
			case strings.HasPrefix(line, "<!-- run: rassync "):
				script = append(script, "exec "+strings.TrimPrefix(comment, "run: "))
			case strings.HasPrefix(line, "<!-- edit "):
				file, change, _ := strings.Cut(strings.TrimPrefix(comment, "edit "), ": ")
				old, fresh, ok := strings.Cut(change, " => ")
				if !ok {
					t.Fatalf("no edit: %s", line)
				}
				script = append(script, "edit "+file+" "+quoted(old)+" "+quoted(fresh))
			}
		}
		if len(script) == 1 {
			continue
		}
		script = append(script, "farm clean", files.String())
		name := strings.ToLower(strings.TrimSuffix(filepath.Base(page), ".md")) + ".txtar"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(strings.Join(script, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if commands < 30 {
		t.Fatalf("only %d commands were found", commands)
	}
	params := scriptParams()
	params.Dir = dir
	testscript.Run(t, params)
}

func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// TestSafetyPageNamesTestsThatExist keeps the table of promises true.
func TestSafetyPageNamesTestsThatExist(t *testing.T) {
	root := filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(root, "docs", "safety.md"))
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
		t.Errorf("the page names %d tests only", len(names))
	}
	for _, n := range names {
		if !strings.Contains(tests.String(), "func "+n[1]+"(") {
			t.Errorf("docs/safety.md names %s, which is no test", n[1])
		}
	}
	for _, n := range regexp.MustCompile("(?:scripts? |, )`([a-z]+)`").FindAllStringSubmatch(string(text), -1) {
		if _, err := os.Stat(filepath.Join("testdata", "script", n[1]+".txtar")); err != nil {
			t.Errorf("docs/safety.md names the script %s, which is not there", n[1])
		}
	}
}

// TestLinksOfTheManual follows every relative link.
func TestLinksOfTheManual(t *testing.T) {
	root := filepath.Join("..", "..")
	all := append(pages(t), filepath.Join(root, ".github", "CONTRIBUTING.md"), filepath.Join(root, ".github", "SECURITY.md"), filepath.Join(root, "examples", "README.md"))
	for _, page := range all {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(string(text), -1) {
			target, _, _ := strings.Cut(m[1], "#")
			if target == "" || strings.Contains(target, "://") || strings.HasSuffix(page, "third-party-notices.md") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), filepath.FromSlash(target))); err != nil {
				t.Errorf("%s links to %s, which is not there", filepath.Base(page), m[1])
			}
		}
	}
}

// TestBothShellsSetTheSame compares what README sets in PowerShell and in bash.
func TestBothShellsSetTheSame(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	find := func(pattern string) string {
		var names []string
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(text), -1) {
			names = append(names, m[1])
		}
		return strings.Join(names, " ")
	}
	ps, sh := find(`(?m)^\$env:(RASSYNC_\w+) = `), find(`(?m)^export (RASSYNC_\w+)=`)
	if ps != sh || ps == "" {
		t.Errorf("PowerShell sets %q, bash %q", ps, sh)
	}
}

// TestCommandReference keeps docs/commands.md as the commands are: with
// -update it writes the page.
func TestCommandReference(t *testing.T) {
	a, err := app.New(&app.Env{Out: os.Stdout, Err: os.Stderr}, "test")
	if err != nil {
		t.Fatal(err)
	}
	root := newRoot(&call{App: a, out: &counter{}})
	var b strings.Builder
	b.WriteString("# Commands\n\n<!-- Generated by go generate ./cmd/rassync. Do not edit. -->\n\n")
	fmt.Fprintf(&b, "%s\n\nFlags of every command:\n\n```text\n%s```\n", asMarkdown(root.Long), root.PersistentFlags().FlagUsages())
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		for _, sub := range cmd.Commands() {
			if sub.Hidden || sub.Name() == "help" {
				continue
			}
			fmt.Fprintf(&b, "\n## %s\n\n%s\n\n```text\n%s\n```\n", sub.CommandPath(), asMarkdown(sub.Long), sub.UseLine())
			if sub.Example != "" {
				fmt.Fprintf(&b, "\nExamples:\n\n```text\n%s\n```\n", strings.TrimRight(sub.Example, "\n"))
			}
			if flags := sub.NonInheritedFlags().FlagUsages(); flags != "" {
				fmt.Fprintf(&b, "\nFlags:\n\n```text\n%s```\n", flags)
			}
			walk(sub)
		}
	}
	walk(root)
	path := filepath.Join("..", "..", "docs", "commands.md")
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != b.String() {
		t.Error("docs/commands.md is not current: run go generate ./cmd/rassync")
	}
}

// asMarkdown keeps the layout of indented lines and what Markdown would read.
func asMarkdown(s string) string {
	s = strings.NewReplacer("*", `\*`, "<", "&lt;", "_", `\_`).Replace(s)
	return regexp.MustCompile(`(?m)^  +`).ReplaceAllString(s, "    ")
}
