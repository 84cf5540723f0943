package workspace_test

import (
	"fmt"
	"strings"
	"testing"

	"rassync/internal/workspace"
)

// Somebody's 20,000 faulty documents cost no more than the first thousand, and an
// export into such a folder writes nothing: nobody knows what the rest declares.
func TestErrorsAreBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("kind: Site\nname: Main\n")
	for i := range 20000 {
		fmt.Fprintf(&b, "---\nkind: App\nsite: Main\nname: A%d\nspec: {targt: x}\n", i)
	}
	dir := tree(t, map[string]string{"f.yaml": b.String()})
	_, diags := workspace.Load(dir, testCatalog(t), workspace.LoadOptions{})
	left := ""
	for _, d := range diags {
		if strings.Contains(d.Summary, "not looked at") {
			left = d.Summary
		}
	}
	if len(diags) > 1200 || left == "" {
		t.Errorf("%d diagnostics, %q", len(diags), left)
	}
	if _, err := workspace.Write(dir, testCatalog(t), nil, workspace.WriteOptions{}); err == nil {
		t.Error("an export wrote into the folder")
	}
}
