//go:build !windows

package main

import (
	"os"
	"strings"
)

// sequences tells whether a terminal understands colours.
func sequences(*os.File) bool { return true }

// unicodeConsole tells whether characters beyond ASCII are shown: the locale
// says so.
func unicodeConsole(_ bool, getenv func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := getenv(name); v != "" {
			v = strings.ToLower(v)
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return false
}
