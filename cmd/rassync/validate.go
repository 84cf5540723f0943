package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"rassync/internal/app"
	"rassync/internal/model"
	"rassync/internal/render"
)

type validateOptions struct {
	format  *formatFlag
	overlay string
}

func newValidate(c *call) *cobra.Command {
	o := &validateOptions{}
	cmd := &cobra.Command{
		Use:   "validate [DIR]",
		Short: "Check the YAML of a folder without a farm",
		Long: `Validate checks every document below DIR: syntax, kinds, properties, values and
references. It finds everything at once, with file, line and column, and needs no
farm. A folder without documents is an error: it never means "delete everything".`,
		Example: `  rassync validate
  rassync validate farm --format json
  rassync validate farm --format sarif --output validate.sarif
  rassync validate farm --format github   # annotations at file and line`,
		Args: cobra.MaximumNArgs(1),
	}
	o.format = addFormat(cmd, "text", "json", "sarif", "codequality", "github", "azure")
	addOverlay(cmd, &o.overlay)
	cmd.RunE = c.begin(o.format, func(_ context.Context, args []string) error { return o.run(c, folderArg(args)) })
	return cmd
}

func (o *validateOptions) run(c *call, dir string) error {
	ws, ds := c.Read(dir, o.overlay)
	p, err := c.Policy(dir)
	if err != nil {
		return err
	}
	ds = append(ds, c.SecretDiagnostics(dir, ws, p)...)
	ds = append(ds, app.RuleDiagnostics(ws.Config)...)
	err = app.Invalid(ds)
	if o.format.value != "text" {
		if werr := o.show(c, ds, repositoryFolder(dir)); werr != nil {
			return werr
		}
		return err
	}
	if err != nil {
		return err
	}
	if len(ds) > 0 && !c.quiet {
		if werr := render.Diagnostics(c.Err, ds, c.errOptions()); werr != nil {
			return werr
		}
	}
	_, werr := fmt.Fprintf(c.Out, "%s in %s %s valid\n", plural(len(ws.Objects), "object", "objects"), plural(len(ws.Files), "file", "files"), map[bool]string{true: "is", false: "are"}[len(ws.Objects) == 1])
	return werr
}

// show writes the diagnostics in a form for other tools.
func (o *validateOptions) show(c *call, ds model.Diagnostics, folder string) error {
	switch o.format.value {
	case "sarif":
		return render.DiagnosticsSARIF(c.Out, ds, c.Tool.Version, folder)
	case "codequality":
		return render.DiagnosticsCodeQuality(c.Out, ds, folder)
	case "github":
		return render.Annotations(c.Out, ds, render.GitHub, folder)
	case "azure":
		return render.Annotations(c.Out, ds, render.Azure, folder)
	}
	return render.DiagnosticsJSON(c.Out, ds)
}

// repositoryFolder is the folder of a workspace as a pipeline sees it, which
// runs at the root of the repository.
func repositoryFolder(dir string) string {
	if filepath.IsAbs(dir) {
		return ""
	}
	return filepath.ToSlash(filepath.Clean(dir))
}
