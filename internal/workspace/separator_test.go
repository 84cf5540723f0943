package workspace_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rassync/internal/model"
	"rassync/internal/workspace"
)

// TestCommentsAboveASeparator: the lines directly above it speak of what
// follows, whatever an export puts in between or takes away.
func TestCommentsAboveASeparator(t *testing.T) {
	const (
		line = "# yaml-language-server: $schema=../.rassync/schemas/Pool.json\n"
		a    = "kind: Pool\nsite: Main\nname: A\n"
		c    = "kind: Pool\nsite: Main\nname: C\n"
		mine = "\n# the everyday pool\n# see wiki\n"
		b    = "---\n" + line + "kind: Pool\nsite: Main\nname: B\n"
	)
	for name, test := range map[string]struct {
		old, want string
		objects   []string
		prune     bool
	}{
		"nothing between":          {a + mine + "---\n" + c, a + mine + "---\n" + c, []string{"A", "C"}, false},
		"a new one between":        {a + mine + "---\n" + c, a + b + mine + "---\n" + c, []string{"A", "B", "C"}, false},
		"directly below the value": {a + "# of C\n---\n" + c, a + b + "# of C\n---\n" + c, []string{"A", "B", "C"}, false},
		"the one before goes":      {a + mine + "---\n" + c, mine + c, []string{"C"}, true},
		"the one that they speak of goes": {a + mine + "---\n" + c + "---\n" + "kind: Pool\nsite: Main\nname: D\n",
			a + "---\nkind: Pool\nsite: Main\nname: D\n", []string{"A", "D"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := tree(t, map[string]string{"Main/Pool.yaml": test.old})
			var objects []string
			objects = append(objects, test.objects...)
			live := objs(objects)
			for range 2 {
				write(t, dir, live, workspace.WriteOptions{Prune: test.prune})
				if d := cmp.Diff(map[string]string{"Main/Pool.yaml": test.want}, content(t, dir)); d != "" {
					t.Error(d)
				}
			}
		})
	}
}

// TestOtherLineEnds: a checkout of git for Windows has the schemas with other
// line ends. An export that changes nothing leaves them as they are.
func TestOtherLineEnds(t *testing.T) {
	dir := tree(t, map[string]string{"Main/Pool.yaml": "kind: Pool\r\nsite: Main\r\nname: A\r\n"})
	write(t, dir, objs([]string{"A"}), workspace.WriteOptions{})
	before := withCRLF(t, dir)
	if len(before) < 3 {
		t.Fatalf("only %d files have line ends", len(before))
	}
	report := write(t, dir, objs([]string{"A"}), workspace.WriteOptions{})
	if len(report.Changed)+len(report.Written) > 0 {
		t.Errorf("got %+v", report)
	}
	if d := cmp.Diff(before, allFiles(t, dir)); d != "" {
		t.Error(d)
	}
}

func objs(names []string) []*model.Object {
	var out []*model.Object
	for _, n := range names {
		out = append(out, obj("Pool Main "+n, nil))
	}
	return out
}

// allFiles reads everything below a folder, what the tool keeps for itself too.
func allFiles(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		out[p] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// withCRLF gives every file the line ends of Windows.
func withCRLF(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := allFiles(t, dir)
	for p, text := range files {
		files[p] = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", "\r\n")
		if err := os.WriteFile(p, []byte(files[p]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// TestGapsWithOtherLineEnds: what an export lacks is noted anew only if it is
// something else.
func TestGapsWithOtherLineEnds(t *testing.T) {
	dir := t.TempDir()
	gaps := func() *workspace.Gaps {
		return &workspace.Gaps{NotRead: []workspace.ListGap{{Kind: "Pool", Site: "Main", Why: "no rights"}}}
	}
	if err := gaps().Write(dir); err != nil {
		t.Fatal(err)
	}
	before := withCRLF(t, dir)
	if err := gaps().Write(dir); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(before, allFiles(t, dir)); d != "" || len(before) != 1 {
		t.Error(d)
	}
}
