package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"rassync/internal/app"
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
  rassync validate farm --format json`,
		Args: cobra.MaximumNArgs(1),
	}
	o.format = addFormat(cmd, "text", "json")
	addOverlay(cmd, &o.overlay)
	cmd.RunE = c.begin(o.format, func(_ context.Context, args []string) error { return o.run(c, folderArg(args)) })
	return cmd
}

func (o *validateOptions) run(c *call, dir string) error {
	ws, ds := c.Read(dir, o.overlay)
	err := app.Invalid(ds)
	if o.format.value == "json" {
		if werr := render.DiagnosticsJSON(c.Out, ds); werr != nil {
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
