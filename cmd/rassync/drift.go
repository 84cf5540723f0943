package main

import (
	"context"

	"github.com/spf13/cobra"

	"rassync/internal/app"
	"rassync/internal/render"
)

type driftOptions struct {
	conn    app.Connection
	sel     selectionFlags
	format  *formatFlag
	overlay string
	verbose bool
	limit   int
	source  sourceFlag
}

func newDrift(c *call) *cobra.Command {
	o := &driftOptions{}
	cmd := &cobra.Command{
		Use:   "drift [DIR]",
		Short: "Show where the farm has left what is declared",
		Long: `Drift compares the farm with what DIR declares, like plan, and also lists the
objects of exclusive kinds that are on the farm and not declared. It exits with 2 if
there is anything to show, so that a scheduled job can tell. It never writes.`,
		Example: `  rassync drift
  rassync drift farm --except kind:MFA* --format markdown`,
		Args: cobra.MaximumNArgs(1),
	}
	addConnection(cmd, &o.conn)
	addSelection(cmd, c, &o.sel)
	addOverlay(cmd, &o.overlay)
	o.format = addFormat(cmd, "text", "json", "markdown", "html", "csv", "junit")
	cmd.Flags().BoolVar(&o.verbose, "verbose", false, "show long values whole")
	cmd.Flags().IntVar(&o.limit, "max-bytes", 0, "most bytes of the markdown, for comments that are limited")
	cmd.Flags().Var(&o.source, "source-url", "where the files of DIR are on the web, for links: https://.../{file}#L{line}")
	cmd.RunE = c.begin(o.format, func(ctx context.Context, args []string) error { return o.run(ctx, c, folderArg(args)) })
	return cmd
}

func (o *driftOptions) run(ctx context.Context, c *call, dir string) error {
	set, err := o.sel.parse(c.Catalog)
	if err != nil {
		return err
	}
	if o.limit < 0 {
		return app.Failf(app.Input, "--max-bytes %d: it is a number of bytes, or 0 for no limit", o.limit)
	}
	f, err := c.loaded(dir, o.overlay)
	if err != nil {
		return err
	}
	return c.with(ctx, o.conn, f, func(s *app.Session) error {
		p, err := c.plan(ctx, s, f, app.PlanOptions{Selection: set, Undeclared: true})
		if err != nil {
			return err
		}
		d := render.Drift{Plan: p.Plan, Undeclared: addresses(p.Undeclared, nil)}
		if err := o.show(c, d); err != nil {
			return err
		}
		if d.Differs() {
			return &app.Failure{Class: app.Pending}
		}
		if err := p.Unseen(); err != nil {
			return err
		}
		// Silence about what was not read would be taken for "no drift".
		return app.NotCompared(p.Live.NotRead)
	})
}

// show writes the drift in the form that was asked for.
func (o *driftOptions) show(c *call, d render.Drift) error {
	switch o.format.value {
	case "json":
		return render.DriftJSON(c.Out, d)
	case "markdown":
		return render.DriftMarkdown(c.Out, d, o.limit)
	case "html":
		return render.DriftHTML(c.Out, d, o.source.url)
	case "csv":
		return render.DriftCSV(c.Out, d)
	case "junit":
		return render.DriftJUnit(c.Out, d)
	}
	return render.DriftText(c.Out, d, c.verbose(o.verbose))
}
