package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"rassync/internal/render"
)

// release is set by the build of a release.
var release string

// version is that of the release, or what the build knows of its source.
func version() string {
	if release != "" {
		return release
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "dev"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "dev-" + s.Value[:12]
		}
	}
	return "dev"
}

func newVersion(c *call) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Show the version of rassync",
		Long:  "Version shows the version of rassync, of the Go it was built with, and the system it was built for.",
		Example: `  rassync version
  rassync version --format json`,
		Args: cobra.NoArgs,
	}
	format := addFormat(cmd, "text", "json")
	cmd.RunE = c.begin(format, func(context.Context, []string) error {
		doc := struct {
			Name    string `json:"name"`
			Version string `json:"version"`
			Go      string `json:"go"`
			System  string `json:"system"`
			Kinds   int    `json:"kinds"`
		}{c.Tool.Name, c.Tool.Version, runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH, len(c.Catalog.Names())}
		if format.value == "json" {
			return render.JSON(c.Out, doc)
		}
		_, err := fmt.Fprintf(c.Out, "%s %s (%s, %s, %d kinds)\n", doc.Name, doc.Version, doc.Go, doc.System, doc.Kinds)
		return err
	})
	return cmd
}
