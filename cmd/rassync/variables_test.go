package main

import (
	"os/exec"
	"strings"
	"testing"
)

func TestSetVariables(t *testing.T) {
	vars := []variable{{"A", `EXAMPLE\admin`}, {"B", "it's $HOME"}}
	for sh, want := range map[shell]string{
		posix:      "export A='EXAMPLE\\admin'\nexport B='it'\\''s $HOME'\n",
		powerShell: "$env:A = 'EXAMPLE\\admin'\n$env:B = 'it''s $HOME'\n",
		cmdExe:     "@set \"A=EXAMPLE\\admin\"\r\n@set \"B=it's $HOME\"\r\n",
	} {
		if got, err := setVariables(sh, vars); err != nil || got != want {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	}
	if _, err := setVariables(cmdExe, []variable{{"A", "100%PATH%"}}); err == nil {
		t.Error("cmd would replace a part of the value")
	}
	text, err := setVariables(posix, vars)
	if err != nil {
		t.Fatal(err)
	}
	if sh, err := exec.LookPath("sh"); err == nil {
		out, err := exec.Command(sh, "-c", text+`printf '%s|%s' "$A" "$B"`).Output()
		if err != nil || string(out) != vars[0].value+"|"+vars[1].value {
			t.Errorf("the shell reads %q, %v", out, err)
		}
	}
	for file, want := range map[string]shell{"x.PS1": powerShell, "x.cmd": cmdExe, "x.bat": cmdExe, "x.env": posix, "x": posix} {
		if got := shellOf(file); got != want {
			t.Errorf("%s is for %v", file, got)
		}
	}
	if strings.Contains(text, "\r") {
		t.Error("carriage returns for a shell that reads them")
	}
}
