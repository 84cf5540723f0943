package main

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rassync/internal/app"
)

var (
	psArray    = regexp.MustCompile(`@\('([a-z]+)'([^)]*)\)`)
	psFlag     = regexp.MustCompile(`'--([a-z-]+)'`)
	psFunction = regexp.MustCompile(`(?m)^function ([A-Za-z]+-[A-Za-z]+)`)
)

// TestWindowsScriptsCallWhatThereIs compares the scripts for Windows with the
// commands and flags of the tool: no PowerShell is needed for that.
func TestWindowsScriptsCallWhatThereIs(t *testing.T) {
	a, err := app.New(&app.Env{Out: os.Stdout, Err: os.Stderr}, "test")
	if err != nil {
		t.Fatal(err)
	}
	root := newRoot(&call{App: a, out: &counter{}})
	root.SetContext(context.Background())
	dir := filepath.Join("..", "..", "examples", "windows")
	files, err := filepath.Glob(filepath.Join(dir, "*.ps*1"))
	if err != nil || len(files) < 5 {
		t.Fatal(files, err)
	}
	calls := 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text := string(data)
		for _, m := range psArray.FindAllStringSubmatch(text, -1) {
			cmd, _, err := root.Find([]string{m[1]})
			if err != nil || cmd == root {
				continue // arguments of git
			}
			calls++
			for _, f := range psFlag.FindAllStringSubmatch(m[2], -1) {
				if cmd.Flags().Lookup(f[1]) == nil && root.PersistentFlags().Lookup(f[1]) == nil {
					t.Errorf("%s: rassync %s has no --%s", filepath.Base(file), m[1], f[1])
				}
			}
		}
		if regexp.MustCompile(`(?m)^\s*&?\s*(git|rassync)(\.exe)? `).MatchString(text) && !strings.Contains(text, "<#") {
			t.Errorf("%s calls a program by its name alone: the folder it runs in may hold another", file)
		}
		if strings.ContainsRune(text, '\r') || !isASCII(text) {
			t.Errorf("%s: Windows PowerShell reads scripts without a mark in the code page of the machine: ASCII alone", file)
		}
	}
	if calls < 6 {
		t.Errorf("only %d calls of rassync were found", calls)
	}
	module, err := os.ReadFile(filepath.Join(dir, "Rassync.psm1"))
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := os.ReadFile(filepath.Join(dir, "Rassync.psd1"))
	if err != nil {
		t.Fatal(err)
	}
	var functions []string
	for _, m := range psFunction.FindAllStringSubmatch(string(module), -1) {
		functions = append(functions, m[1])
	}
	_, list, _ := strings.Cut(string(manifest), "FunctionsToExport = @(")
	list, _, _ = strings.Cut(list, ")")
	for _, name := range strings.Split(list, ",") {
		if name = strings.Trim(name, " '"); !slices.Contains(functions, name) {
			t.Errorf("the manifest exports %q, which the module does not have", name)
		}
	}
	for _, want := range []string{"Export-RasFarm", "Get-RasPlan", "Invoke-RasApply", "Get-RasDrift"} {
		if !strings.Contains(list, "'"+want+"'") {
			t.Errorf("the manifest does not export %s", want)
		}
	}
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > 126 })
}
