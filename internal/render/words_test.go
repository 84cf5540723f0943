package render_test

import (
	"bytes"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"rassync/internal/model"
	"rassync/internal/render"
	"rassync/schemas"
)

// TestExplainWords explains kinds whose words few of the real ones have.
func TestExplainWords(t *testing.T) {
	files := fstest.MapFS{}
	for from, pattern := range map[fs.FS]string{os.DirFS("../proof/testdata/words"): "*.json", fs.FS(schemas.Files): "blocks/document.json"} {
		names, err := fs.Glob(from, pattern)
		if err != nil || len(names) == 0 {
			t.Fatal(pattern, err)
		}
		for _, name := range names {
			data, err := fs.ReadFile(from, name)
			if err != nil {
				t.Fatal(err)
			}
			files[name] = &fstest.MapFile{Data: data}
		}
	}
	cat, err := model.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	for name, wants := range map[string][]string{
		"TestProvider": {"a call of its own for each type: HyperV, Nutanix, NutanixPC", "POST /api/Test/Provider/nutanixpc", "TestSettings: whatever of these is created or changed comes first",
			"after create, before anything that depends on the object is written: a schedule takes", "installAgent boolean [once, impact]", "type: HyperV"},
		"TestProvider.type":         {"NutanixPC (numeric value unknown)", "HyperV (9)", "chooses the call that makes the object, and is not sent itself"},
		"TestProvider.installAgent": {"an order to the create: sent with it only, never read, compared or sent again", "sent as the query parameter noInstall of the create, which says the opposite"},
		"TestSettings":              {"(before TestProvider)"},
		"TestPackage":               {"read as packageName@version", "name: Example@1.0.0.0"},
	} {
		var out bytes.Buffer
		if err := render.Explain(&out, cat, name, render.Options{}); err != nil {
			t.Fatal(err)
		}
		text := strings.Join(strings.Fields(out.String()), " ")
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %q is missing:\n%s", name, want, out.String())
			}
		}
		if strings.Contains(text, "goes in and never comes back") {
			t.Errorf("%s: an order is no value", name)
		}
	}
}
