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

// TestFaultsOfOneDocumentAreBounded: one document can hold as many of them.
func TestFaultsOfOneDocumentAreBounded(t *testing.T) {
	var names, references strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&names, "  wrong%d: 1\n", i)
		fmt.Fprintf(&references, "---\nkind: App\nsite: Main\nname: B%d\nspec: {target: x, publishTo: [Nowhere]}\n", i)
	}
	for what, text := range map[string]string{
		"names":      "kind: App\nsite: Main\nname: A\nspec:\n" + names.String(),
		"references": references.String()[len("---\n"):],
	} {
		dir := tree(t, map[string]string{"f.yaml": text, "site.yaml": "kind: Site\nname: Main\n"})
		_, diags := workspace.Load(dir, testCatalog(t), workspace.LoadOptions{})
		last := ""
		for _, d := range diags {
			if strings.Contains(d.Hint, "correct") && strings.Contains(d.Hint, "first") || strings.Contains(d.Hint, "correct the others") {
				last = d.Summary
			}
		}
		if len(diags) > 1100 || !diags.Failed() || last == "" {
			t.Errorf("%s: %d diagnostics, %q", what, len(diags), last)
		}
	}
}
