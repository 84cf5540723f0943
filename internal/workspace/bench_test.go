package workspace_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"rassync/internal/model"
	"rassync/internal/workspace"
)

// bigTree writes 10,000 applications in 100 folders, a file a folder.
func bigTree(b testing.TB) (string, int) {
	dir := b.TempDir()
	size := 0
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			b.Fatal(err)
		}
		size += len(text)
	}
	write("site.yaml", "kind: Site\nname: Main\n---\nkind: RDSHostPool\nsite: Main\nname: Finance\n")
	for f := range 100 {
		var text strings.Builder
		fmt.Fprintf(&text, "kind: PubFolder\nsite: Main\nname: Folder %d\n", f)
		for a := range 100 {
			fmt.Fprintf(&text, `---
kind: PubRDSApp
site: Main
name: Folder %d/Application %d
spec:
  enabledMode: Enabled
  description: The editor that everybody knows
  target: C:\Windows\System32\notepad.exe
  parameters: ""
  startIn: C:\Windows
  winType: Normal
  publishFrom: HostPool
  publishFromGroup: [Finance]
  publishTo:
    - Main
  rules:
    - name: Sales only
      enabled: true
      criteria:
        access: AllowCriteriaWhen
  startOnLogon: false
  excludePrelaunch: false
  inheritDisplayDefaultSettings: true
  inheritLicenseDefaultSettings: true
  inheritShortcutDefaultSettings: false
  createShortcutOnDesktop: true
  createShortcutInStartFolder: true
  startPath: 'RAS\%%Groups%%'
`, f, a)
		}
		write(fmt.Sprintf("f%d.yaml", f), text.String())
	}
	return dir, size
}

func benchmarkLoad(b *testing.B, opts workspace.LoadOptions) {
	cat := realCatalog(b)
	dir, size := bigTree(b)
	b.SetBytes(int64(size))
	b.ReportAllocs()
	var ws *workspace.Workspace
	for b.Loop() {
		var diags model.Diagnostics
		ws, diags = workspace.Load(dir, cat, opts)
		if len(diags) > 0 {
			b.Fatal(texts(diags))
		}
	}
	b.StopTimer()
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapAlloc)/(1<<20), "MB-kept")
	b.ReportMetric(float64(m.Sys)/(1<<20), "MB-sys")
	runtime.KeepAlive(ws)
}

func BenchmarkLoad10000(b *testing.B) { benchmarkLoad(b, workspace.LoadOptions{}) }
func BenchmarkWriteUnchanged10000(b *testing.B) {
	cat := realCatalog(b)
	dir, _ := bigTree(b)
	ws, diags := workspace.Load(dir, cat, workspace.LoadOptions{})
	if diags.Failed() {
		b.Fatal(texts(diags))
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := workspace.Write(dir, cat, ws.Objects, workspace.WriteOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWriteFresh10000(b *testing.B) {
	cat := realCatalog(b)
	dir, _ := bigTree(b)
	ws, diags := workspace.Load(dir, cat, workspace.LoadOptions{})
	if diags.Failed() {
		b.Fatal(texts(diags))
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := workspace.Write(b.TempDir(), cat, ws.Objects, workspace.WriteOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPosition(b *testing.B) {
	cat := realCatalog(b)
	dir, _ := bigTree(b)
	ws, _ := workspace.Load(dir, cat, workspace.LoadOptions{})
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		ws.Position(ws.Objects[i%len(ws.Objects)], "rules[0].criteria.access")
		i++
	}
}
