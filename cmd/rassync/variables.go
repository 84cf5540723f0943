package main

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
)

// variable is an environment variable with its value.
type variable struct{ name, value string }

// shell is the syntax in which variables are set.
type shell int

const (
	posix shell = iota
	powerShell
	cmdExe
)

// ownShell is what people of this system type into.
func ownShell() shell {
	if runtime.GOOS == "windows" {
		return powerShell
	}
	return posix
}

// shellOf finds the shell that loads a file, by its ending.
func shellOf(file string) shell {
	switch strings.ToLower(filepath.Ext(file)) {
	case ".ps1":
		return powerShell
	case ".cmd", ".bat":
		return cmdExe
	}
	return posix
}

// setVariables writes the lines that set variables.
func setVariables(sh shell, vars []variable) (string, error) {
	var b strings.Builder
	for _, v := range vars {
		switch sh {
		case powerShell:
			fmt.Fprintf(&b, "$env:%s = '%s'\n", v.name, strings.ReplaceAll(v.value, "'", "''"))
		case cmdExe:
			if strings.ContainsAny(v.value, "%\"\r\n^&|<>!") {
				return "", fmt.Errorf("the value of %s cannot be set in a file for cmd: use one that ends with .ps1", v.name)
			}
			fmt.Fprintf(&b, "@set \"%s=%s\"\r\n", v.name, v.value)
		default:
			fmt.Fprintf(&b, "export %s='%s'\n", v.name, strings.ReplaceAll(v.value, "'", `'\''`))
		}
	}
	return b.String(), nil
}
