package render

import (
	"strings"
	"testing"
)

// A command that is pushed out of sight is seen all the same.
func TestPaddingIsCounted(t *testing.T) {
	for in, want := range map[string]string{
		"/env:prod" + strings.Repeat(" ", 400) + "& evil": "/env:prod<400 blanks>& evil",
		"a" + strings.Repeat(" ", 15) + "b":               "a" + strings.Repeat(" ", 15) + "b",
		strings.Repeat(" ", 20) + "b":                     `"<20 blanks>b"`,
	} {
		if got := value(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}
