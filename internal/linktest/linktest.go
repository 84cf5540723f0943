// Package linktest makes links for tests, and leaves a test out where links
// cannot be made or do not look like links: wine makes some that programs take
// for what they point to.
package linktest

import (
	"os"
	"testing"
)

// Make makes a link at from that points to to.
func Make(t testing.TB, to, from string) {
	t.Helper()
	if err := os.Symlink(to, from); err != nil {
		t.Skip(err)
	}
	if info, err := os.Lstat(from); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Skip("links do not look like links here")
	}
}
